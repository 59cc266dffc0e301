package booking_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/booking"
	"github.com/peerslot/peerslot/scheduler/planning"
)

// Planned in parts that share nobody, bookings are what they are as a whole: beside
// groups that have their series already, and with members in several groups.
func TestBookingsInPartsEqualTheWhole(t *testing.T) {
	random := rand.New(rand.NewPCG(8, 7))
	booked, moves := 0, 0
	for n := range 10 {
		w, requests, people := busyWorld(t, random)
		window, err := booking.SearchWindow(requests[0].Search)
		if err != nil {
			t.Fatal(err)
		}
		snapshot, err := planning.Read(t.Context(), w.Service, people, window)
		if err != nil {
			t.Fatal(err)
		}
		whole, err := booking.PlanFrom(t.Context(), snapshot, requests)
		if err != nil {
			t.Fatal(err)
		}
		parts, err := booking.PlanParts(t.Context(), w.Service, requests, 1+random.IntN(8))
		if err != nil {
			t.Fatal(err)
		}
		if diff := gocmp.Diff(outcomes(whole), outcomes(parts)); diff != "" {
			t.Fatalf("case %d (-whole +parts):\n%s", n, diff)
		}
		for _, p := range parts {
			moves += len(p.Moves)
			if p.Problem == nil && p.Existing == nil {
				booked++
			}
		}
	}
	if booked < 30 || moves < 30 {
		t.Errorf("only %d groups are booked, with %d moves; the test tests too little", booked, moves)
	}
}

// A countingStore counts how often the bookings of a group are read.
type countingStore struct {
	scheduler.Store
	read map[string]int
}

func (s countingStore) Bookings(ctx context.Context, groups ...string) (scheduler.Bookings, error) {
	for _, name := range groups {
		s.read[name]++
	}
	return s.Store.Bookings(ctx, groups...)
}

// What is booked is read once for all requests, and then with the part that it concerns.
func TestBookingsAreReadOnceForAllRequests(t *testing.T) {
	w, b := booked(t, ana, bo)
	store := countingStore{w.Store, map[string]int{}}
	w.Store = store
	w.Plan(t, w.NewGroup("h", bo, cem), w.NewGroup("k", dee))
	if got := store.read[b.Group]; got != 2 {
		t.Errorf("the bookings of %s were read %d times, want 2", b.Group, got)
	}
}

// outcomes returns what plans say in a form that compares.
func outcomes(plans []scheduler.BookingPlan) (out []string) {
	for _, p := range plans {
		var existing calendar.UID
		if p.Existing != nil {
			existing = p.Existing.Series.UID
		}
		p.Existing = nil // else its address is printed
		out = append(out, fmt.Sprintf("%s has %q: %+v", p.Group.Name, existing, p))
	}
	return out
}

// busyWorld returns a world of a dozen people with much to do, in groups of two or
// three of which some are booked, and requests for all groups.
func busyWorld(t *testing.T, random *rand.Rand) (*world, []scheduler.Request, []calendar.Address) {
	t.Helper()
	var people []calendar.Address
	for i := range 12 {
		people = append(people, calendar.Address(fmt.Sprintf("p%02d@acme.example", i)))
	}
	w := newWorld(t, people...)
	for _, a := range people {
		for range 250 {
			from := at(1, 5, 9).Start.AddDate(0, 0, random.IntN(13*7)).Add(time.Duration(random.IntN(8)) * time.Hour)
			w.Fake.Meet(a, availability.Interval{Start: from, End: from.Add(time.Hour)})
		}
	}
	var requests []scheduler.Request
	for i := range 6 {
		who := random.Perm(len(people))[:2+random.IntN(2)]
		members := make([]calendar.Address, len(who))
		for k, one := range who {
			members[k] = people[one]
		}
		r := w.NewGroup(fmt.Sprint("g", i), members...)
		r.Anyway = random.IntN(3) > 0
		if i < 2 {
			if p := w.Plan(t, r)[0]; p.Problem == nil {
				w.MustBook(t, p)
			}
		}
		requests = append(requests, r)
	}
	return w, requests, people
}
