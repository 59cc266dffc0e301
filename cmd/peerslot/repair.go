package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/repair"
	"github.com/peerslot/peerslot/scheduler/report"
)

func newRepairCmd(a *app) *cobra.Command {
	var change changeFlags
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
  peerslot repair --rebook leads    # another weekly slot for the rest of a series`,
		Args: exactly(0, "takes no arguments; --rebook names a group"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if rebook != "" {
				return a.rebook(cmd.Context(), rebook, change, night)
			}
			return a.monitored("repair", night, func(beat *heartbeat) error { return a.repair(cmd.Context(), change, night, beat) })
		},
	}
	change.add(cmd)
	night.add(cmd)
	cmd.Flags().StringVar(&rebook, "rebook", "", "end the series of `GROUP` and book the rest on a better slot")
	return cmd
}

func (a *app) repair(ctx context.Context, change changeFlags, night nightFlags, beat *heartbeat) error {
	w, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer w.close()
	var unfinished []scheduler.Attention
	if change.yes {
		left, end, err := w.begin(ctx, night)
		defer end()
		if err != nil {
			return err
		}
		unfinished = left
	}
	plan, err := repair.PlanNight(ctx, w.service)
	if err != nil {
		return err
	}
	plan.Attention = slices.Concat(unfinished, plan.Attention)
	if !a.json {
		a.printer().Repair(w.Workspace, report.NewRepair(plan))
	}
	approved := len(plan.Bookings) == 0
	if !approved {
		if approved, err = change.approved(a, fmt.Sprintf("Change %s?", report.Count(len(plan.Bookings), "series", "series"))); err != nil {
			return err
		}
	}
	seen := len(plan.Attention)
	if approved {
		if err := repair.Apply(ctx, w.service, &plan); err != nil {
			return err
		}
	}
	if change.yes {
		if err := w.service.KeepUnknown(ctx, plan.Unknown); err != nil {
			return err
		}
	}
	beat.Checked, beat.Changes, beat.Attention = plan.Checked, len(plan.Changes), len(plan.Attention)
	beat.unknown(plan.Unknown)
	if err := a.answerRepair(plan, seen, approved); err != nil {
		return err
	}
	if len(plan.Attention) > 0 || suggests(plan) || !approved && !change.dryRun {
		return &needsPerson{}
	}
	return nil
}

// answerRepair writes the JSON answer, or what came up while the plan was applied.
func (a *app) answerRepair(plan scheduler.RepairPlan, seen int, approved bool) error {
	if a.json {
		j := report.NewRepair(plan)
		j.Plan = !approved
		return a.answer(j)
	}
	for _, at := range plan.Attention[seen:] {
		a.printer().Printf("! %s: %s\n", at.Group, at.What)
	}
	return nil
}

func suggests(plan scheduler.RepairPlan) bool {
	for _, c := range plan.Changes {
		if c.Action == scheduler.Suggest {
			return true
		}
	}
	return false
}

// rebook ends a series and books what is left of it on the best slot.
func (a *app) rebook(ctx context.Context, group string, change changeFlags, night nightFlags) error {
	w, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer w.close()
	if change.yes {
		_, end, err := w.begin(ctx, night)
		defer end()
		if err != nil {
			return err
		}
	}
	bookings, err := w.service.Store.Bookings(ctx)
	if err != nil {
		return err
	}
	b, err := w.bookingOf(bookings, group)
	if err != nil {
		return err
	}
	plan, err := w.service.PlanRebook(ctx, b)
	if err != nil {
		return err
	}
	if !a.json {
		a.printer().Printf("%s leaves %s, %s left:\n", group, b.Series.Slot, report.Count(plan.Candidate.Count, "session", "sessions"))
		a.printer().BookingPlans(w.Workspace, []scheduler.BookingPlan{plan})
	}
	approved, err := change.approved(a, "End the old series and book this one?")
	if err != nil {
		return err
	}
	answer := report.Book{Series: []report.Series{}, Unknown: report.Unknowns(plan.Unknown), Plan: !approved}
	booked := plan.Booking
	if approved {
		if booked, err = w.service.Rebook(ctx, b, plan); err != nil {
			return err
		}
	}
	s, err := report.NewSeries(booked, approved)
	if err != nil {
		return err
	}
	answer.Series = append(answer.Series, s)
	if a.json {
		if err := a.answer(answer); err != nil {
			return err
		}
	} else {
		a.printBooked(answer, approved)
	}
	if !approved && !change.dryRun {
		return &needsPerson{}
	}
	return nil
}
