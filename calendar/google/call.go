package google

import (
	"context"
	"net/http"

	gcal "google.golang.org/api/calendar/v3"

	"github.com/peerslot/peerslot/calendar/internal/calls"
)

// read makes a call that changes nothing: see [calls.Read].
func read[T any](ctx context.Context, b *Backend, rq request) (*T, error) {
	return calls.Read(ctx, b.line, rq.method, func(ctx context.Context) (*T, error) {
		v := new(T)
		return v, b.send(ctx, rq, v)
	})
}

// write makes a call that changes an event, and returns the event as it then is:
// see [calls.Write].
func write(ctx context.Context, b *Backend, rq request) (*gcal.Event, error) {
	return calls.Write(ctx, b.line, rq.method, func(ctx context.Context) (*gcal.Event, error) {
		if rq.verb == http.MethodDelete {
			return nil, b.send(ctx, rq, nil)
		}
		e := &gcal.Event{}
		return e, b.send(ctx, rq, e)
	})
}
