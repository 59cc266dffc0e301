package google

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	gcal "google.golang.org/api/calendar/v3"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/ical"
)

// A reading is a series as it is on the calendar: its event and those of its
// occurrences that were read, by original start in Unix seconds. Occurrences that
// are as the series has them need not be among them.
type reading struct {
	event       *gcal.Event
	occurrences map[int64]*gcal.Event
	series      calendar.Series // the same, understood
	who         aliases
	resumed     bool // a Put has written a part of what it should
}

// aliases read and write guests: Google may call people by other addresses than those
// that they were invited by.
type aliases struct{ calendar.Aliases }

// understand makes a Series of events. It is an error that wraps
// calendar.ErrChanged if people have made something of the event that no Series
// can be, such as one without an end.
func (who aliases) understand(uid calendar.UID, event *gcal.Event, occurrences []*gcal.Event) (reading, error) {
	s, err := who.plainSeries(uid, event)
	if err != nil {
		return reading{}, err
	}
	r := reading{event: event, occurrences: map[int64]*gcal.Event{}, series: s, who: who}
	if r.forgotten() {
		return r, nil
	}
	zone, err := availability.LoadZone(s.Slot.Zone)
	if err != nil {
		return reading{}, err
	}
	for _, o := range occurrences {
		if original, ok := instant(o.OriginalStartTime, zone); ok {
			r.occurrences[original.Unix()] = o
		}
	}
	if r.series.Overrides, err = r.overrides(zone); err != nil {
		return reading{}, err
	}
	for _, o := range r.occurrences {
		r.series.Sequence = max(r.series.Sequence, number(o, propOccurrenceSequence))
		if t := moment(o, propOccurrenceUpdated); t.After(r.series.Updated) {
			r.series.Updated = t
		}
	}
	r.series.Version = r.series.Fingerprint()
	return r, nil
}

// forgotten reports whether the event was deleted and Google has no more of it than
// its id.
func (r reading) forgotten() bool { return r.series.Cancelled && r.series.Slot.Zone == "" }

// plainSeries returns the series without overrides and version, and without a slot
// if the event is forgotten.
func (who aliases) plainSeries(uid calendar.UID, e *gcal.Event) (calendar.Series, error) {
	s := calendar.Series{
		UID: uid, Cancelled: e.Status == cancelled,
		Title: e.Summary, Description: calendar.PlainText(e.Description), Link: link(e), Reminder: reminder(e),
		Sequence: number(e, propSequence), Updated: moment(e, propUpdated), Group: prop(e, propGroup),
	}
	s.Organizer, s.Attendees = who.people(e)
	if s.Cancelled && (e.Start == nil || e.End == nil || len(e.Recurrence) == 0) {
		return s, nil
	}
	if e.Start == nil || e.End == nil || e.Start.DateTime == "" {
		return s, changedByHand("it has no time of day")
	}
	zone, err := availability.LoadZone(e.Start.TimeZone)
	if err != nil {
		return s, changedByHand(err.Error())
	}
	start, ok := instant(e.Start, zone)
	end, ok2 := instant(e.End, zone)
	if !ok || !ok2 {
		return s, changedByHand("its time cannot be read")
	}
	s.First = availability.DateOf(start)
	s.Slot = availability.Slot{Day: start.Weekday(), Start: availability.ClockOf(start), Length: end.Sub(start), Zone: e.Start.TimeZone}
	if err := ical.ReadRecurrence(&s, e.Recurrence); err != nil {
		return s, changedByHand(err.Error())
	}
	if err := s.Check(); err != nil {
		return s, changedByHand(err.Error())
	}
	return s.InZone(prop(e, propZone)), nil // Google may know a zone by another of its names
}

func changedByHand(what string) error { return fmt.Errorf("%w: %s", calendar.ErrChanged, what) }

// instant reads a time of an event: an instant, whatever offset it is written in,
// or the start of a day in zone. A clock time without an offset is in its own zone.
func instant(t *gcal.EventDateTime, zone *time.Location) (time.Time, bool) {
	if t == nil {
		return time.Time{}, false
	}
	if t.Date != "" {
		d, err := availability.ParseDate(t.Date)
		return d.In(zone).Start, err == nil
	}
	if at, err := time.Parse(time.RFC3339, t.DateTime); err == nil {
		return at.In(zone), true
	}
	if own, err := availability.LoadZone(t.TimeZone); err == nil {
		zone = own
	}
	at, err := time.ParseInLocation("2006-01-02T15:04:05", t.DateTime, zone)
	return at, err == nil
}

// people returns who is invited. Google may list the organizer among the
// attendees without having been asked to.
func (who aliases) people(e *gcal.Event) (organizer calendar.Attendee, attendees []calendar.Attendee) {
	if e.Organizer != nil {
		organizer.Address = calendar.Address(strings.ToLower(e.Organizer.Email))
		organizer.Name = cmp.Or(prop(e, propOrganizer), e.Organizer.DisplayName)
	}
	for _, a := range e.Attendees {
		address, err := calendar.ParseAddress(string(who.Person(a.Email)))
		uninvited := address == organizer.Address && prop(e, propAttends) == "false"
		if err != nil || a.Resource || uninvited {
			continue
		}
		attendees = append(attendees, calendar.Attendee{Address: address, Name: a.DisplayName, RSVP: rsvp(a)})
	}
	slices.SortFunc(attendees, func(a, b calendar.Attendee) int { // of two addresses of a person the one that replied counts
		return cmp.Or(a.Compare(b), -cmp.Compare(a.RSVP, b.RSVP))
	})
	attendees = slices.CompactFunc(attendees, func(a, b calendar.Attendee) bool { return a.Address == b.Address })
	return organizer, attendees
}

func rsvp(a *gcal.EventAttendee) calendar.RSVP {
	switch r := calendar.RSVP(a.ResponseStatus); r {
	case calendar.Accepted, calendar.Tentative, calendar.Declined:
		return r
	}
	return calendar.NoReply
}

// link returns the address of the video meeting: one that Google made, or one
// that was put where it happens.
func link(e *gcal.Event) string {
	if e.HangoutLink != "" {
		return e.HangoutLink
	}
	if strings.HasPrefix(e.Location, "https://") || strings.HasPrefix(e.Location, "http://") {
		return e.Location
	}
	return ""
}

func reminder(e *gcal.Event) time.Duration {
	if e.Reminders == nil || e.Reminders.UseDefault || len(e.Reminders.Overrides) == 0 {
		return 0
	}
	return time.Duration(e.Reminders.Overrides[0].Minutes) * time.Minute
}

func prop(e *gcal.Event, name string) string {
	if e.ExtendedProperties == nil {
		return ""
	}
	return e.ExtendedProperties.Private[name]
}

// number returns a property that is a number, 0 if it is not.
func number(e *gcal.Event, name string) int {
	n, _ := strconv.Atoi(prop(e, name))
	return n
}

// moment returns a property that is an instant, the zero time if it is not.
func moment(e *gcal.Event, name string) time.Time {
	t, err := time.Parse(time.RFC3339, prop(e, name))
	if err != nil {
		return time.Time{}
	}
	return t.UTC()
}
