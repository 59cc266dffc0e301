package scheduler_test

import (
	"context"
	"database/sql"
	"testing"
	"time"

	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/planning"
	"github.com/peerslot/peerslot/scheduler/review"
)

// breakRecord makes the record of a group's booking undecodable, as a bad disk would.
func (w *world) breakRecord(t *testing.T, group string) {
	t.Helper()
	db, err := sql.Open("sqlite", w.path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(`UPDATE booking SET record = '{"Series": 5' WHERE group_name = $1`, group); err != nil {
		t.Fatal(err)
	}
}

// A booking that cannot be read stops nothing else, and can be cancelled without being
// understood.
func TestARecordThatCannotBeRead(t *testing.T) {
	w := newWorld(t, ana, bo, cem, dee)
	broken, other := w.bookAt(t, "g", "tue 15:00", ana, bo), w.bookAt(t, "h", "wed 15:00", cem, dee)
	w.breakRecord(t, "g")
	if err := w.Resume(t.Context()); err != nil {
		t.Errorf("Resume: %v; want that it goes on", err)
	}
	all, err := planning.Status(t.Context(), w.Service)
	if err != nil || len(all) != 2 || all[1].Left != 13 {
		t.Errorf("Status: %+v, %v; want h with its sessions", all, err)
	}
	snapshot, err := readNight(t, w.Service)
	if err != nil {
		t.Fatal(err)
	}
	if got := upkeep(snapshot); len(got) != 1 || got[0] != "broken-record g/ " {
		t.Errorf("findings %v; want the record of g", got)
	}
	w.nearEnd(t, other)
	plan, err := review.Plan(t.Context(), w.Service, scheduler.ReviewOptions{})
	if err != nil || len(plan.Reviews) != 1 || len(plan.Findings) != 1 || plan.Findings[0].Kind != scheduler.BrokenRecord {
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

// A busyStore has another run change bookings between two looks at them.
type busyStore struct {
	scheduler.Store
	looks int
}

func (s *busyStore) Bookings(ctx context.Context) (scheduler.Bookings, error) {
	all, err := s.Store.Bookings(ctx)
	if s.looks++; s.looks > 1 {
		all = nil
	}
	return all, err
}

// A night is planned from one look at the bookings: the series that were read are
// those that are planned.
func TestANightIsOneLook(t *testing.T) {
	w, _ := booked(t, ana, bo)
	w.Store = &busyStore{Store: w.Store}
	snapshot, err := readNight(t, w.Service)
	if err != nil || len(snapshot.Bookings) != 1 || len(snapshot.Current) != 1 {
		t.Errorf("Night: %d bookings, %d series, %v; want one of each", len(snapshot.Bookings), len(snapshot.Current), err)
	}
}

// A countingStore counts the looks at the bookings of all groups.
type countingStore struct {
	scheduler.Store
	looks int
}

func (s *countingStore) Bookings(ctx context.Context) (scheduler.Bookings, error) {
	s.looks++
	return s.Store.Bookings(ctx)
}

// What is done for one group looks at the bookings of no other.
func TestBookingOneGroupReadsNoOther(t *testing.T) {
	w := newWorld(t, ana, bo, cem, dee)
	plans := w.plan(t, w.group("g", ana, bo), w.group("h", cem, dee))
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
