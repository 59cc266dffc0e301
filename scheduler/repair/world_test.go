package repair_test

import (
	"strings"
	"testing"
	"time"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/repair"
	"github.com/peerslot/peerslot/scheduler/report"
	"github.com/peerslot/peerslot/scheduler/schedulertest"
)

const (
	organizer         = schedulertest.Organizer
	ana, bo, cem, dee = schedulertest.Ana, schedulertest.Bo, schedulertest.Cem, schedulertest.Dee
)

var now, at = schedulertest.Now, schedulertest.At

// A world is one whose nights look four weeks ahead.
type world struct{ *schedulertest.World }

func newWorld(t testing.TB, people ...calendar.Address) *world {
	t.Helper()
	w := &world{schedulertest.NewWorld(t, people...)}
	w.Workspace.Repair.Horizon, w.Workspace.Repair.CancelWithin, w.Workspace.Repair.PerMonth = 28*24*time.Hour, 28*24*time.Hour, 10
	return w
}

// booked returns a world with one group at tue 15:00 from 6 January on.
func booked(t testing.TB, members ...calendar.Address) (*world, scheduler.Booking) {
	t.Helper()
	w := newWorld(t, members...)
	return w, w.BookAt(t, "g", "tue 15:00", members...)
}

func (w *world) repair(t *testing.T) scheduler.RepairPlan {
	t.Helper()
	plan := w.planOnly(t)
	w.apply(t, &plan)
	return plan
}

// wantQuiet checks that another pass finds nothing to change.
func (w *world) wantQuiet(t *testing.T) {
	t.Helper()
	puts := len(w.Puts())
	if again := w.repair(t); again.Bookings.Len() != 0 || len(w.Puts()) != puts {
		t.Errorf("a second pass changes %+v; want nothing", again.Changes)
	}
}

// bookings returns those whose series change by the plan.
func bookings(t testing.TB, plan scheduler.RepairPlan) (all []scheduler.Booking) {
	t.Helper()
	for b, err := range plan.Bookings.All() {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, b)
	}
	return all
}

func actions(plan scheduler.RepairPlan) string {
	var out []string
	for _, c := range plan.Changes {
		if c.Action == scheduler.ByHand {
			continue // which is theirs
		}
		out = append(out, string(c.Action))
	}
	return strings.Join(out, " ")
}

// words says what the plan found, as people read it.
func words(plan scheduler.RepairPlan) string {
	var out []string
	for _, f := range plan.Findings {
		out = append(out, report.Words(scheduler.Workspace{}, f, nil))
	}
	return strings.Join(out, "\n")
}

func (w *world) planOnly(t *testing.T) scheduler.RepairPlan {
	t.Helper()
	plan, err := repair.PlanNight(t.Context(), w.Service)
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

// apply carries the plan out, which keeps what it is.
func (w *world) apply(t *testing.T, plan *scheduler.RepairPlan) {
	t.Helper()
	applied := *plan
	if err := repair.Apply(t.Context(), w.Service, &applied); err != nil {
		t.Fatal(err)
	}
	plan.Findings = applied.Findings
}
