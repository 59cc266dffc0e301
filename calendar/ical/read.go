package ical

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/emersion/go-ical"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
)

// ReadOptions say how a calendar is to be read.
type ReadOptions struct {
	Zone   *time.Location        // of the viewer: floating and all-day times; must not be nil
	Window availability.Interval // what is wanted
	Owner  calendar.Address      // whose calendar it is, so that what they declined is free; "" if not known
	Except []calendar.UID        // series that do not count; compared without an @suffix
}

// ReadBusy reads any program's iCalendar text and returns when its owner is busy
// inside o.Window. It reads the text once, in bounded memory.
//
// What is CANCELLED, TRANSPARENT, free for Outlook or declined by the owner takes
// no time. A part of the text that cannot be used is named in Warnings and, if
// when it would be busy can be told, unknown in that time; it is never taken for
// free in silence:
//   - an event in a zone that nobody knows is unknown at all instants that it may
//     mean;
//   - of an event with a damaged start or end, the day of what can be read;
//   - of a series with a damaged rule the time of day is unknown on all days from
//     its start on, or of whole days all of its first year;
//   - of a rule that repeats too often, what was not found.
//
// Neither the warnings nor the error hold a title, a name or a note. The error
// (not a calendar, cut off, over a limit) means that nothing is known.
func ReadBusy(r io.Reader, o ReadOptions) (availability.Busy, error) {
	return newScan(r, o).busy(o)
}

// busy reads the calendar to its end and returns what it says.
func (s *scan) busy(o ReadOptions) (availability.Busy, error) {
	if err := s.run(); err != nil {
		return availability.Busy{}, err
	}
	b := &busyReader{scan: s, window: o.Window}
	b.expander = newExpander(o, &s.warn, &b.spans)
	// A daily event takes twice the days of the window, and some for its rule.
	b.budget = budget(500_000 + len(s.excerpts)*int(200+4*o.Window.Length()/(24*time.Hour)))
	if err := b.readAll(); err != nil {
		return availability.Busy{}, err
	}
	return b.result()
}

const maxSpans = 300_000 // of one answer

// A busyReader makes busy times of what a scan kept.
type busyReader struct {
	*expander
	spans   spans
	scan    *scan
	window  availability.Interval
	groups  []*group
	covered []availability.Interval // the time that VFREEBUSY speak of
	partly  bool                    // no more than that is known
}

// readAll reads the excerpts and adds the times that they say.
func (b *busyReader) readAll() error {
	if err := b.readZones(); err != nil {
		return err
	}
	byUID := map[uint64]*group{}
	b.partly = b.scan.events == 0
	err := decodeExcerpts(b.scan.excerpts, func(x excerpt, c *ical.Component) {
		if x.kind == freeBusyKind {
			b.cover(b.freeBusy(c, x))
			return
		}
		e, ok := b.read(c, x)
		if !ok {
			return
		}
		g := byUID[x.uid]
		if g == nil {
			g = &group{}
			b.groups = append(b.groups, g)
			if x.uid != 0 {
				byUID[x.uid] = g
			}
		}
		if e.id == nil {
			g.masters = append(g.masters, &e)
		} else {
			g.overrides = append(g.overrides, &e)
		}
	})
	if err != nil {
		return err
	}
	for _, gh := range b.scan.ghosts {
		if g := byUID[gh.uid]; g != nil {
			g.ghosts = append(g.ghosts, gh)
		}
	}
	for _, g := range b.groups {
		b.group(g)
	}
	return nil
}

// readZones reads the zones that the calendars define. One calendar's do not
// hold in another that has its own of that name. Calendars that were strung
// together define the same zones over and over.
func (b *busyReader) readZones() error {
	own := map[int][]*ical.Component{}
	var all []*ical.Component
	seen := map[string]int{}
	var fresh []excerpt
	for _, x := range b.scan.definitions {
		if _, ok := seen[string(x.text)]; !ok && len(fresh) < 5*maxZones {
			seen[string(x.text)] = len(fresh)
			fresh = append(fresh, x)
		}
	}
	err := decodeExcerpts(fresh, func(_ excerpt, c *ical.Component) { all = append(all, c) })
	if err != nil {
		return err
	}
	for _, x := range b.scan.definitions {
		if i, ok := seen[string(x.text)]; ok {
			own[x.calendar] = append(own[x.calendar], all[i])
		}
	}
	b.shared = newZoneTable(all)
	if len(own) > 1 && len(all) > 1 {
		for i, list := range own {
			b.tables[i] = newZoneTable(list)
			b.tables[i].shared = b.shared
		}
	}
	return nil
}

// decodeExcerpts calls yield with each excerpt as go-ical decodes it, some at a
// time.
func decodeExcerpts(list []excerpt, yield func(excerpt, *ical.Component)) error {
	for batch := range slices.Chunk(list, 50) {
		readers := []io.Reader{strings.NewReader("BEGIN:VCALENDAR\n")}
		for _, x := range batch {
			readers = append(readers, bytes.NewReader(x.text))
		}
		c, err := decode(io.MultiReader(append(readers, strings.NewReader("END:VCALENDAR\n"))...))
		if err != nil {
			return err
		}
		if len(c.Children) != len(batch) {
			return fmt.Errorf("decode the calendar: %d of %d components", len(c.Children), len(batch))
		}
		for i, x := range batch {
			yield(x, c.Children[i])
		}
	}
	return nil
}

// cover notes that the calendar speaks of that time; ok is false if it does not
// say of which.
func (b *busyReader) cover(iv availability.Interval, ok bool) {
	b.partly = b.partly && ok
	b.covered = append(b.covered, iv)
}

func (b *busyReader) result() (availability.Busy, error) {
	if b.partly && len(b.covered) > 0 {
		for _, iv := range availability.Subtract([]availability.Interval{b.window}, availability.Union(b.covered)) {
			b.spans.add(iv.Start.Unix(), iv.End.Unix()+1, class{kind: availability.Unknown})
			b.doubt = cmp.Or(b.doubt, "the calendar tells of free and busy time for a part of the days only")
		}
	}
	list := b.spans.in(b.window)
	if len(list) > maxSpans {
		return availability.Busy{}, fmt.Errorf("the calendar has more than %d separate busy times", maxSpans)
	}
	busy := availability.Busy{Window: b.window, Spans: list, Warnings: b.scan.warn.texts()}
	if slices.ContainsFunc(list, func(s availability.Span) bool { return s.Kind == availability.Unknown }) {
		busy.Reason = b.doubt
	}
	return busy, nil
}
