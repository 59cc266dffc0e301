package changing

import (
	"context"
	"fmt"
	"iter"
	"slices"

	"github.com/spf13/cobra"

	"github.com/peerslot/peerslot/cmd/peerslot/internal/console"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/workspace"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/pile"
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
		plan: func(ctx context.Context, w *workspace.Workspace) (reviewing, error) {
			r, err := PlanReviews(ctx, w, o)
			if err == nil {
				r.Out.Load, err = w.Overloaded(ctx)
			}
			return r, err
		},
		show: func(w *workspace.Workspace, p report.Printer, r reviewing) {
			if a.Quiet && len(r.Out.Attention) == 0 {
				return
			}
			p.Reviews(w.Workspace, r.Plan)
			p.Attention(r.Out.Attention)
			w.PrintLoad(p, r.Out.Load)
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
	Out    report.Reviews     // without the reviews, and who may still answer
	became *pile.Pile[became] // what became of each review; nil until they are carried out
	steps  int                // how many decisions and rotations are carried out
	anew   int                // how many groups are to be formed anew
	failed int                // how many decisions could not be carried out, and
	other  int                // of them those to go on, or to stop
	formed []int              // how many groups of each rotation were booked
}

// became is what became of a review.
type became struct {
	Next  *report.Series // that was booked
	Stay  string         // why the slot was kept or left
	Error string
}

// PlanReviews decides what can be decided, and plans what follows. Who has too many
// sessions is not looked at.
func PlanReviews(ctx context.Context, w *workspace.Workspace, o scheduler.ReviewOptions) (r reviewing, err error) {
	if r.Plan, err = review.Plan(ctx, w.Service, o); err != nil {
		return reviewing{}, err
	}
	if len(o.Groups) == 0 {
		if err := w.NoteBroken(ctx); err != nil {
			return reviewing{}, err
		}
	}
	r.steps, r.formed = len(r.Plan.Rotations), make([]int, len(r.Plan.Rotations))
	for one, err := range r.Plan.Reviews.All() {
		switch {
		case err != nil:
			return r, err
		case one.Decision == scheduler.Ask:
			continue
		case one.Decision == scheduler.Rotate:
			r.anew++
		}
		r.steps++
	}
	r.Out = report.Reviews{Attention: []report.Attention{}}
	for _, n := range r.Plan.Rotations {
		r.Out.Formed = append(r.Out.Formed, report.NewRotation(n))
	}
	r.find(w, r.Plan.Findings)
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
	return w.Service.KeepNight(ctx, scheduler.Night{What: scheduler.ReviewNight, Checked: r.Plan.Reviews.Len(), Changes: r.steps, Findings: r.Plan.Findings})
}

func (r reviewing) question() string {
	if r.steps == 0 {
		return ""
	}
	return fmt.Sprintf("Carry out %s?", report.Count(r.steps, "decision", "decisions"))
}

// Apply carries out each decision. One that cannot be does not hinder the others. The plan
// lets go of what follows, which takes much room.
func (r *reviewing) Apply(ctx context.Context, w *workspace.Workspace) error {
	r.became = &pile.Pile[became]{}
	for p, err := range r.Plan.All() {
		if err != nil {
			return err
		}
		next, err := review.Apply(ctx, w.Service, p)
		var now became
		if p.Next != nil {
			now.Stay = p.Next.Stay
		}
		switch {
		case console.Stopped(ctx, err):
			return err
		case err != nil:
			now.Error = err.Error()
			if r.failed++; p.Decision != scheduler.Rotate {
				r.other++
			}
		case p.Next != nil:
			s, err := report.NewSeries(next, true)
			if err != nil {
				return err
			}
			now.Next = &s
		}
		if err := r.became.Add(now); err != nil {
			return err
		}
	}
	r.Plan.Next = nil
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

// rows returns the reviews as they are answered, with what became of them, or would; and
// their programs.
func (r reviewing) rows() iter.Seq2[string, report.Review] {
	return func(yield func(string, report.Review) bool) {
		next, stop := iter.Pull2(r.became.All())
		defer stop()
		for p, err := range r.Plan.All() {
			var one report.Review
			if err == nil {
				one, err = report.NewReview(p)
			}
			if r.became != nil && err == nil {
				var now became
				now, err, _ = next()
				if one.Next, one.Error = now.Next, now.Error; now.Stay != "" {
					one.Reasons = append(one.Reasons, now.Stay)
				}
			}
			if err != nil {
				one.Error = err.Error()
			}
			if !yield(p.Program, one) {
				return
			}
		}
	}
}

func (r reviewing) answer(planned bool) any {
	out := r.Out
	out.Plan, out.Reviews = planned, []report.Review{}
	for _, one := range r.rows() {
		if one.Next != nil && planned {
			one.Next.Created = false
		}
		out.Reviews = append(out.Reviews, one)
	}
	for _, q := range r.Plan.Asking {
		out.Asking = append(out.Asking, report.NewAsking(q))
	}
	return out
}

func (r reviewing) verdict() error { return console.PersonIf(len(r.Out.Attention)+r.failed > 0) }

func (r reviewing) count(beat *heartbeat, applied bool) {
	beat.Checked = r.Plan.Reviews.Len()
	beat.Attention += len(r.Out.Attention) + r.anew + r.other
	if applied {
		beat.Changes += beat.Checked - r.anew - r.other
	}
}

// tell says what became of each decision.
func (r reviewing) tell(a *console.App, p report.Printer, applied bool) {
	for program, one := range r.rows() {
		switch {
		case one.Error != "":
			a.Warn("%s", one.Error)
		case !applied || one.Decision == string(scheduler.Ask):
		case one.Next != nil:
			p.Printf("Booked %s: %s %s, %s\n", one.Group, one.Next.Slot, one.Next.Cadence, report.Count(one.Next.Count, "session", "sessions"))
		case one.Decision == string(scheduler.Rotate):
			p.Printf("%s ends with its last session%s.\n", one.Group, r.onceReviewed(program))
		default:
			p.Printf("%s ends with its last session, and its members are told.\n", one.Group)
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
