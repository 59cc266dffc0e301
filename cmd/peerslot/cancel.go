package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/report"
)

func newCancelCmd(a *app) *cobra.Command {
	var change changeFlags
	cmd := &cobra.Command{
		Use:   "cancel GROUP",
		Short: "Cancel what is left of a group's series, and tell the members",
		Long: `Takes every session that has not begun off the calendars. Sessions that were held
stay where they are. Cancelling a group that has no series is not an error.`,
		Example: `  peerslot cancel berlin-leads
  peerslot cancel berlin-leads --dry-run`,
		Args: exactly(1, "name the group"),
		RunE: func(cmd *cobra.Command, args []string) error { return a.cancel(cmd.Context(), args[0], change) },
	}
	change.add(cmd)
	completeGroups(a, cmd)
	return cmd
}

// exactly is cobra.ExactArgs with an error that says what is missing.
func exactly(n int, what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) != n {
			return usagef(fmt.Sprintf("see '%s --help'", cmd.CommandPath()), "%s: %s", cmd.Name(), what)
		}
		return nil
	}
}

// atMost is cobra.MaximumNArgs with an error of wrong usage.
func atMost(n int, what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) > n {
			return usagef(fmt.Sprintf("see '%s --help'", cmd.CommandPath()), "%s: %s, not %q", cmd.Name(), what, args)
		}
		return nil
	}
}

// noEmptyFlags reports flags that were given without a value, as an unset variable
// of a shell script does: taken for not given, they would do something else.
func noEmptyFlags(cmd *cobra.Command, names ...string) error {
	for _, name := range names {
		if f := cmd.Flags().Lookup(name); f.Changed && f.Value.String() == "" {
			return usagef("", "--%s is empty", name)
		}
	}
	return nil
}

type jsonCancel struct {
	Group     string      `json:"group"`
	UID       string      `json:"uid"`
	Cancelled []time.Time `json:"cancelled"`
	Plan      bool        `json:"plan,omitempty"` // nothing was changed
}

func (a *app) cancel(ctx context.Context, group string, change changeFlags) error {
	w, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer w.close()
	end, err := a.beginChange(ctx, w, change)
	defer end()
	if err != nil {
		return err
	}
	answer := jsonCancel{Group: group, Cancelled: []time.Time{}}
	open, err := w.openBookings(ctx, group)
	if err != nil {
		return err
	}
	if len(open) == 0 {
		return a.nothingToCancel(answer)
	}
	for _, b := range open {
		left, err := w.service.Left(ctx, b)
		if err != nil {
			return err
		}
		answer.UID = string(b.Series.UID)
		for _, o := range left {
			answer.Cancelled = append(answer.Cancelled, o.Start.UTC())
		}
	}
	if !a.json {
		a.printCancelPlan(open[len(open)-1], answer)
	}
	approved, err := change.approved(a, fmt.Sprintf("Cancel %s?", report.Count(len(answer.Cancelled), "session", "sessions")))
	if err != nil {
		return err
	}
	for _, b := range open {
		if !approved {
			break
		}
		if err := w.service.Cancel(ctx, b); err != nil {
			return err
		}
	}
	answer.Plan = !approved
	if a.json {
		if err := a.answer(answer); err != nil {
			return err
		}
	} else if approved {
		fmt.Fprintf(a.stdout, "Cancelled %s.\n", group)
	}
	if !approved && !change.dryRun {
		return &needsPerson{}
	}
	return nil
}

// openBookings returns the bookings of a group that have not ended: its series, and
// one before it that was reviewed and runs out. A group that there is not is an
// error.
func (w *workspace) openBookings(ctx context.Context, group string) ([]scheduler.Booking, error) {
	all, err := w.service.Store.Bookings(ctx)
	if err != nil {
		return nil, err
	}
	var open []scheduler.Booking
	for _, b := range all {
		if b.Group == group {
			open = append(open, b)
		}
	}
	if len(open) == 0 {
		_, err = w.service.Group(group)
	}
	return open, err
}

func (a *app) nothingToCancel(answer jsonCancel) error {
	if a.json {
		return a.answer(answer)
	}
	fmt.Fprintf(a.stdout, "%s has no series; nothing to cancel.\n", answer.Group)
	return nil
}

func (a *app) printCancelPlan(b scheduler.Booking, answer jsonCancel) {
	p := a.printer()
	zone, err := availability.LoadZone(b.Series.Slot.Zone)
	if err != nil {
		zone = time.UTC
	}
	p.Heading("%s: %s, %s left", b.Group, b.Series.Slot, report.Count(len(answer.Cancelled), "session", "sessions"))
	for _, t := range answer.Cancelled {
		p.Printf("  %s\n", t.In(zone).Format("Mon 2 Jan 2006 15:04"))
	}
}
