// Package scheduler decides who meets when, and keeps it so: from a roster and
// programs to groups, bookings and, night after night, their repair.
//
// Everything that decides is a pure function from values to a plan. The [Service]
// loads what such a function needs, and applies the plan that it returns.
package scheduler

import (
	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
)

// A Person is someone who may be put in groups.
type Person struct {
	Address  calendar.Address
	Aliases  []calendar.Address // other addresses of the same person
	Mail     MailReader         // what their mail program can take; "" for everything
	Name     string             // "" if not given; see DisplayName
	Zone     string             // IANA name
	Hours    availability.Hours
	Stretch  availability.Hours
	Holidays string // region whose public holidays are free of work, such as PT or DE-BE; "" for none
	Away     []DateRange
	Travel   []Trip // in the order of their dates

	Role       string
	Level      int // 0 if not given
	Team       string
	Department string
	Location   string
	Manager    calendar.Address // "" if nobody, or not given

	Calendar string   // where busy times are read: a feed URL, a file, "none", or "" for the workspace's backend
	More     []string // further ones: as Calendar, or "backend", or "google:" and an ID

	Unread      string            // why not all that the roster says of them, or they themselves, can be read; then nothing is known of their time; "" if it can
	Left        []string          // programs in which they take part no longer, by their own word
	PausedUntil availability.Date // left out of rounds that are formed before it; zero if not paused
}

// A MailReader says what a person's mail program makes of messages about single
// sessions: some replace the whole series by them.
type MailReader string

// The mail programs that get no messages about single sessions.
const (
	MailWhole MailReader = "whole" // the series is sent again instead
	MailFeed  MailReader = "feed"  // they see changes in a subscription
)

// A Trip is a stay elsewhere over some dates, both inclusive, with the zone, hours and
// holidays of there.
type Trip struct {
	DateRange
	Zone           string
	Hours, Stretch availability.Hours
	Holidays       string // as in Person
}

// DisplayName returns the name, or what stands before the @ of the address.
func (p Person) DisplayName() string {
	if p.Name != "" {
		return p.Name
	}
	return p.Address.Local()
}

// A DateRange is a span of dates, both inclusive.
type DateRange struct{ First, Last availability.Date }

// A Roster is all the people, by address.
type Roster map[calendar.Address]Person

// Aliases returns the other addresses of all people. The address of a person is nobody
// else's alias.
func (r Roster) Aliases() calendar.Aliases {
	aliases := calendar.Aliases{}
	for address, p := range r {
		for _, a := range p.Aliases {
			if _, taken := r[a]; !taken {
				aliases[a] = address
			}
		}
	}
	return aliases
}

// A HolidayFunc returns the public holidays of a region from first to last, both
// inclusive and sorted, or an error that names a region it does not know.
type HolidayFunc func(region string, first, last availability.Date) ([]availability.Date, error)

// Holidays are the public holidays over some dates, by region.
type Holidays map[string]RegionHolidays

// RegionHolidays are those of one region, or why they are not known.
type RegionHolidays struct {
	Dates []availability.Date // sorted
	Err   error
}

// Of returns the holidays of the people's regions over the window.
func (f HolidayFunc) Of(people []Person, window availability.Interval) Holidays {
	first, last := availability.DateOf(window.Start).AddDays(-1), availability.DateOf(window.End).AddDays(1)
	out := Holidays{}
	for _, p := range people {
		regions := []string{p.Holidays}
		for _, t := range p.Travel {
			regions = append(regions, t.Holidays)
		}
		for _, region := range regions {
			if _, done := out[region]; !done && region != "" && f != nil {
				dates, err := f(region, first, last)
				out[region] = RegionHolidays{dates, err}
			}
		}
	}
	return out
}

// Name returns what people call the person with that address.
func (w Workspace) Name(a calendar.Address) string {
	if p, ok := w.Roster[a]; ok {
		return p.DisplayName()
	}
	return a.Local()
}
