package ical

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/emersion/go-ical"

	"github.com/peerslot/peerslot/availability"
)

// An event is what a VEVENT says of when somebody is busy.
type event struct {
	line     int
	calendar int
	sequence int32
	free     bool
	kind     availability.Kind

	start  stamp
	zone   *zone // of the start; nil if nobody knows it
	length length

	rules   []rule
	exrules []rule
	rdates  []period
	exdates []period
	broken  bool // a rule cannot be read

	id     *stamp // of an override, the occurrence that it replaces
	future bool   // and all later ones
}

// An eventReader turns components into events.
type eventReader struct {
	viewer *zone
	utc    *zone
	shared *zoneTable         // of all zones that are defined
	tables map[int]*zoneTable // by calendar, if several define zones
	clocks map[*time.Location]*zone
	warn   *warnings
	doubt  string // why something is unknown; "" if all is known
}

// read returns the event, unless nothing can be told of when it is.
//
// What can be read is used. If of its start only the day is clear, that whole
// day is unknown; if not even that but its end, the day before the end. An end
// that cannot be read, or lies before the start, leaves unknown what it may
// take. An event in a zone that nobody knows is unknown at all instants that
// its wall clock may mean.
func (r *eventReader) read(c *ical.Component, x excerpt) (e event, ok bool) {
	e = event{line: x.line, calendar: x.calendar, sequence: x.sequence, free: !x.status.takesTime(), kind: x.status.kind()}
	if p := c.Props.Get(ical.PropRecurrenceID); p != nil {
		r.readID(&e, p)
	}
	if p := c.Props.Get(ical.PropDateTimeStart); p != nil {
		e.start, ok = stampOf(p)
	}
	if !ok {
		return e, r.readBackwards(&e, c)
	}
	if e.zone = r.zone(&e, e.start); e.zone == nil {
		e.kind = availability.Unknown
	}
	if e.start.odd && !e.start.vague {
		r.warn.add(e.line, "DTSTART is not written as it should be")
	}
	r.warnOfTwins(e.line, c)
	r.readLength(&e, c)
	if e.start.vague {
		r.unknown(&e, "only the day of DTSTART can be read")
		e.start.wall = midnight(e.start.wall)
		e.length.days++
	}
	r.readRules(&e, c)
	return e, true
}

// warnOfTwins warns of what should be there once.
func (r *eventReader) warnOfTwins(line int, c *ical.Component) {
	for _, name := range []string{ical.PropDateTimeStart, ical.PropDateTimeEnd, ical.PropDuration} {
		if list := c.Props[name]; len(list) > 1 && list[0].Value != list[1].Value {
			r.warn.add(line, "%s is there twice: the first counts", name)
		}
	}
}

// unknown makes the event one that is not known to be busy or free.
func (r *eventReader) unknown(e *event, why string) {
	e.kind = availability.Unknown
	r.warn.add(e.line, "%s", why)
	r.noteDoubt(e, why)
}

func (r *eventReader) noteDoubt(e *event, why string) {
	if r.doubt == "" && !e.free {
		r.doubt = fmt.Sprintf("line %d: %s", e.line, why)
	}
}

// readID reads which occurrence an override replaces. One that cannot be read
// makes the override an event of its own.
func (r *eventReader) readID(e *event, p *ical.Prop) {
	id, ok := stampOf(p)
	if !ok || id.vague {
		r.warn.add(e.line, "RECURRENCE-ID cannot be read: the event counts beside its series")
		return
	}
	e.id = &id
	switch strings.ToUpper(p.Params.Get(ical.ParamRange)) {
	case "":
	case "THISANDFUTURE":
		e.future = true
	default:
		r.warn.add(e.line, "RANGE of RECURRENCE-ID cannot be read: it counts for one occurrence")
	}
}

// readBackwards makes what can be made of an event without a start. An override
// leaves its occurrence as it was.
func (r *eventReader) readBackwards(e *event, c *ical.Component) bool {
	p := c.Props.Get(ical.PropDateTimeEnd)
	if p == nil || e.id != nil || c.Props.Get(ical.PropRecurrenceRule) != nil {
		r.warn.add(e.line, "an event without a DTSTART that can be read is left out")
		return false
	}
	end, ok := stampOf(p)
	if !ok {
		r.warn.add(e.line, "an event without a time that can be read is left out")
		return false
	}
	r.unknown(e, "DTSTART cannot be read: the day before DTEND is unknown")
	e.start, e.length = end, length{days: 1}
	e.start.wall -= secondsPerDay
	if end.vague {
		e.length.days++
	}
	e.zone = r.zone(e, end)
	return true
}

// zone returns the zone of a stamp, or nil if nobody knows it.
func (r *eventReader) zone(e *event, s stamp) *zone {
	switch s.form {
	case utc:
		return r.utc
	case zoned:
		found := r.find(e.calendar, s.tzid)
		switch {
		case found.loc == nil:
			r.warn.add(e.line, "%s: the event is unknown", found.note)
			r.noteDoubt(e, found.note)
			return nil
		case found.note != "":
			r.warn.add(e.line, "%s", found.note)
		}
		return r.clock(found.loc)
	}
	return r.viewer
}

// find returns the zone that a calendar calls tzid.
func (r *eventReader) find(calendar int, tzid string) zoneFinding {
	if t := r.tables[calendar]; t != nil {
		return t.find(tzid)
	}
	return r.shared.find(tzid)
}

// clock returns the one zone of a location.
func (r *eventReader) clock(loc *time.Location) *zone {
	z := r.clocks[loc]
	if z == nil {
		z = newZone(loc)
		r.clocks[loc] = z
	}
	return z
}

// readLength reads how long the event takes: from DTEND, else from DURATION;
// else a DATE takes its day and a time nothing.
func (r *eventReader) readLength(e *event, c *ical.Component) {
	day := e.start.form == wholeDay
	if p := c.Props.Get(ical.PropDateTimeEnd); p != nil {
		r.readEnd(e, p)
		return
	}
	if day {
		e.length.days = 1
	}
	p := c.Props.Get(ical.PropDuration)
	if p == nil {
		return
	}
	l, ok := parseLength(p.Value)
	total := l.days*secondsPerDay + l.seconds
	switch {
	case !ok:
		r.unknown(e, "DURATION cannot be read: the day from DTSTART is unknown")
		e.length = length{days: 1}
	case total < 0:
		r.unknown(e, "DURATION is negative: what it spans is unknown")
		e.start.wall += total
		e.length = length{seconds: -total}
	case day:
		e.length = length{days: max((total+secondsPerDay-1)/secondsPerDay, 1)}
	default:
		e.length = l
	}
}

// readEnd reads DTEND. Without a zone of its own it is in that of DTSTART.
func (r *eventReader) readEnd(e *event, p *ical.Prop) {
	end, ok := stampOf(p)
	if !ok || end.vague {
		r.unknown(e, "DTEND cannot be read: the day from DTSTART is unknown")
		e.length = length{days: 1}
		return
	}
	if end.odd {
		r.warn.add(e.line, "DTEND is not written as it should be")
	}
	r.setEnd(e, end)
}

// setEnd sets the length of the event from its end.
func (r *eventReader) setEnd(e *event, end stamp) {
	day := e.start.form == wholeDay
	if day != (end.form == wholeDay) {
		r.unknown(e, "only one of start and end is a date: the days they name are unknown")
		e.start.form, e.zone = wholeDay, r.viewer
		e.start.wall = midnight(e.start.wall)
		e.length = length{days: max(floorDiv(end.wall-e.start.wall+secondsPerDay-1, secondsPerDay), 1)}
		return
	}
	seconds := end.wall - e.start.wall
	if !day {
		seconds = r.between(e, end)
	}
	if seconds < 0 {
		r.unknown(e, "the end lies before the start: what lies between is unknown")
		e.start.wall += seconds
		seconds = -seconds
	}
	switch {
	case seconds > maxDays*secondsPerDay:
		r.unknown(e, "the end lies too far off")
		e.length = length{days: maxDays}
	case day:
		e.length = length{days: max(seconds/secondsPerDay, 1)}
	default:
		e.length = length{seconds: seconds}
	}
}

// between returns the exact time from the start of an event to its end.
func (r *eventReader) between(e *event, end stamp) int64 {
	z := e.zone
	if end.form == utc || end.form == zoned {
		if z = r.zone(e, end); z == nil {
			e.kind = availability.Unknown
		}
	}
	if e.zone == nil || z == nil {
		return end.wall - e.start.wall
	}
	return z.instant(end.wall) - e.zone.instant(e.start.wall)
}

// readRules reads what makes the event a series.
func (r *eventReader) readRules(e *event, c *ical.Component) {
	if e.id != nil {
		if c.Props.Get(ical.PropRecurrenceRule) != nil {
			r.warn.add(e.line, "the rule of an override is left out")
		}
		return
	}
	e.rules = r.rulesIn(e, c, ical.PropRecurrenceRule)
	e.exrules = r.rulesIn(e, c, "EXRULE")
	e.rdates = r.datesIn(e, c, ical.PropRecurrenceDates)
	e.exdates = r.datesIn(e, c, ical.PropExceptionDates)
}

const maxRules = 20 // of one event

func (r *eventReader) rulesIn(e *event, c *ical.Component, name string) []rule {
	var list []rule
	for _, p := range c.Props[name] {
		x, odd, err := parseRule(p.Value)
		if len(list) == maxRules {
			err = fmt.Errorf("%w: it has more than %d", errRule, maxRules)
		}
		if err == nil && e.start.form == wholeDay && x.freq > everyDay {
			err = errRule
		}
		switch {
		case err != nil && name == "EXRULE":
			r.warn.add(e.line, "EXRULE cannot be read: nothing is left out by it")
			continue
		case err != nil:
			e.broken = true
			r.warn.add(e.line, "%v: when it repeats is unknown", err)
			continue
		case odd:
			r.warn.add(e.line, "%s is not written as it should be", name)
		case slices.ContainsFunc(x.weeks, func(n int) bool { return n < 0 || n == 1 || n > 51 }):
			r.warn.add(e.line, "BYWEEKNO: calendar programs differ at the turn of the year")
		}
		if e.start.form == wholeDay {
			x.hours, x.minutes, x.seconds = 0, 0, 0
		}
		list = append(list, x)
	}
	return list
}

func (r *eventReader) datesIn(e *event, c *ical.Component, name string) []period {
	var list []period
	for _, p := range c.Props[name] {
		for _, x := range periodsIn(&p) {
			if !x.ok || x.vague {
				r.warn.add(e.line, "a date of %s cannot be read", name)
			}
			if !x.ok || x.vague && name == ical.PropExceptionDates {
				continue
			}
			list = append(list, x)
		}
	}
	return list
}
