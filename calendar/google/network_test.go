package google_test

import (
	"strings"
	"testing"

	"github.com/peerslot/peerslot/calendar/calendartest"
	"github.com/peerslot/peerslot/calendar/google"
	"github.com/peerslot/peerslot/calendar/google/googletest"
)

// Over a real connection, with the client that everybody has, and with one that
// breaks before, while and after a call is answered.
func TestOverTheNetwork(t *testing.T) {
	s := standIn(t)
	s.Start()
	cfg := config(t, s)
	cfg.HTTPClient = nil
	s.Fail(func(_ string, n int) *googletest.Fault {
		return map[int]*googletest.Fault{2: {Drop: googletest.After}, 4: {Half: true}, 6: {Drop: googletest.Before}}[n]
	})
	b, err := google.Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	wantBooked(t, s, "over the network", put(t, b, moved()))
	if err := b.Cancel(t.Context(), sample.UID, calendartest.Window().Start); err != nil {
		t.Error(err)
	}
	if n := s.Events(string(calendartest.Organizer)); n != 0 {
		t.Errorf("%d events after Cancel, want none", n)
	}
}

// A list whose pages lead back is an error, not an endless night.
func TestAListWithoutEnd(t *testing.T) {
	s := standIn(t)
	b := open(t, s)
	s.Fail(func(method string, n int) *googletest.Fault {
		if method != "events.list" || n > 20 {
			return nil
		}
		return &googletest.Fault{Odd: `{"kind": "calendar#events", "items": [], "nextPageToken": "again"}`}
	})
	if got, err := b.List(t.Context(), calendartest.Organizer); err == nil || !strings.Contains(err.Error(), "no end") {
		t.Errorf("got %v, %v; want that the list has no end", got, err)
	}
}

// A refusal that is a page of whatever stands in between says nothing of whose calendar it is.
func TestAPageThatRefuses(t *testing.T) {
	s := standIn(t)
	cfg := config(t, s)
	cfg.HTTPClient.Transport = calendartest.Blocked{RoundTripper: cfg.HTTPClient.Transport}
	b, err := google.Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	_, err = b.Sync(t.Context(), "", nil)
	calendartest.WantBlocked(t, err)
}
