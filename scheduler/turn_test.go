package scheduler_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/schedulertest"
)

func TestTurnFinishesWhatWasLeft(t *testing.T) {
	w, b := booked(t, ana, bo)
	b.State, b.CancelFrom = scheduler.Cancelling, now
	if _, err := w.Store.Commit(t.Context(), scheduler.Batch{Bookings: []scheduler.Booking{b}}); err != nil {
		t.Fatal(err)
	}
	rehearsed, err := w.Rehearse(t.Context(), scheduler.TurnOptions{})
	if err != nil {
		t.Fatal(err)
	}
	rehearsed.End()
	if left, err := w.Store.Bookings(t.Context()); err != nil || len(left) != 1 {
		t.Errorf("%d bookings after the rehearsal, %v; want the one, as it was", len(left), err)
	}
	turn, err := w.Turn(t.Context(), scheduler.TurnOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, events := range [][]scheduler.Event{rehearsed.Resumed, turn.Resumed} {
		if len(events) != 1 || events[0].What != "cancelled" || events[0].Group != "g" {
			t.Errorf("Resumed = %+v; want that g was cancelled", events)
		}
	}
	if _, err := w.Turn(t.Context(), scheduler.TurnOptions{}); !errors.Is(err, scheduler.ErrBusy) {
		t.Errorf("a second turn at once: %v; want ErrBusy", err)
	}
	turn.End()
	turn.End()
	again, err := w.Turn(t.Context(), scheduler.TurnOptions{})
	if err != nil || len(again.Resumed) != 0 {
		t.Fatalf("the next turn: %v, %+v; want nothing to finish", err, again)
	}
	again.End()
}

func TestTurnRefusesTheStoreOfAnotherWorkspace(t *testing.T) {
	w, _ := booked(t, ana, bo)
	turn, err := w.Turn(t.Context(), scheduler.TurnOptions{})
	if err != nil {
		t.Fatal(err)
	}
	turn.End()
	w.Workspace.ID = "emea"
	w.Workspace.Organizer.Address = "other@acme.example"
	var other *scheduler.OtherWorkspaceError
	if _, err := w.Turn(t.Context(), scheduler.TurnOptions{}); !errors.As(err, &other) || other.Store.Organizer != string(organizer) || !strings.Contains(err.Error(), "other@acme.example (workspace emea)") {
		t.Errorf("Turn with another organizer: %v; want an error that says whose the store is", err)
	}
	if _, err := w.Ready(t.Context()); !errors.As(err, &other) {
		t.Errorf("Ready with another organizer: %v; want the same", err)
	}
	if w.Workspace.UID("g", 1) == scheduler.NewUID("other@acme.example", "g", 1) {
		t.Error("two workspaces of one organizer have the same UIDs")
	}
}

// Whose the store is, if it cannot be read, is named once by who reads and by the next turn,
// which writes it anew. Such a turn is not the first on the store.
func TestAMarkThatCannotBeRead(t *testing.T) {
	w, _ := booked(t, ana, bo)
	for i, want := range []struct {
		first  bool
		spoilt int
	}{{true, 0}, {false, 0}, {false, 1}, {false, 0}} {
		if want.spoilt > 0 {
			spoil(t, w, `UPDATE setting SET value = '{' WHERE name = 'workspace'`)
			ready, err := w.Ready(t.Context())
			if err == nil {
				ready, err = ready.Ready(t.Context())
			}
			if err != nil || len(ready.Workspace.Spoilt) != 1 || ready.Workspace.Spoilt[0].Kind != scheduler.SpoiltRecord {
				t.Fatalf("Ready, twice: %+v, %v; want the mark named once", ready.Workspace.Spoilt, err)
			}
		}
		turn, err := w.Turn(t.Context(), scheduler.TurnOptions{})
		if err != nil || turn.First != want.first || len(turn.Workspace.Spoilt) != want.spoilt {
			t.Fatalf("turn %d: first %v, spoilt %+v, %v; want %+v", i, turn.First, turn.Workspace.Spoilt, err, want)
		}
		turn.End()
	}
	w.Workspace.ID = "emea"
	var other *scheduler.OtherWorkspaceError
	if _, err := w.Turn(t.Context(), scheduler.TurnOptions{}); !errors.As(err, &other) {
		t.Errorf("another workspace afterwards: %v; want that it is refused", err)
	}
}

func TestTurnRefusesAClockThatWasSetBack(t *testing.T) {
	w, _ := booked(t, ana, bo)
	w.Now = func() time.Time { return now.Add(-time.Hour) }
	var clock *scheduler.ClockError
	if _, err := w.Turn(t.Context(), scheduler.TurnOptions{}); !errors.As(err, &clock) || !strings.Contains(err.Error(), "the clock says") {
		t.Errorf("Turn: %v; want a ClockError", err)
	}
	turn, err := w.Turn(t.Context(), scheduler.TurnOptions{AcceptClock: true})
	if err != nil {
		t.Fatalf("Turn that accepts the clock: %v", err)
	}
	turn.End()
}

// A process that lives long sees who joined and what was formed since its last turn.
func TestTurnLoadsTheWorkspaceAnew(t *testing.T) {
	w := newWorld(t, ana, bo)
	people := 0
	w.Load = func(context.Context) (scheduler.Workspace, error) {
		people++
		ws := w.Workspace
		ws.Programs = []scheduler.Program{{Name: "circles"}}
		ws.Roster = scheduler.NewRoster()
		for _, a := range []calendar.Address{ana, bo}[:people] {
			ws.Roster.Put(scheduler.Person{Address: a})
		}
		ws.Groups = []scheduler.Group{{Name: "By Hand", Members: []calendar.Address{ana}}}
		return ws, nil
	}
	r := schedulertest.Round("circles", 1)
	r.Groups = []scheduler.Group{{Name: "formed", Program: "circles", Members: []calendar.Address{ana, bo}}, {Name: "by hand", Program: "circles", Members: []calendar.Address{ana, bo}}}
	if _, err := w.Store.Commit(t.Context(), scheduler.Batch{Round: &r}); err != nil {
		t.Fatal(err)
	}
	for i, want := range []int{1, 2} {
		turn, err := w.Turn(t.Context(), scheduler.TurnOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if got := turn.Workspace.Groups; turn.Workspace.Roster.Len() != want || len(got) != want || got[0].Name != "By Hand" {
			t.Errorf("turn %d: %d people, groups %+v; want %d of each", i+1, turn.Workspace.Roster.Len(), got, want)
		}
		turn.End()
	}
}

// While a line of the roster cannot be read, nobody who is in a group is taken for gone:
// they stay, and nothing is known of their time.
func TestNobodyIsGoneWhileTheRosterCannotBeRead(t *testing.T) {
	w := newWorld(t, ana)
	for number, member := range map[int]calendar.Address{1: cem, 2: dee} {
		r := schedulertest.Round("circles", number)
		r.Groups = []scheduler.Group{{Name: "formed", Program: "circles", Members: []calendar.Address{ana, member}}}
		if _, err := w.Store.Commit(t.Context(), scheduler.Batch{Round: &r}); err != nil {
			t.Fatal(err)
		}
	}
	w.NewGroup("g", ana, bo)
	for _, unread := range [][]string{nil, {"people.csv:3: no address"}} {
		w.Workspace.Unread = unread
		ready, err := w.Ready(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range []calendar.Address{bo, dee} { // by hand, and in the last round
			if person, there := ready.Workspace.Roster.Find(a); there != (unread != nil) || there && person.Unread == "" {
				t.Errorf("with %v, %s is on the roster: %v, %q; want so only while a line cannot be read, and why", unread, a, there, person.Unread)
			}
		}
		if ready.Workspace.Roster.Has(cem) {
			t.Errorf("with %v, cem is on the roster, who is in no group any more", unread)
		}
	}
}

func TestBookingsOfAGroup(t *testing.T) {
	old, next := scheduler.Booking{Group: "g", Generation: 1, Reviewed: true}, scheduler.Booking{Group: "g", Generation: 2}
	bs := scheduler.Bookings{old, next, {Group: "h", Generation: 1}}
	current, ok := bs.Current("g")
	if !ok || current.Generation != 2 {
		t.Errorf("Current: %+v, %v; want the one that was not reviewed", current, ok)
	}
	if out, ok := bs.RunningOut("g"); !ok || out.Generation != 1 {
		t.Errorf("RunningOut: %+v, %v; want the one that was", out, ok)
	}
	if _, ok := bs.RunningOut("h"); ok {
		t.Error("h has one that runs out")
	}
}

// paged is a store of so many groups, with one booking each, that counts how many of them
// it is asked for at once.
type paged struct {
	scheduler.Store
	groups, most int
}

func (s *paged) BookingRefs(context.Context) (out []scheduler.BookingRef, err error) {
	for i := range s.groups {
		out = append(out, scheduler.BookingRef{Group: fmt.Sprintf("g%04d", i)})
	}
	return out, nil
}

func (s *paged) Bookings(_ context.Context, groups ...string) (out scheduler.Bookings, err error) {
	s.most = max(s.most, len(groups))
	for _, g := range groups {
		if g == "g0450" {
			return nil, schedulertest.ErrFault
		}
		out = append(out, scheduler.Booking{Group: g})
	}
	return out, nil
}

func TestPages(t *testing.T) {
	for _, c := range []struct {
		groups, want int
		err          error
	}{{0, 0, nil}, {1, 1, nil}, {450, 450, nil}, {500, 400, schedulertest.ErrFault}} {
		s, got := &paged{groups: c.groups}, 0
		var failed error
		for page, err := range scheduler.Pages(t.Context(), s) {
			failed = err
			for _, b := range page {
				if want := fmt.Sprintf("g%04d", got); b.Group != want {
					t.Errorf("of %d: %s; want %s", c.groups, b.Group, want)
				}
				got++
			}
		}
		if got != c.want || !errors.Is(failed, c.err) || s.most > scheduler.GroupsAtOnce {
			t.Errorf("of %d: %d in pages of %d, %v; want %d, %v", c.groups, got, s.most, failed, c.want, c.err)
		}
	}
}

// BenchmarkFinish makes the service ready for one of very many formed groups, and finishes
// what is begun for it, of which there is nothing: what a worker does for each series.
func BenchmarkFinish(b *testing.B) {
	for _, n := range []int{2_000, 20_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			w := schedulertest.NewWorld(b, ana, bo)
			w.Workspace.Programs = []scheduler.Program{{Name: "circles"}}
			round := scheduler.Round{Program: "circles", Number: 1}
			for i := range n {
				round.Groups = append(round.Groups, scheduler.Group{Name: fmt.Sprint("circles-", i), Program: "circles", Members: []calendar.Address{ana, bo}})
			}
			if _, err := w.Store.Commit(b.Context(), scheduler.Batch{Round: &round}); err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				s, err := w.Service.Named(b.Context())
				if err == nil {
					err = s.Finish(b.Context(), "circles-7", 0)
				}
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// Of each program the last round is known as it was when the service was made ready, with
// those who left since it was formed; its groups are without them.
func TestLastRounds(t *testing.T) {
	const gone calendar.Address = "gone@acme.example"
	w := schedulertest.NewWorld(t, ana, bo)
	w.Workspace.Programs = []scheduler.Program{{Name: "a"}, {Name: "b"}}
	form := func(program string, number int, members ...calendar.Address) {
		t.Helper()
		group := scheduler.Group{Name: fmt.Sprint(program, number), Program: program, Members: members}
		round := scheduler.Round{Program: program, Number: number, Start: start, Groups: []scheduler.Group{group}, Created: now}
		if _, err := w.Store.Commit(t.Context(), scheduler.Batch{Round: &round}); err != nil {
			t.Fatal(err)
		}
	}
	form("b", 1, ana, bo)
	form("a", 1, ana, bo)
	form("a", 2, ana, bo, gone)
	ready, err := w.Ready(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	form("b", 2, bo, ana)
	for s, want := range map[*scheduler.Service]string{ready: "a2 of 3, b1 of 2, ", w.Service: "a2 of 3, b2 of 2, "} {
		rounds, err := s.LastRounds(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, r := range rounds {
			got += fmt.Sprintf("%s%d of %d, ", r.Program, r.Number, len(r.Groups[0].Members))
		}
		if got != want {
			t.Errorf("last rounds %q, want %q", got, want)
		}
	}
	g := ready.Workspace.Groups
	if len(g) != 2 || len(g[0].Members) != 2 {
		t.Errorf("groups %+v, want two of ana and bo", g)
	}
	if last, err := ready.LastRounds(t.Context()); err != nil || &last[1].Groups[0] != &g[1] || &last[0].Groups[0] == &g[0] {
		t.Errorf("%v; the round of which nobody left shares its groups with the workspace, and no other", err)
	}
}
