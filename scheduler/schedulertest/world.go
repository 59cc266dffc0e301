package schedulertest

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/calendartest"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/agenda"
	"github.com/peerslot/peerslot/scheduler/booking"
	"github.com/peerslot/peerslot/scheduler/planning"
	"github.com/peerslot/peerslot/scheduler/review"
	"github.com/peerslot/peerslot/scheduler/store"
)

// The people of a World, none of whom is in it unasked.
const (
	Organizer = calendar.Address("people-ops@acme.example")
	Ana       = calendartest.Ana
	Bo        = calendartest.Bo
	Cem       = calendartest.Cem
	Dee       = calendar.Address("dee@acme.example")
)

// Now is a Thursday; the series of a World begin on Start, the Monday after it.
var (
	Now   = time.Date(2026, 1, 1, 9, 0, 0, 0, time.UTC)
	Start = availability.Date{Year: 2026, Month: 1, Day: 5}
)

// A World is a workspace with an in-memory calendar and a real store.
type World struct {
	*scheduler.Service
	Fake *calendartest.Fake
	Path string // of the store
}

// NewWorld returns a World of people in Berlin who work from nine to five, at [Now].
func NewWorld(t testing.TB, people ...calendar.Address) *World {
	t.Helper()
	w := &World{Fake: calendartest.NewFake(append(people, Organizer)...), Path: filepath.Join(inMemory(t), "peerslot.db")}
	roster := scheduler.NewRoster()
	for _, a := range people {
		roster.Put(scheduler.Person{Address: a, Zone: "Europe/Berlin", Hours: availability.OfficeHours()})
	}
	w.Service = &scheduler.Service{
		Workspace: scheduler.Workspace{
			Organizer: calendar.Attendee{Address: Organizer}, Zone: "Europe/Berlin",
			Roster: roster, Repair: scheduler.DefaultRepairRules(), Review: scheduler.DefaultReviewRules(),
		},
		Backend: w.Fake,
		Now:     func() time.Time { return Now },
		Agenda: func(p scheduler.Program) (agenda.Agenda, error) {
			a, _ := agenda.BuiltIn(p.Agenda)
			return a, nil
		},
		Holidays:  func(string, availability.Date, availability.Date) ([]availability.Date, error) { return nil, nil },
		AnswerKey: func(bool) ([]byte, error) { return []byte("key"), nil },
	}
	w.newStore(t)
	return w
}

// empty are the bytes of a store in which nothing was saved. To make its tables takes longer
// than most tests do.
var empty = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "peerslot")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "peerslot.db")
	s, err := store.Open(context.Background(), path)
	if err != nil {
		return nil, err
	}
	if err := s.Close(); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

// newStore puts an empty store at w.Path, and opens it.
func (w *World) newStore(t testing.TB) {
	t.Helper()
	data, err := empty()
	if err == nil {
		err = os.WriteFile(w.Path, data, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	w.OpenStore(t)
}

// inMemory returns a folder of the test's own, in memory where the system has a place
// there: tests save so often that most would mainly wait for the disk.
func inMemory(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "peerslot")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// Booked returns a World with one group, g, at tue 15:00 from 6 January on.
func Booked(t testing.TB, members ...calendar.Address) (*World, scheduler.Booking) {
	t.Helper()
	w := NewWorld(t, members...)
	return w, w.BookAt(t, "g", "tue 15:00", members...)
}

// Unbooked returns a World with one group, g, of the program circles, without a series.
func Unbooked(t testing.TB) *World {
	t.Helper()
	w := NewWorld(t, Ana, Bo, Cem)
	program := scheduler.DefaultProgram()
	program.Name = "circles"
	w.Workspace.Programs = []scheduler.Program{program}
	w.NewGroup("g", Ana, Bo, Cem)
	w.Workspace.Groups[0].Program = "circles"
	return w
}

// HandedOver returns Booked with an organizer who changed on 2 February, when nine of the
// thirteen sessions are left; the old one's calendar stands apart.
func HandedOver(t testing.TB) (w *World, old *calendartest.Fake, b scheduler.Booking) {
	t.Helper()
	w, b = Booked(t, Ana, Bo)
	mark := w.Workspace.Mark()
	if _, err := w.Store.Commit(t.Context(), scheduler.Batch{Mark: &mark}); err != nil {
		t.Fatal(err)
	}
	const organizer = calendar.Address("robot@acme.example")
	old, w.Fake = w.Fake, calendartest.NewFake(Ana, Bo, organizer)
	w.Workspace.Organizer.Address, w.Backend, w.Inherits = organizer, w.Fake, true
	w.Formerly = func(context.Context, calendar.Address) (calendar.Backend, error) { return old, nil }
	w.Now = func() time.Time { return At(2, 2, 9).Start }
	return w, old, b
}

// OpenStore opens the store at w.Path, as the next run of the program would.
func (w *World) OpenStore(t testing.TB) {
	t.Helper()
	s, err := store.Open(t.Context(), w.Path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	w.Store = s
}

// NewGroup adds a group, and returns what is asked to have it booked.
func (w *World) NewGroup(name string, members ...calendar.Address) scheduler.Request {
	g := scheduler.Group{Name: name, Members: members}
	w.Workspace.Groups = append(w.Workspace.Groups, g)
	return w.request(g)
}

// Request returns what is asked to have a group booked that there is.
func (w *World) Request(name string) scheduler.Request {
	g, _ := w.Workspace.GroupsByName().Find(name)
	return w.request(g)
}

func (w *World) request(g scheduler.Group) scheduler.Request {
	return scheduler.Request{Group: g, Search: booking.NewSearch(w.Workspace, scheduler.DefaultProgram(), Start)}
}

// Plan plans the bookings.
func (w *World) Plan(t testing.TB, requests ...scheduler.Request) []scheduler.BookingPlan {
	t.Helper()
	plans, err := booking.Plan(t.Context(), w.Service, requests)
	if err != nil {
		t.Fatal(err)
	}
	return plans
}

// MustBook carries a plan out.
func (w *World) MustBook(t testing.TB, p scheduler.BookingPlan) scheduler.Booking {
	t.Helper()
	b, created, err := w.Book(t.Context(), p)
	if err != nil || !created {
		t.Fatalf("Book(%s): created %v, %v", p.Group.Name, created, err)
	}
	return b
}

// BookAt adds a group and books it at a slot.
func (w *World) BookAt(t testing.TB, group, slot string, members ...calendar.Address) scheduler.Booking {
	t.Helper()
	r := w.NewGroup(group, members...)
	r.Slot = Slot(t, slot)
	return w.MustBook(t, w.Plan(t, r)[0])
}

// BusyAtItsSlot gives a person another meeting during every session of the series.
func (w *World) BusyAtItsSlot(a calendar.Address, b scheduler.Booking) {
	for _, o := range calendartest.Sessions(b.Series) {
		w.Fake.Meet(a, o)
	}
}

// NearEnd moves the clock to after all but one session.
func (w *World) NearEnd(b scheduler.Booking) {
	sessions := calendartest.Sessions(b.Series)
	w.Now = func() time.Time { return sessions[len(sessions)-2].End.Add(time.Hour) }
}

// Review plans the review of the one series that is due for it.
func (w *World) Review(t testing.TB) scheduler.ReviewPlan {
	t.Helper()
	plan, err := review.Plan(t.Context(), w.Service, scheduler.ReviewOptions{})
	reviews := Reviews(t, plan)
	if err != nil || len(reviews) != 1 {
		t.Fatalf("review.Plan: %+v, %v; want one review", reviews, err)
	}
	return reviews[0]
}

// Reviews returns the reviews of a plan.
func Reviews(t testing.TB, plan scheduler.ReviewsPlan) []scheduler.ReviewPlan {
	t.Helper()
	var out []scheduler.ReviewPlan
	for r, err := range plan.All() {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, r)
	}
	return out
}

// Puts returns the UIDs of the series that were put, in order.
func (w *World) Puts() []calendar.UID {
	var out []calendar.UID
	for _, c := range w.Fake.Calls() {
		if c.Method == "Put" {
			out = append(out, c.UID)
		}
	}
	return out
}

// At returns an hour's interval on a date of 2026, on the wall clock of Berlin.
func At(month time.Month, day, hour int) availability.Interval {
	berlin, err := availability.LoadZone("Europe/Berlin")
	if err != nil {
		panic(err)
	}
	start := time.Date(2026, month, day, hour, 0, 0, 0, berlin)
	return availability.Interval{Start: start, End: start.Add(time.Hour)}
}

// Slot reads a slot of an hour in Berlin, such as tue 15:00.
func Slot(t testing.TB, text string) availability.Slot {
	t.Helper()
	slot, err := availability.ParseSlot(text, time.Hour, "Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	return slot
}

// ErrFault is what Failing fails with.
var ErrFault = errors.New("no answer")

// Failing returns a hook that fails the nth call of the method, counted from 1.
func Failing(method string, nth int) func(context.Context, calendartest.Call) error {
	return func(_ context.Context, c calendartest.Call) error {
		if c.Method == method {
			if nth--; nth == 0 {
				return ErrFault
			}
		}
		return nil
	}
}

// ReadNight reads all that a night is planned from, at once.
func ReadNight(t testing.TB, s *scheduler.Service) planning.Snapshot {
	t.Helper()
	night, err := planning.Tonight(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	snapshot, err := night.Read(t.Context(), slices.Concat(slices.Collect(night.Parts(planning.PeopleAtOnce))...))
	if err != nil {
		t.Fatal(err)
	}
	return snapshot
}
