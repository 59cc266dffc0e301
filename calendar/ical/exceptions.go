package ical

import (
	"errors"
	"fmt"
	"slices"
	"strings"

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
		i, err := s.session(*id, sessions)
		if err != nil {
			return err
		}
		if i < 0 {
			return fmt.Errorf("an override names %s, when there is no session", id.Value)
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
		for value := range strings.SplitSeq(p.Value, ",") {
			p.Value = value
			i, err := s.session(p, sessions)
			if err != nil {
				return err
			}
			if i >= 0 && !found[i].Cancelled {
				found[i] = cancelledIn(m, sessions[i].Original)
			}
		}
	}
	return nil
}

// session returns which session a property names, by its start or its day, or -1
// if none.
func (s *seriesReader) session(p ical.Prop, sessions []calendar.Occurrence) (int, error) {
	if day, ok := dayIn(&p); ok {
		return slices.IndexFunc(sessions, func(o calendar.Occurrence) bool {
			return availability.DateOf(o.Original.In(s.zone)) == day
		}), nil
	}
	at, err := s.instant(&p)
	if err != nil {
		return 0, err
	}
	return slices.IndexFunc(sessions, func(o calendar.Occurrence) bool { return o.Original.Equal(at) }), nil
}

// override reads a component that stands for one session.
func (s *seriesReader) override(c, m *ical.Component, session calendar.Occurrence) (calendar.Override, error) {
	o := calendar.Override{
		Cancelled: cancelled(c) && !cancelled(m),
		Note:      noteIn(textOf(c, ical.PropDescription), s.Description),
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
	o.Moved, err = s.interval(c, session)
	return o, err
}

// interval returns when a component is, which stands for a session.
func (s *seriesReader) interval(c *ical.Component, session calendar.Occurrence) (availability.Interval, error) {
	p := c.Props.Get(ical.PropDateTimeStart)
	if p == nil {
		return availability.Interval{}, nil
	}
	if day, ok := dayIn(p); ok {
		return s.days(c, day), nil
	}
	start, err := s.instant(p)
	if err != nil {
		return availability.Interval{}, err
	}
	end, err := s.end(c, start)
	if end.IsZero() {
		end = start.Add(session.Length())
	}
	if err == nil && !end.After(start) {
		err = errors.New("an override ends before it starts")
	}
	return availability.Interval{Start: start, End: end}, err
}

// days returns the whole days of a component that begins with day.
func (s *seriesReader) days(c *ical.Component, day availability.Date) availability.Interval {
	iv := day.In(s.zone)
	if p := c.Props.Get(ical.PropDateTimeEnd); p != nil {
		if end, ok := dayIn(p); ok && end.Compare(day) > 0 {
			iv.End = end.In(s.zone).Start
		}
	}
	return iv
}
