package scheduler_test

import (
	"errors"
	"testing"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/calendartest"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/schedulertest"
)

// A booking that was intended, and resumed when its first session is over, is not
// put on the calendar.
func TestAStaleBookingIsDropped(t *testing.T) {
	w := newWorld(t, ana, bo)
	plan := w.Plan(t, w.NewGroup("g", ana, bo))[0]
	w.Fake.Before = schedulertest.Failing("Put", 1)
	if _, _, err := w.Book(t.Context(), plan); !errors.Is(err, schedulertest.ErrFault) {
		t.Fatalf("Book: %v; want the fault", err)
	}
	w.Now = func() time.Time { return at(2, 1, 9).Start }
	if err := w.Resume(t.Context()); err != nil {
		t.Fatal(err)
	}
	if open, err := w.Store.Bookings(t.Context()); err != nil || len(open) != 0 || w.Fake.Told(ana) != 0 {
		t.Errorf("%d open bookings, ana was told %d times, %v; want none", len(open), w.Fake.Told(ana), err)
	}
}

// A move that a dead run intended is made if its members can still hear of it in time, and
// dropped if not.
func TestAMoveThatIsTooLateIsDropped(t *testing.T) {
	for late, moves := range map[time.Duration]int{0: 1, 25 * time.Hour: 0} {
		w := changing(t)
		w.Now = func() time.Time { return at(1, 3, 20).Start.Add(late) } // the first session is on 5 January, 9:00
		if err := w.Resume(t.Context()); err != nil {
			t.Fatal(err)
		}
		all, err := w.Store.BookingsOf(t.Context(), "g")
		if err != nil || all[0].State != scheduler.Booked || all[0].Next != nil || len(all[0].Series.Overrides) != moves {
			t.Errorf("%v later: %+v, %v; want it done with, and %d moves", late, all, err, moves)
		}
	}
}

// So it is with a session that is only called off.
func TestASessionThatIsCalledOffTooLateIsHeld(t *testing.T) {
	for late, off := range map[time.Duration]int{0: 1, 25 * time.Hour: 0} {
		w, b := booked(t, ana, bo) // the first session is on 6 January, 15:00
		next := b.Series.WithOverride(calendar.Override{Original: at(1, 6, 15).Start, Cancelled: true})
		b.State, b.Next = scheduler.Changing, &next
		if _, err := w.Save(t.Context(), b); err != nil {
			t.Fatal(err)
		}
		w.Now = func() time.Time { return at(1, 5, 10).Start.Add(late) }
		if err := w.Resume(t.Context()); err != nil {
			t.Fatal(err)
		}
		there, err := w.Backend.Get(t.Context(), b.Series.UID)
		if err != nil || len(calendartest.Sessions(there)) != b.Series.Count-off {
			t.Errorf("%v later: %d sessions on the calendar, %v; want %d off", late, len(calendartest.Sessions(there)), err, off)
		}
	}
}

// Sessions held between a cancellation that was interrupted and its end stay on
// the calendar.
func TestALateCancellationKeepsWhatWasHeld(t *testing.T) {
	w, b := booked(t, ana, bo)
	w.Fake.Before = schedulertest.Failing("Cancel", 1)
	if err := w.Cancel(t.Context(), b); !errors.Is(err, schedulertest.ErrFault) {
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
		w.Fake.Before = schedulertest.Failing("Put", 1)
		if _, _, err := w.Book(t.Context(), w.Plan(t, w.NewGroup(name, members...))[0]); !errors.Is(err, schedulertest.ErrFault) {
			t.Fatalf("Book: %v; want the fault", err)
		}
	}
	w.Fake.Before = schedulertest.Failing("Put", 1)
	err := w.Resume(t.Context())
	var unfinished *scheduler.UnfinishedError
	if !errors.As(err, &unfinished) || len(unfinished.Findings) != 1 || unfinished.Findings[0].Group != "one" {
		t.Errorf("Resume: %v; want an error that names group one alone", err)
	}
	if len(w.Puts()) != 1 {
		t.Errorf("%d series were put; want the other group's", len(w.Puts()))
	}
}

// A series stays open until it is reviewed, however late. One of a few sessions, of a group
// that was named for it alone, ends by itself.
func TestShortSeriesEndByThemselves(t *testing.T) {
	for _, test := range []struct {
		count int
		loose bool
		open  int
	}{{scheduler.FewestSessions - 1, true, 0}, {scheduler.FewestSessions, true, 1}, {scheduler.FewestSessions - 1, false, 1}} {
		w := newWorld(t, ana, bo)
		r := w.NewGroup("g", ana, bo)
		r.Search.Count = test.count
		plan := w.Plan(t, r)[0]
		plan.Booking.Loose = test.loose
		sessions := calendartest.Sessions(w.MustBook(t, plan).Series)
		w.Now = func() time.Time { return sessions[test.count-1].End.AddDate(0, 1, 0) }
		if err := w.Resume(t.Context()); err != nil {
			t.Fatal(err)
		}
		if all, err := w.Store.Bookings(t.Context()); err != nil || len(all) != test.open {
			t.Errorf("%d sessions, of a group for them alone %v: %d open bookings, %v; want %d", test.count, test.loose, len(all), err, test.open)
		}
	}
}

// A session that somebody moved past the end of the series keeps it open.
func TestASeriesWithASessionMovedByHandIsNotOver(t *testing.T) {
	w, b := booked(t, ana, bo)
	sessions := calendartest.Sessions(b.Series)
	last := sessions[len(sessions)-1]
	w.Fake.ByHand(b.Series.UID, calendar.Override{Original: last.Start, Moved: availability.Interval{Start: last.Start.AddDate(0, 0, 3), End: last.End.AddDate(0, 0, 3)}})
	w.Now = func() time.Time { return last.End.Add(time.Hour) }
	if err := w.Resume(t.Context()); err != nil {
		t.Fatal(err)
	}
	if open, err := w.Store.Bookings(t.Context()); err != nil || len(open) != 1 {
		t.Errorf("%d open bookings, %v; want the series, which has a session to come", len(open), err)
	}
}
