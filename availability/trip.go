package availability

import "time"

// A Trip is a stay in another zone, from the beginning of First to the end of Last
// on its clocks. Then its hours and days off count, and not those at home.
type Trip struct {
	First, Last    Date
	Zone           *time.Location // not nil
	Hours, Stretch Hours
	Off            []Off
}

// A stay is a span in which one zone's clock, hours and days off count.
type stay struct {
	seconds
	zone           *time.Location
	hours, stretch Hours
	off            []Off
}

// appendStays appends the stays of span, in order. Of trips that overlap the
// earlier one in the list counts.
func (m *Member) appendStays(dst []stay, span seconds) []stay {
	home := stay{span, m.Zone, m.Hours, m.Stretch, m.Off}
	for i := range m.Trips {
		t := &m.Trips[i]
		clock := appendClock(nil, t.Zone, span.from, span.to)
		away := seconds{max(clock.reach(t.First.wall()), home.from), min(clock.reach(t.Last.wall()+secondsPerDay), span.to)}
		if away.from >= away.to {
			continue
		}
		if before := home; before.from < away.from {
			before.to = away.from
			dst = append(dst, before)
		}
		dst = append(dst, stay{away, t.Zone, t.Hours, t.Stretch, t.Off})
		home.from = away.to
	}
	if home.from < home.to || len(dst) == 0 {
		dst = append(dst, home)
	}
	return dst
}

// clip returns the part of s that lies in the stay.
func (s stay) clip(o seconds) seconds { return seconds{max(o.from, s.from), min(o.to, s.to)} }
