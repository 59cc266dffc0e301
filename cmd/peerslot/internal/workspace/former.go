package workspace

import (
	"context"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/forming"
)

// A former proposes the rounds that follow a rotation, as form does.
type former struct{ *Workspace }

// NextRound implements scheduler.Former.
func (f former) NextRound(ctx context.Context, s *scheduler.Service, p scheduler.Program, start availability.Date) (scheduler.NextRound, error) {
	o := FormOptions{Program: p.Name, Start: start.String(), Seed: 1, Budget: FormBudget, Rounds: 1}
	request, err := o.Request(f.Workspace)
	if err != nil {
		return scheduler.NextRound{}, err
	}
	plan, err := forming.PlanRound(ctx, s, request)
	if err != nil {
		return scheduler.NextRound{}, err
	}
	o.Warn(f.App, plan)
	return plan.Next(), nil
}
