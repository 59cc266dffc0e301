package booking_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/booking"
	"github.com/peerslot/peerslot/scheduler/schedulertest"
)

// At a slot that misses the quorum in more than half of the sessions a group is not
// booked by itself, though each of them could be moved: then it would be no weekly time.
// Of whom nothing is known does not count against it.
func TestQuorumAtBooking(t *testing.T) {
	for _, c := range []struct {
		missed, sessions int
		broken, anyway   bool
		want             error
	}{
		{6, 13, false, false, nil}, {7, 13, false, false, booking.ErrUnderQuorum}, {6, 12, false, false, nil}, // more than half, not half
		{7, 13, false, true, nil}, {7, 13, true, false, nil}, {13, 13, false, true, nil},
	} {
		for _, stay := range []bool{true, false} {
			w := newWorld(t, ana, bo)
			r := w.NewGroup("g", ana, bo) // a quorum of 60%: both of the two
			r.Stay, r.Anyway, r.Search.Count = stay, c.anyway, c.sessions
			r.Slot = schedulertest.Slot(t, "tue 15:00")
			for week := range c.missed {
				from := at(1, 6, 15).Start.AddDate(0, 0, 7*week)
				w.Fake.Meet(ana, availability.Interval{Start: from, End: from.Add(time.Hour)})
			}
			if c.broken {
				w.Fake.Break(ana)
			}
			if p := w.Plan(t, r)[0]; !errors.Is(p.Problem, c.want) {
				t.Errorf("%+v, without moves %v: %v", c, stay, p.Problem)
			}
		}
	}
}

// What would be over before it is booked is no series; one that has begun is.
func TestNoSeriesOfThePast(t *testing.T) {
	for start, want := range map[string]error{"2025-10-01": booking.ErrOver, "2025-10-14": nil} {
		w := newWorld(t, ana, bo)
		r := w.NewGroup("g", ana, bo)
		var err error
		if r.Search.Start, err = availability.ParseDate(start); err != nil {
			t.Fatal(err)
		}
		if p := w.Plan(t, r)[0]; !errors.Is(p.Problem, want) {
			t.Errorf("from %s, planned on %s: %v; want %v", start, w.Service.Now(), p.Problem, want)
		}
	}
}

func TestAnotherSeriesIsNotBookedInSilence(t *testing.T) {
	w, _ := booked(t, ana, bo) // tue 15:00, weekly, from 6 January
	r := scheduler.Request{Group: w.Workspace.Groups[0], Search: booking.NewSearch(w.Workspace, scheduler.DefaultProgram(), start)}
	other := schedulertest.Slot(t, "wed 15:00")
	for name, c := range map[string]struct {
		change func(*scheduler.Request)
		want   error
	}{
		"the same":         {func(*scheduler.Request) {}, nil},
		"another slot":     {func(r *scheduler.Request) { r.Slot = other }, booking.ErrOtherSeries},
		"the same start":   {func(r *scheduler.Request) { r.Asked.Start = true }, nil},
		"another start":    {func(r *scheduler.Request) { r.Asked.Start, r.Search.Start = true, start.AddDays(7) }, booking.ErrOtherSeries},
		"a week too early": {func(r *scheduler.Request) { r.Asked.Start, r.Search.Start = true, start.AddDays(-6) }, booking.ErrOtherSeries},
		"six days earlier": {func(r *scheduler.Request) { r.Asked.Start, r.Search.Start = true, start.AddDays(-5) }, nil},
		"the same cadence": {func(r *scheduler.Request) { r.Asked.Cadence = true }, nil},
		"another cadence": {func(r *scheduler.Request) {
			r.Asked.Cadence, r.Search.Cadence, r.Search.Count = true, availability.Monthly, 4
		}, booking.ErrOtherSeries},
		"another length":    {func(r *scheduler.Request) { r.Asked.Length, r.Search.Length = true, time.Hour/2 }, booking.ErrOtherSeries},
		"a default length":  {func(r *scheduler.Request) { r.Slot, r.Slot.Length = schedulertest.Slot(t, "tue 15:00"), time.Hour/2 }, nil},
		"fewer sessions":    {func(r *scheduler.Request) { r.Asked.Count, r.Search.Count = true, 4 }, booking.ErrOtherSeries},
		"as many sessions":  {func(r *scheduler.Request) { r.Asked.Count = true }, nil},
		"a default cadence": {func(r *scheduler.Request) { r.Search.Cadence, r.Search.Count = availability.Monthly, 4 }, nil},
	} {
		asked := r
		c.change(&asked)
		if p := w.Plan(t, asked)[0]; !errors.Is(p.Problem, c.want) || p.Existing == nil {
			t.Errorf("%s: %v, existing %v; want %v, and the series that there is", name, p.Problem, p.Existing, c.want)
		}
	}
}

// A group that is named for its series alone is those people.
func TestALooseGroupHasItsMembers(t *testing.T) {
	w := newWorld(t, ana, bo, cem)
	loose := func(members ...calendar.Address) scheduler.Request {
		return scheduler.Request{
			Group:  scheduler.Group{Name: "loose", Members: members},
			Search: booking.NewSearch(w.Workspace, scheduler.DefaultProgram(), start),
		}
	}
	w.MustBook(t, w.Plan(t, loose(ana, bo))[0])
	if p := w.Plan(t, loose(bo, ana))[0]; p.Problem != nil || p.Existing == nil {
		t.Errorf("the same two: %v, existing %v; want the series that there is", p.Problem, p.Existing)
	}
	if p := w.Plan(t, loose(ana, cem))[0]; !errors.Is(p.Problem, booking.ErrOtherSeries) {
		t.Errorf("another two: %v; want %v", p.Problem, booking.ErrOtherSeries)
	}
}

// A group that cannot be planned is named, and the others are.
func TestOneGroupsFault(t *testing.T) {
	w := newWorld(t, ana, bo, cem)
	good, stranger, lost := w.NewGroup("good", ana, bo), w.NewGroup("stranger", ana, "zoe@acme.example"), w.NewGroup("lost", bo, cem)
	lost.Group.Program, lost.Search = "nothing", availability.Search{}
	plans := w.Plan(t, stranger, lost, good)
	if plans[0].Problem == nil || plans[1].Problem == nil || plans[2].Problem != nil {
		t.Errorf("problems: %v, %v, %v; want some for the first two alone", plans[0].Problem, plans[1].Problem, plans[2].Problem)
	}
}

// On as few days as possible, but never without those who are required.
func TestGroupDaysKeepRequiredMembers(t *testing.T) {
	w := newWorld(t, ana, bo, cem)
	program := scheduler.DefaultProgram()
	program.Name, program.GroupDays = "p", true
	w.Workspace.Programs = []scheduler.Program{program}
	request := func(name string, required []calendar.Address, members ...calendar.Address) scheduler.Request {
		g := scheduler.Group{Name: name, Program: "p", Members: members, Required: required}
		w.Workspace.Groups = append(w.Workspace.Groups, g)
		return scheduler.Request{Group: g, Search: booking.NewSearch(w.Workspace, program, start)}
	}
	first := request("first", nil, ana, bo)
	first.Slot = schedulertest.Slot(t, "wed 15:00")
	w.MustBook(t, w.Plan(t, first)[0])
	// cem, who is required, cannot come on one Wednesday of thirteen: any time of it.
	wednesday := at(1, 14, 0).Start
	w.Fake.Meet(cem, availability.Interval{Start: wednesday, End: wednesday.Add(24 * time.Hour)})
	second := request("second", []calendar.Address{cem}, ana, bo, cem)
	second.Stay = true
	if p := w.Plan(t, second)[0]; p.Candidate.RequiredMet != 13 {
		t.Errorf("%s, at which cem can attend %d of 13; want a slot with all of them", p.Candidate.Slot, p.Candidate.RequiredMet)
	}
	third := request("third", nil, ana, bo)
	third.Stay = true
	if p := w.Plan(t, third)[0]; p.Candidate.Slot.Day != time.Wednesday {
		t.Errorf("%s; want the day on which both have a session already", p.Candidate.Slot)
	}
	if len(w.Workspace.Groups) != 3 || !slices.Contains(w.Workspace.Groups[1].Required, cem) {
		t.Error("the test lost a group")
	}
}

// The best slots are choices: an hour or a day apart, the best of each first.
func TestSlotsAreChoices(t *testing.T) {
	w := newWorld(t, ana, bo)
	r := w.NewGroup("g", ana, bo)
	r.Search.Top = 20
	ranking, err := booking.Slots(t.Context(), w.Service, r.Group, r.Search, false)
	if err != nil || len(ranking.Candidates) != 20 {
		t.Fatalf("Slots: %d, %v; want 20", len(ranking.Candidates), err)
	}
	all, err := booking.Slots(t.Context(), w.Service, r.Group, r.Search, true)
	if err != nil || ranking.Candidates[0].Candidate != all.Candidates[0].Candidate {
		t.Errorf("the best is %v, with all starts %v (%v)", ranking.Candidates[0].Slot, all.Candidates[0].Slot, err)
	}
	if a, b := all.Candidates[0], all.Candidates[1]; b.Slot.Start-a.Slot.Start != 15*time.Minute {
		t.Errorf("with all starts %v is followed by %v; want the next quarter of an hour", a.Slot, b.Slot)
	}
	for i, a := range ranking.Candidates {
		for _, b := range ranking.Candidates[:i] {
			if a.First == b.First && (a.Slot.Start-b.Slot.Start).Abs() < time.Hour {
				t.Errorf("both %v and %v are shown", b.Slot, a.Slot)
			}
		}
	}
}

// The group's own series does not stand in its way: what it takes is free for it.
func TestSlotsOfAGroupThatMeets(t *testing.T) {
	w, b := booked(t, ana, bo)
	r := w.Request("g")
	r.Search.Top = 500
	ranking, err := booking.Slots(t.Context(), w.Service, r.Group, r.Search, true)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range ranking.Candidates {
		if c.Slot == b.Series.Slot && c.Attendance != c.Possible {
			t.Errorf("its own slot has %d of %d attendances; want all", c.Attendance, c.Possible)
		}
	}
	other := scheduler.Group{Name: "h", Members: []calendar.Address{ana, cem}}
	cems := w.Workspace.Roster.Of(ana)
	cems.Address = cem
	w.Workspace.Roster.Put(cems)
	if ranking, err = booking.Slots(t.Context(), w.Service, other, r.Search, true); err != nil {
		t.Fatal(err)
	}
	for _, c := range ranking.Candidates {
		if c.Slot == b.Series.Slot && c.Attendance == c.Possible {
			t.Error("another group has all attendances at the slot, where ana is taken")
		}
	}
}

// A booking remembers the cadence that its group has of its own.
func TestABookingRemembersItsGroupsCadence(t *testing.T) {
	w, _ := booked(t, ana, bo)
	w.NewGroup("h", ana, bo)
	h := w.Workspace.Groups[1]
	h.Cadence = availability.Biweekly
	p := w.Plan(t, scheduler.Request{Group: h, Search: booking.NewSearch(w.Workspace, scheduler.DefaultProgram().For(h), start)})[0]
	if got := p.Booking.Rules.Cadence; p.Problem != nil || got != availability.Biweekly {
		t.Errorf("the booking remembers %s, %v; want biweekly", got, p.Problem)
	}
}
