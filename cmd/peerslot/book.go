package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/config"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/report"
)

type bookOptions struct {
	selection
	searchFlags
	changeFlags
	slot    string
	noMoves bool
}

// changeFlags are the flags of commands that change calendars or the store.
type changeFlags struct{ yes, dryRun bool }

func (f *changeFlags) add(cmd *cobra.Command) {
	cmd.Flags().BoolVarP(&f.yes, "yes", "y", false, "do it without asking")
	cmd.Flags().BoolVar(&f.dryRun, "dry-run", false, "stop after showing the plan")
	cmd.MarkFlagsMutuallyExclusive("yes", "dry-run")
}

// approved reports whether the plan that was shown is to be carried out.
func (f changeFlags) approved(a *app, question string) (bool, error) {
	if f.dryRun {
		return false, nil
	}
	if f.yes {
		return true, nil
	}
	return a.confirm(question)
}

func newBookCmd(a *app) *cobra.Command {
	var o bookOptions
	cmd := &cobra.Command{
		Use:   "book (GROUP… | --all | --with ADDRESS,ADDRESS… --name NAME)",
		Short: "Book the best slot as one recurring invite that ends by itself",
		Long: `Plans a series for each group, shows the plan, and books it once you agree. Groups
that share members are planned together: what one takes is busy for the next.
Sessions whose weeks are known to be bad are moved within their week, by the rules
of repair. A group that has a series already is left alone.`,
		Example: `  peerslot book berlin-leads
  peerslot book berlin-leads --slot "tue 15:00" --start 2026-01-05
  peerslot book --all --yes
  peerslot book --with ana@acme.example,bo@acme.example --name ana-bo --duration 30m`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := noEmptyFlags(cmd, "slot", "name", "start"); err != nil {
				return err
			}
			o.names = args
			return o.run(cmd.Context(), a)
		},
	}
	o.searchFlags.add(cmd)
	o.changeFlags.add(cmd)
	flags := cmd.Flags()
	flags.BoolVar(&o.all, "all", false, "book every group that has no series")
	flags.StringSliceVar(&o.with, "with", nil, "`ADDRESSES` of an ad-hoc group, comma-separated")
	flags.StringVar(&o.name, "name", "", "`NAME` of the ad-hoc group")
	flags.StringVar(&o.slot, "slot", "", "book this `SLOT`, such as \"tue 15:00\", instead of the best")
	flags.BoolVar(&o.noMoves, "no-moves", false, "leave every session at the slot, however bad its week")
	completeGroups(a, cmd)
	return cmd
}

func (o bookOptions) run(ctx context.Context, a *app) error {
	if err := o.selection.check("book", "--all, or people with --with"); err != nil {
		return err
	}
	if err := o.checkName(); err != nil {
		return err
	}
	w, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer w.close()
	groups, err := w.groupsFor(o.selection)
	if err != nil {
		return err
	}
	if _, err := w.service.Group(o.name); err == nil && o.name != "" {
		return usagef(fmt.Sprintf("book it with 'peerslot book %s', or choose another name", o.name), "--name %s: there is a group of that name", o.name)
	}
	requests, err := o.requests(w, groups, a.now())
	if err != nil {
		return err
	}
	end, err := a.beginChange(ctx, w, o.changeFlags)
	defer end()
	if err != nil {
		return err
	}
	plans, err := w.service.PlanBookings(ctx, requests)
	if err != nil {
		return err
	}
	return o.carryOut(ctx, a, w, plans)
}

// checkName reports an ad-hoc group whose name later commands could not use.
func (o bookOptions) checkName() error {
	switch {
	case len(o.with) == 0 && o.name != "":
		return usagef("", "book: --name goes with --with")
	case len(o.with) == 0:
		return nil
	case o.name == "":
		return usagef("add --name NAME: later commands need a name for the group", "book --with names no group")
	}
	if err := config.CheckName(o.name); err != nil {
		return usagef("", "--name: %w", err)
	}
	return nil
}

func (o bookOptions) requests(w *workspace, groups []scheduler.Group, now time.Time) ([]scheduler.Request, error) {
	var out []scheduler.Request
	for _, g := range groups {
		search, err := o.search(w, g, now)
		if err != nil {
			return nil, err
		}
		r := scheduler.Request{Group: g, Search: search, Stay: o.noMoves}
		if o.slot != "" {
			if r.Slot, err = availability.ParseSlot(o.slot, search.Length, search.Zone); err != nil {
				return nil, usagef("", "--%w", err)
			}
		}
		out = append(out, r)
	}
	return out, nil
}

// carryOut shows the plans and, if the user agrees, books them.
func (o bookOptions) carryOut(ctx context.Context, a *app, w *workspace, plans []scheduler.BookingPlan) error {
	for _, u := range scheduler.UnknownIn(plans) {
		a.warn("%s: not everything is known: %s", u.Person, u.Reason)
	}
	for _, p := range plans {
		if first, err := p.Candidate.Slot.On(p.Candidate.First); err == nil && p.Existing == nil && first.Start.Before(a.now()) {
			a.warn("group %q: the first session, on %s, is in the past", p.Group.Name, p.Candidate.First)
		}
	}
	if !a.json {
		a.printer().BookingPlans(w.Workspace, plans)
	}
	answer := report.Book{Series: []report.Series{}, Unknown: report.Unknowns(scheduler.UnknownIn(plans))}
	todo := 0
	for _, p := range plans {
		if p.Existing == nil && p.Problem == nil {
			todo++
		}
	}
	approved := todo == 0
	if todo > 0 {
		var err error
		if approved, err = o.approved(a, fmt.Sprintf("Book %s?", report.Count(todo, "series", "series"))); err != nil {
			return err
		}
		answer.Plan = !approved
	}
	for i, p := range plans {
		b, created, err := p.Booking, false, p.Problem
		if approved && err == nil {
			b, created, err = w.service.Book(ctx, p)
		} else if p.Existing != nil {
			b = *p.Existing
		}
		if errors.Is(err, context.Canceled) {
			return err
		}
		if err != nil {
			answer.Failed = append(answer.Failed, report.Problem{Group: p.Group.Name, Error: err.Error()})
			continue
		}
		s, err := report.NewSeries(b, created)
		if err != nil {
			return err
		}
		answer.Series = append(answer.Series, s)
		if approved {
			w.service.Progress("booking", i+1, len(plans))
		}
	}
	return o.finish(a, answer, approved, w.service.Backend.Capabilities().SendsInvites)
}

// finish writes the answer and decides the exit status.
func (o bookOptions) finish(a *app, answer report.Book, approved, invites bool) error {
	if a.json {
		if err := a.answer(answer); err != nil {
			return err
		}
	} else {
		a.printBooked(answer, approved)
	}
	if !invites && slices.ContainsFunc(answer.Series, func(s report.Series) bool { return s.Created }) {
		a.hint("the calendar tells nobody by itself: send the members the .ics that 'peerslot export' writes")
	}
	for _, f := range answer.Failed {
		a.warn("group %q is not booked: %s", f.Group, f.Error)
	}
	switch {
	case len(answer.Failed) > 0 && len(answer.Series) == 0:
		return withHint(fmt.Errorf("nothing could be booked"), "see the warnings above")
	case len(answer.Failed) > 0, !approved && !o.dryRun:
		return &needsPerson{}
	}
	return nil
}

func (a *app) printBooked(answer report.Book, approved bool) {
	p := a.printer()
	for _, s := range answer.Series {
		switch {
		case s.Created:
			p.Printf("Booked %s: %s, %s\n", s.Group, s.Slot, report.Count(s.Count, "session", "sessions"))
		case approved && !answer.Plan:
			p.Printf("%s has a series already: %s, %s\n", s.Group, s.Slot, report.Count(s.Count, "session", "sessions"))
		}
	}
}
