package graph

import (
	"strings"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/graph/internal/api"
	"github.com/peerslot/peerslot/calendar/graph/internal/text"
)

// newEvent returns the event of a series that is not on the calendar yet, without
// its overrides.
func newEvent(s calendar.Series, mark string, teams bool) (event, error) {
	e := event{
		Subject: api.Ptr(s.Title), Body: &itemBody{ContentType: "text", Content: s.Description}, Attendees: api.Ptr(aliases{}.attendees(nil, nil, s)),
		Sensitivity: "private", ShowAs: "busy", NewTimes: api.Ptr(false),
		TransactionID: transactionOf(s),
		Properties:    []property{{ID: propUID, Value: string(s.UID)}, {ID: propKind, Value: kindSeries}, newState(s, mark, state{}).encode()},
	}
	if s.Link != "" {
		e.Location = &location{DisplayName: s.Link}
	}
	e.SetReminder(s.Reminder)
	if err := setTimes(&e, s); err != nil {
		return e, err
	}
	if teams && s.Link == "" {
		e.IsOnlineMeeting, e.Provider = api.Ptr(true), "teamsForBusiness"
	}
	return e, nil
}

// setTimes sets when the sessions of s are.
func setTimes(e *event, s calendar.Series) error {
	zone, err := windowsZone(s)
	if err != nil {
		return err
	}
	iv, err := s.Slot.On(s.First)
	if err != nil {
		return err
	}
	loc, err := availability.LoadZone(s.Slot.Zone)
	if err != nil {
		return err
	}
	e.Start, e.End = wall(iv.Start, loc, zone), wall(iv.End, loc, zone)
	e.Recurrence = &recurrence{
		Pattern: pattern{Type: "weekly", Interval: int(s.Cadence), DaysOfWeek: []string{strings.ToLower(s.Slot.Day.String())}},
		Range:   recurrenceSpan{Type: "numbered", StartDate: s.First.String(), Zone: zone, Number: s.Count},
	}
	return nil
}

// attendees returns the list without those who are gone, and with all whom target
// invites but the organizer, who is there anyway. Exchange replaces the list whole;
// who stays keeps the entry that is there.
func (who aliases) attendees(list []attendee, gone func(calendar.Address) bool, target calendar.Series) []attendee {
	out := []attendee{}
	listed := map[calendar.Address]bool{}
	for _, a := range list {
		address := who.Person(a.EmailAddress.Address)
		if gone(address) {
			continue
		}
		listed[address] = true
		out = append(out, attendee{EmailAddress: a.EmailAddress, Type: a.Type})
	}
	for _, a := range target.Attendees {
		if !listed[a.Address] && a.Address != target.Organizer.Address {
			out = append(out, attendee{EmailAddress: emailAddress{Address: string(a.Address), Name: a.Name}, Type: "required"})
		}
	}
	return out
}

// overrideEvent returns what makes an occurrence, which is not cancelled, the one
// that o describes; an o without a change makes it a plain one again. e is the
// occurrence as it is: nothing is sent that stays.
func overrideEvent(s calendar.Series, o calendar.Override, e event, mark string) (event, error) {
	loc, err := availability.LoadZone(s.Slot.Zone)
	if err != nil {
		return event{}, err
	}
	zone, err := windowsZone(s)
	if err != nil {
		return event{}, err
	}
	iv := o.Moved
	if iv.Empty() {
		iv = availability.Interval{Start: o.Original, End: o.Original.Add(s.Slot.Length)}
	}
	was, _ := sessionOf(e)
	body := s.DescriptionOf(o)
	out := event{Properties: []property{session{
		Sequence: s.Sequence, Updated: s.Updated.Unix(), Mark: mark, Start: iv.Start.Unix(), Note: text.DigestOf(o.Note), Body: text.DigestOf(body),
	}.encode()}}
	if have, ok := e.Interval(); !ok || !have.Start.Equal(iv.Start) || !have.End.Equal(iv.End) {
		out.Start, out.End = wall(iv.Start, loc, zone), wall(iv.End, loc, zone)
	}
	if text.DigestOf(o.Note) != was.Note && o.Edited == "" {
		out.Body = &itemBody{ContentType: "text", Content: body}
	}
	return out, nil
}
