package calendar_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/calendartest"
)

// A spy is a reader that notes what it was asked, and answers with its name.
type spy struct {
	calendar.Backend
	name  string
	err   error
	asked [][]calendar.Address
	but   []calendar.UID
}

func (s *spy) Busy(_ context.Context, people []calendar.Address, _ availability.Interval, except ...calendar.UID) (map[calendar.Address]availability.Busy, error) {
	s.asked, s.but = append(s.asked, people), except
	out := map[calendar.Address]availability.Busy{}
	for _, a := range people {
		out[a] = availability.Unreadable(s.name)
	}
	return out, s.err
}

func TestSplitAsksEachReaderOnce(t *testing.T) {
	home, feed := &spy{name: "home"}, &spy{name: "feed"}
	readers := map[calendar.Address]calendar.BusyReader{calendartest.Ana: feed, calendartest.Cem: feed, calendartest.Stranger: home}
	s := calendar.Split{Backend: home, Reader: func(a calendar.Address) calendar.BusyReader { return readers[a] }}
	got, err := s.Busy(t.Context(), append(calendartest.People(), calendartest.Stranger), calendartest.Window(), "x", "y")
	if err != nil {
		t.Fatal(err)
	}
	from := map[calendar.Address]string{}
	for a, b := range got {
		from[a] = b.Reason
	}
	want := map[calendar.Address]string{
		calendartest.Ana: "feed", calendartest.Cem: "feed",
		calendartest.Bo: "home", calendartest.Organizer: "home", calendartest.Stranger: "home",
	}
	if diff := cmp.Diff(want, from); diff != "" {
		t.Errorf("who was read where (-want +got):\n%s", diff)
	}
	if len(home.asked) != 1 || len(feed.asked) != 1 || !slices.Equal(feed.but, []calendar.UID{"x", "y"}) {
		t.Errorf("asked %v and %v but %v, want one call each, without x and y", home.asked, feed.asked, feed.but)
	}
}

func TestSplitPassesErrorsOn(t *testing.T) {
	home, feed := &spy{}, &spy{err: calendar.ErrSignIn}
	s := calendar.Split{Backend: home, Reader: func(a calendar.Address) calendar.BusyReader {
		if a == calendartest.Bo {
			return feed
		}
		return nil
	}}
	if got, err := s.Busy(t.Context(), calendartest.People(), calendartest.Window()); !errors.Is(err, calendar.ErrSignIn) || got != nil {
		t.Errorf("got %v, %v, want no answers and ErrSignIn", got, err)
	}
	if _, err := s.Busy(t.Context(), []calendar.Address{calendartest.Ana}, calendartest.Window()); err != nil {
		t.Errorf("a reader that was not needed failed the call: %v", err)
	}
}

func TestNothing(t *testing.T) {
	for n, why := range map[calendar.Nothing]string{{}: "no calendar to read", {Why: "no password"}: "no password"} {
		got, err := n.Busy(t.Context(), calendartest.People(), calendartest.Window())
		if err != nil || len(got) != len(calendartest.People()) {
			t.Fatalf("got %d answers, %v", len(got), err)
		}
		for a, b := range got {
			if b.Readable() || b.Reason != why {
				t.Errorf("%s: got %+v, want unreadable: %s", a, b, why)
			}
		}
	}
}
