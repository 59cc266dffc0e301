package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/attendance"
)

// follow saves b as reviewed, and the series of every two weeks that follows it.
func (s *site) follow(t *testing.T, b scheduler.Booking) scheduler.Booking {
	t.Helper()
	next := b
	b.Reviewed = true
	next.Version, next.Generation, next.Series.UID = 0, b.Generation+1, b.Series.UID+"-next"
	next.Series.Cadence, next.Series.Count = availability.Biweekly, 7
	next.Series.First, next.Series.Overrides = b.Series.First.AddDays(7*b.Series.Count), nil
	if _, err := s.store.Commit(t.Context(), scheduler.Batch{Bookings: []scheduler.Booking{b, next}}); err != nil {
		t.Fatal(err)
	}
	return next
}

// Until the old series is over, the next one is shown as what follows it, and the next
// session is one of the old.
func TestASeriesThatFollowsAnother(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	next := s.follow(t, s.book(t))
	s.now = time.Date(2026, 3, 24, 9, 0, 0, 0, time.UTC) // the last session but one is today
	best := func(first availability.Date) availability.Candidate {
		return availability.Candidate{Slot: next.Series.Slot, First: first, Attendance: 20, Possible: 21}
	}
	found := attendance.Found{UID: next.Series.UID, Group: "leads", At: s.now, Members: []calendar.Address{ana, bo, cem}, Best: []availability.Candidate{best(next.Series.First.AddDays(7)), best(next.Series.First)}}
	if _, err := s.store.Commit(t.Context(), scheduler.Batch{Attended: []attendance.Found{found}}); err != nil {
		t.Fatal(err)
	}
	page := s.as(t, ana).read("/groups/leads")
	for _, want := range []string{"You meet every week on Tuesday at 15:00 Berlin, until Tue 31 March.", "<h2>The next series</h2>", "From Tue 7 April on you meet every two weeks on Tuesday at 15:00 Berlin",
		"from Tue 14 April on: 20 of 21 attendances</li>", "from Tue 7 April on: 20 of 21 attendances, as it is now</li>"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page of the group does not say %q:\n%s", want, page)
		}
	}
	if page := s.as(t, ana).read("/"); !strings.Contains(page, "every week on Tuesday at 15:00 Berlin; from Tue 7 April on every two weeks on Tuesday") {
		t.Errorf("the first page does not say how the group meets now, and how then:\n%s", page)
	}
	if page := s.as(t, mia).read("/admin"); !strings.Contains(page, "Tue 24 Mar 15:00") || !strings.Contains(page, "0/7") {
		t.Errorf("the next session is not today's, of the series that runs out:\n%s", page)
	}
}

// Who sends a form after their session ended learns that nothing was saved, and comes
// back to its page.
func TestAFormThatIsSentTooLate(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := s.browser(t)
	w := c.post("/hours", url.Values{})
	to := w.Header().Get("Location")
	if w.Code != http.StatusSeeOther || to != "/signin?over&next=%2Fhours" {
		t.Fatalf("%d to %q; want the page to sign in, and back to the hours", w.Code, to)
	}
	if page := c.read(to); !strings.Contains(page, "nothing was saved") || !strings.Contains(page, `name="next" value="/hours"`) {
		t.Errorf("the page does not say so, or leads elsewhere:\n%s", page)
	}
	if w := c.post("/signout", url.Values{}); w.Header().Get("Location") != "/signin" {
		t.Errorf("signing out twice leads to %q", w.Header().Get("Location"))
	}
}

// What the slot is in the reader's zone is said as it is by now: clocks change between
// the first session and this one, and not everywhere.
func TestTheSlotInTheReadersZone(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	person := s.here.Service.Workspace.Roster.Of(ana)
	person.Zone = "Asia/Tokyo"
	s.here.Service.Workspace.Roster.Put(person)
	s.book(t)
	for day, want := range map[time.Time]string{
		s.now: "(Tue 23:00 Tokyo at first)",
		time.Date(2026, 2, 3, 9, 0, 0, 0, time.UTC):  "(Tue 23:00 Tokyo now)",
		time.Date(2026, 3, 30, 9, 0, 0, 0, time.UTC): "(Tue 22:00 Tokyo now)", // Berlin has summer time
	} {
		s.now = day
		for _, path := range []string{"/", "/groups/leads"} {
			if page := s.as(t, ana).read(path); !strings.Contains(page, want) {
				t.Errorf("on %s, %s does not say %q", day.Format(time.DateOnly), path, want)
			}
		}
	}
}
