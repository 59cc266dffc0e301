package ical

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/emersion/go-ical"

	"github.com/peerslot/peerslot/availability"
)

// rule reads how often the sessions are and how many.
func (s *seriesReader) rule(m *ical.Component) error {
	if m.Props.Get(ical.PropRecurrenceDates) != nil {
		return errors.New("it has RDATE: sessions outside its rule")
	}
	rules := m.Props[ical.PropRecurrenceRule]
	if len(rules) == 0 {
		s.Cadence, s.Count = availability.Weekly, 1
		return nil
	}
	if err := s.readRule(rules[0].Value); err != nil || len(rules) > 1 {
		return fmt.Errorf("RRULE %q: want one rule of every 1, 2 or 4 weeks with an end", rules[0].Value)
	}
	return nil
}

var errSeriesRule = errors.New("not the rule of a series")

func (s *seriesReader) readRule(value string) error {
	parts, err := ruleParts(value)
	if err != nil {
		return err
	}
	if day := parts["BYDAY"]; day != "" && day != weekday(s.Slot.Day) {
		return errSeriesRule
	}
	interval := 1
	if text := parts["INTERVAL"]; text != "" {
		if interval, err = strconv.Atoi(text); err != nil {
			return err
		}
	}
	s.Cadence = availability.Cadence(interval)
	if parts["FREQ"] == "DAILY" && interval%7 == 0 {
		s.Cadence = availability.Cadence(interval / 7)
	} else if parts["FREQ"] != "WEEKLY" {
		return errSeriesRule
	}
	if !s.Cadence.Valid() {
		return errSeriesRule
	}
	if until := parts["UNTIL"]; until != "" {
		s.Count, err = s.countUntil(until)
		return err
	}
	s.Count, err = strconv.Atoi(parts["COUNT"])
	return err
}

// ruleParts splits a rule, and refuses parts that would matter to a series.
func ruleParts(value string) (map[string]string, error) {
	parts := map[string]string{}
	for part := range strings.SplitSeq(strings.ToUpper(strings.TrimSpace(value)), ";") {
		name, v, _ := strings.Cut(part, "=")
		switch name {
		case "FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY":
			parts[name] = v
		case "WKST", "": // one day a week: the start of the week does not matter
		default:
			return nil, errSeriesRule
		}
	}
	return parts, nil
}

// countUntil returns how many sessions start until then. It counts to one more
// than a series may have.
func (s *seriesReader) countUntil(until string) (int, error) {
	last, err := s.lastInstant(until)
	if err != nil {
		return 0, err
	}
	for n := range s.Cadence.MaxCount() + 1 {
		iv, err := s.Slot.On(s.First.AddDays(n * s.Cadence.Days()))
		if err != nil || iv.Start.After(last) {
			return n, err
		}
	}
	return s.Cadence.MaxCount() + 1, nil
}

// lastInstant returns the end of an UNTIL: an instant, a time on the clocks of
// the series, or the last second of a day there.
func (s *seriesReader) lastInstant(until string) (time.Time, error) {
	if t, err := time.Parse(instant, until); err == nil {
		return t, nil
	}
	if t, err := time.Parse(wallClock, until); err == nil {
		at, _ := availability.At(availability.DateOf(t), clockOf(t), s.zone)
		return at, nil
	}
	t, err := time.Parse(dateOnly, until)
	return availability.DateOf(t).In(s.zone).End.Add(-time.Second), err
}
