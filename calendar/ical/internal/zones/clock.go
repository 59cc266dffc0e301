package zones

import (
	"math"
	"time"

	"github.com/peerslot/peerslot/calendar/ical/internal/rrule"
)

// A Clock turns wall clock into instants, quickly for times that lie close
// together. Both are counted in seconds; wall clock as if it were UTC.
type Clock struct {
	loc      *time.Location
	from, to int64 // wall clock between these has the offset, without doubt
	offset   int64
}

// NewClock returns the clocks of a zone.
func NewClock(loc *time.Location) *Clock { return &Clock{loc: loc} }

// Instant returns when clocks show wall: the first of two times; of a time that
// is skipped, what the offset before the change gives (RFC 5545, section 3.3.5).
func (z *Clock) Instant(wall int64) int64 {
	if wall >= z.from && wall < z.to {
		return wall - z.offset
	}
	t, _ := z.find(wall)
	return t
}

// DayStart returns the first instant of the day that begins at wall.
func (z *Clock) DayStart(wall int64) int64 {
	if wall >= z.from && wall < z.to {
		return wall - z.offset
	}
	t, exists := z.find(wall)
	if exists {
		return t
	}
	// Midnight is skipped: the day begins with the change, somewhere before t.
	before, after := t-rrule.SecondsPerDay, t
	for before+1 < after {
		if middle := (before + after) / 2; z.offsetAt(middle) == z.offsetAt(t) {
			after = middle
		} else {
			before = middle
		}
	}
	return after
}

// find returns the instant of wall and whether clocks show it at all. It tries
// the offsets of the day before and after, because the bounds that Go tells are
// no base for it: on the last day of leap years after 2037 they do not hold the
// instant itself.
func (z *Clock) find(wall int64) (instant int64, exists bool) {
	before, after := z.offsetAt(wall-26*3600), z.offsetAt(wall+26*3600)
	instant, exists = wall-before, true
	if z.offsetAt(instant) != before {
		if t := wall - after; z.offsetAt(t) == after {
			instant = t
		} else {
			exists = false
		}
	}
	z.remember(time.Unix(instant, 0).In(z.loc))
	return instant, exists
}

func (z *Clock) offsetAt(instant int64) int64 {
	_, offset := time.Unix(instant, 0).In(z.loc).Zone()
	return int64(offset)
}

// remember keeps the offset at t and for how long it holds, but for the first
// day, whose times clocks may have shown before.
func (z *Clock) remember(t time.Time) {
	_, offset := t.Zone()
	start, end := t.ZoneBounds()
	z.offset, z.from, z.to = int64(offset), math.MinInt64, math.MaxInt64
	if !start.IsZero() {
		z.from = start.Unix() + z.offset + 26*3600
	}
	if !end.IsZero() {
		z.to = end.Unix() + z.offset
	}
}

// Wall returns what clocks show at an instant.
func (z *Clock) Wall(instant int64) int64 { return instant + z.offsetAt(instant) }
