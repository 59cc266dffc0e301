package repair_test

import (
	"slices"
	"testing"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/booking"
	"github.com/peerslot/peerslot/scheduler/repair"
	"github.com/peerslot/peerslot/scheduler/schedulertest"
)

// The slot that a rehearsal shows for what is left of a series is the one that the run
// books, with as many attendances.
func TestTheRunBooksTheSlotThatWasShown(t *testing.T) {
	for name, c := range map[string]struct {
		setUp func(*testing.T, *world)
		slot  string
		count int
		after int
	}{
		"a slot whose last session is a week later than the series": {func(t *testing.T, w *world) {
			w.Workspace.Repair.Notice = 0
			g := w.NewGroup("g", ana, bo)
			g.Search.Count, g.Slot, g.Stay, g.Anyway = 6, schedulertest.Slot(t, "fri 15:00"), true, true
			w.MustBook(t, w.Plan(t, g)[0])
			w.Now = func() time.Time { return at(1, 7, 3).Start } // a Wednesday
			for week := range 8 {
				monday := at(1, 5+7*week, 0).Start
				w.Fake.Meet(bo, availability.Interval{Start: monday, End: at(1, 6+7*week, 15).Start}) // free on Tuesday at three
				w.Fake.Meet(bo, availability.Interval{Start: at(1, 6+7*week, 16).Start, End: at(1, 8+7*week, 15).Start})
				if week != 3 { // and on all Thursdays but one
					w.Fake.Meet(bo, availability.Interval{Start: at(1, 8+7*week, 16).Start, End: at(1, 10+7*week, 0).Start})
				} else {
					w.Fake.Meet(bo, availability.Interval{Start: at(1, 8+7*week, 15).Start, End: at(1, 10+7*week, 0).Start})
				}
			}
		}, "tue 15:00", 6, 12},
		"a series that was rebooked before": {func(t *testing.T, w *world) {
			h := w.NewGroup("h", cem, dee)
			h.Search.Start = h.Search.Start.AddDays(28) // until when calendars are read
			w.MustBook(t, w.Plan(t, h)[0])
			old := w.BookAt(t, "g", "tue 15:00", ana, bo)
			only := func(day int) { // on which bo is free
				w.Fake.Forget(bo)
				for week := range 15 {
					w.Fake.Meet(bo, availability.Interval{Start: at(1, 5+7*week, 0).Start, End: at(1, day+7*week, 15).Start})
					w.Fake.Meet(bo, availability.Interval{Start: at(1, day+7*week, 16).Start, End: at(1, 10+7*week, 0).Start})
				}
			}
			only(9)
			w.Now = func() time.Time { return at(1, 14, 3).Start }
			plan, err := booking.PlanRebook(t.Context(), w.Service, old)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := w.Rebook(t.Context(), old, plan); err != nil {
				t.Fatal(err)
			}
			only(6)
			w.Now = func() time.Time { return at(1, 21, 3).Start } // two days before the next of eleven
		}, "tue 15:00", 10, 20},
		"sessions that are called off tonight": {func(t *testing.T, w *world) {
			w.Workspace.Repair.CancelBelow = true
			w.BookAt(t, "g", "tue 15:00", ana, bo, cem)
			for _, a := range []calendar.Address{bo, cem} {
				w.Fake.Meet(a, availability.Interval{Start: at(1, 5, 0).Start, End: at(1, 31, 0).Start})
				w.busyAtItsSlot(a, 13)
			}
		}, "mon 09:00", 9, 27},
		"somebody who declined the whole series": {func(t *testing.T, w *world) {
			b := w.BookAt(t, "g", "tue 15:00", ana, bo, cem)
			w.Fake.Reply(b.Series.UID, cem, time.Time{}, calendar.Declined)
			w.busyAtItsSlot(bo, 13)
			for week := range 14 {
				w.Fake.Meet(cem, availability.Interval{Start: at(1, 5+7*week, 0).Start, End: at(1, 6+7*week, 0).Start})
			}
		}, "tue 09:00", 13, 26},
		"somebody who joins tonight": {func(t *testing.T, w *world) {
			w.BookAt(t, "g", "tue 15:00", ana, bo)
			w.Workspace.Groups = []scheduler.Group{{Name: "g", Members: []calendar.Address{ana, bo, cem}}}
			for week := range 14 { // bo is free from half past three to half past four on Tuesdays
				half := at(1, 6+7*week, 15).Start.Add(30 * time.Minute)
				w.Fake.Meet(bo, availability.Interval{Start: at(1, 5+7*week, 0).Start, End: half})
				w.Fake.Meet(bo, availability.Interval{Start: half.Add(time.Hour), End: at(1, 10+7*week, 0).Start})
			}
		}, "tue 15:30", 13, 39},
		"a series that runs out": {func(t *testing.T, w *world) {
			b := w.BookAt(t, "g", "tue 15:00", ana, bo)
			b.Reviewed, b.Decision = true, scheduler.Rotate
			if _, err := w.Save(t.Context(), b, w.Event(b, "test", "")); err != nil {
				t.Fatal(err)
			}
			w.busyAtItsSlot(bo, 13)
		}, "mon 09:00", 13, 26},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, ana, bo, cem, dee)
			w.Workspace.Repair.Reslot = true
			c.setUp(t, w)
			shown := w.planOnly(t)
			run := w.repair(t)
			if n := len(shown.Changes); n == 0 || shown.Changes[n-1].Action != scheduler.Rebook {
				t.Fatalf("the rehearsal shows %+v; want a rebooking", shown.Changes)
			}
			if slices.ContainsFunc(run.Findings, func(f scheduler.Finding) bool { return f.Kind == scheduler.Failed }) {
				t.Errorf("the run finds %s", words(run))
			}
			open, err := w.BookingsOf(t.Context(), "g")
			if err != nil || len(open) != 1 {
				t.Fatalf("bookings %+v, %v; want one", open, err)
			}
			next, change := open[0], shown.Changes[len(shown.Changes)-1]
			first, err := next.Series.Slot.On(next.Series.First)
			if err != nil || !first.Start.Equal(change.To) || next.Series.Slot != schedulertest.Slot(t, c.slot) || next.Series.Count != c.count {
				t.Errorf("booked %s from %s on, %d times, %v; want %s from %s on, %d times", next.Series.Slot, first.Start, next.Series.Count, err, c.slot, change.To, c.count)
			}
			if change.After != c.after {
				t.Errorf("shown with %d attendances, want %d", change.After, c.after)
			}
		})
	}
}

// A series that is booked elsewhere is ended as it is, also where its sessions are finished
// by another run: what people changed in it is known, and no change of it is left to be made.
func TestASeriesThatEndsTonightIsNotChanged(t *testing.T) {
	w, b := booked(t, ana, bo)
	w.Workspace.Repair.Reslot = true
	w.busyAtItsSlot(bo, 13)
	last := at(3, 31, 15).Start
	w.Fake.ByHand(b.Series.UID, calendar.Override{Original: last, Moved: availability.Interval{Start: last.Add(time.Hour), End: last.Add(2 * time.Hour)}})
	plan := w.planOnly(t)
	if n := plan.Bookings.Len(); n != 0 {
		t.Errorf("%d series are to change; want the old one ended alone", n)
	}
	if err := repair.Begin(t.Context(), w.Service, &plan); err != nil || len(plan.Findings) != 0 {
		t.Fatalf("begun: %v, %s; want no findings", err, words(plan))
	}
	open, err := w.BookingsOf(t.Context(), "g")
	if err != nil || len(open) != 1 || open[0].Series.UID == b.Series.UID {
		t.Errorf("bookings %+v, %v; want the new series alone", open, err)
	}
	history, err := w.Store.History(t.Context(), "g", time.Time{})
	if err != nil || !slices.ContainsFunc(history, func(e scheduler.Event) bool { return e.What == string(scheduler.ByHand) }) {
		t.Errorf("history %+v, %v; want what was changed by hand in it", history, err)
	}
}
