package console

import (
	"strings"
	"testing"
	"time"

	"github.com/peerslot/peerslot/availability"
)

func TestRelativeDates(t *testing.T) {
	today := availability.Date{Year: 2026, Month: time.March, Day: 4} // a Wednesday
	for text, want := range map[string]string{
		"2026-05-01": "2026-05-01", "today": "2026-03-04", "Tomorrow": "2026-03-05", "yesterday": "2026-03-03",
		"monday": "2026-03-09", "wednesday": "2026-03-04", "wed": "2026-03-04", "next wednesday": "2026-03-11", "next  Monday": "2026-03-09",
		"next sun": "2026-03-08", "next week": "2026-03-09", "in 3 days": "2026-03-07", "in 1 week": "2026-03-11", "2 weeks ago": "2026-02-18",
		"next-monday": "2026-03-09", "in-2-weeks": "2026-03-18", " 2026-05-01 ": "2026-05-01", "3-days-ago": "2026-03-01",
	} {
		if got, err := ParseDate(text, today); err != nil || got.String() != want {
			t.Errorf("%q: got %s, %v; want %s", text, got, err, want)
		}
	}
	for _, text := range []string{"", "soon", "next", "next month", "in 2", "in -1 days", "in 99999 weeks", "3 days", "2026-02-30", "last friday", "in -1 days", "in--1-day", "-", "next-", "next -monday", "2026-3-1"} {
		if got, err := ParseDate(text, today); err == nil || !strings.Contains(err.Error(), "want a date such as") {
			t.Errorf("%q: got %s, %v; want an error that says what is wanted", text, got, err)
		}
	}
	loc, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 3, 8, 3, 0, 0, 0, time.UTC) // Saturday evening there; clocks change in the night
	if got, err := ParseInstant("tomorrow", now, loc); err != nil || got.Format(time.RFC3339) != "2026-03-08T00:00:00-05:00" {
		t.Errorf("got %s, %v; want the midnight before the clocks change", got.Format(time.RFC3339), err)
	}
}
