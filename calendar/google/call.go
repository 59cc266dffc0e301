package google

import (
	"context"

	"github.com/peerslot/peerslot/calendar/internal/calls"
)

// read makes a call that changes nothing: see [calls.Read].
func read[T any](ctx context.Context, b *Backend, method string, do func(ctx context.Context) (T, error)) (T, error) {
	return calls.Read(ctx, b.line, method, do)
}

// write makes a call that changes something: see [calls.Write].
func write[T any](ctx context.Context, b *Backend, method string, do func(ctx context.Context) (T, error)) (T, error) {
	return calls.Write(ctx, b.line, method, do)
}
