package since_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/schedulertest"
	"github.com/peerslot/peerslot/scheduler/since"
)

var made = time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)

// paged is a store of so many groups with a booking each, that counts how many of them it
// is asked for at once. Every tenth has another that has ended, and one more group has no
// other.
type paged struct {
	scheduler.Store
	groups, most int
	fail         string // what cannot be read
}

func (s *paged) failing(what string) error {
	if s.fail == what {
		return schedulertest.ErrFault
	}
	return nil
}

func (s *paged) BookingRefs(context.Context) (out []scheduler.BookingRef, err error) {
	for i := range s.groups {
		out = append(out, scheduler.BookingRef{Group: fmt.Sprintf("g%04d", i)})
	}
	return out, s.failing("refs")
}

func (s *paged) EndedGroups(_ context.Context, since time.Time) (out []string, err error) {
	for i := 0; i < s.groups; i += 10 {
		out = append(out, fmt.Sprintf("g%04d", i))
	}
	return append([]string{"early"}, out...), s.failing("groups")
}

func (s *paged) Bookings(_ context.Context, groups ...string) (out scheduler.Bookings, err error) {
	s.most = max(s.most, len(groups))
	for _, g := range groups {
		if strings.HasPrefix(g, "g") {
			out = append(out, scheduler.Booking{Group: g})
		}
	}
	return out, s.failing(groups[len(groups)-1])
}

func (s *paged) Ended(_ context.Context, since time.Time, groups ...string) (out []scheduler.Booking, err error) {
	for _, g := range groups {
		if since.Equal(made) && (g == "early" || strings.HasSuffix(g, "0")) {
			out = append(out, scheduler.Booking{Group: g, State: scheduler.Ended})
		}
	}
	return out, s.failing("ended")
}

func TestPages(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		groups, want int
		fail         string
	}{{0, 1, ""}, {1, 3, ""}, {450, 496, ""}, {500, 220, "g0398"}, {450, 0, "refs"}, {450, 0, "groups"}, {450, 0, "ended"}} {
		s, got, last := &paged{groups: c.groups, fail: c.fail}, 0, ""
		var failed error
		for page, err := range since.Pages(t.Context(), s, made) {
			if failed = err; err != nil {
				continue
			}
			got += len(page)
			if first := page[0]; first.State != scheduler.Ended || first.Group < last && last != "early" {
				t.Errorf("of %d: a page begins with %s, %q, after %q", c.groups, first.Group, first.State, last)
			}
			last = page[len(page)-1].Group
		}
		if got != c.want || errors.Is(failed, schedulertest.ErrFault) != (c.fail != "") || s.most > scheduler.GroupsAtOnce {
			t.Errorf("of %d: %d in pages of %d, %v; want %d, failed by %q", c.groups, got, s.most, failed, c.want, c.fail)
		}
	}
}
