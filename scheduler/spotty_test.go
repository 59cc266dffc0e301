package scheduler_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/attendance"
	"github.com/peerslot/peerslot/scheduler/schedulertest"
)

// A spottyStore is a store one of whose calls fails, as those of a database do whose
// connection breaks: before the call gets there, or once it is done.
type spottyStore struct {
	scheduler.Store
	left   int // calls until the one that fails
	after  bool
	failed string // the call that did
}

// try makes one call, or fails instead.
func try[T any](s *spottyStore, method string, call func() (T, error)) (T, error) {
	s.left--
	if s.left != -1 {
		return call()
	}
	s.failed = method
	if s.after {
		if got, err := call(); err != nil {
			return got, err
		}
	}
	var zero T
	return zero, schedulertest.ErrFault
}

func (s *spottyStore) Bookings(ctx context.Context, groups ...string) (scheduler.Bookings, error) {
	return try(s, "Bookings", func() (scheduler.Bookings, error) { return s.Store.Bookings(ctx) })
}

func (s *spottyStore) BookingsOf(ctx context.Context, group string) ([]scheduler.Booking, error) {
	return try(s, "BookingsOf", func() ([]scheduler.Booking, error) { return s.Store.BookingsOf(ctx, group) })
}

func (s *spottyStore) Begun(ctx context.Context, most int) ([]string, error) {
	return try(s, "Begun", func() ([]string, error) { return s.Store.Begun(ctx, most) })
}

func (s *spottyStore) Ended(ctx context.Context, since time.Time, groups ...string) ([]scheduler.Booking, error) {
	return try(s, "Ended", func() ([]scheduler.Booking, error) { return s.Store.Ended(ctx, since, groups...) })
}

func (s *spottyStore) EndedGroups(ctx context.Context, since time.Time) ([]string, error) {
	return try(s, "EndedGroups", func() ([]string, error) { return s.Store.EndedGroups(ctx, since) })
}

func (s *spottyStore) Commit(ctx context.Context, b scheduler.Batch) ([]scheduler.Booking, error) {
	return try(s, "Commit", func() ([]scheduler.Booking, error) { return s.Store.Commit(ctx, b) })
}

func (s *spottyStore) History(ctx context.Context, group string, since time.Time) ([]scheduler.Event, error) {
	return try(s, "History", func() ([]scheduler.Event, error) { return s.Store.History(ctx, group, since) })
}

func (s *spottyStore) Moves(ctx context.Context, after time.Time) ([]scheduler.Moves, error) {
	return try(s, "Moves", func() ([]scheduler.Moves, error) { return s.Store.Moves(ctx, after) })
}

func (s *spottyStore) Rounds(ctx context.Context, program string) ([]scheduler.Round, error) {
	return try(s, "Rounds", func() ([]scheduler.Round, error) { return s.Store.Rounds(ctx, program) })
}

func (s *spottyStore) LastRounds(ctx context.Context) ([]scheduler.Round, error) {
	return try(s, "LastRounds", func() ([]scheduler.Round, error) { return s.Store.LastRounds(ctx) })
}

func (s *spottyStore) Seen(ctx context.Context, uids ...calendar.UID) (scheduler.Seen, error) {
	return try(s, "Seen", func() (scheduler.Seen, error) { return s.Store.Seen(ctx, uids...) })
}

func (s *spottyStore) SeenToken(ctx context.Context) (string, error) {
	return try(s, "SeenToken", func() (string, error) { return s.Store.SeenToken(ctx) })
}

func (s *spottyStore) Answer(ctx context.Context, uid calendar.UID, key, token string, instead []string) error {
	_, err := try(s, "Answer", func() (any, error) { return nil, s.Store.Answer(ctx, uid, key, token, instead) })
	return err
}

func (s *spottyStore) Answers(ctx context.Context, uid calendar.UID) (key string, tokens []string, err error) {
	_, err = try(s, "Answers", func() (any, error) {
		key, tokens, err = s.Store.Answers(ctx, uid)
		return nil, err
	})
	return key, tokens, err
}

func (s *spottyStore) Unreadable(ctx context.Context) (map[calendar.Address]time.Time, error) {
	return try(s, "Unreadable", func() (map[calendar.Address]time.Time, error) { return s.Store.Unreadable(ctx) })
}

func (s *spottyStore) Mark(ctx context.Context) (scheduler.Mark, error) {
	return try(s, "Mark", func() (scheduler.Mark, error) { return s.Store.Mark(ctx) })
}

func (s *spottyStore) Settings(ctx context.Context) ([]scheduler.Settings, error) {
	return try(s, "Settings", func() ([]scheduler.Settings, error) { return s.Store.Settings(ctx) })
}

func (s *spottyStore) Attended(ctx context.Context, uids ...calendar.UID) ([]attendance.Found, error) {
	return try(s, "Attended", func() ([]attendance.Found, error) { return s.Store.Attended(ctx, uids...) })
}

func (s *spottyStore) Lock(ctx context.Context, wait time.Duration) (unlock func(), err error) {
	_, err = try(s, "Lock", func() (any, error) { unlock, err = s.Store.Lock(ctx, wait); return nil, err })
	return s.held(unlock, err)
}

func (s *spottyStore) LockGroup(ctx context.Context, group string, wait time.Duration) (unlock func(), err error) {
	_, err = try(s, "LockGroup", func() (any, error) { unlock, err = s.Store.LockGroup(ctx, group, wait); return nil, err })
	return s.held(unlock, err)
}

// held returns the lock; one that fails is held by nobody.
func (s *spottyStore) held(unlock func(), err error) (func(), error) {
	if err != nil && unlock != nil {
		unlock()
	}
	return unlock, err
}

func (s *spottyStore) Draft(ctx context.Context) (scheduler.Store, error) {
	return try(s, "Draft", func() (scheduler.Store, error) { return s.Store.Draft(ctx) })
}

// Whatever call of the store fails, and whether it was done or not, the run says so, and
// the next ones make up for it: in the end all is as if none had failed.
func TestAnyCallOfTheStoreMayFail(t *testing.T) {
	for name, s := range stoppable {
		for _, after := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s done %v", name, after), func(t *testing.T) {
				t.Parallel()
				undisturbed, w := s.world(t), s.world(t)
				found, err := s.do(t.Context(), undisturbed)
				if err != nil {
					t.Fatal(err)
				}
				there := w.Store
				var got any
				for calls := 0; ; calls++ {
					spotty := &spottyStore{Store: there, left: calls, after: after}
					w.Store = spotty
					if got, err = s.do(t.Context(), w); spotty.failed == "" {
						break
					}
					if !errors.Is(err, schedulertest.ErrFault) {
						t.Errorf("call %d, %s, fails: %v; want that it says so", calls, spotty.failed, err)
					}
				}
				w.Store = there
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(found, got); diff != "" {
					t.Errorf("it finds something else (-undisturbed +in the end):\n%s", diff)
				}
				if diff := cmp.Diff(outcome(t, undisturbed), outcome(t, w)); diff != "" {
					t.Errorf("(-undisturbed +in the end):\n%s", diff)
				}
			})
		}
	}
}
