package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/changing"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/console"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/demo"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/reading"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/workspace"
	"github.com/peerslot/peerslot/scheduler/report"
	"github.com/peerslot/peerslot/scheduler/web"
	"github.com/peerslot/peerslot/scheduler/web/plans"
)

func newDemoCmd(a *console.App) *cobra.Command {
	var serving bool
	var serve serveOptions
	cmd := &cobra.Command{
		Use:   "demo [DIR]",
		Short: "Lay out an example workspace and do the main job in it",
		Long: `Lays out an example workspace in DIR, default peerslot-demo: twelve managers in
Berlin, Lisbon, New York and Bangalore, with calendars as Google, Outlook and khal
keep them. Then forms groups, ranks slots, books and exports, as one would by hand. It
needs no account and no network, and takes a day in 2027 for the present, so that
clocks change within the three months.

With --serve the members' pages follow: nine weeks later, when the last night has moved a
session, another meeting has come in the way since, and members are asked what should
follow. Links to sign in are printed.`,
		Example: `  peerslot demo
  peerslot demo /tmp/try
  peerslot demo --serve`,
		Args: console.AtMost(1, "want one argument at most"),
		RunE: func(cmd *cobra.Command, args []string) error {
			dir := "peerslot-demo"
			if len(args) > 0 {
				dir = args[0]
			}
			if err := runDemo(cmd.Context(), a, dir); err != nil || !serving {
				return err
			}
			return demoServe(cmd.Context(), a, dir, serve)
		},
	}
	cmd.Flags().BoolVar(&serving, "serve", false, "then serve the members' pages of the example")
	serve.add(a, cmd)
	return cmd
}

// demoLater is how long after its beginning the demo is served: members are asked what
// should follow.
const demoLater = 9 * 7 // days

// demoServe serves the workspace that was laid out, some weeks later.
func demoServe(ctx context.Context, a *console.App, dir string, o serveOptions) error {
	later := a.Now().AddDate(0, 0, demoLater)
	lastNight := later.Add(-7 * time.Hour)
	if err := demoNight(ctx, a, dir, lastNight); err != nil {
		return err
	}
	if err := demoConflict(ctx, a, dir, demo.Busy, later); err != nil {
		return err
	}
	a.Now, a.NowFlag = func() time.Time { return later }, later.Format(time.RFC3339)
	fmt.Fprintf(a.Stdout, "\nIt is %s now. The pages of the example:\n", later.Format("Monday 2 January 2006"))
	o.ready = func(servers []*web.Server) {
		s := servers[0]
		for _, one := range []struct{ who, what string }{{demo.Member, "a member"}, {demo.Admin, "a member who is an admin, too"}} {
			link, err := s.LinkFor(ctx, one.who)
			if err != nil {
				a.Warn("%v", err)
				continue
			}
			fmt.Fprintf(a.Stdout, "  as %s (%s), asked for that address: %s\n", one.who, one.what, link)
		}
		fmt.Fprintf(a.Stdout, "Links work once, for 15 minutes. More: peerslot -c %s --now %s link ADDRESS\n", a.ConfigPath, a.NowFlag)
	}
	return o.run(ctx, a)
}

// demoNight has the pass of a night go through, which finds a conflict.
func demoNight(ctx context.Context, a *console.App, dir string, night time.Time) error {
	if err := demoConflict(ctx, a, dir, demo.Member, night); err != nil {
		return err
	}
	then := *a
	then.Now, then.NowFlag = func() time.Time { return night }, night.Format(time.RFC3339)
	planner, ask := changing.WebPlanner{App: &then}, plans.Ask{Do: "repair"}
	plan, err := planner.Plan(ctx, ask)
	if err != nil {
		return err
	}
	return planner.Apply(ctx, ask, plan.Hash, "")
}

// demoConflict has a member get a meeting at the time of their next session, so that the
// repair of the next night has something to do.
func demoConflict(ctx context.Context, a *console.App, dir, person string, later time.Time) error {
	w, err := workspace.OpenToRead(ctx, a)
	if err != nil {
		return err
	}
	defer w.Close()
	bookings, err := w.Service.Store.Bookings(ctx)
	if err != nil {
		return err
	}
	for _, b := range bookings {
		if !b.Series.Invites(calendar.Address(person)) {
			continue
		}
		sessions, err := b.Series.Occurrences()
		if err != nil {
			return err
		}
		for _, o := range sessions {
			if o.Start.After(later.Add(w.Workspace.Repair.Notice)) && !o.Cancelled {
				return demo.AddMeeting(dir, person, o.Interval)
			}
		}
	}
	return nil
}

// runDemo runs the steps of the main job, each as the command of that name would.
func runDemo(ctx context.Context, a *console.App, dir string) error {
	now := demo.Start.AddDays(-4).In(time.UTC).Start.Add(9 * time.Hour)
	start := demo.Start
	if a.NowFlag != "" {
		now = a.Now()
		start = availability.DateOf(now).Monday().AddDays(7)
	}
	if err := demo.Write(dir, start); err != nil {
		if errors.Is(err, demo.ErrNotEmpty) {
			return console.WithHint(err, "remove it, or name another one: 'peerslot demo DIR'")
		}
		return err
	}
	a.ConfigPath = filepath.Join(dir, "peerslot.yaml")
	a.Now = func() time.Time { return now }
	stamp := now.Format(time.RFC3339)
	if a.Json {
		return demoJSON(ctx, a, dir)
	}
	fmt.Fprintf(a.Stdout, "An example workspace is in %s: 12 managers in 4 cities, their calendars as Google,\nOutlook and khal keep them. The demo takes %s for the present.\n", dir, now.Format("Monday 2 January 2006"))
	for _, s := range demoSteps(a, dir) {
		fmt.Fprintf(a.Stdout, "\n$ peerslot %s\n", s.shown)
		if err := s.run(ctx, a); err != nil {
			return err
		}
	}
	fmt.Fprintf(a.Stdout, `
The .ics files open in Outlook, Apple Calendar and Thunderbird, the .svg in a browser.
What to type next:
  peerslot -c %[1]s --now %[2]s status
  peerslot -c %[1]s --now %[2]s slots %[3]s --cadence biweekly
  peerslot -c %[1]s --now %[2]s cancel %[3]s
  peerslot init                # a workspace of your own
`, a.ConfigPath, stamp, demo.Group)
	return nil
}

type demoStep struct {
	shown string
	run   func(context.Context, *console.App) error
}

func demoSteps(a *console.App, dir string) []demoStep {
	svg := filepath.Join(dir, demo.Group+".svg")
	slots := reading.SlotsOptions{Selection: workspace.Selection{Names: []string{demo.Group}}, SearchFlags: workspace.SearchFlags{Step: 15 * time.Minute, Weeks: workspace.AllWeeks}, Top: 3, Svg: svg}
	book := changing.BookOptions{Selection: workspace.Selection{All: true}, SearchFlags: workspace.SearchFlags{Step: 15 * time.Minute, Weeks: workspace.AllWeeks}, ChangeFlags: console.ChangeFlags{Yes: true}}
	form := workspace.FormOptions{Program: demo.Program, Seed: 1, Budget: workspace.FormBudget, Rounds: 1, ChangeFlags: console.ChangeFlags{Yes: true}}
	export := reading.ExportOptions{Selection: workspace.Selection{All: true}, Output: dir}
	return []demoStep{
		{fmt.Sprintf("form %s --yes", demo.Program), func(ctx context.Context, a *console.App) error { return changing.Form(ctx, form, a) }},
		{fmt.Sprintf("slots %s --top 3 --svg %s", demo.Group, svg), slots.Run},
		{"book --all --yes", book.Run},
		{"export --all -o " + dir, export.Run},
	}
}

type jsonDemo struct {
	Dir    string          `json:"dir"`
	Config string          `json:"config"`
	Now    time.Time       `json:"now"`
	Series []report.Series `json:"series"`
	Files  []string        `json:"files"`
}

// demoJSON does the same and answers with one object.
func demoJSON(ctx context.Context, a *console.App, dir string) error {
	quiet := *a
	quiet.Stdout, quiet.Out = io.Discard, &console.Output{W: io.Discard, Interrupted: a.Out.Interrupted}
	for _, s := range demoSteps(&quiet, dir) {
		if err := s.run(ctx, &quiet); err != nil {
			return err
		}
	}
	w, err := workspace.OpenToRead(ctx, a)
	if err != nil {
		return err
	}
	defer w.Close()
	bookings, err := w.Service.Store.Bookings(ctx)
	if err != nil {
		return err
	}
	answer := jsonDemo{Dir: dir, Config: a.ConfigPath, Now: a.Now().UTC(), Series: []report.Series{}, Files: []string{filepath.Join(dir, demo.Group+".svg")}}
	for _, b := range bookings {
		s, err := report.NewSeries(b, true)
		if err != nil {
			return err
		}
		answer.Series = append(answer.Series, s)
		answer.Files = append(answer.Files, filepath.Join(dir, reading.FileName(b.Group)+".ics"))
	}
	return a.Answer(answer)
}
