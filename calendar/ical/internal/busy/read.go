// Package busy finds in the calendars of any program when their owner is busy.
//
// A scan reads the text once and keeps the few events that can touch the window,
// with the lines that say when they are. Of those, rules, zones and overrides are
// then worked out.
package busy

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/ical/internal/line"
	"github.com/peerslot/peerslot/calendar/ical/internal/rrule"
	"github.com/peerslot/peerslot/calendar/ical/internal/zones"
)

// Options say how a calendar is to be read.
type Options struct {
	Zone      *time.Location        // of the viewer: floating and all-day times; must not be nil
	Window    availability.Interval // what is wanted
	Owner     calendar.Address      // whose calendar it is, so that what they declined is free; "" if not known
	Aliases   []calendar.Address    // other addresses of the owner
	Organizer calendar.Address      // of our series: events of theirs may be ours under other UIDs; "" if not known
	Except    UIDs                  // series that do not count
	Days      bool                  // only events of whole days count, whether or not they are marked as free
}

// Read reads a calendar as ical.ReadBusy promises.
func Read(r io.Reader, o Options) (availability.Busy, error) {
	c := NewCalendar(o)
	if err := c.Add("", r); err != nil {
		return availability.Busy{}, err
	}
	return c.Busy()
}

// A Calendar puts together one person's calendar of the files that it lies in: a UID
// that is in several of them counts as in one. Its methods must not be called at the
// same time.
type Calendar struct {
	scan    *scan
	options Options
}

// NewCalendar returns one of no files.
func NewCalendar(o Options) *Calendar { return &Calendar{newScan(o), o} }

// Add reads one file. The error means that nothing of it counts, and others do.
// Warnings name the file.
func (c *Calendar) Add(file string, r io.Reader) error { return c.scan.add(file, r) }

// OnlyExcepted reports whether the file that was read last holds series that do not
// count, and nothing else to go by or to warn of. The same text then says nothing in
// anybody's calendar.
func (c *Calendar) OnlyExcepted() bool { return c.scan.excepted && !c.scan.counted }

// Busy returns what all files say together. Call it once, after the last Add.
func (c *Calendar) Busy() (availability.Busy, error) {
	s, o := c.scan, c.options
	defer s.free()
	b := &busyReader{scan: s, window: o.Window, covered: map[string]*coverage{}}
	b.expander = newExpander(o, &s.warn, &b.spans)
	// A daily event takes twice the days of the window, and some for its rule.
	b.budget = rrule.Budget(500_000 + len(s.excerpts)*int(200+4*o.Window.Length()/(24*time.Hour)))
	b.spans.list = s.stock.pieces
	b.readAll()
	defer func() { s.stock.pieces = b.spans.list }()
	return b.result()
}

const maxSpans = 300_000 // of one answer

// A busyReader makes busy times of what a scan kept.
type busyReader struct {
	*expander
	spans   spans
	scan    *scan
	window  availability.Interval
	covered map[string]*coverage // by file
}

// A coverage is the time that the VFREEBUSY of a file speak of. If one does not say
// of which, they speak of all.
type coverage struct {
	times []availability.Interval
	all   bool
}

// readAll reads the excerpts and adds the times that they say.
func (b *busyReader) readAll() {
	b.readZones()
	stock := b.scan.stock
	byUID := stock.byUID
	stock.reserve(b.markGroups())
	for i := range b.scan.excerpts {
		x := &b.scan.excerpts[i]
		if x.kind == freeBusyKind {
			b.cover(x)
			continue
		}
		g, grouped := byUID[x.uid]
		if !grouped && x.alone() {
			b.readAlone(x)
			continue
		}
		e := stock.eventOf()
		if !b.read(e, x) || b.scan.days && e.start.Form != line.WholeDay {
			continue
		}
		if g == nil {
			g = stock.groupOf()
			if x.uid != 0 {
				byUID[x.uid] = g
			}
		}
		if e.id == nil {
			g.masters = append(g.masters, e)
		} else {
			g.overrides = append(g.overrides, e)
		}
	}
	for _, gh := range b.scan.ghosts {
		if g := byUID[gh.uid]; g != nil {
			g.ghosts = append(g.ghosts, gh)
		}
	}
	for i := range stock.groups {
		b.group(&stock.groups[i])
	}
}

// alone reports whether the event takes its time whatever others there are, unless one
// that has its UID is not alone.
func (x *excerpt) alone() bool {
	return x.kind == eventKind && x.plain() && x.sequence == 0 && !x.off
}

// markGroups notes the UIDs whose events are to be looked at together, and returns how
// many events that may be at most.
func (b *busyReader) markGroups() (events int) {
	byUID := b.scan.stock.byUID
	for _, gh := range b.scan.ghosts {
		byUID[gh.uid] = nil
	}
	for i := range b.scan.excerpts {
		if x := &b.scan.excerpts[i]; x.uid != 0 && x.kind == eventKind && !x.alone() {
			byUID[x.uid] = nil
		}
	}
	for i := range b.scan.excerpts {
		x := &b.scan.excerpts[i]
		if _, grouped := byUID[x.uid]; grouped || !x.alone() {
			events++
		}
	}
	return events
}

// readAlone adds the time of an event that is alone.
func (b *busyReader) readAlone(x *excerpt) {
	var e event
	if b.read(&e, x) && !(b.scan.days && e.start.Form != line.WholeDay) && !e.takesNothing() {
		b.put(&e, e.start.Wall)
	}
}

// readZones reads the zones that the calendars define. One calendar's do not
// hold in another that has its own of that name. Calendars that were strung
// together define the same zones over and over.
func (b *busyReader) readZones() {
	own := map[int][]*line.Component{}
	var all []*line.Component
	seen := map[string]*line.Component{}
	for i := range b.scan.definitions {
		x := &b.scan.definitions[i]
		c := seen[x.text]
		if c == nil && len(seen) < 5*zones.Max {
			c = &x.Component
			seen[x.text] = c
			all = append(all, c)
		}
		if c != nil {
			own[x.calendar] = append(own[x.calendar], c)
		}
	}
	b.shared = zones.NewTable(all, nil)
	if len(own) > 1 && len(all) > 1 {
		for i, list := range own {
			b.tables[i] = zones.NewTable(list, b.shared)
		}
	}
}

// cover adds the times of a VFREEBUSY, and notes of what time its file speaks.
func (b *busyReader) cover(x *excerpt) {
	iv, ok := b.freeBusy(x)
	c := b.covered[x.place.file]
	if c == nil {
		c = &coverage{}
		b.covered[x.place.file] = c
	}
	c.times, c.all = append(c.times, iv), c.all || !ok
}

// uncovered returns the time of which a file does not speak that has nothing but
// VFREEBUSY.
func (b *busyReader) uncovered() (out []availability.Interval) {
	for file, c := range b.covered {
		if !c.all && !b.scan.eventful[file] {
			out = append(out, availability.Subtract([]availability.Interval{b.window}, availability.Union(c.times))...)
		}
	}
	return out
}

func (b *busyReader) result() (availability.Busy, error) {
	for _, iv := range b.uncovered() {
		b.spans.add(iv.Start.Unix(), iv.End.Add(time.Second-1).Unix(), class{kind: availability.Unknown})
		b.doubt = cmp.Or(b.doubt, "the calendar tells of free and busy time for a part of the days only")
	}
	list := b.spans.in(b.window)
	if len(list) > maxSpans {
		return availability.Busy{}, fmt.Errorf("the calendar has more than %d separate busy times", maxSpans)
	}
	busy := availability.Busy{Window: b.window, Spans: list, Warnings: b.scan.warn.texts(), Lost: b.lost}
	if slices.ContainsFunc(list, func(s availability.Span) bool { return s.Kind == availability.Unknown }) {
		busy.Reason = b.doubt
	}
	return busy, nil
}
