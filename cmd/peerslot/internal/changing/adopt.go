package changing

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/peerslot/peerslot/cmd/peerslot/internal/console"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/workspace"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/adopt"
	"github.com/peerslot/peerslot/scheduler/report"
)

// NewAdoptCmd returns the command.
func NewAdoptCmd(a *console.App) *cobra.Command {
	var flags console.ChangeFlags
	cmd := &cobra.Command{
		Use:   "adopt",
		Short: "Rebuild a lost store from the organizer's calendar",
		Long: `Looks for the series of this workspace on the organizer's calendar and records those
that the store does not know: each group goes on where it was. Groups that 'peerslot form'
made are put together again from their series; history, answers and earlier rounds are
not on the calendar, and lost without a backup. Nobody is told anything.`,
		Example: `  peerslot adopt                    # what would be recorded
  peerslot adopt --yes`,
		Args: console.Exactly(0, "takes no arguments"),
		RunE: func(cmd *cobra.Command, _ []string) error { return runAdopt(cmd.Context(), a, flags) },
	}
	flags.Add(cmd)
	return cmd
}

func runAdopt(ctx context.Context, a *console.App, flags console.ChangeFlags) error {
	return change[scheduler.Adoption]{
		flags: flags,
		plan: func(ctx context.Context, w *workspace.Workspace) (scheduler.Adoption, error) {
			return adopt.Plan(ctx, w.Service)
		},
		show: func(w *workspace.Workspace, p report.Printer, plan scheduler.Adoption) { p.Adoption(w.Workspace, plan) },
		question: func(plan scheduler.Adoption) string {
			if len(plan.Bookings)+len(plan.Rounds) == 0 {
				return ""
			}
			return "Record " + report.Count(len(plan.Bookings), "series", "series") + "?"
		},
		apply: func(ctx context.Context, w *workspace.Workspace, plan *scheduler.Adoption) error {
			return adopt.Apply(ctx, w.Service, *plan)
		},
		done: func(_ *workspace.Workspace, p report.Printer, plan scheduler.Adoption, applied bool) {
			if applied && len(plan.Bookings) > 0 {
				p.Printf("Recorded %s.\n", report.Count(len(plan.Bookings), "series", "series"))
			}
		},
		answer: func(plan scheduler.Adoption, planned bool) any {
			return report.NewAdoption(plan, planned, console.Command)
		},
		verdict: func(plan scheduler.Adoption) error { return console.PersonIf(len(plan.Findings) > 0) },
	}.run(ctx, a)
}
