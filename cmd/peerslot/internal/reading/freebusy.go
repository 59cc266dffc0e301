package reading

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/feed"
	"github.com/peerslot/peerslot/calendar/file"
	"github.com/peerslot/peerslot/calendar/ical"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/console"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/workspace"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/zone"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/report"
)

type freebusyOptions struct {
	from, to string
	ics      string
	zone     string
	as       string
	allow    []string
}

// longestWindow bounds what freebusy reads at once.
const longestWindow = 10 * 366 * 24 * time.Hour

// NewFreebusyCmd returns the command.
func NewFreebusyCmd(a *console.App) *cobra.Command {
	var o freebusyOptions
	cmd := &cobra.Command{
		Use:   "freebusy [PERSON…]",
		Short: "Show when people are busy",
		Long: `Shows the busy times of the workspace's people, or, with --ics, of any .ics file or
address, which needs no workspace. Times that are not known are shown as unknown,
never as free. Titles are never read.`,
		Example: `  peerslot freebusy ana@acme.example --from 2026-01-05 --to 2026-01-09
  peerslot freebusy --ics export.ics --zone Europe/Lisbon --from 2026-01-05 --to 2026-04-06
  curl -s "$FEED" | peerslot freebusy --ics - --zone Europe/Berlin --as ana@acme.example --json`,
		RunE: func(cmd *cobra.Command, args []string) error { return o.run(cmd.Context(), a, args) },
	}
	flags := cmd.Flags()
	flags.StringVar(&o.from, "from", "", "`TIME` (RFC 3339) or date to begin with (default now)")
	flags.StringVar(&o.to, "to", "", "`TIME` or date to end before (default 13 weeks later)")
	flags.StringVar(&o.ics, "ics", "", "read this `FILE`, https address or - for stdin, without a workspace")
	flags.StringVar(&o.zone, "zone", "", "the owner's time `ZONE`, for all-day and floating times (with --ics; default UTC)")
	flags.StringVar(&o.as, "as", "", "the owner's `ADDRESS`, so that what they declined is free (with --ics)")
	flags.StringSliceVar(&o.allow, "allow-host", nil, "`HOST` that --ics may reach though it is not public")
	return cmd
}

func (o freebusyOptions) run(ctx context.Context, a *console.App, args []string) error {
	if o.ics != "" {
		if len(args) > 0 {
			return console.Usagef("", "freebusy: name people, or a calendar with --ics, not both")
		}
		return o.runICS(ctx, a)
	}
	if o.zone != "" || o.as != "" {
		return console.Usagef("in a workspace, the configuration says so", "freebusy: --zone and --as go with --ics")
	}
	w, err := workspace.OpenToRead(ctx, a)
	if err != nil {
		return err
	}
	defer w.Close()
	people, err := o.people(w, args)
	if err != nil {
		return err
	}
	zone := workspace.ZoneOf(w.Workspace)
	window, err := o.window(a.Now(), zone(w.Workspace.Organizer.Address))
	if err != nil {
		return err
	}
	busy, err := w.Service.Backend.Busy(ctx, people, window)
	if err != nil {
		return err
	}
	answer := report.Freebusy{From: window.Start.UTC(), To: window.End.UTC(), Warnings: []string{}}
	for _, p := range people {
		if why := w.Workspace.Roster.Of(p).Unread; why != "" { // where their calendar is may stand there
			busy[p] = availability.Unreadable(why)
		}
		answer.Add(string(p), zone(p).String(), busy[p])
	}
	return printFreebusy(a, answer)
}

func (o freebusyOptions) people(w *workspace.Workspace, args []string) ([]calendar.Address, error) {
	if len(args) == 0 {
		return w.Workspace.Roster.Addresses(), nil
	}
	people := make([]calendar.Address, len(args))
	for i, word := range args {
		var err error
		if people[i], err = w.Person(word); err != nil {
			return nil, err
		}
	}
	return people, nil
}

// window returns the span that the flags ask for; dates mean midnight in loc.
func (o freebusyOptions) window(now time.Time, loc *time.Location) (availability.Interval, error) {
	iv := availability.Interval{Start: now}
	var err error
	if o.from != "" {
		if iv.Start, err = console.ParseInstant(o.from, now, loc); err != nil {
			return iv, console.Usagef("", "--from %w", err)
		}
	}
	iv.End = iv.Start.AddDate(0, 0, 91)
	if o.to != "" {
		if iv.End, err = console.ParseInstant(o.to, now, loc); err != nil {
			return iv, console.Usagef("", "--to %w", err)
		}
	}
	switch {
	case iv.Empty():
		return iv, console.Usagef("", "--to %s is not after --from", cmp.Or(o.to, "13 weeks later"))
	case iv.Length() > longestWindow:
		return iv, console.Usagef("", "from %s to %s is more than ten years", iv.Start.Format(time.DateOnly), iv.End.Format(time.DateOnly))
	}
	return iv, nil
}

func (o freebusyOptions) runICS(ctx context.Context, a *console.App) error {
	loc, err := availability.LoadZone(cmp.Or(o.zone, "UTC"))
	if err != nil {
		hint := ""
		if meant := cmp.Or(zone.Meant(o.zone), zone.Likely(o.zone)); meant != "" {
			hint = fmt.Sprintf("did you mean --zone %s?", meant)
		}
		return console.Usagef(hint, "--zone: %w", err)
	}
	options := ical.ReadOptions{Zone: loc}
	if o.as != "" {
		if options.Owner, err = calendar.ParseAddress(o.as); err != nil {
			return console.Usagef("", "--as: %w", err)
		}
	}
	if options.Window, err = o.window(a.Now(), loc); err != nil {
		return err
	}
	r, name, err := o.openICS(ctx, a, options.Owner)
	if err != nil {
		return err
	}
	defer r.Close()
	busy, err := ical.ReadBusy(console.Interruptible(ctx, r), options)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err != nil {
		place, hint := o.ics, "export the calendar again as .ics"
		if feed.IsURL(o.ics) {
			place, hint = name, "look whether the address needs a sign-in, or copy it again from the calendar's settings"
		}
		return console.WithHint(fmt.Errorf("read %s: %w", place, err), hint)
	}
	answer := report.Freebusy{From: options.Window.Start.UTC(), To: options.Window.End.UTC(), Warnings: []string{}}
	answer.Add(name, loc.String(), busy)
	return printFreebusy(a, answer)
}

// largestICS is what a calendar on disk may have; it is read as a stream.
const largestICS = 1 << 30

// openICS opens what --ics names, and returns what to call it: an address is a
// secret and is cut to its host.
func (o freebusyOptions) openICS(ctx context.Context, a *console.App, owner calendar.Address) (io.ReadCloser, string, error) {
	switch {
	case o.ics == "-":
		return io.NopCloser(a.Stdin), "-", nil
	case feed.IsURL(o.ics):
		dir, err := os.UserCacheDir()
		if err != nil {
			dir = os.TempDir()
		}
		r, info, err := workspace.Fetcher(filepath.Join(dir, "peerslot", "feeds"), o.allow).Open(ctx, o.ics, owner)
		if err == nil && info.Problem != nil {
			a.Warn("%s could not be reached; this is a copy of %s ago", feed.Redact(o.ics), info.Age.Round(time.Minute))
		}
		return r, feed.Redact(o.ics), err
	}
	f, err := file.Open(o.ics, largestICS)
	if kind, ok := errors.AsType[*file.KindError](err); ok {
		hint := "name one .ics file"
		switch {
		case kind.Mode.IsDir():
			hint = "name one .ics file in it"
		case kind.Mode&fs.ModeNamedPipe != 0:
			hint = "pass it on stdin: peerslot freebusy --ics - < " + o.ics
		}
		return nil, "", console.Usagef(hint, "--ics %s %w", o.ics, kind)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil, "", noSuchFile(o.ics)
	}
	return f, filepath.Base(o.ics), err
}

// noSuchFile says what is wrong with the name of a file that is not there. What may be
// an address is a secret, and is shown to its first slash.
func noSuchFile(name string) error {
	if scheme, _, ok := strings.Cut(name, "://"); ok {
		return console.Usagef("an address begins with https://, http:// or webcal://; of a file give the path", "--ics %s://…: there is no such kind of calendar", scheme)
	}
	first, rest, deep := strings.Cut(filepath.ToSlash(name), "/")
	if _, err := os.Lstat(first); deep && err != nil && first != "" && rest != "" {
		return console.Usagef("check its name; an address begins with https://", "--ics %s/…: there is no folder %q here", first, first)
	}
	return console.Usagef("check its name; an address begins with https://", "--ics %s: there is no such file", name)
}

func printFreebusy(a *console.App, f report.Freebusy) error {
	if a.Json {
		return a.Answer(f)
	}
	for _, w := range f.Warnings {
		a.Warn("%s", w)
	}
	var rows [][]string
	var unknown []scheduler.Unknown
	for _, p := range f.People {
		if slices.ContainsFunc(p.Busy, func(b report.Busy) bool { return b.Kind == availability.Unknown.String() }) {
			unknown = append(unknown, scheduler.Unknown{Person: calendar.Address(p.Person), Reason: p.Reason, All: p.Unknown})
		}
		loc, err := availability.LoadZone(p.Zone)
		if err != nil {
			loc = time.UTC
		}
		layout := time.RFC3339
		if a.Terminal {
			layout = "Mon 2 Jan 2006 15:04"
		}
		for _, b := range p.Busy {
			kind := b.Kind
			if b.AllDay {
				kind += " all day"
			}
			rows = append(rows, []string{p.Person, b.Start.In(loc).Format(layout), b.End.In(loc).Format(layout), kind})
		}
	}
	a.WarnUnknown(unknown)
	a.Printer().Table([]string{"PERSON", "FROM", "TO", "KIND"}, rows)
	return nil
}
