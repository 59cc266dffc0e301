package repair_test

import (
	"testing"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
)

// Who has another address now, and the earlier one as an alias, stays invited under that, or
// as the calendar calls them, which nobody did by hand; when they leave the group, they are
// taken off the series.
func TestWhoHasAnotherAddressStays(t *testing.T) {
	const lima = "ana.lima@acme.example"
	w, b := booked(t, ana, bo, cem)
	anas := w.Workspace.Roster.Of(ana)
	w.Workspace.Roster.Remove(ana)
	anas.Address, anas.Aliases = lima, []calendar.Address{ana}
	w.Workspace.Roster.Put(anas)
	w.Workspace.Groups[0].Members = []calendar.Address{lima, bo, cem}
	for range 2 {
		if plan := w.repair(t); actions(plan) != "" {
			t.Fatalf("changes %+v; want none", plan.Changes)
		}
	}
	there, err := w.Backend.Get(t.Context(), b.Series.UID)
	if err != nil {
		t.Fatal(err)
	}
	there.Attendees[0].Address = lima
	there.Sequence++
	if _, err := w.Backend.Put(t.Context(), there); err != nil {
		t.Fatal(err)
	}
	if plan := w.repair(t); len(plan.Changes) > 0 {
		t.Fatalf("called by the present address: changes %+v; want none", plan.Changes)
	}
	w.Workspace.Groups[0].Members = []calendar.Address{bo, cem}
	if plan := w.repair(t); actions(plan) != "leave" {
		t.Fatalf("changes %+v; want that ana leaves", plan.Changes)
	}
	if there, err := w.Backend.Get(t.Context(), b.Series.UID); err != nil || len(there.Attendees) != 2 {
		t.Errorf("attendees %v, %v; want bo and cem", there.Attendees, err)
	}
}

// Whom mail did not reach at their earlier address is invited at the one they have now; the
// others keep what they have.
func TestWhoGetsNoMailAtAnEarlierAddressIsInvitedAtThePresentOne(t *testing.T) {
	const lima = "ana.lima@acme.example"
	w, b := booked(t, ana, bo, cem)
	refused := scheduler.Notice{ID: "1", Kind: scheduler.NoticeInvited, To: ana, Group: b.Group, UID: b.Series.UID, Made: w.Now(), State: scheduler.NoticeRefused, Fault: "550 unknown"}
	if _, err := w.Store.Commit(t.Context(), scheduler.Batch{Notices: []scheduler.Notice{refused}}); err != nil {
		t.Fatal(err)
	}
	w.wantQuiet(t) // she has no other
	anas := w.Workspace.Roster.Of(ana)
	w.Workspace.Roster.Remove(ana)
	anas.Address, anas.Aliases = lima, []calendar.Address{ana}
	w.Workspace.Roster.Put(anas)
	w.Workspace.Groups[0].Members = []calendar.Address{lima, bo, cem}
	if plan := w.repair(t); actions(plan) != "leave join" || plan.Changes[1].Person != lima {
		t.Fatalf("changes %+v; want her invited at the present address", plan.Changes)
	}
	there, err := w.Backend.Get(t.Context(), b.Series.UID)
	if err != nil || len(there.Attendees) != 3 || there.Attendees[0].Address != lima {
		t.Errorf("attendees %v, %v; want her present address, bo and cem", there.Attendees, err)
	}
	if now, err := w.Store.Bookings(t.Context()); err != nil || len(now[0].Joined) > 0 {
		t.Errorf("joined %v, %v; want nobody: she was in it from the start", now, err)
	}
	w.wantQuiet(t)
}
