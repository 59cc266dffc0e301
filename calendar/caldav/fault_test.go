package caldav_test

import (
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/caldav"
	"github.com/peerslot/peerslot/calendar/calendartest"
	"github.com/peerslot/peerslot/calendar/internal/webtest"
)

// Faults, kills and Ctrl-C leave no harm, whether the server rewrites what it is sent
// and says little of it or not.
func TestService(t *testing.T) {
	calendartest.TestService(t, func(_ *testing.T, variant int) calendartest.Service {
		s := newStandIn(func(s *standIn) { s.Rewrites, s.NoTags = variant%2 == 1, variant%2 == 1 })
		return calendartest.Service{
			Open: func(t *testing.T, network func(http.RoundTripper) http.RoundTripper) calendar.Backend {
				return s.openOver(t, network(webtest.Client(s).Transport))
			},
			Fail: s.Fail, Calls: s.Calls, Told: s.toldOf, Series: s.series, Notices: 1,
			Refusals: map[string][]webtest.Fault{"": {
				{Status: http.StatusServiceUnavailable, After: 3 * time.Second}, {Status: http.StatusTooManyRequests},
				{Status: http.StatusLocked}, {Status: http.StatusBadGateway},
				{Odd: "<html>Sign in to the network</html>"}, {Odd: "<html>Sign in to the network</html>", Drop: webtest.After},
			}},
		}
	})
}

// What is asked in a night in which nothing changed: one request for each calendar
// that is read, and one for up to a hundred people; and a second Put writes
// nothing.
func TestRequestsAreCounted(t *testing.T) {
	s := newStandIn(nil)
	b := s.open(t)
	var own []calendar.Series
	var uids []calendar.UID
	for series := range 10 {
		put, err := b.Put(t.Context(), calendartest.Series(calendartest.UID(series)))
		if err != nil {
			t.Fatal(err)
		}
		own, uids = append(own, put), append(uids, put.UID)
	}
	people := calendartest.People()
	for i := range 46 {
		people = append(people, calendar.Address(fmt.Sprintf("p%d@acme.example", i)))
	}
	night := func(token string) (calendar.Changes, map[string]int) {
		t.Helper()
		before := b.Calls()
		changes, err := b.Sync(t.Context(), token, uids)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := b.Snapshot(t.Context(), people, calendartest.Window(), own...); err != nil {
			t.Fatal(err)
		}
		cost := b.Calls()
		for method, n := range before {
			if cost[method] -= n; cost[method] == 0 {
				delete(cost, method)
			}
		}
		return changes, cost
	}
	changes, _ := night("")
	if !changes.Full || len(changes.Series) != 10 {
		t.Errorf("the first Sync: full %v, %d series; want all 10", changes.Full, len(changes.Series))
	}
	changes, cost := night(changes.Token)
	if changes.Full || len(changes.Series)+len(changes.Gone)+len(changes.Problems) != 0 {
		t.Errorf("the second Sync: %+v, want nothing", changes)
	}
	if cost["REPORT"] != 1 || cost["POST"] != 1 || len(cost) != 2 {
		t.Errorf("a quiet night costs %v, want one REPORT and one POST", cost)
	}
	writes := b.Calls()["PUT"]
	for _, series := range own {
		if _, err := b.Put(t.Context(), series); err != nil {
			t.Fatal(err)
		}
	}
	if n := b.Calls()["PUT"] - writes; n != 0 {
		t.Errorf("putting everything again makes %d writes", n)
	}
}

// A wrong password is tried once.
func TestSignInIsTriedOnce(t *testing.T) {
	s := newStandIn(nil)
	s.Fail(func(string, int) *webtest.Fault { return &webtest.Fault{Status: http.StatusUnauthorized} })
	b := s.open(t)
	for range 3 {
		if _, err := b.Busy(t.Context(), calendartest.People(), calendartest.Window()); !errors.Is(err, calendar.ErrSignIn) {
			t.Errorf("got %v, want ErrSignIn", err)
		}
	}
	if calls := s.Calls(); len(calls) != 1 || calls["OPTIONS"]+calls["PROPFIND"] != 1 {
		t.Errorf("%v requests, want 1", calls)
	}
}

// An answer to an invitation counts under whichever address of theirs a person was
// invited, and from the run on that knows the address.
func TestAnswersUnderOtherAddresses(t *testing.T) {
	s := newStandIn(nil)
	window := calendartest.Window()
	at := func(hours int) string {
		return window.Start.Add(time.Duration(hours) * time.Hour).UTC().Format("20060102T150405Z")
	}
	s.store("/u/robot/cal/meeting.ics", "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:meeting\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:"+at(1)+
		"\r\nDTEND:"+at(2)+"\r\nATTENDEE;PARTSTAT=DECLINED:mailto:ops@acme.example\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n", false)
	copies := t.TempDir()
	for _, tt := range []struct {
		known []calendar.Address
		busy  int
	}{{nil, 1}, {[]calendar.Address{"ops@acme.example"}, 0}, {nil, 1}} {
		b := s.openAs(t, func(cfg *caldav.Config) {
			cfg.Dir, cfg.Aliases = copies, func(calendar.Address) []calendar.Address { return tt.known }
		})
		got, err := b.Busy(t.Context(), []calendar.Address{calendartest.Organizer}, window)
		if err != nil || len(got[calendartest.Organizer].Spans) != tt.busy {
			t.Errorf("with the other addresses %q: got %v, %v, want %d busy times", tt.known, got, err, tt.busy)
		}
	}
}

// What the inviter invites to is told from other meetings under whatever UID it stands, and
// from the run on that knows who that is.
func TestInvitationsUnderOtherUIDs(t *testing.T) {
	s := newStandIn(nil)
	window := calendartest.Window()
	meeting := availability.Interval{Start: window.Start.Add(time.Hour), End: window.Start.Add(2 * time.Hour)}
	s.store("/u/robot/cal/meeting.ics", "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:meeting\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:"+meeting.Start.UTC().Format("20060102T150405Z")+
		"\r\nDTEND:"+meeting.End.UTC().Format("20060102T150405Z")+"\r\nORGANIZER;CN=Circles:MAILTO:Circles@acme.example\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n", false)
	copies := t.TempDir()
	for _, inviter := range []calendar.Address{"", "circles@acme.example", "others@acme.example"} {
		b := s.openAs(t, func(cfg *caldav.Config) { cfg.Dir, cfg.Inviter = copies, inviter })
		got, err := b.Busy(t.Context(), []calendar.Address{calendartest.Organizer}, window)
		if err != nil {
			t.Fatal(err)
		}
		want := []availability.Span{{Interval: meeting, Unnamed: inviter == "circles@acme.example"}}
		if diff := cmp.Diff(want, got[calendartest.Organizer].Spans); diff != "" {
			t.Errorf("with the inviter %q (-want +got)\n%s", inviter, diff)
		}
		if files, err := filepath.Glob(filepath.Join(copies, "*")); err != nil || len(files) != 2 {
			t.Errorf("with the inviter %q: %d files, %v; want the account and the calendar, each once", inviter, len(files), err)
		}
	}
}

// Without room nothing is half done, and the caller hears why.
func TestNoRoom(t *testing.T) {
	s := newStandIn(nil)
	b := s.open(t)
	s.Fail(func(method string, _ int) *webtest.Fault {
		if method == http.MethodPut {
			return &webtest.Fault{Status: http.StatusInsufficientStorage}
		}
		return nil
	})
	if _, err := b.Put(t.Context(), calendartest.Series(calendartest.UID(1))); !errors.Is(err, calendar.ErrQuota) {
		t.Errorf("got %v, want ErrQuota", err)
	}
	if _, err := b.Get(t.Context(), calendartest.UID(1)); !errors.Is(err, calendar.ErrNotFound) {
		t.Errorf("Get: %v, want ErrNotFound", err)
	}
}

// meeting is an event of the organizer in the test's window, at that hour of it.
func meeting(hour int) string {
	at := func(hours int) string {
		return calendartest.Window().Start.Add(time.Duration(hours) * time.Hour).UTC().Format("20060102T150405Z")
	}
	return "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:meeting\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:" + at(hour) + "\r\nDTEND:" + at(hour+1) + "\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
}

// A list without a single event, of a calendar that had some, is believed if they are gone:
// a server in trouble, or one that no longer shows them, makes nobody free.
func TestAnEmptyListIsNotBelieved(t *testing.T) {
	const at = "/u/robot/cal/meeting.ics"
	for _, tt := range []struct {
		trouble string
		change  func(s *standIn)
		unknown bool
		busy    int
	}{
		{"", func(*standIn) {}, false, 1},
		{"silent", func(*standIn) {}, true, 0},
		{"hidden", func(*standIn) {}, true, 0},
		{"denied", func(*standIn) {}, true, 0},
		{"hidden", func(s *standIn) { s.store(at, "", true) }, false, 0},
		{"", func(s *standIn) { s.store(at, "", true) }, false, 0},
	} {
		for _, known := range []bool{true, false} {
			s := newStandIn(func(s *standIn) { s.Closed = true })
			s.store(at, meeting(1), false)
			b := s.open(t)
			read := func() availability.Busy {
				t.Helper()
				got, err := b.Busy(t.Context(), []calendar.Address{calendartest.Organizer}, calendartest.Window())
				if err != nil {
					t.Fatal(err)
				}
				return got[calendartest.Organizer]
			}
			if known {
				read()
			}
			s.Trouble = tt.trouble
			tt.change(s)
			unknown, busy := tt.unknown, tt.busy
			if !known && tt.trouble == "hidden" {
				unknown = false // nobody can tell
			}
			got := read()
			if (len(got.UnknownParts(calendartest.Window())) > 0) != unknown || !unknown && len(got.Spans) != busy {
				t.Errorf("%q, read before %v: got %+v, want unknown %v, or %d busy times", tt.trouble, known, got, unknown, busy)
			}
		}
	}
}

// Where a calendar is listed by sync alone, it is listed in full again after a week, and what
// has not changed is there still.
func TestAListBySyncAlone(t *testing.T) {
	s := newStandIn(func(s *standIn) { s.Unlisted = true })
	s.store("/u/robot/cal/meeting.ics", meeting(1), false)
	now := time.Date(2026, 1, 1, 9, 0, 0, 0, time.UTC)
	b := s.openAs(t, func(cfg *caldav.Config) { cfg.Now = func() time.Time { return now } })
	for range 3 {
		got, err := b.Busy(t.Context(), []calendar.Address{calendartest.Organizer}, calendartest.Window())
		if busy := got[calendartest.Organizer]; err != nil || len(busy.Spans) != 1 || busy.Spans[0].Kind == availability.Unknown {
			t.Errorf("on %v: got %+v, %v; want the meeting", now, busy, err)
		}
		now = now.AddDate(0, 0, 8)
	}
}

// A session of ours to which somebody is invited under another address is theirs.
func TestSessionsUnderOtherAddresses(t *testing.T) {
	const cem = calendartest.Cem
	s := newStandIn(nil)
	b := s.openAs(t, func(cfg *caldav.Config) {
		cfg.Aliases = func(a calendar.Address) []calendar.Address {
			if a == cem {
				return []calendar.Address{calendartest.Bo}
			}
			return nil
		}
	})
	put, err := b.Put(t.Context(), calendartest.Series(calendartest.UID(0)))
	if err != nil {
		t.Fatal(err)
	}
	theirs := put
	theirs.UID = calendartest.UID(1) // under which the server counts it is not seen
	s.store("/u/cem/cal/copy.ics", text(theirs), false)
	got, err := b.Busy(t.Context(), []calendar.Address{cem}, calendartest.Window(), put.UID)
	if err != nil {
		t.Fatal(err)
	}
	for _, span := range got[cem].Spans {
		if span.Kind == availability.Firm {
			t.Fatalf("%+v; want that the session itself does not count", span)
		}
	}
}
