package availability

import "time"

// A wallClock is the clock of one zone over a span of time, as pieces between
// changes of the offset, in order. It says for many times of one zone what [At]
// says for one, by arithmetic alone.
//
// Instants are in Unix time. Wall seconds are what Unix time would be if the
// clock were in UTC: both count from 1970-01-01 00:00.
type wallClock []piece

// A piece is the span of wall seconds [from, to) that the clock shows for the
// first time at from-offset and on. What it shows again, after it was set back, is
// in no second piece; what it skips is in none.
type piece struct{ from, to, offset int64 }

const (
	secondsPerDay = 24 * 60 * 60

	// No zone is further than this from UTC, and no clock was set back by more.
	slack = 26 * 60 * 60
)

// appendClock appends the pieces of loc that tell what its clock shows for the
// first time between the instants first and last, and slack beyond them.
func appendClock(w wallClock, loc *time.Location, first, last int64) wallClock {
	first, last = first-slack, max(first, last)+slack
	for t := time.Unix(first, 0).In(loc); ; {
		_, offset := t.Zone()
		_, end := t.ZoneBounds()
		if !end.IsZero() && !end.After(t) {
			// ZoneBounds errs on the last day of leap years after 2037, when no
			// zone changes its clocks: look again an hour later.
			end = t.Add(time.Hour)
		}
		stays := end.IsZero() || end.Unix() >= last
		p := piece{from: t.Unix() + int64(offset), to: last + int64(offset), offset: int64(offset)}
		if !stays {
			p.to = end.Unix() + int64(offset)
		}
		if n := len(w); n > 0 {
			p.from = max(p.from, w[n-1].to)
		}
		if p.from < p.to {
			w = append(w, p)
		}
		if stays {
			return w
		}
		t = end
	}
}

// at returns the first instant at which the clock shows wall, or what the offset
// before the change gives if the clock skips it: then exists is false.
func (w wallClock) at(wall int64) (instant int64, exists bool) {
	offset := w[0].offset
	for _, p := range w {
		if wall < p.from {
			break
		}
		offset = p.offset
		if wall < p.to {
			return wall - offset, true
		}
	}
	return wall - offset, false
}

// reach returns the first instant at which the clock shows wall or later. Beyond
// the pieces it is the nearer end of them.
func (w wallClock) reach(wall int64) int64 {
	for _, p := range w {
		if wall < p.to {
			return max(wall, p.from) - p.offset
		}
	}
	last := w[len(w)-1]
	return last.to - last.offset
}

// A seconds is the half-open span of instants [from, to) in whole Unix seconds.
type seconds struct{ from, to int64 }

// secondsOf returns the whole seconds that iv touches.
func secondsOf(iv Interval) seconds { return seconds{iv.Start.Unix(), ceilUnix(iv.End)} }

func ceilUnix(t time.Time) int64 {
	if t.Nanosecond() > 0 {
		return t.Unix() + 1
	}
	return t.Unix()
}
