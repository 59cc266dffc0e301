package calendar_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/calendartest"
)

func sample() calendar.Series { return calendartest.Series(calendartest.UID(0)) }

// utc reads an instant such as 2026-03-03T14:00.
func utc(t *testing.T, s string) time.Time {
	t.Helper()
	at, err := time.Parse("2006-01-02T15:04", s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func TestOccurrencesKeepTheWallClock(t *testing.T) {
	got, err := sample().Occurrences()
	if err != nil || len(got) != 13 {
		t.Fatalf("got %d occurrences, %v, want 13", len(got), err)
	}
	for i, want := range map[int]string{0: "2026-03-03T14:00", 3: "2026-03-24T14:00", 4: "2026-03-31T13:00", 12: "2026-05-26T13:00"} {
		if o := got[i]; !o.Start.Equal(utc(t, want)) || o.Length() != time.Hour || !o.Original.Equal(o.Start) || o.Moved || o.Cancelled {
			t.Errorf("occurrence %d is %+v, want an hour from %s", i, o, want)
		}
	}
}

func TestOccurrencesFollowTheCadence(t *testing.T) {
	s := sample()
	s.Cadence, s.Count = availability.Monthly, 4
	got, err := s.Occurrences()
	if err != nil {
		t.Fatal(err)
	}
	var dates []string
	for _, o := range got {
		dates = append(dates, o.Start.Format(time.DateOnly))
	}
	if diff := cmp.Diff([]string{"2026-03-03", "2026-03-31", "2026-04-28", "2026-05-26"}, dates); diff != "" {
		t.Errorf("dates (-want +got):\n%s", diff)
	}
}

func TestOccurrencesApplyOverrides(t *testing.T) {
	s := sample()
	s = s.WithOverride(calendartest.Move(s, 4, 25*time.Hour)).WithOverride(calendartest.CancelOne(s, 1))
	got, err := s.Occurrences()
	if err != nil {
		t.Fatal(err)
	}
	if o := got[1]; !o.Cancelled || o.Moved {
		t.Errorf("occurrence 1 is %+v, want it cancelled", o)
	}
	if o := got[4]; !o.Moved || o.Cancelled || !o.Start.Equal(utc(t, "2026-04-01T14:00")) || !o.Original.Equal(utc(t, "2026-03-31T13:00")) {
		t.Errorf("occurrence 4 is %+v, want it moved to the next day at 16:00", o)
	}
	s.Cancelled = true
	got, err = s.Occurrences()
	if err != nil {
		t.Fatal(err)
	}
	for i, o := range got {
		if !o.Cancelled {
			t.Errorf("occurrence %d of a cancelled series is held", i)
		}
	}
}

// faults are the ways in which a series cannot be put, and what the error says.
var faults = map[string]struct {
	spoil func(*calendar.Series)
	want  string
}{
	"no UID":            {func(s *calendar.Series) { s.UID = "" }, "UID"},
	"UID with a path":   {func(s *calendar.Series) { s.UID = "../x" }, "UID"},
	"UID in capitals":   {func(s *calendar.Series) { s.UID = "ABC" }, "UID"},
	"hidden UID":        {func(s *calendar.Series) { s.UID = ".abc" }, "UID"},
	"long UID":          {func(s *calendar.Series) { s.UID = calendar.UID(strings.Repeat("a", 201)) }, "UID"},
	"no organizer":      {func(s *calendar.Series) { s.Organizer = calendar.Attendee{} }, "mail address"},
	"bad attendee":      {func(s *calendar.Series) { s.Attendees[0].Address = "Ana@acme.example" }, "mail address"},
	"attendee twice":    {func(s *calendar.Series) { s.Attendees[1] = s.Attendees[0] }, "sorted by address"},
	"cadence":           {func(s *calendar.Series) { s.Cadence = 3 }, "1, 2 and 4"},
	"no sessions":       {func(s *calendar.Series) { s.Count = 0 }, "1 to 13"},
	"too many sessions": {func(s *calendar.Series) { s.Count = 14 }, "1 to 13"},
	"weekday":           {func(s *calendar.Series) { s.First = s.First.AddDays(1) }, "not a Tuesday"},
	"length":            {func(s *calendar.Series) { s.Slot.Length = 0 }, "no length"},
	"zone":              {func(s *calendar.Series) { s.Slot.Zone = "Local" }, "IANA"},
	"skipped start": {func(s *calendar.Series) {
		s.Slot.Day, s.Slot.Start, s.First = time.Sunday, 150*time.Minute, availability.Date{Year: 2026, Month: time.March, Day: 29}
	}, "skip"},
	"override of nothing": {func(s *calendar.Series) {
		s.Overrides = []calendar.Override{{Original: s.Updated, Cancelled: true}}
	}, "no session"},
	"override twice": {func(s *calendar.Series) {
		o := calendartest.CancelOne(*s, 2)
		s.Overrides = []calendar.Override{o, o}
	}, "sorted by original"},
}

func TestCheck(t *testing.T) {
	if err := sample().Check(); err != nil {
		t.Errorf("Check of a good series: %v", err)
	}
	for name, fault := range faults {
		s := sample()
		fault.spoil(&s)
		if err := s.Check(); err == nil || !strings.Contains(err.Error(), fault.want) {
			t.Errorf("%s: got %v, want an error with %q", name, err, fault.want)
		}
	}
}

func TestUntil(t *testing.T) {
	s := sample()
	moved := s.WithOverride(calendartest.Move(s, 5, -4*24*time.Hour)).WithOverride(calendartest.Move(s, 2, 40*24*time.Hour))
	for _, c := range []struct {
		name  string
		in    calendar.Series
		from  string
		held  []int // sessions of in that stay
		count int
	}{
		{"the rest", s, "2026-03-20T00:00", []int{0, 1, 2}, 3},
		{"the start itself", s, "2026-03-17T14:00", []int{0, 1}, 2},
		{"just after the start", s, "2026-03-17T14:01", []int{0, 1, 2}, 3},
		{"nothing", s, "2026-06-01T00:00", []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, 13},
		{"one moved ahead stays, one moved back goes", moved, "2026-04-06T00:00", []int{0, 1, 3, 4, 5}, 6},
		{"everything", s, "2026-03-01T00:00", nil, 13},
	} {
		before := calendartest.Sessions(c.in)
		got, err := c.in.Until(utc(t, c.from))
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		var want []availability.Interval
		for _, i := range c.held {
			want = append(want, before[i])
		}
		if diff := cmp.Diff(want, calendartest.Sessions(got)); diff != "" {
			t.Errorf("%s: sessions (-want +got):\n%s", c.name, diff)
		}
		if got.Count != c.count || got.Cancelled != (c.held == nil) || (got.Sequence > c.in.Sequence) != (len(want) < len(before)) {
			t.Errorf("%s: got count %d, cancelled %v, sequence %d", c.name, got.Count, got.Cancelled, got.Sequence)
		}
		if changed := got.Updated.Equal(utc(t, c.from)); changed != (got.Sequence > c.in.Sequence) || got.Updated.Before(c.in.Updated) {
			t.Errorf("%s: sequence %d, updated at %s", c.name, got.Sequence, got.Updated)
		}
		again, err := got.Until(utc(t, c.from))
		if diff := cmp.Diff(got, again); err != nil || diff != "" {
			t.Errorf("%s: a second time: %v (-first +second):\n%s", c.name, err, diff)
		}
	}
}

func TestUntilLeavesItsArgument(t *testing.T) {
	s := sample()
	s = s.WithOverride(calendartest.CancelOne(s, 1)).WithOverride(calendartest.Move(s, 9, time.Hour))
	before := append([]calendar.Override(nil), s.Overrides...)
	if _, err := s.Until(utc(t, "2026-03-20T00:00")); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, s.Overrides); diff != "" {
		t.Errorf("overrides of the argument (-before +after):\n%s", diff)
	}
}

// Sessions that were cancelled anyway are no reason to tell anybody.
func TestUntilOfCancelledSessions(t *testing.T) {
	s := sample()
	s = s.WithOverride(calendartest.CancelOne(s, 11)).WithOverride(calendartest.CancelOne(s, 12))
	got, err := s.Until(utc(t, "2026-05-18T00:00"))
	if diff := cmp.Diff(s, got); err != nil || diff != "" {
		t.Errorf("got %v (-want +got):\n%s", err, diff)
	}
	if _, err := (calendar.Series{}).Until(time.Time{}); err == nil {
		t.Error("no error for the zero Series")
	}
}

// Until and From share the sessions of a series, wherever it is cut.
func TestFrom(t *testing.T) {
	s := sample()
	moved := s.WithOverride(calendartest.Move(s, 5, -4*24*time.Hour)).WithOverride(calendartest.Move(s, 2, 40*24*time.Hour)).WithOverride(calendartest.CancelOne(s, 8))
	for _, in := range []calendar.Series{s, moved} {
		all := calendartest.Sessions(in)
		for cut := in.Updated; cut.Before(all[len(all)-1].End.AddDate(0, 0, 8)); cut = cut.Add(12 * time.Hour) {
			var want []availability.Interval
			for _, o := range all {
				if !o.Start.Before(cut) {
					want = append(want, o)
				}
			}
			rest, ok, err := in.From(cut)
			if err != nil || ok != (want != nil) {
				t.Fatalf("From(%v): %t, %v; want %d sessions", cut, ok, err, len(want))
			}
			if !ok {
				continue
			}
			if diff := cmp.Diff(want, calendartest.Sessions(rest)); diff != "" || rest.Check() != nil {
				t.Fatalf("From(%v): %v (-want +got):\n%s", cut, rest.Check(), diff)
			}
		}
	}
}

func TestRSVP(t *testing.T) {
	s := sample()
	s.Attendees[0].RSVP = calendar.Accepted
	o := calendartest.Move(s, 3, time.Hour)
	o.RSVPs = map[calendar.Address]calendar.RSVP{calendartest.Ana: calendar.Declined, calendartest.Bo: calendar.Tentative}
	s = s.WithOverride(o)
	other := o.Original.AddDate(0, 0, -7)
	for _, c := range []struct {
		who      calendar.Address
		original time.Time
		want     calendar.RSVP
	}{
		{calendartest.Ana, other, calendar.Accepted},
		{calendartest.Ana, o.Original, calendar.Declined},
		{calendartest.Bo, other, calendar.NoReply},
		{calendartest.Bo, o.Original, calendar.Tentative},
		{calendartest.Cem, o.Original, calendar.NoReply},
	} {
		if got := s.RSVP(c.who, c.original); got != c.want {
			t.Errorf("RSVP(%s, %s) = %q, want %q", c.who, c.original, got, c.want)
		}
	}
}

func TestWithOverride(t *testing.T) {
	s := sample()
	a, b := calendartest.CancelOne(s, 7), calendartest.Move(s, 2, time.Hour)
	both := s.WithOverride(a).WithOverride(b)
	if diff := cmp.Diff([]calendar.Override{b, a}, both.Overrides); diff != "" {
		t.Errorf("overrides (-want +got):\n%s", diff)
	}
	b.Note = "room is taken"
	again := both.WithOverride(b)
	if len(again.Overrides) != 2 || again.Override(b.Original).Note != b.Note {
		t.Errorf("overrides after replacing one: %+v", again.Overrides)
	}
	if both.Override(b.Original).Note != "" || s.Overrides != nil {
		t.Error("WithOverride changed what it was called on")
	}
	if diff := cmp.Diff(calendar.Override{}, s.Override(b.Original)); diff != "" {
		t.Errorf("override of an untouched occurrence (-want +got):\n%s", diff)
	}
}

func TestPeople(t *testing.T) {
	s := sample()
	s.Attendees = append(s.Attendees, calendar.Attendee{Address: calendartest.Organizer})
	want := []calendar.Address{calendartest.Ana, calendartest.Bo, calendartest.Organizer}
	if diff := cmp.Diff(want, s.People()); diff != "" {
		t.Errorf("people (-want +got):\n%s", diff)
	}
}

// However many readers say whose an error is, the series is named once.
func TestASeriesIsNamedOnce(t *testing.T) {
	s := calendartest.Series(calendartest.UID(1))
	s.Count = 40
	_, err := s.Occurrences()
	err = calendar.OfSeries(s.UID, fmt.Errorf("robot.ics: %w", calendar.OfSeries(s.UID, err)))
	if want := "robot.ics: series " + string(s.UID) + ": no end, or too many weekly sessions: a series has 1 to 13"; err.Error() != want {
		t.Errorf("got %q, want %q", err, want)
	}
	if err = calendar.OfSeries("other", err); !strings.HasPrefix(err.Error(), "series other: robot.ics") {
		t.Errorf("of another series: %q", err)
	}
	if err := calendar.OfSeries(s.UID, nil); err != nil {
		t.Errorf("of nothing: %v", err)
	}
}
