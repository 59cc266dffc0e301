package web_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/account"
	"github.com/peerslot/peerslot/scheduler/feed"
)

func largePerson(group, i int) calendar.Address {
	return calendar.Address(fmt.Sprintf("p%d-%d@acme.example", group, i))
}

// newLargeSite is a site of so many groups of five, all booked.
func newLargeSite(b testing.TB, groups int) *site {
	b.Helper()
	s := newSite(b)
	w := &s.here.Service.Workspace
	slot, err := availability.ParseSlot("tue 15:00", time.Hour, "Europe/Berlin")
	if err != nil {
		b.Fatal(err)
	}
	var bookings []scheduler.Booking
	for i := range groups {
		g := scheduler.Group{Name: fmt.Sprintf("group %d", i)}
		series := calendar.Series{
			UID: w.UID(g.Name, 1), Title: g.Name, Organizer: w.Organizer, Slot: slot, First: availability.Date{Year: 2026, Month: 1, Day: 6},
			Cadence: availability.Weekly, Count: 13, Updated: start,
		}
		for j := range 5 {
			a := largePerson(i, j)
			w.Roster.Put(scheduler.Person{Address: a, Zone: "Europe/Berlin", Hours: availability.OfficeHours()})
			g.Members = append(g.Members, a)
			series.Attendees = append(series.Attendees, calendar.Attendee{Address: a})
		}
		w.Groups = append(w.Groups, g)
		bookings = append(bookings, scheduler.Booking{Group: g.Name, Generation: 1, State: scheduler.Booked, Series: series, Attendance: 60, Possible: 65, Created: start, Invited: g.Members})
	}
	if _, err := s.store.Commit(b.Context(), scheduler.Batch{Bookings: bookings}); err != nil {
		b.Fatal(err)
	}
	return s
}

// feedPath keeps a feed and returns its path.
func (s *site) feedPath(b *testing.B, f account.Feed) string {
	b.Helper()
	if err := s.store.SaveFeed(b.Context(), f); err != nil {
		b.Fatal(err)
	}
	return "/feeds/" + feed.Token(s.Key, f) + ".ics"
}

func (s *site) request(path string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Host = s.URL.Host
	return r
}
