package scheduler_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/calendartest"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/booking"
	"github.com/peerslot/peerslot/scheduler/repair"
	"github.com/peerslot/peerslot/scheduler/review"
)

var errFault = errors.New("no answer")

// failing returns a hook that fails the nth call of the method, counted from 1.
func failing(method string, nth int) func(context.Context, calendartest.Call) error {
	return func(_ context.Context, c calendartest.Call) error {
		if c.Method == method {
			if nth--; nth == 0 {
				return errFault
			}
		}
		return nil
	}
}

// busyAtItsSlot gives a person another meeting during every session of the series.
func (w *world) busyAtItsSlot(t *testing.T, a calendar.Address, b scheduler.Booking) {
	t.Helper()
	for _, o := range calendartest.Sessions(b.Series) {
		w.fake.Meet(a, o)
	}
}

// A run that dies between the end of the old series and the new one is finished by
// the next, with all the sessions that were left.
func TestInterruptedRebookIsFinished(t *testing.T) {
	for _, method := range []string{"Cancel", "Put"} {
		for _, fault := range []string{"before", "after"} {
			t.Run(method+" "+fault, func(t *testing.T) {
				w, b := booked(t, ana, bo)
				w.Now = func() time.Time { return at(2, 1, 9).Start }
				w.busyAtItsSlot(t, bo, b)
				plan, err := booking.PlanRebook(t.Context(), w.Service, b)
				if err != nil {
					t.Fatal(err)
				}
				if fault == "before" {
					w.fake.Before = failing(method, 1)
				} else {
					w.fake.After = failing(method, 1)
				}
				if _, err := w.Rebook(t.Context(), b, plan); !errors.Is(err, errFault) {
					t.Fatalf("Rebook: %v; want the fault", err)
				}
				w.fake.Before, w.fake.After = nil, nil
				w.openStore(t)
				if err := w.Resume(t.Context()); err != nil {
					t.Fatal(err)
				}
				open, err := w.Store.Bookings(t.Context())
				if err != nil || len(open) != 1 || open[0].State != scheduler.Booked || open[0].Series.Count != 9 {
					t.Fatalf("after Resume: %+v, %v; want the new series alone, with the 9 sessions that were left", open, err)
				}
				if got := w.fake.Told(ana); got != 3 {
					t.Errorf("ana was told %d times; want 3: booked, ended, booked anew", got)
				}
				if plan, err := repair.PlanNight(t.Context(), w.Service); err != nil || len(plan.Bookings) != 0 {
					t.Errorf("a pass after it changes %+v, %v; want nothing", plan.Changes, err)
				}
			})
		}
	}
}

// What another slot gains is told of as many sessions as it has.
func TestRebookComparesEqualNumbersOfSessions(t *testing.T) {
	w, b := booked(t, ana, bo)
	w.Now = func() time.Time { return at(2, 1, 9).Start }
	w.busyAtItsSlot(t, bo, b)
	for range 2 {
		plan, err := booking.PlanRebook(t.Context(), w.Service, b)
		if err != nil {
			t.Fatal(err)
		}
		if want := (scheduler.Share{Yes: plan.Candidate.Count, No: plan.Candidate.Count}); plan.Was != want || plan.Attendance() != 2*plan.Candidate.Count {
			t.Errorf("%d sessions with %d attendances instead of %+v; want %+v: ana alone could come", plan.Candidate.Count, plan.Attendance(), plan.Was, want)
		}
		w.Now = func() time.Time { return at(3, 20, 9).Start } // when the last one does not fit any more
	}
}

// However often a series is rebooked, and whenever, the last session stays within
// the 13 weeks from the first session of the first one.
func TestRebookingNeverOutgrowsTheThreeMonths(t *testing.T) {
	w, b := booked(t, ana, bo)
	end := b.Series.First.AddDays(91)
	for _, clock := range []time.Time{at(1, 5, 10).Start, at(1, 13, 8).Start, at(2, 16, 10).Start} {
		w.Now = func() time.Time { return clock }
		w.busyAtItsSlot(t, bo, b)
		plan, err := booking.PlanRebook(t.Context(), w.Service, b)
		if err != nil {
			t.Fatal(err)
		}
		if b, err = w.Rebook(t.Context(), b, plan); err != nil {
			t.Fatal(err)
		}
		sessions := calendartest.Sessions(b.Series)
		if last := availability.DateOf(sessions[len(sessions)-1].Start); last.Compare(end) >= 0 {
			t.Errorf("rebooked on %s: the last of %d sessions is on %s; want it before %s", clock.Format(time.DateOnly), len(sessions), last, end)
		}
	}
}

func TestRebookOfASeriesThatIsFollowed(t *testing.T) {
	w, b := booked(t, ana, bo)
	w.nearEnd(t, b)
	if _, err := review.Apply(t.Context(), w.Service, w.review(t)); err != nil {
		t.Fatal(err)
	}
	bookings, err := w.Store.Bookings(t.Context())
	if err != nil || len(bookings) != 2 {
		t.Fatalf("%d bookings, %v; want the old one and the next", len(bookings), err)
	}
	if _, err := booking.PlanRebook(t.Context(), w.Service, bookings[0]); err == nil || !strings.Contains(err.Error(), "next series") {
		t.Errorf("PlanRebook of a series that has a next one: %v; want an error that says so", err)
	}
}

// A booking that was intended, and resumed when its first session is over, is not
// put on the calendar.
func TestAStaleBookingIsDropped(t *testing.T) {
	w := newWorld(t, ana, bo)
	plan := w.plan(t, w.group("g", ana, bo))[0]
	w.fake.Before = failing("Put", 1)
	if _, _, err := w.Book(t.Context(), plan); !errors.Is(err, errFault) {
		t.Fatalf("Book: %v; want the fault", err)
	}
	w.Now = func() time.Time { return at(2, 1, 9).Start }
	if err := w.Resume(t.Context()); err != nil {
		t.Fatal(err)
	}
	if open, err := w.Store.Bookings(t.Context()); err != nil || len(open) != 0 || w.fake.Told(ana) != 0 {
		t.Errorf("%d open bookings, ana was told %d times, %v; want none", len(open), w.fake.Told(ana), err)
	}
}

// Sessions held between a cancellation that was interrupted and its end stay on
// the calendar.
func TestALateCancellationKeepsWhatWasHeld(t *testing.T) {
	w, b := booked(t, ana, bo)
	w.fake.Before = failing("Cancel", 1)
	if err := w.Cancel(t.Context(), b); !errors.Is(err, errFault) {
		t.Fatalf("Cancel: %v; want the fault", err)
	}
	w.Now = func() time.Time { return at(1, 14, 9).Start }
	if err := w.Resume(t.Context()); err != nil {
		t.Fatal(err)
	}
	there, err := w.Backend.Get(t.Context(), b.Series.UID)
	if err != nil || len(calendartest.Sessions(there)) != 2 {
		t.Errorf("%d sessions on the calendar, %v; want the two that were held", len(calendartest.Sessions(there)), err)
	}
}

// A group that cannot be finished does not keep the others from being so.
func TestResumeGoesOnAfterAFault(t *testing.T) {
	w := newWorld(t, ana, bo, cem, dee)
	for name, members := range map[string][]calendar.Address{"one": {ana, bo}, "two": {cem, dee}} {
		w.fake.Before = failing("Put", 1)
		if _, _, err := w.Book(t.Context(), w.plan(t, w.group(name, members...))[0]); !errors.Is(err, errFault) {
			t.Fatalf("Book: %v; want the fault", err)
		}
	}
	w.fake.Before = failing("Put", 1)
	err := w.Resume(t.Context())
	var unfinished *scheduler.UnfinishedError
	if !errors.As(err, &unfinished) || len(unfinished.Groups) != 1 || unfinished.Groups[0].Group != "one" {
		t.Errorf("Resume: %v; want an error that names group one alone", err)
	}
	if len(w.puts()) != 1 {
		t.Errorf("%d series were put; want the other group's", len(w.puts()))
	}
}

// A session that somebody moved past the end of the series keeps it open.
func TestASeriesWithASessionMovedByHandIsNotOver(t *testing.T) {
	w, b := booked(t, ana, bo)
	sessions := calendartest.Sessions(b.Series)
	last := sessions[len(sessions)-1]
	w.fake.ByHand(b.Series.UID, calendar.Override{Original: last.Start, Moved: availability.Interval{Start: last.Start.AddDate(0, 0, 3), End: last.End.AddDate(0, 0, 3)}})
	w.Now = func() time.Time { return last.End.Add(time.Hour) }
	if err := w.Resume(t.Context()); err != nil {
		t.Fatal(err)
	}
	if open, err := w.Store.Bookings(t.Context()); err != nil || len(open) != 1 {
		t.Errorf("%d open bookings, %v; want the series, which has a session to come", len(open), err)
	}
}

// booked returns a world with one group at tue 15:00 from 6 January on.
func booked(t *testing.T, members ...calendar.Address) (*world, scheduler.Booking) {
	t.Helper()
	w := newWorld(t, members...)
	return w, w.bookAt(t, "g", "tue 15:00", members...)
}

// bookAt books a group at a slot.
func (w *world) bookAt(t *testing.T, group, text string, members ...calendar.Address) scheduler.Booking {
	t.Helper()
	r := w.group(group, members...)
	slot, err := availability.ParseSlot(text, time.Hour, "Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	r.Slot = slot
	return w.book(t, w.plan(t, r)[0])
}
