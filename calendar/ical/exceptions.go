package ical

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/emersion/go-ical"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/ical/internal/line"
	"github.com/peerslot/peerslot/calendar/ical/internal/rrule"
)

// exceptions reads the overrides: those that the master names, and those that
// have a component. Of an occurrence with both, programs show the component.
func (s *seriesReader) exceptions(m *line.Component) error {
	sessions, err := s.Occurrences()
	if err != nil {
		return err
	}
	found := make([]calendar.Override, len(sessions))
	if err := s.excepted(m, sessions, found); err != nil {
		return err
	}
	slices.SortStableFunc(s.overrides, func(a, b *line.Component) int { return sequenceOf(a) - sequenceOf(b) })
	last := make([]*line.Component, len(sessions)) // which is that of each session
	for _, c := range s.overrides {
		id := c.Get(ical.PropRecurrenceID)
		if id.Param(ical.ParamRange) != "" {
			return errors.New("an override with RANGE: it is for one occurrence and those after it")
		}
		x, ok := line.StampOf(id)
		i, err := s.session(x, sessions)
		if err != nil {
			return err
		}
		if !ok || x.Vague || i < 0 {
			return fmt.Errorf("RECURRENCE-ID %q: there is no session then", id.Value)
		}
		last[i] = c
	}
	for i, c := range last {
		if c == nil {
			continue
		}
		if found[i], err = s.override(c, m, sessions[i]); err != nil {
			return err
		}
	}
	for i, o := range found {
		o.Original = sessions[i].Original
		if o, ok := plainOverride(s.Series, o); ok {
			s.Overrides = append(s.Overrides, o)
		}
	}
	return nil
}

// excepted notes the occurrences that the master cancels. Dates without a session
// are no harm.
func (s *seriesReader) excepted(m *line.Component, sessions []calendar.Occurrence, found []calendar.Override) error {
	for _, p := range m.All(ical.PropExceptionDates) {
		for _, x := range line.PeriodsIn(p) {
			i, err := s.session(x.Stamp, sessions)
			if err != nil || !x.OK {
				return errors.Join(fmt.Errorf("EXDATE %q: want dates, or dates and times", p.Value), err)
			}
			if i >= 0 && !found[i].Cancelled {
				found[i] = cancelledIn(m, sessions[i].Original)
			}
		}
	}
	return nil
}

// session returns which session x names, by its start or its day, or -1 if none.
func (s *seriesReader) session(x line.Stamp, sessions []calendar.Occurrence) (int, error) {
	if x.Form == line.WholeDay {
		day := rrule.DateOf(rrule.FloorDiv(x.Wall, rrule.SecondsPerDay))
		return slices.IndexFunc(sessions, func(o calendar.Occurrence) bool {
			return availability.DateOf(o.Original.In(s.zone)) == day
		}), nil
	}
	start := at(x.Wall, s.zone) // of a floating one
	if x.Form != line.Floating {
		var err error
		if start, err = s.instant(x); err != nil {
			return 0, err
		}
	}
	return slices.IndexFunc(sessions, func(o calendar.Occurrence) bool { return o.Original.Equal(start) }), nil
}

// override reads a component that stands for one session.
func (s *seriesReader) override(c, m *line.Component, session calendar.Occurrence) (calendar.Override, error) {
	o := calendar.Override{
		Cancelled: cancelled(c) && !cancelled(m),
		Note:      strings.Clone(noteOf(c, m, s.Description)), // else it holds the whole text of c
		RSVPs:     map[calendar.Address]calendar.RSVP{},
	}
	for _, p := range c.All(ical.PropAttendee) {
		a, ok := personIn(p)
		invited, isInvited := attendee(s.Series, a.Address)
		r, own := replyIn(p, invited.RSVP)
		if own = own || r != calendar.NoReply && (slices.Contains(s.own, a.Address) || !asked(p) && s.isAsked(m, a.Address)); ok && isInvited && own {
			o.RSVPs[a.Address] = r
		}
	}
	var err error
	o.Moved, err = s.interval(c, session.Length())
	return o, err
}

// isAsked reports whether a reply of a is wanted to the series, by its master.
func (s *seriesReader) isAsked(m *line.Component, a calendar.Address) bool {
	if s.asked == nil {
		s.asked = map[calendar.Address]bool{}
		for _, p := range m.All(ical.PropAttendee) {
			if person, ok := personIn(p); ok && asked(p) {
				s.asked[person.Address] = true
			}
		}
	}
	return s.asked[a]
}
