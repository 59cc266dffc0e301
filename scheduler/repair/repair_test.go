package repair_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/calendartest"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/booking"
	"github.com/peerslot/peerslot/scheduler/repair"
)

func TestRepairMovesAConflict(t *testing.T) {
	w, b := booked(t, ana, bo)
	w.Fake.Meet(bo, at(1, 13, 15))
	plan := w.repair(t)
	if actions(plan) != "move" {
		t.Fatalf("changes %+v; want one move", plan.Changes)
	}
	c := plan.Changes[0]
	if !c.From.Equal(at(1, 13, 15).Start) || !c.To.Equal(at(1, 13, 14).Start) || c.Before != 1 || c.After != 2 || !strings.Contains(c.Why, "bo") {
		t.Errorf("change %+v; want 13 January 15:00 -> 14:00, 1 -> 2, because of bo", c)
	}
	there, err := w.Backend.Get(t.Context(), b.Series.UID)
	if err != nil || !there.Override(c.From).Moved.Start.Equal(c.To) {
		t.Errorf("on the calendar: %+v, %v; want the move", there.Overrides, err)
	}
	kept, err := w.Store.BookingsOf(t.Context(), "g")
	if err != nil || len(kept) != 1 {
		t.Fatal(kept, err)
	}
	if len(kept[0].Won) != 1 || !kept[0].Won[0].To.Start.Equal(c.To) || kept[0].Won[0].Before != 1 || kept[0].Won[0].After != 2 || !slices.Equal(kept[0].Won[0].Gained, []calendar.Address{bo}) {
		t.Errorf("the booking has %+v; want what the move won, for bo", kept[0].Won)
	}
	if got := w.Fake.Told(ana); got != 2 {
		t.Errorf("ana was told %d times; want 2: booked, and moved once", got)
	}
	w.wantQuiet(t)
}

func TestRepairLeavesAlone(t *testing.T) {
	tests := map[string]func(*world, scheduler.Booking){
		"its own sessions": func(*world, scheduler.Booking) {},
		"what is too near": func(w *world, _ scheduler.Booking) {
			w.Now = func() time.Time { return at(1, 12, 16).Start }
			w.Fake.Meet(bo, at(1, 13, 15))
		},
		"what is too far": func(w *world, _ scheduler.Booking) { w.Fake.Meet(bo, at(3, 10, 15)) },
		"what is unknown": func(w *world, _ scheduler.Booking) { w.Fake.Break(bo) },
		"a week without a better": func(w *world, _ scheduler.Booking) {
			w.Fake.Meet(bo, availability.Interval{Start: at(1, 12, 0).Start, End: at(1, 19, 0).Start})
		},
		"what was cancelled by hand": func(w *world, b scheduler.Booking) {
			w.Fake.Meet(bo, at(1, 13, 15))
			w.Fake.ByHand(b.Series.UID, calendar.Override{Original: at(1, 13, 15).Start, Cancelled: true})
		},
		"what was edited by hand": func(w *world, b scheduler.Booking) {
			w.Fake.Meet(bo, at(1, 13, 15))
			w.Fake.ByHand(b.Series.UID, calendar.Override{Original: at(1, 13, 15).Start, Note: "let us keep this one"})
		},
	}
	for name, arrange := range tests {
		t.Run(name, func(t *testing.T) {
			w, b := booked(t, ana, bo)
			arrange(w, b)
			if plan := w.repair(t); actions(plan) != "" {
				t.Errorf("changes %+v; want none", plan.Changes)
			}
		})
	}
}

func TestRepairReportsAHandMadeConflict(t *testing.T) {
	w, b := booked(t, ana, bo)
	to := at(1, 14, 10)
	w.Fake.Meet(bo, to)
	w.Fake.ByHand(b.Series.UID, calendar.Override{Original: at(1, 13, 15).Start, Moved: to})
	plan := w.repair(t)
	if actions(plan) != "" || len(plan.Findings) != 1 || !strings.Contains(words(plan), "1 of 2") {
		t.Errorf("plan %+v; want no change and a word about the session that was set by hand", plan)
	}
}

// A change by hand stays known after peerslot changed another session.
func TestHandMadeChangesOutliveOurs(t *testing.T) {
	w, b := booked(t, ana, bo)
	to := at(1, 14, 10)
	w.Fake.Meet(bo, to)
	w.Fake.ByHand(b.Series.UID, calendar.Override{Original: at(1, 13, 15).Start, Moved: to})
	w.Fake.Meet(ana, at(1, 20, 15))
	if plan := w.repair(t); actions(plan) != "move" {
		t.Fatalf("changes %+v; want the move of 20 January alone", plan.Changes)
	}
	w.Now = func() time.Time { return now.AddDate(0, 0, 1) }
	if plan := w.repair(t); plan.Bookings.Len() != 0 {
		t.Errorf("next night: %+v; want nothing, 13 January was set by hand", plan.Changes)
	}
}

func TestRepairOfADeclinedSession(t *testing.T) {
	w, b := booked(t, ana, bo)
	w.Fake.Reply(b.Series.UID, bo, at(1, 13, 15).Start, calendar.Declined)
	if plan := w.repair(t); actions(plan) != "move" || plan.Changes[0].After != 2 {
		t.Fatalf("changes %+v; want a move to where both can", plan.Changes)
	}
	w.wantQuiet(t)
}

// The reply to the old time is gone with the move, but not forgotten: whatever
// comes up at the new time, the session does not go back to what was declined.
func TestADeclinedTimeIsNotTriedAgain(t *testing.T) {
	w, b := booked(t, ana, bo, cem)
	w.Fake.Reply(b.Series.UID, bo, at(1, 13, 15).Start, calendar.Declined)
	if plan := w.repair(t); actions(plan) != "move" || plan.Changes[0].After != 3 {
		t.Fatalf("changes %+v; want a move to where all can", plan.Changes)
	}
	for _, a := range []calendar.Address{ana, bo, cem} { // nothing is left but what bo declined
		w.Fake.Meet(a, availability.Interval{Start: at(1, 12, 0).Start, End: at(1, 13, 15).Start})
		w.Fake.Meet(a, availability.Interval{Start: at(1, 13, 16).Start, End: at(1, 19, 0).Start})
	}
	if plan := w.repair(t); actions(plan) != "" {
		t.Errorf("changes %+v; want none: bo declined 15:00", plan.Changes)
	}
}

func TestNoMoreThanTwoMovesANight(t *testing.T) {
	w, _ := booked(t, ana, bo)
	for _, day := range []int{6, 13, 20, 27} {
		w.Fake.Meet(bo, at(1, day, 15))
	}
	if plan := w.repair(t); actions(plan) != "move move" && actions(plan) != "move move suggest" {
		t.Errorf("changes %s; want two moves", actions(plan))
	}
	w.wantQuiet(t)
	w.Now = func() time.Time { return now.Add(24 * time.Hour) }
	if plan := w.repair(t); strings.Count(actions(plan), "move") != 2 {
		t.Errorf("next night: %s; want the other two moves", actions(plan))
	}
}

func TestBelowQuorum(t *testing.T) {
	for _, cancel := range []bool{false, true} {
		t.Run(fmt.Sprint("cancel ", cancel), func(t *testing.T) {
			w, b := booked(t, ana, bo)
			w.Workspace.Repair.CancelBelow = cancel
			w.Fake.Meet(bo, availability.Interval{Start: at(1, 12, 0).Start, End: at(1, 19, 0).Start})
			plan := w.repair(t)
			there, err := w.Backend.Get(t.Context(), b.Series.UID)
			if err != nil {
				t.Fatal(err)
			}
			if got := there.Override(at(1, 13, 15).Start).Cancelled; got != cancel {
				t.Errorf("cancelled: %v; want %v", got, cancel)
			}
			if reported := len(plan.Findings) == 1; reported == cancel {
				t.Errorf("findings %+v; want a report only if nothing is cancelled", plan.Findings)
			}
			w.wantQuiet(t)
		})
	}
}

func TestRosterChangesReachTheSeries(t *testing.T) {
	w, b := booked(t, ana, bo, cem)
	w.Workspace.Roster.Remove(bo)
	w.Workspace.Roster.Put(scheduler.Person{Address: dee, Zone: "Europe/Berlin", Hours: availability.OfficeHours()})
	w.Workspace.Groups[0].Members = []calendar.Address{ana, bo, cem, dee}
	plan := w.repair(t)
	if actions(plan) != "leave join" {
		t.Fatalf("changes %+v; want bo to leave and dee to join", plan.Changes)
	}
	there, err := w.Backend.Get(t.Context(), b.Series.UID)
	if err != nil {
		t.Fatal(err)
	}
	var got []calendar.Address
	for _, a := range there.Attendees {
		got = append(got, a.Address)
	}
	if want := []calendar.Address{ana, cem, dee}; !slices.Equal(got, want) {
		t.Errorf("attendees %v; want %v", got, want)
	}
	w.wantQuiet(t)
}

func TestChronicConflictsSuggestAnotherSlot(t *testing.T) {
	w, b := booked(t, ana, bo)
	w.Workspace.Repair.Horizon = time.Hour // nothing is near enough to be moved
	for week := range 13 {
		w.Fake.Meet(bo, availability.Interval{Start: at(1, 6, 15).Start.AddDate(0, 0, 7*week), End: at(1, 6, 16).Start.AddDate(0, 0, 7*week)})
	}
	plan := w.repair(t)
	if actions(plan) != "suggest" || plan.Bookings.Len() != 0 {
		t.Fatalf("changes %+v; want a suggestion and nothing else", plan.Changes)
	}
	c := plan.Changes[0]
	if c.Before != 13 || c.After != 26 || !strings.Contains(c.Why, "13 of the 13") {
		t.Errorf("suggestion %+v; want 13 -> 26 attendances, in words and figures", c)
	}
	if there, err := w.Backend.Get(t.Context(), b.Series.UID); err != nil || there.Slot != b.Series.Slot {
		t.Errorf("the slot is %v, %v; a suggestion changes nothing", there.Slot, err)
	}
}

func TestTwoGroupsAreNotMovedOntoEachOther(t *testing.T) {
	w := newWorld(t, ana, bo, cem)
	var bookings []scheduler.Booking
	for i, members := range [][]calendar.Address{{ana, bo}, {bo, cem}} {
		r := w.NewGroup(fmt.Sprint("g", i), members...)
		slot, err := availability.ParseSlot([]string{"tue 15:00", "tue 13:00"}[i], time.Hour, "Europe/Berlin")
		if err != nil {
			t.Fatal(err)
		}
		r.Slot = slot
		bookings = append(bookings, w.MustBook(t, w.Plan(t, r)[0]))
	}
	w.Fake.Meet(ana, at(1, 13, 15))
	w.Fake.Meet(cem, at(1, 13, 13)) // both would like 14:00
	plan := w.repair(t)
	if actions(plan) != "move move" {
		t.Fatalf("changes %+v; want two moves", plan.Changes)
	}
	if plan.Changes[0].To.Sub(plan.Changes[1].To).Abs() < time.Hour {
		t.Errorf("bo's two sessions are moved onto each other: %v and %v", plan.Changes[0].To, plan.Changes[1].To)
	}
	if len(bookings) != 2 {
		t.Fatal("two groups were to be booked")
	}
	w.wantQuiet(t)
}

// A change by hand between plan and change wins.
func TestHandsThatAreFasterWin(t *testing.T) {
	w, b := booked(t, ana, bo)
	w.Fake.Meet(bo, at(1, 13, 15))
	plan, err := repair.PlanNight(t.Context(), w.Service)
	if err != nil {
		t.Fatal(err)
	}
	w.Fake.ByHand(b.Series.UID, calendar.Override{Original: at(1, 20, 15).Start, Cancelled: true})
	if err := repair.Apply(t.Context(), w.Service, &plan); err != nil {
		t.Fatal(err)
	}
	if len(plan.Findings) != 1 || !strings.Contains(words(plan), "changed") {
		t.Errorf("findings %+v; want a word about the change by hand", plan.Findings)
	}
	if plan := w.repair(t); actions(plan) != "move" {
		t.Errorf("the next pass changes %+v; want the move, made anew", plan.Changes)
	}
	there, err := w.Backend.Get(t.Context(), b.Series.UID)
	if err != nil || !there.Override(at(1, 20, 15).Start).Cancelled {
		t.Errorf("the cancellation by hand is gone: %v, %v", there.Overrides, err)
	}
}

func TestInterruptedRepairIsFinished(t *testing.T) {
	for _, fault := range []string{"before", "after"} {
		t.Run(fault, func(t *testing.T) {
			w, _ := booked(t, ana, bo)
			w.Fake.Meet(bo, at(1, 13, 15))
			plan, err := repair.PlanNight(t.Context(), w.Service)
			if err != nil {
				t.Fatal(err)
			}
			fail := func(_ context.Context, c calendartest.Call) error {
				if c.Method == "Put" {
					return errors.New("no answer")
				}
				return nil
			}
			if fault == "before" {
				w.Fake.Before = fail
			} else {
				w.Fake.After = fail
			}
			if err := repair.Apply(t.Context(), w.Service, &plan); err != nil || len(plan.Findings) != 1 {
				t.Fatalf("ApplyRepair: %v, findings %+v; want the fault in the attention", err, plan.Findings)
			}
			w.Fake.Before, w.Fake.After = nil, nil
			w.OpenStore(t)
			if err := w.Resume(t.Context()); err != nil {
				t.Fatal(err)
			}
			w.wantQuiet(t)
			if got := w.Fake.Told(ana); got != 2 {
				t.Errorf("ana was told %d times; want 2", got)
			}
		})
	}
}

func TestRebookKeepsToTheThreeMonths(t *testing.T) {
	w, b := booked(t, ana, bo)
	w.Now = func() time.Time { return at(2, 1, 9).Start } // four sessions were held
	for week := range 13 {
		from := at(1, 6, 15).Start.AddDate(0, 0, 7*week)
		w.Fake.Meet(bo, availability.Interval{Start: from, End: from.Add(time.Hour)})
	}
	plan, err := booking.PlanRebook(t.Context(), w.Service, b)
	if err != nil {
		t.Fatal(err)
	}
	next, err := w.Rebook(t.Context(), b, plan)
	if err != nil {
		t.Fatal(err)
	}
	if next.Series.Count != 9 || next.Attendance != 18 || next.Series.UID == b.Series.UID {
		t.Errorf("new series: %d sessions, %d attendances; want the 9 that were left, all attended", next.Series.Count, next.Attendance)
	}
	old, err := w.Backend.Get(t.Context(), b.Series.UID)
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range calendartest.Sessions(old) {
		if o.Start.After(w.Now()) {
			t.Errorf("the old series still has a session at %v", o.Start)
		}
	}
	last, err := next.Series.Occurrences()
	if err != nil {
		t.Fatal(err)
	}
	if end := at(1, 6, 15).Start.AddDate(0, 0, 13*7); last[8].Start.After(end) {
		t.Errorf("the last session is at %v, after the three months of the first series", last[8].Start)
	}
}

// A session is not moved onto another one of ours, even if that would win more
// members than it takes from the other.
func TestNoMoveOntoAnotherSessionOfAMember(t *testing.T) {
	w := newWorld(t, ana, bo, cem, dee)
	w.BookAt(t, "three", "tue 15:00", ana, bo, cem)
	w.BookAt(t, "two", "tue 13:00", bo, dee)
	for _, a := range []calendar.Address{ana, cem} { // free on 13 January at 13:00 alone
		w.Fake.Meet(a, availability.Interval{Start: at(1, 12, 0).Start, End: at(1, 13, 13).Start})
		w.Fake.Meet(a, availability.Interval{Start: at(1, 13, 14).Start, End: at(1, 19, 0).Start})
	}
	if plan := w.repair(t); len(plan.Changes) != 0 {
		t.Errorf("changes %+v; want none: bo is in the other group's session", plan.Changes)
	}
}

// What may be moved another night is not cancelled because its members were told
// of two moves already.
func TestACappedSessionIsNotCancelled(t *testing.T) {
	w, b := booked(t, ana, bo)
	w.Workspace.Repair.CancelBelow = true
	for _, day := range []int{6, 13, 20, 27} {
		w.Fake.Meet(bo, at(1, day, 15))
	}
	w.repair(t)
	w.Now = func() time.Time { return now.Add(24 * time.Hour) }
	w.repair(t)
	there, err := w.Backend.Get(t.Context(), b.Series.UID)
	if err != nil {
		t.Fatal(err)
	}
	moved := 0
	for _, o := range there.Overrides {
		if !o.Moved.Empty() && !o.Cancelled {
			moved++
		}
	}
	if moved != 4 {
		t.Errorf("after two nights: %+v; want four sessions moved, none cancelled", there.Overrides)
	}
}

// What is called off tonight is not moved first, to a time that nobody has heard of,
// though one more could come there.
func TestWhatIsCalledOffIsNotMoved(t *testing.T) {
	w, _ := booked(t, ana, bo, cem, dee)
	w.Workspace.Repair.CancelBelow = true
	w.freeOnly(ana)
	w.freeOnly(bo, at(1, 13, 12))
	w.freeOnly(cem)
	if plan := w.repair(t); actions(plan) != "cancel" || !plan.Changes[0].From.Equal(at(1, 13, 15).Start) || plan.Changes[0].Before != 1 {
		t.Errorf("changes %+v; want the session called off where it is known to be", plan.Changes)
	}
	w.wantQuiet(t)
}

// A series that people made impossible, or whose calendar entry cannot be read,
// does not keep the others from being repaired.
func TestOneBrokenSeriesDoesNotHinderTheOthers(t *testing.T) {
	w := newWorld(t, ana, bo, cem, dee)
	b, broken := w.BookAt(t, "g", "tue 15:00", ana, bo), w.BookAt(t, "broken", "wed 10:00", cem, dee)
	w.Fake.Before = func(_ context.Context, c calendartest.Call) error {
		if c.Method == "Get" && c.UID == broken.Series.UID {
			return errors.New("the event cannot be read")
		}
		return nil
	}
	w.Fake.Meet(bo, at(1, 13, 15))
	plan := w.repair(t)
	if actions(plan) != "move" || plan.Changes[0].UID != b.Series.UID {
		t.Errorf("changes %+v; want the move of the other group", plan.Changes)
	}
	if len(plan.Findings) != 1 || plan.Findings[0].Group != "broken" || !strings.Contains(words(plan), "cannot be read") {
		t.Errorf("findings %+v; want a word about the broken series", plan.Findings)
	}
}

// Who declined the whole series does not come: nothing is moved for them, they count
// in no attendance, and that is told once.
func TestWhoDeclinedTheSeriesIsOutOfIt(t *testing.T) {
	w, b := booked(t, ana, bo, cem)
	bos := w.Workspace.Roster.Of(bo)
	bos.Aliases = []calendar.Address{"robert@acme.example"}
	w.Workspace.Roster.Put(bos)
	w.Fake.Reply(b.Series.UID, bo, time.Time{}, calendar.Declined)
	w.Fake.Meet(cem, at(1, 13, 15))
	w.Fake.Meet(bo, availability.Interval{Start: at(1, 12, 0).Start, End: at(1, 19, 0).Start})
	plan := w.repair(t)
	if actions(plan) != "move" || plan.Changes[0].Before != 1 || plan.Changes[0].After != 2 {
		t.Errorf("changes %+v; want the move for cem alone, 1 -> 2 of the two who come", plan.Changes)
	}
	if len(plan.Findings) != 1 || plan.Findings[0].Kind != scheduler.DeclinedSeries || plan.Findings[0].Person != bo {
		t.Errorf("findings %+v; want bo, who declined the series", plan.Findings)
	}
	if again := w.repair(t); len(again.Findings) != 0 || again.Bookings.Len() != 0 {
		t.Errorf("the second pass: %+v, %+v; want nothing", again.Findings, again.Changes)
	}
	w.Fake.Reply(b.Series.UID, bo, time.Time{}, calendar.Accepted)
	w.repair(t)
	w.Fake.Reply(b.Series.UID, bo, time.Time{}, calendar.Declined)
	if again := w.repair(t); len(again.Findings) != 1 {
		t.Errorf("after another change of mind: %+v; want to hear of it again", again.Findings)
	}
}

// A series that somebody moved as a whole is told once, and from then on it is as
// they made it.
func TestAWholeSeriesMovedByHandIsToldOnce(t *testing.T) {
	w, b := booked(t, ana, bo)
	there, err := w.Backend.Get(t.Context(), b.Series.UID)
	if err != nil {
		t.Fatal(err)
	}
	there.Slot.Start += time.Hour
	there.Sequence++
	if _, err := w.Backend.Put(t.Context(), there); err != nil {
		t.Fatal(err)
	}
	if plan := w.repair(t); len(plan.Changes) != 1 || !strings.Contains(plan.Changes[0].Why, "tue 16:00") {
		t.Errorf("changes %+v; want a word about the new slot", plan.Changes)
	}
	if plan := w.repair(t); len(plan.Findings) != 0 || plan.Bookings.Len() != 0 {
		t.Errorf("the next pass: findings %+v, changes %+v; want nothing", plan.Findings, plan.Changes)
	}
}

// A guest whom somebody invited by hand stays, and a member whom somebody uninvited
// is not invited again, however often the series is changed.
func TestGuestsByHandStay(t *testing.T) {
	w, b := booked(t, ana, bo, cem)
	there, err := w.Backend.Get(t.Context(), b.Series.UID)
	if err != nil {
		t.Fatal(err)
	}
	there.Attendees = []calendar.Attendee{{Address: ana}, {Address: bo}, {Address: "guest@elsewhere.example"}}
	there.Sequence++
	if _, err := w.Backend.Put(t.Context(), there); err != nil {
		t.Fatal(err)
	}
	for night := range 3 {
		w.Now = func() time.Time { return now.AddDate(0, 0, night) }
		w.Fake.Meet(bo, at(1, 13+7*night, 15))
		if plan := w.repair(t); actions(plan) != "move" {
			t.Errorf("night %d: changes %s; want a move alone", night, actions(plan))
		}
	}
	there, err = w.Backend.Get(t.Context(), b.Series.UID)
	if err != nil || len(there.Attendees) != 3 || there.Attendees[2].Address != "guest@elsewhere.example" {
		t.Errorf("attendees %+v, %v; want ana, bo and the guest", there.Attendees, err)
	}
}

// What a night begins is finished group by group, by whoever comes next.
func TestANightIsBegunAndFinished(t *testing.T) {
	w, b := booked(t, ana, bo)
	w.Fake.Meet(bo, at(1, 13, 15))
	plan := w.planOnly(t)
	puts := len(w.Puts())
	if err := errors.Join(repair.Begin(t.Context(), w.Service, &plan), repair.KeepNight(t.Context(), w.Service, plan)); err != nil {
		t.Fatal(err)
	}
	if begun, err := w.Store.Begun(t.Context(), 9); err != nil || !slices.Equal(begun, []string{"g"}) || len(w.Puts()) != puts {
		t.Errorf("begun: %+v, %v, %d puts; want what is intended, and no call of the calendar", begun, err, len(w.Puts())-puts)
	}
	for range 2 {
		if err := w.Finish(t.Context(), "g", time.Minute); err != nil {
			t.Fatal(err)
		}
	}
	if there, err := w.Backend.Get(t.Context(), b.Series.UID); err != nil || len(there.Overrides) != 1 || len(w.Puts()) != puts+1 {
		t.Errorf("finished: %+v, %v, %d puts; want the move, once", there.Overrides, err, len(w.Puts())-puts)
	}
	if nights, err := w.Store.Nights(t.Context()); err != nil || len(nights) != 1 || nights[0].Changes != 1 || nights[0].Checked != 1 {
		t.Errorf("nights %+v, %v; want the one, with its change", nights, err)
	}
}

// Who left by their own word is not invited again because that word cannot be read any more.
func TestNobodyJoinsByASpoiltRecord(t *testing.T) {
	w, b := booked(t, ana, bo, cem)
	groups := w.Workspace.Groups
	w.Workspace.Groups = []scheduler.Group{{Name: "g", Members: []calendar.Address{ana, bo}}} // as cem's settings make it
	if plan := w.repair(t); actions(plan) != "leave" {
		t.Fatalf("cem left: %s; want them off the series", actions(plan))
	}
	w.Workspace.Groups = groups
	spoilt := w.Workspace.With([]scheduler.Settings{{Person: cem, Fault: errors.New("not JSON")}})
	w.Workspace.Roster, w.Workspace.Spoilt = spoilt.Roster, spoilt.Spoilt
	plan := w.repair(t)
	if there, err := w.Backend.Get(t.Context(), b.Series.UID); err != nil || len(there.Attendees) != 2 || actions(plan) != "" || !strings.Contains(words(plan), "set about themselves cannot be read") {
		t.Errorf("%v: invited are %+v, changes %q, %s; want nobody to join, and the record named", err, there.Attendees, actions(plan), words(plan))
	}
}

// Of whom a line of the roster cannot be read, nothing is known, whatever their calendar
// says: where it is may stand in that line.
func TestUnreadLinesMoveNothing(t *testing.T) {
	w, _ := booked(t, ana, bo)
	w.Fake.Meet(bo, at(1, 13, 15))
	w.Workspace.Unread = []string{"people.csv:3"}
	person := w.Workspace.Roster.Of(bo)
	person.Unread = "their line cannot be read"
	w.Workspace.Roster.Put(person)
	if plan := w.repair(t); actions(plan) != "" || len(plan.Unknown) != 1 || plan.Unknown[0].Person != bo || !strings.Contains(words(plan), "people.csv:3") {
		t.Errorf("changes %+v, unknown %+v, %s; want bo unknown, the line named, and nothing moved", plan.Changes, plan.Unknown, words(plan))
	}
}
