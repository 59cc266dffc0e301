package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/file"
	"github.com/peerslot/peerslot/calendar/ical"
	"github.com/peerslot/peerslot/scheduler"
)

type exportOptions struct {
	selection
	output string
}

func newExportCmd(a *app) *cobra.Command {
	var o exportOptions
	cmd := &cobra.Command{
		Use:   "export (GROUP… | --all)",
		Short: "Write booked series as .ics files for any calendar program",
		Long: `Writes the series as they stand on the calendar, moved and cancelled sessions
included. Without -o each goes to GROUP.ics here; -o DIR puts them there, -o FILE.ics
puts all into one file, and -o - writes it to stdout.`,
		Example: `  peerslot export first-circle
  peerslot export --all -o invites/
  peerslot export first-circle -o - | less`,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.names = args
			return o.run(cmd.Context(), a)
		},
	}
	cmd.Flags().BoolVar(&o.all, "all", false, "export every booked series")
	cmd.Flags().StringVarP(&o.output, "output", "o", "", "`FILE` or folder to write to, - for stdout")
	return cmd
}

type jsonExport struct {
	Files []jsonFile `json:"files"`
}

type jsonFile struct {
	File   string   `json:"file"`
	Groups []string `json:"groups"`
}

func (o exportOptions) run(ctx context.Context, a *app) error {
	if err := o.selection.check("export", "--all"); err != nil {
		return err
	}
	if o.output == "-" && a.json {
		return usagef("", "--json and -o - both want stdout")
	}
	w, err := a.openToRead(ctx)
	if err != nil {
		return err
	}
	defer w.close()
	bookings, err := o.bookings(ctx, w)
	if err != nil {
		return err
	}
	files, err := o.files(ctx, a, w, bookings)
	if err != nil {
		return err
	}
	answer := jsonExport{Files: []jsonFile{}}
	for _, f := range files {
		if o.output == "-" {
			if err := a.out.copy(f.data); err != nil {
				return err
			}
			continue
		}
		if err := file.Replace(f.path, f.data, 0o666); err != nil {
			return fmt.Errorf("export: %w", err)
		}
		answer.Files = append(answer.Files, jsonFile{f.path, f.groups})
		if !a.json {
			fmt.Fprintln(a.stdout, f.path)
		}
	}
	if a.json {
		return a.answer(answer)
	}
	if len(bookings) == 0 {
		a.hint("nothing is booked, so there is nothing to export")
	}
	return nil
}

// bookings returns the bookings to export, each group's only one.
func (o exportOptions) bookings(ctx context.Context, w *workspace) ([]scheduler.Booking, error) {
	all, err := w.service.Store.Bookings(ctx)
	if err != nil || o.all {
		return all, err
	}
	var out []scheduler.Booking
	for _, name := range o.names {
		b, err := w.bookingOf(all, name)
		if err != nil {
			return nil, err
		}
		out = append(out, b)
	}
	return out, nil
}

// bookingOf returns the open booking of a group, or an error that tells a group
// without one from one that there is not.
func (w *workspace) bookingOf(all []scheduler.Booking, group string) (scheduler.Booking, error) {
	for _, b := range all {
		if b.Group == group {
			return b, nil
		}
	}
	if _, err := w.service.Group(group); err != nil {
		return scheduler.Booking{}, err
	}
	return scheduler.Booking{}, withHint(fmt.Errorf("group %q has no series", group), fmt.Sprintf("run 'peerslot book %s' first", group))
}

type exportFile struct {
	path   string
	groups []string
	data   []byte
}

func (o exportOptions) files(ctx context.Context, a *app, w *workspace, bookings []scheduler.Booking) ([]exportFile, error) {
	var files []exportFile
	together := o.output == "-" || strings.HasSuffix(strings.ToLower(o.output), ".ics")
	if !together && o.output != "" {
		if err := os.MkdirAll(o.output, 0o755); err != nil {
			return nil, fmt.Errorf("export: %w", err)
		}
	}
	current, faults, err := w.service.Current(ctx, bookings)
	if err != nil {
		return nil, fmt.Errorf("export: %w", err)
	}
	var all []calendar.Series
	var names []string
	for _, b := range bookings {
		s, there := current[b.Series.UID]
		switch fault := faults[b.Series.UID]; {
		case fault != nil:
			return nil, fmt.Errorf("export group %q: %w", b.Group, fault)
		case !there:
			a.warn("group %q: the series is not on the organizer's calendar; this is how it was booked", b.Group)
			s = b.Series
		}
		all, names = append(all, s), append(names, b.Group)
		if together {
			continue
		}
		data, err := encode(s)
		if err != nil {
			return nil, fmt.Errorf("export group %q: %w", b.Group, err)
		}
		files = append(files, exportFile{filepath.Join(o.output, fileName(b.Group)+".ics"), []string{b.Group}, data})
	}
	if !together || len(all) == 0 {
		return files, nil
	}
	data, err := encode(all...)
	return []exportFile{{o.output, names, data}}, err
}

func encode(series ...calendar.Series) ([]byte, error) {
	var b bytes.Buffer
	err := ical.Encode(&b, ical.WriteOptions{}, series...)
	return b.Bytes(), err
}

// fileName returns the group's name as the name of a file.
func fileName(group string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(`/\:*?"<>|`, r) || r < ' ' {
			return '-'
		}
		return r
	}, strings.TrimLeft(group, "."))
}
