package main

import (
	"context"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/forming"
)

// A former proposes the rounds that follow a rotation, as form does.
type former struct {
	app *app
	*workspace
}

// NextRound implements scheduler.Former.
func (f former) NextRound(ctx context.Context, s *scheduler.Service, p scheduler.Program, start availability.Date) (scheduler.NextRound, error) {
	o := formOptions{program: p.Name, start: start.String(), seed: 1, budget: formBudget}
	request, err := o.request(f.workspace)
	if err != nil {
		return scheduler.NextRound{}, err
	}
	plan, err := forming.PlanRound(ctx, s, request)
	if err != nil {
		return scheduler.NextRound{}, err
	}
	o.warn(f.app, plan)
	return plan.Next(), nil
}
