// Package feed makes the subscriptions of members: what stands in one, and the address
// at which it is found.
package feed

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/ical"
	"github.com/peerslot/peerslot/scheduler"
)

// Back is how long a series that is over stays in a feed.
const Back = 30 * 24 * time.Hour

// A Body is a feed as it is sent. The same bookings give the same body.
type Body struct {
	Text    []byte    // iCalendar
	Changed time.Time // when one of its series was changed last; zero for none
	Faults  []error   // why a series is not in it
}

// Of returns the feed of a person's sessions as the store has them, or of everybody's if the person has no address: of one
// group, or for "" of all. It names people, but has no address of anybody.
func Of(w scheduler.Workspace, bookings []scheduler.Booking, person scheduler.Person, group string, now time.Time) (Body, error) {
	var b Body
	var list []calendar.Series
	for _, booking := range bookings {
		if group != "" && booking.Group != group {
			continue
		}
		s, err := standing(booking, person, now)
		if err != nil {
			b.Faults = append(b.Faults, fmt.Errorf("group %q: %w", booking.Group, err))
			continue
		}
		if s.UID == "" {
			continue
		}
		list = append(list, named(w, s))
		if s.Updated.After(b.Changed) {
			b.Changed = s.Updated
		}
	}
	slices.SortFunc(list, func(a, b calendar.Series) int { return cmp.Compare(a.UID, b.UID) })
	list = slices.CompactFunc(list, func(a, b calendar.Series) bool { return a.UID == b.UID }) // invited under two addresses
	var text bytes.Buffer
	err := ical.Encode(&text, ical.WriteOptions{Name: cmp.Or(group, "Peer sessions"), Feed: true}, list...)
	b.Text = text.Bytes()
	return b, err
}

// standing returns what stands of a booking for the person; a series without UID if
// nothing does: they are not in it, declined all of it, it is not on the calendar yet,
// or was over long ago.
func standing(b scheduler.Booking, person scheduler.Person, now time.Time) (calendar.Series, error) {
	s := b.Series
	invited := person.Address == "" || person.InvitedTo(s)
	if b.State == scheduler.Intended || b.Fault == nil && (!invited || person.DeclinedAll(s)) {
		return calendar.Series{}, nil
	}
	if b.Fault != nil {
		return calendar.Series{}, b.Fault
	}
	if !b.CancelFrom.IsZero() {
		var err error
		if s, err = s.Until(b.CancelFrom); err != nil {
			return calendar.Series{}, err
		}
	}
	sessions, err := s.Occurrences()
	if err != nil || s.Cancelled || !slices.ContainsFunc(sessions, func(o calendar.Occurrence) bool { return !o.Cancelled && o.End.After(now.Add(-Back)) }) {
		return calendar.Series{}, err
	}
	return s, s.Check()
}

// named returns the series with what people call its members in the place of addresses.
func named(w scheduler.Workspace, s calendar.Series) calendar.Series {
	s.Attendees = slices.Clone(s.Attendees)
	for i, a := range s.Attendees {
		if a.Name == "" || calendar.HasAddress(a.Name) {
			s.Attendees[i].Name = w.Name(a.Address)
		}
	}
	return s
}
