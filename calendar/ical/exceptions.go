package ical

import (
	"errors"
	"fmt"
	"slices"

	"github.com/emersion/go-ical"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
)

// exceptions reads the overrides: those that the master names, and those that
// have a component. Of an occurrence with both, programs show the component.
func (s *seriesReader) exceptions(m *ical.Component) error {
	sessions, err := s.Occurrences()
	if err != nil {
		return err
	}
	found := make([]calendar.Override, len(sessions))
	if err := s.excepted(m, sessions, found); err != nil {
		return err
	}
	slices.SortStableFunc(s.overrides, func(a, b *ical.Component) int { return sequenceOf(a) - sequenceOf(b) })
	for _, c := range s.overrides {
		id := c.Props.Get(ical.PropRecurrenceID)
		if id.Params.Get(ical.ParamRange) != "" {
			return errors.New("an override with RANGE: it is for one occurrence and those after it")
		}
		x, ok := stampOf(id)
		i, err := s.session(x, sessions)
		if err != nil {
			return err
		}
		if !ok || x.vague || i < 0 {
			return fmt.Errorf("RECURRENCE-ID %q: there is no session then", id.Value)
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
func (s *seriesReader) excepted(m *ical.Component, sessions []calendar.Occurrence, found []calendar.Override) error {
	for _, p := range m.Props[ical.PropExceptionDates] {
		for _, x := range periodsIn(&p) {
			i, err := s.session(x.stamp, sessions)
			if err != nil || !x.ok {
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
func (s *seriesReader) session(x stamp, sessions []calendar.Occurrence) (int, error) {
	if x.form == wholeDay {
		day := dateOf(floorDiv(x.wall, secondsPerDay))
		return slices.IndexFunc(sessions, func(o calendar.Occurrence) bool {
			return availability.DateOf(o.Original.In(s.zone)) == day
		}), nil
	}
	start := at(x.wall, s.zone) // of a floating one
	if x.form != floating {
		var err error
		if start, err = s.instant(x); err != nil {
			return 0, err
		}
	}
	return slices.IndexFunc(sessions, func(o calendar.Occurrence) bool { return o.Original.Equal(start) }), nil
}

// override reads a component that stands for one session.
func (s *seriesReader) override(c, m *ical.Component, session calendar.Occurrence) (calendar.Override, error) {
	o := calendar.Override{
		Cancelled: cancelled(c) && !cancelled(m),
		Note:      noteOf(c, m),
		RSVPs:     map[calendar.Address]calendar.RSVP{},
	}
	for i := range c.Props[ical.PropAttendee] {
		p := &c.Props[ical.PropAttendee][i]
		a, ok := personIn(p)
		invited, isInvited := attendee(s.Series, a.Address)
		if r, own := replyIn(p, invited.RSVP); ok && isInvited && own {
			o.RSVPs[a.Address] = r
		}
	}
	var err error
	o.Moved, err = s.interval(c, session.Length())
	return o, err
}
