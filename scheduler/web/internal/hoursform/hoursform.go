// Package hoursform is the form of a member's hours: fields of text that hold whatever was
// typed, and what they say.
package hoursform

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/scheduler"
)

// A Form is the form of a member's hours as it is shown and sent: text, whatever
// was typed.
type Form struct {
	Zone, Holidays, Paused string
	Days                   []Day // Monday first
	Away                   []Span
	Travel                 []Trip
	Faults                 map[string]string // by the name of a field
	Wrong                  []Fault           // the same in the order of the page
}

// A Fault is what is wrong with a field, in words for who filled it in.
type Fault struct{ Field, Words string }

// A Day is a weekday's row of the form.
type Day struct {
	Name, Key string // Tuesday, tue
	Can       []Span
	Stretch   []Span
}

// A Span is two fields, from and to. Name is that of the first but for "-from".
type Span struct{ Name, From, To string }

// A Trip is a row of travel.
type Trip struct {
	Span
	Zone, Hours, Holidays string
}

var weekdays = []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday, time.Saturday, time.Sunday}

// How many rows a form has at most: more is nobody's week or year.
const (
	pairsADay = 2 // shown; what the roster has more is shown, too
	mostPairs = 6
	mostAway  = 40
	mostTrips = 20
	freeRows  = 2 // empty ones that are shown
)

// Of returns the form as it shows what counts now.
func Of(own scheduler.OwnHours, paused availability.Date) Form {
	f := Form{Zone: own.Zone, Holidays: own.Holidays}
	if !paused.IsZero() {
		f.Paused = paused.String()
	}
	for _, d := range weekdays {
		key := strings.ToLower(d.String()[:3])
		f.Days = append(f.Days, Day{d.String(), key, rangesForm(key+"-can", own.Hours.On(d), pairsADay), rangesForm(key+"-stretch", own.Stretch.On(d), 1)})
	}
	for i := range min(len(own.Away)+freeRows, mostAway) {
		row := Span{Name: fmt.Sprint("away", i)}
		if i < len(own.Away) {
			row.From, row.To = own.Away[i].First.String(), own.Away[i].Last.String()
		}
		f.Away = append(f.Away, row)
	}
	for i := range min(len(own.Travel)+1, mostTrips) {
		row := Trip{Span: Span{Name: fmt.Sprint("trip", i)}}
		if i < len(own.Travel) {
			t := own.Travel[i]
			row.From, row.To, row.Zone, row.Holidays = t.First.String(), t.Last.String(), t.Zone, t.Holidays
			row.Hours = Text(t.Hours)
		}
		f.Travel = append(f.Travel, row)
	}
	return f
}

func rangesForm(name string, ranges []availability.ClockRange, least int) []Span {
	out := make([]Span, max(least, len(ranges)))
	for i := range out {
		out[i].Name = fmt.Sprint(name, i)
		if i < len(ranges) {
			out[i].From, out[i].To = availability.FormatClock(ranges[i].From), availability.FormatClock(ranges[i].To)
		}
	}
	return out
}

// Text writes hours on one line, as readHours reads them: days that are alike
// together.
func Text(h availability.Hours) string {
	var parts []string
	for i, d := range weekdays {
		times := timesText(h.On(d))
		switch {
		case times == "":
		case i > 0 && timesText(h.On(weekdays[i-1])) == times && len(parts) > 0:
			days, _, _ := strings.Cut(parts[len(parts)-1], " ")
			first, _, _ := strings.Cut(days, "-")
			parts[len(parts)-1] = first + "-" + dayKey(d) + " " + times
		default:
			parts = append(parts, dayKey(d)+" "+times)
		}
	}
	return strings.Join(parts, "; ")
}

func timesText(ranges []availability.ClockRange) string {
	var out []string
	for _, r := range ranges {
		out = append(out, availability.FormatClock(r.From)+"-"+availability.FormatClock(r.To))
	}
	return strings.Join(out, " ")
}

func dayKey(d time.Weekday) string { return strings.ToLower(d.String()[:3]) }

// readHours reads hours on one line, such as "mon-thu 09:00-17:30; fri 09:00-12:00".
func readHours(text string) (h availability.Hours, err error) {
	for part := range strings.SplitSeq(text, ";") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		days, times, _ := strings.Cut(part, " ")
		if err := h.Set(days, times); err != nil {
			return h, err
		}
	}
	return h, nil
}

// Typed returns the form as it was sent, with as many rows as it had.
func Typed(v url.Values) Form {
	f := Form{Zone: strings.TrimSpace(v.Get("zone")), Holidays: strings.TrimSpace(v.Get("holidays")), Paused: v.Get("paused"), Faults: map[string]string{}}
	for _, d := range weekdays {
		key := dayKey(d)
		f.Days = append(f.Days, Day{d.String(), key, typedSpans(v, key+"-can", pairsADay, mostPairs), typedSpans(v, key+"-stretch", 1, mostPairs)})
	}
	f.Away = typedSpans(v, "away", freeRows, mostAway)
	for _, s := range typedSpans(v, "trip", 1, mostTrips) {
		f.Travel = append(f.Travel, Trip{s, strings.TrimSpace(v.Get(s.Name + "-zone")), strings.TrimSpace(v.Get(s.Name + "-hours")), strings.TrimSpace(v.Get(s.Name + "-holidays"))})
	}
	return f
}

func typedSpans(v url.Values, name string, least, most int) (out []Span) {
	for i := range most {
		s := Span{Name: fmt.Sprint(name, i)}
		s.From, s.To = strings.TrimSpace(v.Get(s.Name+"-from")), strings.TrimSpace(v.Get(s.Name+"-to"))
		if i >= least && !v.Has(s.Name+"-from") {
			break
		}
		out = append(out, s)
	}
	return out
}

// A ZoneReader returns the IANA name of the zone that text names for certain, or "" and
// the one that was likely meant, "" if there is none.
type ZoneReader func(text string) (zone, likely string)

// A HolidayCheck returns an error for a region whose public holidays are not known.
type HolidayCheck func(region string) error

// Read turns the form into values. What is wrong with it is in Faults.
func (f *Form) Read(zones ZoneReader, known HolidayCheck) (own scheduler.OwnHours, paused availability.Date) {
	own.Zone = f.zone("zone", "", f.Zone, zones)
	for i, d := range f.Days {
		f.ranges(&own.Hours, weekdays[i], d.Can)
		f.ranges(&own.Stretch, weekdays[i], d.Stretch)
	}
	own.Holidays = f.region("holidays", f.Holidays, known)
	for _, s := range f.Away {
		if dates, ok := f.dates(s, "Away"); ok {
			own.Away = append(own.Away, dates)
		}
	}
	for _, t := range f.Travel {
		if trip, ok := f.trip(t, own, zones, known); ok {
			own.Travel = append(own.Travel, trip)
		}
	}
	slices.SortStableFunc(own.Travel, func(a, b scheduler.Trip) int { return a.First.Compare(b.First) })
	for i := 1; i < len(own.Travel); i++ {
		if own.Travel[i].First.Compare(own.Travel[i-1].Last) <= 0 {
			f.wrong("trip0", fmt.Sprintf("The trips from %s and %s overlap.", own.Travel[i-1].First, own.Travel[i].First))
		}
	}
	if f.Paused != "" {
		var err error
		if paused, err = availability.ParseDate(f.Paused); err != nil {
			f.wrong("paused", "Pause: choose a date, or leave it empty.")
		}
	}
	return own, paused
}

// wrong notes what is wrong with a field, beside what else is.
func (f *Form) wrong(field, words string) {
	if was, had := f.Faults[field]; had {
		f.Faults[field] = was + " " + words
	} else {
		f.Faults[field] = words
	}
	f.Wrong = append(f.Wrong, Fault{field, words})
}

func (f *Form) zone(field, where, text string, read ZoneReader) string {
	zone, likely := read(text)
	switch {
	case zone == "" && likely != "":
		f.wrong(field, fmt.Sprintf("%sWrite the zone as in %s, if that is the one that you mean.", where, likely))
	case zone == "":
		f.wrong(field, where+"Write the zone as in Europe/Berlin, America/New_York or Asia/Kolkata, or the name of a large city.")
	}
	return zone
}

func (f *Form) region(field, text string, known HolidayCheck) string {
	if text != "" && known(text) != nil {
		f.wrong(field, "Of this region no public holidays are known here. Write a country's two letters, such as PT, or a part of it, such as DE-BE, or leave it empty and name days off below.")
	}
	return text
}

// longestNight is how long hours past midnight can be: what is longer was mistyped, such as
// 9 to 5 in the morning.
const longestNight = 12 * time.Hour

func (f *Form) ranges(h *availability.Hours, d time.Weekday, spans []Span) {
	var times []string
	for _, s := range spans {
		switch {
		case s.From == "" && s.To == "":
		case s.From == "" || s.To == "":
			f.wrong(s.Name, d.String()+": say from when and until when, or leave both empty.")
		case s.From == s.To:
			f.wrong(s.Name, fmt.Sprintf("%s: %s to %s is no time at all.", d, s.From, s.To))
		default:
			times = append(times, s.From+"-"+s.To)
		}
	}
	if err := h.Set(dayKey(d), strings.Join(times, " ")); err != nil {
		f.wrong(spans[0].Name, d.String()+": these times overlap, or one is no time such as 09:30.")
	}
	for _, r := range h.On(d) {
		if r.To > 24*time.Hour && r.To-r.From > longestNight {
			f.wrong(spans[0].Name, fmt.Sprintf("%s: %s to %s goes on until the next day. If you mean that, end it at 00:00 and write the rest there.", d, availability.FormatClock(r.From), availability.FormatClock(r.To)))
		}
	}
}

// dates reads two dates, both inclusive; ok is false for a row without any.
func (f *Form) dates(s Span, what string) (d scheduler.DateRange, ok bool) {
	if s.From == "" && s.To == "" {
		return d, false
	}
	var err, err2 error
	d.First, err = availability.ParseDate(s.From)
	d.Last, err2 = availability.ParseDate(s.To)
	if s.To == "" {
		d.Last, err2 = d.First, nil // one day
	}
	if err != nil || err2 != nil || d.Last.Compare(d.First) < 0 {
		f.wrong(s.Name, what+": choose the first and the last date, in this order.")
		return d, false
	}
	return d, true
}

// trip reads a trip. What it does not say is as it is at home.
func (f *Form) trip(t Trip, home scheduler.OwnHours, zones ZoneReader, known HolidayCheck) (trip scheduler.Trip, ok bool) {
	if trip.DateRange, ok = f.dates(t.Span, "Travel"); !ok {
		return trip, false
	}
	trip.Zone, trip.Hours, trip.Stretch = f.zone(t.Name, "Travel. ", t.Zone, zones), home.Hours, home.Stretch
	trip.Holidays = f.region(t.Name, t.Holidays, known)
	if t.Hours != "" {
		var err error
		if trip.Hours, err = readHours(t.Hours); err != nil {
			f.wrong(t.Name, "Travel: write the hours there as in mon-fri 10:00-18:00; sat 10:00-12:00.")
		}
		trip.Stretch = availability.Hours{}
	}
	return trip, true
}
