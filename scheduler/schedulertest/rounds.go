package schedulertest

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/attendance"
)

// Round returns a round of two groups, as the service would make it.
func Round(program string, number int) scheduler.Round {
	name := func(word string) string { return fmt.Sprintf("%s-%d-%s", program, number, word) }
	return scheduler.Round{
		Program: program, Number: number, Seed: math.MaxUint64,
		Start:    availability.Date{Year: 2026, Month: 1, Day: 5},
		Created:  time.Date(2026, 1, 2, 9, 0, 0, 0, time.UTC),
		Promised: [][][]calendar.Address{{{"ana@acme.example", "cem@acme.example"}, {"bo@acme.example", "dee@acme.example"}}},
		Groups: []scheduler.Group{
			{Name: name("amber"), Program: program, Members: []calendar.Address{"ana@acme.example", "bo@acme.example"}, Cadence: availability.Monthly},
			{Name: name("birch"), Program: program, Members: []calendar.Address{"cem@acme.example", "dee@acme.example"}, Notes: "https://notes.acme.example/", From: availability.Date{Year: 2026, Month: 1, Day: 5}},
		},
	}
}

// LargeRound returns a round of so many groups.
func LargeRound(program string, number, groups int) scheduler.Round {
	r := Round(program, number)
	two := r.Groups
	r.Groups = nil
	for i := range groups {
		g := two[i%2]
		g.Name = fmt.Sprint("group ", i)
		r.Groups = append(r.Groups, g)
	}
	return r
}

func testRounds(t *testing.T, s scheduler.Store) {
	want := []scheduler.Round{Round("circles", 1), Round("circles", 2), Round("pairs", 1)}
	for _, i := range []int{2, 0, 1} {
		if _, err := s.Commit(t.Context(), scheduler.Batch{Round: &want[i], Events: []scheduler.Event{event(want[i].Groups[0].Name, "formed")}}); err != nil {
			t.Fatal(err)
		}
	}
	got, err := s.Rounds(t.Context(), "")
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("Rounds of all programs: %v (-want +got):\n%s", err, diff)
	}
	got, err = s.Rounds(t.Context(), "circles")
	if diff := cmp.Diff(want[:2], got); err != nil || diff != "" {
		t.Errorf("Rounds of one program: %v (-want +got):\n%s", err, diff)
	}
	got, err = s.LastRounds(t.Context())
	if diff := cmp.Diff(want[1:], got); err != nil || diff != "" {
		t.Errorf("LastRounds: %v (-want +got):\n%s", err, diff)
	}
	if h, err := s.History(t.Context(), want[1].Groups[0].Name, time.Time{}); err != nil || len(h) != 1 {
		t.Errorf("History = %v, %v; want the event that was saved with the round", h, err)
	}
}

// A round of very many groups, which lie in several places, is read as it was; so is one that
// fills them exactly.
func testLargeRounds(t *testing.T, s scheduler.Store) {
	var want []scheduler.Round
	for number, groups := range []int{499, 500, 501, 1000, 1700} {
		r := LargeRound("circles", number+1, groups)
		if _, err := s.Commit(t.Context(), scheduler.Batch{Round: &r}); err != nil {
			t.Fatal(err)
		}
		want = append(want, r)
	}
	if got, err := s.Rounds(t.Context(), "circles"); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("Rounds: %v; not as they were", err)
	}
	if got, err := s.LastRounds(t.Context()); err != nil || !reflect.DeepEqual(got, want[4:]) {
		t.Errorf("LastRounds: %v; not the last as it was", err)
	}
}

func testFormedOnce(t *testing.T, s scheduler.Store) {
	former := save(t, s, Booking("former", 1))
	stale := former
	former.Reviewed = true
	form := func(number int, replaced ...scheduler.Booking) error {
		r := Round("circles", number)
		batch := scheduler.Batch{Round: &r, Bookings: replaced}
		if number > 2 || len(replaced) == 0 {
			batch.Events = []scheduler.Event{event("x", "formed")}
		}
		_, err := s.Commit(t.Context(), batch)
		return err
	}
	if err := form(2, former); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Bookings(t.Context()); err != nil || len(got) != 1 || !got[0].Reviewed {
		t.Errorf("Bookings() = %+v, %v; want the replaced group's, reviewed", got, err)
	}
	if err := form(2); !errors.Is(err, scheduler.ErrFormed) {
		t.Errorf("Commit of a round that there is: %v; want ErrFormed", err)
	}
	if err := form(3, stale); !errors.Is(err, scheduler.ErrStale) {
		t.Errorf("Commit with an old version of a booking: %v; want ErrStale", err)
	}
	if got, err := s.Rounds(t.Context(), "circles"); err != nil || len(got) != 1 {
		t.Errorf("Rounds = %v, %v; want only the one that was saved", got, err)
	}
	if h, err := s.History(t.Context(), "x", time.Time{}); err != nil || len(h) != 0 {
		t.Errorf("History = %v, %v; want none: the rounds were refused", h, err)
	}
}

// Batch returns one that writes to every part of a store but rounds and answers.
func Batch() scheduler.Batch {
	b := Booking("a", 1)
	return scheduler.Batch{
		Bookings:   []scheduler.Booking{b},
		Seen:       &scheduler.Seen{Token: "one", Full: true, Series: []calendar.Series{b.Series}},
		Unreadable: map[calendar.Address]time.Time{"ana@acme.example": b.Created},
		Events:     []scheduler.Event{event("a", "intended")},
		Notices:    []scheduler.Notice{{ID: "n", UID: b.Series.UID, State: scheduler.NoticeWaits}},
		Replies:    []scheduler.Reply{{UID: b.Series.UID, Person: "ana@acme.example", RSVP: calendar.Accepted}},
		Mailbox:    &scheduler.Mailbox{Name: "INBOX", Last: 7},
		Settings:   []scheduler.Settings{{Person: "ana@acme.example", Left: []string{"circles"}}},
		Attended:   []attendance.Found{{UID: b.Series.UID, Group: "a"}},
	}
}
