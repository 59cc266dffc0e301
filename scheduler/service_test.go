package scheduler_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/calendartest"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/agenda"
	"github.com/peerslot/peerslot/scheduler/booking"
	"github.com/peerslot/peerslot/scheduler/planning"
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
			Roster: roster, Repair: scheduler.DefaultRepairRules(), Review: scheduler.DefaultReviewRules(),
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

func TestBookTakesTheBestSlot(t *testing.T) {
	w := newWorld(t, ana, bo)
	for week := range 13 {
		monday := at(1, 5, 9).Start.AddDate(0, 0, 7*week)
		w.fake.Meet(ana, availability.Interval{Start: monday, End: monday.AddDate(0, 0, 1)}) // Mondays are gone
	}
	b := w.book(t, w.plan(t, w.group("g", ana, bo))[0])
	if got := b.Series.Slot.String(); got != "tue 09:00" {
		t.Errorf("slot %s; want the first one free in all weeks, tue 09:00", got)
	}
	if b.Series.Count != 13 || b.Attendance != 26 || b.Possible != 26 || b.State != scheduler.Booked {
		t.Errorf("booking is %d sessions, %d of %d, %s; want 13, 26 of 26, booked", b.Series.Count, b.Attendance, b.Possible, b.State)
	}
	there, err := w.Backend.Get(t.Context(), b.Series.UID)
	if err != nil || !there.Same(b.Series) {
		t.Errorf("on the calendar: %+v, %v; want what the booking says", there, err)
	}
	if !strings.Contains(there.Description, "Check-in") {
		t.Errorf("the invite has no agenda: %q", there.Description)
	}
}

func TestBookTwiceIsOneSeries(t *testing.T) {
	w := newWorld(t, ana, bo)
	r := w.group("g", ana, bo)
	first := w.plan(t, r)[0] // both plans are made before either is carried out
	second := w.plan(t, r)[0]
	b := w.book(t, first)
	again, created, err := w.Book(t.Context(), second)
	if err != nil || created {
		t.Fatalf("second Book: created %v, %v; want the series that is there", created, err)
	}
	if diff := cmp.Diff(b, again); diff != "" {
		t.Errorf("second Book differs from the first (-first +second):\n%s", diff)
	}
	third := w.plan(t, r)[0]
	if third.Existing == nil || third.Existing.Series.UID != b.Series.UID {
		t.Errorf("a later plan does not know the series: %+v", third.Existing)
	}
	if got := w.fake.Told(ana); got != 1 || len(w.puts()) != 1 {
		t.Errorf("ana was told %d times in %d puts; want 1 in 1", got, len(w.puts()))
	}
}

func TestGroupsThatShareMembersDoNotCollide(t *testing.T) {
	w := newWorld(t, ana, bo, cem, dee)
	plans := w.plan(t, w.group("one", ana, bo), w.group("two", bo, cem), w.group("three", bo, dee))
	taken := map[time.Time]string{}
	for _, p := range plans {
		sessions, err := p.Booking.Series.Occurrences()
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range sessions {
			if other, ok := taken[o.Start]; ok {
				t.Errorf("bo has %s and %s at %s", other, p.Group.Name, o.Start)
			}
			taken[o.Start] = p.Group.Name
		}
		if p.Attendance() != 26 {
			t.Errorf("%s: attendance %d; want 26, there is room for all", p.Group.Name, p.Attendance())
		}
	}
}

// Who is invited under another of their addresses is busy all the same, once.
func TestAnAliasBlocksElsewhere(t *testing.T) {
	w, b := booked(t, ana, bo, cem)
	person := w.Workspace.Roster[ana]
	person.Aliases = []calendar.Address{"a.lima@acme.example"}
	w.Workspace.Roster[ana] = person
	b.Series.Attendees = slices.Concat([]calendar.Attendee{{Address: "a.lima@acme.example"}}, b.Series.Attendees)
	whole := availability.Interval{Start: now, End: now.AddDate(0, 6, 0)}
	for _, invited := range [][]calendar.Attendee{b.Series.Attendees, b.Series.Attendees[:1]} {
		b.Series.Attendees = invited
		p, err := planning.New(planning.Snapshot{Workspace: w.Workspace, Bookings: scheduler.Bookings{b}, Window: whole, Now: now})
		if err != nil {
			t.Fatal(err)
		}
		if got := p.Taken([]calendar.Address{ana}, ""); len(got) != b.Series.Count {
			t.Errorf("invited as %v: ana has %d sessions, want %d", invited, len(got), b.Series.Count)
		}
		sessions, err := b.Series.Occurrences()
		if err != nil {
			t.Fatal(err)
		}
		members, err := p.Members(scheduler.Group{Name: "h", Members: []calendar.Address{ana}}, "")
		if err != nil {
			t.Fatal(err)
		}
		if can, _ := members[0].CanAttend(sessions[0].Interval); can != availability.No {
			t.Errorf("invited as %v: ana's time is %v for another group, want that she cannot", invited, can)
		}
	}
}

// Sessions that a member declined take none of their time when another group is booked.
func TestDeclinedSessionsBlockNoBooking(t *testing.T) {
	w := newWorld(t, ana, bo, cem)
	b := w.bookAt(t, "one", "tue 15:00", ana, bo)
	w.fake.Reply(b.Series.UID, ana, time.Time{}, calendar.Declined)
	there, err := w.Backend.Get(t.Context(), b.Series.UID)
	if err != nil {
		t.Fatal(err)
	}
	b.Series = there
	if _, err := w.Store.Commit(t.Context(), scheduler.Batch{Bookings: []scheduler.Booking{b}}); err != nil {
		t.Fatal(err)
	}
	r := w.group("two", ana, cem)
	r.Slot = b.Series.Slot
	if p := w.plan(t, r)[0]; p.Candidate.Attendance != 26 {
		t.Errorf("%d of 26 attendances; want all, ana declined the other series", p.Candidate.Attendance)
	}
}

func TestTheMostConstrainedGroupGoesFirst(t *testing.T) {
	w := newWorld(t, ana, bo, cem)
	bos := w.Workspace.Roster[cem]
	bos.Hours = availability.Hours{}
	if err := bos.Hours.Set("mon", "09:00-10:00"); err != nil {
		t.Fatal(err)
	}
	w.Workspace.Roster[cem] = bos // cem can only at mon 09:00, which the other group would take
	plans := w.plan(t, w.group("easy", ana, bo), w.group("hard", bo, cem))
	if got := plans[1].Candidate.Slot.String(); got != "mon 09:00" || plans[1].Attendance() != 26 {
		t.Errorf("hard: %s with %d; want mon 09:00 with 26", got, plans[1].Attendance())
	}
	if got := plans[0].Candidate.Slot.String(); got == "mon 09:00" || plans[0].Attendance() != 26 {
		t.Errorf("easy: %s with %d; want another slot with 26", got, plans[0].Attendance())
	}
}

func TestBadWeeksAreMovedAtBooking(t *testing.T) {
	w := newWorld(t, ana, bo)
	r := w.group("g", ana, bo)
	slot, err := availability.ParseSlot("tue 15:00", time.Hour, "Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	r.Slot = slot
	w.fake.Meet(ana, at(1, 6, 15))
	w.fake.Meet(ana, at(1, 13, 15)) // beyond the horizon of repair, which does not count here
	p := w.plan(t, r)[0]
	if len(p.Moves) != 2 {
		t.Fatalf("moves: %+v; want both bad weeks", p.Moves)
	}
	m := p.Moves[0]
	if !m.From.Start.Equal(at(1, 6, 15).Start) || !m.To.Start.Equal(at(1, 6, 14).Start) || m.Before != 1 || m.After != 2 {
		t.Errorf("move %v -> %v, %d -> %d; want 15:00 -> 14:00 of that Tuesday (the earlier of the two nearest), 1 -> 2", m.From, m.To, m.Before, m.After)
	}
	b := w.book(t, p)
	o := b.Series.Override(at(1, 6, 15).Start)
	if !o.Moved.Start.Equal(m.To.Start) || !strings.Contains(o.Note, "15:00") || !strings.Contains(o.Note, "14:00") || !strings.Contains(o.Note, "ana") {
		t.Errorf("override %+v; want the move, with old time, new time and who gains", o)
	}
	r.Stay = true
	r.Group.Name = "h"
	if p := w.plan(t, r)[0]; len(p.Moves) != 0 {
		t.Errorf("moves in spite of Stay: %+v", p.Moves)
	}
}

func TestUnknownIsNamedAndNeverCounted(t *testing.T) {
	w := newWorld(t, ana, bo)
	w.fake.Break(bo)
	p := w.plan(t, w.group("g", ana, bo))[0]
	if p.Problem != nil || p.Attendance() != 13 {
		t.Errorf("attendance %d, problem %v; want 13: ana's alone", p.Attendance(), p.Problem)
	}
	if len(p.Unknown) != 1 || p.Unknown[0].Person != bo || p.Unknown[0].Reason == "" {
		t.Errorf("unknown: %+v; want bo, with a reason", p.Unknown)
	}
	if len(p.Moves) != 0 {
		t.Errorf("moves %+v; what is unknown causes none", p.Moves)
	}
}

func TestNobodyCanEver(t *testing.T) {
	w := newWorld(t, ana, bo)
	for a, p := range w.Workspace.Roster {
		p.Hours = availability.Hours{}
		w.Workspace.Roster[a] = p
	}
	p := w.plan(t, w.group("g", ana, bo))[0]
	if !errors.Is(p.Problem, booking.ErrNoSlot) {
		t.Fatalf("problem %v; want ErrNoSlot", p.Problem)
	}
	if _, _, err := w.Book(t.Context(), p); !errors.Is(err, booking.ErrNoSlot) {
		t.Errorf("Book: %v; want ErrNoSlot", err)
	}
}

// A run may end at any call of the calendar. The next one finishes its work, and
// nobody is told twice.
func TestInterruptedBookingIsFinished(t *testing.T) {
	for _, fault := range []string{"before Put", "after Put"} {
		when, method, _ := strings.Cut(fault, " ")
		t.Run(fault, func(t *testing.T) {
			w := newWorld(t, ana, bo)
			p := w.plan(t, w.group("g", ana, bo))[0]
			broken := errors.New("the connection broke")
			fail := func(_ context.Context, c calendartest.Call) error {
				if c.Method == method {
					return broken
				}
				return nil
			}
			if when == "before" {
				w.fake.Before = fail
			} else {
				w.fake.After = fail
			}
			if _, _, err := w.Book(t.Context(), p); !errors.Is(err, broken) {
				t.Fatalf("Book: %v; want the fault", err)
			}
			w.fake.Before, w.fake.After = nil, nil
			w.openStore(t)
			if err := w.Resume(t.Context()); err != nil {
				t.Fatal(err)
			}
			again := w.plan(t, w.Request("g"))[0]
			if again.Existing == nil {
				w.book(t, again)
			}
			w.wantOneSeries(t, "g")
		})
	}
}

// Request returns the request for a group that group made before.
func (w *world) Request(name string) scheduler.Request {
	g, err := w.Service.Group(name)
	if err != nil {
		panic(err)
	}
	return scheduler.Request{Group: g, Search: booking.NewSearch(w.Workspace, scheduler.DefaultProgram(), start)}
}

func (w *world) wantOneSeries(t *testing.T, group string) {
	t.Helper()
	bookings, err := w.Store.Bookings(t.Context())
	if err != nil || len(bookings) != 1 || bookings[0].State != scheduler.Booked {
		t.Fatalf("bookings %+v, %v; want one of %s, booked", bookings, err, group)
	}
	if _, err := w.Backend.Get(t.Context(), bookings[0].Series.UID); err != nil {
		t.Errorf("the series is not on the calendar: %v", err)
	}
	uids := w.puts()
	slices.Sort(uids)
	if uids = slices.Compact(uids); len(uids) != 1 {
		t.Errorf("series put: %v; want one", uids)
	}
	if got := w.fake.Told(ana); got != 1 {
		t.Errorf("ana was told %d times; want once", got)
	}
}

// lostStore books a group, has f do something to the calendar, loses the store, and
// books the group again the day after.
func lostStore(t *testing.T, f func(w *world, b scheduler.Booking)) (w *world, was, is scheduler.Booking, created bool) {
	t.Helper()
	w = newWorld(t, ana, bo)
	was = w.book(t, w.plan(t, w.group("g", ana, bo))[0])
	f(w, was)
	w.path = filepath.Join(t.TempDir(), "new.db")
	w.openStore(t)
	w.Now = func() time.Time { return now.AddDate(0, 0, 1) }
	is, created, err := w.Book(t.Context(), w.plan(t, w.Request("g"))[0])
	if err != nil {
		t.Fatal(err)
	}
	return w, was, is, created
}

func TestLostStoreFindsItsSeries(t *testing.T) {
	w, was, is, created := lostStore(t, func(*world, scheduler.Booking) {})
	if created || is.Series.UID != was.Series.UID {
		t.Errorf("Book with a new store: uid %s, created %v; want the series that is there, %s", is.Series.UID, created, was.Series.UID)
	}
	w.wantOneSeries(t, "g")
}

// The name of a series that was cancelled is used up.
func TestLostStoreAfterACancel(t *testing.T) {
	w, was, is, created := lostStore(t, func(w *world, b scheduler.Booking) {
		if err := w.Cancel(t.Context(), b); err != nil {
			t.Fatal(err)
		}
	})
	if !created || is.Series.UID == was.Series.UID || is.State != scheduler.Booked {
		t.Errorf("Book with a new store: %s %s, created %v; want a new series", is.State, is.Series.UID, created)
	}
	if there, err := w.Backend.Get(t.Context(), is.Series.UID); err != nil || there.Cancelled {
		t.Errorf("on the calendar: %+v, %v", there, err)
	}
}

func TestCancelThenBookAgain(t *testing.T) {
	w := newWorld(t, ana, bo)
	first := w.book(t, w.plan(t, w.group("g", ana, bo))[0])
	if err := w.Cancel(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	if left, err := w.Left(t.Context(), first); err != nil || len(left) != 0 {
		t.Errorf("after Cancel %d sessions are left, %v; want none", len(left), err)
	}
	second := w.book(t, w.plan(t, w.Request("g"))[0])
	if second.Series.UID == first.Series.UID || second.Generation != first.Generation+1 {
		t.Errorf("second booking: generation %d, uid %s; want the next generation and another uid", second.Generation, second.Series.UID)
	}
	var what []string
	history, err := w.Store.History(t.Context(), "g", time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range history {
		what = append(what, e.What)
	}
	if got, want := strings.Join(what, " "), "intended booked cancelling cancelled intended booked"; got != want {
		t.Errorf("history %q; want %q", got, want)
	}
}

func TestInterruptedCancelIsFinished(t *testing.T) {
	w := newWorld(t, ana, bo)
	b := w.book(t, w.plan(t, w.group("g", ana, bo))[0])
	w.fake.After = func(_ context.Context, c calendartest.Call) error {
		if c.Method == "Cancel" {
			return errors.New("no answer")
		}
		return nil
	}
	if err := w.Cancel(t.Context(), b); err == nil {
		t.Fatal("Cancel succeeded without an answer")
	}
	w.fake.After = nil
	if err := w.Resume(t.Context()); err != nil {
		t.Fatal(err)
	}
	if bookings, err := w.Store.Bookings(t.Context()); err != nil || len(bookings) != 0 {
		t.Errorf("bookings %v, %v; want none", bookings, err)
	}
	if got := w.fake.Told(ana); got != 2 {
		t.Errorf("ana was told %d times; want 2: booked and cancelled", got)
	}
}

func TestUsedUpUIDLeadsToTheNextGeneration(t *testing.T) {
	w := newWorld(t, ana, bo)
	p := w.plan(t, w.group("g", ana, bo))[0]
	gone := scheduler.NewUID(organizer, "g", 1)
	w.fake.Before = func(_ context.Context, c calendartest.Call) error {
		if c.Method == "Put" && c.UID == gone {
			return fmt.Errorf("put: %w", calendar.ErrGone)
		}
		return nil
	}
	b := w.book(t, p)
	if b.Generation != 2 || b.Series.UID != scheduler.NewUID(organizer, "g", 2) {
		t.Errorf("generation %d; want 2, as the calendar does not give out the first UID again", b.Generation)
	}
}

// What was reviewed ends when it is over; what was not waits for its review, and does
// not keep the group from booking anew.
func TestSeriesThatIsOver(t *testing.T) {
	w := newWorld(t, ana, bo)
	request := w.group("g", ana, bo)
	b := w.book(t, w.plan(t, request)[0])
	w.Now = func() time.Time { return now.AddDate(0, 4, 0) }
	resume := func(want int) {
		t.Helper()
		if err := w.Resume(t.Context()); err != nil {
			t.Fatal(err)
		}
		if bookings, err := w.Store.Bookings(t.Context()); err != nil || len(bookings) != want {
			t.Errorf("four months later: bookings %v, %v; want %d", bookings, err, want)
		}
	}
	resume(1)
	request.Search.Start = availability.Date{Year: 2026, Month: 5, Day: 11}
	plan := w.plan(t, request)[0]
	next, created, err := w.Book(t.Context(), plan)
	if err != nil || !created || next.Generation != 2 {
		t.Fatalf("Book: generation %d, created %v, %v; want the next one", next.Generation, created, err)
	}
	all, err := w.Store.BookingsOf(t.Context(), "g")
	if err != nil || len(all) != 2 || all[0].State != scheduler.Ended || all[0].Series.UID != b.Series.UID {
		t.Errorf("bookings %v, %v; want that the old one ended", all, err)
	}
	next.Reviewed = true
	if _, err := w.Store.Commit(t.Context(), scheduler.Batch{Bookings: []scheduler.Booking{next}}); err != nil {
		t.Fatal(err)
	}
	w.Now = func() time.Time { return now.AddDate(0, 9, 0) }
	resume(0)
}

// A group that has not met yet has all its sessions ahead, whatever is known of its
// members' holidays.
func TestStatusBeforeTheFirstSession(t *testing.T) {
	w := newWorld(t, ana, bo)
	person := w.Workspace.Roster[ana]
	person.Holidays = "DE-BE"
	w.Workspace.Roster[ana] = person
	w.book(t, w.plan(t, w.group("g", ana, bo))[0])
	all, err := planning.Status(t.Context(), w.Service)
	if err != nil || len(all) != 1 || all[0].Left != 13 || all[0].Held != 0 || all[0].Next.Empty() {
		t.Errorf("Status: %+v, %v; want thirteen sessions to come", all, err)
	}
}

func TestStatus(t *testing.T) {
	w := newWorld(t, ana, bo, cem)
	w.group("idle", bo, cem)
	b := w.book(t, w.plan(t, w.group("g", ana, bo))[0])
	sessions, err := b.Series.Occurrences()
	if err != nil {
		t.Fatal(err)
	}
	w.fake.Reply(b.Series.UID, ana, sessions[0].Original, calendar.Declined)
	w.fake.Reply(b.Series.UID, bo, sessions[3].Original, calendar.Declined)
	w.Now = func() time.Time { return sessions[1].End }
	all, err := planning.Status(t.Context(), w.Service)
	if err != nil || len(all) != 2 {
		t.Fatalf("Status: %d groups, %v; want 2", len(all), err)
	}
	if all[0].Booking != nil {
		t.Errorf("idle has a booking")
	}
	g := all[1]
	if g.Held != 2 || g.Left != 11 || g.Attendance != (scheduler.Share{Yes: 3, No: 1}) || !g.Next.Start.Equal(sessions[2].Start) {
		t.Errorf("status %+v; want 2 held, 11 left, 3 of 4 attended, the third session next", g)
	}
}
