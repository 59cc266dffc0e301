// Package api is Microsoft Graph v1.0 as far as calendars go: what is sent and
// answered, calls alone and in batches, and what may be done about those that fail.
package api

import (
	"cmp"
	"encoding/json"
	"fmt"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar/windowszone"
)

// An Event is as Graph writes and reads it (resources/event.md). What is nil is not
// sent, and so not changed.
type Event struct {
	ETag           string    `json:"@odata.etag,omitempty"`
	ID             string    `json:"id,omitempty"`
	Type           string    `json:"type,omitempty"`
	SeriesMasterID string    `json:"seriesMasterId,omitempty"`
	OriginalStart  string    `json:"originalStart,omitempty"`
	Removed        *struct{} `json:"@removed,omitempty"`

	Subject     *string     `json:"subject,omitempty"`
	Body        *ItemBody   `json:"body,omitempty"`
	Start       *DateTime   `json:"start,omitempty"`
	End         *DateTime   `json:"end,omitempty"`
	Recurrence  *Recurrence `json:"recurrence,omitempty"`
	Zone        string      `json:"originalStartTimeZone,omitempty"` // in which it was made; only read
	Location    *Location   `json:"location,omitempty"`
	Organizer   *Recipient  `json:"organizer,omitempty"`
	Attendees   *[]Attendee `json:"attendees,omitempty"`
	IsCancelled bool        `json:"isCancelled,omitempty"`

	IsReminderOn    *bool    `json:"isReminderOn,omitempty"`
	ReminderMinutes *int     `json:"reminderMinutesBeforeStart,omitempty"`
	Sensitivity     string   `json:"sensitivity,omitempty"`
	ShowAs          string   `json:"showAs,omitempty"`
	Categories      []string `json:"categories,omitempty"`
	NewTimes        *bool    `json:"allowNewTimeProposals,omitempty"`

	IsOnlineMeeting *bool          `json:"isOnlineMeeting,omitempty"`
	Provider        string         `json:"onlineMeetingProvider,omitempty"`
	OnlineMeeting   *OnlineMeeting `json:"onlineMeeting,omitempty"`

	TransactionID string     `json:"transactionId,omitempty"`
	Properties    []Property `json:"singleValueExtendedProperties,omitempty"`
}

type ItemBody struct {
	ContentType string `json:"contentType"`
	Content     string `json:"content"`
}

// A DateTime is wall clock and zone (resources/datetimetimezone.md).
type DateTime struct {
	DateTime string `json:"dateTime"`
	TimeZone string `json:"timeZone"`
}

type Location struct {
	DisplayName string `json:"displayName"`
}

type Recipient struct {
	EmailAddress EmailAddress `json:"emailAddress"`
}

type EmailAddress struct {
	Address string `json:"address"`
	Name    string `json:"name,omitempty"`
}

type Attendee struct {
	EmailAddress EmailAddress    `json:"emailAddress"`
	Type         string          `json:"type,omitempty"`
	Status       *ResponseStatus `json:"status,omitempty"`
}

type ResponseStatus struct {
	Response string `json:"response"`
}

type OnlineMeeting struct {
	JoinURL string `json:"joinUrl"`
}

type Recurrence struct {
	Pattern Pattern `json:"pattern"`
	Range   Range   `json:"range"`
}

type Pattern struct {
	Type       string   `json:"type"`
	Interval   int      `json:"interval"`
	DaysOfWeek []string `json:"daysOfWeek,omitempty"`
}

type Range struct {
	Type      string `json:"type"`
	StartDate string `json:"startDate,omitempty"`
	EndDate   string `json:"endDate,omitempty"`
	Zone      string `json:"recurrenceTimeZone,omitempty"`
	Number    int    `json:"numberOfOccurrences,omitempty"`
}

type Property struct {
	ID    string `json:"id"`
	Value string `json:"value"`
}

// A Page is a part of a list. Only the one without a next is the last.
type Page struct {
	Value []Event `json:"value"`
	Next  string  `json:"@odata.nextLink"`
	Delta string  `json:"@odata.deltaLink"`
}

// UnmarshalJSON refuses an answer that is no list: an empty list would say that
// nothing is there.
func (p *Page) UnmarshalJSON(data []byte) error {
	type plain Page
	if err := json.Unmarshal(data, (*plain)(p)); err != nil {
		return err
	}
	if p.Value == nil {
		return errNoList
	}
	return nil
}

// UTC writes an instant for a body.
func UTC(t time.Time) *DateTime {
	return &DateTime{DateTime: t.UTC().Format("2006-01-02T15:04:05"), TimeZone: "UTC"}
}

// Stamp writes an instant for a query.
func Stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }

// Instant reads a time, which was asked for in UTC but may be in any zone.
func (d *DateTime) Instant() (time.Time, bool) {
	if d == nil {
		return time.Time{}, false
	}
	t, ok := ParseInstant(d.DateTime)
	if !ok || isUTC(d.TimeZone) {
		return t, ok
	}
	name, err := IANAZone(d.TimeZone)
	if err != nil {
		return t, false
	}
	loc, err := availability.LoadZone(name)
	if err != nil {
		return t, false
	}
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), loc).UTC(), true
}

func isUTC(zone string) bool {
	return zone == "" || zone == "UTC" || zone == "Etc/UTC" || zone == "Etc/GMT" || zone == "tzone://Microsoft/Utc"
}

// ParseInstant reads a time with or without a Z, and any part of a second.
func ParseInstant(s string) (time.Time, bool) {
	for _, layout := range []string{"2006-01-02T15:04:05", time.RFC3339} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC(), true
		}
	}
	return time.Time{}, false
}

// Ptr returns a pointer to a copy of v.
func Ptr[T any](v T) *T { return &v }

// IANAZone returns the zone of a name that Exchange gives: one of Windows, or of the
// IANA.
func IANAZone(name string) (string, error) {
	if iana := windowszone.IANA(name); iana != "" {
		return iana, nil
	}
	if isUTC(name) {
		return "UTC", nil
	}
	if _, err := availability.LoadZone(name); err != nil {
		return "", fmt.Errorf("its time zone %q is unknown", name)
	}
	return name, nil
}

// SetReminder has attendees reminded so long before the start; not at all for 0.
func (e *Event) SetReminder(before time.Duration) {
	e.IsReminderOn = Ptr(before > 0)
	if before > 0 {
		e.ReminderMinutes = Ptr(int(before / time.Minute))
	}
}

// Guests returns the attendees of an event; nil if it lists none.
func (e Event) Guests() []Attendee {
	if e.Attendees == nil {
		return nil
	}
	return *e.Attendees
}

// Interval returns when an event is.
func (e Event) Interval() (availability.Interval, bool) {
	start, ok := e.Start.Instant()
	end, ok2 := e.End.Instant()
	return availability.Interval{Start: start, End: end}, ok && ok2
}

// Compare orders events by when they begin.
func (e Event) Compare(o Event) int {
	a, _ := e.Interval()
	b, _ := o.Interval()
	return cmp.Or(a.Start.Compare(b.Start), cmp.Compare(e.ID, o.ID))
}
