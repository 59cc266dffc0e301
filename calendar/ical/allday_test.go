package ical

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/peerslot/peerslot/availability"
)

func TestAllDay(t *testing.T) {
	oneDay := []string{"all-day busy 03 23:00-04 23:00"}
	runReadCases(t, []readCase{
		{"without an end", inCalendar(inEvent("DTSTART;VALUE=DATE:20261104")), oneDay, ""},
		{"that ends where it starts", inCalendar(inEvent("DTSTART;VALUE=DATE:20261104", "DTEND;VALUE=DATE:20261104")), oneDay, ""},
		{"of two days", inCalendar(inEvent("DTSTART;VALUE=DATE:20261104", "DTEND;VALUE=DATE:20261106")), []string{"all-day busy 03 23:00-05 23:00"}, ""},
		{"without VALUE=DATE", inCalendar(inEvent("DTSTART:20261104", "DTEND:20261105")), oneDay, ""},
		{"with a zone", inCalendar(inEvent("DTSTART;TZID=America/New_York;VALUE=DATE:20261104")), oneDay, ""},
		{"P1D", inCalendar(inEvent("DTSTART;VALUE=DATE:20261104", "DURATION:P1D")), oneDay, ""},
		{"of seconds", inCalendar(inEvent("DTSTART;VALUE=DATE:20261104", "DURATION:PT86400S")), oneDay, ""},
		{"for Outlook only", inCalendar(inEvent("DTSTART:20261104T090000Z", "DTEND:20261104T100000Z", "X-MICROSOFT-CDO-ALLDAYEVENT:TRUE")), []string{"busy 04 09:00-10:00"}, ""},
		{"daily", inCalendar(inEvent("DTSTART;VALUE=DATE:20261101", "RRULE:FREQ=DAILY;UNTIL=20261103")), []string{"all-day busy 01 23:00-03 23:00"}, ""},
		{"until a time", inCalendar(inEvent("DTSTART;VALUE=DATE:20261101", "RRULE:FREQ=DAILY;UNTIL=20261103T000000Z")), []string{"all-day busy 01 23:00-03 23:00"}, ""},
		{"until midnight of the viewer", inCalendar(inEvent("DTSTART;VALUE=DATE:20261101", "RRULE:FREQ=DAILY;UNTIL=20261102T230000Z")), []string{"all-day busy 01 23:00-03 23:00"}, ""},
		{"until the last second of a day", inCalendar(inEvent("DTSTART;VALUE=DATE:20261101", "RRULE:FREQ=DAILY;UNTIL=20261102T235959Z")), []string{"all-day busy 01 23:00-02 23:00"}, ""},
		{"but a day", inCalendar(inEvent("DTSTART;VALUE=DATE:20261102", "RRULE:FREQ=DAILY;COUNT=4", "EXDATE;VALUE=DATE:20261103", "EXDATE:20261104T000000Z", "EXDATE:20261104T230000Z")),
			[]string{"all-day busy 01 23:00-02 23:00"}, ""},
		{"tentative beside busy", inCalendar(inEvent("DTSTART:20261104", "STATUS:TENTATIVE"), inEvent("DTSTART:20261104")),
			[]string{"all-day busy 03 23:00-04 23:00", "all-day tentative 03 23:00-04 23:00"}, ""},
	})
}

// Days are from midnight to midnight: 23 hours or 25 when the clocks change, and
// from the first hour that there is where they skip midnight.
func TestAllDayWhenTheClocksChange(t *testing.T) {
	for _, c := range []struct{ zone, day, start, end string }{
		{"Europe/Berlin", "20261025", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"},
		{"Europe/Berlin", "20260329", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"},
		{"America/Santiago", "20260906", "2026-09-06T04:00:00Z", "2026-09-07T03:00:00Z"},
		{"Asia/Kathmandu", "20261025", "2026-10-24T18:15:00Z", "2026-10-25T18:15:00Z"},
	} {
		b, err := ReadBusy(strings.NewReader(inCalendar(inEvent("DTSTART;VALUE=DATE:"+c.day))), ReadOptions{
			Zone:   zoneNamed(t, c.zone),
			Window: availability.Interval{Start: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), End: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)},
		})
		if err != nil || len(b.Spans) != 1 {
			t.Fatalf("%s in %s: got %v, %v", c.day, c.zone, b, err)
		}
		got := [2]string{b.Spans[0].Start.Format(time.RFC3339), b.Spans[0].End.Format(time.RFC3339)}
		if diff := cmp.Diff([2]string{c.start, c.end}, got); diff != "" {
			t.Errorf("%s in %s (-want +got):\n%s", c.day, c.zone, diff)
		}
	}
}

func TestLengths(t *testing.T) {
	across := func(start, length string) string {
		return inCalendar(inEvent("DTSTART;TZID=Europe/Berlin:"+start, length, "RRULE:FREQ=YEARLY"))
	}
	window := availability.Interval{Start: time.Date(2026, 10, 20, 0, 0, 0, 0, time.UTC), End: time.Date(2026, 10, 30, 0, 0, 0, 0, time.UTC)}
	for _, c := range []struct{ name, text, want string }{
		{"a nominal day", across("20261024T120000", "DURATION:P1D"), "busy 24 10:00-25 11:00"},
		{"a day of hours", across("20261024T120000", "DURATION:PT24H"), "busy 24 10:00-25 10:00"},
		{"a day and an hour", across("20261024T120000", "DURATION:P1DT1H"), "busy 24 10:00-25 12:00"},
		{"an exact end", across("20251024T120000", "DTEND;TZID=Europe/Berlin:20251025T120000"), "busy 24 10:00-25 10:00"},
		{"weeks", across("20261021T120000", "DURATION:P1W"), "busy 21 10:00-28 11:00"},
	} {
		b, err := ReadBusy(strings.NewReader(c.text), ReadOptions{Zone: time.UTC, Window: window})
		if diff := cmp.Diff([]string{c.want}, spansOf(b)); err != nil || diff != "" {
			t.Errorf("%s: %v (-want +got):\n%s", c.name, err, diff)
		}
	}
	runReadCases(t, []readCase{
		{"a time without an end", inCalendar(inEvent("DTSTART:20261104T090000Z")), nil, ""},
		{"nothing", inCalendar(inEvent("DTSTART:20261104T090000Z", "DTEND:20261104T090000Z")), nil, ""},
		{"an end outweighs a duration", inCalendar(inEvent("DTSTART:20261104T090000Z", "DURATION:PT9H", "DTEND:20261104T100000Z")), []string{"busy 04 09:00-10:00"}, ""},
		{"over the edges", inCalendar(inEvent("DTSTART:20261001T090000Z", "DTEND:20261203T090000Z")), []string{"busy 01 23:00-15 23:00"}, ""},
		{"over the edge, as a series", inCalendar(inEvent("DTSTART:20260101T000000Z", "DURATION:P20D", "RRULE:FREQ=MONTHLY;BYMONTHDAY=20")), []string{"busy 01 23:00-09 00:00"}, ""},
	})
}
