// Package api makes the calls of Google's Calendar API, version 3, as JSON over HTTP:
// https://developers.google.com/workspace/calendar/api/v3/reference. An answer is believed
// only if it fits what was asked.
package api

import (
	"context"
	"net/http"

	gcal "google.golang.org/api/calendar/v3"

	"github.com/peerslot/peerslot/calendar/internal/calls"
)

// A Service is the API as one account reaches it.
type Service struct {
	Client *http.Client // signs the requests
	Root   string       // the address of the API, or of a stand-in, with a slash at its end
	Line   *calls.Line
}

// Read makes a call that changes nothing: see [calls.Read].
func Read[T any](ctx context.Context, s *Service, rq Request) (*T, error) {
	return calls.Read(ctx, s.Line, rq.Method, func(ctx context.Context) (*T, error) {
		v := new(T)
		return v, s.send(ctx, rq, v)
	})
}

// Write makes a call that changes an event, and returns the event as it then is:
// see [calls.Write].
func (s *Service) Write(ctx context.Context, rq Request) (*gcal.Event, error) {
	return calls.Write(ctx, s.Line, rq.Method, func(ctx context.Context) (*gcal.Event, error) {
		if rq.Verb == http.MethodDelete {
			return nil, s.send(ctx, rq, nil)
		}
		e := &gcal.Event{}
		return e, s.send(ctx, rq, e)
	})
}

// PageSize is the most events that Google puts on a page.
const PageSize = "2500"

// List reads all pages of a list and returns the last one. A page may be short, or
// empty: only the one without a next is last. A list that leads back, or on for ever, is
// an error.
func (s *Service) List(ctx context.Context, rq Request, each func(*gcal.Events)) (last *gcal.Events, err error) {
	token := ""
	for range calls.MaxPages {
		page, err := Read[gcal.Events](ctx, s, rq.page(token))
		if err != nil {
			return nil, err
		}
		each(page)
		if page.NextPageToken == "" {
			return page, nil
		}
		if page.NextPageToken == token {
			break
		}
		token = page.NextPageToken
	}
	return nil, calls.ErrNoEnd
}
