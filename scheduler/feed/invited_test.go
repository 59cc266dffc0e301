package feed_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/feed"
	"github.com/peerslot/peerslot/scheduler/schedulertest"
)

// kept is a store of bookings that are sorted, which counts of how many groups it is asked
// at once.
type kept struct {
	scheduler.Store
	bookings []scheduler.Booking
	most     int
	fail     string // group
}

func (s *kept) of(ended bool, groups []string) (out []scheduler.Booking, err error) {
	s.most = max(s.most, len(groups))
	if slices.Contains(groups, s.fail) {
		return nil, schedulertest.ErrFault
	}
	for _, b := range s.bookings {
		if (b.State == scheduler.Ended) == ended && slices.Contains(groups, b.Group) {
			out = append(out, b)
		}
	}
	return out, nil
}

func (s *kept) Bookings(_ context.Context, groups ...string) (scheduler.Bookings, error) {
	return s.of(false, groups)
}

func (s *kept) Ended(_ context.Context, _ time.Time, groups ...string) ([]scheduler.Booking, error) {
	return s.of(true, groups)
}

func (s *kept) BookingRefs(context.Context) (out []scheduler.BookingRef, err error) {
	for _, b := range s.bookings {
		if b.State != scheduler.Ended {
			out = append(out, scheduler.BookingRef{Group: b.Group})
		}
	}
	return out, nil
}

func (s *kept) EndedGroups(context.Context, time.Time) (out []string, err error) {
	for _, b := range s.bookings {
		if b.State == scheduler.Ended {
			out = append(out, b.Group)
		}
	}
	return slices.Compact(out), nil
}

// Everybody gets what invites them under any of their addresses, and nothing else, also
// where nobody's groups are beside each other, and few groups are in memory.
func TestWhoIsInvited(t *testing.T) {
	t.Parallel()
	s := &kept{}
	const people, groups = 700, 500
	var roster []scheduler.Person
	want := make([]map[string]int, people)
	for i := range people {
		a := calendar.Address(fmt.Sprintf("p%03d@acme.example", i))
		roster = append(roster, scheduler.Person{Address: a, Aliases: []calendar.Address{"also-" + a}})
		want[i] = map[string]int{}
	}
	for g := range groups {
		b := scheduler.Booking{Group: fmt.Sprintf("g%03d", g), State: scheduler.Booked}
		for k := range 4 {
			i := (g*37 + k*211) % people
			at := roster[i].Addresses()[k%2]
			b.Series.Attendees = append(b.Series.Attendees, calendar.Attendee{Address: at})
			want[i][b.Group]++
		}
		b.Series.Attendees = append(b.Series.Attendees, calendar.Attendee{Address: "guest@elsewhere.example"})
		if g%3 == 0 {
			b.State = scheduler.Ended
		}
		s.bookings = append(s.bookings, b)
	}
	service := &scheduler.Service{Store: s, Workspace: scheduler.Workspace{Roster: scheduler.NewRoster(roster...)}, Now: func() time.Time { return first }}
	in, err := feed.NewInvited(t.Context(), service)
	if err != nil {
		t.Fatal(err)
	}
	groupsOf := func(bookings []scheduler.Booking) map[string]int {
		out := map[string]int{}
		for _, b := range bookings {
			out[b.Group]++
		}
		return out
	}
	i := 0
	for mine, err := range in.All(t.Context()) {
		if diff := cmp.Diff(want[i], groupsOf(mine.Bookings)); err != nil || mine.Person.Address != roster[i].Address || diff != "" {
			t.Fatalf("All: %s, %v; want %s (-want +got):\n%s", mine.Person.Address, err, roster[i].Address, diff)
		}
		one, err := in.Of(t.Context(), mine.Person)
		if diff := cmp.Diff(mine.Bookings, one); err != nil || diff != "" {
			t.Fatalf("Of(%s): %v (-want +got):\n%s", mine.Person.Address, err, diff)
		}
		i++
	}
	if most := scheduler.GroupsAtOnce + 4; i != people || s.most > most {
		t.Errorf("%d people, of %d groups at once; want %d, %d at most", i, s.most, people, most)
	}
	if none, err := in.Of(t.Context(), scheduler.Person{Address: "new@acme.example"}); err != nil || len(none) != 0 {
		t.Errorf("of who is in no group: %d, %v; want nothing", len(none), err)
	}
	s.fail = "g400"
	failed := errors.New("it went on")
	for _, failed = range in.All(t.Context()) {
	}
	if !errors.Is(failed, schedulertest.ErrFault) {
		t.Errorf("All of a store that fails: %v; want that", failed)
	}
	if _, err := feed.NewInvited(t.Context(), service); !errors.Is(err, schedulertest.ErrFault) {
		t.Errorf("NewInvited of a store that fails: %v; want that", err)
	}
}
