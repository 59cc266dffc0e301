package busy

import (
	"cmp"
	"slices"

	"github.com/peerslot/peerslot/calendar/ical/internal/line"
	"github.com/peerslot/peerslot/calendar/ical/internal/zones"
)

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
	if len(g.masters) == 1 && len(g.overrides)+len(g.ghosts) == 0 && !g.masters[0].off { // as most are
		if m := g.masters[0]; m.single() && !m.takesNothing() {
			x.put(m, m.start.Wall)
		} else {
			x.series(m, &exceptions{moves: &moves{}})
		}
		return
	}
	g.cancel()
	x.strays(g)
	masters, overrides := x.current(g)
	known := map[clockwork]*moves{} // by what keys depend on
	for _, m := range masters {
		c := clockwork{m.zone, m.start.Form == line.WholeDay}
		if known[c] == nil {
			known[c] = &moves{}
			if x.budget.Spend(len(overrides) + len(g.ghosts)) { // else its rules find nothing left, and what they give is unknown
				known[c] = x.moves(m, overrides, g.ghosts)
			}
		}
		x.series(m, &exceptions{moves: known[c]})
	}
	for _, o := range overrides {
		x.put(o, o.start.Wall)
	}
}

// cancel leaves out what a message cancelled as a whole, but for what later
// messages of the text made anew.
func (g *group) cancel() {
	last := cancelled(g.masters)
	if len(last) == 0 {
		return
	}
	gone := func(e *event) bool {
		i, _ := slices.BinarySearchFunc(last, e.sequence, func(c cancellation, sequence int32) int { return cmp.Compare(c.sequence, sequence) })
		return e.off || i < len(last) && e.calendar <= last[i].calendar
	}
	g.overrides = slices.DeleteFunc(g.overrides, gone)
	g.masters = slices.DeleteFunc(slices.Clone(g.masters), gone)
}

// A cancellation is up to which calendar of the text everything of that SEQUENCE, or
// a lower one, is off.
type cancellation struct {
	sequence int32
	calendar int
}

// cancelled returns what messages cancel, by SEQUENCE.
func cancelled(masters []*event) (list []cancellation) {
	for _, m := range masters {
		if m.off {
			list = append(list, cancellation{m.sequence, m.calendar})
		}
	}
	slices.SortFunc(list, func(a, b cancellation) int { return cmp.Compare(a.sequence, b.sequence) })
	for i := len(list) - 2; i >= 0; i-- {
		list[i].calendar = max(list[i].calendar, list[i+1].calendar)
	}
	return list
}

// strays adds what events may take that have a rule and yet name an occurrence of a
// series that is not there, as those have that were copied out of another
// calendar: programs disagree on whether the rule counts, so that what it gives is
// unknown. Where the series is there, the rule is but a copy of its own.
func (x *expander) strays(g *group) {
	known := len(g.masters) > 0 || slices.ContainsFunc(g.ghosts, func(gh ghost) bool { return !gh.override })
	for _, o := range g.overrides {
		switch {
		case !o.stray:
		case known:
			x.warn.add(o.place, "the rule of an override is left out")
		default:
			may := *o
			x.unknown(&may, "it has a rule, but names an occurrence of a series that is not there: when it repeats is unknown")
			may.id = nil
			x.series(&may, &exceptions{moves: &moves{}})
		}
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
func (x *expander) key(s line.Stamp, e *event) (k key, ok bool) {
	z := e.zone
	switch s.Form {
	case line.UTC:
		z = x.utc
	case line.Zoned:
		if found := x.find(e.calendar, s.TZID); found.Loc != nil {
			z = x.clock(found.Loc)
		} else {
			x.warn.add(e.place, "%s: an occurrence is looked for on the clocks of its series", found.Note)
		}
	case line.Floating:
		if e.start.Form == line.Zoned || e.start.Form == line.UTC {
			x.warn.add(e.place, "an occurrence is named without a zone: it is looked for on the clocks of its series")
		}
	}
	switch day := line.Midnight(s.Wall); {
	case e.start.Form == line.WholeDay && s.Form == line.UTC && day != s.Wall: // the viewer's midnight
		return key{at: line.Midnight(x.viewer.Wall(s.Wall))}, true
	case e.start.Form == line.WholeDay:
		return key{at: day}, true
	case s.Form == line.WholeDay:
		return key{day, true}, true
	case e.zone == nil:
		return key{at: s.Wall}, s.Form != line.UTC
	}
	return key{at: z.Instant(s.Wall)}, true
}

// keyAt returns the key of the occurrence of e at wall.
func (e *event) keyAt(wall int64) key {
	if e.onWall() {
		return key{at: wall}
	}
	return key{at: e.zone.Instant(wall)}
}

// onWall reports whether the keys of the series are wall clock.
func (e *event) onWall() bool { return e.start.Form == line.WholeDay || e.zone == nil }

// A clockwork is what the keys of a series depend on.
type clockwork struct {
	zone     *zones.Clock
	wholeDay bool
}

// moves are what overrides say of the occurrences of a series.
type moves struct {
	hidden      map[key]bool
	later       []move // by the key from which they count
	back, ahead int64  // how long before and after the time of an occurrence what they make of it may be
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
	hide := func(s line.Stamp) (k key, ok bool) {
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
			shift := o.start.Wall - o.id.Wall
			mv.back, mv.ahead = max(mv.back, o.length.Most()+shift), max(mv.ahead, -shift)
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

// hides reports whether the occurrence with that key, at wall, does not stand.
func (ex *exceptions) hides(k key, wall int64) bool {
	if len(ex.hidden)+len(ex.left) == 0 {
		return false
	}
	day := key{line.Midnight(wall), true}
	return ex.hidden[k] || ex.left[k] || ex.hidden[day] || ex.left[day]
}

// none reports whether every occurrence stands.
func (ex *exceptions) none() bool { return len(ex.hidden)+len(ex.left)+len(ex.later) == 0 }
