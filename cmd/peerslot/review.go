package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/report"
	"github.com/peerslot/peerslot/scheduler/review"
)

func newReviewCmd(a *app) *cobra.Command {
	var flags changeFlags
	var night nightFlags
	var o scheduler.ReviewOptions
	cmd := &cobra.Command{
		Use:   "review [GROUP…]",
		Short: "Decide from evidence what follows each ending series",
		Long: `From four weeks before the last session on, the members of a series can say what should
follow ('peerslot answer'). It is decided ten days before that session, or as soon as
everybody has answered: from attendance (the members' replies, then their calendars)
and, from three answers on, what they say. With --yes the next series is booked, or the
members are told that this one ends, or the next round is formed and booked. Without
evidence, and for a series of fewer than four sessions, a person is asked.`,
		Example: `  peerslot review                   # every series that ends
  peerslot review first-circle --yes       # decide and book`,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.Groups = args
			return a.monitored("review", night, func(beat *heartbeat) error { return a.review(cmd.Context(), o, flags, night, beat) })
		},
	}
	flags.add(cmd)
	night.add(cmd)
	cmd.Flags().IntVar(&o.Weeks, "weeks", 0, "how many weeks what follows lasts, at most 13 (default as long as its program says)")
	return cmd
}

func (a *app) review(ctx context.Context, o scheduler.ReviewOptions, flags changeFlags, night nightFlags, beat *heartbeat) error {
	if o.Weeks < 0 || o.Weeks > 13 {
		return usagef("", "--weeks %d: want 1 to 13", o.Weeks)
	}
	return a.reviewChange(o, flags, night, beat).run(ctx, a)
}

func (a *app) reviewChange(o scheduler.ReviewOptions, flags changeFlags, night nightFlags, beat *heartbeat) change[reviewing] {
	return change[reviewing]{
		flags: flags, clock: !night.acceptClock, night: true, hears: true,
		plan: func(ctx context.Context, w *workspace) (reviewing, error) { return planReviews(ctx, w, o) },
		show: func(w *workspace, p report.Printer, r reviewing) {
			p.Reviews(w.Workspace, r.plan)
			printLoad(w, p, r.out.Load)
		},
		question: reviewing.question,
		apply: func(ctx context.Context, w *workspace, r *reviewing) error {
			if err := r.apply(ctx, w); err != nil {
				return err
			}
			return w.ask(ctx, r.plan.Asking)
		},
		done: func(w *workspace, p report.Printer, r reviewing, applied bool) {
			r.count(beat, applied)
			r.tell(a, p, applied)
		},
		answer:  reviewing.answer,
		verdict: reviewing.verdict,
	}
}

// A reviewing is what review carries from its plan to its answer.
type reviewing struct {
	plan   scheduler.ReviewsPlan
	out    report.Reviews
	booked []scheduler.Booking // what followed each review; zero where it failed
	formed []int               // how many groups of each rotation were booked
}

func planReviews(ctx context.Context, w *workspace, o scheduler.ReviewOptions) (reviewing, error) {
	plan, err := review.Plan(ctx, w.service, o)
	if err != nil {
		return reviewing{}, err
	}
	r := reviewing{plan: plan, booked: make([]scheduler.Booking, len(plan.Reviews)), formed: make([]int, len(plan.Rotations))}
	r.out = report.Reviews{Reviews: []report.Review{}, Attention: []report.Attention{}}
	if r.out.Load, err = w.overloaded(ctx); err != nil {
		return r, err
	}
	for _, p := range plan.Reviews {
		one, err := report.NewReview(p)
		if err != nil {
			return r, err
		}
		r.out.Reviews = append(r.out.Reviews, one)
	}
	for _, q := range plan.Asking {
		r.out.Asking = append(r.out.Asking, report.NewAsking(q))
	}
	for _, n := range plan.Rotations {
		r.out.Formed = append(r.out.Formed, report.NewRotation(n))
	}
	r.find(w, plan.Findings)
	return r, nil
}

func (r *reviewing) find(w *workspace, findings []scheduler.Finding) {
	for _, f := range findings {
		r.out.Attention = append(r.out.Attention, report.NewAttention(w.Workspace, f))
	}
}

func (r reviewing) question() string {
	steps := len(r.plan.Rotations)
	for _, p := range r.plan.Reviews {
		if p.Decision != scheduler.Ask {
			steps++
		}
	}
	if steps == 0 {
		return ""
	}
	return fmt.Sprintf("Carry out %s?", report.Count(steps, "decision", "decisions"))
}

// apply carries out each decision. One that cannot be does not hinder the others.
func (r *reviewing) apply(ctx context.Context, w *workspace) error {
	for i, p := range r.plan.Reviews {
		next, err := review.Apply(ctx, w.service, p)
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
	for i, n := range r.plan.Rotations {
		booked, findings, err := review.ApplyRotation(ctx, w.service, n)
		if err != nil {
			return err
		}
		r.formed[i] = len(booked) - len(findings)
		r.find(w, findings)
	}
	return nil
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
	if len(r.out.Attention) > 0 || slices.ContainsFunc(r.out.Reviews, func(one report.Review) bool { return one.Error != "" }) {
		return &needsPerson{}
	}
	return nil
}

func (r reviewing) count(beat *heartbeat, applied bool) {
	beat.Checked = len(r.plan.Reviews)
	beat.Attention += len(r.out.Attention)
	for _, one := range r.out.Reviews {
		beat.count(one, applied)
	}
}

// tell says what became of each decision.
func (r reviewing) tell(a *app, p report.Printer, applied bool) {
	for i, plan := range r.plan.Reviews {
		group, next := plan.Booking.Group, r.booked[i].Series
		switch {
		case r.out.Reviews[i].Error != "":
			a.warn("%s", r.out.Reviews[i].Error)
		case !applied || plan.Decision == scheduler.Ask:
		case plan.Next != nil:
			p.Printf("Booked %s: %s %s, %s\n", group, next.Slot, next.Cadence, report.Count(next.Count, "session", "sessions"))
		case plan.Decision == scheduler.Rotate:
			p.Printf("%s ends; the next round of %s follows when all its groups have been reviewed.\n", group, plan.Booking.Program)
		default:
			p.Printf("%s ends with its last session, and its members are told.\n", group)
		}
	}
	for i, n := range r.plan.Rotations {
		if applied {
			p.Printf("Formed round %d of %s: %s, %d of them booked.\n", n.Round.Number, n.Program, report.Count(len(n.Round.Groups), "group", "groups"), r.formed[i])
		}
	}
}
