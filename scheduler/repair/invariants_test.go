package repair_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
)

// Random calendars, random declines and hands, many groups that share members:
// whatever happens, attendance never falls, order and notice are kept, nobody is
// double-booked by us, and a second pass changes nothing.
func TestRepairInvariants(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 7))
	moves := 0
	for n := range 40 {
		w, bookings := randomWorld(t, random)
		before := w.currentSeries(t, bookings)
		plan := w.repair(t)
		after := w.currentSeries(t, bookings)
		for _, c := range plan.Changes {
			if c.Action != scheduler.MoveSession {
				continue
			}
			moves++
			notice := w.Now().Add(w.Workspace.Repair.Notice)
			if c.After <= c.Before || c.From.Before(notice) || c.To.Before(notice) {
				t.Errorf("case %d: change %+v lowers attendance or is inside the notice", n, c)
			}
			y1, w1 := c.From.ISOWeek()
			if y2, w2 := c.To.ISOWeek(); y1 != y2 || w1 != w2 {
				t.Errorf("case %d: %v -> %v leaves its week", n, c.From, c.To)
			}
		}
		taken := map[string]string{}
		for uid, s := range after {
			sessions, err := s.Occurrences()
			if err != nil {
				t.Fatal(err)
			}
			if !slices.IsSortedFunc(sessions, func(a, b calendar.Occurrence) int { return a.Start.Compare(b.Start) }) {
				t.Errorf("case %d: the order of sessions changed", n)
			}
			for i, o := range sessions {
				old, err := before[uid].Occurrences()
				if err != nil {
					t.Fatal(err)
				}
				if o.Cancelled || o.Start.Equal(old[i].Start) {
					continue
				}
				for _, a := range s.Attendees {
					key := fmt.Sprint(a.Address, o.Start)
					if other, double := taken[key]; double {
						t.Errorf("case %d: %s has two sessions at %v: %s and %s", n, a.Address, o.Start, other, uid)
					}
					taken[key] = string(uid)
				}
			}
		}
		w.wantQuiet(t)
	}
	if moves < 40 {
		t.Errorf("only %d moves in 40 cases; the test tests too little", moves)
	}
}

func (w *world) currentSeries(t *testing.T, bookings []scheduler.Booking) map[calendar.UID]calendar.Series {
	t.Helper()
	out := map[calendar.UID]calendar.Series{}
	for _, b := range bookings {
		s, err := w.Backend.Get(t.Context(), b.Series.UID)
		if err != nil {
			t.Fatal(err)
		}
		out[b.Series.UID] = s
	}
	return out
}

func randomWorld(t *testing.T, random *rand.Rand) (*world, []scheduler.Booking) {
	t.Helper()
	var people []calendar.Address
	for i := range 8 {
		people = append(people, calendar.Address(fmt.Sprintf("p%d@acme.example", i)))
	}
	w := newWorld(t, people...)
	var requests []scheduler.Request
	for i := range 4 {
		var members []calendar.Address
		for _, j := range random.Perm(len(people))[:2+random.IntN(3)] {
			members = append(members, people[j])
		}
		requests = append(requests, w.NewGroup(fmt.Sprint("g", i), members...))
	}
	var bookings []scheduler.Booking
	for _, p := range w.Plan(t, requests...) {
		bookings = append(bookings, w.MustBook(t, p))
	}
	for _, a := range people {
		for range random.IntN(60) {
			from := at(1, 5, 8).Start.AddDate(0, 0, random.IntN(42)).Add(time.Duration(random.IntN(40)) * 15 * time.Minute)
			w.Fake.Meet(a, availability.Interval{Start: from, End: from.Add(time.Duration(1+random.IntN(8)) * 15 * time.Minute)})
		}
	}
	for _, b := range bookings {
		sessions, err := b.Series.Occurrences()
		if err != nil {
			t.Fatal(err)
		}
		o := sessions[random.IntN(5)]
		switch random.IntN(3) {
		case 0:
			w.Fake.Reply(b.Series.UID, b.Series.Attendees[0].Address, o.Original, calendar.Declined)
		case 1:
			w.Fake.ByHand(b.Series.UID, calendar.Override{Original: o.Original, Moved: availability.Interval{Start: o.Start.Add(time.Hour), End: o.End.Add(time.Hour)}})
		}
	}
	return w, bookings
}
