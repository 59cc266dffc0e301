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
	perWeek := map[calendar.Address]map[availability.Date]int{}
	for _, b := range bookings {
		occurrences, err := StillHeld(b).Occurrences()
		if err != nil {
			continue // reported where the series is the subject
		}
		people := invited(b.Series, aliases)
		for _, o := range occurrences {
			if o.Cancelled || !o.End.After(now) {
				continue
			}
			week := availability.DateOf(o.Start.In(zone)).Monday()
			for _, a := range people {
				if perWeek[a] == nil {
					perWeek[a] = map[availability.Date]int{}
				}
				perWeek[a][week]++
			}
		}
	}
	var out []Load
	for a, weeks := range perWeek {
		l := Load{Person: a}
		total := 0
		for week, n := range weeks {
			total += n
			if n > l.Sessions || n == l.Sessions && week.Compare(l.Week) < 0 {
				l.Sessions, l.Week = n, week
			}
		}
		l.Average = float64(total) / float64(len(weeks))
		out = append(out, l)
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
