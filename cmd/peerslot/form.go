package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/peerslot/peerslot/calendar/file"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/forming"
	"github.com/peerslot/peerslot/scheduler/report"
)

// formBudget leaves a whole run for sixty people below eight seconds.
const formBudget = 6 * time.Second

// mostRounds is how far form looks ahead: more than two years of pairs that change every
// six weeks.
const mostRounds = 20

type formOptions struct {
	changeFlags
	program string
	start   string
	seed    uint64
	budget  time.Duration
	keep    []string
	swaps   []string
	place   []string
	rounds  int
}

func newFormCmd(a *app) *cobra.Command {
	var o formOptions
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
		Args: exactly(1, "name the program"),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.program = args[0]
			return o.run(cmd.Context(), a)
		},
	}
	o.changeFlags.add(cmd)
	flags := cmd.Flags()
	flags.StringVar(&o.start, "start", "", "first `DATE` on which the groups may meet (default next Monday)")
	flags.Uint64Var(&o.seed, "seed", 1, "the same seed gives the same groups")
	flags.DurationVar(&o.budget, "budget", formBudget, "how long to look for better groups")
	flags.StringArrayVar(&o.keep, "keep", nil, "leave this `GROUP` as it is; may be given again")
	flags.StringArrayVar(&o.swaps, "swap", nil, "exchange two people, `A,B`, and show what it costs; may be given again")
	flags.StringArrayVar(&o.place, "place", nil, "put this `PERSON` into the best of the current groups, which stay as they are otherwise; may be given again")
	flags.IntVar(&o.rounds, "rounds", 1, "show `N` rounds ahead, with repeats and who will have met; the first is formed")
	cmd.MarkFlagsMutuallyExclusive("place", "swap")
	cmd.MarkFlagsMutuallyExclusive("place", "keep")
	return cmd
}

func programNames(w scheduler.Workspace) []string {
	var names []string
	for _, p := range w.Programs {
		names = append(names, p.Name)
	}
	return names
}

func (o formOptions) run(ctx context.Context, a *app) error { return o.change(a).run(ctx, a) }

func (o formOptions) change(a *app) change[formed] {
	return change[formed]{
		flags: o.changeFlags,
		plan:  func(ctx context.Context, w *workspace) (formed, error) { return o.plan(ctx, w) },
		warn:  func(_ *workspace, f formed) { o.warn(a, f.plan) },
		show:  func(w *workspace, p report.Printer, f formed) { p.Form(w.Workspace, f.out) },
		question: func(f formed) string {
			return fmt.Sprintf("Form %s?", report.Count(len(f.out.Groups), "group", "groups"))
		},
		apply: func(ctx context.Context, w *workspace, f *formed) error {
			if err := forming.Save(ctx, w.service, f.plan); err != nil {
				return withHint(err, fmt.Sprintf("run 'peerslot form %s' again to see how things stand", o.program))
			}
			return nil
		},
		done: func(_ *workspace, p report.Printer, f formed, applied bool) {
			if applied {
				p.Printf("Formed round %d of %s: %s.\n", f.out.Round, f.out.Program, report.Count(len(f.out.Groups), "group", "groups"))
			}
		},
		verdict: func(f formed) error {
			if f.plan.Hurried {
				return &needsPerson{}
			}
			return nil
		},
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

func (o formOptions) plan(ctx context.Context, w *workspace) (formed, error) {
	request, err := o.request(w)
	if err != nil {
		return formed{}, err
	}
	plan, err := forming.PlanRound(ctx, w.service, request)
	if err != nil {
		return formed{}, formError(err, o.keep)
	}
	running, err := w.service.Running(ctx, plan.Replaced)
	return formed{plan, plan.Report(running)}, err
}

func (o formOptions) request(w *workspace) (forming.Request, error) {
	f := forming.Request{Seed: o.seed, Budget: o.budget, Cores: runtime.GOMAXPROCS(0), Keep: o.keep, Count: o.rounds}
	var ok bool
	if f.Program, ok = w.Workspace.Program(o.program); !ok || o.program == "" {
		return f, usagef(knownPrograms(w.Workspace), "there is no program %q", o.program)
	}
	if o.rounds < 0 || o.rounds > mostRounds {
		return f, usagef("", "--rounds %d: want 1 to %d", o.rounds, mostRounds)
	}
	if o.budget <= 0 || o.budget > time.Hour {
		return f, usagef("", "--budget %s: want up to 1h, such as 10s", o.budget)
	}
	var err error
	if f.Start, err = (&searchFlags{start: o.start}).startDate(w, w.service.Now()); err != nil {
		return f, err
	}
	for _, text := range o.swaps {
		s, err := w.swap(text)
		if err != nil {
			return f, err
		}
		f.Swaps = append(f.Swaps, s)
	}
	for _, text := range o.place {
		a, err := w.person(text)
		if err != nil {
			return f, err
		}
		f.Place = append(f.Place, a)
	}
	f.Past, err = w.past(f.Program)
	return f, err
}

func knownPrograms(w scheduler.Workspace) string {
	if len(w.Programs) == 0 {
		return "describe one under programs: in the configuration"
	}
	return "the programs are: " + strings.Join(programNames(w), ", ")
}

// swap reads two people, such as ana,bo.
func (w *workspace) swap(text string) (forming.Swap, error) {
	words := strings.FieldsFunc(text, func(c rune) bool { return c == ',' || c == ' ' })
	if len(words) != 2 {
		return forming.Swap{}, usagef("", "--swap %q: want two people such as ana@acme.example,bo@acme.example", text)
	}
	a, err := w.person(words[0])
	if err != nil {
		return forming.Swap{}, err
	}
	b, err := w.person(words[1])
	return forming.Swap{A: a, B: b}, err
}

// largestHistory is what a file of earlier rounds may have: a hundred thousand lines.
const largestHistory = 8 << 20

// past reads the rounds that other tools formed.
func (w *workspace) past(p scheduler.Program) ([]scheduler.Round, error) {
	if p.History == "" {
		return nil, nil
	}
	hint := fmt.Sprintf("history: of program %s names a CSV file with the columns round, group and email", p.Name)
	data, err := file.Read(inDir(w.Dir, p.History), largestHistory)
	if err != nil {
		return nil, usagef(hint, "read the history: %w", err)
	}
	rounds, err := forming.ParsePast(filepath.Base(p.History), data)
	if err != nil {
		return nil, usagef(hint, "%w", err)
	}
	return rounds, nil
}

// formError adds what to do about rules that cannot be met.
func formError(err error, keep []string) error {
	var infeasible *forming.InfeasibleError
	var group *scheduler.UnknownGroupError
	switch {
	case errors.As(err, &group) && slices.Contains(keep, group.Name):
		if len(group.Known) == 0 {
			return usagef("a program's first round has no groups to keep", "--keep: %w", err)
		}
		return usagef(knownGroups(group.Known), "--keep: %w", err)
	case errors.As(err, &infeasible):
		return withHint(err, "loosen one of the rules named above, change the size, or take fewer people into the program")
	}
	return err
}

const takenForFree = "nothing is known of their time, which was taken for free to find groups, and only for that"

// warn names the people of whose time not everything is known.
func (o formOptions) warn(a *app, plan forming.Plan) {
	var partly []scheduler.Unknown
	var assumed []report.Said
	for _, u := range plan.Unknown {
		if slices.Contains(plan.Assumed, u.Person) {
			assumed = append(assumed, report.Said{Who: string(u.Person), What: takenForFree + ": " + u.Reason})
		} else {
			partly = append(partly, u)
		}
	}
	a.warnUnknown(partly)
	a.warnEach(takenForFree, assumed)
	if plan.Hurried {
		a.warn("the clock ended the search long after its budget of %s; another run can give other groups", o.budget)
	}
}
