package scheduler_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/peerslot/peerslot/scheduler"
)

// A rehearsal finishes what a dead run left, plans from there as the real run does,
// and changes neither store nor calendar.
func TestRehearsalIsTrue(t *testing.T) {
	w, b := booked(t, ana, bo, cem)
	w.fake.Meet(bo, at(1, 13, 15))
	b.State, b.CancelFrom = scheduler.Cancelling, now
	if _, err := w.Store.Commit(t.Context(), scheduler.Batch{Bookings: []scheduler.Booking{b}}); err != nil {
		t.Fatal(err)
	}
	before, err := w.Store.Bookings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	plan := func(s *scheduler.Service) []scheduler.BookingPlan {
		t.Helper()
		if err := s.Resume(t.Context()); err != nil {
			t.Fatal(err)
		}
		plans, err := s.PlanBookings(t.Context(), []scheduler.Request{w.group("g", ana, bo, cem)})
		if err != nil {
			t.Fatal(err)
		}
		return plans
	}
	puts := len(w.puts())
	rehearsal, err := w.Rehearsal(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer rehearsal.Store.Close()
	rehearsed := plan(rehearsal)
	after, err := w.Store.Bookings(t.Context())
	if diff := cmp.Diff(before, after); err != nil || diff != "" || len(w.puts()) != puts {
		t.Errorf("the rehearsal changed something: %v, %d puts (-want +got):\n%s", err, len(w.puts())-puts, diff)
	}
	if real := plan(w.Service); real[0].Existing != nil || real[0].Candidate != rehearsed[0].Candidate || !real[0].Booking.Series.Same(rehearsed[0].Booking.Series) {
		t.Errorf("the rehearsal shows %v; then the run plans %v", rehearsed[0].Candidate, real[0].Candidate)
	}
}
