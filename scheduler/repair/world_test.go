package repair_test

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/calendartest"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/agenda"
	"github.com/peerslot/peerslot/scheduler/booking"
	"github.com/peerslot/peerslot/scheduler/repair"
	"github.com/peerslot/peerslot/scheduler/report"
	"github.com/peerslot/peerslot/scheduler/store"
)

const organizer = calendar.Address("people-ops@acme.example")

// now is a Thursday; the series of the tests begin on the Monday after it.
var now = time.Date(2026, 1, 1, 9, 0, 0, 0, time.UTC)

var start = availability.Date{Year: 2026, Month: 1, Day: 5}

// A world is a workspace with an in-memory calendar and a real store.
type world struct {
	*scheduler.Service
	fake *calendartest.Fake
	path string // of the store
}

func newWorld(t testing.TB, people ...calendar.Address) *world {
	t.Helper()
	w := &world{fake: calendartest.NewFake(append(people, organizer)...), path: filepath.Join(t.TempDir(), "peerslot.db")}
	roster := scheduler.Roster{}
	for _, a := range people {
		roster[a] = scheduler.Person{Address: a, Zone: "Europe/Berlin", Hours: availability.OfficeHours()}
	}
	w.Service = &scheduler.Service{
		Workspace: scheduler.Workspace{
			Organizer: calendar.Attendee{Address: organizer}, Zone: "Europe/Berlin",
			Roster: roster, Repair: scheduler.RepairRules{Horizon: 28 * 24 * time.Hour, Notice: 24 * time.Hour, MinGain: 1, MovesPerSession: 1, PerMonth: 10, CancelWithin: 28 * 24 * time.Hour}, Review: scheduler.DefaultReviewRules(),
		},
		Backend: w.fake,
		Now:     func() time.Time { return now },
		Agenda: func(p scheduler.Program) (agenda.Agenda, error) {
			a, _ := agenda.BuiltIn(p.Agenda)
			return a, nil
		},
		Holidays:  func(string, availability.Date, availability.Date) ([]availability.Date, error) { return nil, nil },
		AnswerKey: func(bool) ([]byte, error) { return []byte("key"), nil },
	}
	w.openStore(t)
	return w
}

// openStore opens the store at w.path, as the next run of the program would.
func (w *world) openStore(t testing.TB) {
	t.Helper()
	s, err := store.Open(t.Context(), w.path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	w.Store = s
}

func (w *world) group(name string, members ...calendar.Address) scheduler.Request {
	g := scheduler.Group{Name: name, Members: members}
	w.Workspace.Groups = append(w.Workspace.Groups, g)
	p := scheduler.DefaultProgram()
	return scheduler.Request{Group: g, Search: booking.NewSearch(w.Workspace, p, start)}
}

func (w *world) plan(t *testing.T, requests ...scheduler.Request) []scheduler.BookingPlan {
	t.Helper()
	plans, err := booking.Plan(t.Context(), w.Service, requests)
	if err != nil {
		t.Fatal(err)
	}
	return plans
}

func (w *world) book(t *testing.T, p scheduler.BookingPlan) scheduler.Booking {
	t.Helper()
	b, created, err := w.Book(t.Context(), p)
	if err != nil || !created {
		t.Fatalf("Book(%s): created %v, %v", p.Group.Name, created, err)
	}
	return b
}

// puts returns the UIDs that were put, in order.
func (w *world) puts() []calendar.UID {
	var out []calendar.UID
	for _, c := range w.fake.Calls() {
		if c.Method == "Put" {
			out = append(out, c.UID)
		}
	}
	return out
}

// at returns an hour's interval on a date of 2026, on the wall clock of Berlin.
func at(month time.Month, day, hour int) availability.Interval {
	berlin, err := availability.LoadZone("Europe/Berlin")
	if err != nil {
		panic(err)
	}
	start := time.Date(2026, month, day, hour, 0, 0, 0, berlin)
	return availability.Interval{Start: start, End: start.Add(time.Hour)}
}

var (
	ana = calendar.Address("ana@acme.example")
	bo  = calendar.Address("bo@acme.example")
	cem = calendar.Address("cem@acme.example")
	dee = calendar.Address("dee@acme.example")
)

// booked returns a world with one group at tue 15:00 from 6 January on.
func booked(t *testing.T, members ...calendar.Address) (*world, scheduler.Booking) {
	t.Helper()
	w := newWorld(t, members...)
	return w, w.bookAt(t, "g", "tue 15:00", members...)
}

// bookAt books a group at a slot.
func (w *world) bookAt(t *testing.T, group, text string, members ...calendar.Address) scheduler.Booking {
	t.Helper()
	r := w.group(group, members...)
	slot, err := availability.ParseSlot(text, time.Hour, "Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	r.Slot = slot
	return w.book(t, w.plan(t, r)[0])
}

func (w *world) repair(t *testing.T) scheduler.RepairPlan {
	t.Helper()
	plan, err := repair.PlanNight(t.Context(), w.Service)
	if err != nil {
		t.Fatal(err)
	}
	if err := repair.Apply(t.Context(), w.Service, &plan); err != nil {
		t.Fatal(err)
	}
	return plan
}

// wantQuiet checks that another pass finds nothing to change.
func (w *world) wantQuiet(t *testing.T) {
	t.Helper()
	puts := len(w.puts())
	if again := w.repair(t); len(again.Bookings) != 0 || len(w.puts()) != puts {
		t.Errorf("a second pass changes %+v; want nothing", again.Changes)
	}
}

func actions(plan scheduler.RepairPlan) string {
	var out []string
	for _, c := range plan.Changes {
		if c.Action == scheduler.ByHand {
			continue // which is theirs
		}
		out = append(out, string(c.Action))
	}
	return strings.Join(out, " ")
}

// words says what the plan found, as people read it.
func words(plan scheduler.RepairPlan) string {
	var out []string
	for _, f := range plan.Findings {
		out = append(out, report.Words(scheduler.Workspace{}, f, nil))
	}
	return strings.Join(out, "\n")
}

func (w *world) planOnly(t *testing.T) scheduler.RepairPlan {
	t.Helper()
	plan, err := repair.PlanNight(t.Context(), w.Service)
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

func (w *world) apply(t *testing.T, plan *scheduler.RepairPlan) {
	t.Helper()
	if err := repair.Apply(t.Context(), w.Service, plan); err != nil {
		t.Fatal(err)
	}
}
