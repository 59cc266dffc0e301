package calendartest

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/internal/webtest"
)

// A Service is a stand-in for a service on the web, with an empty calendar for each
// of [People], on which calls go wrong.
type Service struct {
	// Open returns the backend of a new process, which reaches the service over what
	// network makes of the network that it has.
	Open func(t *testing.T, network func(http.RoundTripper) http.RoundTripper) calendar.Backend

	Fail   func(f func(method string, n int) *webtest.Fault) // as of webtest.Base
	Calls  func() map[string]int                             // that have come in, by method
	Series func() int                                        // how many are on the organizer's calendar
	Told   func(a calendar.Address) map[string]int           // what a was told, and how often

	// Refusals are the service's own ways to fail now and then: of any call, under "",
	// or of one method's.
	Refusals map[string][]webtest.Fault

	// Notices is of how many things a member hears when a series with a moved session
	// is booked.
	Notices int
}

// TestService tests that a backend keeps its promises on a service where calls fail,
// runs are killed, and people press Ctrl-C. open returns an untouched service on every
// call, of which it may have several variants, counted from 0.
func TestService(t *testing.T, open func(t *testing.T, variant int) Service) {
	for variant := range 4 {
		inBubble(t, "FiftyPutsUnderFaults", variant, open, fiftyPutsUnderFaults)
	}
	for variant := range 2 {
		inBubble(t, "FiftyPutsUnderFaultsAndKills", variant, open, fiftyPutsUnderFaultsAndKills)
		inBubble(t, "CancelledContextEndsCleanly", variant, open, func(t *testing.T, s Service, _ int) {
			after := effects(t, s)
			for n := 1; n <= len(after); n++ {
				cancelledContextEndsCleanly(t, open(t, variant), n, after[n-1])
			}
		})
	}
}

func inBubble(t *testing.T, name string, variant int, open func(*testing.T, int) Service, test func(*testing.T, Service, int)) {
	t.Run(name, func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) { test(t, open(t, variant), variant) })
	})
}

func (s Service) alive(t *testing.T) calendar.Backend {
	return s.Open(t, func(n http.RoundTripper) http.RoundTripper { return n })
}

// failNowAndThen makes every tenth call fail, each time in another way.
func (s Service) failNowAndThen(seed uint64) {
	ways := []webtest.Fault{
		{Drop: webtest.Before}, {Drop: webtest.After}, {Half: true}, {Delay: time.Minute}, {Delay: 10 * time.Second},
	}
	var mu sync.Mutex
	r := rand.New(rand.NewPCG(seed, seed))
	s.Fail(func(method string, _ int) *webtest.Fault {
		mu.Lock()
		defer mu.Unlock()
		if r.IntN(10) > 0 {
			return nil
		}
		all := slices.Concat(ways, s.Refusals[""], s.Refusals[method])
		return &all[r.IntN(len(all))]
	})
}

// fifty returns the series of 50 groups, each with a moved session.
func fifty() []calendar.Series {
	var out []calendar.Series
	for i := range 50 {
		s := Series(UID(i))
		out = append(out, s.WithOverride(Move(s, i%13, time.Hour)))
	}
	return out
}

// want tests that exactly these series are booked, and that everybody was told of
// everything once.
func (s Service) want(t *testing.T, series ...calendar.Series) {
	t.Helper()
	s.Fail(nil)
	if n := s.Series(); n != len(series) {
		t.Errorf("%d series, want %d", n, len(series))
	}
	b := s.alive(t)
	for _, want := range series {
		if got, err := b.Get(t.Context(), want.UID); err != nil || !got.Same(want) {
			t.Errorf("%s: got %+v, %v", want.UID, got, err)
		}
	}
	for _, a := range []calendar.Address{Ana, Bo} {
		told := s.Told(a)
		if len(told) != s.Notices*len(series) {
			t.Errorf("%s was told of %d things, want %d of each of %d series", a, len(told), s.Notices, len(series))
		}
		for what, n := range told {
			if n != 1 {
				t.Errorf("%s was told %d times of: %.200s", a, n, what)
			}
		}
	}
}

// Every tenth call fails, in any way. In the end there is one series for each group,
// and everybody was told once.
func fiftyPutsUnderFaults(t *testing.T, s Service, seed int) {
	b := s.alive(t)
	s.failNowAndThen(uint64(seed))
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
	s.want(t, fifty()...)
}

// The same with a run that is killed 20 times, wherever it is, and started again.
func fiftyPutsUnderFaultsAndKills(t *testing.T, s Service, _ int) {
	r := rand.New(rand.NewPCG(1, 2))
	s.failNowAndThen(9)
	for range 20 {
		all := fifty()
		r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		s.runUntilKilled(t, all, 1+r.IntN(40))
	}
	for _, series := range fifty() {
		if _, err := s.alive(t).Put(t.Context(), series); err != nil {
			t.Errorf("%s: %v", series.UID, err)
		}
	}
	s.want(t, fifty()...)
}

// runUntilKilled puts the series one after the other, until a number of calls was
// made; then nothing more is sent.
func (s Service) runUntilKilled(t *testing.T, all []calendar.Series, calls int) {
	b := s.Open(t, func(n http.RoundTripper) http.RoundTripper { return &webtest.Mortal{Next: n, Left: calls} })
	for _, series := range all {
		if _, err := b.Put(t.Context(), series); err != nil {
			return
		}
	}
}

// effects returns how many series there are after each call of a Put.
func effects(t *testing.T, s Service) []int {
	t.Helper()
	b := s.alive(t)
	before := total(s)
	var after []int
	s.Fail(func(string, int) *webtest.Fault {
		after = append(after, s.Series())
		return nil
	})
	if _, err := b.Put(t.Context(), fifty()[0]); err != nil {
		t.Fatal(err)
	}
	if n := total(s) - before; n != len(after) || n == 0 {
		t.Fatalf("a Put takes %d calls, of which %d were seen", n, len(after))
	}
	return append(after[1:], s.Series())
}

func total(s Service) int {
	n := 0
	for _, c := range s.Calls() {
		n += c
	}
	return n
}

// Ctrl-C stops a run at a clean point: the call under way ends, with its effect, no
// other begins, and the next run goes on from there.
func cancelledContextEndsCleanly(t *testing.T, s Service, n, series int) {
	t.Helper()
	b := s.alive(t)
	before := total(s)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	s.Fail(func(_ string, i int) *webtest.Fault {
		if i-before != n {
			return nil
		}
		cancel()
		return &webtest.Fault{Delay: time.Second}
	})
	want := fifty()[0]
	if _, err := b.Put(ctx, want); err != nil && !errors.Is(err, context.Canceled) {
		t.Errorf("after %d calls: got %v, want context.Canceled", n, err)
	}
	if made := total(s) - before; made > n {
		t.Errorf("after %d calls, %d more were made", n, made-n)
	}
	if got := s.Series(); got != series {
		t.Errorf("stopped at call %d: %d series, want %d; the call under way did not end", n, got, series)
	}
	if _, err := s.alive(t).Put(t.Context(), want); err != nil {
		t.Errorf("stopped at call %d, and run again: %v", n, err)
	}
	s.want(t, want)
}
