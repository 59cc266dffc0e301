package calendar

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

var errPlain = errors.New("no")

// failing returns an operation that fails n times with err, and counts its calls.
func failing(n int, err error) (op func() (string, error), calls *int) {
	calls = new(int)
	return func() (string, error) {
		if *calls++; *calls <= n {
			return "", err
		}
		return "done", nil
	}, calls
}

func TestRetry(t *testing.T) {
	again := &RetryError{Err: errPlain}
	for _, c := range []struct {
		name         string
		fails, tries int
		err          error
		wantCalls    int
		wantErr      bool
	}{
		{"works at once", 0, 3, again, 1, false},
		{"works at the last try", 2, 3, again, 3, false},
		{"gives up", 9, 3, again, 3, true},
		{"final at once", 1, 3, errPlain, 1, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				op, calls := failing(c.fails, c.err)
				got, err := Retry(t.Context(), c.tries, op)
				if *calls != c.wantCalls || (err != nil) != c.wantErr || (err == nil) != (got == "done") {
					t.Errorf("got %q, %v after %d calls, want %d calls, error %v", got, err, *calls, c.wantCalls, c.wantErr)
				}
				if err != nil && !errors.Is(err, errPlain) {
					t.Errorf("got %v, want the error of the operation", err)
				}
			})
		})
	}
}

func TestRetryWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		op, _ := failing(4, &RetryError{Err: errPlain})
		if _, err := Retry(t.Context(), 5, op); err != nil {
			t.Fatal(err)
		}
		// 0.5 + 1 + 2 + 4 s, each by chance half as long to half as long again.
		if waited := time.Since(start); waited < 3750*time.Millisecond || waited > 11250*time.Millisecond {
			t.Errorf("waited %v in all, want about 7.5 s", waited)
		}
		start = time.Now()
		op, _ = failing(1, &RetryError{After: time.Minute, Err: errPlain})
		if _, err := Retry(t.Context(), 2, op); err != nil {
			t.Fatal(err)
		}
		if waited := time.Since(start); waited != time.Minute {
			t.Errorf("waited %v, want the minute that was asked for", waited)
		}
	})
}

func TestRetryEndsWithContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 2500*time.Millisecond)
		defer cancel()
		op, calls := failing(99, &RetryError{After: time.Second, Err: errPlain})
		if _, err := Retry(ctx, 99, op); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v, want the error of the context", err)
		}
		if *calls != 3 {
			t.Errorf("got %d calls, want 3 in the time that there was", *calls)
		}
	})
}
