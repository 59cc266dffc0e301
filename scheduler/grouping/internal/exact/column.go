package exact

import (
	"iter"
	"math/bits"

	"github.com/peerslot/peerslot/scheduler/grouping/internal/table"
)

// Limit is the number of people up to which Solve tries to prove its answer.
const Limit = 128

// A set is some of the first ExactLimit people of a table.
type set struct{ low, high uint64 }

func (s set) with(i int) set {
	if i < 64 {
		s.low |= 1 << i
	} else {
		s.high |= 1 << (i - 64)
	}
	return s
}

func (s set) has(i int) bool   { return s.meets(set{}.with(i)) }
func (s set) meets(t set) bool { return s.low&t.low|s.high&t.high != 0 }
func (s set) minus(t set) set  { return set{s.low &^ t.low, s.high &^ t.high} }

// all yields the members in ascending order.
func (s set) all() iter.Seq[int] {
	return func(yield func(int) bool) {
		for w := s.low; w != 0; w &= w - 1 {
			if !yield(bits.TrailingZeros64(w)) {
				return
			}
		}
		for w := s.high; w != 0; w &= w - 1 {
			if !yield(64 + bits.TrailingZeros64(w)) {
				return
			}
		}
	}
}

// A column is a possible group.
type column struct {
	set      set // the members among the first ExactLimit people
	list     [table.MaxGroup]uint16
	size     uint8
	sessions uint8            // that it can have
	count    [features]uint16 // how much of each feature it has
	zones    uint64           // of its members, by index
	cost     int
}

// add makes person i a member.
func (c *column) add(i int) {
	c.list[c.size] = uint16(i)
	c.size++
	if i < Limit {
		c.set = c.set.with(i)
	}
}

func (c *column) members() []uint16 { return c.list[:c.size] }

// The features of groups that a side constraint can limit the sum of. They are
// where the cost has its great steps, and so where fractions deceive most.
const (
	noSlot   = iota // the group cannot meet in half of the sessions
	meetings        // times that its members were together before
	trios           // it has three members, which matters when all others are pairs
	features
)

// A side constraint holds for every grouping that is looked for: it has at least,
// or at most, so much of a feature, or so many groups that touch some zones.
type side struct {
	feature int
	zones   uint64 // by index; none for a feature
	atLeast bool
	value   int
}

// amount returns how much a group has of what the side limits.
func (s *side) amount(c *column) int {
	switch {
	case s.zones == 0:
		return int(c.count[s.feature])
	case s.zones&c.zones != 0:
		return 1
	}
	return 0
}

// sidesOf returns what holds for all groupings.
func sidesOf(t *table.Table) []side {
	if t.Lone {
		return []side{{feature: trios, atLeast: true, value: 1}, {feature: trios, value: 1}}
	}
	return nil
}

// newColumn returns a group as a column.
func newColumn(t *table.Table, members []int) column {
	c := column{cost: t.Cost(members)}
	for k, i := range members {
		c.add(i)
		c.zones |= t.Zone[i]
		for _, j := range members[:k] {
			c.count[meetings] += uint16(t.Met[i*t.N+j])
		}
	}
	c.sessions = uint8(t.Sessions(members))
	if t.Slotless(int(c.sessions)) {
		c.count[noSlot] = 1
	}
	if len(members) == 3 {
		c.count[trios] = 1
	}
	return c
}
