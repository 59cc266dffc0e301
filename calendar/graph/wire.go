package graph

import (
	"encoding/json"
	"time"

	"github.com/peerslot/peerslot/availability"
)

// An event is as Graph writes and reads it (resources/event.md). What is nil is not
// sent, and so not changed.
type event struct {
	ETag           string    `json:"@odata.etag,omitempty"`
	ID             string    `json:"id,omitempty"`
	Type           string    `json:"type,omitempty"`
	SeriesMasterID string    `json:"seriesMasterId,omitempty"`
	OriginalStart  string    `json:"originalStart,omitempty"`
	Removed        *struct{} `json:"@removed,omitempty"`

	Subject     *string     `json:"subject,omitempty"`
	Body        *itemBody   `json:"body,omitempty"`
	Start       *dateTime   `json:"start,omitempty"`
	End         *dateTime   `json:"end,omitempty"`
	Recurrence  *recurrence `json:"recurrence,omitempty"`
	Zone        string      `json:"originalStartTimeZone,omitempty"` // in which it was made; only read
	Location    *location   `json:"location,omitempty"`
	Organizer   *recipient  `json:"organizer,omitempty"`
	Attendees   *[]attendee `json:"attendees,omitempty"`
	IsCancelled bool        `json:"isCancelled,omitempty"`

	IsReminderOn    *bool    `json:"isReminderOn,omitempty"`
	ReminderMinutes *int     `json:"reminderMinutesBeforeStart,omitempty"`
	Sensitivity     string   `json:"sensitivity,omitempty"`
	ShowAs          string   `json:"showAs,omitempty"`
	Categories      []string `json:"categories,omitempty"`
	NewTimes        *bool    `json:"allowNewTimeProposals,omitempty"`

	IsOnlineMeeting *bool          `json:"isOnlineMeeting,omitempty"`
	Provider        string         `json:"onlineMeetingProvider,omitempty"`
	OnlineMeeting   *onlineMeeting `json:"onlineMeeting,omitempty"`

	TransactionID string     `json:"transactionId,omitempty"`
	Properties    []property `json:"singleValueExtendedProperties,omitempty"`
}

type itemBody struct {
	ContentType string `json:"contentType"`
	Content     string `json:"content"`
}

// A dateTime is wall clock and zone (resources/datetimetimezone.md).
type dateTime struct {
	DateTime string `json:"dateTime"`
	TimeZone string `json:"timeZone"`
}

type location struct {
	DisplayName string `json:"displayName"`
}

type recipient struct {
	EmailAddress emailAddress `json:"emailAddress"`
}

type emailAddress struct {
	Address string `json:"address"`
	Name    string `json:"name,omitempty"`
}

type attendee struct {
	EmailAddress emailAddress    `json:"emailAddress"`
	Type         string          `json:"type,omitempty"`
	Status       *responseStatus `json:"status,omitempty"`
}

type responseStatus struct {
	Response string `json:"response"`
}

type onlineMeeting struct {
	JoinURL string `json:"joinUrl"`
}

type recurrence struct {
	Pattern pattern        `json:"pattern"`
	Range   recurrenceSpan `json:"range"`
}

type pattern struct {
	Type       string   `json:"type"`
	Interval   int      `json:"interval"`
	DaysOfWeek []string `json:"daysOfWeek,omitempty"`
}

type recurrenceSpan struct {
	Type      string `json:"type"`
	StartDate string `json:"startDate,omitempty"`
	EndDate   string `json:"endDate,omitempty"`
	Zone      string `json:"recurrenceTimeZone,omitempty"`
	Number    int    `json:"numberOfOccurrences,omitempty"`
}

type property struct {
	ID    string `json:"id"`
	Value string `json:"value"`
}

// A page is a part of a list. Only the one without a next is the last.
type page struct {
	Value []event `json:"value"`
	Next  string  `json:"@odata.nextLink"`
	Delta string  `json:"@odata.deltaLink"`
}

// UnmarshalJSON refuses an answer that is no list: an empty list would say that
// nothing is there.
func (p *page) UnmarshalJSON(data []byte) error {
	type plain page
	if err := json.Unmarshal(data, (*plain)(p)); err != nil {
		return err
	}
	if p.Value == nil {
		return errNoList
	}
	return nil
}

// utc writes an instant for a body.
func utc(t time.Time) *dateTime {
	return &dateTime{DateTime: t.UTC().Format("2006-01-02T15:04:05"), TimeZone: "UTC"}
}

// stamp writes an instant for a query.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }

// instant reads a time, which was asked for in UTC but may be in any zone.
func (d *dateTime) instant() (time.Time, bool) {
	if d == nil {
		return time.Time{}, false
	}
	t, ok := parseInstant(d.DateTime)
	if !ok || isUTC(d.TimeZone) {
		return t, ok
	}
	name, err := ianaZone(d.TimeZone)
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

// parseInstant reads a time with or without a Z, and any part of a second.
func parseInstant(s string) (time.Time, bool) {
	for _, layout := range []string{"2006-01-02T15:04:05", time.RFC3339} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC(), true
		}
	}
	return time.Time{}, false
}

// ptr returns a pointer to a copy of v.
func ptr[T any](v T) *T { return &v }
