package repair_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/calendartest"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/attendance"
	"github.com/peerslot/peerslot/scheduler/repair"
	"github.com/peerslot/peerslot/scheduler/schedulertest"
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

// wantSame checks that the run that comes right after the night leaves store and calendar
// as they are.
func (w *world) wantSame(t *testing.T) {
	t.Helper()
	before := w.kept(t)
	plan := w.repair(t)
	if diff := gocmp.Diff(before, w.kept(t)); diff != "" || len(plan.Changes) != 0 {
		t.Errorf("a second run changes %+v (-before +after):\n%s", plan.Changes, diff)
	}
}

// A record is what is known of a group.
type record struct {
	Bookings []scheduler.Booking
	Series   []calendar.Series
	Attended []attendance.Found
}

func (w *world) kept(t *testing.T) map[string]record {
	t.Helper()
	if err := w.Resume(t.Context()); err != nil {
		t.Fatal(err)
	}
	out := map[string]record{}
	for _, g := range w.Workspace.Groups {
		bookings, err := w.Store.BookingsOf(t.Context(), g.Name)
		r := record{Bookings: bookings}
		for _, b := range bookings {
			there, err1 := w.Backend.Get(t.Context(), b.Series.UID)
			found, err2 := w.Store.Attended(t.Context(), b.Series.UID)
			if err != nil || err1 != nil || err2 != nil {
				t.Fatal(err, err1, err2)
			}
			r.Series, r.Attended = append(r.Series, there), append(r.Attended, found...)
		}
		out[g.Name] = r
	}
	return out
}

// What a rebooking brings about, such as a session of the new series that too few can
// attend, waits for the next night, as if the night had been spent once.
func TestARebookingIsEnoughForANight(t *testing.T) {
	w, _ := booked(t, ana, bo, cem)
	w.Workspace.Repair.Reslot, w.Workspace.Repair.CancelBelow = true, true
	for week := range 13 {
		free := at(1, 8+7*week, 15) // a Thursday
		if week == 1 {
			free = availability.Interval{Start: free.Start, End: free.Start}
		}
		for _, a := range []calendar.Address{bo, cem} {
			w.Fake.Meet(a, availability.Interval{Start: at(1, 5+7*week, 0).Start, End: free.Start})
			w.Fake.Meet(a, availability.Interval{Start: free.End, End: at(1, 10+7*week, 0).Start})
		}
	}
	if plan := w.repair(t); actions(plan) != "rebook" {
		t.Fatalf("changes %+v; want the series booked on Thursdays", plan.Changes)
	}
	if plan := w.repair(t); len(plan.Changes) != 0 || len(plan.Findings) != 0 {
		t.Errorf("the same night again: %+v, %+v; want nothing", plan.Changes, plan.Findings)
	}
	w.Now = func() time.Time { return now.AddDate(0, 0, 1) }
	if plan := w.repair(t); actions(plan) != "cancel" {
		t.Errorf("the next night: %+v; want the session of 15 January called off", plan.Changes)
	}
}

// A last session that the night called off is looked at again, however its series stands.
func TestTheLastSessionComesBack(t *testing.T) {
	for _, reviewed := range []bool{false, true} {
		t.Run(fmt.Sprint("reviewed ", reviewed), func(t *testing.T) {
			w, b := booked(t, ana, bo)
			w.Workspace.Repair.CancelBelow = true
			b.Reviewed = reviewed
			if _, err := w.Save(t.Context(), b, w.Event(b, "test", "")); err != nil {
				t.Fatal(err)
			}
			w.NearEnd(b)
			last := calendartest.Sessions(b.Series)[12]
			w.Fake.Meet(bo, availability.Interval{Start: last.Start.AddDate(0, 0, -3), End: last.End.AddDate(0, 0, 5)})
			if plan := w.repair(t); actions(plan) != "cancel" {
				t.Fatalf("changes %+v; want the last session called off", plan.Changes)
			}
			w.wantSame(t)
			w.Fake.Forget(bo)
			if plan := w.repair(t); actions(plan) != "restore" {
				t.Errorf("once bo can come: %+v; want the session back", plan.Changes)
			}
		})
	}
}

// A series whose last session somebody called off is over in the night that sees it.
func TestASeriesEndsTheNightItsLastSessionIsOff(t *testing.T) {
	w, b := booked(t, ana, bo)
	b.Reviewed = true
	if _, err := w.Save(t.Context(), b, w.Event(b, "test", "")); err != nil {
		t.Fatal(err)
	}
	w.NearEnd(b)
	w.Fake.ByHand(b.Series.UID, calendar.Override{Original: calendartest.Sessions(b.Series)[12].Start, Cancelled: true})
	w.repair(t)
	if all, err := w.Store.BookingsOf(t.Context(), "g"); err != nil || all[0].State != scheduler.Ended {
		t.Errorf("the booking is %v, %v; want it ended", all, err)
	}
	w.wantSame(t)
}

// Who declined a whole series is as free for others after a move as the next run finds
// them.
func TestWhoDeclinedTheSeriesIsFreeAfterAMove(t *testing.T) {
	w := newWorld(t, ana, bo, cem, dee)
	g := w.BookAt(t, "g", "tue 15:00", ana, bo, cem)
	w.BookAt(t, "h", "wed 15:00", cem, dee)
	w.Fake.Reply(g.Series.UID, cem, time.Time{}, calendar.Declined)
	w.Fake.Meet(bo, at(1, 13, 15))
	if plan := w.repair(t); actions(plan) != "move" {
		t.Fatalf("changes %+v; want g's session moved", plan.Changes)
	}
	w.wantSame(t)
}

// A session is not called off for one that is called off in the same night.
func TestWhatIsCalledOffLeavesItsMembersFree(t *testing.T) {
	w := newWorld(t, ana, bo, cem, dee)
	w.BookAt(t, "g", "tue 15:00", ana, bo)
	h := w.NewGroup("h", bo, cem, dee)
	h.Slot, h.Stay = schedulertest.Slot(t, "tue 15:00"), true
	w.MustBook(t, w.Plan(t, h)[0])
	w.Workspace.Repair.CancelBelow = true
	w.Workspace.Repair.Horizon, w.Workspace.Repair.CancelWithin = 7*24*time.Hour, 7*24*time.Hour
	w.freeOnly(ana, at(1, 13, 15)) // when bo is to be at h's session, which nobody else can attend
	w.freeOnly(cem)
	w.freeOnly(dee)
	w.Now = func() time.Time { return at(1, 7, 3).Start }
	var off []string
	for _, c := range w.repair(t).Changes {
		if c.Action != scheduler.Suggest {
			off = append(off, c.Group+" "+string(c.Action))
		}
	}
	if !slices.Equal(off, []string{"h cancel"}) {
		t.Errorf("changes %v; want h's session called off, and g's held", off)
	}
	w.wantSame(t)
}

// A slot at which too few can attend most sessions is not suggested: it would not be booked,
// tonight or by anybody, and what the night does for the sessions as they are is done.
func TestASlotUnderTheQuorumIsNotSuggested(t *testing.T) {
	for _, reslot := range []bool{false, true} {
		w, _ := booked(t, ana, bo, cem)
		w.Workspace.Repair.Reslot = reslot
		week := availability.Interval{Start: at(1, 5, 0).Start, End: at(4, 20, 0).Start}
		w.Fake.Meet(bo, week)
		w.Fake.Meet(cem, week)
		w.busyAtItsSlot(ana, 13)
		if plan := w.repair(t); strings.Contains(actions(plan), "suggest") || strings.Contains(actions(plan), "rebook") || !strings.Contains(words(plan), "fewer than the quorum") {
			t.Errorf("reslot %v: changes %s, findings\n%s\nwant the sessions reported, and no slot", reslot, actions(plan), words(plan))
		}
	}
}
