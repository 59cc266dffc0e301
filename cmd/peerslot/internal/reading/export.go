package reading

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
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
	w.HintMissing()
	if o.perPerson {
		return o.feeds(ctx, a, w)
	}
	bookings, err := o.bookings(ctx, w)
	if err != nil {
		return err
	}
	var ill []report.Attention
	if o.All {
		if ill, err = w.BrokenHere(ctx); err != nil {
			return err
		}
	}
	files, broken, err := o.files(ctx, a, w, bookings)
	if err != nil {
		return err
	}
	answer := jsonExport{Files: []jsonFile{}, Attention: ill}
	for _, f := range files {
		if o.Output == "-" {
			if err := a.Out.Copy(f.data); err != nil {
				return err
			}
			continue
		}
		if err := file.ReplaceUntil(ctx, f.path, f.data, 0o666); err != nil {
			return fmt.Errorf("export: %w", err)
		}
		answer.Files = append(answer.Files, jsonFile{f.path, f.groups})
		if !a.Json {
			fmt.Fprintln(a.Stdout, f.path)
		}
	}
	if a.Json {
		if err := a.Answer(answer); err != nil {
			return err
		}
	} else if len(bookings) == 0 {
		a.Hint("nothing is booked, so there is nothing to export")
	}
	if err := workspace.WarnBroken(a, ill); err != nil || !broken {
		return err
	}
	return &console.NeedsPerson{}
}

// bookings returns the bookings to export: of each group the open ones, of which
// there are two after a review, or else the last one that it had.
func (o ExportOptions) bookings(ctx context.Context, w *workspace.Workspace) ([]scheduler.Booking, error) {
	all, err := w.Service.Store.Bookings(ctx)
	if err != nil || o.All {
		return all, err
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

type exportFile struct {
	path   string
	groups []string
	data   []byte
}

// files returns what is to be written. Broken are series that cannot be used; they are
// named, and hinder no others.
func (o ExportOptions) files(ctx context.Context, a *console.App, w *workspace.Workspace, bookings []scheduler.Booking) (files []exportFile, broken bool, err error) {
	together := o.intoOne()
	if !together && o.Output != "" {
		if err := os.MkdirAll(o.Output, 0o755); err != nil {
			return nil, false, fmt.Errorf("export: %w", err)
		}
	}
	current, faults, err := planning.Current(ctx, w.Service, bookings)
	if err != nil {
		return nil, false, fmt.Errorf("export: %w", err)
	}
	var all []calendar.Series
	var names []string
	byGroup := map[string][]calendar.Series{}
	for _, b := range bookings {
		now, there := current[b.Series.UID]
		s, usable := exported(a, b, now, there, faults[b.Series.UID])
		broken = broken || !usable || faults[b.Series.UID] != nil
		if !usable {
			continue
		}
		if byGroup[b.Group] == nil {
			names = append(names, b.Group)
		}
		all, byGroup[b.Group] = append(all, s), append(byGroup[b.Group], s)
	}
	if together && len(all) > 0 {
		data, err := o.encode(all)
		return []exportFile{{o.Output, names, data}}, broken, err
	}
	for _, name := range names {
		data, err := o.encode(byGroup[name])
		if err != nil {
			return nil, broken, fmt.Errorf("export group %q: %w", name, err)
		}
		files = append(files, exportFile{filepath.Join(o.Output, FileName(name)+".ics"), []string{name}, data})
	}
	return files, broken, nil
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
func (o ExportOptions) encode(series []calendar.Series) ([]byte, error) {
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
	var b bytes.Buffer
	err := ical.Encode(&b, options, series...)
	return b.Bytes(), err
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
