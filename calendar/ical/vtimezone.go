package ical

import (
	"fmt"
	"time"

	"github.com/emersion/go-ical"

	"github.com/peerslot/peerslot/availability"
)

const (
	wallClock = "20060102T150405"  // iCalendar's form of a local time
	instant   = "20060102T150405Z" // and of one in UTC
)

const (
	// ruleMargin is how far around the span a zone must keep its yearly rule, so
	// that each of the two changes is seen twice.
	ruleMargin = 400 * 24 * time.Hour
	// listMargin is how far around the span changes are listed one by one.
	listMargin = 30 * 24 * time.Hour
)

// timezone returns the VTIMEZONE of loc, which is right for every instant of
// span. It is the usual pair of yearly rules wherever they hold, because Outlook
// takes one STANDARD and one DAYLIGHT with a rule each and is an hour off with
// anything else ([MS-OXCICAL] 2.1.3.1.1.19). Otherwise the changes are listed,
// and only those near span, which often leaves none.
func timezone(loc *time.Location, span availability.Interval) *ical.Component {
	tz := ical.NewComponent(ical.CompTimezone)
	setRaw(tz, ical.PropTimezoneID, loc.String())
	if pair, ok := yearly(onsets(loc, widen(span, ruleMargin))); ok {
		tz.Children = pair
		return tz
	}
	near := widen(span, listMargin)
	name, offset := near.Start.In(loc).Zone()
	tz.Children = append(tz.Children, onset{near.Start, offset, offset, name}.component())
	for _, o := range onsets(loc, near) {
		tz.Children = append(tz.Children, o.component())
	}
	return tz
}

func widen(iv availability.Interval, by time.Duration) availability.Interval {
	return availability.Interval{Start: iv.Start.Add(-by), End: iv.End.Add(by)}
}

// An onset is an instant at which the clocks of a zone change.
type onset struct {
	at       time.Time
	from, to int // seconds east of UTC
	name     string
}

// onsets returns the changes of loc's clocks inside span. A change of the name
// alone is none.
func onsets(loc *time.Location, span availability.Interval) []onset {
	var list []onset
	_, offset := span.Start.In(loc).Zone()
	_, at := span.Start.In(loc).ZoneBounds()
	for !at.IsZero() && at.Before(span.End) {
		if name, to := at.Zone(); to != offset {
			list = append(list, onset{at, offset, to, name})
			offset = to
		}
		_, at = at.ZoneBounds()
	}
	return list
}

// wall returns what the clocks showed at the onset had they not changed, as a
// time in UTC.
func (o onset) wall() time.Time { return o.at.UTC().Add(time.Duration(o.from) * time.Second) }

// component returns the onset as an observance. What puts the clocks forward is
// DAYLIGHT, also in zones such as Europe/Dublin whose data have it the other way
// round: programs that read only one of the two want it so.
func (o onset) component() *ical.Component {
	kind := ical.CompTimezoneStandard
	if o.to > o.from {
		kind = ical.CompTimezoneDaylight
	}
	c := ical.NewComponent(kind)
	setRaw(c, ical.PropDateTimeStart, o.wall().Format(wallClock))
	setRaw(c, ical.PropTimezoneOffsetFrom, utcOffset(o.from))
	setRaw(c, ical.PropTimezoneOffsetTo, utcOffset(o.to))
	setRaw(c, ical.PropTimezoneName, o.name)
	return c
}

func utcOffset(seconds int) string {
	sign := '+'
	if seconds < 0 {
		sign, seconds = '-', -seconds
	}
	s := fmt.Sprintf("%c%02d%02d", sign, seconds/3600, seconds/60%60)
	if seconds%60 != 0 {
		s += fmt.Sprintf("%02d", seconds%60)
	}
	return s
}

// yearly returns the onsets as two observances with a rule each. ok is false if
// that would not yield the same onsets.
func yearly(list []onset) (pair []*ical.Component, ok bool) {
	if len(list) < 4 {
		return nil, false
	}
	for first := range 2 {
		rule, ok := yearlyRule(everyOther(list[first:]))
		if !ok {
			return nil, false
		}
		c := list[first].component()
		setRaw(c, ical.PropRecurrenceRule, rule)
		pair = append(pair, c)
	}
	return pair, true
}

func everyOther(list []onset) []onset {
	var out []onset
	for i := 0; i < len(list); i += 2 {
		out = append(out, list[i])
	}
	return out
}

// yearlyRule returns the rule that yields all of list: one weekday of one month,
// counted from its start or its end.
func yearlyRule(list []onset) (rule string, ok bool) {
	first := list[0].wall()
	nth, last := weekOfMonth(first), true
	for i, o := range list {
		w := o.wall()
		same := o.from == list[0].from && o.to == list[0].to &&
			w.Year() == first.Year()+i && w.Month() == first.Month() && w.Weekday() == first.Weekday() &&
			w.Format("150405") == first.Format("150405")
		if !same {
			return "", false
		}
		if weekOfMonth(w) != nth {
			nth = 0
		}
		last = last && w.AddDate(0, 0, 7).Month() != w.Month()
	}
	if last {
		nth = -1
	}
	return fmt.Sprintf("FREQ=YEARLY;BYMONTH=%d;BYDAY=%d%s", first.Month(), nth, weekday(first.Weekday())), nth != 0
}

func weekOfMonth(t time.Time) int { return (t.Day()-1)/7 + 1 }

// weekday returns iCalendar's name of the day.
func weekday(d time.Weekday) string { return [...]string{"SU", "MO", "TU", "WE", "TH", "FR", "SA"}[d] }
