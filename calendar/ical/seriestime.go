package ical

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/emersion/go-ical"

	"github.com/peerslot/peerslot/availability"
)

const dateOnly = "20060102" // iCalendar's form of a date

// dayIn reads a property whose value is a date. ok is false if it is none.
func dayIn(p *ical.Prop) (day availability.Date, ok bool) {
	t, err := time.Parse(dateOnly, strings.TrimSpace(p.Value))
	return availability.DateOf(t), err == nil
}

// instant reads a property whose value is a time on the clocks of some zone, and
// returns it in that zone.
func (s *seriesReader) instant(p *ical.Prop) (time.Time, error) {
	value := strings.ToUpper(strings.TrimSpace(p.Value))
	if t, err := time.Parse(instant, value); err == nil {
		return t, nil
	}
	wall, err := time.Parse(wallClock, value)
	if err != nil {
		return time.Time{}, fmt.Errorf("%s %q: want a date and a time", p.Name, value)
	}
	zone, err := s.zones.zone(p.Params.Get(ical.ParamTimezoneID))
	if err != nil {
		return time.Time{}, fmt.Errorf("%s: %w", p.Name, err)
	}
	t, _ := availability.At(availability.DateOf(wall), clockOf(wall), zone)
	return t, nil
}

// durationIn reads a property whose value is a duration.
func durationIn(p *ical.Prop) (time.Duration, error) {
	d, err := p.Duration()
	if err != nil || d.Abs() > 366*24*time.Hour {
		return 0, fmt.Errorf("%s %q: want a duration of at most a year", p.Name, p.Value)
	}
	return d, nil
}

type zoneReader struct{}

func newZoneReader(*ical.Component) *zoneReader { return &zoneReader{} }

func (*zoneReader) zone(tzid string) (*time.Location, error) {
	if tzid == "" {
		return nil, errors.New("no zone")
	}
	for {
		loc, err := availability.LoadZone(tzid)
		if err == nil {
			return loc, nil
		}
		i := strings.IndexByte(tzid, '/')
		if i < 0 {
			return nil, err
		}
		tzid = tzid[i+1:]
	}
}
