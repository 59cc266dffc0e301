package booking_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/booking"
	"github.com/peerslot/peerslot/scheduler/planning"
	"github.com/peerslot/peerslot/scheduler/schedulertest"
)

func TestBookTakesTheBestSlot(t *testing.T) {
	w := newWorld(t, ana, bo)
	for week := range 13 {
		monday := at(1, 5, 9).Start.AddDate(0, 0, 7*week)
		w.Fake.Meet(ana, availability.Interval{Start: monday, End: monday.AddDate(0, 0, 1)}) // Mondays are gone
	}
	b := w.MustBook(t, w.Plan(t, w.NewGroup("g", ana, bo))[0])
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

func TestGroupsThatShareMembersDoNotCollide(t *testing.T) {
	w := newWorld(t, ana, bo, cem, dee)
	plans := w.Plan(t, w.NewGroup("one", ana, bo), w.NewGroup("two", bo, cem), w.NewGroup("three", bo, dee))
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

// Sessions that a member declined take none of their time when another group is booked.
func TestDeclinedSessionsBlockNoBooking(t *testing.T) {
	w := newWorld(t, ana, bo, cem)
	b := w.BookAt(t, "one", "tue 15:00", ana, bo)
	w.Fake.Reply(b.Series.UID, ana, time.Time{}, calendar.Declined)
	there, err := w.Backend.Get(t.Context(), b.Series.UID)
	if err != nil {
		t.Fatal(err)
	}
	b.Series = there
	if _, err := w.Store.Commit(t.Context(), scheduler.Batch{Bookings: []scheduler.Booking{b}}); err != nil {
		t.Fatal(err)
	}
	r := w.NewGroup("two", ana, cem)
	r.Slot = b.Series.Slot
	if p := w.Plan(t, r)[0]; p.Candidate.Attendance != 26 {
		t.Errorf("%d of 26 attendances; want all, ana declined the other series", p.Candidate.Attendance)
	}
}

func TestTheMostConstrainedGroupGoesFirst(t *testing.T) {
	w := newWorld(t, ana, bo, cem)
	bos := w.Workspace.Roster.Of(cem)
	bos.Hours = availability.Hours{}
	if err := bos.Hours.Set("mon", "09:00-10:00"); err != nil {
		t.Fatal(err)
	}
	w.Workspace.Roster.Put(bos) // cem can only at mon 09:00, which the other group would take
	plans := w.Plan(t, w.NewGroup("easy", ana, bo), w.NewGroup("hard", bo, cem))
	if got := plans[1].Candidate.Slot.String(); got != "mon 09:00" || plans[1].Attendance() != 26 {
		t.Errorf("hard: %s with %d; want mon 09:00 with 26", got, plans[1].Attendance())
	}
	if got := plans[0].Candidate.Slot.String(); got == "mon 09:00" || plans[0].Attendance() != 26 {
		t.Errorf("easy: %s with %d; want another slot with 26", got, plans[0].Attendance())
	}
}

func TestBadWeeksAreMovedAtBooking(t *testing.T) {
	w := newWorld(t, ana, bo)
	r := w.NewGroup("g", ana, bo)
	r.Slot = schedulertest.Slot(t, "tue 15:00")
	w.Fake.Meet(ana, at(1, 6, 15))
	w.Fake.Meet(ana, at(1, 13, 15)) // beyond the horizon of repair, which does not count here
	p := w.Plan(t, r)[0]
	if len(p.Moves) != 2 {
		t.Fatalf("moves: %+v; want both bad weeks", p.Moves)
	}
	m := p.Moves[0]
	if !m.From.Start.Equal(at(1, 6, 15).Start) || !m.To.Start.Equal(at(1, 6, 14).Start) || m.Before != 1 || m.After != 2 {
		t.Errorf("move %v -> %v, %d -> %d; want 15:00 -> 14:00 of that Tuesday (the earlier of the two nearest), 1 -> 2", m.From, m.To, m.Before, m.After)
	}
	b := w.MustBook(t, p)
	o := b.Series.Override(at(1, 6, 15).Start)
	if !o.Moved.Start.Equal(m.To.Start) || !strings.Contains(o.Note, "15:00") || !strings.Contains(o.Note, "14:00") ||
		!strings.Contains(o.Note, "2 instead of 1") || strings.Contains(o.Note, "ana") {
		t.Errorf("override %+v; want the move, with old time, new time and what is gained, and not whose conflict it was", o)
	}
	if len(b.Moves) != 0 {
		t.Errorf("the booking counts the moves %v; want none, they went out with the invitation", b.Moves)
	}
	r.Stay = true
	r.Group.Name = "h"
	if p := w.Plan(t, r)[0]; len(p.Moves) != 0 {
		t.Errorf("moves in spite of Stay: %+v", p.Moves)
	}
}

func TestUnknownIsNamedAndNeverCounted(t *testing.T) {
	w := newWorld(t, ana, bo)
	w.Fake.Break(bo)
	p := w.Plan(t, w.NewGroup("g", ana, bo))[0]
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

// Where nobody's calendar can be read no slot is better than another: none is booked by
// itself.
func TestNothingKnownBooksNothing(t *testing.T) {
	w := newWorld(t, ana, bo)
	w.Fake.Break(ana)
	w.Fake.Break(bo)
	r := w.NewGroup("g", ana, bo)
	if p := w.Plan(t, r)[0]; !errors.Is(p.Problem, booking.ErrNothingKnown) {
		t.Errorf("problem %v; want ErrNothingKnown", p.Problem)
	}
	r.Slot = schedulertest.Slot(t, "tue 15:00")
	if p := w.Plan(t, r)[0]; p.Problem != nil {
		t.Errorf("at a slot that somebody named: %v; want it booked", p.Problem)
	}
}

// A first session that is nearer than the notice stays where it is: nobody would hear of
// its move in time.
func TestBookingMovesNothingWithinNotice(t *testing.T) {
	w := newWorld(t, ana, bo)
	w.Now = func() time.Time { return at(1, 5, 17).Start }
	w.Fake.Meet(bo, at(1, 6, 15))
	w.Fake.Meet(bo, at(1, 13, 15))
	r := w.NewGroup("g", ana, bo)
	r.Slot = schedulertest.Slot(t, "tue 15:00")
	if p := w.Plan(t, r)[0]; len(p.Moves) != 1 || !p.Moves[0].From.Start.Equal(at(1, 13, 15).Start) {
		t.Errorf("moves %+v; want that of the second session alone", p.Moves)
	}
}

// The slot that a series has stays, unless another gains the share that the rules of
// review ask for.
func TestAFavouredSlot(t *testing.T) {
	for stay, want := range map[float64]string{0.5: "mon 09:00", 0.51: "tue 15:00"} {
		w := newWorld(t, ana, bo)
		w.Workspace.Review.Stay = stay
		for week := range 13 { // 13 of 26 attendances, half of them
			from := at(1, 6, 15).Start.AddDate(0, 0, 7*week)
			w.Fake.Meet(bo, availability.Interval{Start: from, End: from.Add(time.Hour)})
		}
		r := w.NewGroup("g", ana, bo)
		r.Favour, r.Anyway = schedulertest.Slot(t, "tue 15:00"), true
		if p := w.Plan(t, r)[0]; p.Candidate.Slot.String() != want {
			t.Errorf("half of the attendances are gained, and %v must be: %s (%s, %v); want %s", stay, p.Candidate.Slot, p.Stay, p.Problem, want)
		}
	}
}

// Why a slot stays, or another takes its place, is said with figures of what is known.
func TestWhyASlotStays(t *testing.T) {
	for name, c := range map[string]struct {
		slot   string
		change func(w *world, r *scheduler.Request)
		want   string
	}{
		"it is the best":       {"mon 09:00", func(*world, *scheduler.Request) {}, "stays mon 09:00, which is the best slot: 26 of 26 attendances"},
		"no other is better":   {"tue 15:00", func(*world, *scheduler.Request) {}, "stays tue 15:00: 26 of 26 attendances; the best other slot, mon 09:00, has 26"},
		"no gain is asked for": {"tue 15:00", func(w *world, _ *scheduler.Request) { w.Workspace.Review.Stay = 0 }, "stays tue 15:00: 26 of 26 attendances"},
		"not all is known":     {"tue 15:00", func(w *world, _ *scheduler.Request) { w.Fake.Break(bo) }, "stays tue 15:00: 13 of the 13 attendances known; the best other slot, mon 09:00, has 13"},
		"its day is not to be": {"tue 15:00", func(_ *world, r *scheduler.Request) { r.Search.OnlyDays = availability.DaysOf(time.Wednesday) }, "meets wed 09:00 from now on: the rules allow no Tuesday"},
		"it is not possible":   {"tue 15:00", func(_ *world, r *scheduler.Request) { r.Favour.Zone = "Europe/Nowhere" }, "meets mon 09:00: "},
	} {
		w := newWorld(t, ana, bo)
		r := w.NewGroup("g", ana, bo)
		r.Favour = schedulertest.Slot(t, c.slot)
		c.change(w, &r)
		if p := w.Plan(t, r)[0]; !strings.HasPrefix(p.Stay, c.want) {
			t.Errorf("%s: %q (%v); want %q", name, p.Stay, p.Problem, c.want)
		}
	}
}

// A search that no series can come of is an error that says what a series may have.
func TestSearchesThatCannotBe(t *testing.T) {
	w := newWorld(t, ana, bo)
	for name, change := range map[string]func(*availability.Search){
		"a zone that there is not": func(s *availability.Search) { s.Zone = "Europe/Nowhere" },
		"no cadence":               func(s *availability.Search) { s.Cadence = 3 },
		"too many sessions":        func(s *availability.Search) { s.Count = 14 },
		"fewer than none":          func(s *availability.Search) { s.Count = -1 },
	} {
		r := w.NewGroup("g", ana, bo)
		change(&r.Search)
		if _, err := booking.Slots(t.Context(), w.Service, r.Group, r.Search, false); err == nil {
			t.Errorf("%s: no error", name)
		}
		if _, err := booking.Plan(t.Context(), w.Service, []scheduler.Request{r}); err == nil {
			t.Errorf("%s, to book: no error", name)
		}
	}
	r := w.NewGroup("h", ana, bo)
	r.Search.Count = 14
	if _, err := booking.Slots(t.Context(), w.Service, r.Group, r.Search, false); err == nil || err.Error() != "14 weekly sessions: a series has at most 13" {
		t.Errorf("14 sessions: %v; want how many there may be", err)
	}
}

func TestNobodyCanEver(t *testing.T) {
	w := newWorld(t, ana, bo)
	for _, p := range w.Workspace.Roster.All() {
		p.Hours = availability.Hours{}
		w.Workspace.Roster.Put(p)
	}
	p := w.Plan(t, w.NewGroup("g", ana, bo))[0]
	if !errors.Is(p.Problem, booking.ErrNoSlot) {
		t.Fatalf("problem %v; want ErrNoSlot", p.Problem)
	}
	if _, _, err := w.Book(t.Context(), p); !errors.Is(err, booking.ErrNoSlot) {
		t.Errorf("Book: %v; want ErrNoSlot", err)
	}
}

func TestRankingSlotsIsNotWaitedFor(t *testing.T) {
	w := newWorld(t, ana, bo)
	r := w.NewGroup("g", ana, bo)
	s, err := planning.Read(t.Context(), w.Service, r.Group.Members, availability.Interval{Start: now, End: now.AddDate(0, 4, 0)})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := booking.RankSlots(ctx, s, r.Group, r.Search, true); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
}
