package calendar_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/calendartest"
)

// onCalendar is the sample as a calendar holds it: with a version and replies.
func onCalendar() calendar.Series {
	s := sample()
	s.Version = "v1"
	s.Attendees[0].RSVP = calendar.Accepted
	o := calendartest.Move(s, 3, time.Hour)
	o.RSVPs = map[calendar.Address]calendar.RSVP{calendartest.Bo: calendar.Declined}
	return s.WithOverride(o)
}

func TestSettleLeavesWhatIsThere(t *testing.T) {
	have := onCalendar()
	byHand := have.WithOverride(calendartest.Move(have, 5, time.Hour))
	for name, c := range map[string]struct {
		have calendar.Series
		s    func(*calendar.Series)
	}{
		"the same":                        {have, func(*calendar.Series) {}},
		"the same without replies":        {have, func(s *calendar.Series) { *s = s.WithoutReplies() }},
		"the same, built later":           {have, func(s *calendar.Series) { s.Updated = s.Updated.Add(time.Hour) }},
		"a Put that took effect":          {have, func(s *calendar.Series) { s.Version = "v0" }},
		"lost outcome":                    {have, func(s *calendar.Series) { s.Version = "" }},
		"lost outcome, changed by hand":   {byHand, func(s *calendar.Series) { s.Version = "" }},
		"lost outcome, cancelled by then": {cancelled(have), func(s *calendar.Series) { s.Version = "" }},
	} {
		s := onCalendar()
		c.s(&s)
		got, err := calendar.Settle(c.have, s)
		if diff := cmp.Diff(c.have, got); err != nil || diff != "" {
			t.Errorf("%s: %v (-want +got):\n%s", name, err, diff)
		}
	}
}

func cancelled(s calendar.Series) calendar.Series {
	s.Cancelled = true
	s.Sequence++
	return s
}

func TestSettleRefusesStale(t *testing.T) {
	s := onCalendar()
	s.Version, s.Title = "v0", "Another title"
	if got, err := calendar.Settle(onCalendar(), s); !errors.Is(err, calendar.ErrChanged) {
		t.Errorf("got %v, %v, want ErrChanged", got, err)
	}
}

func TestSettleReplaces(t *testing.T) {
	have := onCalendar()
	for name, change := range map[string]func(*calendar.Series){
		"made from this version":    func(s *calendar.Series) { s.Title = "Another title" },
		"a newer one, lost outcome": func(s *calendar.Series) { s.Title, s.Version, s.Sequence = "Another title", "", 1 },
		"heard of again":            func(s *calendar.Series) { s.Sequence++ },
	} {
		s := onCalendar()
		change(&s)
		s.Attendees[0].RSVP = calendar.Declined // is not for the caller to say
		got, err := calendar.Settle(have, s)
		if err != nil || got.Title != s.Title || got.Sequence != s.Sequence || !got.Same(s) {
			t.Errorf("%s: got %+v, %v", name, got, err)
		}
		if r := got.RSVP(calendartest.Ana, time.Time{}); r != calendar.Accepted {
			t.Errorf("%s: ana's reply is now %q", name, r)
		}
		if r := got.RSVP(calendartest.Bo, have.Overrides[0].Original); r != calendar.Declined {
			t.Errorf("%s: bo's reply to one session is now %q", name, r)
		}
	}
}

// Calendar programs ignore what has a lower sequence than they know.
func TestSettleKeepsTheSequenceGrowing(t *testing.T) {
	have, s := onCalendar(), onCalendar()
	have.Sequence, s.Title = 4, "Another title"
	if got, err := calendar.Settle(have, s); err != nil || got.Sequence != 4 || got.Title != s.Title {
		t.Errorf("got sequence %d of %q, %v, want 4 of the new one", got.Sequence, got.Title, err)
	}
}

func TestSameIgnoresWhatDoesNotConcernAttendees(t *testing.T) {
	s := onCalendar()
	o := s.WithoutReplies()
	o.Version, o.Sequence, o.Updated = "v2", 7, time.Time{}
	o.Overrides[0].Moved.Start = o.Overrides[0].Moved.Start.In(time.FixedZone("", 3600))
	if !s.Same(o) || !o.Same(s) {
		t.Errorf("not the same: %s", cmp.Diff(s, o))
	}
}

func TestSameSeesEveryChange(t *testing.T) {
	for name, change := range map[string]func(*calendar.Series){
		"uid":         func(s *calendar.Series) { s.UID += "x" },
		"title":       func(s *calendar.Series) { s.Title += "x" },
		"description": func(s *calendar.Series) { s.Description += "x" },
		"link":        func(s *calendar.Series) { s.Link += "x" },
		"organizer":   func(s *calendar.Series) { s.Organizer.Name += "x" },
		"attendees":   func(s *calendar.Series) { s.Attendees = s.Attendees[:1] },
		"slot":        func(s *calendar.Series) { s.Slot.Start += time.Minute },
		"first":       func(s *calendar.Series) { s.First = s.First.AddDays(7) },
		"cadence":     func(s *calendar.Series) { s.Cadence = availability.Biweekly },
		"count":       func(s *calendar.Series) { s.Count-- },
		"reminder":    func(s *calendar.Series) { s.Reminder += time.Minute },
		"cancelled":   func(s *calendar.Series) { s.Cancelled = true },
		"no override": func(s *calendar.Series) { s.Overrides = nil },
		"moved":       func(s *calendar.Series) { *s = s.WithOverride(calendartest.Move(*s, 3, 2*time.Hour)) },
		"not moved":   func(s *calendar.Series) { s.Overrides[0].Moved, s.Overrides[0].Note = availability.Interval{}, "x" },
		"note":        func(s *calendar.Series) { s.Overrides[0].Note = "x" },
		"one off":     func(s *calendar.Series) { s.Overrides[0].Cancelled = true },
	} {
		s := onCalendar()
		change(&s)
		if s.Same(onCalendar()) || onCalendar().Same(s) {
			t.Errorf("a change of %s goes unseen", name)
		}
	}
}

func TestWithoutReplies(t *testing.T) {
	s := onCalendar()
	o := calendar.Override{Original: calendartest.Move(s, 8, 0).Original, RSVPs: map[calendar.Address]calendar.RSVP{calendartest.Ana: calendar.Declined}}
	got := s.WithOverride(o).WithoutReplies()
	if len(got.Overrides) != 1 || got.Overrides[0].RSVPs != nil || got.Overrides[0].Moved.Empty() {
		t.Errorf("overrides %+v, want the moved one alone, without replies", got.Overrides)
	}
	if got.Attendees[0].RSVP != calendar.NoReply || s.Attendees[0].RSVP != calendar.Accepted || s.Overrides[0].RSVPs == nil {
		t.Error("want replies gone from the copy, and kept in the original")
	}
}

// A reply is to a time: it does not follow what moved away.
func TestWithRepliesAfterAChange(t *testing.T) {
	from := onCalendar()
	original := from.Overrides[0].Original
	for name, c := range map[string]struct {
		change func(*calendar.Series)
		ana    calendar.RSVP // to the series
		bo     calendar.RSVP // to the moved session
	}{
		"nothing":          {func(*calendar.Series) {}, calendar.Accepted, calendar.Declined},
		"fewer sessions":   {func(s *calendar.Series) { s.Count = 6 }, calendar.Accepted, calendar.Declined},
		"without it":       {func(s *calendar.Series) { s.Count, s.Overrides = 3, nil }, calendar.Accepted, calendar.NoReply},
		"moved elsewhere":  {func(s *calendar.Series) { *s = s.WithOverride(calendartest.Move(*s, 3, 2*time.Hour)) }, calendar.Accepted, calendar.NoReply},
		"moved back":       {func(s *calendar.Series) { s.Overrides = nil }, calendar.Accepted, calendar.NoReply},
		"another slot":     {func(s *calendar.Series) { s.Overrides, s.Slot.Start = nil, 9*time.Hour }, calendar.NoReply, calendar.NoReply},
		"bo is not in it":  {func(s *calendar.Series) { s.Attendees = s.Attendees[:1] }, calendar.Accepted, calendar.NoReply},
		"ana is not in it": {func(s *calendar.Series) { s.Attendees = s.Attendees[1:] }, calendar.NoReply, calendar.Declined},
	} {
		s := onCalendar().WithoutReplies()
		c.change(&s)
		got := s.WithReplies(from, calendartest.Ana, calendartest.Bo)
		if r := got.RSVP(calendartest.Ana, time.Time{}); r != c.ana {
			t.Errorf("%s: ana's reply is %q, want %q", name, r, c.ana)
		}
		if r := got.RSVP(calendartest.Bo, original); r != c.bo {
			t.Errorf("%s: bo's reply is %q, want %q", name, r, c.bo)
		}
		if !got.Same(s) {
			t.Errorf("%s: replies changed the meeting: %s", name, cmp.Diff(s, got))
		}
	}
}

func TestWithRepliesOfSome(t *testing.T) {
	s := sample().WithReplies(onCalendar(), calendartest.Bo)
	if r := s.Attendees[0].RSVP; r != calendar.NoReply {
		t.Errorf("ana's reply is %q, but only bo's were asked for", r)
	}
	none := onCalendar().WithReplies(sample(), calendartest.Ana, calendartest.Bo)
	if diff := cmp.Diff(onCalendar(), none); diff != "" {
		t.Errorf("where nobody replied (-want +got):\n%s", diff)
	}
}
