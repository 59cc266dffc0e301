package google

import (
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"strconv"
	"strings"
	"time"

	gcal "google.golang.org/api/calendar/v3"

	"github.com/peerslot/peerslot/calendar"
)

// The private extended properties of our events. Those of an occurrence have
// names of their own: it may inherit the properties of its series.
const (
	propUID       = "peerslotUID" // names the booking
	propGroup     = "peerslotGroup"
	propZone      = "peerslotZone"
	propOrganizer = "peerslotOrganizer" // name
	propAttends   = "peerslotAttends"   // whether the organizer is among the attendees
	propSequence  = "peerslotSequence"
	propUpdated   = "peerslotUpdated"
	propMark      = "peerslotMark"
	propLooks     = "peerslotLooks" // how it looked since it was put

	propOccurrenceSequence = "peerslotMoveSequence"
	propOccurrenceUpdated  = "peerslotMoveUpdated"
	propOccurrenceMark     = "peerslotMoveMark"
	propOccurrenceLook     = "peerslotMoveLook" // of its series when we wrote it
	propOccurrenceStart    = "peerslotMoveTo"   // where we moved it
	propNote               = "peerslotNote"
)

const (
	confirmed = "confirmed"
	cancelled = "cancelled"
	primary   = "primary" // the signed-in account's own calendar
)

var base32hex = base32.NewEncoding("0123456789abcdefghijklmnopqrstuv").WithPadding(base32.NoPadding)

// eventID returns the id of the series' event: the UID, or if that has characters
// or a length that Google does not allow, one made from it.
func eventID(uid calendar.UID) string {
	id := string(uid)
	if len(id) >= 5 && len(id) <= 1024 && strings.Trim(id, "0123456789abcdefghijklmnopqrstuv") == "" {
		return id
	}
	sum := sha256.Sum256([]byte(id))
	return "uid" + base32hex.EncodeToString(sum[:20])
}

// instanceID returns the id that Google gives to an occurrence. It is not promised
// anywhere; who is told that there is no such event must list the instances.
func instanceID(event string, original time.Time) string {
	return event + "_" + original.UTC().Format("20060102T150405Z")
}

// newEvent returns the event of a series that is not on the calendar yet, without
// its overrides.
func newEvent(s calendar.Series, mark string, meet bool) (*gcal.Event, error) {
	iv, err := s.Slot.On(s.First)
	if err != nil {
		return nil, err
	}
	no := false
	e := &gcal.Event{
		Id:                    eventID(s.UID),
		Summary:               s.Title,
		Description:           s.Description,
		Location:              s.Link,
		Start:                 eventTime(iv.Start, s.Slot.Zone),
		End:                   eventTime(iv.End, s.Slot.Zone),
		Recurrence:            []string{rule(s)},
		Visibility:            "private",
		GuestsCanInviteOthers: &no,
		GuestsCanModify:       false,
		Reminders:             reminders(s.Reminder),
		ExtendedProperties:    &gcal.EventExtendedProperties{Private: seriesProps(s, mark)},
		ForceSendFields:       []string{"GuestsCanModify"},
	}
	for _, a := range s.Attendees {
		e.Attendees = append(e.Attendees, newAttendee(a))
	}
	e.ExtendedProperties.Private[propLooks] = look(e)
	if meet && s.Link == "" {
		e.ConferenceData = &gcal.ConferenceData{CreateRequest: &gcal.CreateConferenceRequest{
			RequestId:             e.Id,
			ConferenceSolutionKey: &gcal.ConferenceSolutionKey{Type: "hangoutsMeet"},
		}}
	}
	return e, nil
}

func eventTime(t time.Time, zone string) *gcal.EventDateTime {
	return &gcal.EventDateTime{DateTime: t.Format(time.RFC3339), TimeZone: zone}
}

func rule(s calendar.Series) string {
	return fmt.Sprintf("RRULE:FREQ=WEEKLY;INTERVAL=%d;COUNT=%d", int(s.Cadence), s.Count)
}

func reminders(before time.Duration) *gcal.EventReminders {
	r := &gcal.EventReminders{ForceSendFields: []string{"UseDefault", "Overrides"}}
	if before > 0 {
		r.Overrides = []*gcal.EventReminder{{Method: "popup", Minutes: int64(before / time.Minute)}}
	}
	return r
}

func newAttendee(a calendar.Attendee) *gcal.EventAttendee {
	return &gcal.EventAttendee{Email: string(a.Address), DisplayName: a.Name, ResponseStatus: "needsAction"}
}

// seriesProps are what the fields of an event have no place for.
func seriesProps(s calendar.Series, mark string) map[string]string {
	return map[string]string{
		propUID:       string(s.UID),
		propGroup:     s.Group,
		propZone:      s.Slot.Zone,
		propOrganizer: s.Organizer.Name,
		propAttends:   strconv.FormatBool(s.Invites(s.Organizer.Address)),
		propSequence:  strconv.Itoa(s.Sequence),
		propUpdated:   s.Updated.UTC().Format(time.RFC3339),
		propMark:      mark,
	}
}

// overrideEvent returns what makes an occurrence of the event series the one that o
// describes; an o without a change makes it a plain one again. What people made of
// it by hand besides is not sent.
func overrideEvent(series *gcal.Event, s calendar.Series, o calendar.Override, mark string) (*gcal.Event, error) {
	if o.Cancelled {
		e := &gcal.Event{Status: cancelled}
		if o.Note != "" {
			e.Description = s.DescriptionOf(o)
		}
		return e, nil
	}
	iv := o.Moved
	if iv.Empty() {
		iv.Start, iv.End = o.Original, o.Original.Add(s.Slot.Length)
	}
	e := &gcal.Event{
		Status: confirmed,
		Start:  eventTime(iv.Start, s.Slot.Zone),
		End:    eventTime(iv.End, s.Slot.Zone),
		ExtendedProperties: &gcal.EventExtendedProperties{Private: map[string]string{
			propOccurrenceSequence: strconv.Itoa(s.Sequence),
			propOccurrenceUpdated:  s.Updated.UTC().Format(time.RFC3339),
			propOccurrenceMark:     mark,
			propOccurrenceStart:    iv.Start.UTC().Format(time.RFC3339),
			propOccurrenceLook:     look(series),
			propNote:               o.Note,
		}},
	}
	if o.Edited == "" {
		e.Description, e.ForceSendFields = s.DescriptionOf(o), []string{"Description"}
	}
	return e, nil
}

func minutes(d time.Duration) int { return int(d / time.Minute) }

// maxNote is what fits into a property, whose value Google cuts at 1,024
// characters.
const maxNote = 1000

func shortNote(note string) string {
	if r := []rune(note); len(r) > maxNote {
		return string(r[:maxNote])
	}
	return note
}
