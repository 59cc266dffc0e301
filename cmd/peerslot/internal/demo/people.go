package demo

import (
	"fmt"
	"strings"
	"time"

	"github.com/peerslot/peerslot/availability"
)

// A person is one calendar, in the dialect of one program.
type person struct {
	address string
	zone    string
	dialect func(p person, start availability.Date) map[string]string
	weekly  []meeting
	single  []single
}

// A meeting repeats every so many weeks on the given days.
type meeting struct {
	days     string // as RRULE wants them: MO,WE
	from, to string // wall clock
	every    int    // weeks
	options  string // more properties, a line each
}

// A single event, counted in days from the demo's start.
type single struct {
	day      int
	from, to string // wall clock, or "" for a whole day
	days     int    // of a whole-day event
	options  string
}

func (p person) files(start availability.Date) map[string]string { return p.dialect(p, start) }

var people = []person{
	{"ana@acme.example", "Europe/Berlin", google, []meeting{
		{"MO,TU,WE,TH,FR", "09:30", "09:45", 1, ""}, {"MO", "14:00", "15:30", 1, ""}, {"TU", "10:00", "11:00", 1, ""},
		{"WE", "15:00", "16:00", 2, ""}, {"TH", "13:00", "15:00", 1, ""}, {"FR", "11:00", "12:00", 1, ""},
	}, []single{{9, "14:30", "16:00", 0, ""}, {22, "15:00", "17:00", 0, ""}, {44, "09:00", "17:00", 0, ""}, {60, "", "", 1, "TRANSP:TRANSPARENT"}}},
	{"bela@acme.example", "Europe/Berlin", outlook, []meeting{
		{"MO", "10:00", "11:00", 1, ""}, {"TU,TH", "08:45", "09:15", 1, ""}, {"WE", "13:00", "14:30", 1, ""},
		{"TH", "11:00", "12:00", 2, "X-MICROSOFT-CDO-BUSYSTATUS:TENTATIVE"}, {"FR", "09:00", "10:30", 1, ""},
	}, []single{{15, "", "", 2, "X-MICROSOFT-CDO-BUSYSTATUS:OOF"}, {31, "10:00", "12:00", 0, ""}}},
	{"cem@acme.example", "Europe/Berlin", khal, []meeting{
		{"MO,WE,FR", "10:00", "10:30", 1, ""}, {"TU", "15:00", "16:30", 1, ""}, {"TH", "09:30", "11:30", 1, ""}, {"WE", "16:30", "17:00", 2, ""},
	}, []single{{16, "15:00", "16:00", 0, ""}, {51, "14:00", "18:00", 0, ""}}},
	{"dora@acme.example", "Europe/Lisbon", google, []meeting{
		{"MO,TU,WE,TH", "10:00", "10:20", 1, ""}, {"MO", "15:00", "16:00", 1, ""}, {"TU", "13:30", "15:00", 2, ""},
		{"TH", "14:00", "15:00", 1, ""}, {"FR", "14:00", "16:00", 1, ""},
	}, []single{{17, "13:00", "16:00", 0, ""}, {37, "", "", 3, ""}}},
	{"eva@acme.example", "Europe/Lisbon", google, []meeting{
		{"MO", "09:00", "10:00", 1, ""}, {"TU,TH", "11:00", "12:00", 1, ""}, {"WE", "09:30", "11:00", 1, ""}, {"FR", "10:00", "11:00", 2, ""},
	}, []single{{24, "08:00", "12:00", 0, ""}}},
	{"filipe@acme.example", "Europe/Lisbon", outlook, []meeting{
		{"MO,WE,FR", "09:15", "09:30", 1, ""}, {"TU", "14:00", "15:00", 1, ""}, {"WE", "16:00", "17:00", 1, ""}, {"TH", "15:00", "16:30", 2, ""},
	}, []single{{10, "13:00", "15:00", 0, ""}, {64, "", "", 2, "X-MICROSOFT-CDO-BUSYSTATUS:OOF"}}},
	{"grace@acme.example", "America/New_York", google, []meeting{
		{"MO,TU,WE,TH,FR", "10:30", "10:45", 1, ""}, {"MO", "11:00", "12:00", 1, ""}, {"TU", "09:00", "10:00", 1, ""},
		{"TH", "11:00", "12:30", 1, ""}, {"WE", "13:00", "14:00", 1, ""},
	}, []single{{23, "09:00", "11:00", 0, ""}, {72, "", "", 1, ""}}},
	{"henry@acme.example", "America/New_York", outlook, []meeting{
		{"MO,WE", "09:00", "09:30", 1, ""}, {"TU", "11:00", "12:00", 1, ""}, {"TH", "14:00", "16:00", 1, ""},
	}, []single{{30, "", "", 4, "X-MICROSOFT-CDO-BUSYSTATUS:OOF"}}},
	{"iris@acme.example", "America/New_York", khal, []meeting{
		{"MO,TH", "10:00", "10:30", 1, ""}, {"TU", "10:00", "11:30", 1, ""}, {"WE", "11:00", "12:00", 2, ""}, {"FR", "09:30", "11:00", 1, ""},
	}, []single{{11, "09:00", "10:30", 0, ""}}},
	{"jaya@acme.example", "Asia/Kolkata", google, []meeting{
		{"MO,TU,WE,TH,FR", "11:00", "11:30", 1, ""}, {"MO", "15:00", "16:00", 1, ""}, {"TU", "16:30", "17:30", 1, ""}, {"TH", "17:00", "18:00", 2, ""},
	}, []single{{18, "14:00", "18:30", 0, ""}}},
	{"kiran@acme.example", "Asia/Kolkata", outlook, []meeting{
		{"MO,WE", "14:30", "15:00", 1, ""}, {"TU", "15:00", "16:00", 1, ""}, {"TH", "14:00", "15:30", 1, ""}, {"FR", "17:00", "18:00", 1, ""},
	}, []single{{43, "", "", 5, "X-MICROSOFT-CDO-BUSYSTATUS:OOF"}}},
	{"leela@acme.example", "Asia/Kolkata", freebusyFeed, []meeting{
		{"MO,FR", "13:30", "14:30", 1, ""}, {"WE", "15:00", "16:30", 1, ""}, {"TH", "13:00", "14:00", 1, ""},
	}, []single{{29, "", "", 2, ""}}},
}

// google is one exported file with IANA zones and VTIMEZONEs left out, as the zone
// of the calendar says enough.
func google(p person, start availability.Date) map[string]string {
	var b strings.Builder
	fmt.Fprintf(&b, "BEGIN:VCALENDAR\nPRODID:-//Google Inc//Google Calendar 70.9054//EN\nVERSION:2.0\nCALSCALE:GREGORIAN\nMETHOD:PUBLISH\nX-WR-CALNAME:%s\nX-WR-TIMEZONE:%s\n", p.address, p.zone)
	for _, e := range p.events(start) {
		b.WriteString(e.text(p.zone))
	}
	b.WriteString("END:VCALENDAR\n")
	return map[string]string{"calendars/" + p.address + ".ics": crlf(b.String())}
}

var windowsZones = map[string]string{
	"Europe/Berlin": "W. Europe Standard Time", "Europe/Lisbon": "GMT Standard Time",
	"America/New_York": "Eastern Standard Time", "Asia/Kolkata": "India Standard Time",
}

// outlook names zones as Windows does, without defining them, and says in a
// property of its own who is busy.
func outlook(p person, start availability.Date) map[string]string {
	var b strings.Builder
	b.WriteString("BEGIN:VCALENDAR\nPRODID:-//Microsoft Corporation//Outlook 16.0 MIMEDIR//EN\nVERSION:2.0\nMETHOD:PUBLISH\nX-MS-OLK-FORCEINSPECTOROPEN:TRUE\n")
	for _, e := range p.events(start) {
		if !strings.Contains(e.options, "BUSYSTATUS") {
			e.options += "\nX-MICROSOFT-CDO-BUSYSTATUS:BUSY"
		}
		b.WriteString(e.text(windowsZones[p.zone]))
	}
	b.WriteString("END:VCALENDAR\n")
	return map[string]string{"calendars/" + p.address + ".ics": crlf(b.String())}
}

// khal keeps a folder with one file for each event.
func khal(p person, start availability.Date) map[string]string {
	files := map[string]string{}
	for _, e := range p.events(start) {
		text := "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:PIMUTILS.ORG//NONSGML khal / icalendar //EN\n" + e.text(p.zone) + "END:VCALENDAR\n"
		files["calendars/"+p.address+"/"+e.uid+".ics"] = crlf(text)
	}
	return files
}

// freebusyFeed shares times and nothing else, each date by itself, as a feed.
func freebusyFeed(p person, start availability.Date) map[string]string {
	loc, err := availability.LoadZone(p.zone)
	if err != nil {
		panic(err) // the zones above are constants
	}
	var b strings.Builder
	b.WriteString("BEGIN:VCALENDAR\nPRODID:-//Acme//Free-busy feed//EN\nVERSION:2.0\nBEGIN:VFREEBUSY\nUID:feed@acme.example\n")
	const layout = "20060102T150405Z"
	for _, e := range p.events(start) {
		for _, iv := range e.dates(loc, start) {
			fmt.Fprintf(&b, "FREEBUSY;FBTYPE=BUSY:%s/%s\n", iv.Start.UTC().Format(layout), iv.End.UTC().Format(layout))
		}
	}
	b.WriteString("END:VFREEBUSY\nEND:VCALENDAR\n")
	return map[string]string{"feeds/leela.ics": crlf(b.String())}
}

func crlf(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }

// An event is one VEVENT.
type event struct {
	uid      string
	date     availability.Date
	from, to string
	days     int
	byDay    string // RRULE's BYDAY, "" for none
	every    int
	options  string
}

// events lays out the person's calendar from six weeks before start on.
func (p person) events(start availability.Date) []event {
	var out []event
	name, _, _ := strings.Cut(p.address, "@")
	for i, m := range p.weekly {
		first := start.AddDays(-42)
		for !strings.Contains(m.days, strings.ToUpper(first.Weekday().String()[:2])) {
			first = first.AddDays(1)
		}
		out = append(out, event{uid: fmt.Sprintf("%s-weekly-%d", name, i+1), date: first, from: m.from, to: m.to, byDay: m.days, every: m.every, options: m.options})
	}
	for i, s := range p.single {
		out = append(out, event{uid: fmt.Sprintf("%s-single-%d", name, i+1), date: start.AddDays(s.day), from: s.from, to: s.to, days: s.days, options: s.options})
	}
	return out
}

func (e event) text(zone string) string {
	var b strings.Builder
	day := strings.ReplaceAll(e.date.String(), "-", "")
	fmt.Fprintf(&b, "BEGIN:VEVENT\nUID:%s@acme.example\nDTSTAMP:20270101T000000Z\nSUMMARY:Busy\n", e.uid)
	if e.from == "" {
		fmt.Fprintf(&b, "DTSTART;VALUE=DATE:%s\nDTEND;VALUE=DATE:%s\n", day, strings.ReplaceAll(e.date.AddDays(e.days).String(), "-", ""))
	} else {
		clock := func(s string) string { return strings.ReplaceAll(s, ":", "") + "00" }
		fmt.Fprintf(&b, "DTSTART;TZID=%s:%sT%s\nDTEND;TZID=%s:%sT%s\n", zone, day, clock(e.from), zone, day, clock(e.to))
	}
	if e.byDay != "" {
		fmt.Fprintf(&b, "RRULE:FREQ=WEEKLY;INTERVAL=%d;BYDAY=%s\n", e.every, e.byDay)
	}
	for line := range strings.FieldsFuncSeq(e.options, func(r rune) bool { return r == '\n' }) {
		b.WriteString(line + "\n")
	}
	b.WriteString("END:VEVENT\n")
	return b.String()
}

// dates returns when the event takes place, up to half a year from start.
func (e event) dates(loc *time.Location, start availability.Date) []availability.Interval {
	if e.from == "" {
		return []availability.Interval{{Start: e.date.In(loc).Start, End: e.date.AddDays(e.days).In(loc).Start}}
	}
	from, _ := availability.ParseClock(e.from)
	to, _ := availability.ParseClock(e.to)
	var out []availability.Interval
	for d := e.date; d.Compare(start.AddDays(182)) < 0; d = d.AddDays(1) {
		week := e.date.Monday().DaysUntil(d) / 7
		if e.byDay == "" && d != e.date || e.byDay != "" && (week%e.every != 0 || !strings.Contains(e.byDay, strings.ToUpper(d.Weekday().String()[:2]))) {
			continue
		}
		a, _ := availability.At(d, from, loc)
		b, _ := availability.At(d, to, loc)
		out = append(out, availability.Interval{Start: a, End: b})
	}
	return out
}
