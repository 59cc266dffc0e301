package availability

import (
	"sort"
	"time"
	_ "time/tzdata" // the tests are about zones, wherever they run
)

// What follows is the search in the words of its rules: every candidate, every
// session, every member, with the arithmetic of package time alone. It shares
// nothing with the search but the types, and is the baseline of the benchmarks.

// plainRank is Rank.
func plainRank(q Search, members []Member) []Candidate {
	zone, err := time.LoadLocation(q.Zone)
	if err != nil {
		panic(err)
	}
	q.Count = plainOr(q.Count, map[Cadence]int{Weekly: 13, Biweekly: 7, Monthly: 4}[q.Cadence])
	step := plainOr(q.Step, 15*time.Minute)
	known := make([]bool, len(members))
	for i := range members {
		known[i] = plainKnown(&members[i], q, zone)
	}
	var all []Candidate
	for day := range 7 * int(q.Cadence) {
		first := q.Start.AddDays(day)
		if q.OnlyDays != 0 && q.OnlyDays&(1<<first.Weekday()) == 0 {
			continue
		}
		for clock := time.Duration(0); clock < 24*time.Hour; clock += step {
			slot := Slot{Day: first.Weekday(), Start: clock, Length: q.Length, Zone: q.Zone}
			if c, ok := plainCandidate(q, slot, first, zone, members, known); ok {
				all = append(all, c)
			}
		}
	}
	sort.SliceStable(all, func(i, j int) bool { return plainBefore(&all[i], &all[j]) })
	return all[:min(len(all), plainOr(q.Top, 5))]
}

func plainOr[T comparable](v, otherwise T) T {
	var zero T
	if v == zero {
		return otherwise
	}
	return v
}

// plainCandidate counts all that is to know of one slot from one first date.
func plainCandidate(q Search, slot Slot, first Date, zone *time.Location, members []Member, known []bool) (c Candidate, ok bool) {
	c = Candidate{Slot: slot, First: first, Count: q.Count, Possible: q.Count * len(members), WorstOccurrence: len(members)}
	byMember := make([]int, len(members))
	for i := range q.Count {
		date := first.AddDays(7 * int(q.Cadence) * i)
		start, exists := plainStart(date, slot.Start, zone)
		if !exists {
			return c, false
		}
		here, required := 0, true
		for j := range members {
			can, _ := plainCan(&members[j], start, start.Add(slot.Length))
			if can == Yes || can == Stretch {
				here++
				byMember[j]++
			} else if members[j].Required {
				required = false
			}
			if can == Maybe {
				c.Unknown++
			}
			if can == Stretch {
				c.Stretch++
			}
		}
		c.Attendance += here
		c.WorstOccurrence = min(c.WorstOccurrence, here)
		if required {
			c.RequiredMet++
		}
		if q.Preferred&(1<<date.Weekday()) != 0 {
			c.Preferred++
		}
	}
	c.WorstMember = -1
	for j, n := range byMember {
		if known[j] && (c.WorstMember < 0 || n < c.WorstMember) {
			c.WorstMember = n
		}
	}
	c.WorstMember = max(c.WorstMember, 0)
	return c, true
}

// plainBefore is the order of the candidates.
func plainBefore(a, b *Candidate) bool {
	monday := [7]int{7, 1, 2, 3, 4, 5, 6} // by weekday
	for _, pair := range [][2]int{
		{b.RequiredMet, a.RequiredMet},
		{b.Attendance, a.Attendance},
		{b.Unknown, a.Unknown},
		{b.WorstOccurrence, a.WorstOccurrence},
		{b.WorstMember, a.WorstMember},
		{a.Stretch, b.Stretch},
		{b.Preferred, a.Preferred},
		{monday[a.Slot.Day], monday[b.Slot.Day]},
		{int(a.Slot.Start), int(b.Slot.Start)},
	} {
		if pair[0] != pair[1] {
			return pair[0] < pair[1]
		}
	}
	return a.First.String() < b.First.String()
}

// plainStart returns the first instant that shows the given time on the date.
func plainStart(d Date, clock time.Duration, zone *time.Location) (first time.Time, exists bool) {
	wall := time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC).Add(clock)
	for _, near := range []time.Duration{-26 * time.Hour, 0, 26 * time.Hour} {
		_, offset := wall.Add(near).In(zone).Zone()
		t := wall.Add(-time.Duration(offset) * time.Second)
		if plainWall(t, zone).Equal(wall) && (!exists || t.Before(first)) {
			first, exists = t, true
		}
	}
	return first, exists
}

// plainWall returns what the clock of zone shows at t, as if it were in UTC.
func plainWall(t time.Time, zone *time.Location) time.Time {
	_, offset := t.In(zone).Zone()
	return t.UTC().Add(time.Duration(offset) * time.Second)
}

// plainCan is Member.CanAttend.
func plainCan(m *Member, start, end time.Time) (Can, Why) {
	moments := plainMoments(m.Zone, start, end)
	if why := plainOff(m, moments); why != NoReason {
		return No, why
	}
	can := Yes
	if !plainWithin(moments, m.Hours, Hours{}) {
		if !plainWithin(moments, m.Hours, m.Stretch) {
			return No, OutOfHours
		}
		can = Stretch
	}
	unknown := m.Busy.Window.Start.After(start) || m.Busy.Window.End.Before(end)
	for i := range m.Busy.Spans {
		s := &m.Busy.Spans[i]
		if s.Start.Before(end) && s.End.After(start) {
			if s.Kind != Unknown {
				return No, BusyThen
			}
			unknown = true
		}
	}
	if unknown {
		return Maybe, NotReadable
	}
	return can, NoReason
}

// plainOff looks at the dates that the clock shows during a session.
func plainOff(m *Member, moments []time.Time) (why Why) {
	for _, o := range m.Off {
		first := time.Date(o.First.Year, o.First.Month, o.First.Day, 0, 0, 0, 0, time.UTC)
		after := time.Date(o.Last.Year, o.Last.Month, o.Last.Day+1, 0, 0, 0, 0, time.UTC)
		for _, t := range moments {
			if !t.Before(first) && t.Before(after) && why != Away {
				why = o.Why
			}
		}
	}
	return why
}

// plainWithin reports whether one of the hours holds each moment and, if these
// are but the first and the last, what lies between.
func plainWithin(moments []time.Time, hours, more Hours) bool {
	if len(moments) > 2 {
		for _, t := range moments {
			if plainUntil(t, hours, more).Equal(t) {
				return false
			}
		}
		return true
	}
	for from := moments[0]; !from.After(moments[1]); {
		until := plainUntil(from, hours, more)
		if until.Equal(from) {
			return false
		}
		from = until
	}
	return true
}

// plainUntil returns until when the hours last that hold the wall clock time from,
// or from if none does.
func plainUntil(from time.Time, hours, more Hours) time.Time {
	until := from
	today := from.Truncate(24 * time.Hour)
	for days := range 2 {
		day := today.Add(time.Duration(-days) * 24 * time.Hour)
		for _, h := range []Hours{hours, more} {
			for _, r := range h.On(day.Weekday()) {
				if end := day.Add(r.To); !day.Add(r.From).After(from) && end.After(until) {
					until = end
				}
			}
		}
	}
	return until
}

// plainMoments returns what the clock shows at the first and at the last second of
// a session or, if it changes about then, every minute and at the last second.
func plainMoments(zone *time.Location, start, end time.Time) []time.Time {
	last := end.Add(-time.Second)
	change, _ := last.In(zone).ZoneBounds()
	_, next := start.In(zone).ZoneBounds()
	if start.Sub(change) > 26*time.Hour && (next.IsZero() || next.Sub(end) > 26*time.Hour) {
		return []time.Time{plainWall(start, zone), plainWall(last, zone)}
	}
	var all []time.Time
	for t := start; t.Before(last); t = t.Add(time.Minute) {
		all = append(all, plainShown(t, zone))
	}
	return append(all, plainShown(last, zone), plainShown(last, zone))
}

// plainShown returns the latest wall clock time that zone has shown up to t. It is
// later than what it shows at t for a while after the clock was set back.
func plainShown(t time.Time, zone *time.Location) time.Time {
	shown := plainWall(t, zone)
	if change, _ := t.In(zone).ZoneBounds(); !change.IsZero() {
		if before := plainWall(change.Add(-time.Second), zone); before.After(shown) {
			return before
		}
	}
	return shown
}

// plainKnown reports whether something is known of the member's time between the
// first start and the last end: then it is known at the first moment of both, or
// when an unknown span ends.
func plainKnown(m *Member, q Search, zone *time.Location) bool {
	days := 7 * int(q.Cadence) * plainOr(q.Count, q.Cadence.MaxCount())
	from, to := plainMidnight(q.Start, zone), plainMidnight(q.Start.AddDays(days), zone).Add(q.Length)
	moments := []time.Time{from, m.Busy.Window.Start}
	for _, s := range m.Busy.Spans {
		moments = append(moments, s.End)
	}
	for _, t := range moments {
		iv := Interval{t, t.Add(1)}
		known := !t.Before(from) && t.Before(to) && m.Busy.Window.Contains(iv)
		for _, s := range m.Busy.Spans {
			known = known && (s.Kind != Unknown || !s.Contains(iv))
		}
		if known {
			return true
		}
	}
	return false
}

// plainMidnight returns when the date begins, which need not be at 00:00.
func plainMidnight(d Date, zone *time.Location) time.Time {
	for clock := time.Duration(0); ; clock += time.Minute {
		if t, exists := plainStart(d, clock, zone); exists {
			return t
		}
	}
}
