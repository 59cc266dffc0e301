package ical

import (
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-ical"
	"github.com/teambition/rrule-go"

	"github.com/peerslot/peerslot/availability"
)

// plainBusy reads a calendar as one would without a thought of time or memory:
// go-ical decodes all of it and rrule-go expands every rule from its start. It
// knows what generated calendars hold.
func plainBusy(t testing.TB, text string, o ReadOptions) availability.Busy {
	cal, err := ical.NewDecoder(strings.NewReader(text)).Decode()
	if err != nil {
		t.Fatal(err)
	}
	p := plainReader{TB: t, o: o, busy: availability.Busy{Window: o.Window}, moved: map[string]map[int64]bool{}}
	for _, e := range cal.Events() {
		if id := e.Props.Get(ical.PropRecurrenceID); id != nil {
			uid := e.Props.Get(ical.PropUID).Value
			if p.moved[uid] == nil {
				p.moved[uid] = map[int64]bool{}
			}
			p.moved[uid][p.time(id).Unix()] = true
		}
	}
	for _, e := range cal.Events() {
		p.event(e)
	}
	p.busy.Normalize()
	return p.busy
}

type plainReader struct {
	testing.TB
	o     ReadOptions
	busy  availability.Busy
	moved map[string]map[int64]bool // by UID: the occurrences that overrides replace
}

func (p *plainReader) time(prop *ical.Prop) time.Time {
	t, err := prop.DateTime(p.o.Zone)
	if err != nil {
		p.Fatal(err)
	}
	return t
}

func (p *plainReader) event(e ical.Event) {
	status, _ := e.Props.Text(ical.PropStatus)
	transp, _ := e.Props.Text(ical.PropTransparency)
	if status == "CANCELLED" || transp == "TRANSPARENT" {
		return
	}
	span := availability.Span{AllDay: e.Props.Get(ical.PropDateTimeStart).ValueType() == ical.ValueDate}
	if status == "TENTATIVE" {
		span.Kind = availability.Tentative
	}
	start, end := p.time(e.Props.Get(ical.PropDateTimeStart)), p.time(e.Props.Get(ical.PropDateTimeEnd))
	starts := []time.Time{start}
	if rule := e.Props.Get(ical.PropRecurrenceRule); rule != nil {
		skip := maps.Clone(p.moved[e.Props.Get(ical.PropUID).Value])
		if skip == nil {
			skip = map[int64]bool{}
		}
		for _, x := range e.Props[ical.PropExceptionDates] {
			skip[p.time(&x).Unix()] = true
		}
		starts = p.expand(rule.Value, start, skip)
	}
	for _, s := range starts {
		span.Start, span.End = s.UTC(), s.Add(end.Sub(start)).UTC()
		p.busy.Spans = append(p.busy.Spans, span)
	}
}

func (p *plainReader) expand(text string, start time.Time, skip map[int64]bool) (starts []time.Time) {
	option, err := rrule.StrToROption(text)
	if err != nil {
		p.Fatal(err)
	}
	option.Dtstart = start
	rule, err := rrule.NewRRule(*option)
	if err != nil {
		p.Fatal(err)
	}
	all := append(rule.Between(p.o.Window.Start.AddDate(0, 0, -1), p.o.Window.End, true), start)
	for _, s := range all {
		if !skip[s.Unix()] {
			starts = append(starts, s)
		}
	}
	return starts
}
