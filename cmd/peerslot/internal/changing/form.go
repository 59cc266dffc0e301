package changing

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/peerslot/peerslot/cmd/peerslot/internal/console"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/workspace"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/forming"
	"github.com/peerslot/peerslot/scheduler/planning"
	"github.com/peerslot/peerslot/scheduler/report"
)

// NewFormCmd returns the command.
func NewFormCmd(a *console.App) *cobra.Command {
	var o workspace.FormOptions
	cmd := &cobra.Command{
		Use:   "form PROGRAM",
		Short: "Make the next round of a program's groups",
		Long: `Proposes who meets whom in the next round of a program: the groups of least cost
that keep its rules, each with the weekly slot that its members have in common. Shows
who is in each group and why, what the round costs, and whether that is proven least;
once you agree, the groups take the place of the program's former ones, whose series
run out. Then 'peerslot book --all' books them.

Who is away for the first three weeks, or has paused, is left out and named. Somebody
of whose calendar nothing is known is taken for free to find groups, and named.`,
		Example: `  peerslot form em-circles
  peerslot form em-circles --keep em-circles-1-amber --swap ana,bo
  peerslot form em-circles --rounds 6
  peerslot form em-circles --place dora
  peerslot form em-circles --yes && peerslot book --all --yes`,
		Args: func(cmd *cobra.Command, args []string) error {
			err := console.Exactly(1, "name the program")(cmd, args)
			if err != nil {
				if c, unread := a.LoadConfig(); unread == nil {
					err = console.Usagef(workspace.KnownPrograms(c.Workspace), "%w", err)
				}
			}
			return err
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			o.Program = args[0]
			return Form(cmd.Context(), o, a)
		},
	}
	o.ChangeFlags.Add(cmd)
	flags := cmd.Flags()
	flags.StringVar(&o.Start, "start", "", "first `DATE` on which the groups may meet (default next Monday)")
	flags.Uint64Var(&o.Seed, "seed", 1, "the same seed gives the same groups")
	flags.DurationVar(&o.Budget, "budget", workspace.FormBudget, "how long to look for better groups")
	flags.StringArrayVar(&o.Keep, "keep", nil, "leave this `GROUP` as it is; may be given again")
	flags.StringArrayVar(&o.Swaps, "swap", nil, "exchange two people, `A,B`, and show what it costs; may be given again")
	flags.StringArrayVar(&o.Place, "place", nil, "put this `PERSON` into the best of the current groups, which stay as they are otherwise; may be given again")
	flags.IntVar(&o.Rounds, "rounds", 1, "plan `N` rounds ahead, with repeats and who will have met; the first is formed, the others are kept to as long as the same people take part")
	cmd.MarkFlagsMutuallyExclusive("place", "swap")
	cmd.MarkFlagsMutuallyExclusive("place", "keep")
	return cmd
}

// Form makes the next round of a program's groups, as the command does.
func Form(ctx context.Context, o workspace.FormOptions, a *console.App) error {
	return formChange(o, a).run(ctx, a)
}

func formChange(o workspace.FormOptions, a *console.App) change[formed] {
	return change[formed]{
		flags: o.ChangeFlags,
		plan:  func(ctx context.Context, w *workspace.Workspace) (formed, error) { return planForm(ctx, o, w) },
		warn:  func(_ *workspace.Workspace, f formed) { o.Warn(a, f.plan) },
		show:  func(w *workspace.Workspace, p report.Printer, f formed) { p.Form(w.Workspace, f.out) },
		question: func(f formed) string {
			return fmt.Sprintf("Form %s?", report.Count(len(f.out.Groups), "group", "groups"))
		},
		apply: func(ctx context.Context, w *workspace.Workspace, f *formed) error {
			if err := forming.Save(ctx, w.Service, f.plan); err != nil {
				return console.WithHint(err, fmt.Sprintf("run 'peerslot form %s' again to see how things stand", console.Word(o.Program)))
			}
			return nil
		},
		done: func(_ *workspace.Workspace, p report.Printer, f formed, applied bool) {
			if applied {
				p.Printf("Formed round %d of %s: %s.\n", f.out.Round, f.out.Program, report.Count(len(f.out.Groups), "group", "groups"))
			}
		},
		verdict: func(f formed) error { return console.PersonIf(f.plan.Hurried) },
		answer: func(f formed, planned bool) any {
			f.out.Plan = planned
			return f.out
		},
	}
}

// A formed round is what form carries from its plan to its answer.
type formed struct {
	plan forming.Plan
	out  report.Form
}

func planForm(ctx context.Context, o workspace.FormOptions, w *workspace.Workspace) (formed, error) {
	if err := w.NoteBroken(ctx); err != nil {
		return formed{}, err
	}
	request, err := o.Request(w)
	if err != nil {
		return formed{}, err
	}
	plan, err := forming.PlanRound(ctx, w.Service, request)
	if err != nil {
		return formed{}, formError(err, o.Keep)
	}
	running, err := planning.Running(ctx, w.Service, plan.Replaced)
	return formed{plan, plan.Report(running)}, err
}

// formError adds what to do about rules that cannot be met.
func formError(err error, keep []string) error {
	var infeasible *forming.InfeasibleError
	var group *scheduler.UnknownGroupError
	switch {
	case errors.As(err, &group) && slices.Contains(keep, group.Name):
		if len(group.Known) == 0 {
			return console.Usagef("a program's first round has no groups to keep", "--keep: %w", err)
		}
		return console.Usagef(console.KnownGroups(group.Known), "--keep: %w", err)
	case errors.Is(err, forming.ErrTooFew):
		return console.WithHint(err, "people: of the program says who takes part: look at its words, and at who is away or paused")
	case errors.As(err, &infeasible):
		return console.WithHint(err, "loosen one of the rules named above, change the size, or take fewer people into the program")
	}
	return err
}
