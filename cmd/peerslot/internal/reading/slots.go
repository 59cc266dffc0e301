// Package reading holds the commands that answer and change nothing.
package reading

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/file"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/console"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/workspace"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/booking"
	"github.com/peerslot/peerslot/scheduler/planning"
	"github.com/peerslot/peerslot/scheduler/report"
)

// SlotsOptions are the arguments and flags of slots.
type SlotsOptions struct {
	workspace.Selection
	workspace.SearchFlags
	Top       int
	allStarts bool
	Svg       string
}

// NewSlotsCmd returns the command.
func NewSlotsCmd(a *console.App) *cobra.Command {
	var o SlotsOptions
	cmd := &cobra.Command{
		Use:   "slots (GROUP | --with ADDRESS,ADDRESS…)",
		Short: "Rank the weekly slots of a group, and show who is missing when",
		Long: `Reads everybody's busy times and ranks every weekly slot by how many members can
attend over the whole series. Each candidate comes with a grid of sessions by
members. Of slots less than an hour apart the best is shown. Nothing is changed.`,
		Example: `  peerslot slots first-circle
  peerslot slots first-circle --cadence biweekly --top 3 --svg week.svg
  peerslot slots --with ana@acme.example,bo@acme.example --duration 30m`,
		Args: console.AtMost(1, "want one argument at most"),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.Names = args
			return o.Run(cmd.Context(), a)
		},
	}
	o.SearchFlags.Add(cmd)
	cmd.Flags().StringSliceVar(&o.With, "with", nil, "`ADDRESSES` of an ad-hoc group, comma-separated")
	cmd.Flags().IntVar(&o.Top, "top", 5, "show the best `N` slots")
	cmd.Flags().BoolVar(&o.allStarts, "all-starts", false, "show also slots that begin less than an hour from a better one")
	cmd.Flags().StringVar(&o.Svg, "svg", "", "draw the week as a heat map into `FILE`, - for stdout and nothing else")
	return cmd
}

// Run ranks slots as the command does.
func (o SlotsOptions) Run(ctx context.Context, a *console.App) error {
	if err := o.Selection.Check("slots", "people with --with"); err != nil {
		return err
	}
	if o.Svg == "-" && a.Json {
		return console.Usagef("", "--json and --svg - both want stdout")
	}
	if o.Top < 1 {
		return console.Usagef("", "--top %d: want 1 or more", o.Top)
	}
	w, err := workspace.OpenToRead(ctx, a)
	if err != nil {
		return err
	}
	defer w.Close()
	if err := w.Spare(o.Svg); err != nil {
		return err
	}
	groups, err := w.GroupsFor(ctx, o.Selection)
	if err != nil {
		return err
	}
	search, err := o.Search(w, groups[0], a.Now())
	if err != nil {
		return err
	}
	search.Top = o.Top
	ranking, all, err := o.rank(ctx, w, groups[0], search)
	if err != nil {
		return err
	}
	if o.Svg != "" {
		if err := writeHeatMap(ctx, a, w, ranking, all, o.Svg); err != nil || o.Svg == "-" {
			return err
		}
	}
	a.WarnUnknown(ranking.Unknown)
	if a.Json {
		return a.Answer(report.NewSlots(ranking))
	}
	printRanking(a, w, ranking)
	if o.Svg != "" {
		fmt.Fprintf(a.Stderr, "The week as a heat map: %s\n", o.Svg)
	}
	return nil
}

// rank returns the best candidates, and all of them if a heat map needs them.
func (o SlotsOptions) rank(ctx context.Context, w *workspace.Workspace, g scheduler.Group, search availability.Search) (best planning.Ranking, all []availability.Candidate, err error) {
	best, err = booking.Slots(ctx, w.Service, g, search, o.allStarts)
	if err != nil || o.Svg == "" {
		return best, nil, err
	}
	search.Top = int(7*24*time.Hour/search.Step) * int(search.Cadence)
	all, err = availability.RankUntil(search, best.Members, func() bool { return ctx.Err() != nil })
	return best, all, cmp.Or(ctx.Err(), err)
}

func printRanking(a *console.App, w *workspace.Workspace, r planning.Ranking) {
	p := a.Printer()
	if len(r.Candidates) == 0 {
		p.Println("No slot fits: look at only_days, and at the hours of the members.")
		return
	}
	zone, _ := availability.LoadZone(r.Search.Zone)
	first := r.Candidates[0]
	p.Printf("%s: the best slots for %d people, %s, %s of %s from %s, times in %s\n\n",
		report.GroupTitle(r.Group), len(r.Members), r.Search.Cadence, report.Count(first.Count, "session", "sessions"), report.Minutes(r.Search.Length), r.Search.Start, r.Search.Zone)
	grid := report.Grid{Printer: p, Zone: zone, Name: func(s string) string { return w.Workspace.Name(calendar.Address(s)) }}
	for i, c := range r.Candidates {
		grid.Draw(i+1, r.Members, c)
		p.Println("")
	}
	grid.Legend()
}

// writeHeatMap writes the picture into a file, or to stdout for "-".
func writeHeatMap(ctx context.Context, a *console.App, w *workspace.Workspace, r planning.Ranking, all []availability.Candidate, path string) error {
	h := report.HeatMap{Ranking: r, All: all, Name: func(s string) string { return w.Workspace.Name(calendar.Address(s)) }}
	if path != "-" {
		return file.ReplaceUntil(ctx, path, 0o666, h.WriteSVG)
	}
	var b bytes.Buffer
	if err := h.WriteSVG(&b); err != nil {
		return err
	}
	return a.Out.Copy(b.Bytes())
}
