package ical

import (
	"errors"
	"strings"
	"time"

	"github.com/emersion/go-ical"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/ical/internal/line"
	"github.com/peerslot/peerslot/calendar/ical/internal/zones"
)

// ReadRecurrence sets the cadence and the count of s, whose slot and first date are
// known, from its lines of recurrence (RFC 5545, section 3.8.5). It is an error if they
// give other sessions than a series may have.
func ReadRecurrence(s *calendar.Series, lines []string) error {
	r, m, err := recurrenceOf(*s, lines)
	if err != nil {
		return err
	}
	if m.Get(ical.PropRecurrenceRule) == nil {
		return errors.New("it does not recur")
	}
	if err := r.rule(m); err != nil {
		return err
	}
	switch {
	case !r.Cadence.Valid():
		return errors.New("its sessions are neither 1, 2 nor 4 weeks apart")
	case r.Count > r.Cadence.MaxCount():
		return errors.New("it does not end within three months")
	}
	s.Cadence, s.Count = r.Cadence, r.Count
	return nil
}

// LeftOut returns the original starts of those sessions of s that lines of recurrence
// leave out.
func LeftOut(s calendar.Series, lines []string) ([]time.Time, error) {
	s.Overrides = nil
	r, m, err := recurrenceOf(s, lines)
	if err != nil || m.Get(ical.PropExceptionDates) == nil {
		return nil, err
	}
	sessions, err := s.Occurrences()
	if err != nil {
		return nil, err
	}
	found := make([]calendar.Override, len(sessions))
	if err := r.excepted(m, sessions, found); err != nil {
		return nil, err
	}
	var out []time.Time
	for i, o := range found {
		if o.Cancelled {
			out = append(out, sessions[i].Original)
		}
	}
	return out, nil
}

// recurrenceOf returns a reader of s, and the lines as those of its event.
func recurrenceOf(s calendar.Series, lines []string) (*seriesReader, *line.Component, error) {
	zone, err := availability.LoadZone(s.Slot.Zone)
	if err != nil {
		return nil, nil, err
	}
	m := &line.Component{Name: ical.CompEvent}
	for _, text := range lines {
		var c line.Content
		if err := c.Parse([]byte(text)); err != nil {
			return nil, nil, err
		}
		m.Props = append(m.Props, c.Prop(nil))
	}
	return &seriesReader{Series: s, zone: zone, zones: zones.NewTable(nil, nil)}, m, nil
}

// IsLine reports whether a line is of that property, such as EXDATE.
func IsLine(text, name string) bool {
	var c line.Content
	return c.Parse([]byte(text)) == nil && c.Named(name)
}

// EndBefore returns a line of recurrence that gives no session from t on; others than
// RRULE are as they were. wholeDays tells of an event that has no time of day.
func EndBefore(text string, t time.Time, wholeDays bool) string {
	if !IsLine(text, ical.PropRecurrenceRule) {
		return text
	}
	_, value, _ := strings.Cut(text, ":")
	until := t.Add(-time.Second).UTC().Format(instant)
	if wholeDays {
		until = until[:len("20060102")]
	}
	var parts []string
	for part := range strings.SplitSeq(value, ";") {
		if name, _, _ := strings.Cut(strings.ToUpper(part), "="); name != "COUNT" && name != "UNTIL" {
			parts = append(parts, part)
		}
	}
	return "RRULE:" + strings.Join(append(parts, "UNTIL="+until), ";")
}
