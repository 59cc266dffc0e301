// Package calls makes the calls of a service on the web: not too many, again where
// that is safe, and counted.
package calls

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"net/url"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/peerslot/peerslot/calendar"
)

const (
	deadline = 30 * time.Second // of one call
	grace    = 5 * time.Second  // that a write under way is given when its caller stops

	limitedTries = 9 // of a call that comes too often: 95 s, longer than services count

	// Patience is how long a service may ask to wait before it is no use to.
	Patience = 2 * time.Minute

	// Tries of a call whose connection breaks: 15 s.
	Tries = 6
)

// A Pace says when the next call may be made: Wait returns then, or with an error.
type Pace interface {
	Wait(ctx context.Context) error
}

// A Line is what all calls of a backend go through. Its fields are set before it is
// used; it must not be copied then.
type Line struct {
	Pace     Pace         // how many calls may be made in a time
	Log      *slog.Logger // of what may be made again; nil means none
	Parallel int          // how many may be under way at once; 0 means any number

	Service string // names it in errors; "" if they say enough without

	// Classify says what may be done about an answer of the service that is no
	// success: a calendar.RetryError may pass, everything else is final. It is not ok
	// if err is none.
	Classify func(method string, err error) (classified error, ok bool)

	once  sync.Once
	slots chan struct{}

	mu     sync.Mutex
	counts map[string]int
}

// Counts returns how many calls were made of each method. Those made again count
// again.
func (l *Line) Counts() map[string]int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return maps.Clone(l.counts)
}

// Count counts n calls of a method that are made as part of another.
func (l *Line) Count(method string, n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.counts == nil {
		l.counts = map[string]int{}
	}
	l.counts[method] += n
}

// Read makes a call that changes nothing, again and again while that may help. Its
// error is final.
func Read[T any](ctx context.Context, l *Line, method string, do func(ctx context.Context) (T, error)) (T, error) {
	broken := 0
	v, err := calendar.Retry(ctx, limitedTries, func() (T, error) {
		v, err := call(ctx, l, method, func() (T, error) {
			ctx, cancel := context.WithTimeout(ctx, deadline)
			defer cancel()
			return do(ctx)
		})
		if again, ok := errors.AsType[*calendar.RetryError](err); ok && !again.Refused {
			if broken++; broken == Tries {
				return v, again.Err
			}
		}
		return v, err
	})
	return v, Final(err)
}

// Write makes a call that changes something. It is made again only if it was
// certainly not carried out. When it may have been (the connection broke), the
// error is a calendar.RetryError, and the caller must look before it tries again.
// A write that is under way when ctx ends is still given some time, so that what
// it did is known.
func Write[T any](ctx context.Context, l *Line, method string, do func(ctx context.Context) (T, error)) (T, error) {
	var unsettled error
	v, err := calendar.Retry(ctx, limitedTries, func() (T, error) {
		v, err := call(ctx, l, method, func() (T, error) {
			ctx, cancel := outlive(ctx)
			defer cancel()
			return do(ctx)
		})
		if again, ok := errors.AsType[*calendar.RetryError](err); ok && !again.Refused {
			unsettled, err = again, again.Err
		}
		return v, err
	})
	if unsettled != nil {
		return v, unsettled
	}
	return v, Final(err)
}

// Final returns what a RetryError wraps, once retrying has been given up.
func Final(err error) error {
	if again, ok := errors.AsType[*calendar.RetryError](err); ok {
		return again.Err
	}
	return err
}

// call makes one call, when its turn has come.
func call[T any](ctx context.Context, l *Line, method string, do func() (T, error)) (v T, err error) {
	leave, err := l.enter(ctx)
	if err != nil {
		return v, err
	}
	defer leave()
	l.Count(method, 1)
	v, err = do()
	if err = l.translate(ctx, method, err); l.Log != nil {
		if again, ok := errors.AsType[*calendar.RetryError](err); ok {
			l.Log.Info("the call came to nothing", "method", method, "why", again.Error(), "wait", again.After)
		}
	}
	return v, err
}

// translate turns the error of one call into one that says what may be done about it.
func (l *Line) translate(ctx context.Context, method string, err error) error {
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	named := func(err error) error {
		if err = Bare(err); l.Service != "" {
			err = fmt.Errorf("%s %s: %w", l.Service, method, err)
		}
		return err
	}
	if errors.Is(err, calendar.ErrSignIn) {
		return named(err)
	}
	if again, ok := errors.AsType[*calendar.RetryError](err); ok { // of the token endpoint
		return &calendar.RetryError{After: again.After, Refused: true, Err: named(again)}
	}
	if classified, ok := l.Classify(method, err); ok {
		return classified
	}
	if dns, ok := errors.AsType[*net.DNSError](err); ok && dns.IsNotFound {
		return named(err) // a host that does not exist will not in a minute
	}
	return &calendar.RetryError{Err: named(err)} // the connection broke
}

// Bare returns err without the address of the request, which may hold people's
// addresses, codes and tokens.
func Bare(err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		return u.Err
	}
	return err
}

// enter waits for the turn of a call.
func (l *Line) enter(ctx context.Context) (leave func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	l.once.Do(func() {
		if l.Parallel > 0 {
			l.slots = make(chan struct{}, l.Parallel)
		}
	})
	leave = func() {}
	if l.slots != nil {
		select {
		case l.slots <- struct{}{}:
			leave = func() { <-l.slots }
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	if err := l.Pace.Wait(ctx); err != nil {
		leave()
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, err
	}
	return leave, nil
}

// outlive returns a context that ends at the deadline of a call, or some time
// after ctx does.
func outlive(ctx context.Context) (context.Context, context.CancelFunc) {
	out, cancel := context.WithTimeout(context.WithoutCancel(ctx), deadline)
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(grace, cancel) })
	return out, func() { stop(); cancel() }
}

// PerMinute returns a pace that keeps any minute, wherever it starts, to the given
// number of calls: a tenth of them may come at once.
func PerMinute(n int) Pace {
	burst := max(1, n/10)
	return rate.NewLimiter(rate.Limit(float64(n-burst)/60), burst)
}
