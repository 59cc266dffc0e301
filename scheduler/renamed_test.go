package scheduler_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/booking"
	"github.com/peerslot/peerslot/scheduler/schedulertest"
)

// What stood under an earlier name of a group or program is found under the present
// one, and goes on under it.
func TestWas(t *testing.T) {
	w, b := booked(t, ana, bo)
	b.Program = "leads"
	old := schedulertest.Round("leads", 1)
	old.Groups = []scheduler.Group{{Name: "g", Program: "leads", Members: old.Groups[0].Members}}
	moved := scheduler.Event{At: now, Group: "g", UID: b.Series.UID, What: string(scheduler.MoveSession)}
	if _, err := w.Store.Commit(t.Context(), scheduler.Batch{Bookings: []scheduler.Booking{b}, Round: &old, Events: []scheduler.Event{moved}}); err != nil {
		t.Fatal(err)
	}
	program := scheduler.DefaultProgram()
	program.Name, program.Was = "circles", []string{"leads"}
	w.Workspace.Programs = []scheduler.Program{program}
	w.Workspace.Groups[0].Name, w.Workspace.Groups[0].Was, w.Workspace.Groups[0].Program = "new name", []string{"g"}, "circles"
	w.Workspace.Groups = append(w.Workspace.Groups, scheduler.Group{Name: "late", Was: []string{"early"}}, scheduler.Group{Name: "later", Was: []string{"soon"}})
	turn, err := w.Turn(t.Context(), scheduler.TurnOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer turn.End()
	begun, ended := schedulertest.Booking("soon", 1), schedulertest.Booking("early", 1)
	ended.State = scheduler.Ended
	if _, err := w.Store.Commit(t.Context(), scheduler.Batch{Bookings: []scheduler.Booking{begun, ended}}); err != nil {
		t.Fatal(err)
	}
	bookings, err := turn.Store.Bookings(t.Context())
	if err != nil || len(bookings) != 2 || bookings[1].Group != "new name" || bookings[1].Program != "circles" || bookings[1].Series.UID != b.Series.UID {
		t.Fatalf("bookings %+v, %v; want the last one under the new names", bookings, err)
	}
	for _, list := range []func() (int, error){
		func() (int, error) {
			all, err := turn.Store.BookingsOf(t.Context(), "new name")
			return len(all), err
		},
		func() (int, error) {
			all, err := turn.Store.Bookings(t.Context(), "new name")
			return len(all), errors.Join(err, named(all[0].Group, "new name"))
		},
		func() (int, error) { // of two
			all, err := turn.Store.BookingRefs(t.Context())
			return len(all) / 2, errors.Join(err, named(all[0].Group, "later"), named(all[1].Group, "new name"))
		},
		func() (int, error) { // its last session is on 31 March
			all, err := turn.Store.Due(t.Context(), now.AddDate(0, 4, 0))
			return len(all) / 2, errors.Join(err, named(all[0].Group, "later"))
		},
		func() (int, error) {
			rounds, err := turn.Store.Rounds(t.Context(), "circles")
			return len(rounds), err
		},
		func() (int, error) {
			rounds, err := turn.Store.Rounds(t.Context(), "")
			return len(rounds), errors.Join(err, named(rounds[0].Program, "circles"))
		},
		func() (int, error) {
			all, err := turn.Store.Begun(t.Context(), 9)
			return len(all), errors.Join(err, named(all[0], "later"))
		},
		func() (int, error) {
			all, err := turn.Store.Ended(t.Context(), time.Time{})
			return len(all), errors.Join(err, named(all[0].Group, "late"))
		},
		func() (int, error) {
			all, err := turn.Store.Ended(t.Context(), time.Time{}, "late")
			return len(all), errors.Join(err, named(all[0].Group, "late"))
		},
		func() (int, error) {
			all, err := turn.Store.EndedGroups(t.Context(), time.Time{})
			return len(all), errors.Join(err, named(all[0], "late"))
		},
		func() (int, error) { // booked twice: the intent and the outcome
			events, err := turn.Store.History(t.Context(), "new name", now.AddDate(-1, 0, 0))
			return len(events) / 3, err
		},
		func() (int, error) {
			all, err := turn.Store.Moves(t.Context(), now.AddDate(-1, 0, 0))
			return len(all), errors.Join(err, named(all[0].Group, "new name"))
		},
	} {
		if n, err := list(); err != nil || n != 1 {
			t.Errorf("found %d, %v; want one", n, err)
		}
	}
	r := scheduler.Request{Group: turn.Workspace.Groups[0], Search: booking.NewSearch(turn.Workspace, program, start)}
	plans, err := booking.Plan(t.Context(), turn.Service, []scheduler.Request{r})
	if err != nil || plans[0].Existing == nil {
		t.Errorf("booking.Plan: %+v, %v; want that it has its series", plans, err)
	}
	if _, err := turn.Store.Commit(t.Context(), scheduler.Batch{Bookings: bookings[1:]}); err != nil {
		t.Fatal(err)
	}
	if plain, err := w.Store.Bookings(t.Context()); err != nil || plain[0].Group != "new name" {
		t.Errorf("once it is committed: %+v, %v; want the new name in the store", plain, err)
	}
}

// A group is found whose name was stored with its accents apart, by names that were made
// once, too.
func TestStoredWithAccentsApart(t *testing.T) {
	w, _ := booked(t, ana, bo)
	if _, err := w.Store.Commit(t.Context(), scheduler.Batch{Bookings: []scheduler.Booking{schedulertest.Booking("cafe\u0301", 1)}}); err != nil {
		t.Fatal(err)
	}
	w.Workspace.Groups[0].Name = "caf\u00e9"
	for _, names := range []*scheduler.Names{nil, w.Workspace.NewNames()} {
		w.Workspace.Names = names
		named, err := w.Named(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		bookings, err := named.Store.Bookings(t.Context(), "caf\u00e9")
		if err != nil || len(bookings) != 1 || bookings[0].Group != "caf\u00e9" {
			t.Errorf("bookings %+v, %v; want the one under the name as it is configured", bookings, err)
		}
	}
}

// Who has another address now is who they were under the earlier one: in their groups, in
// rounds and by what they set about themselves.
func TestAnotherAddress(t *testing.T) {
	w, _ := booked(t, ana, bo)
	plan := w.Plan(t, scheduler.Request{Group: scheduler.Group{Name: "loose", Members: []calendar.Address{ana, bo}}, Search: booking.NewSearch(w.Workspace, scheduler.DefaultProgram(), start)})[0]
	plan.Booking.Loose = true
	w.MustBook(t, plan)
	round := schedulertest.Round("leads", 1)
	round.Groups = []scheduler.Group{{Name: "formed", Program: "leads", Members: []calendar.Address{ana, bo}}}
	round.Promised = [][][]calendar.Address{{{ana, bo}}}
	set := scheduler.Settings{Person: ana, Left: []string{"leads"}}
	if _, err := w.Store.Commit(t.Context(), scheduler.Batch{Round: &round, Settings: []scheduler.Settings{set}}); err != nil {
		t.Fatal(err)
	}
	const lima = "ana.lima@acme.example"
	p := w.Workspace.Roster.Of(ana)
	w.Workspace.Roster.Remove(ana)
	p.Address, p.Aliases = lima, []calendar.Address{ana}
	w.Workspace.Roster.Put(p)
	turn, err := w.Turn(t.Context(), scheduler.TurnOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer turn.End()
	rounds, err := turn.Store.Rounds(t.Context(), "")
	if want := []calendar.Address{lima, bo}; err != nil || !slices.Equal(rounds[0].Groups[0].Members, want) || !slices.Equal(rounds[0].Promised[0][0], want) {
		t.Errorf("rounds %+v, %v; want %q in them", rounds, err, want)
	}
	if g, err := turn.Group(t.Context(), "loose"); err != nil || !slices.Contains(g.Members, lima) || len(g.Members) != 2 {
		t.Errorf("group %+v, %v; want both in it", g, err)
	}
	set, err = turn.SettingsOf(t.Context(), lima)
	if err != nil || len(set.Left) != 1 {
		t.Errorf("settings %+v, %v; want those of the earlier address", set, err)
	}
	set.Left = nil
	if err := turn.Set(t.Context(), set, "takes part again"); err != nil {
		t.Fatal(err)
	}
	if set, err = turn.SettingsOf(t.Context(), lima); err != nil || len(set.Left) != 0 {
		t.Errorf("settings %+v, %v; want those that were set under the present one", set, err)
	}
}

func named(got, want string) error {
	if got != want {
		return fmt.Errorf("got %q, want %q", got, want)
	}
	return nil
}
