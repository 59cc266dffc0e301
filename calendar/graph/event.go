package graph

import (
	"strings"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
)

// newEvent returns the event of a series that is not on the calendar yet, without
// its overrides.
func newEvent(s calendar.Series, mark string, teams bool) (event, error) {
	e := event{
		Subject: ptr(s.Title), Body: &itemBody{"text", s.Description}, Attendees: ptr(aliases{}.attendees(nil, nil, s)),
		Sensitivity: "private", ShowAs: "busy", NewTimes: ptr(false),
		TransactionID: transactionOf(s),
		Properties:    []property{{propUID, string(s.UID)}, {propKind, kindSeries}, newState(s, mark, state{}).encode()},
	}
	if s.Link != "" {
		e.Location = &location{s.Link}
	}
	e.setReminder(s.Reminder)
	if err := e.setTimes(s); err != nil {
		return e, err
	}
	if teams && s.Link == "" {
		e.IsOnlineMeeting, e.Provider = ptr(true), "teamsForBusiness"
	}
	return e, nil
}

// setTimes sets when the sessions of s are.
func (e *event) setTimes(s calendar.Series) error {
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
		pattern{Type: "weekly", Interval: int(s.Cadence), DaysOfWeek: []string{strings.ToLower(s.Slot.Day.String())}},
		recurrenceSpan{Type: "numbered", StartDate: s.First.String(), Zone: zone, Number: s.Count},
	}
	return nil
}

func (e *event) setReminder(before time.Duration) {
	e.IsReminderOn = ptr(before > 0)
	if before > 0 {
		e.ReminderMinutes = ptr(int(before / time.Minute))
	}
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
			out = append(out, attendee{EmailAddress: emailAddress{string(a.Address), a.Name}, Type: "required"})
		}
	}
	return out
}

// guests returns the attendees of an event; nil if it lists none.
func (e event) guests() []attendee {
	if e.Attendees == nil {
		return nil
	}
	return *e.Attendees
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
	body := describe(s, o)
	out := event{Properties: []property{session{
		Sequence: s.Sequence, Updated: s.Updated.Unix(), Mark: mark, Start: iv.Start.Unix(), Note: digestOf(o.Note), Body: digestOf(body),
	}.encode()}}
	if have, ok := e.interval(); !ok || !have.Start.Equal(iv.Start) || !have.End.Equal(iv.End) {
		out.Start, out.End = wall(iv.Start, loc, zone), wall(iv.End, loc, zone)
	}
	if digestOf(o.Note) != was.Note && o.Edited == "" {
		out.Body = &itemBody{"text", body}
	}
	return out, nil
}

// describe returns the description of an occurrence: why it is another first, since
// mail programs cut long texts at the end.
func describe(s calendar.Series, o calendar.Override) string {
	if o.Note == "" {
		return s.Description
	}
	return strings.TrimSpace(o.Note + "\n\n" + s.Description)
}

// interval returns when an event is.
func (e event) interval() (availability.Interval, bool) {
	start, ok := e.Start.instant()
	end, ok2 := e.End.instant()
	return availability.Interval{Start: start, End: end}, ok && ok2
}
