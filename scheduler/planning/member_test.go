package planning_test

import (
	"slices"
	"testing"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/planning"
)

// A session that its attendees declined takes their time no more.
func TestDeclinedSessionsAreFree(t *testing.T) {
	w, b := booked(t, ana, bo)
	sessions, err := b.Series.Occurrences()
	if err != nil {
		t.Fatal(err)
	}
	s := b.Series
	declined := sessions[2]
	s = s.WithOverride(calendar.Override{Original: declined.Original, RSVPs: map[calendar.Address]calendar.RSVP{ana: calendar.Declined}})
	b.Series = s
	window := availability.Interval{Start: sessions[0].Start.AddDate(0, 0, -1), End: sessions[12].End.AddDate(0, 0, 1)}
	p, err := planning.New(planning.Snapshot{
		Workspace: w.Workspace, Bookings: scheduler.Bookings{b}, Window: window, Now: now,
		Busy: map[calendar.Address]availability.Busy{ana: {Window: window}, bo: {Window: window}},
	})
	if err != nil {
		t.Fatal(err)
	}
	members, err := p.Members(scheduler.Group{Name: "h", Members: []calendar.Address{ana, bo}}, "")
	if err != nil {
		t.Fatal(err)
	}
	for i, o := range sessions {
		for m, who := range []calendar.Address{ana, bo} {
			can, _ := members[m].CanAttend(o.Interval)
			if free := i == 2 && who == ana; can.Attends() != free {
				t.Errorf("session %d, %s: %v; want only what ana declined free", i+1, who, can)
			}
		}
	}
}

// Of a pair of which one left, or declined the series, nobody meets: its sessions take
// nobody's time.
func TestNobodyMeetsAlone(t *testing.T) {
	for what, leave := range map[string]func(w *world, s *calendar.Series){
		"left the roster":     func(w *world, _ *calendar.Series) { w.Workspace.Roster.Remove(ana) },
		"declined the series": func(_ *world, s *calendar.Series) { s.Attendees[0].RSVP = calendar.Declined },
	} {
		w, b := booked(t, ana, bo)
		leave(w, &b.Series)
		sessions, err := b.Series.Occurrences()
		if err != nil {
			t.Fatal(err)
		}
		window := availability.Interval{Start: now, End: sessions[12].End}
		p, err := planning.New(planning.Snapshot{
			Workspace: w.Workspace, Bookings: scheduler.Bookings{b}, Window: window, Now: now,
			Busy: map[calendar.Address]availability.Busy{bo: {Window: window}},
		})
		if err != nil {
			t.Fatal(err)
		}
		members, err := p.Members(scheduler.Group{Name: "h", Members: []calendar.Address{bo}}, "")
		if err != nil {
			t.Fatal(err)
		}
		if can, why := members[0].CanAttend(sessions[2].Interval); !can.Attends() {
			t.Errorf("ana %s: bo cannot come to another session at the time: %v", what, why)
		}
	}
}

// Who joined a group was in none of its sessions before: they neither count for it nor
// take their time.
func TestWhoJoinedWasNotThereBefore(t *testing.T) {
	w, b := booked(t, ana, bo)
	sessions, err := b.Series.Occurrences()
	if err != nil {
		t.Fatal(err)
	}
	b.Joined = map[calendar.Address]time.Time{bo: sessions[2].Start}
	window := availability.Interval{Start: now, End: sessions[12].End}
	p, err := planning.New(planning.Snapshot{
		Workspace: w.Workspace, Bookings: scheduler.Bookings{b}, Window: window, Now: sessions[5].End,
		Busy: map[calendar.Address]availability.Busy{ana: {Window: window}, bo: {Window: window}},
	})
	if err != nil {
		t.Fatal(err)
	}
	panel, err := p.Panel(scheduler.Group{Name: "g", Members: []calendar.Address{ana, bo}}, b.Series)
	if err != nil {
		t.Fatal(err)
	}
	for i, o := range sessions[:5] {
		want := scheduler.Share{Yes: 2}
		if i < 2 {
			want = scheduler.Share{Yes: 1, Unknown: 1}
		}
		if got := panel.Share(o); got != want {
			t.Errorf("session %d: %+v, want %+v", i+1, got, want)
		}
		if got := panel.Verdicts(o)[1].Why; (got == availability.NotJoined) != (i < 2) {
			t.Errorf("session %d: bo could not come because %q", i+1, got)
		}
		if taken := p.Taken([]calendar.Address{bo}, ""); slices.ContainsFunc(taken, o.Overlaps) != (i >= 2) {
			t.Errorf("session %d takes the time of bo: %v", i+1, i < 2)
		}
	}
}

// A session that was moved is anew to everybody: who declined its old time is busy at the
// new one. One that is off takes nobody's time, until it takes place after all.
func TestAMoveForgetsDeclines(t *testing.T) {
	w, b := booked(t, ana, bo)
	sessions, err := b.Series.Occurrences()
	if err != nil {
		t.Fatal(err)
	}
	o := sessions[2]
	to := availability.Interval{Start: o.Start.Add(-3 * time.Hour), End: o.End.Add(-3 * time.Hour)}
	b.Series = b.Series.WithOverride(calendar.Override{Original: o.Original, RSVPs: map[calendar.Address]calendar.RSVP{ana: calendar.Declined}})
	window := availability.Interval{Start: now, End: sessions[12].End}
	p, err := planning.New(planning.Snapshot{
		Workspace: w.Workspace, Bookings: scheduler.Bookings{b}, Window: window, Now: now,
		Busy: map[calendar.Address]availability.Busy{ana: {Window: window}, bo: {Window: window}},
	})
	if err != nil {
		t.Fatal(err)
	}
	free := func(what string, iv availability.Interval, want ...bool) {
		t.Helper()
		members, err := p.Members(scheduler.Group{Name: "h", Members: []calendar.Address{ana, bo}}, "")
		if err != nil {
			t.Fatal(err)
		}
		for i, m := range members {
			if can, _ := m.CanAttend(iv); can.Attends() != want[i] {
				t.Errorf("%s: %s is free: %v, want %v", what, m.Name, can.Attends(), want[i])
			}
		}
	}
	free("declined by ana", o.Interval, true, false)
	p.Retake(b.Series, o.Interval, to)
	free("moved", to, false, false)
	free("where it was", o.Interval, true, true)
	p.Retake(b.Series, to, availability.Interval{})
	free("off", to, true, true)
	p.Add(b.Series, o)
	free("back, where ana had declined it", o.Interval, true, false)
}

// A series that is being cancelled takes time until then, and none after it.
func TestACancelledSeriesTakesNoMoreTime(t *testing.T) {
	w, b := booked(t, ana, bo)
	sessions, err := b.Series.Occurrences()
	if err != nil {
		t.Fatal(err)
	}
	b.State, b.CancelFrom = scheduler.Cancelling, sessions[3].Start
	p, err := planning.New(planning.Snapshot{Workspace: w.Workspace, Bookings: scheduler.Bookings{b}, Window: availability.Interval{Start: now, End: sessions[12].End}, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	if got := p.Taken([]calendar.Address{ana}, ""); len(got) != 3 {
		t.Errorf("%d sessions are taken: %v; want the three before it ends", len(got), got)
	}
}

// Replies count whichever address of a person they were given under, and who
// declined all of the series is not counted at all.
func TestReviewKnowsAliases(t *testing.T) {
	w, b := booked(t, ana, bo, cem)
	sessions, err := b.Series.Occurrences()
	if err != nil {
		t.Fatal(err)
	}
	w.Fake.Reply(b.Series.UID, bo, sessions[0].Original, calendar.Declined)
	for i := range 3 {
		w.Fake.Reply(b.Series.UID, cem, sessions[i].Original, calendar.Accepted)
	}
	person := w.Workspace.Roster.Of(ana)
	person.Address, person.Aliases = ana, []calendar.Address{"a.lima@acme.example"}
	w.Workspace.Roster.Put(person)
	s := b.Series
	s.Attendees = []calendar.Attendee{{Address: "a.lima@acme.example", RSVP: calendar.Declined}, {Address: bo}}
	if got := planning.Attending(w.Workspace, scheduler.Group{Members: []calendar.Address{ana, bo, cem}}, s); len(got) != 1 || got[0] != bo {
		t.Errorf("Attending: %v; want bo alone: ana declined under an alias, cem is not invited", got)
	}
	o := calendar.Occurrence{Original: sessions[0].Original, Interval: sessions[0].Interval}
	if r := person.Reply(s, o); r != calendar.Declined {
		t.Errorf("ana's reply: %q; want that it counts under her alias", r)
	}
}

// Who is invited under another of their addresses is busy all the same, once.
func TestAnAliasBlocksElsewhere(t *testing.T) {
	w, b := booked(t, ana, bo, cem)
	person := w.Workspace.Roster.Of(ana)
	person.Aliases = []calendar.Address{"a.lima@acme.example"}
	w.Workspace.Roster.Put(person)
	b.Series.Attendees = slices.Concat([]calendar.Attendee{{Address: "a.lima@acme.example"}}, b.Series.Attendees)
	whole := availability.Interval{Start: now, End: now.AddDate(0, 6, 0)}
	for _, invited := range [][]calendar.Attendee{b.Series.Attendees, slices.Concat(b.Series.Attendees[:1], b.Series.Attendees[2:])} {
		b.Series.Attendees = invited
		p, err := planning.New(planning.Snapshot{Workspace: w.Workspace, Bookings: scheduler.Bookings{b}, Window: whole, Now: now})
		if err != nil {
			t.Fatal(err)
		}
		if got := p.Taken([]calendar.Address{ana}, ""); len(got) != b.Series.Count {
			t.Errorf("invited as %v: ana has %d sessions, want %d", invited, len(got), b.Series.Count)
		}
		sessions, err := b.Series.Occurrences()
		if err != nil {
			t.Fatal(err)
		}
		members, err := p.Members(scheduler.Group{Name: "h", Members: []calendar.Address{ana}}, "")
		if err != nil {
			t.Fatal(err)
		}
		if can, _ := members[0].CanAttend(sessions[0].Interval); can != availability.No {
			t.Errorf("invited as %v: ana's time is %v for another group, want that she cannot", invited, can)
		}
	}
}

// Who travels attends by the clock of the place and the hours there, and is off on its
// holidays.
func TestTravel(t *testing.T) {
	date := func(day int) availability.Date { return availability.Date{Year: 2026, Month: 5, Day: day} }
	tokyo, err := availability.LoadZone("Asia/Tokyo")
	if err != nil {
		t.Fatal(err)
	}
	person := scheduler.Person{Address: ana, Zone: "Europe/Berlin", Hours: availability.OfficeHours(), Travel: []scheduler.Trip{
		{DateRange: scheduler.DateRange{First: date(4), Last: date(8)}, Zone: "Asia/Tokyo", Hours: availability.OfficeHours(), Holidays: "JP"},
		{DateRange: scheduler.DateRange{First: date(25), Last: date(29)}, Zone: "Asia/Tokyo", Hours: availability.OfficeHours()}, // after the window
	}}
	window := availability.Interval{Start: time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC), End: time.Date(2026, 5, 15, 0, 0, 0, 0, time.UTC)}
	holidays := scheduler.HolidayFunc(func(region string, _, _ availability.Date) ([]availability.Date, error) {
		return []availability.Date{date(5)}, nil // Children's Day
	}).Of([]scheduler.Person{person}, window)
	m, err := person.Member(availability.Busy{Window: window}, window, holidays)
	if err != nil || len(m.Trips) != 1 {
		t.Fatalf("%d trips, %v; want the one within the window", len(m.Trips), err)
	}
	for day, want := range map[int]bool{5: false, 6: true, 7: true, 11: false} {
		start := time.Date(2026, 5, day, 10, 0, 0, 0, tokyo) // three in the morning in Berlin
		can, why := m.CanAttend(availability.Interval{Start: start, End: start.Add(time.Hour)})
		if can.Attends() != want {
			t.Errorf("10:00 in Tokyo on %d May: %v, %v; want %v", day, can, why, want)
		}
	}
	if _, err := person.Member(availability.Busy{}, window, nil); err == nil {
		t.Error("a member whose holidays nobody looked up is taken for one without")
	}
}

// Busy time that equals an own session, of which its source cannot say what it is, may be
// that session: it is not known. With a name it is another one's.
func TestTimeThatMayBeOurOwn(t *testing.T) {
	w, b := booked(t, ana, bo)
	sessions, err := b.Series.Occurrences()
	if err != nil {
		t.Fatal(err)
	}
	window := availability.Interval{Start: sessions[0].Start.AddDate(0, 0, -1), End: sessions[12].End.AddDate(0, 0, 1)}
	longer := sessions[3].Interval
	longer.End = longer.End.Add(time.Minute)
	busy := availability.Busy{Window: window, Spans: []availability.Span{
		{Interval: sessions[1].Interval, Unnamed: true}, {Interval: sessions[2].Interval}, {Interval: longer, Unnamed: true},
	}}
	p, err := planning.New(planning.Snapshot{
		Workspace: w.Workspace, Bookings: scheduler.Bookings{b}, Window: window, Now: now,
		Busy: map[calendar.Address]availability.Busy{ana: busy, bo: {Window: window}},
	})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range map[int]availability.Can{0: availability.Yes, 1: availability.Maybe, 2: availability.No, 3: availability.No} {
		if got, err := p.Attends(ana, b.Series, sessions[i]); err != nil || got.Can != want {
			t.Errorf("session %d: %v, %v; want %v", i+1, got, err, want)
		}
	}
	if busy.Spans[0].Kind == availability.Unknown {
		t.Error("what was read of ana's calendar is changed under who read it")
	}
}
