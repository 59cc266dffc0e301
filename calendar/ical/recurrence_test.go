package ical_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/ical"
)

func tuesdays() calendar.Series {
	return calendar.Series{
		UID: "u", Organizer: calendar.Attendee{Address: "o@acme.example"},
		First: availability.Date{Year: 2026, Month: 3, Day: 17},
		Slot:  availability.Slot{Day: time.Tuesday, Start: 15 * time.Hour, Length: time.Hour, Zone: "Europe/Berlin"},
	}
}

// The rules that programs write for one series, and those that make none of it.
func TestReadRecurrence(t *testing.T) {
	for rule, want := range map[string]struct {
		cadence availability.Cadence
		count   int
	}{
		"RRULE:FREQ=WEEKLY;COUNT=13":                                {availability.Weekly, 13},
		"RRULE:FREQ=WEEKLY;WKST=SU;UNTIL=20260407T130000Z;BYDAY=TU": {availability.Weekly, 4},
		"RRULE:FREQ=WEEKLY;UNTIL=20260407":                          {availability.Weekly, 4},
		"RRULE:FREQ=WEEKLY;UNTIL=20260407T125959Z":                  {availability.Weekly, 3}, // after the clocks went forward
		"rrule:freq=weekly;interval=4;count=3":                      {availability.Monthly, 3},
		"RRULE:FREQ=DAILY;INTERVAL=14;COUNT=2":                      {availability.Biweekly, 2},
		"RRULE:FREQ=DAILY;COUNT=5":                                  {},
		"RRULE:FREQ=WEEKLY":                                         {},
		"RRULE:FREQ=WEEKLY;COUNT=14":                                {},
		"RRULE:FREQ=WEEKLY;BYDAY=TU,TH;COUNT=9":                     {},
		"RRULE:FREQ=WEEKLY;BYDAY=WE;COUNT=9":                        {},
		"RRULE:FREQ=WEEKLY;INTERVAL=3;COUNT=4":                      {},
		"RRULE:nonsense":                                            {},
		"EXDATE:20260317T150000":                                    {},
	} {
		s := tuesdays()
		err := ical.ReadRecurrence(&s, []string{rule})
		if (err == nil) != (want.count > 0) || s.Cadence != want.cadence || s.Count != want.count {
			t.Errorf("%s: %s %d, %v; want %s %d", rule, s.Cadence, s.Count, err, want.cadence, want.count)
		}
	}
}

func TestLeftOut(t *testing.T) {
	s := tuesdays()
	s.Cadence, s.Count = availability.Weekly, 5
	march := func(day, hour int) time.Time { return time.Date(2026, 3, day, hour, 0, 0, 0, time.UTC) }
	for line, want := range map[string][]time.Time{
		"EXDATE;TZID=Europe/Berlin:20260331T150000":           {march(31, 13)},
		"EXDATE:20260317T140000Z,20260324T140000Z":            {march(17, 14), march(24, 14)},
		"EXDATE;VALUE=DATE:20260324":                          {march(24, 14)},
		"EXDATE;TZID=America/New_York:20260324T100000":        {march(24, 14)},
		"EXDATE:20260318T140000Z":                             nil,
		"RRULE:FREQ=WEEKLY;COUNT=5":                           nil,
		"EXDATE;TZID=W. Europe Standard Time:20260324T150000": {march(24, 14)},
	} {
		got, err := ical.LeftOut(s, []string{line})
		equal := cmp.Comparer(func(a, b time.Time) bool { return a.Equal(b) })
		if diff := cmp.Diff(want, got, equal); diff != "" || err != nil {
			t.Errorf("%s: %v (-want +got):\n%s", line, err, diff)
		}
	}
	if got, err := ical.LeftOut(s, []string{"EXDATE:soon"}); err == nil {
		t.Errorf("EXDATE:soon: %v, want an error", got)
	}
}

func TestEndBefore(t *testing.T) {
	at := time.Date(2026, 3, 24, 14, 0, 0, 0, time.UTC)
	for _, row := range []struct {
		line, want string
		days       bool
	}{
		{"RRULE:FREQ=WEEKLY;COUNT=13", "RRULE:FREQ=WEEKLY;UNTIL=20260324T135959Z", false},
		{"RRULE:FREQ=WEEKLY;UNTIL=20270101;BYDAY=TU", "RRULE:FREQ=WEEKLY;BYDAY=TU;UNTIL=20260324", true},
		{"EXDATE:20260317T140000Z", "EXDATE:20260317T140000Z", false},
	} {
		if got := ical.EndBefore(row.line, at, row.days); got != row.want {
			t.Errorf("EndBefore(%s): got %s, want %s", row.line, got, row.want)
		}
	}
}
