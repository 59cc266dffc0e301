package scheduler_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/calendartest"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/booking"
	"github.com/peerslot/peerslot/scheduler/repair"
	"github.com/peerslot/peerslot/scheduler/schedulertest"
)

// A rehearsal answers every question as the real thing does after the same steps,
// and the real thing that it was made of stays as it was.
func TestRehearsalAnswersAsTheRealThing(t *testing.T) {
	for seed := range uint64(16) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			real, base := newWorld(t, calendartest.People()...), newWorld(t, calendartest.People()...)
			before := rand.New(rand.NewPCG(seed, 1))
			for range 8 {
				step := randomStep(before)
				if a, b := step(t, real.Service), step(t, base.Service); a != b {
					t.Fatalf("the same step gave %q and %q", a, b)
				}
			}
			untouched := stateOf(t, base.Service)
			rehearsed, err := base.Rehearsal(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer rehearsed.Store.Close()
			after := rand.New(rand.NewPCG(seed, 2))
			for i := range 12 {
				step := randomStep(after)
				want, got := step(t, real.Service), step(t, rehearsed)
				if got != want {
					t.Fatalf("step %d: the rehearsal gave %q, the real thing %q", i, got, want)
				}
				if diff := cmp.Diff(stateOf(t, real.Service), stateOf(t, rehearsed), stateOptions...); diff != "" {
					t.Fatalf("after step %d the rehearsal differs (-real +rehearsed):\n%s", i, diff)
				}
			}
			if diff := cmp.Diff(untouched, stateOf(t, base.Service), stateOptions...); diff != "" {
				t.Errorf("the rehearsal changed the real thing:\n%s", diff)
			}
		})
	}
}

var stateOptions = []cmp.Option{
	cmpopts.EquateEmpty(),
	cmpopts.IgnoreFields(calendar.Series{}, "Version"), // each calendar has its own
}

// A state is all that a service can be asked.
type state struct {
	Open, Of   []scheduler.Booking
	Events     []scheduler.Event
	Rounds     []scheduler.Round
	Seen       scheduler.Seen
	Unreadable map[calendar.Address]time.Time
	Series     map[calendar.UID]calendar.Series
	Busy       any
}

var groups = []string{"amber", "birch", "coral"}

func stateOf(t *testing.T, s *scheduler.Service) state {
	t.Helper()
	ctx := t.Context()
	var st state
	var err error
	check := func(e error) { err = errors.Join(err, e) }
	open, e := s.Store.Bookings(ctx)
	check(e)
	st.Open, st.Series = open, map[calendar.UID]calendar.Series{}
	for _, g := range groups {
		of, e := s.Store.BookingsOf(ctx, g)
		check(e)
		st.Of = append(st.Of, of...)
		for n := range 3 {
			uid := schedulertest.Booking(g, n+1).Series.UID
			if series, e := s.Backend.Get(ctx, uid); e == nil {
				st.Series[uid] = series
			}
		}
	}
	st.Events, e = s.Store.History(ctx, "", time.Time{})
	check(e)
	st.Rounds, e = s.Store.Rounds(ctx, "")
	check(e)
	st.Seen, e = s.Store.Seen(ctx)
	check(e)
	st.Unreadable, e = s.Store.Unreadable(ctx)
	check(e)
	st.Busy, e = s.Backend.Busy(ctx, calendartest.People(), calendartest.Window())
	check(e)
	if err != nil {
		t.Fatal(err)
	}
	return st
}

// randomStep returns a step to be done on several services alike; it returns what
// came of it.
func randomStep(r *rand.Rand) func(*testing.T, *scheduler.Service) string {
	group, generation := groups[r.IntN(len(groups))], 1+r.IntN(3)
	uid := schedulertest.Booking(group, generation).Series.UID
	n := r.IntN(1000)
	switch r.IntN(6) {
	case 0:
		return func(t *testing.T, s *scheduler.Service) string {
			_, err := s.Store.Commit(t.Context(), scheduler.Batch{Round: &scheduler.Round{Program: group, Number: generation, Seed: uint64(n), Start: start}})
			return kind(err)
		}
	case 1:
		return func(t *testing.T, s *scheduler.Service) string {
			batch := scheduler.Batch{
				Seen:       &scheduler.Seen{Token: fmt.Sprint(n), Full: n%3 == 0, Series: []calendar.Series{calendartest.Series(calendartest.UID(n % 5))}},
				Unreadable: map[calendar.Address]time.Time{calendartest.Ana: now.Add(time.Duration(n) * time.Hour)},
			}
			_, err := s.Store.Commit(t.Context(), batch)
			return kind(err)
		}
	case 2:
		from := time.Date(2026, 2, 1+n%120, 0, 0, 0, 0, time.UTC)
		return func(t *testing.T, s *scheduler.Service) string { return kind(s.Backend.Cancel(t.Context(), uid, from)) }
	case 3:
		return func(t *testing.T, s *scheduler.Service) string { return putStep(t.Context(), s, uid, n) }
	default:
		return func(t *testing.T, s *scheduler.Service) string { return saveStep(t.Context(), s, group, generation, n) }
	}
}

// saveStep commits a new version of a booking, or a new one, or an old version.
func saveStep(ctx context.Context, s *scheduler.Service, group string, generation, n int) string {
	b := schedulertest.Booking(group, generation)
	of, err := s.Store.BookingsOf(ctx, group)
	if err != nil {
		return err.Error()
	}
	for _, have := range of {
		if have.Generation == generation && n%7 > 0 {
			b = have
		}
	}
	b.State = []scheduler.State{scheduler.Intended, scheduler.Booked, scheduler.Ended}[n%3]
	b.Reviewed, b.Attendance = n%5 == 0, n
	event := scheduler.Event{At: now.Add(time.Duration(n) * time.Minute), Group: group, UID: b.Series.UID, What: "booked"}
	_, err = s.Store.Commit(ctx, scheduler.Batch{Bookings: []scheduler.Booking{b}, Events: []scheduler.Event{event}})
	if b.Version == 0 && errors.Is(err, scheduler.ErrStale) {
		err = scheduler.ErrBooked // a new record over an old one is refused either way
	}
	return kind(err)
}

// putStep puts a new series, the same again, or one with a session moved.
func putStep(ctx context.Context, s *scheduler.Service, uid calendar.UID, n int) string {
	series, err := s.Backend.Get(ctx, uid)
	if err != nil {
		series = calendartest.Series(uid)
	}
	sessions, err := series.Occurrences()
	if err != nil {
		return err.Error()
	}
	o := sessions[n%len(sessions)]
	switch n % 4 {
	case 0:
		series = series.WithOverride(calendar.Override{Original: o.Original, Cancelled: true})
		series.Sequence++
	case 1:
		series.Version = "of somebody else"
		series.Sequence++
	case 2:
		series.Title = fmt.Sprint(n)
		series.Sequence++
	}
	_, err = s.Backend.Put(ctx, series)
	return kind(err)
}

// kind returns what callers tell an error apart by.
func kind(err error) string {
	for _, e := range []error{scheduler.ErrStale, scheduler.ErrBooked, scheduler.ErrFormed, calendar.ErrChanged, calendar.ErrNotFound} {
		if errors.Is(err, e) {
			return e.Error()
		}
	}
	switch {
	case err == nil:
		return "done"
	case strings.Contains(err.Error(), "UNIQUE"): // a record that is opened again
		return scheduler.ErrBooked.Error()
	}
	return err.Error()
}

// A rehearsal finishes what a dead run left, plans from there as the real run does,
// and changes neither store nor calendar.
func TestRehearsalIsTrue(t *testing.T) {
	w, b := booked(t, ana, bo, cem)
	w.Fake.Meet(bo, at(1, 13, 15))
	b.State, b.CancelFrom = scheduler.Cancelling, now
	if _, err := w.Store.Commit(t.Context(), scheduler.Batch{Bookings: []scheduler.Booking{b}}); err != nil {
		t.Fatal(err)
	}
	before, err := w.Store.Bookings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	plan := func(s *scheduler.Service) []scheduler.BookingPlan {
		t.Helper()
		if err := s.Resume(t.Context()); err != nil {
			t.Fatal(err)
		}
		plans, err := booking.Plan(t.Context(), s, []scheduler.Request{w.NewGroup("g", ana, bo, cem)})
		if err != nil {
			t.Fatal(err)
		}
		return plans
	}
	puts := len(w.Puts())
	rehearsal, err := w.Rehearsal(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer rehearsal.Store.Close()
	rehearsed := plan(rehearsal)
	after, err := w.Store.Bookings(t.Context())
	if diff := cmp.Diff(before, after); err != nil || diff != "" || len(w.Puts()) != puts {
		t.Errorf("the rehearsal changed something: %v, %d puts (-want +got):\n%s", err, len(w.Puts())-puts, diff)
	}
	if real := plan(w.Service); real[0].Existing != nil || real[0].Candidate != rehearsed[0].Candidate || !real[0].Booking.Series.Same(rehearsed[0].Booking.Series) {
		t.Errorf("the rehearsal shows %v; then the run plans %v", rehearsed[0].Candidate, real[0].Candidate)
	}
}

// A countingBackend counts how often each series is read.
type countingBackend struct {
	calendar.Backend
	mu    sync.Mutex
	reads map[calendar.UID]int
}

func (c *countingBackend) Get(ctx context.Context, uid calendar.UID) (calendar.Series, error) {
	c.mu.Lock()
	c.reads[uid]++
	c.mu.Unlock()
	return c.Backend.Get(ctx, uid)
}

// However many plans a rehearsal makes, it reads each series once.
func TestRehearsalReadsOnce(t *testing.T) {
	w := newWorld(t, ana, bo, cem, dee)
	g, h := w.BookAt(t, "g", "tue 15:00", ana, bo), w.BookAt(t, "h", "wed 15:00", cem, dee)
	counting := &countingBackend{Backend: w.Backend, reads: map[calendar.UID]int{}}
	w.Backend = counting
	r, err := w.Rehearsal(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer r.Store.Close()
	if _, _, err := repair.Status(t.Context(), r, 0); err != nil {
		t.Fatal(err)
	}
	schedulertest.ReadNight(t, r)
	want := map[calendar.UID]int{g.Series.UID: 1, h.Series.UID: 1}
	if diff := cmp.Diff(want, counting.reads); diff != "" {
		t.Errorf("reads (-want +got):\n%s", diff)
	}
}

// A rehearsal leaves the calendars of earlier organizers alone, too, and knows what it
// changed there.
func TestARehearsalAtAnEarlierOrganizer(t *testing.T) {
	w, old, b := schedulertest.HandedOver(t)
	opened, open := 0, w.Formerly
	w.Formerly = func(ctx context.Context, organizer calendar.Address) (calendar.Backend, error) {
		if opened++; opened == 1 {
			return nil, schedulertest.ErrFault
		}
		return open(ctx, organizer)
	}
	r, err := w.Rehearsal(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer r.Store.Close()
	if _, err := r.OfOrganizer(t.Context(), b); !errors.Is(err, schedulertest.ErrFault) || !strings.Contains(err.Error(), string(organizer)) {
		t.Errorf("an account that cannot be opened: %v; want the fault, and whose it is", err)
	}
	b.State = scheduler.Booked
	if err := r.Cancel(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	there, err := r.OfOrganizer(t.Context(), b)
	if err != nil || opened != 2 {
		t.Fatalf("OfOrganizer: opened %d times, %v; want once more after the fault", opened, err)
	}
	if rehearsed, err := there.Backend.Get(t.Context(), b.Series.UID); err != nil || rehearsed.Count != 4 {
		t.Errorf("in the rehearsal the series has %d sessions, %v; want the 4 that were held", rehearsed.Count, err)
	}
	if real, err := old.Get(t.Context(), b.Series.UID); err != nil || real.Count != 13 {
		t.Errorf("on the calendar it has %d sessions, %v; want all 13", real.Count, err)
	}
}
