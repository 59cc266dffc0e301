package ical

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/peerslot/peerslot/availability"
)

// TestScanDropsNothingThatMatters reads odd calendars twice: as ever, and with a
// window to which nearly every time is near.
func TestScanDropsNothingThatMatters(t *testing.T) {
	for seed := range uint64(1000) {
		text := oddCalendar(rand.New(rand.NewPCG(seed, 2)))
		o := ReadOptions{Zone: zoneNamed(t, "Europe/Berlin"), Window: november, Owner: "ana@example.org"}
		got, err := ReadBusy(strings.NewReader(text), o)
		if err != nil {
			t.Fatal(err)
		}
		o.Window = availability.Interval{Start: november.Start.AddDate(-1, 0, 0), End: november.End.AddDate(2, 0, 0)}
		want, err := ReadBusy(strings.NewReader(text), o)
		if err != nil {
			t.Fatal(err)
		}
		want.Window = november
		want.Normalize()
		if diff := cmp.Diff(want.Spans, got.Spans, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("seed %d (-all +got):\n%s\n%s", seed, diff, text)
		}
	}
}

// oddCalendar returns a calendar in which a few UIDs name masters, overrides of
// one and of all later occurrences, moved far and near, with other SEQUENCEs and
// in all forms.
func oddCalendar(rnd *rand.Rand) string {
	pick := func(list ...string) string { return list[rnd.IntN(len(list))] }
	events := []string{definition("Bureau", "-0330", "-0230")}
	for range 1 + rnd.IntN(8) {
		// The days are few, so that what refers to another event often finds it.
		day := november.Start.AddDate(0, 0, 7*(rnd.IntN(40)-25)+rnd.IntN(2))
		if rnd.IntN(3) > 0 {
			day = november.Start.AddDate(0, 0, rnd.IntN(14))
		}
		stamp := func(name string) string {
			at := time.Date(day.Year(), day.Month(), day.Day(), 9+rnd.IntN(2), 0, 0, 0, time.UTC)
			form := pick(":20060102T150405Z", ";TZID=America/New_York:20060102T150405", ";TZID=Bureau:20060102T150405",
				":20060102T150405", ";VALUE=DATE:20060102", ";TZID=Nowhere:20060102T150405", ":20060102T150405Z")
			return name + at.Format(form)
		}
		lines := []string{"UID:" + pick("a", "b", "c"), fmt.Sprintf("SEQUENCE:%d", rnd.IntN(3)), stamp("DTSTART")}
		lines = append(lines, pick("DURATION:PT1H", "DURATION:PT30M", "DURATION:P1D", "DURATION:P3W", "DURATION:PT1H"))
		lines = append(lines, pick("STATUS:CONFIRMED", "STATUS:CONFIRMED", "STATUS:TENTATIVE", "STATUS:CANCELLED", "TRANSP:TRANSPARENT"))
		if rnd.IntN(2) == 0 {
			day = day.AddDate(0, 0, rnd.IntN(60)-30)
			lines = append(lines, stamp("RECURRENCE-ID"+pick("", "", "", ";RANGE=THISANDFUTURE")))
		} else {
			lines = append(lines, pick("X-A:", "RRULE:FREQ=DAILY", "RRULE:FREQ=WEEKLY;COUNT=8", "RRULE:FREQ=DAILY;UNTIL=20261105T090000Z", "RRULE:FREQ=MONTHLY", "RRULE:FREQ=ODD"))
			day = november.Start.AddDate(0, 0, rnd.IntN(14))
			lines = append(lines, pick("X-A:", stamp("EXDATE"), stamp("RDATE")))
		}
		events = append(events, inEvent(lines...))
	}
	return inCalendar(events...)
}

// TestPlainEventsAreReadAsOthers reads events that say when they are with a start and
// an end alone, and again with an exception that is none.
func TestPlainEventsAreReadAsOthers(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 1))
	times := []string{
		":20261103T090000Z", ":20261103T100000Z", ":20261103T090000", ":20261103T103060", ":20261102T240000", ":20261103T250000",
		":20261103", ":20261104", ";VALUE=DATE:20261103", ";VALUE=DATE:20261105", ";VALUE=DATE:20261103T000000", ";VALUE=DATE-TIME:20261103T090000", ": 20261103T090000", ":20261103T090000Z ",
		";TZID=Europe/Berlin:20261103T090000", ";TZID=Europe/Berlin:20261103T100000", ";TZID=\"Europe/Berlin\":20261103T093000", ";TZID=America/New_York:20261103T100000",
		";TZID=Nowhere:20261103T090000", ";TZID=Nowhere:20261103T100000", ";TZID=(UTC+01:00) Berlin:20261103T090000", ";TZID=:20261103T090000", ";TZID=Europe/Berlin:20261103", ";TZID=Asia/Tokyo:20261103T090000Z", ";TZID:20261103T090000", ":2026110",
	}
	for range 3000 {
		lines := []string{"UID:a", "DTSTART" + times[rnd.IntN(len(times))], "DTEND" + times[rnd.IntN(len(times))]}
		lines = lines[:2+min(1, rnd.IntN(5))]
		o := ReadOptions{Zone: zoneNamed(t, "Europe/London"), Window: november}
		got, gotErr := ReadBusy(strings.NewReader(inCalendar(inEvent(lines...))), o)
		want, wantErr := ReadBusy(strings.NewReader(inCalendar(inEvent(append(lines, "EXDATE:20200101T000000Z")...))), o)
		if diff := cmp.Diff(want, got); diff != "" || (gotErr == nil) != (wantErr == nil) {
			t.Fatalf("%q (-with an exception +as it is): %v, %v\n%s", lines, wantErr, gotErr, diff)
		}
	}
}
