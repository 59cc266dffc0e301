// Package schedulertest holds the contract of scheduler.Store.
package schedulertest

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
)

// TestStore runs the contract on stores that open returns. Each call of open must
// return a store of its own, empty, that the test may close.
func TestStore(t *testing.T, open func(t *testing.T) scheduler.Store) {
	tests := map[string]func(*testing.T, scheduler.Store){
		"an empty store":               testEmpty,
		"save and read back":           testRoundTrip,
		"an old version is refused":    testStale,
		"one open booking per group":   testOneOpen,
		"ended bookings":               testEnded,
		"the next one while one ends":  testReviewed,
		"the old and the next at once": testNext,
		"many bookings at once":        testMany,
		"what was seen":                testSeen,
		"answers":                      testAnswers,
		"history":                      testHistory,
		"moves":                        testMoves,
		"booking and events together":  testAtomic,
		"rounds":                       testRounds,
		"rounds of very many groups":   testLargeRounds,
		"a round is formed once":       testFormedOnce,
		"many at once":                 testConcurrent,
		"unreadable calendars":         testUnreadable,
		"notices":                      testNotices,
		"whose store it is":            testMark,
		"replies":                      testReplies,
		"mailbox":                      testMailbox,
		"one run at a time":            testLock,
		"feeds":                        testFeeds,
		"one writer of a group":        testLockGroup,
		"what is begun":                testBegun,
		"what is due":                  testDue,
		"unattended work":              testUnattended,
		"nights":                       testNights,
		"settings of members":          testSettings,
		"the revision":                 testRevision,
		"who could attend":             testAttended,
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := open(t)
			t.Cleanup(func() { s.Close() })
			test(t, s)
		})
	}
}

// Booking returns a booking of the group, as the service would make it.
func Booking(group string, generation int) scheduler.Booking {
	created := time.Date(2026, 1, 2, 9, 0, 0, 0, time.UTC)
	first := time.Date(2026, 1, 6, 14, 0, 0, 0, time.UTC)
	return scheduler.Booking{
		Group: group, Program: "em-circles", Generation: generation, State: scheduler.Intended,
		Attendance: 61, Possible: 65, Created: created, Moves: []time.Time{first},
		Series: calendar.Series{
			UID:       scheduler.NewUID("robot@acme.example", group, generation),
			Title:     "Peer circle: " + group,
			Organizer: calendar.Attendee{Address: "robot@acme.example"},
			Attendees: []calendar.Attendee{{Address: "ana@acme.example", Name: "Ana Lima"}, {Address: "bo@acme.example", RSVP: calendar.Accepted}},
			Slot:      availability.Slot{Day: time.Tuesday, Start: 15 * time.Hour, Length: time.Hour, Zone: "Europe/Berlin"},
			First:     availability.Date{Year: 2026, Month: 1, Day: 6}, Cadence: availability.Weekly, Count: 13,
			Overrides: []calendar.Override{{
				Original: first, Moved: availability.Interval{Start: first.Add(time.Hour), End: first.Add(2 * time.Hour)},
				Note: "why", RSVPs: map[calendar.Address]calendar.RSVP{"bo@acme.example": calendar.Declined},
			}},
			Updated: created, Sequence: 2, Version: "etag",
		},
	}
}

func testEmpty(t *testing.T, s scheduler.Store) {
	bookings, err := s.Bookings(t.Context())
	if err != nil || len(bookings) != 0 {
		t.Errorf("Bookings() = %v, %v; want none", bookings, err)
	}
	if all, err := s.BookingsOf(t.Context(), "g"); len(all) != 0 || err != nil {
		t.Errorf("BookingsOf() = %v, %v; want none", all, err)
	}
	if h, err := s.History(t.Context(), "", time.Time{}); len(h) != 0 || err != nil {
		t.Errorf("History() = %v, %v; want none", h, err)
	}
	if r, err := s.Rounds(t.Context(), ""); len(r) != 0 || err != nil {
		t.Errorf("Rounds() = %v, %v; want none", r, err)
	}
}

func testRoundTrip(t *testing.T, s scheduler.Store) {
	want := scheduler.Bookings{save(t, s, Booking("a", 1)), save(t, s, Booking("b", 4))}
	want[0].ByHand = []time.Time{time.Date(2026, 1, 6, 14, 0, 0, 0, time.UTC)}
	want[0].Facilitators = []calendar.Address{"bo@acme.example", "ana@acme.example"}
	want[0].Invited = []calendar.Address{"ana@acme.example", "bo@acme.example"}
	next := want[0].Series
	next.Sequence++
	want[0].State, want[0].Next = scheduler.Changing, &next
	want[0] = save(t, s, want[0])
	want[1].State, want[1].CancelFrom = scheduler.Cancelling, want[1].Created.Add(time.Hour)
	want[1] = save(t, s, want[1])
	got, err := s.Bookings(t.Context())
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("Bookings(): %v, differs from what was saved (-want +got):\n%s", err, diff)
	}
	asked := []string{"b"}
	for i := range 70_000 { // more than a statement may ask for
		asked = append(asked, fmt.Sprint("nobody's ", i))
	}
	for uid, group := range map[calendar.UID]string{want[0].Series.UID: "a", want[1].Series.UID: "b", "other": ""} {
		if got, err := s.GroupOf(t.Context(), uid); err != nil || got != group {
			t.Errorf("GroupOf(%s) = %q, %v; want %q", uid, got, err, group)
		}
	}
	some, err := s.Bookings(t.Context(), asked...)
	if diff := cmp.Diff(want[1:], some); err != nil || diff != "" {
		t.Errorf("Bookings(b): %v (-want +got):\n%s", err, diff)
	}
	var named []scheduler.BookingRef
	for _, b := range want {
		named = append(named, b.Ref())
	}
	refs, err := s.BookingRefs(t.Context())
	if diff := cmp.Diff(named, refs); err != nil || diff != "" {
		t.Errorf("BookingRefs(): %v (-want +got):\n%s", err, diff)
	}
}

func save(t *testing.T, s scheduler.Store, b scheduler.Booking, events ...scheduler.Event) scheduler.Booking {
	t.Helper()
	all, err := s.Commit(t.Context(), scheduler.Batch{Bookings: []scheduler.Booking{b}, Events: events})
	if err != nil {
		t.Fatalf("Commit(%s): %v", b.Group, err)
	}
	saved := all[0]
	if saved.Version <= b.Version {
		t.Fatalf("Commit(%s): version %d after %d; want it to grow", b.Group, saved.Version, b.Version)
	}
	return saved
}

func commit(t *testing.T, s scheduler.Store, bookings ...scheduler.Booking) error {
	t.Helper()
	_, err := s.Commit(t.Context(), scheduler.Batch{Bookings: bookings, Events: []scheduler.Event{event("a", "booked")}})
	return err
}

func testStale(t *testing.T, s scheduler.Store) {
	old := save(t, s, Booking("a", 1))
	save(t, s, old)
	if err := commit(t, s, old); !errors.Is(err, scheduler.ErrStale) {
		t.Errorf("Commit of an old version: %v; want ErrStale", err)
	}
	never := Booking("never", 1)
	never.Version = 3
	if err := commit(t, s, never); !errors.Is(err, scheduler.ErrStale) {
		t.Errorf("Commit of a version that never was: %v; want ErrStale", err)
	}
}

func testOneOpen(t *testing.T, s scheduler.Store) {
	save(t, s, Booking("a", 1))
	for _, generation := range []int{1, 2} {
		if err := commit(t, s, Booking("a", generation)); !errors.Is(err, scheduler.ErrBooked) {
			t.Errorf("Commit of a second open booking, generation %d: %v; want ErrBooked", generation, err)
		}
	}
}

func testEnded(t *testing.T, s scheduler.Store) {
	b := save(t, s, Booking("a", 1))
	b.State = scheduler.Ended
	save(t, s, b)
	if got, err := s.Bookings(t.Context()); err != nil || len(got) != 0 {
		t.Errorf("Bookings() = %d of them, %v; want none after the only one ended", len(got), err)
	}
	save(t, s, Booking("a", 2))
	if later, err := s.Ended(t.Context(), b.Created.Add(time.Hour)); err != nil || len(later) != 0 {
		t.Errorf("Ended() = %d of them since after it was made, %v; want none", len(later), err)
	}
	if ended, err := s.Ended(t.Context(), time.Time{}); err != nil || len(ended) != 1 || ended[0].Generation != 1 {
		t.Errorf("Ended() = %d of them, %v; want the one that ended", len(ended), err)
	}
	other := save(t, s, Booking("b", 1))
	other.State = scheduler.Ended
	save(t, s, other)
	asked := []string{"b"}
	for i := range 70_000 { // more than a statement may ask for
		asked = append(asked, fmt.Sprint("nobody's ", i))
	}
	if some, err := s.Ended(t.Context(), time.Time{}, asked...); err != nil || len(some) != 1 || some[0].Group != "b" {
		t.Errorf("Ended(b) = %d of them, %v; want that of b", len(some), err)
	}
	if groups, err := s.EndedGroups(t.Context(), b.Created); err != nil || !slices.Equal(groups, []string{"a", "b"}) {
		t.Errorf("EndedGroups() = %q, %v; want a and b", groups, err)
	}
	if groups, err := s.EndedGroups(t.Context(), b.Created.Add(time.Hour)); err != nil || len(groups) != 0 {
		t.Errorf("EndedGroups() = %q since after they were made, %v; want none", groups, err)
	}
	all, err := s.BookingsOf(t.Context(), "a")
	if err != nil || len(all) != 2 || all[0].Generation != 1 || all[1].Generation != 2 {
		t.Errorf("BookingsOf() = %d of them, %v; want both generations, the ended one first", len(all), err)
	}
}

func testReviewed(t *testing.T, s scheduler.Store) {
	b := save(t, s, Booking("a", 1))
	b.State, b.Reviewed = scheduler.Booked, true
	save(t, s, b)
	save(t, s, Booking("a", 2))
	if err := commit(t, s, Booking("a", 3)); !errors.Is(err, scheduler.ErrBooked) {
		t.Errorf("Commit of a third booking: %v; want ErrBooked", err)
	}
	if got, err := s.Bookings(t.Context()); err != nil || len(got) != 2 || got[0].Generation != 1 {
		t.Errorf("Bookings() = %d of them, %v; want the one that runs out and the next", len(got), err)
	}
}

func testNext(t *testing.T, s scheduler.Store) {
	old := save(t, s, Booking("a", 1))
	if err := commit(t, s, old, Booking("a", 2)); !errors.Is(err, scheduler.ErrBooked) {
		t.Errorf("Commit of the next while the old one stays open: %v; want ErrBooked", err)
	}
	if h, err := s.History(t.Context(), "a", time.Time{}); err != nil || len(h) != 0 {
		t.Errorf("History = %v, %v; want none: the Commit was refused", h, err)
	}
	old.State, old.Reviewed = scheduler.Cancelling, true
	both, err := s.Commit(t.Context(), scheduler.Batch{Bookings: []scheduler.Booking{old, Booking("a", 2)}})
	if err != nil || both[0].Version != 2 || both[1].Version != 1 {
		t.Fatalf("Commit: %v; want versions 2 and 1, got %+v", err, both)
	}
	got, err := s.Bookings(t.Context())
	if diff := cmp.Diff(scheduler.Bookings(both), got); err != nil || diff != "" {
		t.Errorf("Bookings(): %v (-want +got):\n%s", err, diff)
	}
}

func testSeen(t *testing.T, s scheduler.Store) {
	want := func(token string, series ...calendar.Series) {
		t.Helper()
		got, err := s.Seen(t.Context())
		if diff := cmp.Diff(scheduler.Seen{Token: token, Full: token != "", Series: series}, got); err != nil || diff != "" {
			t.Errorf("Seen: %v (-want +got):\n%s", err, diff)
		}
		if got, err := s.SeenToken(t.Context()); err != nil || got != token {
			t.Errorf("SeenToken: %q, %v; want %q", got, err, token)
		}
		for _, one := range series {
			got, err := s.Seen(t.Context(), one.UID, "nobody's")
			if err != nil || len(got.Series) != 1 || got.Series[0].UID != one.UID {
				t.Errorf("Seen(%s): %+v, %v; want it alone", one.UID, got, err)
			}
		}
	}
	save := func(token string, full bool, series ...calendar.Series) {
		t.Helper()
		if _, err := s.Commit(t.Context(), scheduler.Batch{Seen: &scheduler.Seen{Token: token, Full: full, Series: series}}); err != nil {
			t.Fatal(err)
		}
	}
	a, b := Booking("a", 1).Series, Booking("b", 1).Series
	a.UID, b.UID = "psa", "psb"
	want("")
	save("one", true, a, b)
	want("one", a, b)
	a.Sequence++
	save("two", false, a)
	want("two", a, b)
	if _, err := s.Commit(t.Context(), scheduler.Batch{Seen: &scheduler.Seen{Token: "gone", Gone: []calendar.UID{b.UID, "another"}}}); err != nil {
		t.Fatal(err)
	}
	want("gone", a)
	save("three", true, b)
	want("three", b)
}

func testNotices(t *testing.T, s scheduler.Store) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	notice := func(id string, sequence int, made time.Time) scheduler.Notice {
		return scheduler.Notice{ID: id, Kind: scheduler.NoticeChanged, To: "ana@acme.example", Group: "a", UID: "u", Sequence: sequence, Made: made, State: scheduler.NoticeWaits, Message: []byte("text of " + id)}
	}
	bare := func(list ...scheduler.Notice) []scheduler.Notice {
		for i := range list {
			list[i].Message = nil
		}
		return list
	}
	first, second, third := notice("x", 1, at), notice("a", 2, at), notice("b", 2, at.Add(time.Minute))
	again := notice("x", 9, at.Add(time.Hour))
	tried := bare(second)[0]
	tried.Tries, tried.First, tried.Due, tried.Fault = 1, at, at.Add(time.Minute), "450 later"
	sent := bare(first)[0]
	sent.State, sent.Sent = scheduler.NoticeSent, at.Add(time.Minute)
	for _, step := range []struct {
		batch scheduler.Batch
		want  []scheduler.Notice
	}{
		{scheduler.Batch{Notices: []scheduler.Notice{third}}, bare(third)},
		{scheduler.Batch{Notices: []scheduler.Notice{first, second}}, bare(first, second, third)},
		{scheduler.Batch{Notices: []scheduler.Notice{again}}, bare(first, second, third)},
		{scheduler.Batch{Tried: []scheduler.Notice{tried}}, bare(first, tried, third)},
		{scheduler.Batch{Tried: []scheduler.Notice{sent}}, bare(tried, third)},
	} {
		write(t, s, step.batch)
		got, err := s.Notices(t.Context())
		if diff := cmp.Diff(step.want, got); err != nil || diff != "" {
			t.Errorf("Notices(): %v (-want +got):\n%s", err, diff)
		}
		if n, err := s.Unsent(t.Context()); err != nil || n != len(got) {
			t.Errorf("Unsent() = %d, %v; want %d", n, err, len(got))
		}
		var after string
		for i, want := range step.want {
			one, err := s.Waiting(t.Context(), after, 1)
			if diff := cmp.Diff([]scheduler.Notice{want}, one); err != nil || diff != "" {
				t.Errorf("Waiting(%q, 1): %v (-want +got):\n%s", after, err, diff)
			}
			rest, err := s.Waiting(t.Context(), after, 9)
			if diff := cmp.Diff(step.want[i:], rest); err != nil || diff != "" {
				t.Errorf("Waiting(%q, 9): %v (-want +got):\n%s", after, err, diff)
			}
			after = want.ID
		}
	}
	for id, want := range map[string]string{"a": "text of a", "b": "text of b", "x": "", "nothing": ""} {
		if got, err := s.Message(t.Context(), id); err != nil || string(got) != want {
			t.Errorf("Message(%q) = %q, %v; want %q", id, got, err, want)
		}
	}
	for after, want := range map[string][]scheduler.Notice{"x": {tried, bare(third)[0]}, "b": nil, "nothing": nil} {
		got, err := s.Waiting(t.Context(), after, 9)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("Waiting(%q): %v (-want +got):\n%s", after, err, diff)
		}
	}
	told, err := s.Told(t.Context(), "u")
	if diff := cmp.Diff([]scheduler.Notice{sent, tried, bare(third)[0]}, told); err != nil || diff != "" {
		t.Errorf("Told: %v (-want +got):\n%s", err, diff)
	}
	tried.State = scheduler.NoticeRefused
	write(t, s, scheduler.Batch{Tried: []scheduler.Notice{tried}})
	lost, err := s.Undelivered(t.Context())
	if diff := cmp.Diff([]scheduler.Notice{tried}, lost); err != nil || diff != "" {
		t.Errorf("Undelivered: %v (-want +got):\n%s", err, diff)
	}
	if n, ok, err := s.NoticeOf(t.Context(), "x"); err != nil || !ok || n.State != scheduler.NoticeSent {
		t.Errorf("NoticeOf(x) = %+v, %v, %v; want the one that was sent", n, ok, err)
	}
	if n, ok, err := s.NoticeOf(t.Context(), "nothing"); err != nil || ok {
		t.Errorf("NoticeOf(nothing) = %+v, %v, %v; want none", n, ok, err)
	}
}

func testReplies(t *testing.T, s scheduler.Store) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	series := scheduler.Reply{UID: "u", Person: "ana@acme.example", RSVP: calendar.Accepted, Made: at, Received: at.Add(time.Minute)}
	session := scheduler.Reply{UID: "u", Person: "ana@acme.example", Original: at.Add(time.Hour), RSVP: calendar.Declined, Made: at, Received: at}
	write(t, s, scheduler.Batch{Replies: []scheduler.Reply{session, series, {UID: "other", Person: "bo@acme.example"}}})
	series.RSVP, series.Made = calendar.Tentative, at.Add(time.Hour)
	write(t, s, scheduler.Batch{Replies: []scheduler.Reply{series}})
	got, err := s.Replies(t.Context(), "u")
	if diff := cmp.Diff([]scheduler.Reply{series, session}, got); err != nil || diff != "" {
		t.Errorf("Replies: %v (-want +got):\n%s", err, diff)
	}
}

func testMailbox(t *testing.T, s scheduler.Store) {
	if m, err := s.Mailbox(t.Context()); err != nil || !cmp.Equal(m, scheduler.Mailbox{}) {
		t.Errorf("Mailbox before the first = %+v, %v; want zero", m, err)
	}
	for _, last := range []uint32{7, 9} {
		want := scheduler.Mailbox{Name: "INBOX", Validity: 3, Last: last, Again: []uint32{last - 2, last}, Read: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
		write(t, s, scheduler.Batch{Mailbox: &want})
		if m, err := s.Mailbox(t.Context()); err != nil || !cmp.Equal(m, want) {
			t.Errorf("Mailbox = %+v, %v; want %+v", m, err, want)
		}
	}
}

func write(t *testing.T, s scheduler.Store, b scheduler.Batch) {
	t.Helper()
	if _, err := s.Commit(t.Context(), b); err != nil {
		t.Fatal(err)
	}
}

func testAnswers(t *testing.T, s scheduler.Store) {
	b := save(t, s, Booking("a", 1))
	uid, other := b.Series.UID, save(t, s, Booking("b", 1)).Series.UID
	answer := func(key, token string, instead ...string) error {
		return s.Answer(t.Context(), uid, key, token, instead)
	}
	want := func(tokens ...string) {
		t.Helper()
		key, got, err := s.Answers(t.Context(), uid)
		if diff := cmp.Diff(tokens, got); err != nil || diff != "" || len(got) > 0 && key != "key" {
			t.Errorf("Answers: %v (-want +got):\n%s", err, diff)
		}
	}
	err := errors.Join(answer("key", "ana stop", "ana keep", "ana stop"), answer("key", "bo keep", "bo keep", "bo stop"), answer("key", "ana keep", "ana keep", "ana stop"))
	if err != nil {
		t.Fatal(err)
	}
	want("ana keep", "bo keep")
	if err := answer("another key", "ana stop"); !errors.Is(err, scheduler.ErrOtherKey) {
		t.Errorf("an answer under another key: %v; want ErrOtherKey", err)
	}
	want("ana keep", "bo keep")
	if _, got, err := s.Answers(t.Context(), other); err != nil || len(got) != 0 {
		t.Errorf("Answers of another series: %v, %v; want none", got, err)
	}
	if err := s.Answer(t.Context(), "nosuchuid", "key", "x", nil); err == nil {
		t.Error("an answer about a series that there is not was kept")
	}
	b.Reviewed = true
	save(t, s, b)
	want()
	if err := answer("another key", "ana stop"); err != nil {
		t.Errorf("another key once there are no answers: %v; want it taken", err)
	}
}

func testMark(t *testing.T, s scheduler.Store) {
	for _, want := range []scheduler.Mark{{}, {Organizer: "robot@acme.example"}, {Organizer: "bot@acme.example", Workspace: "emea"}} {
		if want != (scheduler.Mark{}) {
			if _, err := s.Commit(t.Context(), scheduler.Batch{Mark: &want}); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := s.Mark(t.Context()); err != nil || got != want {
			t.Errorf("Mark: %v, %v; want %v", got, err, want)
		}
	}
}

func event(group, what string) scheduler.Event {
	return scheduler.Event{At: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Group: group, UID: "u", What: what, Why: "because", By: "mia@acme.example", Before: 2, After: 3}
}

func testMoves(t *testing.T, s scheduler.Store) {
	at := event("a", "move").At
	moved := func(group string, uid calendar.UID, seconds int) scheduler.Event {
		e := event(group, string(scheduler.MoveSession))
		e.UID, e.At = uid, at.Add(time.Duration(seconds)*time.Second)
		return e
	}
	save(t, s, Booking("a", 1), moved("b", "u2", 0), moved("a", "u1", 0), moved("a", "u1", 1), moved("a", "u3", 2), event("a", "cancel"))
	want := []scheduler.Moves{{Group: "a", UID: "u1", Times: 2}, {Group: "a", UID: "u3", Times: 1}, {Group: "b", UID: "u2", Times: 1}}
	if got, err := s.Moves(t.Context(), at.Add(-time.Second)); err != nil || !slices.Equal(got, want) {
		t.Errorf("Moves: %v, %v; want %v", got, err, want)
	}
	want = []scheduler.Moves{{Group: "a", UID: "u1", Times: 1}, {Group: "a", UID: "u3", Times: 1}}
	if got, err := s.Moves(t.Context(), at); err != nil || !slices.Equal(got, want) {
		t.Errorf("Moves after the first second: %v, %v; want %v", got, err, want)
	}
}

func testHistory(t *testing.T, s scheduler.Store) {
	a := save(t, s, Booking("a", 1), event("a", "intended"))
	save(t, s, Booking("b", 1), event("b", "intended"))
	save(t, s, a, event("a", "booked"), event("a", "moved"))
	got, err := s.History(t.Context(), "a", time.Time{})
	want := []scheduler.Event{event("a", "intended"), event("a", "booked"), event("a", "moved")}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("History(a): %v (-want +got):\n%s", err, diff)
	}
	if later, err := s.History(t.Context(), "a", want[0].At.Add(time.Second)); err != nil || len(later) != 0 {
		t.Errorf("History since after the last event: %v, %v; want none", later, err)
	}
	if all, err := s.History(t.Context(), "", time.Time{}); err != nil || len(all) != 4 {
		t.Errorf("History of all groups: %d events, %v; want 4", len(all), err)
	}
}

func testAtomic(t *testing.T, s scheduler.Store) {
	old := save(t, s, Booking("a", 1))
	save(t, s, old)
	batch := scheduler.Batch{
		Bookings: []scheduler.Booking{Booking("b", 1), old}, Events: []scheduler.Event{event("a", "booked")},
		Unreadable: map[calendar.Address]time.Time{"ana@acme.example": old.Created}, Notices: []scheduler.Notice{{ID: "n", State: scheduler.NoticeWaits}}, Seen: &scheduler.Seen{Token: "one"},
	}
	if _, err := s.Commit(t.Context(), batch); err == nil {
		t.Fatal("Commit of an old version succeeded")
	}
	if h, err := s.History(t.Context(), "a", time.Time{}); err != nil || len(h) != 0 {
		t.Errorf("History = %v, %v; want none: the Commit was refused", h, err)
	}
	if got, err := s.Bookings(t.Context()); err != nil || len(got) != 1 {
		t.Errorf("%d bookings, %v; want only the one from before", len(got), err)
	}
	seen, err := s.Seen(t.Context())
	unreadable, err2 := s.Unreadable(t.Context())
	notices, err3 := s.Notices(t.Context())
	if seen.Token != "" || len(unreadable)+len(notices) > 0 || errors.Join(err, err2, err3) != nil {
		t.Errorf("kept of a Commit that was refused: %v, %v, %v", seen, unreadable, notices)
	}
}

func wantOpen(t *testing.T, s scheduler.Store, want scheduler.Bookings) {
	t.Helper()
	got, err := s.Bookings(t.Context())
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("Bookings(): %v (-want +got):\n%s", err, diff)
	}
}

func testMany(t *testing.T, s scheduler.Store) {
	saved, err := s.Commit(t.Context(), scheduler.Batch{Bookings: []scheduler.Booking{Booking("a", 1), Booking("b", 1)}, Events: []scheduler.Event{event("a", "intended"), event("b", "intended")}})
	if err != nil {
		t.Fatal(err)
	}
	wantOpen(t, s, saved)
	stale := slices.Clone(saved)
	save(t, s, saved[1])
	stale[0].Attendance = 7
	if err := commit(t, s, stale...); !errors.Is(err, scheduler.ErrStale) {
		t.Errorf("Commit of one that changed: %v; want ErrStale", err)
	}
	saved[1].Version++
	wantOpen(t, s, saved)
	if h, err := s.History(t.Context(), "", time.Time{}); err != nil || len(h) != 2 {
		t.Errorf("History has %d events, %v; want those of the first Commit", len(h), err)
	}
}

func testUnreadable(t *testing.T, s scheduler.Store) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for _, want := range []map[calendar.Address]time.Time{
		{},
		{"ana@acme.example": at, "bo@acme.example": at.AddDate(0, 0, 1)},
		{"bo@acme.example": at.AddDate(0, 0, 1)},
		{},
	} {
		if _, err := s.Commit(t.Context(), scheduler.Batch{Unreadable: want}); err != nil {
			t.Fatal(err)
		}
		got, err := s.Unreadable(t.Context())
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("Unreadable(): %v (-want +got):\n%s", err, diff)
		}
	}
}

func testLock(t *testing.T, s scheduler.Store) {
	unlock, err := s.Lock(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Lock(t.Context(), 0); !errors.Is(err, scheduler.ErrBusy) {
		t.Errorf("a second Lock: %v; want ErrBusy", err)
	}
	save(t, s, Booking("a", 1)) // the lock is between runs; the methods do without
	got := make(chan error)
	go func() {
		unlock, err := s.Lock(t.Context(), time.Minute)
		if err == nil {
			unlock()
		}
		got <- err
	}()
	unlock()
	if err := <-got; err != nil {
		t.Errorf("a Lock that waits: %v; want it to get the lock once it is free", err)
	}
}

func testConcurrent(t *testing.T, s scheduler.Store) {
	var wg sync.WaitGroup
	errs := make(chan error, 100)
	for i := range 20 {
		wg.Go(func() {
			_, err := s.Commit(t.Context(), scheduler.Batch{Bookings: []scheduler.Booking{Booking(fmt.Sprint("group ", i), 1)}, Events: []scheduler.Event{event("x", "booked")}})
			errs <- err
		})
	}
	wg.Wait()
	close(errs)
	for err := range errs {
		if err != nil {
			t.Errorf("Commit at the same time as others: %v", err)
		}
	}
	if h, err := s.History(t.Context(), "x", time.Time{}); err != nil || len(h) != 20 {
		t.Errorf("History has %d events, %v; want 20", len(h), err)
	}
}
