package changing

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/peerslot/peerslot/cmd/peerslot/internal/console"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/workspace"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/booking"
	"github.com/peerslot/peerslot/scheduler/repair"
	"github.com/peerslot/peerslot/scheduler/report"
)

// NewRepairCmd returns the command.
func NewRepairCmd(a *console.App) *cobra.Command {
	var flags console.ChangeFlags
	var night nightFlags
	var rebook string
	cmd := &cobra.Command{
		Use:     "repair",
		Aliases: []string{"fix"},
		Short:   "Move sessions that members cannot attend any more, over all series",
		Long: `The nightly pass: looks at every booked series, moves sessions that are in conflict
to a better time of the same week, and reports what needs a person. A session that
somebody moved, cancelled or edited on the calendar is left as it is. Running it
twice changes nothing the second time.

Exit status 3 if something needs a person.`,
		Example: `  peerslot repair                   # show what would be done, and ask
  peerslot repair --yes             # from cron, every night
  peerslot repair --rebook first-circle    # another weekly slot for the rest of a series`,
		Args: console.Exactly(0, "takes no arguments; --rebook names a group"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if rebook != "" {
				return runRebook(cmd.Context(), a, rebook, flags)
			}
			return monitored(a, "repair", night, func(beat *heartbeat) error { return repairChange(a, flags, beat).run(cmd.Context(), a) })
		},
	}
	flags.Add(cmd)
	night.add(a, cmd)
	cmd.Flags().StringVar(&rebook, "rebook", "", "end the series of `GROUP` and book the rest on a better slot")
	return cmd
}

func repairChange(a *console.App, flags console.ChangeFlags, beat *heartbeat) change[repairing] {
	return change[repairing]{
		flags: flags, clock: !a.AcceptClock, night: true, hears: true,
		plan: planRepair,
		show: func(w *workspace.Workspace, p report.Printer, r repairing) {
			if out := r.out(); !a.Quiet || len(out.Attention) > 0 || suggests(r.plan) {
				p.Repair(w.Workspace, out)
			}
			for _, c := range r.plan.Changes {
				if c.Action == scheduler.Suggest {
					p.Printf("'peerslot repair --rebook %s' books that slot\n", console.Word(c.Group))
				}
			}
		},
		question: func(r repairing) string {
			n := r.plan.Bookings.Len() + len(r.plan.Reslots)
			if n == 0 {
				return ""
			}
			return fmt.Sprintf("Change %s?", report.Count(n, "series", "series"))
		},
		apply: func(ctx context.Context, w *workspace.Workspace, r *repairing) error {
			if err := repair.Apply(ctx, w.Service, &r.plan); err != nil {
				return err
			}
			return repair.KeepNight(ctx, w.Service, r.plan)
		},
		done: func(_ *workspace.Workspace, p report.Printer, r repairing, _ bool) {
			beat.Checked, beat.Changes, beat.Attention = r.plan.Checked, len(r.plan.Changes), len(r.out().Attention)
			beat.unknown(r.plan.Unknown)
			p.Attention(r.out().Attention[len(r.left)+r.seen:])
		},
		answer: func(r repairing, planned bool) any {
			out := r.out()
			out.Plan = planned
			return out
		},
		verdict: func(r repairing) error {
			return console.PersonIf(len(r.out().Attention) > 0 || suggests(r.plan))
		},
	}
}

// A repairing is what repair carries from its plan to its answer.
type repairing struct {
	w    scheduler.Workspace
	plan scheduler.RepairPlan
	left []report.Attention // by an earlier run, for a person
	seen int                // findings of the plan; what comes after them came up while it was applied
}

func planRepair(ctx context.Context, w *workspace.Workspace) (repairing, error) {
	plan, err := repair.PlanNight(ctx, w.Service)
	return repairing{w: w.Workspace, plan: plan, left: w.TakeFindings(), seen: len(plan.Findings)}, err
}

func (r repairing) out() report.Repair {
	out := report.NewRepair(r.w, r.plan, console.Command)
	out.Attention = slices.Insert(out.Attention, 0, r.left...) // which is never nil
	return out
}

func suggests(plan scheduler.RepairPlan) bool {
	return slices.ContainsFunc(plan.Changes, func(c scheduler.Change) bool { return c.Action == scheduler.Suggest })
}

// runRebook ends a series and books what is left of it on the best slot.
func runRebook(ctx context.Context, a *console.App, group string, flags console.ChangeFlags) error {
	return change[rebooking]{
		flags: flags, clock: !a.AcceptClock, night: true,
		plan: func(ctx context.Context, w *workspace.Workspace) (rebooking, error) {
			return planRebook(ctx, w, group)
		},
		show: func(w *workspace.Workspace, p report.Printer, r rebooking) {
			plan := r.plan
			if r.best {
				p.Printf("What is left of %s is at the best slot already: %s. Nothing is to be done.\n'peerslot slots %s' shows others; 'peerslot cancel %s' makes way for one of them.\n", group, r.old.Series.Slot, console.Word(group), console.Word(group))
				return
			}
			p.Printf("%s leaves %s; of its last %s, as they stand, %d of %d attendances are possible:\n",
				group, r.old.Series.Slot, report.Count(plan.Candidate.Count, "session", "sessions"), plan.Was.Yes, plan.Was.All())
			p.BookingPlan(w.Workspace, plan)
		},
		question: func(r rebooking) string {
			if r.best {
				return ""
			}
			return "End the old series and book this one?"
		},
		apply: func(ctx context.Context, w *workspace.Workspace, r *rebooking) error {
			g := &r.groups[0]
			if !g.todo {
				return nil
			}
			b, err := w.Service.Rebook(ctx, r.old, r.plan)
			return cmp.Or(err, g.is(b, true, err))
		},
		done: func(w *workspace.Workspace, p report.Printer, r rebooking, applied bool) {
			if !r.best {
				tellBooked(a, w, p, r.booked, applied)
			}
		},
		answer: func(r rebooking, planned bool) any { return r.booked.answer(planned) },
	}.run(ctx, a)
}

// A rebooking is a booking in the place of an old one.
type rebooking struct {
	booked
	old  scheduler.Booking
	plan scheduler.BookingPlan
	best bool // no slot is better than the old one
}

func planRebook(ctx context.Context, w *workspace.Workspace, group string) (rebooking, error) {
	bookings, err := w.Service.Store.Bookings(ctx)
	if err != nil {
		return rebooking{}, err
	}
	old, err := w.BookingOf(ctx, bookings, group)
	if err != nil {
		return rebooking{}, err
	}
	if old, err = booking.Understood(ctx, w.Service, old); err != nil {
		return rebooking{}, console.WithHint(err, fmt.Sprintf("end it with 'peerslot cancel %s', then book again", console.Word(group)))
	}
	plan, err := booking.PlanRebook(ctx, w.Service, old)
	r := rebooking{old: old, plan: plan, booked: booked{groups: make([]bookedGroup, 1)}}
	switch {
	case errors.Is(err, booking.ErrBestAlready):
		r.best = true
		return r, r.groups[0].is(old, false, nil)
	case err != nil:
		return r, err
	}
	return r, r.note(w, 0, plan)
}
