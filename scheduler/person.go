// Package scheduler decides who meets when, and keeps it so: from a roster and
// programs to groups, bookings and, night after night, their repair.
//
// Everything that decides is a pure function from values to a plan. The [Service]
// loads what such a function needs, and applies the plan that it returns.
package scheduler

import (
	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler/roster"
)

// The people have a room of their own, and are called here what they are called there.
type (
	Person    = roster.Person
	Roster    = roster.Roster
	PersonSet = roster.Set
	OwnHours  = roster.OwnHours
	Trip      = roster.Trip
	DateRange = roster.DateRange

	Holidays       = roster.Holidays
	RegionHolidays = roster.RegionHolidays
)

// The mail programs that get no messages about single sessions.
const (
	MailWhole = roster.MailWhole
	MailFeed  = roster.MailFeed
)

// NewRoster returns the roster of some people.
func NewRoster(people ...Person) Roster { return roster.New(people...) }

// A HolidayFunc returns the public holidays of a region from first to last, both
// inclusive and sorted, or an error that names a region it does not know.
type HolidayFunc func(region string, first, last availability.Date) ([]availability.Date, error)

// Of returns the holidays of the people's regions over the window.
func (f HolidayFunc) Of(people []Person, window availability.Interval) Holidays {
	first, last := availability.DateOf(window.Start).AddDays(-1), availability.DateOf(window.End).AddDays(1)
	out := Holidays{}
	for _, p := range people {
		for _, region := range p.Regions() {
			if _, done := out[region]; !done && f != nil {
				dates, err := f(region, first, last)
				out[region] = RegionHolidays{Dates: dates, Err: err}
			}
		}
	}
	return out
}

// Name returns what people call the person with that address.
func (w Workspace) Name(a calendar.Address) string {
	if p, ok := w.Roster.Known(a); ok {
		return p.DisplayName()
	}
	return a.Local()
}
