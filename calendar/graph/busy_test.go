package graph_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/calendartest"
	"github.com/peerslot/peerslot/calendar/graph/graphtest"
)

// clock returns an instant of March 2026, in UTC.
func clock(day, hour, minute int) time.Time {
	return time.Date(2026, 3, day, hour, minute, 0, 0, time.UTC)
}

func span(from, to time.Time) availability.Interval {
	return availability.Interval{Start: from, End: to}
}

// quarter is 91 days: more than one query may cover. seam is where the two queries
// for it meet.
var (
	quarter = span(clock(1, 0, 0), clock(1, 0, 0).AddDate(0, 0, 91))
	seam    = quarter.Start.Add(91 * 12 * time.Hour)
	week    = span(clock(15, 0, 0), clock(22, 0, 0))
	session = span(clock(17, 14, 0), clock(17, 15, 0)) // the third of the sample
)

func busyOf(t *testing.T, b calendar.BusyReader, a calendar.Address, iv availability.Interval, except ...calendar.UID) availability.Busy {
	t.Helper()
	got, err := b.Busy(t.Context(), []calendar.Address{a}, iv, except...)
	if err != nil {
		t.Fatal(err)
	}
	return got[a]
}

func intervals(b availability.Busy, kinds ...availability.Kind) (out []availability.Interval) {
	for _, s := range b.Spans {
		for _, k := range kinds {
			if s.Kind == k {
				out = append(out, s.Interval)
			}
		}
	}
	return out
}

func TestWindowsJoinWithoutSeam(t *testing.T) {
	for _, unclipped := range []bool{false, true} {
		s := standIn(t)
		s.Unclipped = unclipped
		over := span(seam.Add(-30*time.Minute), seam.Add(30*time.Minute))
		s.Meet(ana, graphtest.Meeting{Start: over.Start, End: over.End})
		b := open(t, s)
		got := busyOf(t, b, calendartest.Ana, quarter)
		if diff := cmp.Diff([]availability.Interval{over}, intervals(got, availability.Firm)); diff != "" || got.Window != quarter {
			t.Errorf("window %v, spans (-want +got):\n%s", got.Window, diff)
		}
		if n := b.Calls()["getSchedule"]; n != 2 {
			t.Errorf("91 days took %d queries, want 2", n)
		}
	}
}

func TestPeopleAreAskedForTwentyAtATime(t *testing.T) {
	var people []string
	var addresses []calendar.Address
	for i := range 50 {
		a := fmt.Sprintf("p%03d@acme.example", i)
		people = append(people, a)
		addresses = append(addresses, calendar.Address(a), calendar.Address(a))
	}
	s := graphtest.New(t, string(calendartest.Organizer), people...)
	b := open(t, s)
	got, err := b.Busy(t.Context(), addresses, span(clock(1, 0, 0), clock(1, 1, 0)))
	if err != nil || len(got) != 50 {
		t.Fatalf("got %d answers, %v, want 50", len(got), err)
	}
	for a, busy := range got {
		if !busy.Readable() {
			t.Errorf("%s: %s", a, busy.Reason)
		}
	}
	if n := b.Calls()["getSchedule"]; n != 3 {
		t.Errorf("50 people, each named twice, took %d queries, want 3", n)
	}
}

func TestStatuses(t *testing.T) {
	s := standIn(t)
	want := map[string]availability.Kind{
		"busy": availability.Firm, "tentative": availability.Tentative, "oof": availability.Firm, "unknown": availability.Firm, "somethingNew": availability.Unknown,
	}
	hour := 8
	for _, status := range []string{"busy", "tentative", "oof", "unknown", "somethingNew", "free", "workingElsewhere"} {
		hour += 2
		s.Meet(ana, graphtest.Meeting{Start: clock(17, hour, 0), End: clock(17, hour+1, 0), Status: status})
		got := busyOf(t, open(t, s), calendartest.Ana, span(clock(17, hour, 0), clock(17, hour+1, 0)))
		kind, blocks := want[status]
		if blocks != (len(got.Spans) == 1) || blocks && got.Spans[0].Kind != kind {
			t.Errorf("%s: got %v, want %v (%v)", status, got.Spans, kind, blocks)
		}
	}
}

func TestUnreadable(t *testing.T) {
	s := standIn(t)
	s.Break(ana, "5009")
	s.Break(bo, "5016")
	s.Omit = "cem@acme.example"
	got, err := open(t, s).Busy(t.Context(), append(calendartest.People(), calendartest.Stranger), quarter)
	if err != nil {
		t.Fatal(err)
	}
	for a, want := range map[calendar.Address]string{calendartest.Ana: "5009", calendartest.Bo: "5016", calendartest.Cem: "no answer", calendartest.Stranger: "5009"} {
		if got[a].Readable() || !strings.Contains(got[a].Reason, want) || strings.Contains(got[a].Reason, "SECRET") {
			t.Errorf("%s: got %+v, want nothing known, and why: %s", a, got[a], want)
		}
	}
	if !got[calendartest.Organizer].Readable() {
		t.Errorf("the organizer: %s", got[calendartest.Organizer].Reason)
	}
}

// The second window of everybody fails for good: that time is unknown, the rest is
// not.
func TestOneWindowFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := standIn(t)
		s.Meet(ana, graphtest.Meeting{Start: clock(3, 9, 0), End: clock(3, 10, 0)})
		s.FailFrom = seam
		got := busyOf(t, open(t, s), calendartest.Ana, quarter)
		want := []availability.Interval{span(seam, quarter.End)}
		if diff := cmp.Diff(want, got.UnknownParts(quarter)); diff != "" || got.Reason == "" {
			t.Errorf("reason %q, unknown (-want +got):\n%s", got.Reason, diff)
		}
	})
}

// A calendar with more than Exchange gives at a time is asked for in halves, alone.
func TestCrowdedCalendar(t *testing.T) {
	s := standIn(t)
	s.MaxItems = 10
	for i := range 60 {
		s.Meet(ana, graphtest.Meeting{Start: clock(2+i, 9, 0), End: clock(2+i, 10, 0)})
	}
	for range 11 {
		s.Meet(ana, graphtest.Meeting{Start: clock(8, 9, 0), End: clock(8, 10, 0)})
	}
	b := open(t, s)
	got, err := b.Busy(t.Context(), calendartest.People(), quarter)
	if err != nil {
		t.Fatal(err)
	}
	unknown := got[calendartest.Ana].UnknownParts(quarter)
	if n := len(intervals(got[calendartest.Ana], availability.Firm)); n < 57 || len(unknown) != 1 || unknown[0].Length() > 48*time.Hour {
		t.Errorf("got %d meetings, unknown %v; want all but one day", n, unknown)
	}
	if !got[calendartest.Bo].Known(quarter) {
		t.Errorf("bo: %+v", got[calendartest.Bo])
	}
}

// own books the sample series and returns what the tests below are about: what Ana is
// busy with besides it, in the week of its third session.
func own(t *testing.T, set func(*graphtest.Server)) availability.Busy {
	t.Helper()
	s := standIn(t)
	b := open(t, s)
	put(t, b, sample)
	set(s)
	return busyOf(t, b, calendartest.Ana, week, sample.UID)
}

func meeting(from, to time.Time, status string) func(*graphtest.Server) {
	return func(s *graphtest.Server) { s.Meet(ana, graphtest.Meeting{Start: from, End: to, Status: status}) }
}

func TestOwnSessionsAreToldApart(t *testing.T) {
	uid := string(sample.UID)
	accept := func(s *graphtest.Server) { s.Reply(uid, ana, time.Time{}, "accepted") }
	both := func(fs ...func(*graphtest.Server)) func(*graphtest.Server) {
		return func(s *graphtest.Server) {
			for _, f := range fs {
				f(s)
			}
		}
	}
	thrown := func(s *graphtest.Server) { s.Throw(uid, ana, session.Start) }
	same := meeting(session.Start, session.End, "busy")
	for name, c := range map[string]struct {
		set           func(*graphtest.Server)
		busy, unknown []availability.Interval
	}{
		"unanswered":                    {set: func(*graphtest.Server) {}},
		"accepted":                      {set: accept},
		"tentative":                     {set: func(s *graphtest.Server) { s.Reply(uid, ana, session.Start, "tentative") }},
		"and one just like it":          {set: same, busy: []availability.Interval{session}},
		"accepted, and one like it":     {set: both(accept, same), busy: []availability.Interval{session}},
		"and one that is tentative too": {set: meeting(session.Start, session.End, "tentative"), busy: []availability.Interval{session}},
		"and one over its start":        {set: meeting(clock(17, 13, 30), clock(17, 14, 30), ""), busy: []availability.Interval{span(clock(17, 13, 30), clock(17, 14, 30))}},
		"and one within it":             {set: meeting(clock(17, 14, 15), clock(17, 14, 30), ""), busy: []availability.Interval{span(clock(17, 14, 15), clock(17, 14, 30))}},
		"and elsewhere at work":         {set: meeting(session.Start, session.End, "workingElsewhere")},
		"thrown away":                   {set: thrown},
		"thrown away, and one like it":  {set: both(thrown, same), unknown: []availability.Interval{session}},
		"thrown away, and out":          {set: both(thrown, meeting(session.Start, session.End, "oof")), busy: []availability.Interval{session}},
		"declined, and one like it": {set: both(func(s *graphtest.Server) { s.Reply(uid, ana, session.Start, "declined") }, same),
			busy: []availability.Interval{session}},
		"moved by hand, one where it was": {set: both(func(s *graphtest.Server) { s.Move(uid, session.Start, clock(18, 9, 0), clock(18, 10, 0)) }, same),
			busy: []availability.Interval{session}},
		"cut at the window's end": {set: meeting(clock(21, 23, 0), clock(22, 2, 0), ""), busy: []availability.Interval{span(clock(21, 23, 0), clock(22, 0, 0))}},
	} {
		t.Run(name, func(t *testing.T) {
			got := own(t, c.set)
			if diff := cmp.Diff(c.busy, intervals(got, availability.Firm, availability.Tentative)); diff != "" {
				t.Errorf("busy (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(c.unknown, intervals(got, availability.Unknown)); diff != "" || (got.Reason != "") != (c.unknown != nil) {
				t.Errorf("reason %q, unknown (-want +got):\n%s", got.Reason, diff)
			}
		})
	}
}

// In the organizer's own calendar sessions have names, so nothing needs to be
// counted; it is asked for only if the organizer is.
func TestOrganizersOwnView(t *testing.T) {
	s := standIn(t)
	b := open(t, s)
	put(t, b, sample)
	s.Meet(string(calendartest.Organizer), graphtest.Meeting{Start: session.Start, End: session.End})
	got := busyOf(t, b, calendartest.Organizer, week, sample.UID)
	if diff := cmp.Diff([]availability.Interval{session}, intervals(got, availability.Firm)); diff != "" {
		t.Errorf("busy (-want +got):\n%s", diff)
	}
	if n := b.Calls()["calendarView"]; n != 1 {
		t.Errorf("the organizer's calendar was read %d times, want once", n)
	}
	busyOf(t, b, calendartest.Ana, week, sample.UID)
	if n := b.Calls()["calendarView"]; n != 1 {
		t.Error("the organizer's calendar was read for somebody else")
	}
}

// A night: asking for each series by itself costs no more than asking for all.
func TestSnapshotCosts(t *testing.T) {
	s := standIn(t)
	b := open(t, s)
	var series []calendar.Series
	for i := range 5 {
		one := calendartest.Series(calendartest.UID(i))
		one.Slot.Start += time.Duration(i) * time.Hour
		series = append(series, put(t, b, one))
	}
	got := calls(b, func() {
		snapshot, err := b.Snapshot(t.Context(), calendartest.People(), quarter, series...)
		if err != nil {
			t.Fatal(err)
		}
		for _, one := range series {
			var sum time.Duration
			for _, iv := range intervals(busyOf(t, snapshot, calendartest.Ana, quarter, one.UID), availability.Tentative) {
				sum += iv.Length()
			}
			if want := 4 * 13 * time.Hour; sum != want {
				t.Errorf("without %s: busy for %v, want %v with the others", one.UID, sum, want)
			}
		}
	})
	wantCalls(t, "a snapshot", got, map[string]int{"getSchedule": 2})
}

func TestBusyEndsWithTheSignIn(t *testing.T) {
	s := standIn(t)
	s.Auth.Without = true
	if _, err := open(t, s).Busy(t.Context(), calendartest.People(), week); !errors.Is(err, calendar.ErrSignIn) {
		t.Errorf("got %v, want ErrSignIn", err)
	}
	s = standIn(t)
	s.Fail(func(string, int) *graphtest.Fault {
		return &graphtest.Fault{Status: http.StatusTooManyRequests, Reason: "ApplicationThrottled", After: time.Hour}
	})
	if _, err := open(t, s).Busy(t.Context(), calendartest.People(), week); !errors.Is(err, calendar.ErrQuota) {
		t.Errorf("got %v, want ErrQuota", err)
	}
}
