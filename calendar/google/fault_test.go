package google_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/calendartest"
	"github.com/peerslot/peerslot/calendar/google/googletest"
	"github.com/peerslot/peerslot/calendar/internal/webtest"
)

// random returns a Fail by which every tenth call fails, each time in another way.
func random(seed uint64) func(string, int) *googletest.Fault {
	var mu sync.Mutex
	r := rand.New(rand.NewPCG(seed, seed))
	return func(string, int) *googletest.Fault {
		mu.Lock()
		defer mu.Unlock()
		if r.IntN(10) > 0 {
			return nil
		}
		return []*googletest.Fault{
			{Status: 500, Reason: "backendError"},
			{Status: 503, Reason: "backendError"},
			{Status: 429, Reason: "rateLimitExceeded"},
			{Status: 403, Reason: "userRateLimitExceeded"},
			{Status: 403, Reason: "rateLimitExceeded"},
			{Drop: googletest.Before},
			{Drop: googletest.After},
			{Half: true},
			{Delay: time.Minute},
			{Delay: 10 * time.Second},
		}[r.IntN(10)]
	}
}

// fifty returns the series of 50 groups, each with a moved session.
func fifty() []calendar.Series {
	var out []calendar.Series
	for i := range 50 {
		s := calendartest.Series(calendartest.UID(i))
		out = append(out, s.WithOverride(calendartest.Move(s, i%13, time.Hour)))
	}
	return out
}

func wantFifty(t *testing.T, s *googletest.Server) {
	t.Helper()
	s.Fail(nil)
	if n := s.Events(string(calendartest.Organizer)); n != 50 {
		t.Errorf("%d series, want 50", n)
	}
	b := open(t, s)
	for _, want := range fifty() {
		got, err := b.Get(t.Context(), want.UID)
		if err != nil || !got.Same(want) {
			t.Errorf("%s: got %+v, %v", want.UID, got, err)
		}
	}
	for _, a := range []string{ana, bo} {
		told := map[string]int{}
		for _, m := range s.Mails(a) {
			told[m.Kind+" "+m.Event]++
		}
		if len(told) != 100 {
			t.Errorf("%s was told of %d things, want 50 invitations and 50 moves", a, len(told))
		}
		for what, n := range told {
			if n != 1 {
				t.Errorf("%s was told %d times of: %s", a, n, what)
			}
		}
	}
}

// Every tenth call fails, in any way. In the end there is one series for each
// group, and everybody was told once.
func TestFiftyPutsUnderFaults(t *testing.T) {
	for seed := range uint64(4) {
		synctest.Test(t, func(t *testing.T) {
			s := standIn(t)
			s.Fail(random(seed))
			b := open(t, s)
			var wg sync.WaitGroup
			for i, series := range fifty() {
				wg.Go(func() {
					time.Sleep(time.Duration(i%7) * time.Millisecond)
					if _, err := b.Put(t.Context(), series); err != nil {
						t.Errorf("seed %d, %s: %v", seed, series.UID, err)
					}
				})
			}
			wg.Wait()
			wantFifty(t, s)
		})
	}
}

// The same with a run that is killed 20 times, wherever it is, and started again.
func TestFiftyPutsUnderFaultsAndKills(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := standIn(t)
		r := rand.New(rand.NewPCG(1, 2))
		s.Fail(random(9))
		for range 20 {
			all := fifty()
			r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
			runUntilKilled(t, s, all, 1+r.IntN(30))
		}
		for _, series := range fifty() {
			if _, err := open(t, s).Put(t.Context(), series); err != nil {
				t.Errorf("%s: %v", series.UID, err)
			}
		}
		wantFifty(t, s)
	})
}

// runUntilKilled puts the series one after the other, until a number of calls was
// made; then nothing more is sent.
func runUntilKilled(t *testing.T, s *googletest.Server, all []calendar.Series, n int) {
	cfg := config(t, s)
	cfg.HTTPClient.Transport = &webtest.Mortal{Next: cfg.HTTPClient.Transport, Left: n}
	b := start(t, cfg)
	for _, series := range all {
		if _, err := b.Put(t.Context(), series); err != nil {
			return
		}
	}
}

// Ctrl-C stops a run at a clean point: the call under way ends, and no other begins.
func TestCancelledContextEndsCleanly(t *testing.T) {
	for n := 1; n <= 5; n++ {
		synctest.Test(t, func(t *testing.T) {
			s := standIn(t)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			s.Fail(func(_ string, i int) *googletest.Fault {
				if i == n {
					cancel()
					return &googletest.Fault{Delay: time.Second}
				}
				return nil
			})
			b := open(t, s)
			if _, err := b.Put(ctx, moved()); err == nil && n < 5 || err != nil && !errors.Is(err, context.Canceled) {
				t.Errorf("after %d calls: got %v, want context.Canceled", n, err)
			}
			made := 0
			for _, c := range s.Calls() {
				made += c
			}
			if made > n {
				t.Errorf("after %d calls, %d more were made", n, made-n)
			}
			if n > 1 && s.Events(string(calendartest.Organizer)) != 1 {
				t.Errorf("the call under way when the run was stopped did not end")
			}
			wantBooked(t, s, fmt.Sprintf("stopped after %d calls, and run again", n), put(t, open(t, s), moved()))
		})
	}
}
