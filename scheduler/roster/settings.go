package roster

import (
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
)

// Settings are what a member set about themselves. They count instead of what the
// roster says, until the member takes them back. The zero Settings say nothing.
type Settings struct {
	Person  calendar.Address
	Own     *OwnHours         // nil: the roster's count
	Paused  availability.Date // left out of rounds that are formed before it; zero: as the roster says
	Left    []string          // programs in which they take part no longer, sorted
	Set     time.Time         // last
	Version int64             // of the record; 0 before it was first committed
	Fault   error             `json:"-"` // why the record cannot be read, of which then only Person and Version are known; nil if it can
}

// Of returns the person as their settings make them.
func (s Settings) Of(p Person) Person {
	if s.Fault != nil {
		p.Unread = "what they set about themselves cannot be read"
	}
	if own := s.Own; own != nil {
		p.Zone, p.Hours, p.Stretch, p.Holidays, p.Away, p.Travel = own.Zone, own.Hours, own.Stretch, own.Holidays, own.Away, own.Travel
	}
	if s.Paused != (availability.Date{}) {
		p.PausedUntil = s.Paused
	}
	p.Left = s.Left
	return p
}

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

// Spoilt returns the settings, in which such are spoilt as name holidays that nobody knows
// any more: those of a file of the roster's, say, that has another name now.
func (f HolidayFunc) Spoilt(settings []Settings) []Settings {
	people := make([]Person, len(settings))
	for i, s := range settings {
		people[i] = s.Of(Person{})
	}
	of := f.Of(people, availability.Interval{})
	for i := range settings {
		if err := of.Missing(people[i]); err != nil {
			settings[i].Own, settings[i].Fault = nil, err
		}
	}
	return settings
}
