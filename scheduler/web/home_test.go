package web_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/repair"
)

// What a move won is told to all whom it concerns; whose conflict it was, to that person
// alone, and not to somebody of the same name.
func TestWhatAMoveWon(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	roster := s.here.Service.Workspace.Roster
	for _, p := range roster.All() {
		p.Name = "Sam Lima" // all of them
		roster.Put(p)
	}
	b := s.book(t)
	sessions, err := b.Series.Occurrences()
	if err != nil {
		t.Fatal(err)
	}
	s.fake.Meet(ana, sessions[0].Interval)
	plan, err := repair.PlanNight(t.Context(), s.here.Service)
	if err != nil {
		t.Fatal(err)
	}
	if err := repair.Apply(t.Context(), s.here.Service, &plan); err != nil {
		t.Fatal(err)
	}
	if plan.Changes[0].Action != scheduler.MoveSession {
		t.Fatalf("changes %+v; want a move", plan.Changes)
	}
	const won = "Moved from Tue 6 Jan 15:00, so that 3 instead of 2 can come"
	if page := s.as(t, ana).read("/"); !strings.Contains(page, won+", you among them.") {
		t.Errorf("the page of whose conflict it was does not say %q to them:\n%s", won, page)
	}
	if page := s.as(t, bo).read("/"); !strings.Contains(page, won+".") || strings.Contains(page, "among them") {
		t.Errorf("the page of another member must say %q, and not whose conflict it was:\n%s", won, page)
	}
}

// The first page shows the next sessions, and says that there are more.
// Who only looks after the pages is not told to wait for a group.
func TestHomeOfWhoIsNotOnTheRoster(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	if page := s.as(t, mia).read("/"); !strings.Contains(page, "You are not on the roster") || strings.Contains(page, "you get an invitation") {
		t.Errorf("the first page of an admin without a group:\n%s", page)
	}
}

func TestHomeSaysWhatItLeavesOut(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.book(t)
	page := s.as(t, ana).read("/")
	shown := strings.Count(page, "<time datetime=")
	if want := fmt.Sprintf("%d more later", b.Series.Count-shown); shown == b.Series.Count || !strings.Contains(page, want) {
		t.Errorf("the page shows %d of %d sessions and does not say %q:\n%s", shown, b.Series.Count, want, page)
	}
}
