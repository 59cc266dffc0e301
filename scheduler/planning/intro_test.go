package planning_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/planning"
	"github.com/peerslot/peerslot/scheduler/schedulertest"
)

// An introduction says who is together, why, when they meet and who leads, as it is
// now.
func TestIntro(t *testing.T) {
	w := schedulertest.Unbooked(t)
	w.Workspace.Programs[0].Focus = "Leading remote teams"
	w.Workspace.Programs[0].Apart = []scheduler.Rule{scheduler.ReportingLine}
	for i, a := range []calendar.Address{ana, bo, cem} {
		p := w.Workspace.Roster.Of(a)
		p.Role, p.Team, p.Location = "engineering manager", []string{"payments", "ledger", "search"}[i], "Lisbon"
		w.Workspace.Roster.Put(p)
	}
	intro := func() string {
		t.Helper()
		text, err := planning.Intro(t.Context(), w.Service, "g")
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	before := intro()
	for _, want := range []string{"Leading remote teams", "engineering manager, payments, Lisbon", "you do the same work (engineering manager) in 3 teams, and nobody here reports to anybody else here."} {
		if !strings.Contains(before, want) {
			t.Errorf("the introduction lacks %q:\n%s", want, before)
		}
	}
	if strings.Contains(before, "\n\n\n") {
		t.Errorf("a gap where the time would be:\n%q", before)
	}
	if strings.Contains(before, "Europe/Berlin") {
		t.Errorf("a time, before anything is booked:\n%s", before)
	}
	b := w.MustBook(t, w.Plan(t, w.Request("g"))[0])
	if text := intro(); !strings.Contains(text, "Monday 09:00 (Europe/Berlin), weekly") || !strings.Contains(text, "first on Monday 5 January, 09:00") || !strings.Contains(text, w.Workspace.Name(b.Facilitators[0])) {
		t.Errorf("once it is booked:\n%s", text)
	}
	w.Now = func() time.Time { return at(1, 5, 11).Start }
	if text := intro(); !strings.Contains(text, "next on Monday 12 January, 09:00") || strings.Contains(text, "first session") {
		t.Errorf("after the first session:\n%s", text)
	}
	p := w.Workspace.Roster.Of(cem)
	p.Role = "designer"
	w.Workspace.Roster.Put(p)
	if text := intro(); !strings.Contains(text, "you are peers in 3 teams") {
		t.Errorf("people of other work:\n%s", text)
	}
	if _, err := planning.Intro(t.Context(), w.Service, "nobody"); !errors.As(err, new(*scheduler.UnknownGroupError)) {
		t.Errorf("an unknown group: got %v", err)
	}
	w.Workspace.Programs = nil
	if _, err := planning.Intro(t.Context(), w.Service, "g"); err == nil || !strings.Contains(err.Error(), `no program "circles"`) {
		t.Errorf("without its program: got %v", err)
	}
}
