package scheduler_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/schedulertest"
)

// A booking whose program or group is gone keeps what it was booked with; an old one does
// not say, and has the rules of groups without a program.
func TestWhatABookingIsWithoutItsProgramAndGroup(t *testing.T) {
	w := scheduler.Workspace{Programs: []scheduler.Program{{Name: "circles", Quorum: 0.5}}, Groups: []scheduler.Group{{Name: "g", Members: []calendar.Address{ana}}}}
	b := schedulertest.Booking("g", 1)
	b.Rules = scheduler.Program{Name: "pairs", Kind: scheduler.Pair, Quorum: 0.9}
	for _, c := range []struct {
		program string
		rules   scheduler.Program
		quorum  float64
		title   string
	}{
		{"circles", b.Rules, 0.5, "Peer circle"},
		{"gone", b.Rules, 0.9, "Peer coaching"},
		{"gone", scheduler.Program{}, scheduler.DefaultProgram().Quorum, "Peer circle"},
		{"gone", scheduler.Program{Kind: scheduler.OneOnOne, Quorum: 1}, 1, "Peer 1:1"},
	} {
		b.Program, b.Rules = c.program, c.rules
		if p := w.ProgramOf(b); p.Name != c.program || p.Quorum != c.quorum || p.Kind.Title() != c.title {
			t.Errorf("booked in %q with %+v: %+v; want quorum %v, %s", c.program, c.rules, p, c.quorum, c.title)
		}
	}
	if g := scheduler.GroupIn(w.GroupsByName(), b); len(g.Members) != 1 {
		t.Errorf("g is %+v; want it as it is configured", g)
	}
	b.Group = "gone"
	if g := scheduler.GroupIn(w.GroupsByName(), b); g.Name != "gone" || g.Program != b.Program || len(g.Members) != len(b.Series.Attendees) {
		t.Errorf("a group that is gone is %+v; want it as it was invited", g)
	}
}

// The holidays of all regions are looked up that a person works in, once each, a day more on
// either side than the window: days are the members' own.
func TestHolidaysOfARegion(t *testing.T) {
	looked := map[string]int{}
	unknown := errors.New("no such region")
	lookUp := scheduler.HolidayFunc(func(region string, first, last availability.Date) ([]availability.Date, error) {
		looked[region]++
		if region == "XX" {
			return nil, unknown
		}
		return []availability.Date{first, last}, nil
	})
	people := []scheduler.Person{{Holidays: "DE", Travel: []scheduler.Trip{{Holidays: "JP"}}}, {Holidays: "DE"}, {Holidays: "XX"}, {}}
	window := availability.Interval{Start: time.Date(2026, 3, 3, 0, 0, 0, 0, time.UTC), End: time.Date(2026, 3, 5, 0, 0, 0, 0, time.UTC)}
	got := lookUp.Of(people, window)
	if diff := cmp.Diff(map[string]int{"DE": 1, "JP": 1, "XX": 1}, looked); diff != "" {
		t.Errorf("looked up (-want +got):\n%s", diff)
	}
	if de := got["DE"].Dates; len(got) != 3 || len(de) != 2 || de[0].String() != "2026-03-02" || de[1].String() != "2026-03-06" || !errors.Is(got["XX"].Err, unknown) {
		t.Errorf("holidays %+v; want those of three regions, one unknown", got)
	}
	if none := scheduler.HolidayFunc(nil).Of(people, window); len(none) != 0 {
		t.Errorf("without a source: %+v; want none", none)
	}
}

// People are called by their names, or what stands before the @; an alias that is somebody's
// own address is nobody else's.
func TestNamesOfPeople(t *testing.T) {
	w := scheduler.Workspace{Roster: scheduler.NewRoster(scheduler.Person{Address: ana, Name: "Ana Lima", Aliases: []calendar.Address{bo, "a.lima@acme.example"}}, scheduler.Person{Address: bo})}
	for a, want := range map[calendar.Address]string{ana: "Ana Lima", bo: "bo", "zoe@acme.example": "zoe"} {
		if got := w.Name(a); got != want {
			t.Errorf("%s is called %q, want %q", a, got, want)
		}
	}
	aliases := w.Roster.Aliases()
	if got := aliases.Person("a.lima@acme.example"); got != ana {
		t.Errorf("a.lima is %s, want ana", got)
	}
	if got := aliases.Person(string(bo)); got != bo {
		t.Errorf("bo is %s, want bo", got)
	}
}

// A session is where a move of ours brought it only if it is there, and not by hand.
func TestWonBy(t *testing.T) {
	first := scheduler.Move{Original: at(1, 6, 15).Start, To: at(1, 7, 15), Before: 1, After: 2}
	second := first
	second.To, second.After = at(1, 8, 15), 3
	again := first
	again.After = 4
	b := scheduler.Booking{Won: []scheduler.Move{first, second, again}}
	session := func(is availability.Interval, moved bool) calendar.Occurrence {
		return calendar.Occurrence{Original: first.Original, Interval: is, Moved: moved}
	}
	for name, c := range map[string]struct {
		o    calendar.Occurrence
		want int // who can attend it there; 0 for no move of ours
	}{
		"where a move brought it":         {session(second.To, true), 3},
		"where two brought it, the later": {session(first.To, true), 4},
		"elsewhere, by hand":              {session(at(1, 9, 15), true), 0},
		"where it was booked":             {session(at(1, 6, 15), false), 0},
	} {
		if m, ok := b.WonBy(c.o); m.After != c.want || ok != (c.want > 0) {
			t.Errorf("%s: %+v, %v; want %d", name, m, ok, c.want)
		}
	}
}

// An answer is one of four words, as they stand.
func TestParseAnswer(t *testing.T) {
	for _, a := range scheduler.AllAnswers {
		if got, err := scheduler.ParseAnswer(string(a)); err != nil || got != a {
			t.Errorf("ParseAnswer(%q) = %q, %v", a, got, err)
		}
	}
	for _, text := range []string{"", "Keep", "more"} {
		if got, err := scheduler.ParseAnswer(text); err == nil || got != "" {
			t.Errorf("ParseAnswer(%q) = %q, %v; want an error", text, got, err)
		}
	}
}
