package busy

import (
	"strings"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar/ical/internal/line"
	"github.com/peerslot/peerslot/calendar/ical/internal/rrule"
)

// freeBusy adds the times of a VFREEBUSY and returns the time that it speaks of;
// it is not ok if it does not say of which.
//
// Google publishes each meeting as one of its own, with a SUMMARY and without
// any FREEBUSY: that is busy. Without either it says that nothing is.
func (x *expander) freeBusy(in *excerpt) (covered availability.Interval, ok bool) {
	e := event{place: in.place, calendar: in.calendar, unnamed: true}
	span, ok := x.spanOf(e, in)
	periods := in.All("FREEBUSY")
	if len(periods) == 0 && in.Get("SUMMARY") != nil {
		if !ok {
			x.warn.add(in.place, "a VFREEBUSY without a time that can be read is left out")
			return covered, false
		}
		x.put(&span, span.start.Wall)
		return covered, false
	}
	for _, p := range periods {
		e.kind, e.free = FreeBusyType(p)
		for _, d := range line.PeriodsIn(p) {
			x.freeBusyPeriod(e, d)
		}
	}
	if !ok || span.zone == nil || span.kind == availability.Unknown || span.length == (line.Length{}) {
		return covered, false
	}
	start := span.zone.Instant(span.start.Wall)
	end := span.zone.Instant(span.start.Wall+span.length.Days*rrule.SecondsPerDay) + span.length.Seconds
	return availability.Interval{Start: time.Unix(start, 0).UTC(), End: time.Unix(end, 0).UTC()}, true
}

// spanOf returns the time from DTSTART to DTEND as an event.
func (x *expander) spanOf(e event, c *excerpt) (span event, ok bool) {
	span = e
	p := c.Get("DTSTART")
	if p == nil {
		return span, false
	}
	if span.start, ok = line.StampOf(p); !ok {
		return span, false
	}
	span.zone = x.zone(&span, span.start)
	x.readLength(&span, c)
	return span, !span.start.Vague
}

// FreeBusyType returns the class of FBTYPE. One that is not known is busy (RFC
// 5545, section 3.2.9).
func FreeBusyType(p *line.Prop) (kind availability.Kind, free bool) {
	switch strings.ToUpper(p.Param("FBTYPE")) {
	case "FREE":
		return availability.Firm, true
	case "BUSY-TENTATIVE":
		return availability.Tentative, false
	}
	return availability.Firm, false
}

// freeBusyPeriod adds one period. If its end cannot be read, a day is unknown.
func (x *expander) freeBusyPeriod(e event, d line.Period) {
	if !d.OK || d.Vague {
		x.warn.add(e.place, "a period of FREEBUSY cannot be read")
	}
	if !d.OK {
		return
	}
	e.start, e.zone = d.Stamp, x.zone(&e, d.Stamp)
	switch {
	case d.Vague:
		e.start.Form, e.kind, e.length = line.WholeDay, availability.Unknown, line.Length{Days: 1}
		e.start.Wall = line.Midnight(d.Wall)
	case d.End == "":
		x.unknown(&e, "a period of FREEBUSY has no end: a day is unknown")
		e.length = line.Length{Days: 1}
	default:
		x.setPeriodEnd(&e, d)
	}
	x.put(&e, e.start.Wall)
}
