package busy

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar/ical/internal/line"
	"github.com/peerslot/peerslot/calendar/ical/internal/rrule"
	"github.com/peerslot/peerslot/calendar/ical/internal/zones"
)

// An event is what a VEVENT says of when somebody is busy.
type event struct {
	place    place
	calendar int
	sequence int32
	free     bool
	stray    bool // it has a rule and yet names an occurrence of a series, perhaps of another calendar
	off      bool // it says that the series is cancelled
	unnamed  bool // it may be a session of ours under another name
	kind     availability.Kind

	start  line.Stamp
	zone   *zones.Clock // of the start; nil if nobody knows it
	length line.Length

	rules   []rrule.Rule
	exrules []rrule.Rule
	rdates  []line.Period
	exdates []line.Period
	broken  bool // a rule cannot be read

	id     *line.Stamp // of an override, the occurrence that it replaces
	future bool        // and all later ones
}

// An eventReader turns components into events.
type eventReader struct {
	viewer *zones.Clock
	utc    *zones.Clock
	shared *zones.Table         // of all zones that are defined
	tables map[int]*zones.Table // by calendar, if several define zones
	clocks map[*time.Location]*zones.Clock
	warn   *warnings
	doubt  string // why something is unknown; "" if all is known
	lost   bool   // of an event that takes time nobody can tell when it is
}

// read reads an event into e, which is zero, and reports whether anything can be told
// of when it is.
//
// What can be read is used. If of its start only the day is clear, that whole
// day is unknown; if not even that but its end, the day before the end. An end
// that cannot be read, or lies before the start, leaves unknown what it may
// take. An event in a zone that nobody knows is unknown at all instants that
// its wall clock may mean.
func (r *eventReader) read(e *event, c *excerpt) bool {
	e.place, e.calendar, e.sequence = c.place, c.calendar, c.sequence
	e.free, e.kind, e.unnamed, e.off = !c.status.takesTime(), c.status.kind(), c.unnamed, c.off
	if c.plain() {
		r.readPlain(e, c)
		return true
	}
	if p := c.Get("RECURRENCE-ID"); p != nil {
		r.readID(e, p)
	}
	ok := false
	if p := c.Get("DTSTART"); p != nil {
		e.start, ok = line.StampOf(p)
	}
	switch {
	case ok:
	case c.status.cancelled: // which needs no time (RFC 5546, section 3.2.5)
		if e.off = e.id == nil; e.id != nil {
			e.start, e.zone = *e.id, r.zone(e, *e.id)
		}
		return true
	default:
		return r.readBackwards(e, c)
	}
	if e.zone = r.zone(e, e.start); e.zone == nil {
		e.kind = availability.Unknown
	}
	if e.start.Odd && !e.start.Vague {
		r.warn.add(e.place, "DTSTART is not written as it should be")
	}
	r.warnOfTwins(e.place, c)
	r.readLength(e, c)
	if e.start.Vague {
		r.unknown(e, "only the day of DTSTART can be read")
		e.start.Wall = line.Midnight(e.start.Wall)
		e.length.Days++
	}
	r.readRules(e, c)
	return true
}

// readPlain reads an event of which its glance says all.
func (r *eventReader) readPlain(e *event, c *excerpt) {
	e.start = c.start
	if e.zone = r.zone(e, e.start); e.zone == nil {
		e.kind = availability.Unknown
	}
	switch {
	case c.hasEnd:
		r.setEnd(e, c.end)
	case e.start.Form == line.WholeDay:
		e.length.Days = 1
	}
}

// warnOfTwins warns of what should be there once.
func (r *eventReader) warnOfTwins(at place, c *excerpt) {
	for _, name := range []string{"DTSTART", "DTEND", "DURATION"} {
		first := c.Get(name)
		if first != nil && slices.ContainsFunc(c.Props, func(p line.Prop) bool { return p.Name == name && p.Value != first.Value }) {
			r.warn.add(at, "%s is there twice: the first counts", name)
		}
	}
}

// unknown makes the event one that is not known to be busy or free.
func (r *eventReader) unknown(e *event, why string) {
	e.kind = availability.Unknown
	r.warn.add(e.place, "%s", why)
	r.noteDoubt(e, why)
}

func (r *eventReader) noteDoubt(e *event, why string) {
	if r.doubt == "" && !e.free {
		r.doubt = fmt.Sprintf("%s: %s", e.place, why)
	}
}

// readID reads which occurrence an override replaces. One that cannot be read
// makes the override an event of its own.
func (r *eventReader) readID(e *event, p *line.Prop) {
	id, ok := line.StampOf(p)
	if !ok || id.Vague {
		r.warn.add(e.place, "RECURRENCE-ID cannot be read: the event counts beside its series")
		return
	}
	e.id = &id
	switch strings.ToUpper(p.Param("RANGE")) {
	case "":
	case "THISANDFUTURE":
		e.future = true
	default:
		r.warn.add(e.place, "RANGE of RECURRENCE-ID cannot be read: it counts for one occurrence")
	}
}

// readBackwards makes what can be made of an event without a start. An override
// leaves its occurrence as it was.
func (r *eventReader) readBackwards(e *event, c *excerpt) bool {
	p := c.Get("DTEND")
	if p == nil || e.id != nil {
		return r.leaveOut(e, "an event without a DTSTART that can be read is left out")
	}
	end, ok := line.StampOf(p)
	if !ok {
		return r.leaveOut(e, "an event without a time that can be read is left out")
	}
	r.unknown(e, "DTSTART cannot be read: the day before DTEND is unknown")
	if c.Get("RRULE") != nil || c.Get("RDATE") != nil {
		r.leaveOut(e, "a series without a DTSTART that can be read is left out after its first day")
	}
	e.start, e.length = end, line.Length{Days: 1}
	e.start.Wall -= rrule.SecondsPerDay
	if end.Vague {
		e.length.Days++
	}
	e.zone = r.zone(e, end)
	return true
}

// leaveOut tells that e, or a part of it, counts nowhere, and returns false.
func (r *eventReader) leaveOut(e *event, why string) bool {
	r.lost = r.lost || !e.free
	r.warn.add(e.place, "%s", why)
	return false
}

// zone returns the zone of a line.Stamp, or nil if nobody knows it.
func (r *eventReader) zone(e *event, s line.Stamp) *zones.Clock {
	switch s.Form {
	case line.UTC:
		return r.utc
	case line.Zoned:
		found := r.find(e.calendar, s.TZID)
		switch {
		case found.Loc == nil:
			r.warn.add(e.place, "%s: the event is unknown", found.Note)
			r.noteDoubt(e, found.Note)
			return nil
		case found.Note != "":
			r.warn.add(e.place, "%s", found.Note)
		}
		return r.clock(found.Loc)
	}
	return r.viewer
}

// find returns the zone that a calendar calls tzid.
func (r *eventReader) find(calendar int, tzid string) zones.Finding {
	if t := r.tables[calendar]; t != nil {
		return t.Find(tzid)
	}
	return r.shared.Find(tzid)
}

// clock returns the one zone of a location.
func (r *eventReader) clock(loc *time.Location) *zones.Clock {
	z := r.clocks[loc]
	if z == nil {
		z = zones.NewClock(loc)
		r.clocks[loc] = z
	}
	return z
}

// readLength reads how long the event takes: from DTEND, else from DURATION;
// else a DATE takes its day and a time nothing.
func (r *eventReader) readLength(e *event, c *excerpt) {
	day := e.start.Form == line.WholeDay
	if p := c.Get("DTEND"); p != nil {
		r.readEnd(e, p)
		return
	}
	if day {
		e.length.Days = 1
	}
	p := c.Get("DURATION")
	if p == nil {
		return
	}
	l, ok := line.ParseLength(p.Value)
	total := l.Days*rrule.SecondsPerDay + l.Seconds
	switch {
	case !ok:
		r.unknown(e, "DURATION cannot be read: the day from DTSTART is unknown")
		e.length = line.Length{Days: 1}
	case total < 0:
		r.unknown(e, "DURATION is negative: what it spans is unknown")
		e.start.Wall += total
		e.length = line.Length{Seconds: -total}
	case day:
		e.length = line.Length{Days: max((total+rrule.SecondsPerDay-1)/rrule.SecondsPerDay, 1)}
	default:
		e.length = l
	}
}

// readEnd reads DTEND. Without a zone of its own it is in that of DTSTART.
func (r *eventReader) readEnd(e *event, p *line.Prop) {
	end, ok := line.StampOf(p)
	if !ok || end.Vague {
		r.unknown(e, "DTEND cannot be read: the day from DTSTART is unknown")
		e.length = line.Length{Days: 1}
		return
	}
	if end.Odd {
		r.warn.add(e.place, "DTEND is not written as it should be")
	}
	r.setEnd(e, end)
}

// setEnd sets the length of the event from its end.
func (r *eventReader) setEnd(e *event, end line.Stamp) {
	day := e.start.Form == line.WholeDay
	if day != (end.Form == line.WholeDay) {
		r.unknown(e, "only one of start and end is a date: the days they name are unknown")
		e.start.Form, e.zone = line.WholeDay, r.viewer
		e.start.Wall = line.Midnight(e.start.Wall)
		e.length = line.Length{Days: max(rrule.FloorDiv(end.Wall-e.start.Wall+rrule.SecondsPerDay-1, rrule.SecondsPerDay), 1)}
		return
	}
	seconds := end.Wall - e.start.Wall
	if !day {
		seconds = r.between(e, end)
	}
	if seconds < 0 {
		r.unknown(e, "the end lies before the start: what lies between is unknown")
		e.start.Wall += seconds
		seconds = -seconds
	}
	switch {
	case seconds > line.MaxDays*rrule.SecondsPerDay:
		r.unknown(e, "the end lies too far off")
		e.length = line.Length{Days: line.MaxDays}
	case day:
		e.length = line.Length{Days: max(seconds/rrule.SecondsPerDay, 1)}
	default:
		e.length = line.Length{Seconds: seconds}
	}
}

// between returns the exact time from the start of an event to its end.
func (r *eventReader) between(e *event, end line.Stamp) int64 {
	z := e.zone
	if end.Form == line.UTC || end.Form == line.Zoned && (end.Form != e.start.Form || end.TZID != e.start.TZID) {
		if z = r.zone(e, end); z == nil {
			e.kind = availability.Unknown
		}
	}
	if e.zone == nil || z == nil {
		return end.Wall - e.start.Wall
	}
	return z.Instant(end.Wall) - e.zone.Instant(e.start.Wall)
}

// readRules reads what makes the event a series.
func (r *eventReader) readRules(e *event, c *excerpt) {
	if e.id != nil {
		e.stray = c.Get("RRULE") != nil
		if !e.stray {
			return
		}
	}
	e.rules = r.rulesIn(e, c, "RRULE")
	e.exrules = r.rulesIn(e, c, "EXRULE")
	e.rdates = r.datesIn(e, c, "RDATE")
	e.exdates = r.datesIn(e, c, "EXDATE")
}

const maxRules = 20 // of one event

func (r *eventReader) rulesIn(e *event, c *excerpt, name string) []rrule.Rule {
	var list []rrule.Rule
	for _, p := range c.All(name) {
		x, odd, err := rrule.Parse(p.Value)
		if len(list) == maxRules {
			err = fmt.Errorf("%w: it has more than %d", rrule.ErrRule, maxRules)
		}
		if err == nil && e.start.Form == line.WholeDay && x.Freq > rrule.Daily {
			err = rrule.ErrRule
		}
		switch {
		case err != nil && name == "EXRULE":
			r.warn.add(e.place, "EXRULE cannot be read: nothing is left out by it")
			continue
		case err != nil:
			e.broken = true
			r.warn.add(e.place, "%v: when it repeats is unknown", err)
			r.noteDoubt(e, err.Error()+": when it repeats is unknown")
			continue
		case odd:
			r.warn.add(e.place, "%s is not written as it should be", name)
		case x.AtTurnOfYear():
			r.warn.add(e.place, "BYWEEKNO: calendar programs differ at the turn of the year")
		}
		if e.start.Form == line.WholeDay {
			x = x.OfDays()
		}
		list = append(list, x)
	}
	return list
}

func (r *eventReader) datesIn(e *event, c *excerpt, name string) []line.Period {
	var list []line.Period
	for _, p := range c.All(name) {
		for _, x := range line.PeriodsIn(p) {
			if !x.OK || x.Vague {
				r.warn.add(e.place, "a date of %s cannot be read", name)
			}
			if !x.OK || x.Vague && name == "EXDATE" {
				continue
			}
			list = append(list, x)
		}
	}
	return list
}
