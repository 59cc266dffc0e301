package holiday_test

import (
	"errors"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/peerslot/peerslot/scheduler/holiday"
)

// calendarOf wraps events, each given as its lines, into a calendar.
func calendarOf(events ...string) string {
	var b strings.Builder
	b.WriteString("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n")
	for _, e := range events {
		b.WriteString("BEGIN:VEVENT\r\n" + strings.ReplaceAll(e, "\n", "\r\n") + "\r\nEND:VEVENT\r\n")
	}
	b.WriteString("END:VCALENDAR\r\n")
	return b.String()
}

func TestCalendar(t *testing.T) {
	tests := []struct {
		name, text, want string
	}{
		{"a day", calendarOf("DTSTART;VALUE=DATE:20260126\nDTEND;VALUE=DATE:20260127"), "2026-01-26"},
		{"no end", calendarOf("DTSTART;VALUE=DATE:20260126"), "2026-01-26"},
		{"free or busy", calendarOf("DTSTART;VALUE=DATE:20260126\nTRANSP:TRANSPARENT", "DTSTART;VALUE=DATE:20260815\nTRANSP:OPAQUE"), "2026-01-26 2026-08-15"},
		{"end before start in the text", calendarOf("DTEND;VALUE=DATE:20261110\nDTSTART;VALUE=DATE:20261108"), "2026-11-08 2026-11-09"},
		{"end on the day itself", calendarOf("DTSTART;VALUE=DATE:20261108\nDTEND;VALUE=DATE:20261108"), "2026-11-08"},
		{"a week", calendarOf("DTSTART;VALUE=DATE:20261108\nDURATION:P1W"), "2026-11-08 2026-11-09 2026-11-10 2026-11-11 2026-11-12 2026-11-13 2026-11-14"},
		{"monthly", calendarOf("DTSTART;VALUE=DATE:20261016\nRRULE:FREQ=MONTHLY;COUNT=2"), "2026-10-16 2026-11-16"},
		{"one moved", calendarOf("UID:1\nDTSTART;VALUE=DATE:20200126\nRRULE:FREQ=YEARLY", "UID:1\nRECURRENCE-ID;VALUE=DATE:20260126\nDTSTART;VALUE=DATE:20260127\nTRANSP:TRANSPARENT"), "2026-01-27"},
		{"duration", calendarOf("DTSTART;VALUE=DATE:20261108\nDURATION:P2D"), "2026-11-08 2026-11-09"},
		{"from last year", calendarOf("DTSTART;VALUE=DATE:20251231\nDTEND;VALUE=DATE:20260103"), "2026-01-01 2026-01-02"},
		{"timed events do not count", calendarOf("DTSTART:20260126T090000Z\nDTEND:20260126T100000Z", "DTSTART;VALUE=DATE:20261002"), "2026-10-02"},
		{"cancelled", calendarOf("DTSTART;VALUE=DATE:20260126\nSTATUS:CANCELLED", "DTSTART;VALUE=DATE:20261002"), "2026-10-02"},
		{"yearly", calendarOf("DTSTART;VALUE=DATE:19500126\nRRULE:FREQ=YEARLY"), "2026-01-26"},
		{"not yet", calendarOf("DTSTART;VALUE=DATE:20270126\nRRULE:FREQ=YEARLY"), ""},
		{"until", calendarOf("DTSTART;VALUE=DATE:20200126\nRRULE:FREQ=YEARLY;UNTIL=20250126"), ""},
		{"until that very day", calendarOf("DTSTART;VALUE=DATE:20200126\nRRULE:FREQ=YEARLY;UNTIL=20260126"), "2026-01-26"},
		{"count", calendarOf("DTSTART;VALUE=DATE:20240126\nRRULE:FREQ=YEARLY;COUNT=3", "DTSTART;VALUE=DATE:20230815\nRRULE:FREQ=YEARLY;COUNT=3"), "2026-01-26"},
		{"every other year", calendarOf("DTSTART;VALUE=DATE:20240126\nRRULE:FREQ=YEARLY;INTERVAL=2", "DTSTART;VALUE=DATE:20250815\nRRULE:FREQ=YEARLY;INTERVAL=2"), "2026-01-26"},
		{"fourth Thursday", calendarOf("DTSTART;VALUE=DATE:20201126\nRRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH"), "2026-11-26"},
		{"Monday in a week", calendarOf("DTSTART;VALUE=DATE:20200525\nRRULE:FREQ=YEARLY;BYMONTH=5;BYMONTHDAY=25,26,27,28,29,30,31;BYDAY=MO"), "2026-05-25"},
		{"leap day", calendarOf("DTSTART;VALUE=DATE:20240229\nRRULE:FREQ=YEARLY"), ""},
		{"one left out", calendarOf("DTSTART;VALUE=DATE:20240126\nRRULE:FREQ=YEARLY\nEXDATE;VALUE=DATE:20250126,20260126"), ""},
		{"more dates", calendarOf("DTSTART;VALUE=DATE:20260126\nRDATE;VALUE=DATE:20260301,20260402"), "2026-01-26 2026-03-01 2026-04-02"},
		{"alarms", calendarOf("DTSTART;VALUE=DATE:20260126\nBEGIN:VALARM\nDTSTART;VALUE=DATE:20260303\nEND:VALARM"), "2026-01-26"},
		{"quoted colon", calendarOf("DTSTART;X-FROM=\"a:b\";VALUE=DATE:20260126"), "2026-01-26"},
		{"folded, lower case", "\ufeffbegin:vcalendar\nbegin:vevent\ndtstart;value=date:2026\n 0126\nend:vevent\nend:vcalendar\n", "2026-01-26"},
		{"old line ends", "BEGIN:VCALENDAR\rBEGIN:VEVENT\rDTSTART:20260126\rEND:VEVENT\rEND:VCALENDAR\r", "2026-01-26"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, err := holiday.Read(strings.NewReader(tt.text))
			if err != nil {
				t.Fatal(err)
			}
			first, last := date(t, "2026-01-01"), date(t, "2026-12-31")
			if got := join(c.Dates(first, last)); got != tt.want {
				t.Errorf("Dates of 2026 = %s, want %s", got, tt.want)
			}
			if again := join(c.Dates(first, last)); again != tt.want {
				t.Errorf("asked again, Dates of 2026 = %s, want %s", again, tt.want)
			}
		})
	}
}

func TestCalendarErrors(t *testing.T) {
	tests := []struct {
		name, text, want string
	}{
		{"empty", "", "not a calendar: want BEGIN:VCALENDAR in the first line"},
		{"a web page", "<!DOCTYPE html>", "not a calendar: want BEGIN:VCALENDAR in the first line"},
		{"cut off", "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20260126\nEND:VEVENT\n", "the calendar is cut off: want END:VCALENDAR in the last line"},
		{"nothing of whole days", calendarOf("DTSTART:20260126T090000Z"), "the calendar has no events of whole days"},
		{"no rule", calendarOf("DTSTART;VALUE=DATE:20260126\nRRULE:often"), "its rule cannot be read"},
		{"every day", calendarOf("DTSTART;VALUE=DATE:20260126\nRRULE:FREQ=DAILY"), "its rule repeats too often"},
		{"a year and more", calendarOf("DTSTART;VALUE=DATE:20260126\nDTEND;VALUE=DATE:20270601"), "the holidays from 2026-01-26 on last longer than 366 days"},
		{"no date", calendarOf("DTSTART;VALUE=DATE:20260126T0\nDTEND;VALUE=DATE:20260127"), "only the day of DTSTART can be read"},
		{"too large", "BEGIN:VCALENDAR\n" + strings.Repeat("X-A:x\n", 1<<20), "the calendar is larger than 4 MB"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := holiday.Read(strings.NewReader(tt.text)); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Read = %v, want %s", err, tt.want)
			}
		})
	}
	broken := errors.New("broken")
	if _, err := holiday.Read(iotest.ErrReader(broken)); !errors.Is(err, broken) {
		t.Errorf("Read of a broken reader = %v, want %v", err, broken)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(calendarOf("DTSTART;VALUE=DATE:20240126\nRRULE:FREQ=YEARLY;BYDAY=4TH;BYMONTH=11", "DTSTART:20260126\nDTEND:20260128"))
	f.Add(calendarOf("DTSTART;VALUE=DATE:20240229\nRRULE:FREQ=YEARLY;INTERVAL=2;UNTIL=20300101T000000Z\nEXDATE:20260126\nRDATE:20260127"))
	f.Fuzz(func(t *testing.T, text string) {
		c, err := holiday.Read(strings.NewReader(text))
		if err != nil {
			return
		}
		first, last := date(t, "2026-01-01"), date(t, "2027-12-31")
		for _, d := range c.Dates(first, last) {
			if d.Compare(first) < 0 || d.Compare(last) > 0 {
				t.Errorf("%s is not in the span", d)
			}
		}
	})
}
