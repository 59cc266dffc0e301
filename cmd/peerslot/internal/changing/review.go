package changing

import (
	"context"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/peerslot/peerslot/cmd/peerslot/internal/console"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/workspace"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/report"
	"github.com/peerslot/peerslot/scheduler/review"
)

// NewReviewCmd returns the command.
func NewReviewCmd(a *console.App) *cobra.Command {
	var flags console.ChangeFlags
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
			if n := o.Weeks; cmd.Flags().Changed("weeks") && (n < 1 || n > 13) {
				return console.Usagef("", "--weeks %d: want 1 to 13", n)
			}
			o.Groups = args
			return monitored(a, "review", night, func(beat *heartbeat) error { return reviewChange(a, o, flags, beat).run(cmd.Context(), a) })
		},
	}
	flags.Add(cmd)
	night.add(a, cmd)
	cmd.Flags().IntVar(&o.Weeks, "weeks", 0, "how many weeks what follows lasts, at most 13 (default as long as its program says)")
	return cmd
}

func reviewChange(a *console.App, o scheduler.ReviewOptions, flags console.ChangeFlags, beat *heartbeat) change[reviewing] {
	return change[reviewing]{
		flags: flags, clock: !a.AcceptClock, night: true, hears: true,
		plan: func(ctx context.Context, w *workspace.Workspace) (reviewing, error) { return PlanReviews(ctx, w, o) },
		show: func(w *workspace.Workspace, p report.Printer, r reviewing) {
			if a.Quiet && len(r.Out.Attention) == 0 {
				return
			}
			p.Reviews(w.Workspace, r.Plan)
			p.Attention(r.Out.Attention)
			workspace.PrintLoad(w, p, r.Out.Load)
		},
		question: reviewing.question,
		apply: func(ctx context.Context, w *workspace.Workspace, r *reviewing) error {
			if err := r.Apply(ctx, w); err != nil {
				return err
			}
			if len(o.Groups) == 0 {
				if err := r.Keep(ctx, w); err != nil {
					return err
				}
			}
			return w.Ask(ctx, r.Plan.Asking)
		},
		done: func(w *workspace.Workspace, p report.Printer, r reviewing, applied bool) {
			r.count(beat, applied)
			if !a.Quiet || r.verdict() != nil {
				r.tell(a, p, applied)
			}
		},
		answer:  reviewing.answer,
		verdict: reviewing.verdict,
	}
}

// A reviewing is what review carries from its plan to its answer.
type reviewing struct {
	Plan   scheduler.ReviewsPlan
	Out    report.Reviews
	booked []scheduler.Booking // what followed each review; zero where it failed
	formed []int               // how many groups of each rotation were booked
}

func PlanReviews(ctx context.Context, w *workspace.Workspace, o scheduler.ReviewOptions) (reviewing, error) {
	plan, err := review.Plan(ctx, w.Service, o)
	if err != nil {
		return reviewing{}, err
	}
	if len(o.Groups) == 0 {
		if err := w.NoteBroken(ctx); err != nil {
			return reviewing{}, err
		}
	}
	r := reviewing{Plan: plan, booked: make([]scheduler.Booking, len(plan.Reviews)), formed: make([]int, len(plan.Rotations))}
	r.Out = report.Reviews{Reviews: []report.Review{}, Attention: []report.Attention{}}
	if r.Out.Load, err = w.Overloaded(ctx); err != nil {
		return r, err
	}
	for _, p := range plan.Reviews {
		one, err := report.NewReview(p)
		if err != nil {
			return r, err
		}
		r.Out.Reviews = append(r.Out.Reviews, one)
	}
	for _, q := range plan.Asking {
		r.Out.Asking = append(r.Out.Asking, report.NewAsking(q))
	}
	for _, n := range plan.Rotations {
		r.Out.Formed = append(r.Out.Formed, report.NewRotation(n))
	}
	r.find(w, plan.Findings)
	return r, nil
}

func (r *reviewing) find(w *workspace.Workspace, findings []scheduler.Finding) {
	for _, f := range findings {
		if at := w.Attention(f); !slices.Contains(w.Findings, at) { // which are shown beside
			r.Out.Attention = append(r.Out.Attention, at)
		}
	}
}

// Keep records what a review of all series decided, and what it found.
func (r *reviewing) Keep(ctx context.Context, w *workspace.Workspace) error {
	return w.Service.KeepNight(ctx, scheduler.Night{What: scheduler.ReviewNight, Checked: len(r.Plan.Reviews), Changes: r.steps(), Findings: r.Plan.Findings})
}

// steps returns how many decisions and rotations are carried out.
func (r reviewing) steps() int {
	steps := len(r.Plan.Rotations)
	for _, p := range r.Plan.Reviews {
		if p.Decision != scheduler.Ask {
			steps++
		}
	}
	return steps
}

func (r reviewing) question() string {
	steps := r.steps()
	if steps == 0 {
		return ""
	}
	return fmt.Sprintf("Carry out %s?", report.Count(steps, "decision", "decisions"))
}

// Apply carries out each decision. One that cannot be does not hinder the others.
func (r *reviewing) Apply(ctx context.Context, w *workspace.Workspace) error {
	for i, p := range r.Plan.Reviews {
		next, err := review.Apply(ctx, w.Service, p)
		if console.Stopped(ctx, err) {
			return err
		}
		one := &r.Out.Reviews[i]
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
	for i, n := range r.Plan.Rotations {
		booked, findings, err := review.ApplyRotation(ctx, w.Service, n)
		if err != nil {
			return err
		}
		r.formed[i] = len(booked)
		r.find(w, findings)
	}
	return nil
}

func (r reviewing) answer(planned bool) any {
	out := r.Out
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
	if len(r.Out.Attention) > 0 || slices.ContainsFunc(r.Out.Reviews, func(one report.Review) bool { return one.Error != "" }) {
		return &console.NeedsPerson{}
	}
	return nil
}

func (r reviewing) count(beat *heartbeat, applied bool) {
	beat.Checked = len(r.Plan.Reviews)
	beat.Attention += len(r.Out.Attention)
	for _, one := range r.Out.Reviews {
		beat.count(one, applied)
	}
}

// tell says what became of each decision.
func (r reviewing) tell(a *console.App, p report.Printer, applied bool) {
	for i, plan := range r.Plan.Reviews {
		group, next := plan.Booking.Group, r.booked[i].Series
		switch {
		case r.Out.Reviews[i].Error != "":
			a.Warn("%s", r.Out.Reviews[i].Error)
		case !applied || plan.Decision == scheduler.Ask:
		case plan.Next != nil:
			p.Printf("Booked %s: %s %s, %s\n", group, next.Slot, next.Cadence, report.Count(next.Count, "session", "sessions"))
		case plan.Decision == scheduler.Rotate:
			p.Printf("%s ends with its last session%s.\n", group, r.onceReviewed(plan.Booking.Program))
		default:
			p.Printf("%s ends with its last session, and its members are told.\n", group)
		}
	}
	for i, n := range r.Plan.Rotations {
		if applied {
			p.Printf("Formed round %d of %s: %s, %d of them booked.\n", n.Round.Number, n.Program, report.Count(len(n.Round.Groups), "group", "groups"), r.formed[i])
		}
	}
}

// onceReviewed says when the next round follows, "" if it is due: it was formed just now,
// or a finding says why not.
func (r reviewing) onceReviewed(program string) string {
	if slices.ContainsFunc(r.Plan.Rotations, func(n scheduler.Rotation) bool { return n.Program == program }) ||
		slices.ContainsFunc(r.Plan.Findings, func(f scheduler.Finding) bool {
			return f.Kind == scheduler.NotFormed && f.Program == program
		}) {
		return ""
	}
	return fmt.Sprintf("; the next round of %s follows when all its groups have been reviewed", program)
}
