package repair_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/calendartest"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/repair"
	"github.com/peerslot/peerslot/scheduler/schedulertest"
)

// A session that was moved is moved again only for two more, or for the quorum.
func TestAMovedSessionMovesAgainOnlyForMore(t *testing.T) {
	for name, test := range map[string]struct {
		busy []calendar.Address // at the new time
		want string
	}{
		"one more":  {[]calendar.Address{ana}, ""},
		"two more":  {[]calendar.Address{ana, bo}, "move"},
		"no others": {nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			w, _ := booked(t, ana, bo, cem, dee, "eve@acme.example", "fay@acme.example")
			w.Fake.Meet(cem, at(1, 13, 15))
			first := w.repair(t)
			if actions(first) != "move" {
				t.Fatalf("changes %+v; want a first move", first.Changes)
			}
			to := first.Changes[0].To
			for _, a := range test.busy {
				w.Fake.Meet(a, availability.Interval{Start: to, End: to.Add(time.Hour)})
			}
			w.Now = func() time.Time { return now.AddDate(0, 0, 1) }
			if plan := w.repair(t); actions(plan) != test.want {
				t.Errorf("next night: %+v; want %q", plan.Changes, test.want)
			}
		})
	}
}

func TestAMovedSessionMovesAgainForTheQuorum(t *testing.T) {
	w, _ := booked(t, ana, bo)
	w.Fake.Meet(bo, at(1, 13, 15))
	to := w.repair(t).Changes[0].To
	w.Fake.Meet(ana, availability.Interval{Start: to, End: to.Add(time.Hour)}) // 1 of 2 is under 60%
	w.Now = func() time.Time { return now.AddDate(0, 0, 1) }
	if plan := w.repair(t); actions(plan) != "move" {
		t.Errorf("next night: %+v; want the quorum restored", plan.Changes)
	}
}

// Of a group that had as many moves as it may in 28 days a session is moved only for
// two more, or for the quorum; and when the 28 days are over, as before.
func TestMovesOfAMonth(t *testing.T) {
	w, _ := booked(t, ana, bo, cem)
	w.Workspace.Repair.PerMonth = 1
	w.Fake.Meet(cem, at(1, 6, 15))
	if plan := w.repair(t); actions(plan) != "move" {
		t.Fatalf("changes %+v; want the first move of the month", plan.Changes)
	}
	w.Fake.Meet(cem, at(1, 27, 15))
	w.Now = func() time.Time { return now.AddDate(0, 0, 1) }
	if plan := w.repair(t); actions(plan) != "" {
		t.Errorf("changes %+v; want none, one move a month was told", plan.Changes)
	}
	w.Fake.Meet(bo, at(1, 20, 15))
	w.Fake.Meet(cem, at(1, 20, 15)) // under the quorum
	if plan := w.repair(t); actions(plan) != "move" || !plan.Changes[0].From.Equal(at(1, 20, 15).Start) {
		t.Errorf("changes %+v; want the session of 20 January rescued", plan.Changes)
	}
	w.Fake.Meet(cem, at(2, 24, 15))
	w.Now = func() time.Time { return now.AddDate(0, 0, 31) }
	if plan := w.repair(t); actions(plan) != "move" {
		t.Errorf("a month later: %+v; want a move", plan.Changes)
	}
}

// A session is cancelled near its date only, and comes back by itself if enough can
// come again; what is cancelled by itself later needs nobody.
func TestCancelsComeLateAndGoBack(t *testing.T) {
	w, b := booked(t, ana, bo)
	w.Workspace.Repair.CancelBelow, w.Workspace.Repair.CancelWithin = true, 7*24*time.Hour
	w.Fake.Meet(bo, availability.Interval{Start: at(1, 12, 0).Start, End: at(1, 19, 0).Start})
	if plan := w.repair(t); actions(plan) != "" || len(plan.Findings) != 0 {
		t.Errorf("twelve days before: %+v, %+v; want nothing", plan.Changes, plan.Findings)
	}
	w.Now = func() time.Time { return at(1, 7, 3).Start }
	if plan := w.repair(t); actions(plan) != "cancel" || !strings.Contains(plan.Changes[0].Why, "1 of 2") {
		t.Fatalf("six days before: %+v; want the cancellation", plan.Changes)
	}
	w.wantQuiet(t)
	w.Fake.Forget(bo)
	w.Now = func() time.Time { return at(1, 8, 3).Start }
	plan := w.repair(t)
	if actions(plan) != "restore" || !plan.Changes[0].To.Equal(at(1, 13, 15).Start) {
		t.Fatalf("once bo can come: %+v; want the session back", plan.Changes)
	}
	there, err := w.Backend.Get(t.Context(), b.Series.UID)
	if err != nil || there.Override(at(1, 13, 15).Start).Cancelled {
		t.Errorf("on the calendar: %+v, %v; want no cancellation", there.Overrides, err)
	}
	w.wantQuiet(t)
}

// A session that was cancelled does not come back onto another one of a member of its,
// though enough others could come.
func TestNothingComesBackOntoAnother(t *testing.T) {
	w := newWorld(t, ana, bo, cem, dee)
	w.BookAt(t, "g", "tue 15:00", ana, bo, cem)
	other := w.BookAt(t, "h", "wed 15:00", cem, dee)
	w.Workspace.Repair.CancelBelow, w.Workspace.Repair.CancelWithin = true, 7*24*time.Hour
	for _, a := range []calendar.Address{ana, bo} {
		w.Fake.Meet(a, availability.Interval{Start: at(1, 12, 0).Start, End: at(1, 19, 0).Start})
	}
	w.Now = func() time.Time { return at(1, 7, 3).Start }
	if plan := w.repair(t); actions(plan) != "cancel" {
		t.Fatalf("changes %+v; want the session of 13 January cancelled", plan.Changes)
	}
	moved := calendartest.Sessions(other.Series)[1]
	w.Fake.ByHand(other.Series.UID, calendar.Override{Original: moved.Start, Moved: at(1, 13, 15)})
	w.Fake.Forget(ana)
	w.Fake.Forget(bo)
	if plan := w.repair(t); actions(plan) != "" {
		t.Errorf("cem meets others then: %s; want nothing", actions(plan))
	}
	w.Fake.ByHand(other.Series.UID, calendar.Override{Original: moved.Start, Moved: moved})
	if plan := w.repair(t); actions(plan) != "restore" {
		t.Errorf("once cem meets nobody then: %s; want that it takes place after all", actions(plan))
	}
}

// freeOnly leaves a person only these times free in the week from 12 January on.
func (w *world) freeOnly(a calendar.Address, free ...availability.Interval) {
	from := at(1, 12, 0).Start
	for _, iv := range append(free, availability.Interval{Start: at(1, 19, 0).Start}) {
		if from.Before(iv.Start) {
			w.Fake.Meet(a, availability.Interval{Start: from, End: iv.Start})
		}
		from = iv.End
	}
}

// What is called off makes room for another session in the same night.
func TestACancellationMakesRoom(t *testing.T) {
	const eve = "eve@acme.example"
	w := newWorld(t, ana, bo, cem, dee, eve)
	w.BookAt(t, "g", "tue 15:00", ana, bo, cem)
	w.BookAt(t, "h", "wed 15:00", cem, dee, eve)
	w.Workspace.Repair.CancelBelow = true
	w.freeOnly(ana)
	w.freeOnly(bo)
	w.freeOnly(dee, at(1, 13, 15))
	plan := w.repair(t)
	if actions(plan) != "cancel move" || !plan.Changes[1].To.Equal(at(1, 13, 15).Start) {
		t.Errorf("changes %+v; want g's session called off, and h's in its place", plan.Changes)
	}
	w.wantQuiet(t)
}

// What takes place after all takes its time from what is moved in the same night.
func TestWhatComesBackTakesItsTime(t *testing.T) {
	const eve, fay = "eve@acme.example", "fay@acme.example"
	w := newWorld(t, ana, bo, cem, dee, eve, fay)
	w.BookAt(t, "g", "tue 15:00", ana, bo, cem)
	w.BookAt(t, "h", "wed 15:00", cem, dee, eve)
	w.BookAt(t, "k", "tue 15:00", eve, fay)
	w.Workspace.Repair.CancelBelow = true
	w.freeOnly(ana)
	w.freeOnly(bo)
	if plan := w.repair(t); actions(plan) != "cancel" {
		t.Fatalf("changes %+v; want g's session called off", plan.Changes)
	}
	w.Fake.Forget(ana)
	w.Fake.Forget(bo)
	w.freeOnly(dee, at(1, 13, 15)) // when eve is at k's session, which fay cannot attend
	w.freeOnly(fay)
	if plan := w.repair(t); actions(plan) != "restore cancel" {
		t.Errorf("changes %+v; want g's session back, k's called off, and h's left where it is", plan.Changes)
	}
}

// A session that is moved back in the same night was not moved: nobody hears of it, and it
// counts neither among the moves of the night nor among its own.
func TestMovedBackTheSameNight(t *testing.T) {
	const eve, fay, gus, hal = "eve@acme.example", "fay@acme.example", "gus@acme.example", "hal@acme.example"
	w := newWorld(t, ana, cem, dee, eve, fay, gus, hal)
	h := w.NewGroup("h", cem, eve, gus, hal)
	h.Search.Start, h.Search.Cadence, h.Search.Count, h.Slot = availability.Date{Year: 2026, Month: 1, Day: 12}, availability.Monthly, 3, schedulertest.Slot(t, "tue 15:30")
	w.MustBook(t, w.Plan(t, h)[0])
	g := w.NewGroup("g", ana, cem, dee, eve, fay, gus)
	g.Slot, g.Stay = schedulertest.Slot(t, "tue 15:00"), true
	booked := w.MustBook(t, w.Plan(t, g)[0])
	first, second := at(1, 13, 15), at(1, 20, 15)
	monday, thursday := at(1, 12, 10), at(1, 15, 10)
	half := availability.Interval{Start: first.Start, End: first.End.Add(30 * time.Minute)}
	w.freeOnly(ana, monday, first)
	for _, a := range []calendar.Address{cem, eve, gus} {
		w.freeOnly(a, monday, half, thursday)
	}
	w.freeOnly(dee, first)
	w.freeOnly(fay, first)
	w.freeOnly(hal, thursday)
	w.Fake.Meet(ana, second)
	plan := w.repair(t)
	var moved []time.Time
	for _, c := range plan.Changes {
		moved = append(moved, c.From)
	}
	if actions(plan) != "move move" || !slices.Contains(moved, half.Start.Add(30*time.Minute)) || !slices.Contains(moved, second.Start) {
		t.Fatalf("changes %+v; want h's session away from g's, and g's of a week later", plan.Changes)
	}
	for _, a := range []calendar.Address{ana, cem, dee, eve, fay, gus, hal} {
		w.Fake.Forget(a)
	}
	w.Fake.Meet(ana, first)
	w.Now = func() time.Time { return now.Add(24 * time.Hour) }
	if plan := w.repair(t); actions(plan) != "move" || !plan.Changes[0].From.Equal(first.Start) || plan.Changes[0].UID != booked.Series.UID {
		t.Errorf("once ana has another meeting: %+v; want the session moved, for the first time", plan.Changes)
	}
}

// A session at which nobody who is left could meet anybody is not held, whatever is
// configured; it is when the other comes back.
func TestAGroupThatShrankToOne(t *testing.T) {
	w, b := booked(t, ana, bo)
	w.Workspace.Repair.CancelWithin = 7 * 24 * time.Hour
	person := w.Workspace.Roster.Of(bo)
	w.Workspace.Roster.Remove(bo)
	first := calendartest.Sessions(b.Series)[0].Start
	w.Now = func() time.Time { return first.AddDate(0, 0, -3) }
	if plan := w.repair(t); actions(plan) != "leave cancel" || !strings.Contains(plan.Changes[1].Why, "nobody meets alone: only one of those who are left can come") {
		t.Fatalf("bo left: %+v; want that the next session is off", plan.Changes)
	}
	w.wantQuiet(t)
	w.Workspace.Roster.Put(person)
	if plan := w.repair(t); actions(plan) != "join restore" || !bookings(t, plan)[0].Joined[bo].Equal(w.Now()) {
		t.Errorf("bo is back: %s, in %+v; want that the session takes place after all", actions(plan), bookings(t, plan))
	}
	w.wantQuiet(t)
}

// Of whom all left, the series is as that of any group that shrank: nothing fails.
func TestAGroupThatAllLeft(t *testing.T) {
	w, _ := booked(t, ana, bo)
	w.Workspace.Roster.Remove(ana)
	w.Workspace.Roster.Remove(bo)
	if plan := w.repair(t); slices.ContainsFunc(plan.Findings, func(f scheduler.Finding) bool { return f.Kind == scheduler.Failed }) {
		t.Errorf("findings:\n%s", words(plan))
	}
	w.wantQuiet(t)
}

// Where all but one declined the whole series, that one meets nobody: sessions are called
// off as they come near, the one who is left is named every night until it is settled,
// and it goes on once somebody comes again.
func TestWhoIsLeftByDeclinesDoesNotMeetAlone(t *testing.T) {
	w, b := booked(t, ana, bo)
	w.Workspace.Repair.CancelWithin = 7 * 24 * time.Hour
	w.Fake.Reply(b.Series.UID, bo, time.Time{}, calendar.Declined)
	first := calendartest.Sessions(b.Series)[0].Start
	w.Now = func() time.Time { return first.AddDate(0, 0, -3) }
	plan := w.repair(t)
	if actions(plan) != "cancel" || !strings.Contains(plan.Changes[0].Why, "nobody meets alone") {
		t.Fatalf("bo declined the series: %+v; want that the next session is off", plan.Changes)
	}
	if got := words(plan); !strings.Contains(got, "declined the whole series") || !strings.Contains(got, "without bo, ana would meet alone") {
		t.Errorf("findings:\n%s\nwant that bo declined, and that ana is left", got)
	}
	again := w.repair(t)
	if len(again.Changes) != 0 || len(again.Findings) != 1 || again.Findings[0].Kind != scheduler.Deserted || again.Findings[0].Person != ana {
		t.Errorf("the next night: %+v, %+v; want ana named again, and no change", again.Changes, again.Findings)
	}
	w.Fake.Reply(b.Series.UID, ana, time.Time{}, calendar.Declined)
	if got := words(w.repair(t)); !strings.Contains(got, "nobody is left") {
		t.Errorf("both declined:\n%s\nwant that nobody is left", got)
	}
	for _, a := range []calendar.Address{ana, bo} {
		w.Fake.Reply(b.Series.UID, a, time.Time{}, calendar.Accepted)
	}
	if plan := w.repair(t); actions(plan) != "restore" {
		t.Errorf("both come again: %s; want that the session takes place after all", actions(plan))
	}
	w.wantQuiet(t)
}

// Whom somebody invited by hand is company.
func TestAGuestIsCompany(t *testing.T) {
	w, b := booked(t, ana, bo)
	w.Fake.Reply(b.Series.UID, bo, time.Time{}, calendar.Declined)
	w.edit(t, b.Series.UID, func(s *calendar.Series) {
		s.Attendees = append(s.Attendees, calendar.Attendee{Address: "guest@acme.example"})
	})
	if plan := w.repair(t); actions(plan) != "" || len(plan.Findings) != 1 || plan.Findings[0].Kind != scheduler.DeclinedSeries {
		t.Errorf("%+v, %+v; want that bo declined, and no session off", plan.Changes, plan.Findings)
	}
}

// What people cancelled by hand stays off, whoever can come.
func TestWhatPeopleCancelledStaysOff(t *testing.T) {
	w, b := booked(t, ana, bo)
	w.Workspace.Repair.CancelBelow = true
	w.Fake.ByHand(b.Series.UID, calendar.Override{Original: at(1, 13, 15).Start, Cancelled: true})
	if plan := w.repair(t); actions(plan) != "" {
		t.Errorf("changes %+v; want none", plan.Changes)
	}
	w.wantQuiet(t)
}

// A session that was called off since members declined it does not come back because the
// calendar keeps no replies to what is off.
func TestADeclineOutlivesTheCancellation(t *testing.T) {
	w, b := booked(t, ana, bo, cem)
	w.Workspace.Repair.CancelBelow = true
	session := at(1, 13, 15)
	for _, a := range []calendar.Address{ana, bo} {
		w.freeOnly(a, session)
		w.Fake.Reply(b.Series.UID, a, session.Start, calendar.Declined)
	}
	if plan := w.repair(t); actions(plan) != "cancel" {
		t.Fatalf("changes %+v; want the session called off", plan.Changes)
	}
	s, err := w.Backend.Get(t.Context(), b.Series.UID)
	if err != nil {
		t.Fatal(err)
	}
	off := s.Override(session.Start)
	off.RSVPs = nil
	w.Fake.ByHand(b.Series.UID, off)
	w.wantQuiet(t)
}

// busyAtItsSlot keeps a person from the first n sessions of tue 15:00, all week where
// no time is to be better.
func (w *world) busyAtItsSlot(a calendar.Address, n int) {
	for week := range n {
		from := at(1, 6, 15).Start.AddDate(0, 0, 7*week)
		w.Fake.Meet(a, availability.Interval{Start: from, End: from.Add(time.Hour)})
	}
}

// Another slot is suggested from three conflicts on that are at least half of what is
// left, if it wins four attendances; and once, as long as it is the same.
func TestWhenAnotherSlotIsSuggested(t *testing.T) {
	for name, test := range map[string]struct {
		conflicts, left int
		busy            []calendar.Address
		want            string
	}{
		"half of them":           {4, 8, []calendar.Address{bo}, "suggest"},
		"less than half":         {4, 9, []calendar.Address{bo}, ""},
		"wins three attendances": {3, 4, []calendar.Address{bo}, ""},
		"three conflicts":        {3, 4, []calendar.Address{bo, cem}, "suggest"},
		"two conflicts":          {2, 2, []calendar.Address{bo, cem}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			w, _ := booked(t, ana, bo, cem)
			w.Workspace.Repair.Horizon = time.Hour
			for week := 13 - test.left; week < 13-test.left+test.conflicts; week++ {
				from := at(1, 6, 15).Start.AddDate(0, 0, 7*week)
				for _, a := range test.busy {
					w.Fake.Meet(a, availability.Interval{Start: from, End: from.Add(time.Hour)})
				}
			}
			w.Now = func() time.Time { return at(1, 6, 17).Start.AddDate(0, 0, 7*(12-test.left)) }
			if plan := w.repair(t); actions(plan) != test.want {
				t.Errorf("%d conflicts of %d left: %+v; want %q", test.conflicts, test.left, plan.Changes, test.want)
			}
		})
	}
}

func TestASuggestionIsMadeOnce(t *testing.T) {
	w, _ := booked(t, ana, bo)
	w.Workspace.Repair.Horizon = time.Hour
	w.busyAtItsSlot(bo, 13)
	if plan := w.repair(t); actions(plan) != "suggest" || len(plan.Findings) != 0 {
		t.Fatalf("changes %+v, findings %+v; want a suggestion", plan.Changes, plan.Findings)
	}
	w.Now = func() time.Time { return now.AddDate(0, 0, 1) }
	plan := w.repair(t)
	if actions(plan) != "" || len(plan.Findings) != 0 {
		t.Errorf("the next night: %+v, findings %+v; want nothing said twice", plan.Changes, plan.Findings)
	}
	if err := repair.KeepNight(t.Context(), w.Service, plan); err != nil {
		t.Fatal(err)
	}
	if nights, err := w.Store.Nights(t.Context()); err != nil || len(nights) != 1 || len(nights[0].Findings) != 1 || nights[0].Findings[0].Kind != scheduler.BetterSlot {
		t.Errorf("what the night found: %+v, %v; want the suggestion for as long as it stands", nights, err)
	}
	if _, plan, err := repair.Status(t.Context(), w.Service, 0); err != nil || len(plan.Findings) != 1 || plan.Findings[0].Kind != scheduler.BetterSlot {
		t.Errorf("status: %+v, %v; want the suggestion for as long as it stands", plan.Findings, err)
	}
	for week := range 13 {
		from := at(1, 5, 9).Start.AddDate(0, 0, 7*week)
		w.Fake.Meet(ana, availability.Interval{Start: from, End: from.Add(8 * time.Hour)}) // the suggested Monday is gone
	}
	if plan := w.repair(t); actions(plan) != "suggest" {
		t.Errorf("once another slot is best: %+v; want a new suggestion", plan.Changes)
	}
}

// With reslot: move the better slot is booked, and the next night finds nothing.
func TestReslotBooksTheBetterSlot(t *testing.T) {
	w, old := booked(t, ana, bo)
	w.Workspace.Repair.Reslot = true
	w.busyAtItsSlot(bo, 13)
	plan := w.repair(t)
	if actions(plan) != "rebook" || len(plan.Findings) != 0 {
		t.Fatalf("changes %+v, findings %+v; want the series booked elsewhere, and nothing else", plan.Changes, plan.Findings)
	}
	bookings, err := w.Store.Bookings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	next, ok := bookings.Current("g")
	if !ok || next.Series.UID == old.Series.UID || next.Series.Slot == old.Series.Slot || next.Attendance != 2*next.Series.Count {
		t.Errorf("the group's booking is %s with %d attendances; want another slot that both can attend", next.Series.Slot, next.Attendance)
	}
	there, err := w.Backend.Get(t.Context(), old.Series.UID)
	if err != nil || len(calendartest.Sessions(there)) != 0 {
		t.Errorf("the old series still has %d sessions, %v", len(calendartest.Sessions(there)), err)
	}
	w.wantQuiet(t)
}

// Unknown never speaks against a session: it is not cancelled, nor reported.
func TestUnknownDoesNotCountAgainstTheQuorum(t *testing.T) {
	w, _ := booked(t, ana, bo, cem)
	w.Workspace.Repair.CancelBelow = true
	w.Fake.Break(ana)
	w.Fake.Meet(bo, availability.Interval{Start: at(1, 12, 0).Start, End: at(1, 19, 0).Start}) // 1 of 3 surely, 2 perhaps
	if plan := w.repair(t); actions(plan) != "" || len(plan.Findings) != 0 {
		t.Errorf("changes %+v, findings %+v; want none", plan.Changes, plan.Findings)
	}
}

// A session that a member declined takes none of their time: the other group's session
// then is no conflict. But no session is moved onto it.
func TestADeclinedSessionBlocksNobody(t *testing.T) {
	w := newWorld(t, ana, bo, cem)
	one := w.BookAt(t, "one", "tue 15:00", ana, bo)
	w.BookAt(t, "two", "wed 10:00", ana, cem)
	w.Fake.Reply(one.Series.UID, ana, at(1, 13, 15).Start, calendar.Declined)
	w.Fake.ByHand(one.Series.UID, calendar.Override{Original: at(1, 13, 15).Start, Moved: at(1, 14, 10)})
	w.Fake.Reply(one.Series.UID, ana, at(1, 13, 15).Start, calendar.Declined)
	if plan := w.repair(t); slices.ContainsFunc(plan.Changes, func(c scheduler.Change) bool { return c.Group == "two" }) {
		t.Errorf("changes %+v; want none for group two, ana declined the other one", plan.Changes)
	}
}

// A reply under another address of the same person counts.
func TestADeclineUnderAnAlias(t *testing.T) {
	w := newWorld(t, ana, bo, "ana.lima@acme.example")
	anas := w.Workspace.Roster.Of(ana)
	anas.Aliases = []calendar.Address{"ana.lima@acme.example"}
	w.Workspace.Roster.Remove("ana.lima@acme.example")
	w.Workspace.Roster.Put(anas)
	b := w.BookAt(t, "g", "tue 15:00", ana, bo)
	there, err := w.Backend.Get(t.Context(), b.Series.UID)
	if err != nil {
		t.Fatal(err)
	}
	there.Attendees[0].Address = "ana.lima@acme.example" // somebody invites the other address instead
	slices.SortFunc(there.Attendees, func(a, b calendar.Attendee) int { return strings.Compare(string(a.Address), string(b.Address)) })
	there.Sequence++
	if _, err := w.Backend.Put(t.Context(), there); err != nil {
		t.Fatal(err)
	}
	w.Fake.Reply(b.Series.UID, "ana.lima@acme.example", at(1, 13, 15).Start, calendar.Declined)
	plan := w.repair(t)
	if !strings.Contains(actions(plan), "move") || len(plan.Findings) != 0 {
		t.Errorf("changes %+v, findings %+v; want the session that ana declined moved, and ana to be taken for invited", plan.Changes, plan.Findings)
	}
}

// What people changed by hand is in the history, and told once.
func TestHandsAreInTheHistory(t *testing.T) {
	w, b := booked(t, ana, bo)
	w.Fake.ByHand(b.Series.UID, calendar.Override{Original: at(1, 13, 15).Start, Moved: at(1, 14, 10)})
	w.repair(t)
	w.wantQuiet(t)
	events, err := w.Store.History(t.Context(), "g", time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, e := range events {
		if e.What == string(scheduler.ByHand) && strings.Contains(e.Why, "moved it by hand") {
			n++
		}
	}
	if n != 1 {
		t.Errorf("history %+v; want the change by hand once", events)
	}
}

// What another run changed between plan and change is left alone: a plan is applied to
// what it was made from.
func TestAPlanIsAppliedToWhatItWasMadeFrom(t *testing.T) {
	w, b := booked(t, ana, bo)
	w.Fake.Meet(bo, at(1, 13, 15))
	plan := w.planOnly(t)
	if _, err := w.Store.Commit(t.Context(), scheduler.Batch{Bookings: []scheduler.Booking{b}}); err != nil { // another run saves it
		t.Fatal(err)
	}
	w.apply(t, &plan)
	if len(plan.Findings) != 1 || plan.Findings[0].Kind != scheduler.Failed || len(w.Puts()) != 1 {
		t.Errorf("findings %+v, %d puts; want the series left alone, and named", plan.Findings, len(w.Puts()))
	}
}

// A plan is made from the bookings that were read first: what another run saved while
// the calendar was read is not overwritten.
func TestBookingsAreThoseThatWereReadFirst(t *testing.T) {
	w, b := booked(t, ana, bo)
	w.Fake.Meet(bo, at(1, 13, 15))
	w.Fake.Before = func(ctx context.Context, c calendartest.Call) error {
		if c.Method != "Get" {
			return nil
		}
		_, err := w.Store.Commit(ctx, scheduler.Batch{Bookings: []scheduler.Booking{b}})
		return err
	}
	plan := w.planOnly(t)
	w.Fake.Before = nil
	w.apply(t, &plan)
	if len(plan.Findings) != 1 || plan.Findings[0].Kind != scheduler.Failed || len(w.Puts()) != 1 {
		t.Errorf("findings %+v, %d puts; want the series left alone, and named", plan.Findings, len(w.Puts()))
	}
}

// What is the matter with one series is named, and hinders no other.
func TestFindingsOfOneSeries(t *testing.T) {
	for name, test := range map[string]struct {
		arrange func(t *testing.T, w *world, uid calendar.UID)
		want    scheduler.FindingKind
	}{
		"gone": {func(t *testing.T, w *world, uid calendar.UID) {
			w.Fake.Before = func(_ context.Context, c calendartest.Call) error {
				if c.Method == "Get" && c.UID == uid {
					return calendar.ErrNotFound
				}
				return nil
			}
		}, scheduler.SeriesGone},
		"off": {func(t *testing.T, w *world, uid calendar.UID) {
			w.edit(t, uid, func(s *calendar.Series) { s.Cancelled = true })
		}, scheduler.SeriesOff},
		"shortened": {func(t *testing.T, w *world, uid calendar.UID) {
			w.edit(t, uid, func(s *calendar.Series) { s.Count = 9 })
		}, scheduler.Shortened},
		"a member taken off": {func(t *testing.T, w *world, uid calendar.UID) {
			w.edit(t, uid, func(s *calendar.Series) { s.Attendees = s.Attendees[:1] })
		}, scheduler.Uninvited},
		"no zone of that name": {func(t *testing.T, w *world, uid calendar.UID) {
			deeIs := w.Workspace.Roster.Of(dee)
			deeIs.Zone = "Mars/Olympus"
			w.Workspace.Roster.Put(deeIs)
		}, scheduler.Failed},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, ana, bo, cem, dee)
			w.BookAt(t, "g", "tue 15:00", ana, bo)
			other := w.BookAt(t, "other", "wed 10:00", cem, dee)
			w.Fake.Meet(bo, at(1, 13, 15))
			test.arrange(t, w, other.Series.UID)
			plan := w.repair(t)
			if actions(plan) != "move" {
				t.Errorf("changes %+v; want the move of the other group", plan.Changes)
			}
			if len(plan.Findings) != 1 || plan.Findings[0].Kind != test.want || plan.Findings[0].Group != "other" {
				t.Errorf("findings %+v; want %s of the group other", plan.Findings, test.want)
			}
		})
	}
}

// What can be moved the next night, as its members heard of enough tonight, needs nobody.
func TestWhatWaitsForTheNextNightIsNoFinding(t *testing.T) {
	w, _ := booked(t, ana, bo)
	for _, day := range []int{6, 13, 20} {
		w.Fake.Meet(bo, at(1, day, 15))
	}
	if plan := w.repair(t); actions(plan) != "move move" || len(plan.Findings) != 0 {
		t.Errorf("%s, findings:\n%s\nwant two moves, and nothing for a person", actions(plan), words(plan))
	}
	w.Now = func() time.Time { return now.Add(24 * time.Hour) }
	if plan := w.repair(t); actions(plan) != "move" {
		t.Errorf("the next night: %s; want the third move", actions(plan))
	}
}
