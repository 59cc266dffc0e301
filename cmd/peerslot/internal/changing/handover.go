package changing

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/peerslot/peerslot/cmd/peerslot/internal/console"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/workspace"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/handover"
	"github.com/peerslot/peerslot/scheduler/report"
)

// NewHandoverCmd returns the command.
func NewHandoverCmd(a *console.App) *cobra.Command {
	var flags console.ChangeFlags
	var leave bool
	cmd := &cobra.Command{
		Use:   "handover",
		Short: "Give all series to the new organizer after organizer: has changed",
		Long: `No calendar moves an event to another owner. So each series is ended by the account of
the old organizer, and the new one invites to the sessions that are left: the same
slot, dates, moves and people. Sessions that were held stay where they are. Members
hear once where the old series can go quietly (folders, CalDAV, members on Google);
whoever is invited by mail or on Microsoft 365 is told of the end, too, in words that
say that the sessions go on. What members replied, and answered to a review, was to
the old series, and is asked for anew. A series that is over and waits for its review
stays with what is known of it, and the review decides.

The old account is tried with the present settings of calendar:, which is enough for
folders, and for an application or a service account that may act for both. Otherwise
keep the old peerslot.yaml, with its token, and name it with --old. If the old account
cannot sign in any more, its series stay on the calendars and members must delete them;
each night says so until they are over, or until --leave says that this is known.

Exit status 3 if a series of the old organizer could not be ended.`,
		Example: `  peerslot handover                     # what would be done
  peerslot handover --old before.yaml   # the old organizer signs in as told there
  peerslot handover --leave             # its account is gone for good`,
		Args: console.Exactly(0, "takes no arguments; organizer: in the configuration names the new one"),
		RunE: func(cmd *cobra.Command, _ []string) error { return runHandover(cmd.Context(), a, flags, leave) },
	}
	flags.Add(cmd)
	cmd.Flags().StringVar(&a.OldPath, "old", "", "the old organizer signs in as the configuration `FILE` tells")
	cmd.Flags().BoolVar(&leave, "leave", false, "leave series on the calendars that the old account cannot end")
	return cmd
}

func runHandover(ctx context.Context, a *console.App, flags console.ChangeFlags, leave bool) error {
	a.Inherits = true
	return change[handing]{
		flags: flags, night: true,
		plan: func(ctx context.Context, w *workspace.Workspace) (h handing, err error) {
			h.left, h.leave = w.TakeFindings(), leave
			if h.plan, err = handover.Plan(ctx, w.Service); err == nil && h.plan.From != h.plan.To {
				_, err = workspace.ConfigOf(a, w.Config, h.plan.From)
			}
			return h, err
		},
		show:     func(_ *workspace.Workspace, p report.Printer, h handing) { p.Handover(h.plan); p.Attention(h.left) },
		question: handing.question,
		apply:    func(ctx context.Context, w *workspace.Workspace, h *handing) error { return h.apply(ctx, w) },
		done:     func(_ *workspace.Workspace, p report.Printer, h handing, applied bool) { h.done(p, applied) },
		answer:   func(h handing, planned bool) any { return report.NewHandover(h.plan, planned) },
		verdict:  func(h handing) error { return console.PersonIf(h.needsPerson()) },
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

func (h *handing) apply(ctx context.Context, w *workspace.Workspace) error {
	if len(h.plan.Series) > 0 || h.plan.From != h.plan.To {
		findings, err := handover.Apply(ctx, w.Service, h.plan)
		h.found = append(h.found, w.Attentions(findings)...)
		if err != nil {
			return err
		}
	}
	if !h.leave {
		return nil
	}
	now, err := handover.Plan(ctx, w.Service)
	if err != nil {
		return err
	}
	h.left, h.found = nil, nil
	return handover.Leave(ctx, w.Service, now.Left)
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
