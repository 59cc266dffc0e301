package ical

import (
	"cmp"
	"slices"
	"time"

	"github.com/peerslot/peerslot/availability"
)

// An expander finds the times that events take in a window.
type expander struct {
	*eventReader
	from, to int64 // the window, in seconds since 1970
	budget   budget
	spans    *spans
}

func newExpander(o ReadOptions, warn *warnings, s *spans) *expander {
	s.from, s.to = o.Window.Start.Unix(), o.Window.End.Unix()+1
	return &expander{
		eventReader: &eventReader{
			viewer: newZone(o.Zone),
			utc:    newZone(time.UTC),
			tables: map[int]*zoneTable{},
			clocks: map[*time.Location]*zone{},
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
		if k, ok := x.key(d.stamp, m); ok {
			put(&ex.left, k)
		}
	}
	from, to := x.reach(m, ex)
	for _, r := range m.exrules {
		x.expand(m, r, from, to, func(wall int64) { put(&ex.left, m.keyAt(wall)) })
	}
	x.occurrence(m, m.start.wall, ex)
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

// takesNothing reports whether no occurrence takes any time.
func (e *event) takesNothing() bool { return e.free || e.length == length{} && len(e.rdates) == 0 }

// reach returns between which wall clock times an occurrence may touch the
// window, also if an override moves all later ones.
func (x *expander) reach(m *event, ex *exceptions) (from, to int64) {
	back, ahead := m.length.most(), int64(0)
	for _, v := range ex.later {
		shift := v.by.start.wall - v.by.id.wall
		back, ahead = max(back, v.by.length.most()+shift), max(ahead, -shift)
	}
	return x.from - back - 2*secondsPerDay, x.to + ahead + 2*secondsPerDay
}

// most returns more seconds than the length can take.
func (l length) most() int64 { return (l.days+1)*secondsPerDay + max(l.seconds, 0) }

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
		return o, wall + o.start.wall - since
	}
	since = m.zone.wall(since)
	if o.start.form != utc {
		return o, wall + o.start.wall - since
	}
	e := *o
	e.zone = m.zone
	return &e, wall + m.zone.wall(o.start.wall) - since
}

// put adds the time that e takes if it starts at wall.
func (x *expander) put(e *event, wall int64) {
	if e.free {
		return
	}
	end := wall + e.length.days*secondsPerDay
	switch {
	case e.start.form == wholeDay:
		x.spans.add(x.viewer.dayStart(wall), x.viewer.dayStart(end), class{e.kind, true})
	case e.zone == nil: // clocks are at most 14 hours ahead of UTC and 12 behind it
		x.spans.add(wall-14*3600, end+e.length.seconds+12*3600, class{kind: availability.Unknown})
	default:
		start := e.zone.instant(wall)
		if end = start; e.length.days > 0 {
			end = e.zone.instant(wall + e.length.days*secondsPerDay)
		}
		x.spans.add(start, end+e.length.seconds, class{kind: e.kind})
	}
}

// rdate adds one occurrence that RDATE names.
func (x *expander) rdate(m *event, d period, ex *exceptions) {
	switch {
	case d.vague:
		e := *m
		e.start.form, e.kind, e.length = wholeDay, availability.Unknown, length{days: m.length.days + 1}
		x.put(&e, midnight(d.wall))
	case d.end != "":
		x.rdatePeriod(m, d, ex)
	case m.start.form == wholeDay:
		x.occurrence(m, midnight(d.wall), ex)
	case d.form == wholeDay: // the time of day is that of the series
		x.occurrence(m, d.wall+m.start.wall-midnight(m.start.wall), ex)
	case d.form == floating || m.zone == nil:
		x.occurrence(m, d.wall, ex)
	default:
		if z := x.zone(m, d.stamp); z != nil {
			x.occurrence(m, m.zone.wall(z.instant(d.wall)), ex)
			return
		}
		e := *m
		e.zone = nil
		x.put(&e, d.wall)
	}
}

// rdatePeriod adds one occurrence that has an end of its own.
func (x *expander) rdatePeriod(m *event, d period, ex *exceptions) {
	e := *m
	e.start, e.length = d.stamp, length{}
	switch {
	case d.form == utc || d.form == zoned:
		e.zone = x.zone(m, d.stamp)
	case m.start.form != wholeDay:
		e.start.form, e.start.tzid = m.start.form, m.start.tzid
	}
	x.setPeriodEnd(&e, d)
	if k, _ := x.key(d.stamp, m); !ex.hides(k, d.wall) {
		x.put(&e, e.start.wall)
	}
}

// setPeriodEnd sets the length of an event from the end of a PERIOD, which is in
// the zone of its start.
func (x *expander) setPeriodEnd(e *event, d period) {
	if l, ok := parseLength(d.end); ok && l.days >= 0 && l.seconds >= 0 {
		e.length = l
		return
	}
	end, ok := parseStamp(d.end)
	if !ok || end.vague {
		x.unknown(e, "the end of a PERIOD cannot be read: a day is unknown")
		e.length = length{days: 1}
		return
	}
	if e.start.form != wholeDay && end.form == wholeDay {
		end.form = floating
	}
	x.setEnd(e, end)
}

// broken adds what is unknown of a series whose rule cannot be read: its time of
// day on every day after its start. Of whole days that would leave nothing known
// for ever; there it is one year.
func (x *expander) broken(m *event) {
	e := *m
	e.kind = availability.Unknown
	if m.start.form == wholeDay {
		e.length.days = 366
		x.put(&e, m.start.wall+m.length.days*secondsPerDay)
		return
	}
	from, to := x.reach(m, &exceptions{moves: &moves{}})
	wall := m.start.wall + secondsPerDay
	if wall < from {
		wall += (from - wall) / secondsPerDay * secondsPerDay
	}
	for ; wall < to; wall += secondsPerDay {
		x.put(&e, wall)
	}
}

// expand calls yield with each time of a rule between from and to. What is not
// found for want of budget is unknown.
func (x *expander) expand(m *event, r rule, from, to int64, yield func(wall int64)) {
	until := x.until(m, r)
	to = min(to, until.wall)
	left, last := seriesBudget, max(from, m.start.wall)
	whole := r.occur(m.start.wall, from, to, &x.budget, func(wall int64) bool {
		if until.exact && m.zone.instant(wall) > until.instant {
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
	x.warn.add(m.line, why)
	x.noteDoubt(m, why)
	switch {
	case m.start.form == wholeDay:
		last = x.viewer.dayStart(last)
	case m.zone == nil:
		last -= 14 * 3600
	default:
		last = m.zone.instant(last)
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
func (x *expander) until(m *event, r rule) ruleEnd {
	if r.until == "" {
		return ruleEnd{wall: endless}
	}
	u, ok := parseStamp(r.until)
	switch {
	case !ok || u.vague:
		x.warn.add(m.line, "UNTIL of its rule cannot be read: the rule has no end")
		return ruleEnd{wall: endless}
	case u.form == wholeDay:
		return ruleEnd{wall: u.wall + secondsPerDay}
	case u.form != utc:
		return ruleEnd{wall: u.wall + 1}
	case m.start.form == wholeDay:
		return ruleEnd{wall: max(u.wall, x.viewer.wall(u.wall)) + 1}
	case m.zone == nil:
		return ruleEnd{wall: u.wall + 14*3600 + 1}
	}
	return ruleEnd{wall: m.zone.wall(u.wall) + 3*3600, exact: true, instant: u.wall}
}

// solid adds at once what a rule gives that repeats before the event is over,
// and reports whether it is such a rule.
func (x *expander) solid(m *event, r rule) bool {
	if m.onWall() || m.length.days > 0 || r.freq <= everyDay || r.count > 0 || r.limited() {
		return false
	}
	step := r.interval * [...]int64{everyHour: 3600, everyMinute: 60, everySecond: 1}[r.freq]
	until := x.until(m, r)
	if step > m.length.seconds || until.wall < endless && !until.exact {
		return false
	}
	last := x.to
	if until.exact {
		last = min(last, until.instant)
	}
	if start := m.zone.instant(m.start.wall); start <= last {
		x.spans.add(start, last+m.length.seconds, class{kind: m.kind})
	}
	return true
}
