package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/scheduler"
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

type jsonRepair struct {
	Checked   int             `json:"checked"`
	Changes   []jsonChange    `json:"changes"`
	Attention []jsonAttention `json:"attention"`
	Unknown   []jsonUnknown   `json:"unknown"`
	Plan      bool            `json:"plan,omitempty"` // nothing was changed
}

type jsonChange struct {
	Group  string     `json:"group"`
	UID    string     `json:"uid"`
	Action string     `json:"action"`
	From   *time.Time `json:"from,omitempty"`
	To     *time.Time `json:"to,omitempty"`
	Before int        `json:"before"`
	After  int        `json:"after"`
	Why    string     `json:"why"`
	Person string     `json:"person,omitempty"`
}

type jsonAttention struct {
	Group string `json:"group"`
	What  string `json:"what"`
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
	plan, err := w.service.PlanRepair(ctx)
	if err != nil {
		return err
	}
	plan.Attention = slices.Concat(unfinished, plan.Attention)
	if !a.json {
		a.printRepair(w, plan)
	}
	approved := len(plan.Bookings) == 0
	if !approved {
		if approved, err = change.approved(a, fmt.Sprintf("Change %s?", count(len(plan.Bookings), "series", "series"))); err != nil {
			return err
		}
	}
	seen := len(plan.Attention)
	if approved {
		if err := w.service.ApplyRepair(ctx, &plan); err != nil {
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
		j := repairJSON(plan)
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

func repairJSON(plan scheduler.RepairPlan) jsonRepair {
	j := jsonRepair{Checked: plan.Checked, Changes: []jsonChange{}, Attention: []jsonAttention{}, Unknown: unknownJSON(plan.Unknown)}
	instant := func(t time.Time) *time.Time {
		if t.IsZero() {
			return nil
		}
		t = t.UTC()
		return &t
	}
	for _, c := range plan.Changes {
		j.Changes = append(j.Changes, jsonChange{c.Group, string(c.UID), string(c.Action), instant(c.From), instant(c.To), c.Before, c.After, c.Why, string(c.Person)})
	}
	for _, at := range plan.Attention {
		j.Attention = append(j.Attention, jsonAttention{at.Group, at.What})
	}
	return j
}

// printRepair writes the plan as people read it, fit for the mail that cron sends.
func (a *app) printRepair(w *workspace, plan scheduler.RepairPlan) {
	p := a.printer()
	p.Printf("%s checked, %s, %s for a person\n", count(plan.Checked, "series", "series"),
		count(len(plan.Changes), "change", "changes"), count(len(plan.Attention), "thing", "things"))
	zone, err := availability.LoadZone(w.Workspace.Zone)
	if err != nil {
		zone = time.UTC
	}
	when := func(t time.Time) string {
		if t.IsZero() {
			return "-"
		}
		return t.In(zone).Format("Mon 2 Jan 15:04")
	}
	if len(plan.Changes) > 0 {
		var rows [][]string
		for _, c := range plan.Changes {
			rows = append(rows, []string{c.Group, string(c.Action), when(c.From), when(c.To), fmt.Sprintf("%d -> %d", c.Before, c.After), why(w, c)})
		}
		p.Table([]string{"GROUP", "ACTION", "BEFORE", "AFTER", "ATTEND", "WHY"}, rows)
	}
	for _, at := range plan.Attention {
		p.Printf("! %s: %s\n", at.Group, at.What)
	}
	for _, u := range plan.Unknown {
		p.Printf("? %s: %s (since %s)\n", u.Person, u.Reason, u.Since.In(zone).Format(time.DateOnly))
	}
}

func why(w *workspace, c scheduler.Change) string {
	if c.Person != "" {
		return w.Workspace.Name(c.Person) + " " + c.Why
	}
	return c.Why
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
		a.printer().Printf("%s leaves %s, %s left:\n", group, b.Series.Slot, count(plan.Candidate.Count, "session", "sessions"))
		a.printBookingPlans(w, []scheduler.BookingPlan{plan})
	}
	approved, err := change.approved(a, "End the old series and book this one?")
	if err != nil {
		return err
	}
	answer := jsonBook{Series: []jsonSeries{}, Unknown: unknownJSON(plan.Unknown), Plan: !approved}
	booked := plan.Booking
	if approved {
		if booked, err = w.service.Rebook(ctx, b, plan); err != nil {
			return err
		}
	}
	s, err := seriesJSON(booked, approved)
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
