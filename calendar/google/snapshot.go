package google

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
)

// A snapshot answers who is busy from one reading of everybody's calendars, so
// that asking once for each of many series costs no more than asking once. It
// does not see what is booked after it was made.
type snapshot struct {
	b      *Backend
	window availability.Interval
	busy   map[calendar.Address]availability.Busy

	mu     sync.Mutex
	known  map[calendar.UID]bool             // series whose sessions are known
	own    map[calendar.Address][]ownSession // that make somebody busy, as far as they are known
	names  map[string]calendar.UID           // whose event has that id or iCalUID
	listed map[calendar.Address]listing
}

// An ownSession is a session of one of our series.
type ownSession struct {
	series calendar.UID
	availability.Interval
}

// Snapshot implements calendar.Syncer. The reader may be used by several goroutines.
func (b *Backend) Snapshot(ctx context.Context, people []calendar.Address, window availability.Interval, own ...calendar.Series) (calendar.BusyReader, error) {
	s := &snapshot{
		b: b, window: window,
		known: map[calendar.UID]bool{}, own: map[calendar.Address][]ownSession{},
		names: map[string]calendar.UID{}, listed: map[calendar.Address]listing{},
	}
	for _, series := range own {
		sessions, err := sessionsOf(series)
		if err != nil {
			return nil, err
		}
		s.know(series.UID, sessions)
	}
	var err error
	if s.busy, err = b.busy(ctx, people, window); err != nil {
		return nil, err
	}
	return s, nil
}

// Busy implements calendar.BusyReader. Of people whom the snapshot does not cover
// nothing is known, nor of time outside its window.
func (s *snapshot) Busy(ctx context.Context, people []calendar.Address, iv availability.Interval, except ...calendar.UID) (map[calendar.Address]availability.Busy, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := s.find(ctx, except); err != nil {
		return nil, fmt.Errorf("read the sessions that do not count: %w", err)
	}
	without := make(map[calendar.UID]bool, len(except))
	for _, uid := range except {
		without[uid] = true
	}
	var mu sync.Mutex
	out := make(map[calendar.Address]availability.Busy, len(people))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(parallel)
	for _, a := range slices.Compact(slices.Sorted(slices.Values(people))) {
		g.Go(func() error {
			busy, err := s.without(ctx, a, without)
			mu.Lock()
			defer mu.Unlock()
			out[a] = busy.Within(iv)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	return out, nil
}

// without returns when a is busy with something else than the given series.
func (s *snapshot) without(ctx context.Context, a calendar.Address, except map[calendar.UID]bool) (availability.Busy, error) {
	busy, ok := s.busy[a]
	if !ok {
		return availability.Unreadable("this calendar was not asked for"), nil
	}
	doubtful := s.doubtful(a, busy, except)
	if len(doubtful) == 0 {
		return busy, nil
	}
	list, err := s.list(ctx, a, doubtful)
	if err != nil {
		return busy, err
	}
	return list.explain(busy, doubtful, except), nil
}

// doubtful returns the time of a's sessions that is busy, but need not be so with
// the session alone. A session that is not busy from start to end is not what
// makes the calendar busy there, since it would be; so what is there is something
// else. The same goes for one that a has declined.
func (s *snapshot) doubtful(a calendar.Address, busy availability.Busy, except map[calendar.UID]bool) []availability.Interval {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []availability.Interval
	for _, own := range s.own[a] {
		if except[own.series] && covered(busy, own.Interval) {
			out = append(out, own.Interval)
		}
	}
	return availability.Union(out)
}

// covered reports whether one busy span holds all of iv. Those of one kind are sorted
// and do not overlap, so that the last that starts in time decides.
func covered(busy availability.Busy, iv availability.Interval) bool {
	end, _ := slices.BinarySearchFunc(busy.Spans, iv.Start, func(s availability.Span, t time.Time) int {
		if s.Start.After(t) {
			return 1
		}
		return -1
	})
	for _, s := range slices.Backward(busy.Spans[:end]) {
		if s.Kind != availability.Unknown {
			return s.Contains(iv)
		}
	}
	return false
}
