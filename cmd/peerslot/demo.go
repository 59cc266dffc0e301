package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/demo"
	"github.com/peerslot/peerslot/scheduler/report"
	"github.com/peerslot/peerslot/scheduler/web"
)

func newDemoCmd(a *app) *cobra.Command {
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

With --serve the members' pages follow: nine weeks later, when a meeting has come in the
way of a session, and members are asked what should follow. Links to sign in are printed.`,
		Example: `  peerslot demo
  peerslot demo /tmp/try
  peerslot demo --serve`,
		Args: atMost(1, "want one argument at most"),
		RunE: func(cmd *cobra.Command, args []string) error {
			dir := "peerslot-demo"
			if len(args) > 0 {
				dir = args[0]
			}
			if err := a.demo(cmd.Context(), dir); err != nil || !serving {
				return err
			}
			return a.demoServe(cmd.Context(), dir, serve)
		},
	}
	cmd.Flags().BoolVar(&serving, "serve", false, "then serve the members' pages of the example")
	serve.add(cmd)
	return cmd
}

// demoLater is how long after its beginning the demo is served: members are asked what
// should follow.
const demoLater = 9 * 7 // days

// demoServe serves the workspace that was laid out, some weeks later.
func (a *app) demoServe(ctx context.Context, dir string, o serveOptions) error {
	later := a.now().AddDate(0, 0, demoLater)
	if err := a.demoClash(ctx, dir, later); err != nil {
		return err
	}
	a.now, a.nowFlag = func() time.Time { return later }, later.Format(time.RFC3339)
	fmt.Fprintf(a.stdout, "\nIt is %s now. The pages of the example:\n", later.Format("Monday 2 January 2006"))
	o.ready = func(s *web.Server) {
		for _, one := range []struct{ who, what string }{{demo.Member, "a member"}, {demo.Admin, "a member who is an admin, too"}} {
			link, err := s.LinkFor(ctx, one.who)
			if err != nil {
				a.warn("%v", err)
				continue
			}
			fmt.Fprintf(a.stdout, "  as %s (%s), asked for that address: %s\n", one.who, one.what, link)
		}
		fmt.Fprintf(a.stdout, "Links work once, for 15 minutes. More: peerslot -c %s --now %s link ADDRESS\n", a.configPath, a.nowFlag)
	}
	return o.run(ctx, a)
}

// demoClash has a member get a meeting at the time of their next session, so that
// tonight's repair has something to do.
func (a *app) demoClash(ctx context.Context, dir string, later time.Time) error {
	w, err := a.openToRead(ctx)
	if err != nil {
		return err
	}
	defer w.close()
	bookings, err := w.service.Store.Bookings(ctx)
	if err != nil {
		return err
	}
	for _, b := range bookings {
		if !slices.ContainsFunc(b.Series.Attendees, func(at calendar.Attendee) bool { return at.Address == demo.Busy }) {
			continue
		}
		sessions, err := b.Series.Occurrences()
		if err != nil {
			return err
		}
		for _, o := range sessions {
			if o.Start.After(later.Add(w.Workspace.Repair.Notice)) && !o.Cancelled {
				return demo.AddMeeting(dir, o.Interval)
			}
		}
	}
	return nil
}

// demo runs the steps of the main job, each as the command of that name would.
func (a *app) demo(ctx context.Context, dir string) error {
	now := demo.Start.AddDays(-4).In(time.UTC).Start.Add(9 * time.Hour)
	start := demo.Start
	if a.nowFlag != "" {
		now = a.now()
		start = availability.DateOf(now).Monday().AddDays(7)
	}
	if err := demo.Write(dir, start); err != nil {
		if errors.Is(err, demo.ErrNotEmpty) {
			return withHint(err, "remove it, or name another one: 'peerslot demo DIR'")
		}
		return err
	}
	a.configPath = filepath.Join(dir, "peerslot.yaml")
	a.now = func() time.Time { return now }
	stamp := now.Format(time.RFC3339)
	if a.json {
		return a.demoJSON(ctx, dir)
	}
	fmt.Fprintf(a.stdout, "An example workspace is in %s: 12 managers in 4 cities, their calendars as Google,\nOutlook and khal keep them. The demo takes %s for the present.\n", dir, now.Format("Monday 2 January 2006"))
	for _, s := range a.demoSteps(dir) {
		fmt.Fprintf(a.stdout, "\n$ peerslot %s\n", s.shown)
		if err := s.run(ctx, a); err != nil {
			return err
		}
	}
	fmt.Fprintf(a.stdout, `
The .ics files open in Outlook, Apple Calendar and Thunderbird, the .svg in a browser.
What to type next:
  peerslot -c %[1]s --now %[2]s status
  peerslot -c %[1]s --now %[2]s slots %[3]s --cadence biweekly
  peerslot -c %[1]s --now %[2]s cancel %[3]s
  peerslot init                # a workspace of your own
`, a.configPath, stamp, demo.Group)
	return nil
}

type demoStep struct {
	shown string
	run   func(context.Context, *app) error
}

func (a *app) demoSteps(dir string) []demoStep {
	svg := filepath.Join(dir, demo.Group+".svg")
	slots := slotsOptions{selection: selection{names: []string{demo.Group}}, searchFlags: searchFlags{step: 15 * time.Minute, weeks: allWeeks}, top: 3, svg: svg}
	book := bookOptions{selection: selection{all: true}, searchFlags: searchFlags{step: 15 * time.Minute, weeks: allWeeks}, changeFlags: changeFlags{yes: true}}
	form := formOptions{program: demo.Program, seed: 1, budget: formBudget, changeFlags: changeFlags{yes: true}}
	export := exportOptions{selection: selection{all: true}, output: dir}
	return []demoStep{
		{fmt.Sprintf("form %s --yes", demo.Program), form.run},
		{fmt.Sprintf("slots %s --top 3 --svg %s", demo.Group, svg), slots.run},
		{"book --all --yes", book.run},
		{"export --all -o " + dir, export.run},
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
func (a *app) demoJSON(ctx context.Context, dir string) error {
	quiet := *a
	quiet.stdout = io.Discard
	for _, s := range quiet.demoSteps(dir) {
		if err := s.run(ctx, &quiet); err != nil {
			return err
		}
	}
	w, err := a.openToRead(ctx)
	if err != nil {
		return err
	}
	defer w.close()
	bookings, err := w.service.Store.Bookings(ctx)
	if err != nil {
		return err
	}
	answer := jsonDemo{Dir: dir, Config: a.configPath, Now: a.now().UTC(), Series: []report.Series{}, Files: []string{filepath.Join(dir, demo.Group+".svg")}}
	for _, b := range bookings {
		s, err := report.NewSeries(b, true)
		if err != nil {
			return err
		}
		answer.Series = append(answer.Series, s)
		answer.Files = append(answer.Files, filepath.Join(dir, fileName(b.Group)+".ics"))
	}
	return a.answer(answer)
}
