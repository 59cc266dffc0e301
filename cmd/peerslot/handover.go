package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/config"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/handover"
	"github.com/peerslot/peerslot/scheduler/report"
)

func newHandoverCmd(a *app) *cobra.Command {
	var flags changeFlags
	var leave bool
	cmd := &cobra.Command{
		Use:   "handover",
		Short: "Give all series to the new organizer after organizer: has changed",
		Long: `No calendar moves an event to another owner. So each series is ended by the account of
the old organizer, and the new one invites to the sessions that are left: the same
slot, dates, moves and people. Sessions that were held stay where they are. Members
hear once where the old series can go quietly (folders, CalDAV, members on Google);
whoever is invited by mail or on Microsoft 365 is told of the end, too. What members
replied, and answered to a review, was to the old series, and is asked for anew.

The old account is tried with the present settings of calendar:, which is enough for
folders, and for an application or a service account that may act for both. Otherwise
keep the old peerslot.yaml, with its token, and name it with --old. If the old account
cannot sign in any more, its series stay on the calendars and members must delete them;
each night says so until they are over, or until --leave says that this is known.

Exit status 3 if a series of the old organizer could not be ended.`,
		Example: `  peerslot handover                     # what would be done
  peerslot handover --old before.yaml   # the old organizer signs in as told there
  peerslot handover --leave             # its account is gone for good`,
		Args: exactly(0, "takes no arguments; organizer: in the configuration names the new one"),
		RunE: func(cmd *cobra.Command, _ []string) error { return a.handover(cmd.Context(), flags, leave) },
	}
	flags.add(cmd)
	cmd.Flags().StringVar(&a.oldPath, "old", "", "the old organizer signs in as the configuration `FILE` tells")
	cmd.Flags().BoolVar(&leave, "leave", false, "leave series on the calendars that the old account cannot end")
	return cmd
}

func (a *app) handover(ctx context.Context, flags changeFlags, leave bool) error {
	a.inherits = true
	return change[handing]{
		flags: flags, night: true,
		plan: func(ctx context.Context, w *workspace) (h handing, err error) {
			h.left, h.leave = w.takeFindings(), leave
			if h.plan, err = handover.Plan(ctx, w.service); err == nil && h.plan.From != h.plan.To {
				_, err = a.configOf(w.Config, h.plan.From)
			}
			return h, err
		},
		show:     func(_ *workspace, p report.Printer, h handing) { p.Handover(h.plan); p.Attention(h.left) },
		question: handing.question,
		apply:    func(ctx context.Context, w *workspace, h *handing) error { return h.apply(ctx, w) },
		done:     func(_ *workspace, p report.Printer, h handing, applied bool) { h.done(p, applied) },
		answer:   func(h handing, planned bool) any { return report.NewHandover(h.plan, planned) },
		verdict: func(h handing) error {
			if h.needsPerson() {
				return &needsPerson{}
			}
			return nil
		},
	}.run(ctx, a)
}

// A handing is what handover carries from its plan to its answer.
type handing struct {
	plan  scheduler.Handover
	leave bool
	left  []report.Attention // by an earlier run, for a person
	found []report.Attention // while it was applied
}

func (h handing) question() string {
	switch n := len(h.plan.Series); {
	case n > 0 || h.plan.From != h.plan.To:
		return fmt.Sprintf("Hand over %s?", report.Count(n, "series", "series"))
	case h.leave && len(h.plan.Left) > 0:
		return fmt.Sprintf("Leave %s on the calendars?", report.Count(len(h.plan.Left), "old series", "old series"))
	}
	return ""
}

func (h *handing) apply(ctx context.Context, w *workspace) error {
	if len(h.plan.Series) > 0 || h.plan.From != h.plan.To {
		findings, err := handover.Apply(ctx, w.service, h.plan)
		for _, f := range findings {
			h.found = append(h.found, report.NewAttention(w.Workspace, f))
		}
		if err != nil {
			return err
		}
	}
	if !h.leave {
		return nil
	}
	now, err := handover.Plan(ctx, w.service)
	if err != nil {
		return err
	}
	h.left, h.found = nil, nil
	return handover.Leave(ctx, w.service, now.Left)
}

func (h handing) needsPerson() bool { return len(h.found) > 0 || len(h.left) > 0 }

func (h handing) done(p report.Printer, applied bool) {
	p.Attention(h.found)
	if applied && h.plan.From != h.plan.To {
		p.Printf("%s is the organizer now.\n", h.plan.To)
	}
	if h.needsPerson() {
		p.Println("Members must delete the old series themselves, until the old account can sign in ('peerslot handover --old FILE'); 'peerslot handover --leave' stops this message.")
	}
}

// formerly opens the calendars of an earlier organizer, on which series are only ended
// for others to take their place: with the present settings, or those of --old.
func (a *app) formerly(c *config.Config) func(context.Context, calendar.Address) (calendar.Backend, error) {
	type opened struct {
		backend calendar.Backend
		err     error
	}
	known := map[calendar.Address]opened{}
	return func(ctx context.Context, organizer calendar.Address) (calendar.Backend, error) {
		o, ok := known[organizer]
		if !ok {
			o.backend, o.err = a.openFormerly(ctx, c, organizer)
			known[organizer] = o
		}
		return o.backend, o.err
	}
}

func (a *app) openFormerly(ctx context.Context, c *config.Config, organizer calendar.Address) (calendar.Backend, error) {
	old, err := a.configOf(c, organizer)
	if err != nil {
		return nil, err
	}
	if g := &old.Calendar.Google; g.Subject == string(c.Workspace.Organizer.Address) {
		g.Subject = string(organizer)
	}
	old.Workspace.Organizer.Address, old.Calendar.Google.Quiet = organizer, true
	return a.backend(ctx, &workspace{Config: old})
}

// configOf returns a copy of the configuration with which an earlier organizer signs in.
func (a *app) configOf(c *config.Config, organizer calendar.Address) (*config.Config, error) {
	if a.oldPath == "" {
		old := *c
		return &old, nil
	}
	old, err := config.Load(a.oldPath)
	if err != nil {
		return nil, usagef("name the configuration as it was before the organizer changed", "--old: %w", err)
	}
	if o := old.Workspace.Organizer.Address; o != organizer {
		return nil, usagef("name the configuration as it was before the organizer changed", "--old: the organizer of %s is %s, not %s", a.oldPath, o, organizer)
	}
	return old, nil
}
