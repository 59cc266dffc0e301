package reading

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"github.com/peerslot/peerslot/calendar/file"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/console"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/workspace"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/planning"
	"github.com/peerslot/peerslot/scheduler/repair"
	"github.com/peerslot/peerslot/scheduler/report/overview"
	"github.com/peerslot/peerslot/scheduler/review"
)

// mostWeeks is how far back a report looks: two years.
const mostWeeks = 104

type reportOptions struct {
	output  string
	noNames bool
	weeks   int
}

// NewReportCmd returns the command.
func NewReportCmd(a *console.App) *cobra.Command {
	var o reportOptions
	cmd := &cobra.Command{
		Use:   "report",
		Short: "Show how sessions went: attendance, who met whom, moves, hours",
		Long: `Shows how peer sessions went over the last weeks, beside as many weeks before:
attendance by program and group, who has met whom, what moves won, how many changes
members heard of, hours, and who is in no group. Each figure comes with what it is a
share of; nobody is ranked.

-o writes it with pictures as one HTML file that needs nothing else: to send, or to
print.`,
		Example: `  peerslot report
  peerslot report -o report.html
  peerslot report --no-names --weeks 26 -o board.html`,
		Args: console.Exactly(0, "takes no arguments"),
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context(), a) },
	}
	flags := cmd.Flags()
	flags.StringVarP(&o.output, "output", "o", "", "write it with pictures to `FILE`.html, - for stdout")
	flags.BoolVar(&o.noNames, "no-names", false, "name no people and no groups")
	flags.IntVar(&o.weeks, "weeks", overview.Weeks, "look at the last `N` weeks")
	return cmd
}

func (o reportOptions) run(ctx context.Context, a *console.App) error {
	if o.weeks < 1 || o.weeks > mostWeeks {
		return console.Usagef("", "--weeks %d: want 1 to %d", o.weeks, mostWeeks)
	}
	if o.output == "-" && a.Json {
		return console.Usagef("", "--json and -o - both want stdout")
	}
	w, err := workspace.OpenToRead(ctx, a)
	if err != nil {
		return err
	}
	defer w.Close()
	if err := w.Spare(o.output); err != nil {
		return err
	}
	w.HintMissing()
	earlier, unread := earlierRounds(w)
	view, err := overviewOf(ctx, w, o.weeks, earlier)
	if err != nil {
		return err
	}
	if o.output != "" {
		if err := o.write(ctx, a, view); err != nil {
			return err
		}
	}
	switch {
	case a.Json:
		err = a.Answer(view.Listed(!o.noNames))
	case o.output == "":
		view.WriteText(a.Printer(), !o.noNames)
	}
	for _, fault := range unread {
		a.Warn("%s", oneLine(fault))
	}
	return cmp.Or(err, a.Out.Error(), console.PersonIf(len(unread) > 0))
}

// write writes the page.
func (o reportOptions) write(ctx context.Context, a *console.App, view overview.Overview) error {
	fill := func(w io.Writer) error { return view.WriteHTML(w, !o.noNames) }
	if o.output == "-" {
		var page bytes.Buffer
		if err := fill(&page); err != nil {
			return err
		}
		return a.Out.Copy(page.Bytes())
	}
	if err := file.ReplaceUntil(ctx, o.output, 0o666, fill); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	if !a.Json {
		fmt.Fprintln(a.Stdout, o.output)
	}
	return nil
}

// overviewOf counts how sessions went over the last weeks, and who met, also in earlier
// rounds. Calendars are read for it.
func overviewOf(ctx context.Context, w *workspace.Workspace, weeks int, earlier []scheduler.Round) (overview.Overview, error) {
	turn, err := w.Service.Rehearse(ctx, scheduler.TurnOptions{AcceptClock: true})
	if err != nil {
		return overview.Overview{}, err
	}
	defer turn.End()
	w = w.In(turn)
	in, err := overview.Read(ctx, w.Service, weeks)
	if err != nil {
		return overview.Overview{}, err
	}
	in.Rounds = slices.Concat(earlier, in.Rounds)
	since := in.Since()
	tally, err := overview.NewTally(in)
	if err != nil {
		return overview.Overview{}, err
	}
	plan, err := repair.Foresee(ctx, w.Service)
	if err != nil {
		return overview.Overview{}, err
	}
	reviews, err := review.Foresee(ctx, w.Service)
	if err != nil {
		return overview.Overview{}, err
	}
	tally.Attention, _ = attention(w, plan, reviews)
	for held, err := range planning.HeldSince(ctx, w.Service, since) {
		if err != nil {
			return overview.Overview{}, err
		}
		tally.Add(sessionsOf(held))
	}
	return tally.Overview(), nil
}

// sessionsOf returns what of sessions is counted.
func sessionsOf(held []planning.Held) []overview.Session {
	sessions := make([]overview.Session, len(held))
	for n, h := range held {
		sessions[n] = overview.Session{UID: h.UID, Group: h.Group, Program: h.Program, Interval: h.Interval}.With(h.Members, h.Verdicts)
	}
	return sessions
}

// earlierRounds returns the rounds of all programs that other tools formed, and what of
// them cannot be read.
func earlierRounds(w *workspace.Workspace) (out []scheduler.Round, unread []error) {
	for _, p := range w.Workspace.Programs {
		rounds, err := w.Past(p)
		if err != nil {
			unread = append(unread, fmt.Errorf("history of %s: %w", p.Name, err))
		}
		for _, r := range rounds {
			r.Program = p.Name
			out = append(out, r)
		}
	}
	return out, unread
}
