package ical

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/peerslot/peerslot/availability"
)

// A shape says what a generated calendar looks like.
type shape struct {
	name                       string
	singles, series, overrides int
	from, to                   time.Time // of the events
}

// window is 13 weeks in which the clocks of Europe, America and Australia change.
var window = availability.Interval{
	Start: time.Date(2026, 9, 28, 0, 0, 0, 0, time.UTC),
	End:   time.Date(2026, 12, 28, 0, 0, 0, 0, time.UTC),
}

// shapes are a manager's calendar of three years, of which little touches the
// window, and two of which all does.
var shapes = []shape{
	{"big", 4624, 104, 251, time.Date(2025, 1, 6, 0, 0, 0, 0, time.UTC), time.Date(2027, 12, 31, 0, 0, 0, 0, time.UTC)},
	{"small", 240, 30, 30, window.Start, window.End},
	{"dense", 6300, 100, 243, window.Start, window.End},
}

// generated returns a calendar such as programs export it: folded, with notes,
// attendees and stamps that say nothing of when somebody is busy.
func generated(rnd *rand.Rand, s shape, zone *time.Location) string {
	g := &generator{Rand: rnd, shape: s, zone: zone}
	g.line("BEGIN:VCALENDAR", "PRODID:-//Example//Calendar 1.0//EN", "VERSION:2.0", "CALSCALE:GREGORIAN",
		"METHOD:PUBLISH", "X-WR-CALNAME:Calendar", "X-WR-TIMEZONE:"+zone.String())
	for i := range s.singles {
		g.single(i)
	}
	for i := range s.series {
		n := s.overrides / s.series
		if i < s.overrides%s.series {
			n++
		}
		g.repeated(i, n)
	}
	g.line("END:VCALENDAR")
	return g.String()
}

type generator struct {
	strings.Builder
	*rand.Rand
	shape
	zone *time.Location
}

func (g *generator) line(lines ...string) {
	for _, l := range lines {
		for len(l) > 75 {
			g.WriteString(l[:75] + "\r\n ")
			l = l[75:]
		}
		g.WriteString(l + "\r\n")
	}
}

// chance is true one time in n.
func (g *generator) chance(n int) bool { return g.IntN(n) == 0 }

// day returns a random day of the calendar, at midnight of its zone.
func (g *generator) day() time.Time {
	d := g.from.AddDate(0, 0, g.IntN(int(g.to.Sub(g.from)/(24*time.Hour))))
	return time.Date(d.Year(), d.Month(), d.Day(), 0, 0, 0, 0, g.zone)
}

// at returns a quarter-hour of the working day.
func (g *generator) at(day time.Time) time.Time {
	return time.Date(day.Year(), day.Month(), day.Day(), 7+g.IntN(12), 15*g.IntN(4), 0, 0, g.zone)
}

func (g *generator) stamp(name string, t time.Time) string {
	if g.chance(5) {
		return name + ":" + t.UTC().Format("20060102T150405Z")
	}
	return name + ";TZID=" + g.zone.String() + ":" + t.Format("20060102T150405")
}

func (g *generator) single(i int) {
	g.line("BEGIN:VEVENT")
	if day := g.day(); g.chance(25) {
		g.line("DTSTART;VALUE=DATE:"+day.Format("20060102"), "DTEND;VALUE=DATE:"+day.AddDate(0, 0, 1+g.IntN(9)).Format("20060102"))
	} else {
		start := g.at(day)
		g.line(g.stamp("DTSTART", start), g.stamp("DTEND", start.Add(time.Duration(15+15*g.IntN(8))*time.Minute)))
	}
	g.rest(fmt.Sprintf("single-%d@example.org", i))
}

// repeated writes a series and n overrides of it.
func (g *generator) repeated(i, n int) {
	start, uid := g.at(g.day()), fmt.Sprintf("series-%d@example.org", i)
	g.line("BEGIN:VEVENT", "DTSTART;TZID="+g.zone.String()+":"+start.Format("20060102T150405"))
	g.line(g.stamp("DTEND", start.Add(time.Duration(15+15*g.IntN(8))*time.Minute)))
	weekday := strings.ToUpper(start.Weekday().String()[:2])
	until := start.AddDate(0, g.IntN(12), 0).UTC().Format("20060102T150405Z")
	step := 7 * 24 * time.Hour
	switch g.IntN(6) {
	case 0:
		g.line("RRULE:FREQ=WEEKLY;BYDAY=" + weekday)
	case 1:
		g.line("RRULE:FREQ=WEEKLY;INTERVAL=2;WKST=SU;UNTIL=" + until)
		step *= 2
	case 2:
		g.line(fmt.Sprintf("RRULE:FREQ=WEEKLY;COUNT=%d;BYDAY=MO,%s", 1+g.IntN(60), weekday))
	case 3:
		g.line(fmt.Sprintf("RRULE:FREQ=MONTHLY;BYDAY=%d%s", (start.Day()-1)/7%4+1, weekday))
		step *= 4
	case 4:
		g.line("RRULE:FREQ=DAILY;UNTIL=" + until)
	case 5:
		g.line("RRULE:FREQ=WEEKLY;UNTIL=" + until + ";BYDAY=TU,TH," + weekday)
	}
	for range g.IntN(3) {
		g.line("EXDATE;TZID=" + g.zone.String() + ":" + g.occurrence(start, step).Format("20060102T150405"))
	}
	g.rest(uid)
	for _, at := range g.distinct(n, func() time.Time { return g.occurrence(start, step) }) {
		moved := g.at(at.AddDate(0, 0, g.IntN(9)-4))
		if g.chance(10) {
			moved = g.at(at.AddDate(0, 0, g.IntN(300)-150)) // into the window, or out of it
		}
		g.line("BEGIN:VEVENT", g.stamp("RECURRENCE-ID", at), g.stamp("DTSTART", moved), g.stamp("DTEND", moved.Add(time.Hour)))
		g.rest(uid)
	}
}

// occurrence returns where a series may have an occurrence.
func (g *generator) occurrence(start time.Time, step time.Duration) time.Time {
	n := g.IntN(60) * int(step/(24*time.Hour))
	return time.Date(start.Year(), start.Month(), start.Day()+n, start.Hour(), start.Minute(), 0, 0, g.zone)
}

func (g *generator) distinct(n int, one func() time.Time) (list []time.Time) {
	seen := map[time.Time]bool{}
	for range n {
		if t := one(); !seen[t] {
			seen[t] = true
			list = append(list, t)
		}
	}
	return list
}

// rest writes what follows the times of an event.
func (g *generator) rest(uid string) {
	g.line("DTSTAMP:20260901T080000Z", "UID:"+uid, "CREATED:20250601T080000Z", "LAST-MODIFIED:20260801T080000Z",
		"ORGANIZER;CN=Ana Lima:mailto:ana@example.org",
		"ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED;CN=Bo:mailto:bo@example.org",
		"DESCRIPTION:"+strings.Repeat("What was said\\, and what is to be done\\n", 1+g.IntN(5)),
		"LOCATION:Room 4", "SEQUENCE:0")
	switch {
	case g.chance(20):
		g.line("STATUS:TENTATIVE")
	case g.chance(20):
		g.line("STATUS:CANCELLED")
	default:
		g.line("STATUS:CONFIRMED")
	}
	if g.chance(15) {
		g.line("TRANSP:TRANSPARENT")
	} else {
		g.line("TRANSP:OPAQUE")
	}
	g.line("SUMMARY:Meeting", "BEGIN:VALARM", "ACTION:DISPLAY", "TRIGGER:-PT10M", "END:VALARM", "END:VEVENT")
}
