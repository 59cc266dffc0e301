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

// A group is the events of one UID: masters, of which a mended calendar may have
// several, overrides, and what is known of others that cannot touch the window.
type group struct {
	masters, overrides []*event
	ghosts             []ghost
}

// group adds the times of all events of one UID. An override takes the place of
// its occurrence, whatever class either has, and counts even if the series has
// no such occurrence or is not there.
func (x *expander) group(g *group) {
	masters, overrides := x.current(g)
	known := map[clockwork]*moves{} // by what keys depend on
	for _, m := range masters {
		c := clockwork{m.calendar, m.zone, m.start.form == wholeDay}
		if known[c] == nil {
			known[c] = x.moves(m, overrides, g.ghosts)
		}
		x.series(m, &exceptions{moves: known[c]})
	}
	for _, o := range overrides {
		x.put(o, o.start.wall)
	}
}

// current leaves out what a higher SEQUENCE replaces. Among equals nothing does:
// calendars in which all events have one UID are not rare.
func (x *expander) current(g *group) (masters, overrides []*event) {
	newest := int32(0)
	for _, m := range g.masters {
		newest = max(newest, m.sequence)
	}
	for _, gh := range g.ghosts {
		if !gh.override {
			newest = max(newest, gh.sequence)
		}
	}
	masters = slices.DeleteFunc(slices.Clone(g.masters), func(m *event) bool { return m.sequence < newest })
	if len(g.overrides) == 0 {
		return masters, nil
	}
	like := g.overrides[0]
	if len(g.masters) > 0 {
		like = g.masters[0]
	}
	sequences := map[key]int32{}
	for _, gh := range g.ghosts {
		if gh.override {
			k, _ := x.key(gh.id, like)
			sequences[k] = max(sequences[k], gh.sequence)
		}
	}
	for _, o := range g.overrides {
		k, _ := x.key(*o.id, like)
		sequences[k] = max(sequences[k], o.sequence)
	}
	overrides = slices.DeleteFunc(slices.Clone(g.overrides), func(o *event) bool {
		k, _ := x.key(*o.id, like)
		return o.sequence < sequences[k]
	})
	return masters, overrides
}

// A key names an occurrence in its series: the instant of its start, or its wall
// clock if the series is of whole days or in a zone that nobody knows.
type key struct {
	at  int64
	day bool // at is a day on the wall clock, and all its occurrences are meant
}

// key returns the key of the occurrence of e that starts at s, which takes the
// zone of the series if it has none or one that nobody knows. It is not ok if
// no occurrence can have it.
func (x *expander) key(s stamp, e *event) (k key, ok bool) {
	z := e.zone
	switch s.form {
	case utc:
		z = x.utc
	case zoned:
		if loc := x.find(e.calendar, s.tzid).loc; loc != nil {
			z = x.clock(loc)
		}
	}
	switch day := midnight(s.wall); {
	case e.start.form == wholeDay && s.form == utc && day != s.wall: // the viewer's midnight
		return key{at: midnight(x.viewer.wall(s.wall))}, true
	case e.start.form == wholeDay:
		return key{at: day}, true
	case s.form == wholeDay:
		return key{day, true}, true
	case e.zone == nil:
		return key{at: s.wall}, s.form != utc
	}
	return key{at: z.instant(s.wall)}, true
}

// keyAt returns the key of the occurrence of e at wall.
func (e *event) keyAt(wall int64) key {
	if e.onWall() {
		return key{at: wall}
	}
	return key{at: e.zone.instant(wall)}
}

// onWall reports whether the keys of the series are wall clock.
func (e *event) onWall() bool { return e.start.form == wholeDay || e.zone == nil }

func midnight(wall int64) int64 { return wall - floorMod(wall, secondsPerDay) }

// A clockwork is what the keys of a series depend on.
type clockwork struct {
	calendar int
	zone     *zone
	wholeDay bool
}

// moves are what overrides say of the occurrences of a series.
type moves struct {
	hidden map[key]bool
	later  []move // by the key from which they count
}

// A move is an override of an occurrence and all later ones.
type move struct {
	since int64
	by    *event
}

// exceptions are what takes the place of the occurrences that rules give.
type exceptions struct {
	*moves
	left map[key]bool // by EXDATE and EXRULE
}

// moves collects what overrides say of the occurrences of m.
func (x *expander) moves(m *event, overrides []*event, ghosts []ghost) *moves {
	mv := &moves{}
	hide := func(s stamp) (k key, ok bool) {
		if k, ok = x.key(s, m); ok {
			put(&mv.hidden, k)
		}
		return k, ok
	}
	for _, g := range ghosts {
		if g.override {
			hide(g.id)
		}
	}
	for _, o := range overrides {
		if k, ok := hide(*o.id); ok && o.future {
			mv.later = append(mv.later, move{k.at, o})
		}
	}
	slices.SortStableFunc(mv.later, func(a, b move) int { return cmp.Compare(a.since, b.since) })
	return mv
}

func put(m *map[key]bool, k key) {
	if *m == nil {
		*m = map[key]bool{}
	}
	(*m)[k] = true
}

// hides reports whether the occurrence with that key does not stand.
func (ex *exceptions) hides(k key) bool { return ex.hidden[k] || ex.left[k] }

// none reports whether every occurrence stands.
func (ex *exceptions) none() bool { return len(ex.hidden)+len(ex.left)+len(ex.later) == 0 }

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
	if !ex.none() && (ex.hides(k) || ex.hides(key{midnight(wall), true})) {
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
		e := *m
		e.start, e.length = d.stamp, length{}
		switch {
		case d.form == utc || d.form == zoned:
			e.zone = x.zone(m, d.stamp, "RDATE")
		case m.start.form != wholeDay:
			e.start.form, e.start.tzid = m.start.form, m.start.tzid
		}
		x.setPeriodEnd(&e, d)
		if k, _ := x.key(d.stamp, m); !ex.hides(k) {
			x.put(&e, d.wall)
		}
	case m.start.form == wholeDay:
		x.occurrence(m, midnight(d.wall), ex)
	case d.form == wholeDay: // the time of day is that of the series
		x.occurrence(m, d.wall+m.start.wall-midnight(m.start.wall), ex)
	case d.form == floating || m.zone == nil:
		x.occurrence(m, d.wall, ex)
	default:
		z := x.zone(m, d.stamp, "RDATE")
		if z == nil {
			e := *m
			e.zone = nil
			x.put(&e, d.wall)
			return
		}
		x.occurrence(m, m.zone.wall(z.instant(d.wall)), ex)
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
	x.unknown(m, "its rule repeats too often: the rest is unknown")
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
