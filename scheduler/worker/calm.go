package worker

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// A calm handler is for River's log, which says each second, for each queue, that the
// database is away: of errors alike it passes the first on, and then one a minute, with
// how many there were since.
type calm struct {
	slog.Handler
	said *said
}

// calmly returns a log that says the same error once a minute.
func calmly(log *slog.Logger) *slog.Logger {
	return slog.New(calm{log.Handler(), &said{errors: map[saidError]saidWhen{}}})
}

// said is what was said, by message and error.
type said struct {
	mu     sync.Mutex
	errors map[saidError]saidWhen
}

type saidError struct{ message, err string }

type saidWhen struct {
	at   time.Time
	kept int // not passed on since
}

// most is how many errors are known apart; a log has few.
const most = 200

// again notes an error, and returns whether it is to be passed on, and how many were not.
func (s *said) again(e saidError, at time.Time) (kept int, pass bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	last, known := s.errors[e]
	if known && at.Sub(last.at) < time.Minute {
		last.kept++
		s.errors[e] = last
		return 0, false
	}
	if len(s.errors) >= most {
		clear(s.errors)
	}
	s.errors[e] = saidWhen{at: at}
	return last.kept, true
}

// Handle implements slog.Handler.
func (c calm) Handle(ctx context.Context, r slog.Record) error {
	if r.Level < slog.LevelError {
		return c.Handler.Handle(ctx, r)
	}
	e := saidError{message: r.Message}
	r.Attrs(func(a slog.Attr) bool {
		if a.Key == "err" || a.Key == "error" {
			e.err = a.Value.String()
		}
		return true
	})
	kept, pass := c.said.again(e, r.Time)
	if !pass {
		return nil
	}
	if kept > 0 {
		r = r.Clone()
		r.AddAttrs(slog.Int("more", kept))
	}
	return c.Handler.Handle(ctx, r)
}

// WithAttrs implements slog.Handler.
func (c calm) WithAttrs(attrs []slog.Attr) slog.Handler {
	return calm{c.Handler.WithAttrs(attrs), c.said}
}

// WithGroup implements slog.Handler.
func (c calm) WithGroup(name string) slog.Handler { return calm{c.Handler.WithGroup(name), c.said} }
