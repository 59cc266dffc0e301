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
		Grid:   g,
		span:   secondsOf(g.window),
		length: int64(g.search.Length / time.Second),
		clocks: map[*time.Location]wallClock{},
		within: make([]uint64, size), liked: make([]uint64, size), blocked: make([]uint64, size), unknown: make([]uint64, size),
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
	spans  []seconds // scratch
	stays  []stay    // of one member

	// Of one member: starts within hours and stretch hours, within hours, that
	// something known stands against, and that something unknown stands against.
	within, liked, blocked, unknown []uint64
}

func (b *maskBuilder) build(mask *Mask, m *Member) {
	mask.Required, mask.grid, mask.known = m.Required, b.Grid, m.Busy.Tells(b.window)
	b.stays = m.appendStays(b.stays[:0], b.span)
	b.markHours()
	clear(b.blocked)
	for _, s := range b.stays {
		for _, o := range s.off {
			b.markTouching(b.blocked, s.clip(o.on(b.clockOf(s.zone))))
		}
	}
	b.markBusy(&m.Busy)
	b.combine(mask)
}

// markHours marks within and liked.
func (b *maskBuilder) markHours() {
	hours := b.spans[:0]
	for _, s := range b.stays {
		hours = s.hours.appendSeconds(hours, b.clockOf(s.zone), s.seconds)
	}
	hours = joinSeconds(hours)
	clear(b.liked)
	b.markFitting(b.liked, hours)
	copy(b.within, b.liked)
	both := hours
	for _, s := range b.stays {
		both = s.stretch.appendSeconds(both, b.clockOf(s.zone), s.seconds)
	}
	if len(both) > len(hours) {
		b.markFitting(b.within, joinSeconds(both))
	}
	b.spans = both
}

// markBusy marks blocked and unknown.
func (b *maskBuilder) markBusy(busy *Busy) {
	clear(b.unknown)
	known := busy.Window.Clip(b.window)
	if known.Empty() {
		b.markTouching(b.unknown, b.span)
	} else {
		b.markTouching(b.unknown, seconds{b.span.from, ceilUnix(known.Start)})
		b.markTouching(b.unknown, seconds{known.End.Unix(), b.span.to})
	}
	for i := range busy.Spans {
		s := &busy.Spans[i] // there are many, and a copy costs as much as a mark
		if s.Kind == Unknown {
			b.markTouching(b.unknown, secondsOf(s.Interval))
		} else {
			b.markTouching(b.blocked, secondsOf(s.Interval))
		}
	}
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
func (b *maskBuilder) combine(mask *Mask) {
	var anyMaybe, anyStretch uint64
	for i, within := range b.within {
		can := within & b.open[i%len(b.open)] &^ b.blocked[i]
		maybe := can & b.unknown[i]
		attend := can &^ maybe
		stretch := attend &^ b.liked[i]
		mask.attend[i], b.unknown[i], b.within[i] = attend, maybe, stretch
		anyMaybe |= maybe
		anyStretch |= stretch
	}
	if anyMaybe != 0 {
		mask.maybe = slices.Clone(b.unknown)
	}
	if anyStretch != 0 {
		mask.stretch = slices.Clone(b.within)
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
