package ical

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/emersion/go-ical"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/ical/internal/line"
)

// Received is what an iTIP message says of our series (RFC 5546), as far as
// replies need it. Nothing that a person wrote is in it.
type Received struct {
	Method string          // upper case, "" if it has none
	Events []ReceivedEvent // of our series, those about a whole series first
}

// A ReceivedEvent is one event of a message. Of a reply, programs agree only on UID,
// instants and attendees: the rest may be missing, or be anything.
type ReceivedEvent struct {
	UID       calendar.UID
	Original  time.Time // the session that it names by its original start; zero for the series
	Attendees []Answered
	Sequence  int       // -1 if it says none
	Made      time.Time // its DTSTAMP, by the sender's clock; zero if it says none
	Err       error     // why it cannot be told which session it names, or nil
}

// Answered is an attendee with the PARTSTAT of a message, upper case.
type Answered struct {
	calendar.Attendee
	PartStat string
}

// ReadMessage reads an iTIP message. Events of others are passed over. It is an
// error if r holds no calendar, or several.
func ReadMessage(r io.Reader) (Received, error) {
	calendars, err := line.Read(r)
	if err != nil {
		return Received{}, err
	}
	if len(calendars) != 1 {
		return Received{}, fmt.Errorf("it holds %d calendars; want one", len(calendars))
	}
	cal := calendars[0]
	got := Received{Method: strings.ToUpper(cal.Raw(ical.PropMethod))}
	for _, s := range seriesIn(cal) {
		for _, c := range append(s.masters, s.overrides...) {
			got.Events = append(got.Events, s.received(c))
		}
	}
	return got, nil
}

func (s *seriesReader) received(c *line.Component) ReceivedEvent {
	e := ReceivedEvent{UID: s.uid, Sequence: -1}
	if c.Get(ical.PropSequence) != nil {
		e.Sequence = sequenceOf(c)
	}
	if made, err := time.Parse(instant, c.Raw(ical.PropDateTimeStamp)); err == nil {
		e.Made = made
	}
	for _, p := range c.All(ical.PropAttendee) {
		if a, ok := personIn(p); ok {
			e.Attendees = append(e.Attendees, Answered{a, strings.ToUpper(p.Param(ical.ParamParticipationStatus))})
		}
	}
	id := c.Get(ical.PropRecurrenceID)
	if id == nil {
		return e
	}
	if id.Param(ical.ParamRange) != "" {
		e.Err = errors.New("it is about a session and all after it")
		return e
	}
	x, ok := line.StampOf(id)
	if !ok || x.Vague {
		e.Err = fmt.Errorf("RECURRENCE-ID %q cannot be read", id.Value)
		return e
	}
	e.Original, e.Err = s.instant(x)
	return e
}
