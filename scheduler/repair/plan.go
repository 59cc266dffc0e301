// Package repair is the nightly pass over all series: it sees what people changed by
// hand, moves sessions that members cannot attend any more, cancels or reports those
// that too few can, and suggests another slot where the slot itself is the trouble.
package repair

import (
	"context"
	"time"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
)

// PlanNight reads what the pass needs and plans it.
func PlanNight(ctx context.Context, s *scheduler.Service) (scheduler.RepairPlan, error) {
	snapshot, err := s.Night(ctx)
	if err != nil {
		return scheduler.RepairPlan{}, err
	}
	plan, err := New(snapshot)
	if err != nil {
		return plan, err
	}
	plan.Seen = snapshot.Seen
	return plan, s.DateUnknown(ctx, plan.Unknown)
}

// Apply carries a plan out, one series after the other. What cannot be done for one
// group is added to the plan's attention and does not hinder the others; the error
// is for what stops the run.
func Apply(ctx context.Context, s *scheduler.Service, plan *scheduler.RepairPlan) error {
	if err := s.KeepSeen(ctx, plan.Seen); err != nil {
		return err
	}
	for _, b := range plan.Accepted {
		if err := s.Keep(ctx, b, "accepted", "somebody moved the whole series to "+b.Series.Slot.String()); err != nil {
			return err
		}
	}
	faults, err := s.Carry(ctx, intents(plan, s.Now().UTC()))
	plan.Attention = append(plan.Attention, faults...)
	return err
}

func intents(plan *scheduler.RepairPlan, now time.Time) []scheduler.Intent {
	events := map[calendar.UID][]scheduler.Event{}
	for _, c := range plan.Changes {
		if c.Action != scheduler.Suggest {
			e := scheduler.Event{At: now, Group: c.Group, UID: c.UID, What: string(c.Action), Why: c.String()}
			events[c.UID] = append(events[c.UID], e)
		}
	}
	var out []scheduler.Intent
	for _, b := range plan.Bookings {
		out = append(out, scheduler.Intent{Booking: b, Events: events[b.Series.UID]})
	}
	return out
}
