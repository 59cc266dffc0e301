package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/report"
)

func newReviewCmd(a *app) *cobra.Command {
	var flags changeFlags
	var night nightFlags
	cmd := &cobra.Command{
		Use:   "review [GROUP…]",
		Short: "Decide from evidence what follows each ending series",
		Long: `From 14 days before its last session on, a series is reviewed: from attendance (the
members' replies, then their calendars) and, from three answers on, what the members
say. With --yes it books the next series, or tells the members that this one ends.`,
		Example: `  peerslot review                   # every series that ends
  peerslot review leads --yes       # decide and book`,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.monitored("review", night, func(beat *heartbeat) error { return a.review(cmd.Context(), args, flags, night, beat) })
		},
	}
	flags.add(cmd)
	night.add(cmd)
	completeGroups(a, cmd)
	return cmd
}

func (a *app) review(ctx context.Context, groups []string, flags changeFlags, night nightFlags, beat *heartbeat) error {
	return change[reviewing]{
		flags: flags, clock: !night.acceptClock, night: true,
		plan: func(ctx context.Context, w *workspace) (reviewing, error) { return planReviews(ctx, w, groups) },
		show: func(w *workspace, p report.Printer, r reviewing) {
			p.Reviews(w.Workspace, r.plans)
			printLoad(w, p, r.out.Load)
		},
		question: reviewing.question,
		apply:    func(ctx context.Context, w *workspace, r *reviewing) error { return r.apply(ctx, a, w) },
		done: func(w *workspace, p report.Printer, r reviewing, applied bool) {
			r.count(beat, applied)
			r.tell(a, w, p, applied)
		},
		answer:  reviewing.answer,
		verdict: reviewing.verdict,
	}.run(ctx, a)
}

// A reviewing is what review carries from its plan to its answer.
type reviewing struct {
	plans  []scheduler.ReviewPlan
	out    report.Reviews
	booked []scheduler.Booking // what followed each; zero where it failed
}

func planReviews(ctx context.Context, w *workspace, groups []string) (reviewing, error) {
	plans, err := w.service.PlanReviews(ctx, groups)
	if err != nil {
		return reviewing{}, err
	}
	r := reviewing{plans: plans, booked: make([]scheduler.Booking, len(plans))}
	r.out.Load, err = w.overloaded(ctx)
	if err != nil {
		return r, err
	}
	r.out.Reviews = []report.Review{}
	for _, p := range plans {
		one, err := report.NewReview(p)
		if err != nil {
			return r, err
		}
		r.out.Reviews = append(r.out.Reviews, one)
	}
	return r, nil
}

func (r reviewing) question() string {
	if len(r.plans) == 0 {
		return ""
	}
	return fmt.Sprintf("Carry out %s?", report.Count(len(r.plans), "decision", "decisions"))
}

// apply carries out each decision. One that cannot be does not hinder the others.
func (r *reviewing) apply(ctx context.Context, a *app, w *workspace) error {
	for i, p := range r.plans {
		next, err := w.service.ApplyReview(ctx, p)
		if stopped(ctx, err) {
			return err
		}
		one := &r.out.Reviews[i]
		if err != nil {
			one.Error, one.Next = err.Error(), nil
			continue
		}
		r.booked[i] = next
		if one.Next != nil {
			s, err := report.NewSeries(next, true)
			if err != nil {
				return err
			}
			one.Next = &s
		}
	}
	var err error
	r.out.Formed, err = a.rotate(ctx, w, r.plans)
	return err
}

func (r reviewing) answer(planned bool) any {
	out := r.out
	out.Plan = planned
	if planned {
		out.Reviews = slices.Clone(out.Reviews)
		for i, one := range out.Reviews {
			if one.Next != nil {
				next := *one.Next
				next.Created = false
				out.Reviews[i].Next = &next
			}
		}
	}
	return out
}

func (r reviewing) verdict() error {
	for _, one := range r.out.Reviews {
		if one.Error != "" || one.Decision == string(scheduler.Rotate) {
			return &needsPerson{}
		}
	}
	return nil
}

func (r reviewing) count(beat *heartbeat, applied bool) {
	beat.Checked = len(r.plans)
	for _, one := range r.out.Reviews {
		beat.count(one, applied)
	}
}

// tell says what became of each decision.
func (r reviewing) tell(a *app, w *workspace, p report.Printer, applied bool) {
	for i, plan := range r.plans {
		group, next := plan.Booking.Group, r.booked[i].Series
		switch {
		case r.out.Reviews[i].Error != "":
			a.warn("%s", r.out.Reviews[i].Error)
		case !applied:
		case plan.Next != nil:
			p.Printf("Booked %s: %s %s, %s\n", group, next.Slot, next.Cadence, report.Count(next.Count, "session", "sessions"))
		case plan.Decision == scheduler.Rotate:
			p.Printf("%s ends; its program's next round follows when all its groups have been reviewed, or with 'peerslot form %s'.\n", group, plan.Booking.Program)
		default:
			p.Printf("%s ends with its last session, and its members are told.\n", group)
		}
	}
	for _, f := range r.out.Formed {
		if !applied {
			break
		}
		p.Form(w.Workspace, f)
		p.Printf("Formed round %d of %s; book it with 'peerslot book --all'.\n", f.Round, f.Program)
	}
}
