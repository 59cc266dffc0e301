package availability

import (
	"slices"
	"time"
)

// A Mask is what one member can attend on a [Grid]. It does not change, but for
// Required, and may be shared.
type Mask struct {
	Required bool // as in Member

	grid    *Grid
	known   bool     // something is known of the member's time
	attend  []uint64 // a bit for each cell of the grid; stretch included
	stretch []uint64 // attended in stretch hours only; nil if none is
	maybe   []uint64 // within hours, but not known; nil if none is
}

// Attend returns the starts that the member can attend: Grid.Weeks rows of
// Grid.Words words, one bit for each column of the grid, lowest first. What is no
// candidate is not among them. The words belong to m.
func (m *Mask) Attend() []uint64 { return m.attend }

// Can returns what [Member.CanAttend] says of a cell of the grid, and No if it is
// part of no candidate.
func (m *Mask) Can(week, start int) Can {
	bit := week*m.grid.words*64 + start
	switch {
	case m.stretch != nil && hasBit(m.stretch, bit):
		return Stretch
	case hasBit(m.attend, bit):
		return Yes
	case m.maybe != nil && hasBit(m.maybe, bit):
		return Maybe
	}
	return No
}

// Masks returns the masks of members, in their order.
func (g *Grid) Masks(members []Member) ([]*Mask, error) { return g.masks(members, never) }

// masks is Masks, as far as nobody stops it.
func (g *Grid) masks(members []Member, stop func() bool) ([]*Mask, error) {
	if err := checkMembers(members); err != nil {
		return nil, err
	}
	size := g.Weeks() * g.words
	b := maskBuilder{
		Grid:    g,
		span:    secondsOf(g.window),
		length:  int64(g.search.Length / time.Second),
		clocks:  map[*time.Location]wallClock{},
		homes:   map[home]hourMarks{},
		blocked: make([]uint64, size), unknown: make([]uint64, size), stretch: make([]uint64, size),
	}
	masks := make([]Mask, len(members))
	attend := make([]uint64, len(members)*size) // in one piece, for those who read many in a row
	out := make([]*Mask, len(members))
	for i := range members {
		if stop() {
			return nil, ErrStopped
		}
		out[i] = &masks[i]
		out[i].attend, attend = attend[:size:size], attend[size:]
		b.build(out[i], &members[i])
	}
	return out, nil
}

// A maskBuilder marks which starts of a grid a session may have: one of length L
// fits into [a, b) if it starts in [a, b-L], and touches [a, b) if it starts in
// (a-L, b). That is exact for all lengths and for busy times at odd minutes.
type maskBuilder struct {
	*Grid
	span   seconds // the window
	length int64   // of a session, in seconds
	clocks map[*time.Location]wallClock
	homes  map[home]hourMarks // of members before, since most of a company have the same
	spans  []seconds          // scratch
	stays  []stay             // of one member

	// Of one member: starts that something known stands against, that something unknown
	// stands against, and that are attended in stretch hours only.
	blocked, unknown, stretch []uint64
}

// A home is what says when somebody who does not travel is willing to meet.
type home struct {
	zone           *time.Location
	hours, stretch Hours
}

// An hourMarks has the starts within hours and stretch hours, and within hours. Both are
// the same words where there are no stretch hours.
type hourMarks struct{ within, liked []uint64 }

// mostHomes is of how many homes the marks are kept, of 1 or 2 kB each for a quarter.
const mostHomes = 64

func (b *maskBuilder) build(mask *Mask, m *Member) {
	mask.Required, mask.grid = m.Required, b.Grid
	b.stays = m.appendStays(b.stays[:0], b.span)
	clear(b.blocked)
	for _, s := range b.stays {
		for _, o := range s.off {
			b.markTouching(b.blocked, s.clip(o.on(b.clockOf(s.zone))))
		}
	}
	mask.known = b.markBusy(&m.Busy)
	b.combine(mask, b.hours())
}

// hours returns the marks of the member's hours.
func (b *maskBuilder) hours() hourMarks {
	if len(b.stays) > 1 {
		return b.markHours()
	}
	at := home{b.stays[0].zone, b.stays[0].hours, b.stays[0].stretch}
	marks, ok := b.homes[at]
	if !ok {
		if len(b.homes) == mostHomes {
			clear(b.homes)
		}
		marks = b.markHours()
		b.homes[at] = marks
	}
	return marks
}

// markHours marks the hours of the member's stays.
func (b *maskBuilder) markHours() (marks hourMarks) {
	hours := b.spans[:0]
	for _, s := range b.stays {
		hours = s.hours.appendSeconds(hours, b.clockOf(s.zone), s.seconds)
	}
	hours = joinSeconds(hours)
	marks.liked = make([]uint64, len(b.blocked))
	b.markFitting(marks.liked, hours)
	marks.within = marks.liked
	both := hours
	for _, s := range b.stays {
		both = s.stretch.appendSeconds(both, b.clockOf(s.zone), s.seconds)
	}
	if len(both) > len(hours) {
		marks.within = slices.Clone(marks.liked)
		b.markFitting(marks.within, joinSeconds(both))
	}
	b.spans = both
	return marks
}

// markBusy marks blocked and unknown, and reports whether the calendar tells anything.
func (b *maskBuilder) markBusy(busy *Busy) (tells bool) {
	clear(b.unknown)
	known := busy.Window.Clip(b.window)
	if tells = !known.Empty(); tells {
		b.markTouching(b.unknown, seconds{b.span.from, ceilUnix(known.Start)})
		b.markTouching(b.unknown, seconds{known.End.Unix(), b.span.to})
	} else {
		b.markTouching(b.unknown, b.span)
	}
	onlyKnown := true
	for i := range busy.Spans {
		s := &busy.Spans[i] // there are many, and a copy costs as much as a mark
		bits := b.blocked
		if s.Kind == Unknown {
			bits, onlyKnown = b.unknown, false
		}
		b.markTouching(bits, secondsOf(s.Interval))
	}
	return tells && (onlyKnown || busy.Tells(b.window))
}

// markFitting marks the starts of the sessions that lie in one of the spans.
func (b *maskBuilder) markFitting(bits []uint64, spans []seconds) {
	for _, s := range spans {
		b.mark(bits, seconds{s.from, s.to - b.length + 1})
	}
}

// markTouching marks the starts of the sessions that touch span.
func (b *maskBuilder) markTouching(bits []uint64, span seconds) {
	if from, to := max(span.from, b.span.from), min(span.to, b.span.to); from < to {
		b.mark(bits, seconds{from - b.length + 1, to})
	}
}

// combine sets the mask of the candidates from what was marked.
func (b *maskBuilder) combine(mask *Mask, hours hourMarks) {
	var anyMaybe, anyStretch uint64
	open := b.open
	for i, within := range hours.within {
		if len(open) == 0 {
			open = b.open
		}
		can := within & open[0] &^ b.blocked[i]
		open = open[1:]
		maybe := can & b.unknown[i]
		attend := can &^ maybe
		stretch := attend &^ hours.liked[i]
		mask.attend[i], b.unknown[i], b.stretch[i] = attend, maybe, stretch
		anyMaybe |= maybe
		anyStretch |= stretch
	}
	if anyMaybe != 0 {
		mask.maybe = slices.Clone(b.unknown)
	}
	if anyStretch != 0 {
		mask.stretch = slices.Clone(b.stretch)
	}
}

// clockOf returns the clock of a member's zone over the window.
func (b *maskBuilder) clockOf(zone *time.Location) wallClock {
	clock, ok := b.clocks[zone]
	if !ok {
		clock = appendClock(nil, zone, b.span.from, b.span.to)
		b.clocks[zone] = clock
	}
	return clock
}
