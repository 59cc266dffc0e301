package benchmark

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"time"
)

// A Member is somebody with a calendar. They work from Monday to Friday, from From to To
// minutes after midnight on their own wall clock.
type Member struct {
	Name string         `json:"name"`
	Zone string         `json:"zone"` // IANA
	From int            `json:"from"`
	To   int            `json:"to"`
	Busy [][2]time.Time `json:"busy"` // from, until
}

// can reports whether the member can attend: all of the session lies in their hours on their
// own day, and nothing that they are busy with touches it.
func (m *Member) can(start time.Time, length time.Duration) bool {
	local, end := start.In(zone(m.Zone)), start.Add(length)
	if d := local.Weekday(); d == time.Saturday || d == time.Sunday || local.Before(clock(local, m.From)) || end.After(clock(local, m.To)) {
		return false
	}
	for _, b := range m.Busy {
		if b[0].Before(end) && start.Before(b[1]) {
			return false
		}
	}
	return true
}

// clock returns when clocks show so many minutes after midnight on the day of t.
func clock(t time.Time, minutes int) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), minutes/60, minutes%60, 0, 0, t.Location())
}

// zones are those that were asked for, by name: each is read once.
var zones sync.Map

// zone returns the zone of that name, UTC if there is none.
func zone(name string) *time.Location {
	if loc, ok := zones.Load(name); ok {
		return loc.(*time.Location)
	}
	loc, err := time.LoadLocation(name)
	if err != nil {
		loc = time.UTC
	}
	zones.Store(name, loc)
	return loc
}

// attendance returns how many of members can attend.
func attendance(members []Member, start time.Time, length time.Duration) (n int) {
	for i := range members {
		if members[i].can(start, length) {
			n++
		}
	}
	return n
}

// newMember draws somebody who works in one of the zones, with meetings every week or two
// and single ones, from a Monday on.
func newMember(rng *rand.Rand, name string, zones []string, monday time.Time, weeks int) Member {
	m := Member{Name: name, Zone: zones[rng.IntN(len(zones))], From: 480 + 30*rng.IntN(4), Busy: [][2]time.Time{}}
	m.To = m.From + 480 + 30*rng.IntN(3)
	loc := zone(m.Zone)
	add := func(week, day, from, length int) {
		d := monday.AddDate(0, 0, 7*week+day)
		at := time.Date(d.Year(), d.Month(), d.Day(), from/60, from%60, 0, 0, loc)
		m.Busy = append(m.Busy, [2]time.Time{at.UTC(), at.Add(time.Duration(length) * time.Minute).UTC()})
	}
	draw := func() (day, from, length int) {
		return rng.IntN(5), m.From + 30*rng.IntN((m.To-m.From)/30), 30 + 30*rng.IntN(3)
	}
	for range 6 + rng.IntN(8) {
		day, from, length := draw()
		for w, every := rng.IntN(2), 1+rng.IntN(2); w < weeks; w += every {
			add(w, day, from, length)
		}
	}
	for w := range weeks {
		for range 2 + rng.IntN(6) {
			day, from, length := draw()
			add(w, day, from, length)
		}
	}
	return m
}

// regions are zones whose office hours overlap; the clocks of some change within the weeks
// that the problems are about, and not on one date.
var regions = [][]string{
	{"Europe/Berlin", "Europe/Lisbon", "Europe/Athens", "Asia/Kolkata"},
	{"America/New_York", "America/Los_Angeles", "America/Sao_Paulo", "Europe/London"},
	{"Australia/Sydney", "Asia/Tokyo", "Asia/Singapore", "Pacific/Auckland"},
}

func newMembers(rng *rand.Rand, n int, monday time.Time, weeks int) []Member {
	region := regions[rng.IntN(len(regions))]
	members := make([]Member, n)
	for i := range members {
		members[i] = newMember(rng, fmt.Sprint("p", i), region, monday, weeks)
	}
	return members
}
