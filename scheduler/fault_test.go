package scheduler_test

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/calendartest"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/planning"
	"github.com/peerslot/peerslot/scheduler/repair"
	"github.com/peerslot/peerslot/scheduler/review"
	"github.com/peerslot/peerslot/scheduler/schedulertest"
)

// breakRecord makes the record of a group's booking undecodable, as a bad disk would.
func breakRecord(t *testing.T, w *world, group string) {
	t.Helper()
	spoil(t, w, `UPDATE booking SET record = '{"Series": 5' WHERE group_name = $1`, group)
}

// spoil changes the store behind its back.
func spoil(t *testing.T, w *world, statement string, args ...any) {
	t.Helper()
	db, err := sql.Open("sqlite", w.Path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(statement, args...); err != nil {
		t.Fatal(err)
	}
}

// A booking that cannot be read stops nothing else, and can be cancelled without being
// understood.
func TestARecordThatCannotBeRead(t *testing.T) {
	w := newWorld(t, ana, bo, cem, dee)
	broken, other := w.BookAt(t, "g", "tue 15:00", ana, bo), w.BookAt(t, "h", "wed 15:00", cem, dee)
	breakRecord(t, w, "g")
	if err := w.Resume(t.Context()); err != nil {
		t.Errorf("Resume: %v; want that it goes on", err)
	}
	groups, _, err := repair.Status(t.Context(), w.Service, 0)
	if err != nil {
		t.Fatal(err)
	}
	all := slices.Collect(groups.Status())
	if err != nil || len(all) != 2 || all[1].Left != 13 {
		t.Errorf("Status: %+v, %v; want h with its sessions", all, err)
	}
	snapshot := schedulertest.ReadNight(t, w.Service)
	if got := planning.Upkeep(snapshot); len(got) != 1 || got[0].Kind != scheduler.BrokenRecord || got[0].Group != "g" {
		t.Errorf("findings %+v; want the record of g", got)
	}
	w.NearEnd(other)
	plan, err := review.Plan(t.Context(), w.Service, scheduler.ReviewOptions{})
	if err != nil || plan.Reviews.Len() != 1 || len(plan.Findings) != 1 || plan.Findings[0].Kind != scheduler.BrokenRecord {
		t.Errorf("review.Plan: %+v, %v; want the review of h, and g named", plan, err)
	}
	bookings, err := w.Store.Bookings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	b, _ := bookings.Current("g")
	if b.Fault == nil || b.Series.UID != broken.Series.UID {
		t.Fatalf("booking %+v; want its UID, and why it cannot be read", b)
	}
	w.Now = func() time.Time { return now }
	if err := w.Cancel(t.Context(), b); err != nil {
		t.Fatalf("Cancel: %v", err)
	}
	if there, err := w.Backend.Get(t.Context(), broken.Series.UID); err != nil || !there.Cancelled {
		t.Errorf("the series is %+v, %v; want it off", there, err)
	}
	if bookings, err = w.Store.Bookings(t.Context()); err != nil || len(bookings) != 1 {
		t.Errorf("bookings %v, %v; want h alone", bookings, err)
	}
}

// What is broken is named before anything is done: what the store and the configuration
// show without a look at the calendar, and all of it with one.
func TestFaultsAreNamed(t *testing.T) {
	w := newWorld(t, ana, bo, cem, dee)
	w.BookAt(t, "record", "tue 15:00", ana, bo)
	w.BookAt(t, "series", "wed 15:00", cem, dee)
	w.BookAt(t, "sound", "thu 15:00", cem, dee)
	breakRecord(t, w, "record")
	broken := scheduler.NewUID(organizer, "series", 1)
	var gets atomic.Int32
	w.Fake.Before = func(_ context.Context, c calendartest.Call) error {
		if c.Method == "Get" {
			gets.Add(1)
		}
		if c.Method == "Get" && c.UID == broken {
			return calendar.ErrChanged
		}
		return nil
	}
	for want, faults := range map[string]func(context.Context, *scheduler.Service) ([]scheduler.Finding, error){
		"[{broken-record record}]":                        planning.FaultsHere,
		"[{broken-record record} {broken-series series}]": planning.Faults,
	} {
		gets.Store(0)
		found, err := faults(t.Context(), w.Service)
		type short struct {
			Kind  scheduler.FindingKind
			Group string
		}
		var got []short
		for _, f := range found {
			got = append(got, short{f.Kind, f.Group})
		}
		if err != nil || fmt.Sprint(got) != want || (gets.Load() > 0) != (len(got) > 1) {
			t.Errorf("faults %v after %d looks at the calendar, %v; want %s", got, gets.Load(), err, want)
		}
	}
}

// A countingStore counts the looks at the bookings of all groups.
type countingStore struct {
	scheduler.Store
	looks int
}

func (s *countingStore) Bookings(ctx context.Context, groups ...string) (scheduler.Bookings, error) {
	s.looks++
	return s.Store.Bookings(ctx, groups...)
}

// What is done for one group looks at the bookings of no other.
func TestBookingOneGroupReadsNoOther(t *testing.T) {
	w := newWorld(t, ana, bo, cem, dee)
	plans := w.Plan(t, w.NewGroup("g", ana, bo), w.NewGroup("h", cem, dee))
	store := &countingStore{Store: w.Store}
	w.Store = store
	for _, p := range plans {
		for _, first := range []bool{true, false} { // the second finds the first
			if b, created, err := w.Book(t.Context(), p); err != nil || created != first || b.Group != p.Group.Name {
				t.Errorf("Book %s: %+v, %v, %v; want it created: %v", p.Group.Name, b, created, err, first)
			}
		}
	}
	if store.looks > 0 {
		t.Errorf("%d looks at all bookings, want none", store.looks)
	}
}
