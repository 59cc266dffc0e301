package planning_test

import (
	"slices"
	"testing"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/planning"
)

// A series that begins some weeks from now is compared with slots of its own weeks, and
// its own is among them.
func TestWeekOfASeriesToCome(t *testing.T) {
	w, b := booked(t, ana, bo)
	b.Series.First = b.Series.First.AddDays(28)
	p, err := planning.New(planning.Snapshot{Workspace: w.Workspace, Bookings: scheduler.Bookings{b}, Window: availability.Interval{Start: now, End: now.AddDate(1, 0, 0)}, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	found, err := p.Attended(scheduler.Group{Name: "g", Members: []calendar.Address{ana, bo}}, b.Series)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := found.Week.Search.Start, b.Series.First.Monday(); got != want {
		t.Errorf("slots are compared from %s on; want %s, the week in which the series begins", got, want)
	}
	if !slices.ContainsFunc(found.Best, func(c availability.Candidate) bool { return c.Slot == b.Series.Slot && c.First == b.Series.First }) {
		t.Errorf("the series' own slot is not among the best: %v", found.Best)
	}
}
