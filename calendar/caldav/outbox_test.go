package caldav

import (
	"testing"
	"time"

	"github.com/peerslot/peerslot/availability"
)

func TestWholeDaysOfAServerAreThePersons(t *testing.T) {
	newYork, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ name, start, end, wantStart, wantEnd string }{
		{"a day of UTC", "2026-03-10T00:00:00Z", "2026-03-11T00:00:00Z", "2026-03-10T04:00:00Z", "2026-03-11T04:00:00Z"},
		{"two days, over a change of clocks", "2026-03-08T00:00:00Z", "2026-03-10T00:00:00Z", "2026-03-08T05:00:00Z", "2026-03-10T04:00:00Z"},
		{"SOGo in UTC", "2026-03-10T00:00:00Z", "2026-03-10T23:59:59Z", "2026-03-10T04:00:00Z", "2026-03-11T04:00:00Z"},
		{"SOGo in Berlin", "2026-03-09T23:00:00Z", "2026-03-11T22:59:59Z", "2026-03-10T04:00:00Z", "2026-03-12T04:00:00Z"},
		{"SOGo in Berlin, a day of 23 hours", "2026-03-28T23:00:00Z", "2026-03-29T21:59:59Z", "2026-03-29T04:00:00Z", "2026-03-30T04:00:00Z"},
		{"SOGo in New York", "2026-03-10T04:00:00Z", "2026-03-11T03:59:59Z", "2026-03-10T04:00:00Z", "2026-03-11T04:00:00Z"},
		{"a day from noon", "2026-03-10T12:00:00Z", "2026-03-11T12:00:00Z", "2026-03-10T12:00:00Z", "2026-03-11T12:00:00Z"},
		{"the evening", "2026-03-10T20:00:00Z", "2026-03-10T23:59:59Z", "2026-03-10T20:00:00Z", "2026-03-10T23:59:59Z"},
	} {
		in := availability.Span{Interval: availability.Interval{Start: moment(t, tt.start), End: moment(t, tt.end)}}
		got := inZone([]availability.Span{in}, newYork)[0]
		want := availability.Interval{Start: moment(t, tt.wantStart), End: moment(t, tt.wantEnd)}
		if !got.Start.Equal(want.Start) || !got.End.Equal(want.End) || got.AllDay != (tt.name != "a day from noon" && tt.name != "the evening") {
			t.Errorf("%s: got %v, whole days: %v, want %v", tt.name, got.Interval, got.AllDay, want)
		}
	}
}

func moment(t *testing.T, s string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}
