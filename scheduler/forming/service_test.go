package forming_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/forming"
	"github.com/peerslot/peerslot/scheduler/planning"
	"github.com/peerslot/peerslot/scheduler/schedulertest"
)

// A round is planned from what the store knows: who met, in other programs of the kind and
// elsewhere too, and whose groups it replaces, whose series run out. It is saved once.
func TestARoundFromTheStore(t *testing.T) {
	const ana, bo, cem, dee = schedulertest.Ana, schedulertest.Bo, schedulertest.Cem, schedulertest.Dee
	w := schedulertest.NewWorld(t, ana, bo, cem, dee)
	coffee := program(scheduler.Pair, 2, 2)
	coffee.Name = "coffee"
	w.Workspace.Programs = []scheduler.Program{program(scheduler.Pair, 2, 2), coffee}
	met := schedulertest.Round("coffee", 1) // ana with bo, cem with dee
	if _, err := w.Store.Commit(t.Context(), scheduler.Batch{Round: &met}); err != nil {
		t.Fatal(err)
	}
	request := forming.Request{Program: w.Workspace.Programs[0], Start: start}
	request.Past = []scheduler.Round{{Program: "p", Groups: []scheduler.Group{{Members: []calendar.Address{ana, cem}}, {Members: []calendar.Address{bo, dee}}}}}
	plan := func(s *scheduler.Service) forming.Plan {
		t.Helper()
		p, err := forming.PlanRound(t.Context(), s, request)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	first := plan(w.Service)
	if !slices.ContainsFunc(first.Groups, func(g forming.Group) bool { return slices.Equal(g.Members, []calendar.Address{ana, dee}) }) || first.Repeats != 0 {
		t.Errorf("groups %+v, %d repeats; want ana with dee, whom she has not met", first.Groups, first.Repeats)
	}
	if err := forming.Save(t.Context(), w.Service, first); err != nil {
		t.Fatal(err)
	}
	if err := forming.Save(t.Context(), w.Service, first); !errors.Is(err, scheduler.ErrFormed) {
		t.Errorf("saved once more: %v; want ErrFormed", err)
	}
	ready, err := w.Ready(t.Context())
	if err != nil || len(ready.Workspace.Groups) != 2+2 {
		t.Fatalf("groups %+v, %v; want those of both programs", ready.Workspace.Groups, err)
	}
	old := first.Groups[0].Name
	there := &schedulertest.World{Service: ready}
	b := there.MustBook(t, there.Plan(t, there.Request(old))[0])
	next := plan(ready)
	if next.Round.Number != 2 || !slices.Contains(next.Replaced, old) {
		t.Fatalf("round %d, replaces %v; want 2, and %s replaced", next.Round.Number, next.Replaced, old)
	}
	running, err := planning.Running(t.Context(), ready, next.Replaced)
	if err != nil {
		t.Fatal(err)
	}
	out := next.Report(running)
	if len(out.Groups) != 2 || out.Round != 2 || len(out.Running) != 1 || out.Running[0].Group != old || out.Groups[0].Slot == "" || out.Groups[0].Met != 1 {
		t.Errorf("it is told as %+v; want both groups, who have met, and that %s runs on", out, old)
	}
	if err := forming.Save(t.Context(), ready, next); err != nil {
		t.Fatal(err)
	}
	if all, err := w.Store.BookingsOf(t.Context(), old); err != nil || !all[0].Reviewed || all[0].Series.UID != b.Series.UID {
		t.Errorf("the series of %s: %+v, %v; want it to run out", old, all, err)
	}
}
