package graph_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/calendartest"
	"github.com/peerslot/peerslot/calendar/graph/graphtest"
	"github.com/peerslot/peerslot/calendar/internal/webtest"
)

// random returns a Fail by which every tenth call fails, each time in another way.
func random(seed uint64) func(string, int) *graphtest.Fault {
	var mu sync.Mutex
	r := rand.New(rand.NewPCG(seed, seed))
	return func(method string, _ int) *graphtest.Fault {
		mu.Lock()
		defer mu.Unlock()
		if r.IntN(10) > 0 {
			return nil
		}
		if method == "events.update" && r.IntN(6) == 0 {
			return &graphtest.Fault{Status: 412, Reason: "ErrorIrresolvableConflict"} // at times for nothing
		}
		return []*graphtest.Fault{
			{Status: 500, Reason: "ErrorInternalServerError"},
			{Status: 503, Reason: "ErrorServerBusy", After: time.Second},
			{Status: 504, Reason: "UnknownError"},
			{Status: 429, Reason: "ApplicationThrottled", After: time.Second},
			{Drop: graphtest.Before},
			{Drop: graphtest.After},
			{Half: true},
			{Odd: "<html>Sign in to the network</html>"},
			{Odd: "<html>Sign in to the network</html>", Drop: graphtest.After},
			{Delay: time.Minute},
			{Delay: 10 * time.Second},
		}[r.IntN(11)]
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

func wantFifty(t *testing.T, s *graphtest.Server) {
	t.Helper()
	s.Fail(nil)
	if n := s.Events(); n != 50 {
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

const (
	ana = string(calendartest.Ana)
	bo  = string(calendartest.Bo)
)

// Every tenth call fails, in any way. In the end there is one series for each group,
// and everybody was told once.
func TestFiftyPutsUnderFaults(t *testing.T) {
	for seed := range uint64(4) {
		synctest.Test(t, func(t *testing.T) {
			s := standIn(t)
			s.RepeatConflicts, s.Touch = seed%2 == 0, seed > 1
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
	for _, conflicts := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			s := standIn(t)
			s.RepeatConflicts = conflicts
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
}

// runUntilKilled puts the series one after the other, until a number of calls was
// made; then nothing more is sent.
func runUntilKilled(t *testing.T, s *graphtest.Server, all []calendar.Series, n int) {
	cfg := config(s)
	cfg.HTTPClient.Transport = &webtest.Mortal{Next: cfg.HTTPClient.Transport, Left: n}
	b := start(t, cfg)
	for _, series := range all {
		if _, err := b.Put(t.Context(), series); err != nil {
			return
		}
	}
}

// A change of a series that is killed after any number of calls is finished by the
// same Put, and nobody is told twice of anything.
func TestKilledChanges(t *testing.T) {
	base := calendartest.Series(calendartest.UID(0))
	for name, change := range map[string]func(calendar.Series) calendar.Series{
		"moves and cancellations": func(s calendar.Series) calendar.Series {
			return s.WithOverride(calendartest.Move(s, 3, 25*time.Hour)).WithOverride(calendartest.CancelOne(s, 5)).WithOverride(calendartest.CancelOne(s, 7))
		},
		"a title and a move": func(s calendar.Series) calendar.Series {
			s.Title = "Another"
			return s.WithOverride(calendartest.Move(s, 4, time.Hour))
		},
		"guests": func(s calendar.Series) calendar.Series {
			s.Attendees = []calendar.Attendee{{Address: calendartest.Bo, Name: "Bo Ek"}, {Address: calendartest.Cem, Name: "Cem Su"}}
			return s
		},
	} {
		for killed := 1; killed <= 9; killed++ {
			synctest.Test(t, func(t *testing.T) {
				s := standIn(t)
				first := put(t, open(t, s), base.WithOverride(calendartest.Move(base, 2, time.Hour)))
				want := change(first)
				want.Sequence, want.Updated = want.Sequence+1, want.Updated.Add(time.Hour)
				invited := len(s.Mails(""))
				runUntilKilled(t, s, []calendar.Series{want}, killed)
				got := put(t, open(t, s), want)
				if !got.Same(want) {
					t.Errorf("%s, killed after %d calls: got %+v", name, killed, got)
				}
				told := map[graphtest.Mail]int{}
				for _, m := range s.Mails("")[invited:] {
					m.Text = ""
					if told[m]++; told[m] > 1 {
						t.Errorf("%s, killed after %d calls: told twice: %+v", name, killed, m)
					}
				}
				before := len(s.Mails(""))
				put(t, open(t, s), got)
				put(t, open(t, s), want)
				if len(s.Mails("")) != before {
					t.Errorf("%s, killed after %d calls: putting it again tells somebody: %v", name, killed, s.Mails("")[before:])
				}
			})
		}
	}
}

func put(t testing.TB, b calendar.Backend, s calendar.Series) calendar.Series {
	t.Helper()
	got, err := b.Put(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// Ctrl-C stops a run at a clean point: the call under way ends, and no other begins.
func TestCancelledContextEndsCleanly(t *testing.T) {
	for n := 1; n <= 5; n++ {
		synctest.Test(t, func(t *testing.T) {
			s := standIn(t)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			s.Fail(func(_ string, i int) *graphtest.Fault {
				if i == n {
					cancel()
					return &graphtest.Fault{Delay: time.Second}
				}
				return nil
			})
			series := calendartest.Series(calendartest.UID(0))
			series = series.WithOverride(calendartest.Move(series, 2, time.Hour)).WithOverride(calendartest.CancelOne(series, 6))
			if _, err := open(t, s).Put(ctx, series); err == nil && n < 5 || err != nil && !errors.Is(err, context.Canceled) {
				t.Errorf("after %d calls: got %v, want context.Canceled", n, err)
			}
			made := 0
			for _, c := range s.Calls() {
				made += c
			}
			if made > n {
				t.Errorf("after %d calls, %d more were made", n, made-n)
			}
			if n > 1 && s.Events() != 1 {
				t.Error("the call under way when the run was stopped did not end")
			}
			if got := put(t, open(t, s), series); !got.Same(series) {
				t.Errorf("stopped after %d calls, and run again: got %+v", n, got)
			}
		})
	}
}
