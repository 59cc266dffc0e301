package folder

import (
	"slices"
	"testing"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/calendartest"
)

func TestList(t *testing.T) {
	h := newHands(t)
	list := func(organizer calendar.Address) []calendar.UID {
		t.Helper()
		uids, err := h.List(t.Context(), organizer)
		if err != nil {
			t.Fatal(err)
		}
		return uids
	}
	if got := list(calendartest.Organizer); len(got) != 0 {
		t.Errorf("List of nothing: %v", got)
	}
	h.put(sample())
	h.write(string(calendartest.Organizer)+"/other.ics", event("DTSTART:20260101T000000Z"))
	if got := list(calendartest.Organizer); !slices.Equal(got, []calendar.UID{uid}) {
		t.Errorf("List: %v; want %s alone", got, uid)
	}
	if got := list("nobody@acme.example"); len(got) != 0 {
		t.Errorf("List of somebody else's: %v", got)
	}
}
