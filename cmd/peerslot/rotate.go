package main

import (
	"context"

	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/forming"
	"github.com/peerslot/peerslot/scheduler/report"
)

// rotate forms the next round of each program of which a group was rotated, as soon
// as all its groups have been reviewed. Booking the new groups is left to a person,
// who may want to change them first.
func (a *app) rotate(ctx context.Context, w *workspace, plans []scheduler.ReviewPlan) ([]report.Form, error) {
	var out []report.Form
	done := map[string]bool{}
	for _, p := range plans {
		program, ok := w.Workspace.Program(p.Booking.Program)
		if p.Decision != scheduler.Rotate || !ok || program.Name == "" || done[program.Name] {
			continue
		}
		done[program.Name] = true
		start, due, err := w.service.RotationDue(ctx, program)
		if err != nil {
			return out, err
		}
		if !due {
			continue
		}
		formed, err := a.formNext(ctx, w, formOptions{program: program.Name, start: start.String(), seed: 1, budget: formBudget})
		if err != nil {
			if stopped(ctx, err) {
				return out, err
			}
			a.warn("the next round of %s is not formed: %v", program.Name, err)
			a.hint("run 'peerslot form %s --start %s'", program.Name, start)
			continue
		}
		out = append(out, formed)
	}
	return out, nil
}

// formNext forms and stores a round without asking: the rotation was agreed to.
func (a *app) formNext(ctx context.Context, w *workspace, o formOptions) (report.Form, error) {
	f, err := o.plan(ctx, w)
	if err != nil {
		return report.Form{}, err
	}
	o.warn(a, f.plan)
	return f.out, forming.Save(ctx, w.service, f.plan)
}
