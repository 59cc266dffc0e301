package ical

import (
	"strings"
	"time"

	"github.com/emersion/go-ical"

	"github.com/peerslot/peerslot/availability"
)

// freeBusy adds the times of a VFREEBUSY and returns the time that it speaks of;
// it is not ok if it does not say of which.
//
// Google publishes each meeting as one of its own, with a SUMMARY and without
// any FREEBUSY: that is busy. Without either it says that nothing is.
func (x *expander) freeBusy(c *ical.Component, in excerpt) (covered availability.Interval, ok bool) {
	e := event{line: in.line, calendar: in.calendar}
	span, ok := x.spanOf(e, c)
	periods := c.Props[ical.PropFreeBusy]
	if len(periods) == 0 && c.Props.Get(ical.PropSummary) != nil {
		if !ok {
			x.warn.add(in.line, "a VFREEBUSY without a time that can be read is left out")
			return covered, false
		}
		x.put(&span, span.start.wall)
		return covered, false
	}
	for _, p := range periods {
		e.kind, e.free = freeBusyType(&p)
		for _, d := range periodsIn(&p) {
			x.freeBusyPeriod(e, d)
		}
	}
	if !ok || span.zone == nil || span.kind == availability.Unknown || span.length == (length{}) {
		return covered, false
	}
	start := span.zone.instant(span.start.wall)
	end := span.zone.instant(span.start.wall+span.length.days*secondsPerDay) + span.length.seconds
	return availability.Interval{Start: time.Unix(start, 0).UTC(), End: time.Unix(end, 0).UTC()}, true
}

// spanOf returns the time from DTSTART to DTEND as an event.
func (x *expander) spanOf(e event, c *ical.Component) (span event, ok bool) {
	span = e
	p := c.Props.Get(ical.PropDateTimeStart)
	if p == nil {
		return span, false
	}
	if span.start, ok = stampOf(p); !ok {
		return span, false
	}
	span.zone = x.zone(&span, span.start)
	x.readLength(&span, c)
	return span, !span.start.vague
}

// freeBusyType returns the class of FBTYPE. One that is not known is busy (RFC
// 5545, section 3.2.9).
func freeBusyType(p *ical.Prop) (kind availability.Kind, free bool) {
	switch strings.ToUpper(p.Params.Get(ical.ParamFreeBusyType)) {
	case "FREE":
		return availability.Firm, true
	case "BUSY-TENTATIVE":
		return availability.Tentative, false
	}
	return availability.Firm, false
}

// freeBusyPeriod adds one period. If its end cannot be read, a day is unknown.
func (x *expander) freeBusyPeriod(e event, d period) {
	if !d.ok || d.vague {
		x.warn.add(e.line, "a period of FREEBUSY cannot be read")
	}
	if !d.ok {
		return
	}
	e.start, e.zone = d.stamp, x.zone(&e, d.stamp)
	switch {
	case d.vague:
		e.start.form, e.kind, e.length = wholeDay, availability.Unknown, length{days: 1}
		e.start.wall = midnight(d.wall)
	case d.end == "":
		x.unknown(&e, "a period of FREEBUSY has no end: a day is unknown")
		e.length = length{days: 1}
	default:
		x.setPeriodEnd(&e, d)
	}
	x.put(&e, e.start.wall)
}
