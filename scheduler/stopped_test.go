package scheduler_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/calendartest"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/adopt"
	"github.com/peerslot/peerslot/scheduler/booking"
	"github.com/peerslot/peerslot/scheduler/handover"
	"github.com/peerslot/peerslot/scheduler/planning"
	"github.com/peerslot/peerslot/scheduler/repair"
	"github.com/peerslot/peerslot/scheduler/review"
	"github.com/peerslot/peerslot/scheduler/schedulertest"
)

// A mortal is a context that ends once it was asked so often whether it has: Ctrl-C at
// some moment, the same one each time.
type mortal struct {
	context.Context
	left atomic.Int64
	once sync.Once
	done chan struct{}
}

func newMortal(ctx context.Context, looks int) *mortal {
	m := &mortal{Context: ctx, done: make(chan struct{})}
	m.left.Store(int64(looks))
	return m
}

func (m *mortal) ended() bool {
	if m.left.Add(-1) >= 0 {
		return false
	}
	m.once.Do(func() { close(m.done) })
	return true
}

func (m *mortal) Err() error {
	if m.ended() {
		return context.Canceled
	}
	return nil
}

func (m *mortal) Done() <-chan struct{} {
	m.ended()
	return m.done
}

// stoppable are things that a run does. world is what they are done on; each says what
// it found, if that is all that it does.
var stoppable = map[string]struct {
	world func(t testing.TB) *world
	do    func(ctx context.Context, w *world) (found any, err error)
}{
	"book": {schedulertest.Unbooked, func(ctx context.Context, w *world) (any, error) {
		if err := w.Resume(ctx); err != nil {
			return nil, err
		}
		plans, err := booking.Plan(ctx, w.Service, []scheduler.Request{w.Request("g")})
		if err != nil {
			return nil, err
		}
		if plans[0].Existing == nil {
			_, _, err = w.Book(ctx, plans[0])
		}
		return nil, err
	}},
	"resume": {begun, func(ctx context.Context, w *world) (any, error) { return nil, w.Resume(ctx) }},
	"finish one group": {begun, func(ctx context.Context, w *world) (any, error) {
		return nil, w.Finish(ctx, "g", time.Minute)
	}},
	"a turn": {begun, func(ctx context.Context, w *world) (any, error) {
		turn, err := w.Turn(ctx, scheduler.TurnOptions{})
		if err != nil {
			return nil, err
		}
		turn.End()
		return nil, nil
	}},
	"repair": {clash, func(ctx context.Context, w *world) (any, error) {
		if err := w.Resume(ctx); err != nil {
			return nil, err
		}
		plan, err := repair.PlanNight(ctx, w.Service)
		if err != nil {
			return nil, err
		}
		return nil, repair.Apply(ctx, w.Service, &plan)
	}},
	"cancel": {clash, func(ctx context.Context, w *world) (any, error) {
		all, err := w.Store.BookingsOf(ctx, "g")
		if err != nil || all[0].State == scheduler.Ended {
			return nil, err
		}
		return nil, w.Cancel(ctx, all[0])
	}},
	"status": {clash, func(ctx context.Context, w *world) (any, error) {
		groups, _, err := repair.Status(ctx, w.Service, 0)
		if err != nil {
			return nil, err
		}
		return slices.Collect(groups.Status()), nil
	}},
	"held": {clash, func(ctx context.Context, w *world) (any, error) {
		w.Now = func() time.Time { return at(2, 1, 9).Start }
		n := 0
		for held, err := range planning.HeldSince(ctx, w.Service, now) {
			if err != nil {
				return nil, err
			}
			n += len(held)
		}
		return n, nil
	}},
	"introduction": {clash, func(ctx context.Context, w *world) (any, error) { return planning.Intro(ctx, w.Service, "g") }},
	"rehearsal": {begun, func(ctx context.Context, w *world) (any, error) {
		r, err := w.Rehearsal(ctx)
		if err != nil {
			return nil, err
		}
		defer r.Store.Close()
		return nil, r.Resume(ctx)
	}},
	"review":   {ending, reviewAll},
	"rotation": {aging, reviewAll},
	"rebook": {clash, func(ctx context.Context, w *world) (any, error) {
		if err := w.Resume(ctx); err != nil {
			return nil, err
		}
		all, err := w.Store.BookingsOf(ctx, "g")
		if err != nil || len(all) > 1 {
			return nil, err
		}
		plan, err := booking.PlanRebook(ctx, w.Service, all[0])
		if err == nil {
			_, err = w.Rebook(ctx, all[0], plan)
		}
		return nil, err
	}},
	"answer": {ending, func(ctx context.Context, w *world) (any, error) {
		for _, a := range []calendar.Address{ana, bo, cem} {
			if err := review.MayAnswer(ctx, w.Service, "g", a); err != nil {
				return nil, err
			}
			if err := review.Answer(ctx, w.Service, "g", a, scheduler.AnswerStop); err != nil {
				return nil, err
			}
		}
		plan, err := planReviews(ctx, w)
		if err != nil {
			return nil, err
		}
		for r, err := range plan.All() {
			return r.Decision, err
		}
		return nil, errors.New("nothing is decided")
	}},
	"resume a change": {changing, func(ctx context.Context, w *world) (any, error) { return nil, w.Resume(ctx) }},
	"drop a change that is too late": {func(t testing.TB) *world {
		w := changing(t)
		w.Now = func() time.Time { return at(1, 4, 20).Start }
		return w
	}, func(ctx context.Context, w *world) (any, error) { return nil, w.Resume(ctx) }},
	"drop a booking that is too late": {func(t testing.TB) *world {
		w := begun(t)
		w.Now = func() time.Time { return at(1, 5, 10).Start }
		return w
	}, func(ctx context.Context, w *world) (any, error) { return nil, w.Resume(ctx) }},
	"resume a cancellation": {func(t testing.TB) *world {
		w := clash(t)
		all, err := w.Store.BookingsOf(t.Context(), "g")
		if err != nil {
			t.Fatal(err)
		}
		w.Fake.Before = schedulertest.Failing("Cancel", 1)
		if err := w.Cancel(t.Context(), all[0]); !errors.Is(err, schedulertest.ErrFault) {
			t.Fatalf("Cancel: %v; want the fault", err)
		}
		w.Fake.Before = nil
		return w
	}, func(ctx context.Context, w *world) (any, error) { return nil, w.Resume(ctx) }},
	"adopt": {lost, func(ctx context.Context, w *world) (any, error) {
		plan, err := adopt.Plan(ctx, w.Service)
		if err != nil {
			return nil, err
		}
		return nil, adopt.Apply(ctx, w.Service, plan)
	}},
	"hand over": {func(t testing.TB) *world { w, _, _ := schedulertest.HandedOver(t); return w }, func(ctx context.Context, w *world) (any, error) {
		if err := w.Resume(ctx); err != nil {
			return nil, err
		}
		plan, err := handover.Plan(ctx, w.Service)
		if err != nil {
			return nil, err
		}
		_, err = handover.Apply(ctx, w.Service, plan)
		return nil, err
	}},
}

// reviewAll carries out what the reviews decide, and forms the rounds that are due.
func reviewAll(ctx context.Context, w *world) (any, error) {
	if err := w.Resume(ctx); err != nil {
		return nil, err
	}
	plan, err := planReviews(ctx, w)
	if err != nil {
		return nil, err
	}
	for r, err := range plan.All() {
		if err == nil {
			_, err = review.Apply(ctx, w.Service, r)
		}
		if err != nil {
			return nil, err
		}
	}
	for _, r := range plan.Rotations {
		_, findings, err := review.ApplyRotation(ctx, w.Service, r)
		if err = errors.Join(err, faults(findings)); err != nil {
			return nil, err
		}
	}
	return nil, nil
}

// planReviews plans the reviews; what cannot be reviewed is an error.
func planReviews(ctx context.Context, w *world) (scheduler.ReviewsPlan, error) {
	plan, err := review.Plan(ctx, w.Service, scheduler.ReviewOptions{})
	return plan, errors.Join(err, faults(plan.Findings))
}

func faults(findings []scheduler.Finding) (err error) {
	for _, f := range findings {
		err = errors.Join(err, f.Err)
	}
	return err
}

// clash is a world in which a series has a session to be moved.
func clash(t testing.TB) *world {
	w := schedulertest.Unbooked(t)
	w.MustBook(t, w.Plan(t, w.Request("g"))[0])
	w.Fake.Meet(bo, at(1, 5, 9))
	w.Fake.Meet(cem, at(1, 5, 9))
	w.Fake.Meet(bo, at(1, 6, 9))
	return w
}

// begun is a world in which a run died before its booking reached the calendar.
func begun(t testing.TB) *world {
	w := schedulertest.Unbooked(t)
	w.Fake.Before = schedulertest.Failing("Put", 1)
	if _, _, err := w.Book(t.Context(), w.Plan(t, w.Request("g"))[0]); !errors.Is(err, schedulertest.ErrFault) {
		t.Fatalf("Book: %v; want the fault", err)
	}
	w.Fake.Before = nil
	return w
}

// changing is a world in which a run died before its move reached the calendar.
func changing(t testing.TB) *world {
	w := clash(t)
	plan, err := repair.PlanNight(t.Context(), w.Service)
	if err != nil || len(plan.Changes) == 0 {
		t.Fatalf("PlanNight: %+v, %v; want a move", plan.Changes, err)
	}
	w.Fake.Before = schedulertest.Failing("Put", 1)
	if err := repair.Apply(t.Context(), w.Service, &plan); err != nil && !errors.Is(err, schedulertest.ErrFault) {
		t.Fatal(err)
	}
	w.Fake.Before = nil
	all, err := w.Store.BookingsOf(t.Context(), "g")
	if err != nil || all[0].State != scheduler.Changing {
		t.Fatalf("bookings %+v, %v; want one that is changing", all, err)
	}
	return w
}

func ending(t testing.TB) *world {
	w := clash(t)
	bookings, err := w.Store.Bookings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	w.NearEnd(bookings[0])
	return w
}

// aging is a world in which a group of a round is to be formed anew.
func aging(t testing.TB) *world {
	w := schedulertest.Unbooked(t)
	w.Workspace.Programs[0].RotateAfter = 6
	round := scheduler.Round{Program: "circles", Number: 1, Start: start, Groups: w.Workspace.Groups}
	if _, err := w.Store.Commit(t.Context(), scheduler.Batch{Round: &round}); err != nil {
		t.Fatal(err)
	}
	w.Former = nextRound{}
	w.NearEnd(w.MustBook(t, w.Plan(t, w.Request("g"))[0]))
	return w
}

// nextRound forms the same people once more, in a group that has a booking of its own.
type nextRound struct{}

func (nextRound) NextRound(ctx context.Context, s *scheduler.Service, p scheduler.Program, start availability.Date) (scheduler.NextRound, error) {
	rounds, err := s.Store.Rounds(ctx, p.Name)
	if err != nil {
		return scheduler.NextRound{}, err
	}
	group := scheduler.Group{Name: "h", Program: p.Name, Members: []calendar.Address{ana, bo, cem}}
	round := scheduler.Round{Program: p.Name, Number: len(rounds) + 1, Start: start, Groups: []scheduler.Group{group}}
	return scheduler.NextRound{Round: round, Fresh: []string{"h"}, Replaced: []string{"g"}}, nil
}

func lost(t testing.TB) *world {
	w := clash(t)
	w.Path = t.TempDir() + "/another.db"
	w.OpenStore(t)
	return w
}

// outcome is what everybody sees in the end: the series, and how often who was told.
func outcome(t *testing.T, w *world) map[string]any {
	t.Helper()
	out := map[string]any{}
	for _, a := range []calendar.Address{ana, bo, cem} {
		if w.Workspace.Roster.Of(a).Address != "" {
			out["told "+string(a)] = w.Fake.Told(a)
		}
	}
	all, err := w.Store.Ended(t.Context(), time.Time{})
	open, err2 := w.Store.Bookings(t.Context())
	rounds, err3 := w.Store.Rounds(t.Context(), "")
	if err := errors.Join(err, err2, err3); err != nil {
		t.Fatal(err)
	}
	out["rounds"] = len(rounds)
	for _, b := range append(all, open...) {
		there, err := w.Backend.Get(t.Context(), b.Series.UID)
		there.Version = ""
		out[fmt.Sprint(b.Group, " generation ", b.Generation)] = []any{b.State, b.Reviewed, b.Next == nil, there, kind(err)}
	}
	return out
}

// nextLook returns at which look a run is stopped after this one: the next. Short
// runs stop ever more rarely what looks hundreds of times and more: a rotation, which
// searches for groups, and a rehearsal, which copies the store.
func nextLook(name string, looks int) int {
	if testing.Short() && (name == "rotation" || name == "rehearsal") {
		return looks + 1 + looks/8
	}
	return looks + 1
}

// Stopped at any moment, again and again, each time a little later, a run says so,
// and in the end all is as if nobody had stopped it: nobody is told of anything twice,
// and nothing is forgotten.
func TestStoppedAtAnyMoment(t *testing.T) {
	for name, s := range stoppable {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			undisturbed, stopped := s.world(t), s.world(t)
			found, err := s.do(t.Context(), undisturbed)
			if err != nil {
				t.Fatal(err)
			}
			looks := 0
			for ; ; looks = nextLook(name, looks) {
				ctx := newMortal(t.Context(), looks)
				got, err := s.do(ctx, stopped)
				if err == nil {
					if diff := cmp.Diff(found, got); diff != "" {
						t.Errorf("stopped at last look %d it finds something else (-undisturbed +stopped):\n%s", looks, diff)
					}
					break
				}
				if !errors.Is(err, context.Canceled) {
					t.Fatalf("stopped at look %d: %v; want that it says so", looks, err)
				}
			}
			if looks == 0 {
				t.Error("it never looked whether it is to stop")
			}
			if diff := cmp.Diff(outcome(t, undisturbed), outcome(t, stopped)); diff != "" {
				t.Errorf("stopped until look %d (-undisturbed +stopped):\n%s", looks, diff)
			}
		})
	}
}

// What fails on one call of the calendar fails for that series alone, is told, and is
// made up for by the next run.
func TestAnyCallOfTheCalendarMayFail(t *testing.T) {
	for name, s := range stoppable {
		for _, method := range []string{"Put", "Get", "Cancel", "Busy"} {
			t.Run(name+" "+method, func(t *testing.T) {
				t.Parallel()
				undisturbed, w := s.world(t), s.world(t)
				found, err := s.do(t.Context(), undisturbed)
				if err != nil {
					t.Fatal(err)
				}
				failed := false
				fail := schedulertest.Failing(method, 1)
				w.Fake.Before = func(ctx context.Context, c calendartest.Call) error {
					err := fail(ctx, c)
					failed = failed || err != nil
					return err
				}
				_, first := s.do(t.Context(), w)
				w.Fake.Before = nil
				if first != nil && !errors.Is(first, schedulertest.ErrFault) && !errors.As(first, new(*scheduler.UnfinishedError)) {
					t.Errorf("got %v, want the fault", first)
				}
				if !failed {
					return // it makes no such call
				}
				got, err := s.do(t.Context(), w)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(found, got); diff != "" {
					t.Errorf("it finds something else (-undisturbed +once more):\n%s", diff)
				}
				if diff := cmp.Diff(outcome(t, undisturbed), outcome(t, w)); diff != "" {
					t.Errorf("(-undisturbed +once more):\n%s", diff)
				}
			})
		}
	}
}
