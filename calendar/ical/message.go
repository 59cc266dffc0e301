package ical

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"time"

	"github.com/emersion/go-ical"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
)

// A Message is one iTIP message (RFC 5546) about a series: exactly one event, since
// clients that apply only the first one, or refuse a rule beside its exceptions,
// are in use.
type Message struct {
	Method   Method           // Request or Cancel
	Original time.Time        // the session that it is about, by its original start; zero for the series
	Leaver   calendar.Address // set for a Cancel that takes one attendee off what goes on for the others
	Made     time.Time        // the DTSTAMP: when the message was made
}

// WriteMessage writes m about s as one calendar. The event of a series has its
// rule, an exception date for each cancelled session, and every other session at
// its slot: the moved ones want messages of their own after it. The same m and s
// give the same bytes. Nothing in it is only for us. The errors are those of [Encode].
func WriteMessage(w io.Writer, m Message, s calendar.Series) error {
	e, err := newSeriesWriter(WriteOptions{Method: m.Method}, s)
	if err != nil {
		return err
	}
	event, span, err := m.event(e)
	if err != nil {
		return err
	}
	cal := ical.NewCalendar()
	setRaw(cal.Component, ical.PropVersion, "2.0")
	setRaw(cal.Component, ical.PropProductID, product)
	setRaw(cal.Component, ical.PropMethod, string(m.Method))
	if s.Slot.Zone != time.UTC.String() {
		cal.Children = append(cal.Children, timezone(e.zone, span))
	}
	cal.Children = append(cal.Children, event)
	return ical.NewEncoder(&folder{w: w}).Encode(cal)
}

// event returns the only event, and an interval that holds its times.
func (m Message) event(w *seriesWriter) (*ical.Component, availability.Interval, error) {
	e := ical.NewComponent(ical.CompEvent)
	setRaw(e, ical.PropUID, UIDText(w.UID))
	setRaw(e, ical.PropSequence, strconv.Itoa(w.Sequence))
	setRaw(e, ical.PropDateTimeStamp, m.Made.UTC().Format(instant))
	setText(e, ical.PropSummary, w.Title)
	w.link(e)
	e.Props.Add(w.person(ical.PropOrganizer, w.Organizer))
	m.status(e)
	if m.Original.IsZero() {
		m.series(w, e)
		return e, w.span(), nil
	}
	i, found := slices.BinarySearchFunc(w.sessions, m.Original, func(o calendar.Occurrence, t time.Time) int { return o.Original.Compare(t) })
	if !found {
		return nil, availability.Interval{}, fmt.Errorf("series %s has no session at %s", w.UID, m.Original.UTC().Format(time.RFC3339))
	}
	m.session(w, e, w.sessions[i])
	return e, union(w.sessions[i].Interval, w.slotted(m.Original)), nil
}

// status says what becomes of the event. Who leaves gets no STATUS: it goes on for
// the others (RFC 5546, section 3.2.5).
func (m Message) status(e *ical.Component) {
	switch {
	case m.Method != Cancel:
		setRaw(e, ical.PropStatus, string(ical.EventConfirmed))
		setRaw(e, ical.PropTransparency, "OPAQUE")
		setRaw(e, "X-MICROSOFT-DISALLOW-COUNTER", "TRUE") // nobody here answers "propose another time"
	case m.Leaver == "":
		setRaw(e, ical.PropStatus, string(ical.EventCancelled))
	}
}

func (m Message) series(w *seriesWriter, e *ical.Component) {
	setText(e, ical.PropDescription, w.Description)
	first := w.slotted(w.sessions[0].Original)
	m.times(w, e, w.time, first)
	setRaw(e, ical.PropRecurrenceRule, w.ruleText())
	for _, o := range w.Overrides {
		if o.Cancelled {
			e.Props.Add(w.time(ical.PropExceptionDates, o.Original))
		}
	}
	m.attendees(w, e, w.invited)
}

func (m Message) session(w *seriesWriter, e *ical.Component, session calendar.Occurrence) {
	o := w.Override(session.Original)
	o.Original = session.Original
	setText(e, ical.PropDescription, withNote(o.Note, w.Description))
	e.Props.Add(w.time(ical.PropRecurrenceID, o.Original))
	write := w.time
	if w.changing(session.Interval) {
		write = utcProp
	}
	m.times(w, e, write, session.Interval)
	m.attendees(w, e, func(a calendar.Attendee) *ical.Prop {
		if session.Moved { // a reply to the series was to another time
			a.RSVP = o.RSVPs[a.Address]
		} else if r, ok := o.RSVPs[a.Address]; ok {
			a.RSVP = r
		}
		return w.invited(a)
	})
}

func (m Message) times(w *seriesWriter, e *ical.Component, write func(string, time.Time) *ical.Prop, iv availability.Interval) {
	e.Props.Add(write(ical.PropDateTimeStart, iv.Start))
	if m.Original.IsZero() && w.changing(iv) {
		setRaw(e, ical.PropDuration, durationText(w.Slot.Length))
		return
	}
	e.Props.Add(write(ical.PropDateTimeEnd, iv.End))
}

func (m Message) attendees(w *seriesWriter, e *ical.Component, attendee func(calendar.Attendee) *ical.Prop) {
	if m.Leaver != "" {
		e.Props.Add(w.invited(calendar.Attendee{Address: m.Leaver}))
		return
	}
	for _, a := range w.Attendees {
		if a.Address != w.Organizer.Address {
			e.Props.Add(attendee(a))
		}
	}
	if m.Method == Request && w.Reminder > 0 {
		e.Children = append(e.Children, w.alarm())
	}
}
