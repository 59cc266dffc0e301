package caldav_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/calendartest"
	"github.com/peerslot/peerslot/calendar/internal/webtest"
)

// random returns faults for a tenth of the requests, of every kind.
func random(seed uint64) func(string, int) *fault {
	var mu sync.Mutex
	r := rand.New(rand.NewPCG(seed, seed))
	return func(string, int) *fault {
		mu.Lock()
		defer mu.Unlock()
		if r.IntN(10) > 0 {
			return nil
		}
		return []*fault{
			{Status: http.StatusServiceUnavailable, After: "3"},
			{Status: http.StatusTooManyRequests},
			{Status: http.StatusLocked},
			{Status: http.StatusBadGateway},
			{Drop: "before"},
			{Drop: "after"},
			{Half: true},
			{Delay: time.Minute},
			{Delay: 10 * time.Second},
		}[r.IntN(9)]
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

func wantFifty(t *testing.T, s *standIn) {
	t.Helper()
	s.Fail = nil
	b := s.open(t, s)
	for _, want := range fifty() {
		if got, err := b.Get(t.Context(), want.UID); err != nil || !got.Same(want) {
			t.Errorf("%s: got %+v, %v", want.UID, got, err)
		}
	}
	if n := len(s.in("/u/robot/cal/")); n != 50 {
		t.Errorf("%d series, want 50", n)
	}
	told := map[string]int{}
	for what, n := range s.told {
		who, _, _ := strings.Cut(what, " ")
		told[who]++
		if n != 1 {
			t.Errorf("told %d times: %.200s", n, what)
		}
	}
	for _, a := range []calendar.Address{calendartest.Ana, calendartest.Bo} {
		if told[string(a)] != 50 {
			t.Errorf("%s was told of %d things, want 50 invitations", a, told[string(a)])
		}
	}
}

// Every tenth request fails, in any way. In the end there is one series for each
// group, and everybody was told once.
func TestFiftyPutsUnderFaults(t *testing.T) {
	for seed := range uint64(4) {
		synctest.Test(t, func(t *testing.T) {
			s := newStandIn(nil)
			b := s.open(t, s)
			s.Fail = random(seed)
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
		s := newStandIn(nil)
		r := rand.New(rand.NewPCG(1, 2))
		s.Fail = random(9)
		for range 20 {
			all := fifty()
			r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
			runUntilKilled(t, s, all, 8+r.IntN(40))
		}
		for _, series := range fifty() {
			if _, err := s.open(t, s).Put(t.Context(), series); err != nil {
				t.Errorf("%s: %v", series.UID, err)
			}
		}
		wantFifty(t, s)
	})
}

// runUntilKilled puts the series one after the other, until a number of requests
// was made; then nothing more is sent.
func runUntilKilled(t *testing.T, s *standIn, all []calendar.Series, n int) {
	b := s.open(t, &webtest.Mortal{Next: s, Left: n})
	for _, series := range all {
		if _, err := b.Put(t.Context(), series); err != nil {
			return
		}
	}
}

// What is asked in a night in which nothing changed: one request for each calendar
// that is read, and one for up to a hundred people; and a second Put writes
// nothing.
func TestRequestsAreCounted(t *testing.T) {
	s := newStandIn(nil)
	b := s.open(t, s)
	var own []calendar.Series
	var uids []calendar.UID
	for _, series := range fifty()[:10] {
		put, err := b.Put(t.Context(), series)
		if err != nil {
			t.Fatal(err)
		}
		own, uids = append(own, put), append(uids, put.UID)
	}
	people := calendartest.People()
	for i := range 46 {
		people = append(people, calendar.Address(fmt.Sprintf("p%d@acme.example", i)))
	}
	night := func(token string) (calendar.Changes, map[string]int) {
		t.Helper()
		before := b.Calls()
		changes, err := b.Sync(t.Context(), token, uids)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := b.Snapshot(t.Context(), people, calendartest.Window(), own...); err != nil {
			t.Fatal(err)
		}
		cost := b.Calls()
		for method, n := range before {
			if cost[method] -= n; cost[method] == 0 {
				delete(cost, method)
			}
		}
		return changes, cost
	}
	changes, _ := night("")
	if !changes.Full || len(changes.Series) != 10 {
		t.Errorf("the first Sync: full %v, %d series; want all 10", changes.Full, len(changes.Series))
	}
	changes, cost := night(changes.Token)
	if changes.Full || len(changes.Series)+len(changes.Gone)+len(changes.Problems) != 0 {
		t.Errorf("the second Sync: %+v, want nothing", changes)
	}
	if cost["REPORT"] != 1 || cost["POST"] != 1 || len(cost) != 2 {
		t.Errorf("a quiet night costs %v, want one REPORT and one POST", cost)
	}
	writes := b.Calls()["PUT"]
	for _, series := range own {
		if _, err := b.Put(t.Context(), series); err != nil {
			t.Fatal(err)
		}
	}
	if n := b.Calls()["PUT"] - writes; n != 0 {
		t.Errorf("putting everything again makes %d writes", n)
	}
}

// A wrong password is tried once.
func TestSignInIsTriedOnce(t *testing.T) {
	s := newStandIn(nil)
	s.Fail = func(string, int) *fault { return &fault{Status: http.StatusUnauthorized} }
	b := s.open(t, s)
	for range 3 {
		if _, err := b.Busy(t.Context(), calendartest.People(), calendartest.Window()); !errors.Is(err, calendar.ErrSignIn) {
			t.Errorf("got %v, want ErrSignIn", err)
		}
	}
	if s.n != 1 {
		t.Errorf("%d requests, want 1", s.n)
	}
}

// Without room nothing is half done, and the caller hears why.
func TestNoRoom(t *testing.T) {
	s := newStandIn(nil)
	b := s.open(t, s)
	s.Fail = func(method string, _ int) *fault {
		if method == http.MethodPut {
			return &fault{Status: http.StatusInsufficientStorage}
		}
		return nil
	}
	if _, err := b.Put(t.Context(), calendartest.Series(calendartest.UID(1))); !errors.Is(err, calendar.ErrQuota) {
		t.Errorf("got %v, want ErrQuota", err)
	}
	if _, err := b.Get(t.Context(), calendartest.UID(1)); !errors.Is(err, calendar.ErrNotFound) {
		t.Errorf("Get: %v, want ErrNotFound", err)
	}
}
