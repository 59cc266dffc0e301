package web_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/attendance"
)

// BenchmarkPages serves the first page and a group's page of a workspace of 10,000 people
// in 2,000 groups, each with a series. What a page costs must not grow with their number.
func BenchmarkPages(b *testing.B) {
	for _, groups := range []int{20, 2000} {
		s := newLargeSite(b, groups)
		s.nightOf(b)
		c := s.as(b, largePerson(0, 0))
		for _, path := range []string{"/", "/groups/group%200", "/hours"} {
			b.Run(fmt.Sprintf("%d groups%s", groups, path), func(b *testing.B) {
				for b.Loop() {
					if w := c.get(path); w.Code != http.StatusOK {
						b.Fatalf("GET %s: %d", path, w.Code)
					}
				}
			})
		}
	}
}

// nightOf keeps who can attend the sessions of all groups.
func (s *site) nightOf(b testing.TB) {
	b.Helper()
	bookings, err := s.store.Bookings(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	var batch scheduler.Batch
	for _, one := range bookings {
		batch.Attended = append(batch.Attended, attended(b, one))
	}
	if _, err := s.store.Commit(b.Context(), batch); err != nil {
		b.Fatal(err)
	}
}

func attended(b testing.TB, one scheduler.Booking) attendance.Found {
	b.Helper()
	sessions, err := one.Series.Occurrences()
	if err != nil {
		b.Fatal(err)
	}
	out := attendance.Found{UID: one.Series.UID, Group: one.Group, At: start, Members: one.Invited}
	for _, o := range sessions {
		out.Sessions = append(out.Sessions, attendance.Session{Original: o.Original, Interval: o.Interval, Verdicts: []availability.Verdict{{Can: availability.Yes}, {Can: availability.Yes}, {Can: availability.No, Why: availability.BusyThen}, {Can: availability.Yes}, {Can: availability.Yes}}})
	}
	return out
}

// programOf returns a program of that name, with the usual rules.
func programOf(name string) scheduler.Program {
	p := scheduler.DefaultProgram()
	p.Name = name
	return p
}
