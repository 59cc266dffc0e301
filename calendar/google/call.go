package google

import (
	"context"
	"errors"
	"time"

	"github.com/peerslot/peerslot/calendar"
)

const (
	deadline = 30 * time.Second // of one call
	grace    = 5 * time.Second  // that a write under way is given when its caller stops

	patience = 2 * time.Minute // for a server that asks to wait

	brokenTries  = 6 // of a call whose connection breaks: 15 s
	limitedTries = 9 // of a call that comes too often: 95 s, longer than Google counts
)

// read makes a call that changes nothing, again and again while that may help. Its
// error is final.
func read[T any](ctx context.Context, b *Backend, method string, do func(ctx context.Context) (T, error)) (T, error) {
	broken := 0
	v, err := calendar.Retry(ctx, limitedTries, func() (T, error) {
		v, err := once(ctx, b, method, func() (T, error) {
			ctx, cancel := context.WithTimeout(ctx, deadline)
			defer cancel()
			return do(ctx)
		})
		if again, ok := errors.AsType[*calendar.RetryError](err); ok && !limited(err) {
			if broken++; broken == brokenTries {
				return v, again.Err
			}
		}
		return v, err
	})
	return v, final(err)
}

// write makes a call that changes something. It is made again only if Google has
// certainly not carried it out. When it may have (the connection broke), the
// error is a calendar.RetryError, and the caller must look before it tries again.
// A write that is under way when ctx ends is still given some time, so that what
// it did is known.
func write[T any](ctx context.Context, b *Backend, method string, do func(ctx context.Context) (T, error)) (T, error) {
	var unsettled error
	v, err := calendar.Retry(ctx, limitedTries, func() (T, error) {
		v, err := once(ctx, b, method, func() (T, error) {
			ctx, cancel := outlive(ctx)
			defer cancel()
			return do(ctx)
		})
		if again, ok := errors.AsType[*calendar.RetryError](err); ok && !limited(err) {
			unsettled, err = again, again.Err
		}
		return v, err
	})
	if unsettled != nil {
		return v, unsettled
	}
	return v, final(err)
}

// final returns what a RetryError wraps, once retrying has been given up.
func final(err error) error {
	if again, ok := errors.AsType[*calendar.RetryError](err); ok {
		return again.Err
	}
	return err
}

// once makes one call, when its turn has come.
func once[T any](ctx context.Context, b *Backend, method string, do func() (T, error)) (v T, err error) {
	if err := ctx.Err(); err != nil {
		return v, err
	}
	if err := b.limiter.Wait(ctx); err != nil {
		if ctx.Err() != nil {
			return v, ctx.Err()
		}
		return v, err
	}
	b.count(method)
	v, err = do()
	return v, translate(ctx, method, err)
}

// outlive returns a context that ends at the deadline of a call, or some time
// after ctx does.
func outlive(ctx context.Context) (context.Context, context.CancelFunc) {
	out, cancel := context.WithTimeout(context.WithoutCancel(ctx), deadline)
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(grace, cancel) })
	return out, func() { stop(); cancel() }
}
