package changing

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/console"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/workspace"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/booking"
	"github.com/peerslot/peerslot/scheduler/report"
)

// NewCancelCmd returns the command.
func NewCancelCmd(a *console.App) *cobra.Command {
	var flags console.ChangeFlags
	cmd := &cobra.Command{
		Use:   "cancel GROUP",
		Short: "Cancel what is left of a group's series, and tell the members",
		Long: `Takes every session that has not begun off the calendars. Sessions that were held
stay where they are. Cancelling a group that has no series is not an error.`,
		Example: `  peerslot cancel first-circle
  peerslot cancel first-circle --dry-run`,
		Args: console.Exactly(1, "name the group"),
		RunE: func(cmd *cobra.Command, args []string) error { return runCancel(cmd.Context(), a, args[0], flags) },
	}
	flags.Add(cmd)
	return cmd
}

type jsonCancel struct {
	Group     string      `json:"group"`
	UID       string      `json:"uid"`
	Cancelled []time.Time `json:"cancelled"`
	Plan      bool        `json:"plan,omitempty"` // nothing was changed
}

func runCancel(ctx context.Context, a *console.App, group string, flags console.ChangeFlags) error {
	return change[cancelling]{
		flags: flags, night: true,
		plan: func(ctx context.Context, w *workspace.Workspace) (cancelling, error) {
			return planCancel(ctx, w, group)
		},
		show: func(_ *workspace.Workspace, p report.Printer, c cancelling) { c.show(p) },
		question: func(c cancelling) string {
			if len(c.open) == 0 {
				return ""
			}
			return fmt.Sprintf("Cancel %s?", report.Count(len(c.out.Cancelled), "session", "sessions"))
		},
		apply: func(ctx context.Context, w *workspace.Workspace, c *cancelling) error {
			for _, b := range c.open {
				if err := w.Service.Cancel(ctx, b); err != nil {
					return err
				}
			}
			return nil
		},
		done: func(_ *workspace.Workspace, p report.Printer, c cancelling, applied bool) {
			switch {
			case len(c.open) == 0:
				p.Printf("%s has no series; nothing to cancel.\n", group)
			case applied:
				p.Printf("Cancelled %s.\n", group)
			}
		},
		answer: func(c cancelling, planned bool) any {
			c.out.Plan = planned
			return c.out
		},
	}.run(ctx, a)
}

// A cancelling is what cancel carries from its plan to its answer.
type cancelling struct {
	open scheduler.Bookings
	out  jsonCancel
}

func planCancel(ctx context.Context, w *workspace.Workspace, group string) (cancelling, error) {
	c := cancelling{out: jsonCancel{Group: group, Cancelled: []time.Time{}}}
	var err error
	if c.open, err = w.Service.BookingsOf(ctx, group); err != nil {
		return c, err
	}
	if len(c.open) == 0 {
		_, err := w.Service.Group(ctx, group)
		return c, err
	}
	for _, b := range c.open {
		left, err := booking.Left(ctx, w.Service, b)
		if err != nil {
			return c, err
		}
		c.out.UID = string(b.Series.UID)
		for _, o := range left {
			c.out.Cancelled = append(c.out.Cancelled, o.Start.UTC())
		}
	}
	return c, nil
}

func (c cancelling) show(p report.Printer) {
	if len(c.open) == 0 {
		return
	}
	slot := c.open[len(c.open)-1].Series.Slot
	zone, err := availability.LoadZone(slot.Zone)
	if err != nil {
		zone = time.UTC
	}
	p.Heading("%s: %s, %s left", c.out.Group, slot, report.Count(len(c.out.Cancelled), "session", "sessions"))
	for _, t := range c.out.Cancelled {
		p.Printf("  %s\n", t.In(zone).Format("Mon 2 Jan 2006 15:04"))
	}
}
