package ical

import (
	"errors"
	"fmt"
	"time"

	"github.com/emersion/go-ical"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar/ical/internal/line"
	"github.com/peerslot/peerslot/calendar/ical/internal/rrule"
	"github.com/peerslot/peerslot/calendar/ical/internal/zones"
)

// interval returns when c is. Where it does not say how long it takes, it is as
// long as otherwise.
func (s *seriesReader) interval(c *line.Component, otherwise time.Duration) (iv availability.Interval, err error) {
	if iv.Start, err = s.timeOf(c, ical.PropDateTimeStart); err != nil {
		return iv, err
	}
	iv.End = iv.Start.Add(otherwise)
	if p := c.Get(ical.PropDuration); p != nil {
		l, ok := lengthIn(p)
		if !ok {
			return iv, fmt.Errorf("DURATION %q: want a duration of at most a year", p.Value)
		}
		iv.End = after(iv.Start, l)
	}
	if c.Get(ical.PropDateTimeEnd) != nil {
		if iv.End, err = s.timeOf(c, ical.PropDateTimeEnd); err != nil {
			return iv, err
		}
	}
	switch {
	case iv.Empty():
		return iv, errors.New("an event has no end after its start")
	case iv.Length() > longest*rrule.SecondsPerDay*time.Second:
		return iv, errors.New("an event lasts more than a year")
	}
	return iv, nil
}

// longest is how many days a session may last.
const longest = 366

// lengthIn reads a duration of at most a year, either way.
func lengthIn(p *line.Prop) (l line.Length, ok bool) {
	l, ok = line.ParseLength(p.Value)
	total := l.Days*rrule.SecondsPerDay + l.Seconds
	return l, ok && max(total, -total) <= longest*rrule.SecondsPerDay
}

// after returns the time that follows t by l: first the days, on the wall clock.
func after(t time.Time, l line.Length) time.Time {
	if l.Days != 0 {
		t, _ = availability.At(availability.DateOf(t).AddDays(int(l.Days)), availability.ClockOf(t), t.Location())
	}
	return t.Add(time.Duration(l.Seconds) * time.Second)
}

// timeOf returns what a component's property holds, on the clocks of its zone. A
// day is its beginning in the zone of the series, once that is known.
func (s *seriesReader) timeOf(c *line.Component, name string) (time.Time, error) {
	p := c.Get(name)
	if p == nil {
		return time.Time{}, fmt.Errorf("an event has no %s", name)
	}
	x, ok := line.StampOf(p)
	if ok && x.Form == line.WholeDay && s.zone != nil {
		return rrule.DateOf(rrule.FloorDiv(x.Wall, rrule.SecondsPerDay)).In(s.zone).Start, nil
	}
	if !ok || x.Vague || x.Form == line.WholeDay {
		return time.Time{}, fmt.Errorf("%s %q: want a date and a time", name, p.Value)
	}
	t, err := s.instant(x)
	if err != nil {
		err = fmt.Errorf("%s %q: %w", name, p.Value, err)
	}
	return t, err
}

// instant returns when x is.
func (s *seriesReader) instant(x line.Stamp) (time.Time, error) {
	switch x.Form {
	case line.UTC:
		return time.Unix(x.Wall, 0).UTC(), nil
	case line.Zoned:
		zone := s.zones.Find(x.TZID)
		if zone.Loc == nil {
			return time.Time{}, errors.New(zone.Note)
		}
		return at(x.Wall, zone.Loc), nil
	}
	return time.Time{}, errors.New("want a time with a zone")
}

// at returns when the clocks of loc show wall.
func at(wall int64, loc *time.Location) time.Time {
	number := rrule.FloorDiv(wall, rrule.SecondsPerDay)
	t, _ := availability.At(rrule.DateOf(number), time.Duration(wall-number*rrule.SecondsPerDay)*time.Second, loc)
	return t
}

// anchor returns the IANA zone that a slot in loc is anchored in, which a program
// may have renamed.
func anchor(loc *time.Location) (*time.Location, error) {
	name := loc.String()
	iana := zones.Renamed(name)
	if iana == nil {
		return nil, fmt.Errorf("time zone %q is the calendar's own: want one with an IANA name", name)
	}
	return iana, nil
}
