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
	"github.com/peerslot/peerslot/scheduler/booking"
	"github.com/peerslot/peerslot/scheduler/schedulertest"
)

func TestBookTwiceIsOneSeries(t *testing.T) {
	w := newWorld(t, ana, bo)
	r := w.NewGroup("g", ana, bo)
	first := w.Plan(t, r)[0] // both plans are made before either is carried out
	second := w.Plan(t, r)[0]
	b := w.MustBook(t, first)
	again, created, err := w.Book(t.Context(), second)
	if err != nil || created {
		t.Fatalf("second Book: created %v, %v; want the series that is there", created, err)
	}
	if diff := cmp.Diff(b, again); diff != "" {
		t.Errorf("second Book differs from the first (-first +second):\n%s", diff)
	}
	third := w.Plan(t, r)[0]
	if third.Existing == nil || third.Existing.Series.UID != b.Series.UID {
		t.Errorf("a later plan does not know the series: %+v", third.Existing)
	}
	if got := w.Fake.Told(ana); got != 1 || len(w.Puts()) != 1 {
		t.Errorf("ana was told %d times in %d puts; want 1 in 1", got, len(w.Puts()))
	}
}

// A run may end at any call of the calendar. The next one finishes its work, and
// nobody is told twice.
func TestInterruptedBookingIsFinished(t *testing.T) {
	for _, fault := range []string{"before Put", "after Put"} {
		when, method, _ := strings.Cut(fault, " ")
		t.Run(fault, func(t *testing.T) {
			w := newWorld(t, ana, bo)
			p := w.Plan(t, w.NewGroup("g", ana, bo))[0]
			broken := errors.New("the connection broke")
			fail := func(_ context.Context, c calendartest.Call) error {
				if c.Method == method {
					return broken
				}
				return nil
			}
			if when == "before" {
				w.Fake.Before = fail
			} else {
				w.Fake.After = fail
			}
			if _, _, err := w.Book(t.Context(), p); !errors.Is(err, broken) {
				t.Fatalf("Book: %v; want the fault", err)
			}
			w.Fake.Before, w.Fake.After = nil, nil
			w.OpenStore(t)
			if err := w.Resume(t.Context()); err != nil {
				t.Fatal(err)
			}
			again := w.Plan(t, w.Request("g"))[0]
			if again.Existing == nil {
				w.MustBook(t, again)
			}
			wantOneSeries(t, w, "g")
		})
	}
}

func wantOneSeries(t *testing.T, w *world, group string) {
	t.Helper()
	bookings, err := w.Store.Bookings(t.Context())
	if err != nil || len(bookings) != 1 || bookings[0].State != scheduler.Booked {
		t.Fatalf("bookings %+v, %v; want one of %s, booked", bookings, err, group)
	}
	if _, err := w.Backend.Get(t.Context(), bookings[0].Series.UID); err != nil {
		t.Errorf("the series is not on the calendar: %v", err)
	}
	uids := w.Puts()
	slices.Sort(uids)
	if uids = slices.Compact(uids); len(uids) != 1 {
		t.Errorf("series put: %v; want one", uids)
	}
	if got := w.Fake.Told(ana); got != 1 {
		t.Errorf("ana was told %d times; want once", got)
	}
}

// lostStore books a group, has f do something to the calendar, loses the store, and
// books the group again the day after.
func lostStore(t *testing.T, f func(w *world, b scheduler.Booking)) (w *world, was, is scheduler.Booking, created bool) {
	t.Helper()
	w = newWorld(t, ana, bo)
	was = w.MustBook(t, w.Plan(t, w.NewGroup("g", ana, bo))[0])
	f(w, was)
	w.Path = filepath.Join(t.TempDir(), "new.db")
	w.OpenStore(t)
	w.Now = func() time.Time { return now.AddDate(0, 0, 1) }
	is, created, err := w.Book(t.Context(), w.Plan(t, w.Request("g"))[0])
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
	wantOneSeries(t, w, "g")
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
	first := w.MustBook(t, w.Plan(t, w.NewGroup("g", ana, bo))[0])
	if err := w.Cancel(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	if left, err := booking.Left(t.Context(), w.Service, first); err != nil || len(left) != 0 {
		t.Errorf("after Cancel %d sessions are left, %v; want none", len(left), err)
	}
	second := w.MustBook(t, w.Plan(t, w.Request("g"))[0])
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
	b := w.MustBook(t, w.Plan(t, w.NewGroup("g", ana, bo))[0])
	w.Fake.After = func(_ context.Context, c calendartest.Call) error {
		if c.Method == "Cancel" {
			return errors.New("no answer")
		}
		return nil
	}
	if err := w.Cancel(t.Context(), b); err == nil {
		t.Fatal("Cancel succeeded without an answer")
	}
	w.Fake.After = nil
	if err := w.Resume(t.Context()); err != nil {
		t.Fatal(err)
	}
	if bookings, err := w.Store.Bookings(t.Context()); err != nil || len(bookings) != 0 {
		t.Errorf("bookings %v, %v; want none", bookings, err)
	}
	if got := w.Fake.Told(ana); got != 2 {
		t.Errorf("ana was told %d times; want 2: booked and cancelled", got)
	}
}

func TestUsedUpUIDLeadsToTheNextGeneration(t *testing.T) {
	w := newWorld(t, ana, bo)
	p := w.Plan(t, w.NewGroup("g", ana, bo))[0]
	gone := scheduler.NewUID(organizer, "g", 1)
	w.Fake.Before = func(_ context.Context, c calendartest.Call) error {
		if c.Method == "Put" && c.UID == gone {
			return fmt.Errorf("put: %w", calendar.ErrGone)
		}
		return nil
	}
	b := w.MustBook(t, p)
	if b.Generation != 2 || b.Series.UID != scheduler.NewUID(organizer, "g", 2) {
		t.Errorf("generation %d; want 2, as the calendar does not give out the first UID again", b.Generation)
	}
}

// A booking that a dead run began goes on under the next UID if the calendar does not give
// out the first one again, and ends if somebody deleted the series meanwhile.
func TestResumeOfASeriesThatWasDeleted(t *testing.T) {
	w := begun(t)
	gone := scheduler.NewUID(organizer, "g", 1)
	w.Fake.Before = func(_ context.Context, c calendartest.Call) error {
		if c.Method == "Put" && c.UID == gone {
			return calendar.ErrGone
		}
		return nil
	}
	if err := w.Resume(t.Context()); err != nil {
		t.Fatal(err)
	}
	if all, err := w.Store.BookingsOf(t.Context(), "g"); err != nil || len(all) != 2 || all[0].State != scheduler.Ended || all[1].State != scheduler.Booked {
		t.Errorf("bookings %+v, %v; want the second in the place of the first", all, err)
	}

	w = begun(t)
	open, err := w.Store.Bookings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Backend.Put(t.Context(), open[0].Series); err != nil {
		t.Fatal(err)
	}
	if err := w.Backend.Cancel(t.Context(), open[0].Series.UID, now); err != nil {
		t.Fatal(err)
	}
	var unfinished *scheduler.UnfinishedError
	if err := w.Resume(t.Context()); !errors.As(err, &unfinished) || !strings.Contains(err.Error(), scheduler.ErrDeleted.Error()) {
		t.Errorf("Resume: %v; want that somebody deleted it", err)
	}
	if err := w.Resume(t.Context()); err != nil {
		t.Errorf("the next one: %v; want that it is done with", err)
	}
	if open, err = w.Store.Bookings(t.Context()); err != nil || len(open) != 0 {
		t.Errorf("bookings %+v, %v; want none", open, err)
	}
}

// Who asked for a change stands beside each event of it, and beside no other.
func TestEventsSayWhoAsked(t *testing.T) {
	w := newWorld(t, ana, bo)
	plan := w.Plan(t, w.NewGroup("g", ana, bo))[0]
	w.By = ana
	b := w.MustBook(t, plan)
	w.By = ""
	if err := w.Cancel(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	events, err := w.Store.History(t.Context(), "g", time.Time{})
	if err != nil || len(events) != 4 {
		t.Fatalf("events %+v, %v; want four", events, err)
	}
	for i, e := range events {
		if want := []calendar.Address{ana, ana, "", ""}[i]; e.By != want {
			t.Errorf("%s was asked for by %q, want %q", e.What, e.By, want)
		}
	}
}

// What a dead run left halfway is neither rebooked nor cancelled away under it.
func TestRebookOfWhatIsHalfway(t *testing.T) {
	w, b := booked(t, ana, bo)
	b.State = scheduler.Changing
	var halfway *scheduler.HalfwayError
	if _, err := w.Rebook(t.Context(), b, scheduler.BookingPlan{}); !errors.As(err, &halfway) || halfway.Next().Do != scheduler.RunRepair {
		t.Errorf("Rebook: %v; want that an earlier run left it halfway", err)
	}
	if left, err := booking.Left(t.Context(), w.Service, scheduler.Booking{Series: calendar.Series{UID: "psnowhere"}}); err != nil || len(left) != 0 {
		t.Errorf("Left of a series that is not on the calendar: %v, %v; want none", left, err)
	}
}

// A booking that cannot be read is understood from its series on the calendar.
func TestUnderstood(t *testing.T) {
	w, b := booked(t, ana, bo)
	broken := scheduler.Booking{Group: "g", Fault: errors.New("spoilt"), Series: calendar.Series{UID: b.Series.UID}}
	if got, err := booking.Understood(t.Context(), w.Service, broken); err != nil || got.Series.Slot != b.Series.Slot {
		t.Errorf("Understood: %+v, %v; want the series as it is on the calendar", got, err)
	}
	broken.Series.UID = "psnowhere"
	if _, err := booking.Understood(t.Context(), w.Service, broken); !errors.Is(err, calendar.ErrNotFound) || !errors.Is(err, broken.Fault) {
		t.Errorf("Understood of one that is not there: %v; want both faults", err)
	}
	if got, err := booking.Understood(t.Context(), w.Service, b); err != nil || got.Version != b.Version {
		t.Errorf("Understood of one in order: %+v, %v; want it as it is", got, err)
	}
}

// What was reviewed ends when it is over; what was not waits for its review, and does
// not keep the group from booking anew.
func TestSeriesThatIsOver(t *testing.T) {
	w := newWorld(t, ana, bo)
	request := w.NewGroup("g", ana, bo)
	b := w.MustBook(t, w.Plan(t, request)[0])
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
	plan := w.Plan(t, request)[0]
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

// A series that another run changed meanwhile is left alone and named, and all others change;
// what a night only notes is noted by the next one.
func TestAnotherRunWasFaster(t *testing.T) {
	w := newWorld(t, ana, bo, cem, dee)
	g, h := w.BookAt(t, "g", "tue 15:00", ana, bo), w.BookAt(t, "h", "wed 15:00", cem, dee)
	other, err := w.Save(t.Context(), g)
	if err != nil {
		t.Fatal(err)
	}
	var intended []scheduler.Booking
	var events []scheduler.Event
	for _, b := range []scheduler.Booking{g, h} {
		next := b.Series
		next.Description, next.Sequence, next.Updated = "anew", next.Sequence+1, now.Add(time.Minute)
		b.State, b.Next = scheduler.Changing, &next
		intended, events = append(intended, b), append(events, w.Event(b, "text", "anew"))
	}
	refs, found, err := w.Intend(t.Context(), intended, events)
	more, failed := w.Carry(t.Context(), append(refs, scheduler.BookingRef{Group: "h", UID: h.Series.UID, Version: 7}))
	if len(more) != 1 || more[0].Group != "h" || !errors.Is(more[0].Err, scheduler.ErrStale) || failed != nil {
		t.Errorf("Carry: %+v, %v; want h named, which had no such version", more, failed)
	}
	if err != nil || len(found) != 1 || found[0].Group != "g" || found[0].Kind != scheduler.Failed || !errors.Is(found[0].Err, scheduler.ErrStale) {
		t.Errorf("Intend: %+v, %v; want g named", found, err)
	}
	for _, b := range []scheduler.Booking{g, h} {
		there, err := w.Backend.Get(t.Context(), b.Series.UID)
		if err != nil || (there.Description == "anew") != (b.Group == "h") {
			t.Errorf("%s on the calendar: %q, %v; want h's alone anew", b.Group, there.Description, err)
		}
	}
	g.Suggested = g.Series.Slot
	if err := w.Note(t.Context(), scheduler.Batch{Seen: &scheduler.Seen{Full: true, Token: "7"}, Bookings: []scheduler.Booking{g}}); err != nil {
		t.Fatal(err)
	}
	seen, err := w.Store.Seen(t.Context())
	if err != nil || seen.Token != "7" {
		t.Errorf("Seen: %+v, %v; want what was read noted all the same", seen, err)
	}
	if all, err := w.Store.BookingsOf(t.Context(), "g"); err != nil || all[0].Version != other.Version {
		t.Errorf("g: %+v, %v; want it as the other run left it", all, err)
	}
}

// A group is found by its name in the configuration, or as its series was named; of any other
// the error knows what there is, and of a record that cannot be read it says so.
func TestGroupByName(t *testing.T) {
	w := newWorld(t, ana, bo, cem, dee)
	w.NewGroup("g", ana, bo)
	loose := schedulertest.Booking("ad hoc", 1)
	loose.Loose = true
	if _, err := w.Store.Commit(t.Context(), scheduler.Batch{Bookings: []scheduler.Booking{loose}}); err != nil {
		t.Fatal(err)
	}
	if g, err := w.Group(t.Context(), "g"); err != nil || len(g.Members) != 2 {
		t.Errorf("g: %+v, %v; want it as it is configured", g, err)
	}
	if g, err := w.Group(t.Context(), "ad hoc"); err != nil || len(g.Members) != len(loose.Series.Attendees) {
		t.Errorf("ad hoc: %+v, %v; want whom its series invites", g, err)
	}
	var unknown *scheduler.UnknownGroupError
	if _, err := w.Group(t.Context(), "h"); !errors.As(err, &unknown) || len(unknown.Known) != 1 || err.Error() != `there is no group "h"` {
		t.Errorf("h: %v; want that there is none, and which there are", err)
	}
	breakRecord(t, w, "ad hoc")
	if _, err := w.Group(t.Context(), "ad hoc"); err == nil || errors.As(err, &unknown) || !strings.Contains(err.Error(), `group "ad hoc"`) {
		t.Errorf("once its record is broken: %v; want that it cannot be read", err)
	}
}

// A plan that has a problem, or finds a series, books nothing.
func TestBookOfWhatIsNotToBeBooked(t *testing.T) {
	w, b := booked(t, ana, bo)
	puts := len(w.Puts())
	if got, created, err := w.Book(t.Context(), scheduler.BookingPlan{Existing: &b}); err != nil || created || got.Series.UID != b.Series.UID {
		t.Errorf("Book of what is booked: %+v, %v, %v; want the booking", got, created, err)
	}
	problem := errors.New("no slot")
	if _, created, err := w.Book(t.Context(), scheduler.BookingPlan{Group: scheduler.Group{Name: "h"}, Problem: problem}); !errors.Is(err, problem) || created || !strings.Contains(err.Error(), `group "h"`) {
		t.Errorf("Book of a problem: %v, %v; want it, and the group", created, err)
	}
	if len(w.Puts()) != puts {
		t.Error("a series was put")
	}
}
