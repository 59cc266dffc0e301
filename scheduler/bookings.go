package scheduler

import (
	"context"
	"fmt"
	"iter"
	"slices"
)

// Bookings are those that have not ended, sorted by group, then by generation. A
// group has at most one that was not reviewed, besides one that was and runs out.
type Bookings []Booking

// GroupsAtOnce is of how many groups the bookings are in memory where all are gone
// through.
const GroupsAtOnce = 200

// Pages returns all bookings that have not ended, those of GroupsAtOnce groups at a time.
// An error ends it.
func Pages(ctx context.Context, s Store) iter.Seq2[Bookings, error] {
	return func(yield func(Bookings, error) bool) {
		all, err := OpenGroups(ctx, s)
		if err != nil {
			yield(nil, err)
			return
		}
		for groups := range slices.Chunk(all, GroupsAtOnce) {
			page, err := s.Bookings(ctx, groups...)
			if err != nil {
				err = fmt.Errorf("read the bookings: %w", err)
			}
			if !yield(page, err) || err != nil {
				return
			}
		}
	}
}

// Page returns bookings that are in memory as the only page of all.
func (bs Bookings) Page() iter.Seq2[Bookings, error] {
	return func(yield func(Bookings, error) bool) { yield(bs, nil) }
}

// OpenGroups names the groups with bookings that have not ended, sorted.
func OpenGroups(ctx context.Context, s Store) (names []string, err error) {
	refs, err := s.BookingRefs(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the bookings: %w", err)
	}
	for i, r := range refs {
		if i == 0 || refs[i-1].Group != r.Group {
			names = append(names, r.Group)
		}
	}
	return names, nil
}

// Current returns the group's booking that was not reviewed: the one that is
// booked, changed, reviewed and answered about.
func (bs Bookings) Current(group string) (Booking, bool) {
	return bs.find(func(b Booking) bool { return b.Group == group && !b.Reviewed })
}

// ByGroup returns the current booking of each group that has one, for who asks for many.
func (bs Bookings) ByGroup() map[string]Booking {
	out := make(map[string]Booking, len(bs))
	for _, b := range bs {
		if _, again := out[b.Group]; !again && !b.Reviewed {
			out[b.Group] = b
		}
	}
	return out
}

// RunningOut returns the group's booking that was reviewed and has sessions left.
func (bs Bookings) RunningOut(group string) (Booking, bool) {
	return bs.find(func(b Booking) bool { return b.Group == group && b.Reviewed })
}

func (bs Bookings) find(is func(Booking) bool) (Booking, bool) {
	i := slices.IndexFunc(bs, is)
	if i < 0 {
		return Booking{}, false
	}
	return bs[i], true
}
