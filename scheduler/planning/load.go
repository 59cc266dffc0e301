package planning

import (
	"cmp"
	"slices"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
)

// Load is how many peer sessions a person has in the fullest of the coming weeks.
type Load struct {
	Person   calendar.Address
	Sessions int               // in that week
	Week     availability.Date // its Monday
	Average  float64           // sessions a week, over the weeks that have any
}

// Loads returns the load of everybody with a session to come, by the address that names
// them, whichever was invited. Weeks are ISO weeks of zone.
func Loads(bookings []scheduler.Booking, aliases calendar.Aliases, zone *time.Location, now time.Time) []Load {
	t := NewTally(aliases, zone, now)
	t.Add(bookings)
	return t.Over(0)
}

// A Tally counts the sessions to come of everybody, by ISO weeks of a zone, of some
// bookings after the other.
type Tally struct {
	aliases calendar.Aliases
	zone    *time.Location
	now     time.Time
	first   availability.Date             // Monday of last week, since when a session may go on
	weeks   map[calendar.Address][]uint16 // from first on, as far as there are sessions
}

// NewTally returns a tally of no bookings yet. People are counted by the address that
// names them.
func NewTally(aliases calendar.Aliases, zone *time.Location, now time.Time) *Tally {
	return &Tally{aliases, zone, now, availability.DateOf(now.In(zone)).Monday().AddDays(-7), map[calendar.Address][]uint16{}}
}

// Add counts the sessions of the bookings.
func (t *Tally) Add(bookings []scheduler.Booking) {
	for _, b := range bookings {
		occurrences, err := StillHeld(b).Occurrences()
		if err != nil {
			continue // reported where the series is the subject
		}
		people := invited(b.Series, t.aliases)
		for _, o := range occurrences {
			if o.Cancelled || !o.End.After(t.now) {
				continue
			}
			week := max(0, t.first.DaysUntil(availability.DateOf(o.Start.In(t.zone)))/7)
			for _, a := range people {
				counts := t.weeks[a]
				if week >= len(counts) {
					counts = append(counts, make([]uint16, week+1-len(counts))...)
					t.weeks[a] = counts
				}
				counts[week]++
			}
		}
	}
}

// Over returns the loads of those who have more than so many sessions in some week.
func (t *Tally) Over(most int) []Load {
	var out []Load
	for a, counts := range t.weeks {
		l := Load{Person: a}
		total, weeks := 0, 0
		for week, n := range counts {
			if n == 0 {
				continue
			}
			total, weeks = total+int(n), weeks+1
			if int(n) > l.Sessions {
				l.Sessions, l.Week = int(n), t.first.AddDays(7*week)
			}
		}
		if l.Sessions > most {
			l.Average = float64(total) / float64(weeks)
			out = append(out, l)
		}
	}
	slices.SortFunc(out, Load.compare)
	return out
}

func (l Load) compare(o Load) int { return cmp.Compare(l.Person, o.Person) }

// fullWeeks returns the ISO weeks of zone in which the person has as many sessions
// as allowed: no more fit in. except names a series that does not count.
func (p *Planner) fullWeeks(a calendar.Address, except calendar.UID, allowed int, zone *time.Location) []availability.Interval {
	perWeek := map[availability.Date]int{}
	for _, o := range p.own[a] {
		if (except == "" || o.uid != except) && !o.declined {
			perWeek[availability.DateOf(o.Start.In(zone)).Monday()]++
		}
	}
	var full []availability.Interval
	for monday, n := range perWeek {
		if n >= allowed {
			full = append(full, availability.Interval{Start: monday.In(zone).Start, End: monday.AddDays(7).In(zone).Start})
		}
	}
	return full
}
