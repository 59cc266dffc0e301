package ical

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/emersion/go-ical"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/ical/internal/busy"
	"github.com/peerslot/peerslot/calendar/ical/internal/line"
	"github.com/peerslot/peerslot/calendar/ical/internal/rrule"
)

// A FreeBusyRequest asks a scheduling server when people are busy (RFC 6638,
// section 5).
type FreeBusyRequest struct {
	UID    string
	Made   time.Time
	From   calendar.Address // who asks: the organizer
	People []calendar.Address
	Window availability.Interval
}

// WriteFreeBusyRequest writes r as a calendar.
func WriteFreeBusyRequest(w io.Writer, r FreeBusyRequest) error {
	e := ical.NewComponent(ical.CompFreeBusy)
	setRaw(e, ical.PropUID, r.UID)
	setRaw(e, ical.PropDateTimeStamp, r.Made.UTC().Format(instant))
	e.Props.Add(utcProp(ical.PropDateTimeStart, r.Window.Start))
	e.Props.Add(utcProp(ical.PropDateTimeEnd, r.Window.End))
	setRaw(e, ical.PropOrganizer, mailto+string(r.From))
	for _, a := range r.People {
		e.Props.Add(rawProp(ical.PropAttendee, mailto+string(a)))
	}
	cal := ical.NewCalendar()
	setRaw(cal.Component, ical.PropVersion, "2.0")
	setRaw(cal.Component, ical.PropProductID, product)
	setRaw(cal.Component, ical.PropMethod, string(Request))
	cal.Children = []*ical.Component{e}
	return ical.NewEncoder(&folder{w: w}).Encode(cal)
}

// ReadFreeBusy reads what a scheduling server answered of one person: each period
// in which they are not free, as it stands there, so that one that is exactly as
// long as a session of ours can be told from the rest. Periods without a length are
// left out. A period that cannot be read is an error: it could be at any time.
func ReadFreeBusy(text []byte) ([]availability.Span, error) {
	calendars, err := line.Read(bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	var spans []availability.Span
	found := false
	for _, cal := range calendars {
		for _, c := range cal.Children {
			if c.Name != ical.CompFreeBusy {
				continue
			}
			found = true
			for _, p := range c.All(ical.PropFreeBusy) {
				some, err := spansIn(p)
				if err != nil {
					return nil, err
				}
				spans = append(spans, some...)
			}
		}
	}
	if !found {
		return nil, errors.New("it holds no VFREEBUSY")
	}
	return spans, nil
}

// spansIn returns the periods of a FREEBUSY property in which its owner is not free. Its
// times are in UTC (RFC 5545, section 3.8.2.6).
func spansIn(p *line.Prop) (list []availability.Span, err error) {
	kind, free := busy.FreeBusyType(p)
	for _, d := range line.PeriodsIn(p) {
		end := d.Wall
		if l, ok := line.ParseLength(d.End); ok {
			end += l.Days*rrule.SecondsPerDay + l.Seconds
		} else if s, ok := line.ParseStamp(d.End); ok && s.Form == line.UTC && !s.Vague {
			end = s.Wall
		} else {
			d.OK = false
		}
		if !d.OK || d.Vague || d.Form != line.UTC {
			return nil, fmt.Errorf("a period of it cannot be read: %.40q", p.Value)
		}
		iv := availability.Interval{Start: time.Unix(d.Wall, 0).UTC(), End: time.Unix(end, 0).UTC()}
		if !free && !iv.Empty() {
			list = append(list, availability.Span{Interval: iv, Kind: kind})
		}
	}
	return list, nil
}
