package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/scheduler"
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
	bookings, err := w.service.Store.Bookings(ctx)
	if err != nil {
		return err
	}
	var booking *scheduler.Booking
	for i := range bookings {
		if bookings[i].Group == group {
			booking = &bookings[i]
		}
	}
	if booking == nil {
		if _, err := w.service.Group(group); err != nil {
			return err
		}
		return a.nothingToCancel(answer)
	}
	left, err := w.service.Left(ctx, *booking)
	if err != nil {
		return err
	}
	answer.UID = string(booking.Series.UID)
	for _, o := range left {
		answer.Cancelled = append(answer.Cancelled, o.Start.UTC())
	}
	if !a.json {
		a.printCancelPlan(*booking, answer)
	}
	approved, err := change.approved(a, fmt.Sprintf("Cancel %s?", count(len(left), "session", "sessions")))
	if err != nil {
		return err
	}
	if approved {
		if err := w.service.Cancel(ctx, *booking); err != nil {
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
	p.Heading("%s: %s, %s left", b.Group, b.Series.Slot, count(len(answer.Cancelled), "session", "sessions"))
	for _, t := range answer.Cancelled {
		p.Printf("  %s\n", t.In(zone).Format("Mon 2 Jan 2006 15:04"))
	}
}
