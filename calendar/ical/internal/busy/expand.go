package busy

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar/ical/internal/line"
	"github.com/peerslot/peerslot/calendar/ical/internal/rrule"
	"github.com/peerslot/peerslot/calendar/ical/internal/zones"
)

// An expander finds the times that events take in a window.
type expander struct {
	*eventReader
	from, to int64 // the window, in seconds since 1970
	budget   rrule.Budget
	spans    *spans
}

func newExpander(o Options, warn *warnings, s *spans) *expander {
	s.from, s.to = o.Window.Start.Unix(), o.Window.End.Unix()+1
	return &expander{
		eventReader: &eventReader{
			viewer: zones.NewClock(o.Zone),
			utc:    zones.NewClock(time.UTC),
			tables: map[int]*zones.Table{},
			clocks: map[*time.Location]*zones.Clock{},
			warn:   warn,
		},
		from:  s.from,
		to:    s.to,
		spans: s,
	}
}

// series adds the occurrences of a master that nothing replaces. The start
// counts even if the rule does not give it (RFC 5545, section 3.8.5.3).
func (x *expander) series(m *event, ex *exceptions) {
	if m.takesNothing() && len(ex.later) == 0 {
		return
	}
	for _, d := range m.exdates {
		if k, ok := x.key(d.Stamp, m); ok {
			put(&ex.left, k)
		}
	}
	from, to := x.reach(m, ex)
	for _, r := range m.exrules {
		x.expand(m, r, from, to, func(wall int64) { put(&ex.left, m.keyAt(wall)) })
	}
	x.occurrence(m, m.start.Wall, ex)
	for _, d := range m.rdates {
		x.rdate(m, d, ex)
	}
	for _, r := range m.rules {
		if !ex.none() || !x.solid(m, r) {
			x.expand(m, r, from, to, func(wall int64) { x.occurrence(m, wall, ex) })
		}
	}
	if m.broken {
		x.broken(m)
	}
}

// single reports whether the event takes place once.
func (e *event) single() bool {
	return len(e.rules)+len(e.exrules)+len(e.rdates)+len(e.exdates) == 0 && !e.broken
}

// takesNothing reports whether no occurrence takes any time.
func (e *event) takesNothing() bool { return e.free || e.length == line.Length{} && len(e.rdates) == 0 }

// reach returns between which wall clock times an occurrence may touch the
// window, also if an override moves all later ones.
func (x *expander) reach(m *event, ex *exceptions) (from, to int64) {
	back := max(m.length.Most(), ex.back)
	return x.from - back - 2*rrule.SecondsPerDay, x.to + ex.ahead + 2*rrule.SecondsPerDay
}

// occurrence adds the occurrence of m at wall, unless something takes its place.
func (x *expander) occurrence(m *event, wall int64, ex *exceptions) {
	k := m.keyAt(wall)
	if ex.hides(k, wall) {
		return
	}
	i, _ := slices.BinarySearchFunc(ex.later, k.at, func(v move, at int64) int { return cmp.Compare(v.since, at+1) })
	if i == 0 {
		x.put(m, wall)
		return
	}
	x.put(x.shifted(m, wall, ex.later[i-1].by, ex.later[i-1].since))
}

// shifted returns what takes the place of the occurrence of m at wall if o moved
// the one at the key since and all later ones. In UTC a time keeps to the clocks
// of the series.
func (x *expander) shifted(m *event, wall int64, o *event, since int64) (*event, int64) {
	if m.onWall() || o.onWall() {
		return o, wall + o.start.Wall - since
	}
	since = m.zone.Wall(since)
	if o.start.Form != line.UTC {
		return o, wall + o.start.Wall - since
	}
	e := *o
	e.zone = m.zone
	return &e, wall + m.zone.Wall(o.start.Wall) - since
}

// put adds the time that e takes if it starts at wall.
func (x *expander) put(e *event, wall int64) {
	if e.free {
		return
	}
	end := wall + e.length.Days*rrule.SecondsPerDay
	switch {
	case e.start.Form == line.WholeDay:
		x.spans.add(x.viewer.DayStart(wall), x.viewer.DayStart(end), class{kind: e.kind, allDay: true})
	case e.zone == nil: // clocks are at most 14 hours ahead of UTC and 12 behind it
		x.spans.add(wall-14*3600, end+e.length.Seconds+12*3600, class{kind: availability.Unknown})
	default:
		start := e.zone.Instant(wall)
		if end = start; e.length.Days > 0 {
			end = e.zone.Instant(wall + e.length.Days*rrule.SecondsPerDay)
		}
		x.spans.add(start, end+e.length.Seconds, class{kind: e.kind, unnamed: e.unnamed && e.kind != availability.Unknown})
	}
}

// rdate adds one occurrence that RDATE names.
func (x *expander) rdate(m *event, d line.Period, ex *exceptions) {
	switch {
	case d.Vague:
		e := *m
		e.start.Form, e.kind, e.length = line.WholeDay, availability.Unknown, line.Length{Days: m.length.Days + 1}
		x.put(&e, line.Midnight(d.Wall))
	case d.End != "":
		x.rdatePeriod(m, d, ex)
	case m.start.Form == line.WholeDay:
		x.occurrence(m, line.Midnight(d.Wall), ex)
	case d.Form == line.WholeDay: // the time of day is that of the series
		x.occurrence(m, d.Wall+m.start.Wall-line.Midnight(m.start.Wall), ex)
	case d.Form == line.Floating || m.zone == nil:
		x.occurrence(m, d.Wall, ex)
	default:
		if z := x.zone(m, d.Stamp); z != nil {
			x.occurrence(m, m.zone.Wall(z.Instant(d.Wall)), ex)
			return
		}
		e := *m
		e.zone = nil
		x.put(&e, d.Wall)
	}
}

// rdatePeriod adds one occurrence that has an end of its own.
func (x *expander) rdatePeriod(m *event, d line.Period, ex *exceptions) {
	e := *m
	e.start, e.length = d.Stamp, line.Length{}
	switch {
	case d.Form == line.UTC || d.Form == line.Zoned:
		e.zone = x.zone(m, d.Stamp)
	case m.start.Form != line.WholeDay:
		e.start.Form, e.start.TZID = m.start.Form, m.start.TZID
	}
	x.setPeriodEnd(&e, d)
	if k, _ := x.key(d.Stamp, m); !ex.hides(k, d.Wall) {
		x.put(&e, e.start.Wall)
	}
}

// setPeriodEnd sets the length of an event from the end of a PERIOD, which is in
// the zone of its start.
func (x *expander) setPeriodEnd(e *event, d line.Period) {
	if l, ok := line.ParseLength(d.End); ok && l.Days >= 0 && l.Seconds >= 0 {
		e.length = l
		return
	}
	end, ok := line.ParseStamp(d.End)
	if !ok || end.Vague {
		x.unknown(e, "the end of a PERIOD cannot be read: a day is unknown")
		e.length = line.Length{Days: 1}
		return
	}
	if e.start.Form != line.WholeDay && end.Form == line.WholeDay {
		end.Form = line.Floating
	}
	x.setEnd(e, end)
}

// broken adds what is unknown of a series whose rule cannot be read: its time of
// day on every day after its start. Of whole days that would leave nothing known
// for ever; there it is one year.
func (x *expander) broken(m *event) {
	e := *m
	e.kind = availability.Unknown
	if m.start.Form == line.WholeDay {
		e.length.Days = 366
		x.put(&e, m.start.Wall+m.length.Days*rrule.SecondsPerDay)
		return
	}
	from, to := x.reach(m, &exceptions{moves: &moves{}})
	wall := m.start.Wall + rrule.SecondsPerDay
	if wall < from {
		wall += (from - wall) / rrule.SecondsPerDay * rrule.SecondsPerDay
	}
	for ; wall < to; wall += rrule.SecondsPerDay {
		x.put(&e, wall)
	}
}

// expand calls yield with each time of a rule between from and to. What is not
// found for want of budget is unknown.
func (x *expander) expand(m *event, r rrule.Rule, from, to int64, yield func(wall int64)) {
	until := x.until(m, r)
	to = min(to, until.wall)
	left, last := rrule.SeriesBudget, max(from, m.start.Wall)
	whole := r.Occur(m.start.Wall, from, to, &x.budget, func(wall int64) bool {
		if until.exact && m.zone.Instant(wall) > until.instant {
			return true
		}
		last = wall
		left--
		yield(wall)
		return left > 0
	})
	if whole || m.free {
		return
	}
	const why = "its rule repeats too often: the rest is unknown"
	x.warn.add(m.place, why)
	x.noteDoubt(m, why)
	switch {
	case m.start.Form == line.WholeDay:
		last = x.viewer.DayStart(last)
	case m.zone == nil:
		last -= 14 * 3600
	default:
		last = m.zone.Instant(last)
	}
	x.spans.add(last, x.to, class{kind: availability.Unknown})
}

// A ruleEnd says when a rule ends.
type ruleEnd struct {
	wall    int64 // before it
	exact   bool  // the instant counts, too
	instant int64 // not after it
}

// until returns the end of a rule. UNTIL without Z is on the clocks of the
// series; a DATE takes in the whole day.
func (x *expander) until(m *event, r rrule.Rule) ruleEnd {
	if r.Until == "" {
		return ruleEnd{wall: rrule.Endless}
	}
	u, ok := line.ParseStamp(r.Until)
	switch {
	case !ok || u.Vague || u.Form == line.Zoned:
		x.warn.add(m.place, "UNTIL of its rule cannot be read: the rule has no end")
		return ruleEnd{wall: rrule.Endless}
	case u.Form == line.WholeDay:
		return ruleEnd{wall: u.Wall + rrule.SecondsPerDay}
	case u.Form != line.UTC:
		return ruleEnd{wall: u.Wall + 1}
	case m.start.Form == line.WholeDay && strings.HasSuffix(r.Until, "T235959Z"): // that day, and none that has begun elsewhere
		return ruleEnd{wall: u.Wall + 1}
	case m.start.Form == line.WholeDay:
		return ruleEnd{wall: max(u.Wall, x.viewer.Wall(u.Wall)) + 1}
	case m.zone == nil:
		return ruleEnd{wall: u.Wall + 14*3600 + 1}
	}
	return ruleEnd{wall: m.zone.Wall(u.Wall) + 3*3600, exact: true, instant: u.Wall}
}

// solid adds at once what a rule gives that repeats before the event is over,
// and reports whether it is such a rule.
func (x *expander) solid(m *event, r rrule.Rule) bool {
	if m.onWall() || m.length.Days > 0 || r.Freq <= rrule.Daily || r.Count > 0 || r.Limited() {
		return false
	}
	step := r.Interval * [...]int64{rrule.Hourly: 3600, rrule.Minutely: 60, rrule.Secondly: 1}[r.Freq]
	until := x.until(m, r)
	if step > m.length.Seconds || until.wall < rrule.Endless && !until.exact {
		return false
	}
	last := x.to
	if until.exact {
		last = min(last, until.instant)
	}
	if start := m.zone.Instant(m.start.Wall); start <= last {
		x.spans.add(start, last+m.length.Seconds, class{kind: m.kind})
	}
	return true
}
