package calendar

import (
	"context"
	"errors"
	"time"

	"github.com/cenkalti/backoff/v5"
)

// A RetryError says that the same call may work later.
type RetryError struct {
	After   time.Duration // not sooner than this; 0 leaves it to who retries
	Refused bool          // the call was certainly not carried out
	Err     error
}

func (e *RetryError) Error() string { return e.Err.Error() }

func (e *RetryError) Unwrap() error { return e.Err }

// Retry calls op up to tries times, as long as it returns a RetryError. It waits
// longer each time, from half a second to half a minute, by chance somewhat more
// or less, so that many who fail together do not come back together. It returns
// what op returned last, or the error of ctx if that ends while it waits.
func Retry[T any](ctx context.Context, tries int, op func() (T, error)) (T, error) {
	waits := backoff.ExponentialBackOff{
		InitialInterval:     500 * time.Millisecond,
		RandomizationFactor: 0.5,
		Multiplier:          2,
		MaxInterval:         32 * time.Second,
	}
	waits.Reset()
	for {
		v, err := op()
		again, ok := errors.AsType[*RetryError](err)
		if tries--; !ok || tries <= 0 {
			return v, err
		}
		select {
		case <-time.After(max(again.After, waits.NextBackOff())):
		case <-ctx.Done():
			return v, ctx.Err()
		}
	}
}
