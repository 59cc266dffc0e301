package ical

import (
	"cmp"
	"errors"
	"fmt"
	"time"

	"github.com/emersion/go-ical"

	"github.com/peerslot/peerslot/availability"
)

// interval returns when c is. Where it does not say how long it takes, it is as
// long as otherwise.
func (s *seriesReader) interval(c *ical.Component, otherwise time.Duration) (iv availability.Interval, err error) {
	if iv.Start, err = s.timeOf(c, ical.PropDateTimeStart); err != nil {
		return iv, err
	}
	iv.End = iv.Start.Add(otherwise)
	if p := c.Props.Get(ical.PropDuration); p != nil {
		l, ok := lengthIn(p)
		if !ok {
			return iv, fmt.Errorf("DURATION %q: want a duration of at most a year", p.Value)
		}
		iv.End = after(iv.Start, l)
	}
	if c.Props.Get(ical.PropDateTimeEnd) != nil {
		if iv.End, err = s.timeOf(c, ical.PropDateTimeEnd); err != nil {
			return iv, err
		}
	}
	if iv.Empty() {
		return iv, errors.New("an event has no end after its start")
	}
	return iv, nil
}

// lengthIn reads a duration of at most a year, either way.
func lengthIn(p *ical.Prop) (l length, ok bool) {
	l, ok = parseLength(p.Value)
	total := l.days*secondsPerDay + l.seconds
	return l, ok && max(total, -total) <= 366*secondsPerDay
}

// after returns the time that follows t by l: first the days, on the wall clock.
func after(t time.Time, l length) time.Time {
	if l.days != 0 {
		t, _ = availability.At(availability.DateOf(t).AddDays(int(l.days)), clockOf(t), t.Location())
	}
	return t.Add(time.Duration(l.seconds) * time.Second)
}

// timeOf returns what a component's property holds, on the clocks of its zone. A
// day is its beginning in the zone of the series, once that is known.
func (s *seriesReader) timeOf(c *ical.Component, name string) (time.Time, error) {
	p := c.Props.Get(name)
	if p == nil {
		return time.Time{}, fmt.Errorf("an event has no %s", name)
	}
	x, ok := stampOf(p)
	if ok && x.form == wholeDay && s.zone != nil {
		return dateOf(floorDiv(x.wall, secondsPerDay)).In(s.zone).Start, nil
	}
	if !ok || x.vague || x.form == wholeDay {
		return time.Time{}, fmt.Errorf("%s %q: want a date and a time", name, p.Value)
	}
	t, err := s.instant(x)
	if err != nil {
		err = fmt.Errorf("%s %q: %w", name, p.Value, err)
	}
	return t, err
}

// instant returns when x is.
func (s *seriesReader) instant(x stamp) (time.Time, error) {
	switch x.form {
	case utc:
		return time.Unix(x.wall, 0).UTC(), nil
	case zoned:
		zone := s.zones.find(x.tzid)
		if zone.loc == nil {
			return time.Time{}, errors.New(zone.note)
		}
		return at(x.wall, zone.loc), nil
	}
	return time.Time{}, errors.New("want a time with a zone")
}

// at returns when the clocks of loc show wall.
func at(wall int64, loc *time.Location) time.Time {
	number := floorDiv(wall, secondsPerDay)
	t, _ := availability.At(dateOf(number), time.Duration(wall-number*secondsPerDay)*time.Second, loc)
	return t
}

// anchor returns the IANA zone that a slot in loc is anchored in, which a program
// may have renamed.
func anchor(loc *time.Location) (*time.Location, error) {
	name := loc.String()
	iana := cmp.Or(ianaZone(name), windowsZone(name), vendorZone(name), displayedZone(name))
	if iana == nil {
		return nil, fmt.Errorf("time zone %q is the calendar's own: want one with an IANA name", name)
	}
	return iana, nil
}
