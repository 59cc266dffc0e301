package google_test

import (
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/calendartest"
	"github.com/peerslot/peerslot/calendar/google"
	"github.com/peerslot/peerslot/calendar/google/googletest"
)

const (
	ana = string(calendartest.Ana)
	bo  = string(calendartest.Bo)
)

// clock returns an instant of March 2026, in UTC.
func clock(day, hour, minute int) time.Time {
	return time.Date(2026, 3, day, hour, minute, 0, 0, time.UTC)
}

func span(from, to time.Time) availability.Interval {
	return availability.Interval{Start: from, End: to}
}

// quarter is 91 days: more than one query may cover.
var quarter = span(clock(1, 0, 0), clock(1, 0, 0).AddDate(0, 0, 91))

// seam is where the two queries for it meet.
var seam = quarter.Start.Add(91 * 12 * time.Hour)

func busyOf(t *testing.T, b calendar.BusyReader, a calendar.Address, iv availability.Interval, except ...calendar.UID) availability.Busy {
	t.Helper()
	got, err := b.Busy(t.Context(), []calendar.Address{a}, iv, except...)
	if err != nil {
		t.Fatal(err)
	}
	return got[a]
}

// Google refuses lists of no time. When there is nothing to ask, nothing is, and less
// than a second is asked for as a second.
func TestBusyOfNoTime(t *testing.T) {
	s := standIn(t)
	b := open(t, s)
	put(t, b, sample)
	at := clock(3, 9, 0)
	for _, window := range []availability.Interval{span(at, at), span(at.Add(200*time.Millisecond), at.Add(800*time.Millisecond))} {
		busyOf(t, b, calendartest.Ana, window, sample.UID)
	}
}

func intervals(b availability.Busy, kind availability.Kind) (out []availability.Interval) {
	for _, s := range b.Spans {
		if s.Kind == kind {
			out = append(out, s.Interval)
		}
	}
	return out
}

func TestWindowsJoinWithoutSeam(t *testing.T) {
	s := standIn(t)
	over := span(seam.Add(-30*time.Minute), seam.Add(30*time.Minute))
	s.Meet(ana, googletest.Meeting{Start: over.Start, End: over.End})
	b := open(t, s)
	got := busyOf(t, b, calendartest.Ana, quarter)
	if diff := cmp.Diff([]availability.Interval{over}, intervals(got, availability.Firm)); diff != "" || got.Window != quarter {
		t.Errorf("window %v, spans (-want +got):\n%s", got.Window, diff)
	}
	if n := b.Calls()["freebusy.query"]; n != 2 {
		t.Errorf("91 days took %d queries, want 2", n)
	}
}

func TestPeopleAreAskedForFiftyAtATime(t *testing.T) {
	var people []string
	var addresses []calendar.Address
	for i := range 120 {
		a := fmt.Sprintf("p%03d@acme.example", i)
		people = append(people, a)
		addresses = append(addresses, calendar.Address(a), calendar.Address(a))
	}
	s := googletest.New(t, string(calendartest.Organizer), people...)
	b := open(t, s)
	got, err := b.Busy(t.Context(), addresses, span(clock(1, 0, 0), clock(8, 0, 0)))
	if err != nil || len(got) != 120 {
		t.Fatalf("got %d answers, %v, want 120", len(got), err)
	}
	for a, busy := range got {
		if !busy.Readable() {
			t.Errorf("%s: %s", a, busy.Reason)
		}
	}
	if n := b.Calls()["freebusy.query"]; n != 3 {
		t.Errorf("120 people, each named twice, took %d queries, want 3", n)
	}
}

// The second window of everybody fails for good: that time is unknown, the rest
// is not.
func TestOneWindowFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := standIn(t)
		s.Meet(ana, googletest.Meeting{Start: clock(3, 9, 0), End: clock(3, 10, 0)})
		s.FailBusyFrom = seam
		got := busyOf(t, open(t, s), calendartest.Ana, quarter)
		want := []availability.Interval{span(seam, quarter.End)}
		if diff := cmp.Diff(want, got.UnknownParts(quarter)); diff != "" || got.Reason == "" {
			t.Errorf("reason %q, unknown (-want +got):\n%s", got.Reason, diff)
		}
		if diff := cmp.Diff([]availability.Interval{span(clock(3, 9, 0), clock(3, 10, 0))}, intervals(got, availability.Firm)); diff != "" {
			t.Errorf("busy (-want +got):\n%s", diff)
		}
	})
}

func TestUnreadableCalendars(t *testing.T) {
	s := standIn(t)
	s.Break(ana, "internalError")
	s.Share(bo, "none")
	s.Omit = "cem@acme.example"
	got, err := open(t, s).Busy(t.Context(), append(calendartest.People(), calendartest.Stranger), quarter)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range []calendar.Address{calendartest.Ana, calendartest.Bo, calendartest.Cem, calendartest.Stranger} {
		if got[a].Readable() || got[a].Reason == "" {
			t.Errorf("%s: got %+v, want nothing known, and why", a, got[a])
		}
	}
	if !got[calendartest.Organizer].Readable() {
		t.Errorf("the organizer: %s", got[calendartest.Organizer].Reason)
	}
}

// Google may come to allow less than it does.
func TestShorterWindows(t *testing.T) {
	s := standIn(t)
	s.MaxWindow = 40 * 24 * time.Hour
	s.Meet(ana, googletest.Meeting{Start: clock(20, 9, 0), End: clock(20, 10, 0)})
	got := busyOf(t, open(t, s), calendartest.Ana, quarter)
	if parts := got.UnknownParts(quarter); len(parts) != 0 || len(got.Spans) != 1 {
		t.Errorf("got %+v, unknown %v, want one meeting and all known", got, parts)
	}
}

func TestQuotaEndsTheRun(t *testing.T) {
	s := standIn(t)
	s.Fail(func(string, int) *googletest.Fault { return &googletest.Fault{Status: 403, Reason: "quotaExceeded"} })
	b := open(t, s)
	if err := busyNow(t, b); !errors.Is(err, calendar.ErrQuota) {
		t.Errorf("Busy: got %v, want ErrQuota", err)
	}
	before := len(s.Calls())
	if _, err := b.Put(t.Context(), calendartest.Series(calendartest.UID(0))); !errors.Is(err, calendar.ErrQuota) {
		t.Errorf("Put: got %v, want ErrQuota", err)
	}
	if n := s.Calls()["events.list"]; n != 1 || before != 1 {
		t.Errorf("calls %v, want none made again", s.Calls())
	}
}

// own books the sample series and returns what the tests below are about: what Ana
// is busy with besides it, in the week of its third session.
func own(t *testing.T, set func(*googletest.Server)) (*googletest.Server, *google.Backend, availability.Busy) {
	t.Helper()
	s := standIn(t)
	b := open(t, s)
	if _, err := b.Put(t.Context(), calendartest.Series(calendartest.UID(0))); err != nil {
		t.Fatal(err)
	}
	set(s)
	return s, b, busyOf(t, b, calendartest.Ana, week, calendartest.UID(0))
}

var (
	week    = span(clock(15, 0, 0), clock(22, 0, 0))
	session = span(clock(17, 14, 0), clock(17, 15, 0)) // the third
)

func meeting(from, to time.Time) func(*googletest.Server) {
	return func(s *googletest.Server) { s.Meet(ana, googletest.Meeting{Start: from, End: to}) }
}

func TestOwnSessionsAreToldApart(t *testing.T) {
	id := string(calendartest.UID(0))
	for name, c := range map[string]struct {
		set           func(*googletest.Server)
		busy, unknown []availability.Interval
	}{
		"alone":                  {set: func(*googletest.Server) {}},
		"and one just like it":   {set: meeting(session.Start, session.End), busy: []availability.Interval{session}},
		"and one within it":      {set: meeting(clock(17, 14, 15), clock(17, 14, 30)), busy: []availability.Interval{span(clock(17, 14, 15), clock(17, 14, 30))}},
		"and one before it":      {set: meeting(clock(17, 13, 0), clock(17, 14, 0)), busy: []availability.Interval{span(clock(17, 13, 0), clock(17, 14, 0))}},
		"and one over its start": {set: meeting(clock(17, 13, 30), clock(17, 14, 30)), busy: []availability.Interval{span(clock(17, 13, 30), clock(17, 14, 30))}},
		"declined, nothing else": {set: func(s *googletest.Server) { s.Reply(id, ana, session.Start, "declined") }},
		"declined, one like it": {set: func(s *googletest.Server) {
			s.Reply(id, ana, session.Start, "declined")
			meeting(session.Start, session.End)(s)
		}, busy: []availability.Interval{session}},
		"moved by hand, one where it was": {set: func(s *googletest.Server) {
			s.Move(id, session.Start, clock(18, 9, 0), clock(18, 10, 0))
			meeting(session.Start, session.End)(s)
		}, busy: []availability.Interval{session}},
		"shown as free, one like it": {set: func(s *googletest.Server) {
			s.ShowAsFree(id, ana)
			meeting(session.Start, session.End)(s)
		}, busy: []availability.Interval{session}},
		"on a calendar that waits for answers": {set: func(s *googletest.Server) {
			s.InvitesByHand(ana)
			meeting(session.Start, session.End)(s)
		}, busy: []availability.Interval{session}},
		"and a day that is marked free": {set: func(s *googletest.Server) {
			s.Meet(ana, googletest.Meeting{Start: clock(17, 0, 0), End: clock(18, 0, 0), AllDay: true, Transparent: true})
		}},
		"and a working place": {set: func(s *googletest.Server) {
			s.Meet(ana, googletest.Meeting{Start: clock(17, 8, 0), End: clock(17, 17, 0), Type: "workingLocation"})
		}},
		"on a day off": {set: func(s *googletest.Server) {
			s.Meet(ana, googletest.Meeting{Start: clock(17, 0, 0), End: clock(18, 0, 0), AllDay: true})
		}, busy: []availability.Interval{span(clock(16, 23, 0), clock(17, 23, 0))}},
		"on a calendar that shows no events": {set: func(s *googletest.Server) { s.HideEvents = ana }, unknown: []availability.Interval{session}},
		"on a calendar that leaves one out": {set: func(s *googletest.Server) {
			s.Delete(id)
			meeting(session.Start, session.End)(s)
		}, busy: []availability.Interval{session}},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, got := own(t, c.set)
			if diff := cmp.Diff(c.busy, intervals(got, availability.Firm)); diff != "" {
				t.Errorf("busy (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(c.unknown, intervals(got, availability.Unknown)); diff != "" || (got.Reason != "") != (c.unknown != nil) {
				t.Errorf("reason %q, unknown (-want +got):\n%s", got.Reason, diff)
			}
		})
	}
}

// Nobody's events are listed where the busy times say it all.
func TestEventsAreListedOnlyInDoubt(t *testing.T) {
	for name, c := range map[string]struct {
		set   func(*googletest.Server)
		lists int
	}{
		"session alone": {func(*googletest.Server) {}, 1},
		"all declined":  {func(s *googletest.Server) { s.Reply(string(calendartest.UID(0)), ana, time.Time{}, "declined") }, 0},
		"not on it yet": {func(s *googletest.Server) { s.InvitesByHand(ana) }, 0},
		"nothing is":    {func(s *googletest.Server) { s.Delete(string(calendartest.UID(0))) }, 0},
		"part of it, so": {func(s *googletest.Server) {
			s.ShowAsFree(string(calendartest.UID(0)), ana)
			meeting(clock(17, 14, 30), clock(17, 16, 0))(s)
		}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			_, b, _ := own(t, c.set)
			if got := b.Calls()["events.list"] - 1; got != c.lists { // one is Put's look whose calendar it is
				t.Errorf("listed events %d times, want %d", got, c.lists)
			}
		})
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
		got, err := b.Put(t.Context(), one)
		if err != nil {
			t.Fatal(err)
		}
		series = append(series, got)
	}
	before := b.Calls()
	snapshot, err := b.Snapshot(t.Context(), calendartest.People(), quarter, series...)
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range series {
		busy := busyOf(t, snapshot, calendartest.Ana, quarter, one.UID)
		var sum time.Duration
		for _, iv := range intervals(busy, availability.Firm) {
			sum += iv.Length()
		}
		if want := 4 * 13 * time.Hour; sum != want {
			t.Errorf("without %s: busy for %v, want %v with the others", one.UID, sum, want)
		}
		busyOf(t, snapshot, calendartest.Bo, quarter, one.UID)
	}
	after := b.Calls()
	want := map[string]int{"freebusy.query": 2, "events.list": 2, "events.instances": 0, "events.get": 0}
	for method, n := range want {
		if got := after[method] - before[method]; got != n {
			t.Errorf("%s: got %d calls, want %d", method, got, n)
		}
	}
}
