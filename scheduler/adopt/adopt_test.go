package adopt_test

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/adopt"
	"github.com/peerslot/peerslot/scheduler/booking"
	"github.com/peerslot/peerslot/scheduler/review"
	"github.com/peerslot/peerslot/scheduler/schedulertest"
)

// What another workspace of the same organizer booked is left to that one; what was booked
// before the workspace had a name goes on.
func TestAdoptLeavesOtherWorkspacesAlone(t *testing.T) {
	for name, row := range map[string]struct {
		before, after string
		want          int
	}{
		"its own":                    {"emea", "emea", 1},
		"of another":                 {"apac", "emea", 0},
		"of a time without a name":   {"", "emea", 1},
		"of one that has a name now": {"emea", "", 1},
	} {
		w := schedulertest.NewWorld(t, ana, bo)
		w.Workspace.ID = row.before
		w.MustBook(t, w.Plan(t, w.NewGroup("g", ana, bo))[0])
		w.Workspace.ID, w.Path = row.after, filepath.Join(t.TempDir(), "another.db")
		w.OpenStore(t)
		if plan, err := adopt.Plan(t.Context(), w.Service); err != nil || len(plan.Bookings) != row.want {
			t.Errorf("%s: %+v, %v; want %d bookings", name, plan, err, row.want)
		}
	}
}

// A store that was lost is rebuilt from the organizer's calendar: each group goes on
// where it was, and the next night finds nothing to do.
func TestAdopt(t *testing.T) {
	w, b := booked(t, ana, bo)
	program := scheduler.DefaultProgram()
	program.Name = "pairs"
	w.Workspace.Programs = []scheduler.Program{program}
	formed := scheduler.Group{Name: "pairs-3-amber", Program: "pairs", Members: []calendar.Address{ana, bo}}
	w.MustBook(t, w.Plan(t, scheduler.Request{Group: formed, Search: booking.NewSearch(w.Workspace, program, start)})[0])
	sessions, err := b.Series.Occurrences()
	if err != nil {
		t.Fatal(err)
	}
	w.Fake.ByHand(b.Series.UID, calendar.Override{Original: sessions[4].Original, Moved: availability.Interval{Start: sessions[4].Start.Add(time.Hour), End: sessions[4].End.Add(time.Hour)}})

	w.Path = filepath.Join(t.TempDir(), "another.db")
	w.OpenStore(t)
	plan, err := adopt.Plan(t.Context(), w.Service)
	if err != nil || len(plan.Bookings) != 2 || len(plan.Rounds) != 1 || len(plan.Findings) != 0 {
		t.Fatalf("adopt.Plan: %+v, %v; want two bookings and a round", plan, err)
	}
	if r := plan.Rounds[0]; r.Number != 3 || len(r.Groups) != 1 || r.Groups[0].Name != "pairs-3-amber" || len(r.Groups[0].Members) != 2 {
		t.Errorf("round %+v; want the third, of the one group", r)
	}
	if err := adopt.Apply(t.Context(), w.Service, plan); err != nil {
		t.Fatal(err)
	}
	turn, err := w.Turn(t.Context(), scheduler.TurnOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer turn.End()
	bookings, err := turn.Store.Bookings(t.Context())
	if err != nil || len(bookings) != 2 {
		t.Fatalf("bookings %v, %v; want both", bookings, err)
	}
	got, _ := bookings.Current("g")
	if got.Generation != 1 || got.Series.UID != b.Series.UID || len(got.ByHand) != 1 || !got.ByHand[0].Equal(sessions[4].Original) || len(got.Invited) != 2 {
		t.Errorf("adopted %+v; want g's first series, its fifth session set by hand", got)
	}
	if got, _ := bookings.Current("pairs-3-amber"); got.Program != "pairs" || got.Rules.Kind != scheduler.Circle || got.Loose {
		t.Errorf("adopted %+v; want a booking of the program", got)
	}
	if len(turn.Workspace.Groups) != 2 {
		t.Errorf("groups %+v; want the formed one, too", turn.Workspace.Groups)
	}
	again, err := adopt.Plan(t.Context(), turn.Service)
	if err != nil || len(again.Bookings)+len(again.Rounds) != 0 {
		t.Errorf("adopted again: %+v, %v; want nothing", again, err)
	}
	if plans := w.Plan(t, scheduler.Request{Group: w.Workspace.Groups[0], Search: booking.NewSearch(w.Workspace, scheduler.DefaultProgram(), start)}); plans[0].Existing == nil {
		t.Error("g would be booked a second time")
	}
}

// What is over, and what the next series has followed already, is adopted as such.
func TestAdoptKeepsTheOrder(t *testing.T) {
	w, b := booked(t, ana, bo)
	w.NearEnd(b)
	r := w.Review(t)
	next, err := review.Apply(t.Context(), w.Service, r)
	if err != nil {
		t.Fatal(err)
	}
	w.Path = filepath.Join(t.TempDir(), "another.db")
	w.OpenStore(t)
	plan, err := adopt.Plan(t.Context(), w.Service)
	if err != nil || len(plan.Bookings) != 2 {
		t.Fatalf("adopt.Plan: %+v, %v; want two bookings", plan, err)
	}
	if one, two := plan.Bookings[0], plan.Bookings[1]; !one.Reviewed || one.Generation != 1 || two.Reviewed || two.Generation != 2 || two.Series.UID != next.Series.UID {
		t.Errorf("adopted %+v and %+v; want the one that runs out, and the next", one, two)
	}
	w.Now = func() time.Time { return time.Date(2026, 5, 1, 9, 0, 0, 0, time.UTC) }
	if plan, err = adopt.Plan(t.Context(), w.Service); err != nil || plan.Bookings[0].State != scheduler.Ended || plan.Bookings[1].State != scheduler.Booked {
		t.Errorf("in May: %+v, %v; want that the first has ended", plan.Bookings, err)
	}
}

// BenchmarkPlan adopts the series of many groups, each named in the configuration. What a
// group costs must not grow with their number.
func BenchmarkPlan(b *testing.B) {
	for _, groups := range []int{2_000, 20_000} {
		b.Run(fmt.Sprint(groups), func(b *testing.B) {
			w, first := booked(b, ana, bo)
			w.Workspace.Groups = nil
			for i := range groups {
				s := first.Series
				s.Group, s.Version = fmt.Sprintf("g%05d", i), ""
				s.UID = w.Workspace.UID(s.Group, 1)
				w.Workspace.Groups = append(w.Workspace.Groups, scheduler.Group{Name: s.Group, Members: []calendar.Address{ana, bo}})
				if _, err := w.Fake.Put(b.Context(), s); err != nil {
					b.Fatal(err)
				}
			}
			for b.Loop() {
				if plan, err := adopt.Plan(b.Context(), w.Service); err != nil || len(plan.Bookings) != groups {
					b.Fatalf("adopted %d, %v; want %d", len(plan.Bookings), err, groups)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*groups), "µs/group")
		})
	}
}
