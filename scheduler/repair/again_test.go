package repair_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/repair"
)

// A night that is spent twice changes nothing the second time, also where sessions
// are cancelled.
func TestANightSpentTwiceChangesNothing(t *testing.T) {
	random := rand.New(rand.NewPCG(12, 12))
	cancels := 0
	for n := range 150 {
		s := randomNight(t, random)
		s.Workspace.Repair.CancelBelow, s.Workspace.Repair.CancelWithin = true, s.Workspace.Repair.Horizon
		plan, err := repair.New(s)
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range slices.Concat(bookings(t, plan), plan.Noted) {
			if b.Next != nil {
				b.Series = *b.Next
			}
			b.Next, b.Heard, b.State = nil, nil, scheduler.Booked
			i := slices.IndexFunc(s.Bookings, func(o scheduler.Booking) bool { return o.Series.UID == b.Series.UID })
			s.Bookings[i], s.Current[b.Series.UID] = b, b.Series
		}
		for _, c := range plan.Changes {
			switch c.Action {
			case scheduler.MoveSession:
				s.Month[c.Group]++
				for _, at := range s.Current[c.UID].Attendees {
					s.Tonight[at.Address]++
				}
			case scheduler.CancelSession:
				cancels++
			}
		}
		again, err := repair.New(s)
		if err != nil {
			t.Fatal(err)
		}
		if len(again.Changes) != 0 || again.Bookings.Len() != 0 {
			t.Errorf("case %d: first %+v, then %+v; want nothing", n, plan.Changes, again.Changes)
		}
	}
	if cancels < 30 {
		t.Errorf("only %d sessions were cancelled; the test tests too little", cancels)
	}
}
