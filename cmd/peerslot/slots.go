package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/file"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/booking"
	"github.com/peerslot/peerslot/scheduler/report"
)

type slotsOptions struct {
	selection
	searchFlags
	top       int
	allStarts bool
	svg       string
}

func newSlotsCmd(a *app) *cobra.Command {
	var o slotsOptions
	cmd := &cobra.Command{
		Use:   "slots (GROUP | --with ADDRESS,ADDRESS…)",
		Short: "Rank the weekly slots of a group, and show who is missing when",
		Long: `Reads everybody's busy times and ranks every weekly slot by how many members can
attend over the whole series. Each candidate comes with a grid of sessions by
members. Of slots less than an hour apart the best is shown. Nothing is changed.`,
		Example: `  peerslot slots first-circle
  peerslot slots first-circle --cadence biweekly --top 3 --svg week.svg
  peerslot slots --with ana@acme.example,bo@acme.example --duration 30m`,
		Args: atMost(1, "want one argument at most"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := noEmptyFlags(cmd, "start", "svg"); err != nil {
				return err
			}
			o.names = args
			return o.run(cmd.Context(), a)
		},
	}
	o.searchFlags.add(cmd)
	cmd.Flags().StringSliceVar(&o.with, "with", nil, "`ADDRESSES` of an ad-hoc group, comma-separated")
	cmd.Flags().IntVar(&o.top, "top", 5, "show the best `N` slots")
	cmd.Flags().BoolVar(&o.allStarts, "all-starts", false, "show also slots that begin less than an hour from a better one")
	cmd.Flags().StringVar(&o.svg, "svg", "", "draw the week as a heat map into `FILE`, - for stdout and nothing else")
	return cmd
}

func (o slotsOptions) run(ctx context.Context, a *app) error {
	if err := o.selection.check("slots", "people with --with"); err != nil {
		return err
	}
	if o.svg == "-" && a.json {
		return usagef("", "--json and --svg - both want stdout")
	}
	if o.top < 1 {
		return usagef("", "--top %d: want 1 or more", o.top)
	}
	w, err := a.openToRead(ctx)
	if err != nil {
		return err
	}
	defer w.close()
	groups, err := w.groupsFor(o.selection)
	if err != nil {
		return err
	}
	search, err := o.search(w, groups[0], a.now())
	if err != nil {
		return err
	}
	search.Top = o.top
	ranking, all, err := o.rank(ctx, w, groups[0], search)
	if err != nil {
		return err
	}
	if o.svg != "" {
		if err := a.writeHeatMap(w, ranking, all, o.svg); err != nil || o.svg == "-" {
			return err
		}
	}
	a.warnUnknown(ranking.Unknown)
	if a.json {
		return a.answer(report.NewSlots(ranking))
	}
	a.printRanking(w, ranking)
	if o.svg != "" {
		fmt.Fprintf(a.stderr, "The week as a heat map: %s\n", o.svg)
	}
	return nil
}

// rank returns the best candidates, and all of them if a heat map needs them.
func (o slotsOptions) rank(ctx context.Context, w *workspace, g scheduler.Group, search availability.Search) (best scheduler.Ranking, all []availability.Candidate, err error) {
	best, err = booking.Slots(ctx, w.service, g, search, o.allStarts)
	if err != nil || o.svg == "" {
		return best, nil, err
	}
	search.Top = int(7*24*time.Hour/search.Step) * int(search.Cadence)
	all, err = availability.Rank(search, best.Members)
	return best, all, err
}

func (a *app) printRanking(w *workspace, r scheduler.Ranking) {
	p := a.printer()
	if len(r.Candidates) == 0 {
		p.Println("No slot fits: look at only_days, and at the hours of the members.")
		return
	}
	zone, _ := availability.LoadZone(r.Search.Zone)
	first := r.Candidates[0]
	p.Printf("%s: the best slots for %d people, %s, %d sessions of %s from %s, times in %s\n\n",
		report.GroupTitle(r.Group), len(r.Members), r.Search.Cadence, first.Count, report.Minutes(r.Search.Length), r.Search.Start, r.Search.Zone)
	grid := report.Grid{Printer: p, Zone: zone, Name: func(s string) string { return w.Workspace.Name(calendar.Address(s)) }}
	for i, c := range r.Candidates {
		grid.Draw(i+1, r.Members, c)
		p.Println("")
	}
	grid.Legend()
}

func (a *app) printer() report.Printer { return a.printerTo(a.stdout) }

// printerTo writes to w what is to be shown where answers are shown.
func (a *app) printerTo(w io.Writer) report.Printer {
	return report.Printer{W: w, Terminal: a.terminal, Colours: a.terminal && a.colours(), Width: a.width, All: a.verbose}
}

// colours reports whether a terminal may be sent escape sequences, as no-color.org
// and terminfo have it.
func (a *app) colours() bool { return a.getenv("NO_COLOR") == "" && a.getenv("TERM") != "dumb" }

// writeHeatMap writes the picture into a file, or to stdout for "-".
func (a *app) writeHeatMap(w *workspace, r scheduler.Ranking, all []availability.Candidate, path string) error {
	var b bytes.Buffer
	h := report.HeatMap{Ranking: r, All: all, Name: func(s string) string { return w.Workspace.Name(calendar.Address(s)) }}
	if err := h.WriteSVG(&b); err != nil {
		return err
	}
	if path == "-" {
		return a.out.copy(b.Bytes())
	}
	return file.Replace(path, b.Bytes(), 0o666)
}
