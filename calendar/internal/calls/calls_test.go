package calls

import (
	"context"
	"errors"
	"net"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/time/rate"

	"github.com/peerslot/peerslot/calendar"
)

var (
	errBusy   = errors.New("busy")   // there were too many calls
	errWrong  = errors.New("wrong")  // the call makes no sense
	errBroken = errors.New("broken") // the connection
	errNoHost = &net.DNSError{IsNotFound: true}
)

func newLine(parallel int) *Line {
	return &Line{
		Pace: rate.NewLimiter(rate.Inf, 1), Parallel: parallel, Service: "acme",
		Classify: func(_ string, err error) (error, bool) {
			switch {
			case errors.Is(err, errBusy):
				return &calendar.RetryError{Refused: true, Err: err}, true
			case errors.Is(err, errWrong):
				return err, true
			}
			return nil, false
		},
	}
}

// outcomes returns a call that fails in these ways, and then works; and how often it
// was made.
func outcomes(errs ...error) (do func(context.Context) (int, error), made *int) {
	made = new(int)
	return func(context.Context) (int, error) {
		if *made++; *made <= len(errs) {
			return 0, errs[*made-1]
		}
		return 7, nil
	}, made
}

func TestWhatIsMadeAgain(t *testing.T) {
	for name, c := range map[string]struct {
		errs        []error
		read, write int   // how often it is made
		err         error // of the write
	}{
		"works":          {nil, 1, 1, nil},
		"too many":       {[]error{errBusy, errBusy}, 3, 3, nil},
		"makes no sense": {[]error{errWrong}, 1, 1, errWrong},
		"breaks":         {[]error{errBroken}, 2, 1, errBroken},
		"no such host":   {[]error{errNoHost}, 1, 1, errNoHost},
		"not signed in":  {[]error{calendar.ErrSignIn}, 1, 1, calendar.ErrSignIn},
	} {
		synctest.Test(t, func(t *testing.T) {
			l := newLine(0)
			do, made := outcomes(c.errs...)
			v, err := Read(t.Context(), l, "get", do)
			if final := c.read == len(c.errs); *made != c.read || (err != nil) != final || err == nil && v != 7 {
				t.Errorf("%s: read %d times, %d, %v; want %d", name, *made, v, err, c.read)
			}
			do, made = outcomes(c.errs...)
			v, err = Write(t.Context(), l, "put", do)
			_, unsettled := errors.AsType[*calendar.RetryError](err)
			if *made != c.write || !errors.Is(err, c.err) || unsettled != (c.err == errBroken) || err == nil && v != 7 {
				t.Errorf("%s: written %d times, %d, %v; want %d, %v", name, *made, v, err, c.write, c.err)
			}
			if got := l.Counts(); got["get"] != c.read || got["put"] != c.write {
				t.Errorf("%s: counted %v", name, got)
			}
		})
	}
}

// What always breaks is given up sooner than what comes too often.
func TestGivingUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for err, want := range map[error]int{errBroken: Tries, errBusy: limitedTries} {
			made := 0
			_, got := Read(t.Context(), newLine(0), "get", func(context.Context) (int, error) { made++; return 0, err })
			if _, again := errors.AsType[*calendar.RetryError](got); made != want || !errors.Is(got, err) || again {
				t.Errorf("%v: made %d times, %v; want %d and a final error", err, made, got, want)
			}
		}
	})
}

func TestNoMoreAtOnceThanAllowed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLine(4)
		var mu sync.Mutex
		now, most := 0, 0
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() {
				_, _ = Read(t.Context(), l, "get", func(context.Context) (int, error) {
					mu.Lock()
					now++
					most = max(most, now)
					mu.Unlock()
					time.Sleep(time.Second)
					mu.Lock()
					now--
					mu.Unlock()
					return 0, nil
				})
			})
		}
		wg.Wait()
		if most != 4 {
			t.Errorf("%d at once, want 4", most)
		}
	})
}

// A write under way when its caller stops is given some time; nothing else begins.
func TestWritesOutliveTheirCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		done := false
		_, _ = Write(ctx, newLine(0), "put", func(ctx context.Context) (int, error) {
			cancel()
			select {
			case <-time.After(grace / 2):
				done = true
			case <-ctx.Done():
			}
			return 0, nil
		})
		made := 0
		_, err := Write(ctx, newLine(0), "put", func(context.Context) (int, error) { made++; return 0, nil })
		if !done || made != 0 || !errors.Is(err, context.Canceled) {
			t.Errorf("the write ended: %v; then made %d more, %v", done, made, err)
		}
	})
}

func TestErrorsHoldNoAddress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, err := Read(t.Context(), newLine(0), "get", func(context.Context) (int, error) {
			return 0, &url.Error{Op: "Get", URL: "https://acme.example/ana@acme.example", Err: errBroken}
		})
		if err == nil || strings.Contains(err.Error(), "ana") || !strings.HasPrefix(err.Error(), "acme get: ") {
			t.Errorf("got %v", err)
		}
	})
}
