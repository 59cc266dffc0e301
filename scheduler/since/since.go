// Package since reads the bookings that stand, and of those that have ended such as were
// made since some time, without having those of all groups in memory.
package since

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/peerslot/peerslot/scheduler"
)

// Groups names the groups that have such bookings, sorted.
func Groups(ctx context.Context, s scheduler.Store, made time.Time) ([]string, error) {
	groups, err := s.EndedGroups(ctx, made)
	if err != nil {
		return nil, fmt.Errorf("read the bookings that have ended: %w", err)
	}
	open, err := scheduler.OpenGroups(ctx, s)
	if err != nil {
		return nil, err
	}
	groups = append(groups, open...)
	slices.Sort(groups)
	return slices.Compact(groups), nil
}

// Bookings returns those of some groups: the ones that have ended, and then the others.
func Bookings(ctx context.Context, s scheduler.Store, made time.Time, groups []string) ([]scheduler.Booking, error) {
	if len(groups) == 0 {
		return nil, nil
	}
	ended, err := s.Ended(ctx, made, groups...)
	if err != nil {
		return nil, fmt.Errorf("read the bookings that have ended: %w", err)
	}
	open, err := s.Bookings(ctx, groups...)
	if err != nil {
		return nil, fmt.Errorf("read the bookings: %w", err)
	}
	return append(ended, open...), nil
}

// Pages returns those of all groups, of [scheduler.GroupsAtOnce] at a time. An error ends it.
func Pages(ctx context.Context, s scheduler.Store, made time.Time) iter.Seq2[[]scheduler.Booking, error] {
	return func(yield func([]scheduler.Booking, error) bool) {
		groups, err := Groups(ctx, s, made)
		if err != nil {
			yield(nil, err)
			return
		}
		for some := range slices.Chunk(groups, scheduler.GroupsAtOnce) {
			if page, err := Bookings(ctx, s, made, some); !yield(page, err) || err != nil {
				return
			}
		}
	}
}
