package repair_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/calendartest"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/pile"
	"github.com/peerslot/peerslot/scheduler/repair"
	"github.com/peerslot/peerslot/scheduler/schedulertest"
)

// A change that was intended days ago must not reach the members inside the
// notice, nor a session that is over.
func TestAStaleChangeIsDropped(t *testing.T) {
	w, b := booked(t, ana, bo)
	w.Fake.Meet(bo, at(1, 13, 15))
	plan, err := repair.PlanNight(t.Context(), w.Service)
	if err != nil {
		t.Fatal(err)
	}
	w.Fake.Before = schedulertest.Failing("Put", 1)
	if err := repair.Apply(t.Context(), w.Service, &plan); err != nil {
		t.Fatal(err)
	}
	w.Now = func() time.Time { return at(1, 12, 20).Start }
	if err := w.Resume(t.Context()); err != nil {
		t.Fatal(err)
	}
	there, err := w.Backend.Get(t.Context(), b.Series.UID)
	if err != nil || len(there.Overrides) != 0 {
		t.Errorf("on the calendar: %+v, %v; want no change less than a day ahead", there.Overrides, err)
	}
	w.wantQuiet(t)
}

// One whose outcome alone was lost is recorded, however late.
func TestALateOutcomeIsRecorded(t *testing.T) {
	w, b := booked(t, ana, bo)
	w.Fake.Meet(bo, at(1, 13, 15))
	plan, err := repair.PlanNight(t.Context(), w.Service)
	if err != nil {
		t.Fatal(err)
	}
	w.Fake.After = schedulertest.Failing("Put", 1)
	if err := repair.Apply(t.Context(), w.Service, &plan); err != nil {
		t.Fatal(err)
	}
	w.Now = func() time.Time { return at(1, 12, 20).Start }
	if err := w.Resume(t.Context()); err != nil {
		t.Fatal(err)
	}
	bookings, err := w.Store.Bookings(t.Context())
	if err != nil || bookings[0].Series.Override(at(1, 13, 15).Start).Moved.Empty() || bookings[0].State != scheduler.Booked {
		t.Errorf("the store has %+v, %v; want the move of %s", bookings, err, b.Group)
	}
}

// A fullStore is a store whose disk is full.
type fullStore struct{ scheduler.Store }

var errFull = errors.New("database or disk is full")

func (fullStore) Commit(context.Context, scheduler.Batch) ([]scheduler.Booking, error) {
	return nil, errFull
}

// What cannot be recorded is not done.
func TestAFullStoreStopsTheRun(t *testing.T) {
	w, _ := booked(t, ana, bo)
	w.Fake.Meet(bo, at(1, 13, 15))
	working := w.Store
	w.Store = fullStore{working}
	plan, err := repair.PlanNight(t.Context(), w.Service)
	if err != nil {
		t.Fatal(err)
	}
	if err := repair.Apply(t.Context(), w.Service, &plan); !errors.Is(err, scheduler.ErrStore) || !errors.Is(err, errFull) {
		t.Errorf("Apply: %v; want ErrStore, and what the store says", err)
	}
	if got := w.Fake.Told(ana); got != 1 || len(w.Puts()) != 1 {
		t.Errorf("ana was told %d times in %d puts; want the booking alone", got, len(w.Puts()))
	}
	w.Store = working
	if plan := w.repair(t); actions(plan) != "move" {
		t.Errorf("once there is room: %+v; want the move", plan.Changes)
	}
}

// However many series change, all that is to be done is recorded before a calendar is
// touched: a run that dies then is finished as it was planned.
func TestAllIsIntendedFirst(t *testing.T) {
	const groups = 2*scheduler.GroupsAtOnce + 3
	w, plan := newWorld(t), scheduler.RepairPlan{Bookings: &pile.Pile[scheduler.Booking]{}}
	for n := range groups {
		b := schedulertest.Booking(fmt.Sprint("g", n), 1)
		b.State, b.Next = scheduler.Changing, &b.Series
		if err := plan.Bookings.Add(b); err != nil {
			t.Fatal(err)
		}
	}
	w.Fake.Before = func(context.Context, calendartest.Call) error { return calendar.ErrSignIn }
	if err := repair.Apply(t.Context(), w.Service, &plan); !errors.Is(err, calendar.ErrSignIn) {
		t.Fatalf("Apply: %v; want that nobody is let in", err)
	}
	begun, err := w.Store.Begun(t.Context(), 2*groups)
	if err != nil || len(begun) != groups || len(w.Puts()) > 1 {
		t.Errorf("%d groups are begun, %v, after %d puts; want all %d", len(begun), err, len(w.Puts()), groups)
	}
	w.Fake.Before = nil
	if err := w.Resume(t.Context()); err != nil {
		t.Fatal(err)
	}
	if begun, err = w.Store.Begun(t.Context(), 1); err != nil || len(begun) != 0 || len(w.Fake.Calls()) < groups {
		t.Errorf("%d groups are begun, %v; want none", len(begun), err)
	}
}
