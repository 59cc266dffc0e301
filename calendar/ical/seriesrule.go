package ical

import (
	"errors"
	"fmt"
	"time"

	"github.com/emersion/go-ical"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar/ical/internal/line"
	"github.com/peerslot/peerslot/calendar/ical/internal/rrule"
)

const (
	secondsPerWeek = 7 * rrule.SecondsPerDay
	maxSessions    = 13                  // of a series, see [availability.Cadence.MaxCount]
	maxSpan        = 20 * secondsPerWeek // further than a series reaches, and far enough to see that one does
)

// rule reads how often the sessions are and how many. Any rule will do that gives
// the times of a series, as programs have many ways to say one thing.
func (s *seriesReader) rule(m *line.Component) error {
	s.Cadence, s.Count = availability.Weekly, 1
	rules := m.All(ical.PropRecurrenceRule)
	switch {
	case m.Get(ical.PropRecurrenceDates) != nil:
		return errors.New("it has RDATE: sessions outside its rule")
	case len(rules) > 1:
		return errors.New("it has more than one RRULE")
	case len(rules) == 0:
		return nil
	}
	r, _, err := rrule.Parse(rules[0].Value)
	if err != nil {
		return err
	}
	starts, err := s.starts(r)
	if err != nil {
		return err
	}
	if s.Count = len(starts); r.Freq == rrule.Weekly {
		s.Cadence = availability.Cadence(r.Interval)
	}
	for i := 1; i < len(starts); i++ {
		step := starts[i] - starts[i-1]
		if s.Cadence = availability.Cadence(step / secondsPerWeek); step%secondsPerWeek != 0 || step != starts[1]-starts[0] {
			return fmt.Errorf("RRULE %q: want sessions every 1, 2 or 4 weeks", rules[0].Value)
		}
	}
	return nil
}

// starts returns when the first sessions of r start, on the wall clock: all of
// them, or at least one more than a series may have.
func (s *seriesReader) starts(r rrule.Rule) (starts []int64, err error) {
	last := time.Unix(1<<40, 0)
	if r.Until != "" {
		if last, err = s.lastInstant(r.Until); err != nil {
			return nil, err
		}
	}
	b := rrule.Budget(rrule.SeriesBudget)
	first := rrule.DayNumber(s.First.Year, int(s.First.Month), s.First.Day)*rrule.SecondsPerDay + int64(s.Slot.Start/time.Second)
	r.Occur(first, first, first+maxSpan, &b, func(wall int64) bool {
		if at(wall, s.zone).After(last) {
			return false
		}
		starts = append(starts, wall)
		return len(starts) <= maxSessions
	})
	if len(starts) == 0 || starts[0] != first {
		return nil, errors.New("its RRULE does not give its DTSTART")
	}
	return starts, nil
}

// lastInstant returns the last instant that an UNTIL lets be: an instant, a time
// on the clocks of the series, or the last second of a day there.
func (s *seriesReader) lastInstant(until string) (time.Time, error) {
	x, ok := line.ParseStamp(until)
	switch {
	case !ok || x.Vague || x.Form == line.Zoned:
		return time.Time{}, fmt.Errorf("UNTIL %q: want a date, or a date and a time", until)
	case x.Form == line.UTC:
		return time.Unix(x.Wall, 0), nil
	case x.Form == line.WholeDay:
		return rrule.DateOf(rrule.FloorDiv(x.Wall, rrule.SecondsPerDay)).In(s.zone).End.Add(-time.Second), nil
	}
	return at(x.Wall, s.zone), nil
}
