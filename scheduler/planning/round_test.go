package planning_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/planning"
)

// A round that replaces groups lets their series run out, and is formed once.
func TestSaveRound(t *testing.T) {
	w, b := booked(t, ana, bo)
	other := w.BookAt(t, "h", "wed 15:00", ana, bo)
	w.Workspace.Programs = []scheduler.Program{{Name: "circles"}}
	round := scheduler.Round{Program: "circles", Number: 1, Start: start, Groups: []scheduler.Group{{Name: "circles-1-amber", Members: []calendar.Address{ana, bo}}}}
	if err := planning.SaveRound(t.Context(), w.Service, round, []string{"circles-1-amber"}, []string{"g"}); err != nil {
		t.Fatal(err)
	}
	bookings, err := w.Store.Bookings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, got := range bookings {
		if got.Reviewed != (got.Series.UID == b.Series.UID) || got.State != scheduler.Booked {
			t.Errorf("%s: reviewed %v, %s; want that g alone runs out", got.Group, got.Reviewed, got.State)
		}
	}
	if ready, err := w.Ready(t.Context()); err != nil || !slices.ContainsFunc(ready.Workspace.Groups, func(g scheduler.Group) bool { return g.Name == "circles-1-amber" }) {
		t.Errorf("ready: %v; want the new group", err)
	}
	if err := planning.SaveRound(t.Context(), w.Service, round, nil, nil); !errors.Is(err, scheduler.ErrFormed) {
		t.Errorf("the same round again: got %v, want ErrFormed", err)
	}
	running, err := planning.Running(t.Context(), w.Service, []string{"g"})
	last, _ := b.Series.LastEnd()
	if err != nil || len(running) != 1 || running["g"] != availability.DateOf(last) {
		t.Errorf("running %v, %v; want g until its last session", running, err)
	}
	w.Now = func() time.Time { return last.AddDate(0, 0, 14) }
	if running, err := planning.Running(t.Context(), w.Service, []string{"g", other.Group}); err != nil || len(running) != 0 {
		t.Errorf("running %v, %v; want none after the last session", running, err)
	}
}

func TestAlsoMet(t *testing.T) {
	w := scheduler.Workspace{Programs: []scheduler.Program{{Name: "a", Kind: scheduler.Pair}, {Name: "b", Kind: scheduler.Pair}, {Name: "c", Kind: scheduler.Circle}}}
	for _, c := range []struct {
		program scheduler.Program
		want    []string
	}{
		{w.Programs[0], []string{"b"}},
		{w.Programs[2], nil},
		{scheduler.Program{Name: "a", Kind: scheduler.Pair, AlsoMet: []string{}}, nil},
		{scheduler.Program{Name: "a", Kind: scheduler.Pair, AlsoMet: []string{"c", "a"}}, []string{"c"}},
	} {
		if got := planning.AlsoMet(w, c.program); !slices.Equal(got, c.want) {
			t.Errorf("%+v: %v; want %v", c.program, got, c.want)
		}
	}
}
