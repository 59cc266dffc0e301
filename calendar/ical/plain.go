package ical

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/peerslot/peerslot/calendar"
)

const (
	maxText = 64 << 10 // bytes of a text, so that no reader cuts its line off
	maxName = 1 << 10  // bytes of a name, likewise
)

// Check returns what keeps [Encode] from writing s: it is not valid, or holds what
// iCalendar cannot express.
func Check(s calendar.Series) error {
	if err := s.Check(); err != nil {
		return err
	}
	texts := []string{s.Title, s.Description, s.Link}
	years := []int{s.First.Year}
	spans := []time.Duration{s.Slot.Start, s.Slot.Length, s.Reminder}
	var people []calendar.Attendee
	for _, o := range s.Overrides {
		texts = append(texts, o.Note)
		years = append(years, o.Original.Year())
		if !o.Moved.Empty() {
			years = append(years, o.Moved.Start.Year(), o.Moved.End.Year())
		}
		spans = append(spans, time.Duration(o.Moved.Start.Nanosecond()), time.Duration(o.Moved.End.Nanosecond()))
		for a, r := range o.RSVPs {
			people = append(people, calendar.Attendee{Address: a, RSVP: r})
		}
	}
	switch {
	case s.Sequence < 0:
		return fmt.Errorf("series %s: its sequence is %d; want 0 or more", s.UID, s.Sequence)
	case slices.ContainsFunc(texts, func(t string) bool { return len(t) > maxText }):
		return fmt.Errorf("series %s: a text is longer than %d kB", s.UID, maxText>>10)
	case slices.ContainsFunc(spans, func(d time.Duration) bool { return d%time.Second != 0 || d < 0 }):
		return fmt.Errorf("series %s: a time is not in whole seconds", s.UID)
	case slices.ContainsFunc(years, func(y int) bool { return y < 2 || y > 9990 }):
		return fmt.Errorf("series %s: a time is not in the years 2 to 9990", s.UID)
	}
	return checkPeople(s.UID, slices.Concat(people, s.Attendees, []calendar.Attendee{s.Organizer}))
}

func checkPeople(uid calendar.UID, people []calendar.Attendee) error {
	for _, a := range people {
		if _, ok := replies[a.RSVP]; !ok {
			return fmt.Errorf("series %s: the reply of %s is %q; want accepted, tentative, declined or none", uid, a.Address, a.RSVP)
		}
		if len(a.Name) > maxName {
			return fmt.Errorf("series %s: the name of %s is longer than %d bytes", uid, a.Address, maxName)
		}
	}
	return nil
}

// Plain returns s as [Decode] reads it back after [Encode], which says what is lost.
// Compare with it what is on a calendar. s must be valid.
func Plain(s calendar.Series) calendar.Series {
	s.Version = ""
	s.Title, s.Description, s.Link = plainText(s.Title), plainText(s.Description), plainText(s.Link)
	s.Organizer.Name = plainName(s.Organizer.Name)
	s.Attendees = slices.Clone(s.Attendees)
	for i := range s.Attendees {
		s.Attendees[i].Name = plainName(s.Attendees[i].Name)
	}
	s.Updated = s.Updated.Truncate(time.Second)
	overrides := s.Overrides
	s.Overrides = nil
	for _, o := range overrides {
		if o, ok := plainOverride(s, o); ok {
			s.Overrides = append(s.Overrides, o)
		}
	}
	return s
}

// plainOverride is Plain for an override. ok is false if it changes nothing.
func plainOverride(s calendar.Series, o calendar.Override) (plain calendar.Override, ok bool) {
	o.Note = plainText(o.Note)
	if o.Moved.Empty() || o.Moved.Start.Equal(o.Original) && o.Moved.Length() == s.Slot.Length {
		o.Moved.Start, o.Moved.End = time.Time{}, time.Time{}
	}
	o.RSVPs = maps.Clone(o.RSVPs)
	maps.DeleteFunc(o.RSVPs, func(a calendar.Address, _ calendar.RSVP) bool {
		_, invited := attendee(s, a)
		return !invited
	})
	if len(o.RSVPs) == 0 {
		o.RSVPs = nil
	}
	return o, o.Cancelled || o.Note != "" || !o.Moved.Empty() || o.RSVPs != nil
}

// attendee returns the attendee with that address.
func attendee(s calendar.Series, a calendar.Address) (at calendar.Attendee, ok bool) {
	i, ok := slices.BinarySearchFunc(s.Attendees, a, func(at calendar.Attendee, a calendar.Address) int { return cmp.Compare(at.Address, a) })
	if ok {
		at = s.Attendees[i]
	}
	return at, ok
}
