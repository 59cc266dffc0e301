package ical

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-ical"
	"github.com/teambition/rrule-go"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar/ical/internal/line"
	"github.com/peerslot/peerslot/calendar/ical/internal/zones"
)

// A clock is a VTIMEZONE as a reader sees it: its onsets by RFC 5545, section
// 3.6.5, and nothing from the zone data of this machine.
type clock struct {
	onsets  []onset
	initial int
}

func clockFrom(t *testing.T, tz *ical.Component, until time.Time) clock {
	t.Helper()
	var c clock
	var earliest time.Time
	for _, o := range tz.Children {
		from, to := offsetOf(t, rawOf(o, ical.PropTimezoneOffsetFrom)), offsetOf(t, rawOf(o, ical.PropTimezoneOffsetTo))
		start, err := time.Parse(wallClock, rawOf(o, ical.PropDateTimeStart))
		if err != nil {
			t.Fatal(err)
		}
		if earliest.IsZero() || start.Before(earliest) {
			earliest, c.initial = start, from
		}
		for _, wall := range walls(t, rawOf(o, ical.PropRecurrenceRule), start, until.Add(48*time.Hour)) {
			c.onsets = append(c.onsets, onset{at: wall.Add(-time.Duration(from) * time.Second), from: from, to: to})
		}
	}
	return c
}

func walls(t *testing.T, rule string, start, until time.Time) []time.Time {
	t.Helper()
	if rule == "" {
		return []time.Time{start}
	}
	o, err := rrule.StrToROption(rule)
	if err != nil {
		t.Fatal(err)
	}
	o.Dtstart = start
	r, err := rrule.NewRRule(*o)
	if err != nil {
		t.Fatal(err)
	}
	return r.Between(start, until, true)
}

func offsetOf(t *testing.T, s string) int {
	t.Helper()
	var h, m, sec int
	if _, err := fmt.Sscanf(s[1:]+"00", "%2d%2d%2d", &h, &m, &sec); err != nil {
		t.Fatalf("offset %q: %v", s, err)
	}
	if s[0] == '-' {
		return -(h*3600 + m*60 + sec)
	}
	return h*3600 + m*60 + sec
}

// at returns the offset from UTC at an instant.
func (c clock) at(at time.Time) int {
	offset, last := c.initial, time.Time{}
	for _, o := range c.onsets {
		if !o.at.After(at) && (last.IsZero() || !o.at.Before(last)) {
			offset, last = o.to, o.at
		}
	}
	return offset
}

// checkTimezone checks every six hours of span, and both sides of every change.
func checkTimezone(t *testing.T, loc *time.Location, span availability.Interval) {
	t.Helper()
	c := clockFrom(t, timezone(loc, span), span.End)
	check := func(at time.Time) {
		if _, want := at.In(loc).Zone(); c.at(at) != want {
			t.Errorf("%s is at %d s from UTC at %s, want %d", loc, c.at(at), at.UTC().Format(time.RFC3339), want)
		}
	}
	for at := span.Start; at.Before(span.End); at = at.Add(6 * time.Hour) {
		check(at)
	}
	for _, o := range onsets(loc, span) {
		check(o.at)
		check(o.at.Add(-time.Second))
	}
}

// Thirteen weeks, from every month of 33 years.
func TestTimezoneIsRightForTheWholeSpan(t *testing.T) {
	for _, zone := range oddZones {
		loc, err := availability.LoadZone(zone)
		if err != nil {
			t.Fatal(err)
		}
		for month := range 33 * 12 {
			start := time.Date(2005, time.Month(1+month), 1+month%28, 13, 30, 0, 0, time.UTC)
			checkTimezone(t, loc, availability.Interval{Start: start, End: start.AddDate(0, 0, 13*7)})
		}
	}
}

func TestTimezone(t *testing.T) {
	for _, c := range []struct{ zone, start, want string }{
		{"Europe/Berlin", "2022-03-03", "DAYLIGHT 20210328T020000 +0100 +0200 FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU, STANDARD 20211031T030000 +0200 +0100 FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU"},
		{"America/New_York", "2022-03-03", "DAYLIGHT 20210314T020000 -0500 -0400 FREQ=YEARLY;BYMONTH=3;BYDAY=2SU, STANDARD 20211107T020000 -0400 -0500 FREQ=YEARLY;BYMONTH=11;BYDAY=1SU"},
		{"Australia/Lord_Howe", "2022-03-03", "STANDARD 20210404T020000 +1100 +1030 FREQ=YEARLY;BYMONTH=4;BYDAY=1SU, DAYLIGHT 20211003T020000 +1030 +1100 FREQ=YEARLY;BYMONTH=10;BYDAY=1SU"},
		{"Europe/Dublin", "2022-10-01", "STANDARD 20211031T020000 +0100 +0000 FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU, DAYLIGHT 20220327T010000 +0000 +0100 FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU"},
		// No rule holds for Ramadan, nor for the year in which a zone gave up its changes.
		{"Africa/Casablanca", "2024-02-01", "STANDARD 20240102T010000 +0100 +0100, STANDARD 20240310T030000 +0100 +0000, DAYLIGHT 20240414T020000 +0000 +0100"},
		{"America/Mexico_City", "2022-09-01", "STANDARD 20220801T190000 -0500 -0500, STANDARD 20221030T020000 -0500 -0600"},
		{"Pacific/Apia", "2011-12-01", "STANDARD 20111031T140000 -1000 -1000, DAYLIGHT 20111230T000000 -1000 +1400"},
		{"Asia/Kolkata", "2026-03-03", "STANDARD 20260201T053000 +0530 +0530"},
	} {
		loc, err := availability.LoadZone(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		start, err := time.Parse(time.DateOnly, c.start)
		if err != nil {
			t.Fatal(err)
		}
		tz := timezone(loc, availability.Interval{Start: start, End: start.AddDate(0, 0, 84)})
		if got := summary(tz); got != c.want || rawOf(tz, ical.PropTimezoneID) != c.zone {
			t.Errorf("%s from %s:\n got %s\nwant %s", c.zone, c.start, got, c.want)
		}
	}
}

// summary returns the observances of a VTIMEZONE on one line.
func summary(tz *ical.Component) string {
	var list []string
	for _, o := range tz.Children {
		list = append(list, strings.TrimSpace(strings.Join([]string{o.Name, rawOf(o, ical.PropDateTimeStart),
			rawOf(o, ical.PropTimezoneOffsetFrom), rawOf(o, ical.PropTimezoneOffsetTo), rawOf(o, ical.PropRecurrenceRule)}, " ")))
	}
	return strings.Join(list, ", ")
}

func TestUTCOffset(t *testing.T) {
	for seconds, want := range map[int]string{0: "+0000", 3600: "+0100", -12600: "-0330", 49500: "+1345", 3208: "+005328", -18000: "-0500"} {
		if got := utcOffset(seconds); got != want {
			t.Errorf("utcOffset(%d) = %s, want %s", seconds, got, want)
		}
	}
}

// The instants of a zone read from a definition are those of the zone itself.
func TestDefinedZone(t *testing.T) {
	for _, name := range []string{"Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Kolkata", "America/Vancouver"} {
		loc := zoneNamed(t, name)
		cal := ical.NewCalendar()
		WriteOptions{}.header(cal.Component)
		cal.Children = append(cal.Children, timezone(loc, window))
		setRaw(cal.Children[0], ical.PropTimezoneID, "defined")
		var text bytes.Buffer
		if err := ical.NewEncoder(&text).Encode(cal); err != nil {
			t.Fatal(err)
		}
		calendars, err := line.Read(&text)
		if err != nil {
			t.Fatal(err)
		}
		defined := zones.NewTable(calendars[0].Children, nil).Find("defined").Loc
		for at := window.Start; at.Before(window.End); at = at.Add(29 * time.Minute) {
			_, want := at.In(loc).Zone()
			if _, got := at.In(defined).Zone(); got != want {
				t.Fatalf("%s at %s: got offset %d, want %d", name, at, got, want)
			}
		}
	}
}

// rawOf returns the value of a property that was written, or "".
func rawOf(c *ical.Component, name string) string {
	if p := c.Props.Get(name); p != nil {
		return p.Value
	}
	return ""
}
