package undelivered

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/schedulertest"
	"github.com/peerslot/peerslot/scheduler/store"
)

// Whom a message did not reach is named while they take part: who left, and whose address
// went with them, is nobody's business any more.
func TestWhoLeftIsNotNamed(t *testing.T) {
	s, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "peerslot.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	now := time.Date(2026, 3, 2, 7, 30, 0, 0, time.UTC)
	b := schedulertest.Booking("leads", 1)
	member := b.Series.Attendees[0].Address
	refused := func(id string, kind scheduler.NoticeKind, to calendar.Address) scheduler.Notice {
		return scheduler.Notice{ID: id, Kind: kind, To: to, Group: "leads", UID: b.Series.UID, Made: now, State: scheduler.NoticeRefused, Fault: "550 unknown"}
	}
	if _, err := s.Commit(t.Context(), scheduler.Batch{Bookings: []scheduler.Booking{b}, Notices: []scheduler.Notice{
		refused("1", scheduler.NoticeInvited, member), refused("2", scheduler.NoticeLeft, "left@acme.example"),
	}}); err != nil {
		t.Fatal(err)
	}
	found, err := Findings(t.Context(), s)
	if err != nil || len(found) != 1 || found[0].Person != member {
		t.Errorf("got %+v, %v; want %s alone", found, err, member)
	}
}
