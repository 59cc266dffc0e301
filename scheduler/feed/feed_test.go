package feed_test

import (
	"strings"
	"testing"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/ical"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/account"
	"github.com/peerslot/peerslot/scheduler/feed"
)

var (
	ana   = scheduler.Person{Address: "ana@acme.example", Name: "Ana Lima", Aliases: []calendar.Address{"a.lima@acme.example"}}
	bo    = scheduler.Person{Address: "bo@acme.example", Name: "bo@acme.example"}
	dee   = scheduler.Person{Address: "dee@acme.example"}
	place = scheduler.Workspace{Zone: "Europe/Berlin", Roster: scheduler.NewRoster(ana, bo, dee)}
	first = time.Date(2026, 3, 3, 14, 0, 0, 0, time.UTC) // the clocks of Berlin change on 29 March
)

// booking is a series of ana and bo of 13 Tuesdays at 15:00, with one moved and one
// cancelled.
func booking(t *testing.T, group string) scheduler.Booking {
	t.Helper()
	slot, err := availability.ParseSlot("tue 15:00", time.Hour, "Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	s := calendar.Series{
		UID: scheduler.NewUID("ops@acme.example", group, 1), Title: "Peer circle " + group, Description: "Bring a question.",
		Organizer: calendar.Attendee{Address: "ops@acme.example", Name: "Peers"},
		Attendees: []calendar.Attendee{{Address: ana.Address}, {Address: bo.Address}},
		Slot:      slot, First: availability.Date{Year: 2026, Month: 3, Day: 3}, Cadence: availability.Weekly, Count: 13,
		Updated: time.Date(2026, 2, 20, 9, 0, 0, 0, time.UTC),
	}
	moved := first.AddDate(0, 0, 7)
	s = s.WithOverride(calendar.Override{Original: moved, Moved: availability.Interval{Start: moved.Add(24 * time.Hour), End: moved.Add(25 * time.Hour)}, Note: "Moved so that 2 can come."})
	s = s.WithOverride(calendar.Override{Original: first.AddDate(0, 0, 14), Cancelled: true})
	return scheduler.Booking{Group: group, State: scheduler.Booked, Series: s}
}

func of(t *testing.T, person scheduler.Person, group string, now time.Time, bookings ...scheduler.Booking) string {
	t.Helper()
	b, err := feed.Of(place, bookings, person, group, now)
	if err != nil || len(b.Faults) > 0 {
		t.Fatalf("feed: %v, faults %v", err, b.Faults)
	}
	return string(b.Text)
}

func TestFeedSaysWhatStands(t *testing.T) {
	t.Parallel()
	b := booking(t, "leads")
	b.Series.Attendees[1].Name = "Bo@Acme.example"
	got := of(t, ana, "", first, b)
	if again := of(t, ana, "", first.Add(72*time.Hour), b); again != got {
		t.Error("the same booking gave other bytes three days later")
	}
	for _, want := range []string{"METHOD:PUBLISH", "REFRESH-INTERVAL;VALUE=DURATION:PT1H", "X-PUBLISHED-TTL:PT1H", "NAME:Peer sessions", "X-WR-CALNAME:", "With Ana Lima\\, bo", "RECURRENCE-ID", "EXDATE", "COUNT=13"} {
		if !strings.Contains(got, want) {
			t.Errorf("the feed has no %s:\n%s", want, got)
		}
	}
	body := strings.ReplaceAll(got, "\r\n ", "")
	uid := ical.UIDText(b.Series.UID)
	if rest := strings.ReplaceAll(body, uid, ""); strings.Contains(rest, "@acme") || strings.Contains(rest, "ORGANIZER") || strings.Contains(rest, "ATTENDEE") || strings.Contains(rest, "X-PEERSLOT") || strings.Contains(rest, "SOURCE") {
		t.Errorf("the feed has an address, or what only we understand:\n%s", got)
	}
}

func TestWhatIsInAFeed(t *testing.T) {
	t.Parallel()
	cancelled := booking(t, "leads")
	cancelled.State, cancelled.CancelFrom = scheduler.Ended, first.AddDate(0, 0, 21)
	before := cancelled
	before.CancelFrom = first.Add(-time.Hour)
	intended := booking(t, "leads")
	intended.State = scheduler.Intended
	over := booking(t, "leads")
	over.State = scheduler.Ended
	declined := booking(t, "leads")
	declined.Series.Attendees[0].RSVP = calendar.Declined
	alias := booking(t, "leads")
	alias.Series.Attendees[0].Address = "a.lima@acme.example"
	last := first.AddDate(0, 0, 12*7) // an hour after the last one, by the summer's clock
	for name, c := range map[string]struct {
		person scheduler.Person
		group  string
		b      scheduler.Booking
		now    time.Time
		want   int // events
	}{
		"a member's own":             {ana, "", booking(t, "leads"), first, 2},
		"of another's alias":         {ana, "", alias, first, 2},
		"of a group":                 {ana, "leads", booking(t, "leads"), first, 2},
		"of another group":           {ana, "other", booking(t, "leads"), first, 0},
		"of nobody in it":            {dee, "", booking(t, "leads"), first, 0},
		"not on the calendar yet":    {ana, "", intended, first, 0},
		"declined whole":             {ana, "", declined, first, 0},
		"29 days after it was over":  {ana, "", over, last.Add(29 * 24 * time.Hour), 2},
		"31 days after it was over":  {ana, "", over, last.Add(31 * 24 * time.Hour), 0},
		"cancelled after three":      {ana, "", cancelled, first.AddDate(0, 0, 21), 2},
		"cancelled before the first": {ana, "", before, first, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := of(t, c.person, c.group, c.now, c.b)
			if n := strings.Count(got, "BEGIN:VEVENT"); n != c.want {
				t.Errorf("%d events, want %d:\n%s", n, c.want, got)
			}
			if c.b.CancelFrom.After(first) && !strings.Contains(got, "COUNT=3") {
				t.Errorf("what was cancelled is still there:\n%s", got)
			}
		})
	}
}

// A calendar has one component at least (RFC 5545, section 3.6).
func TestEmptyFeed(t *testing.T) {
	t.Parallel()
	got := of(t, dee, "", first)
	if !strings.HasPrefix(got, "BEGIN:VCALENDAR\r\n") || !strings.Contains(got, "BEGIN:VTIMEZONE") || !strings.HasSuffix(got, "END:VCALENDAR\r\n") {
		t.Errorf("a feed of nothing is no calendar:\n%s", got)
	}
}

// One broken record keeps no other from the feed.
func TestFaultOfOneSeries(t *testing.T) {
	t.Parallel()
	broken := scheduler.Booking{Group: "broken", State: scheduler.Booked, Fault: scheduler.ErrStale}
	b, err := feed.Of(place, []scheduler.Booking{broken, booking(t, "leads")}, ana, "", first)
	if err != nil || len(b.Faults) != 1 || !strings.Contains(string(b.Text), "BEGIN:VEVENT") {
		t.Errorf("%v, faults %v; want the one named and the other in the feed", err, b.Faults)
	}
}

func TestToken(t *testing.T) {
	t.Parallel()
	key := []byte(strings.Repeat("k", 32))
	f := account.Feed{ID: feed.NewID(), Person: ana.Address, Serial: 1}
	token := feed.Token(key, f)
	if id, ok := feed.ID(token); !ok || id != f.ID || !feed.Opens(key, token, f) || len(token) != 43 {
		t.Errorf("token %q: ID %q, %v; want %q, and that it opens", token, id, ok, f.ID)
	}
	renewed := f
	renewed.Serial = 2
	if feed.Opens(key, token, renewed) || feed.Opens([]byte(strings.Repeat("x", 32)), token, f) || feed.Opens(key, token+"A", f) {
		t.Error("a token opens a renewed feed, or with another key, or with more behind it")
	}
	if a, b := feed.FileName(key, ana.Address), feed.FileName(key, bo.Address); a == b || strings.Contains(a, "ana") || a != feed.FileName(key, ana.Address) {
		t.Errorf("files %q and %q; want two that stay, and tell nobody", a, b)
	}
}

// Whatever comes as a token is one of ours or none, and never stops the server.
func FuzzID(f *testing.F) {
	key := []byte(strings.Repeat("k", 32))
	token := feed.Token(key, account.Feed{ID: "0123456789abcdef", Serial: 7})
	f.Add(token)
	f.Add(strings.Repeat("=", 43))
	f.Add("")
	f.Fuzz(func(t *testing.T, text string) {
		id, ok := feed.ID(text)
		if ok && len(id) != 16 {
			t.Errorf("ID(%q) = %q", text, id)
		}
		if ok && text != token && feed.Opens(key, text, account.Feed{ID: id, Serial: 7}) {
			t.Errorf("%q opens a feed; it was made without the key", text)
		}
	})
}
