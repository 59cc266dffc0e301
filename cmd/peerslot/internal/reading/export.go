package reading

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/file"
	"github.com/peerslot/peerslot/calendar/ical"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/console"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/workspace"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/planning"
	"github.com/peerslot/peerslot/scheduler/report"
)

// ExportOptions are the arguments and flags of export.
type ExportOptions struct {
	workspace.Selection
	Output    string
	method    string
	perPerson bool
}

// NewExportCmd returns the command.
func NewExportCmd(a *console.App) *cobra.Command {
	var o ExportOptions
	cmd := &cobra.Command{
		Use:   "export (GROUP… | --all)",
		Short: "Write booked series as .ics files for any calendar program",
		Long: `Writes the series as they stand on the calendar, moved and cancelled sessions
included. Without -o each goes to GROUP.ics here; -o DIR puts them there, -o FILE.ics
puts all into one file, and -o - writes it to stdout. A series that was cancelled is
written as a cancellation.

--method publish, the default, is for subscribing and importing: who takes part is
told in the text. request is an invitation, with the attendees; cancel takes the
series off again.

--all --per-person -o DIR writes everybody's sessions as a feed to subscribe to, for a
web server of your own: files for their owner alone, under names that nobody can guess.
DIR/index.csv says whose they are; keep it to yourself.`,
		Example: `  peerslot export first-circle
  peerslot export --all -o invites/
  peerslot export first-circle -o - | less`,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.Names = args
			return o.Run(cmd.Context(), a)
		},
	}
	cmd.Flags().BoolVar(&o.All, "all", false, "export every booked series")
	cmd.Flags().StringVarP(&o.Output, "output", "o", "", "`FILE` or folder to write to, - for stdout")
	cmd.Flags().StringVar(&o.method, "method", defaultMethod, "`METHOD`, what the receiver is to do with it: publish, request or cancel")
	cmd.Flags().BoolVar(&o.perPerson, "per-person", false, "with --all and -o DIR: a feed for each person, as 'peerslot serve' publishes them, and an index")
	_ = cmd.RegisterFlagCompletionFunc("method", cobra.FixedCompletions([]string{"publish", "request", "cancel"}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

const defaultMethod = "publish"

// methods are the values of --method.
var methods = map[string]ical.WriteOptions{
	"publish": {Method: ical.Publish, Listed: true, Bare: true}, "request": {Method: ical.Request, Bare: true}, "cancel": {Method: ical.Cancel, Bare: true},
}

type jsonExport struct {
	Files     []jsonFile         `json:"files"`
	Attention []report.Attention `json:"attention,omitempty"` // what is broken
}

type jsonFile struct {
	File   string   `json:"file"`
	Groups []string `json:"groups"`
}

// Run exports as the command does.
func (o ExportOptions) Run(ctx context.Context, a *console.App) error {
	if err := o.Selection.Check("export", "--all"); err != nil {
		return err
	}
	o.method = cmp.Or(o.method, defaultMethod)
	if _, ok := methods[o.method]; !ok {
		return console.Usagef("", "--method %q: want publish, request or cancel", o.method)
	}
	if o.Output == "-" && a.Json {
		return console.Usagef("", "--json and -o - both want stdout")
	}
	if err := o.checkPerPerson(); err != nil {
		return err
	}
	w, err := workspace.OpenToRead(ctx, a)
	if err != nil {
		return err
	}
	defer w.Close()
	if err := w.Spare(o.Output); err != nil {
		return err
	}
	w.HintMissing()
	if o.perPerson {
		return o.feeds(ctx, a, w)
	}
	var ill []report.Attention
	if o.All {
		if ill, err = w.BrokenHere(ctx); err != nil {
			return err
		}
	}
	e := exporting{ExportOptions: o, App: a, together: o.intoOne(), files: []jsonFile{}}
	if err := e.series(ctx, w); err != nil {
		return err
	}
	if a.Json {
		if err := a.Answer(jsonExport{e.files, ill}); err != nil {
			return err
		}
	} else if !e.booked {
		a.Hint("nothing is booked, so there is nothing to export")
	}
	return cmp.Or(workspace.WarnBroken(a, ill), console.PersonIf(e.broken))
}

// pages returns the bookings to export with their series: all, or of each group that was
// named the open bookings, of which there are two after a review, or else the last one
// that it had.
func (o ExportOptions) pages(ctx context.Context, w *workspace.Workspace) (iter.Seq2[planning.Page, error], error) {
	if o.All {
		return planning.Pages(ctx, w.Service), nil
	}
	bookings, err := o.bookings(ctx, w)
	return func(yield func(planning.Page, error) bool) {
		current, faults, err := planning.Current(ctx, w.Service, bookings)
		yield(planning.Page{Bookings: bookings, Current: current, Faults: faults}, err)
	}, err
}

// bookings returns the bookings of the groups that were named.
func (o ExportOptions) bookings(ctx context.Context, w *workspace.Workspace) ([]scheduler.Booking, error) {
	all, err := w.Service.Store.Bookings(ctx)
	if err != nil {
		return nil, err
	}
	var out []scheduler.Booking
	for _, name := range o.Names {
		n := len(out)
		for _, b := range all {
			if b.Group == name {
				out = append(out, b)
			}
		}
		if len(out) > n {
			continue
		}
		ended, err := w.Service.Store.BookingsOf(ctx, name)
		if err != nil {
			return nil, err
		}
		if len(ended) == 0 {
			_, err := w.BookingOf(ctx, nil, name)
			return nil, err
		}
		out = append(out, slices.MaxFunc(ended, func(a, b scheduler.Booking) int { return a.Generation - b.Generation }))
	}
	return out, nil
}

// An exporting is an export while bookings are read.
type exporting struct {
	ExportOptions
	*console.App
	together bool
	all      []calendar.Series // that go to one place, when all are read
	groups   []string          // of these
	files    []jsonFile        // written
	booked   bool              // there are any bookings
	broken   bool              // series that cannot be used; they are named, and hinder no others
}

// series writes the series as they are read.
func (e *exporting) series(ctx context.Context, w *workspace.Workspace) error {
	pages, err := e.pages(ctx, w)
	if err != nil {
		return err
	}
	if !e.together && e.Output != "" {
		if err := os.MkdirAll(e.Output, 0o755); err != nil {
			return fmt.Errorf("export: %w", err)
		}
	}
	for page, err := range pages {
		if err != nil {
			return fmt.Errorf("export: %w", err)
		}
		if err := e.page(ctx, page); err != nil {
			return err
		}
	}
	if len(e.all) == 0 {
		return nil
	}
	return e.write(ctx, e.Output, e.groups, e.all)
}

// page writes the series of some groups, one file for each, or puts them to those that go
// to one place.
func (e *exporting) page(ctx context.Context, page planning.Page) error {
	var groups []string
	byGroup := map[string][]calendar.Series{}
	for _, b := range page.Bookings {
		e.booked = true
		now, there := page.Current[b.Series.UID]
		fault := page.Faults[b.Series.UID]
		s, usable := exported(e.App, b, now, there, fault)
		e.broken = e.broken || !usable || fault != nil
		if !usable {
			continue
		}
		if byGroup[b.Group] == nil {
			groups = append(groups, b.Group)
		}
		byGroup[b.Group] = append(byGroup[b.Group], s)
		if e.together {
			e.all = append(e.all, s)
		}
	}
	if e.together {
		e.groups = append(e.groups, groups...)
		return nil
	}
	for _, name := range groups {
		if err := e.write(ctx, filepath.Join(e.Output, FileName(name)+".ics"), []string{name}, byGroup[name]); err != nil {
			return err
		}
	}
	return nil
}

// write writes the series of the groups to one place.
func (e *exporting) write(ctx context.Context, path string, groups []string, series []calendar.Series) error {
	if e.Output == "-" {
		buffered := bufio.NewWriterSize(e.Out.Plain(), 64<<10)
		if err := e.encode(buffered, series); err != nil {
			return err
		}
		return buffered.Flush()
	}
	err := file.ReplaceUntil(ctx, path, 0o666, func(f io.Writer) error { return e.encode(f, series) })
	if err != nil {
		return fmt.Errorf("export: %w", err)
	}
	e.files = append(e.files, jsonFile{path, groups})
	if !e.Json {
		fmt.Fprintln(e.Stdout, path)
	}
	return nil
}

// intoOne reports whether all series go to one place: stdout, a file of calendars, or a
// pipe or device. Any other file that is there is not replaced.
func (o ExportOptions) intoOne() bool {
	if o.Output == "-" || strings.HasSuffix(strings.ToLower(o.Output), ".ics") {
		return true
	}
	info, err := os.Stat(o.Output)
	return err == nil && !info.IsDir() && !info.Mode().IsRegular()
}

// exported returns the series to be written for a booking: as it is on the calendar if
// it is there, or else as it was booked. It is not usable if that is no series either.
func exported(a *console.App, b scheduler.Booking, now calendar.Series, there bool, fault error) (s calendar.Series, usable bool) {
	if there {
		return now, true
	}
	s = b.Series
	if err := cmp.Or(b.Fault, s.Check()); err != nil {
		a.Warn("group %q is not exported: %v", b.Group, cmp.Or(fault, err))
		return s, false
	}
	switch {
	case fault != nil:
		a.Warn("group %q: the series on the organizer's calendar cannot be used, so this is how it was booked: %v", b.Group, fault)
	case b.State == scheduler.Ended:
		s.Cancelled = true
	default:
		a.Warn("group %q: the series is not on the organizer's calendar; this is how it was booked", b.Group)
	}
	return s, true
}

// encode writes the series with the method that was asked for; those that are off
// are taken off whatever it is.
func (o ExportOptions) encode(w io.Writer, series []calendar.Series) error {
	options := methods[o.method]
	off := !slices.ContainsFunc(series, func(s calendar.Series) bool { return !s.Cancelled })
	if off {
		options = methods["cancel"]
	}
	if options.Method == ical.Cancel {
		series = slices.Clone(series)
		for i := range series {
			series[i].Cancelled = true
		}
	}
	return ical.Encode(w, options, series...)
}

// FileName returns the group's name as the name of a file.
func FileName(group string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(`/\:*?"<>|`, r) || r < ' ' {
			return '-'
		}
		return r
	}, strings.TrimLeft(group, "."))
}
