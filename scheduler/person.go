// Package scheduler decides who meets when, and keeps it so: from a roster and
// programs to groups, bookings and, night after night, their repair.
//
// Everything that decides is a pure function from values to a plan. The [Service]
// loads what such a function needs, and applies the plan that it returns.
package scheduler

import (
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler/roster"
)

// The people have a room of their own, and are called here what they are called there.
type (
	Person    = roster.Person
	Roster    = roster.Roster
	PersonSet = roster.Set
	Selector  = roster.Selector
	Settings  = roster.Settings
	OwnHours  = roster.OwnHours
	Trip      = roster.Trip
	DateRange = roster.DateRange

	Holidays       = roster.Holidays
	RegionHolidays = roster.RegionHolidays
	HolidayFunc    = roster.HolidayFunc
)

// The mail programs that get no messages about single sessions.
const (
	MailWhole = roster.MailWhole
	MailFeed  = roster.MailFeed
)

// NewRoster returns the roster of some people.
func NewRoster(people ...Person) Roster { return roster.New(people...) }

// Name returns what people call the person with that address.
func (w Workspace) Name(a calendar.Address) string {
	if p, ok := w.Roster.Known(a); ok {
		return p.DisplayName()
	}
	return a.Local()
}
