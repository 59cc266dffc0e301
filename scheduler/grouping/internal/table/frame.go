package table

import (
	"fmt"
	"math/bits"
)

// A Frame is what all tables of a problem share.
type Frame struct {
	Weights          Weights
	MinSize, MaxSize int
	NoTrio           bool       // not even of an odd number in pairs
	Weeks, Width     int        // rows of free, and the words of a row
	Free             [][]uint64 // of each person: the starts they can take
	Offsets          []int      // the different UTC offsets on the circle, sorted
	Offset           []uint8    // of each person: the index of theirs
	Seed             uint64
}

// Weights say what costs how much. None may be negative or above MaxWeight.
type Weights struct {
	Met        int // for each time two members were together before
	Session    int // for each session that not all members can attend
	NoSlot     int // for a group that can meet in fewer than half of the sessions
	ZoneHour   int // for each hour of zone span above three
	Department int // for each pair of one department or of close teams
}

// What a table can hold.
const (
	MaxGroup = 8   // people: a circle has no more
	MaxWeeks = 15  // as far as the four bit planes of mostWeeks count; a series has 13
	MaxWords = 64  // of 64 starts each: those of four weeks on the quarter hour take 44
	MaxTimes = 100 // that two people count as having met
	Day      = 24 * 60 * 60
	freeSpan = 3 * 60 * 60 // zones may span that much at no cost
)

// ZoneCost returns the cost of the offsets whose indices are set in zones, and
// how many seconds they span.
func (f *Frame) ZoneCost(zones uint64) (cost, span int) {
	span = circleSpan(f.Offsets, zones)
	return f.Weights.ZoneHour * max(0, span-freeSpan) / (60 * 60), span
}

// SessionCost returns the cost of a group that can meet in so many sessions.
func (f *Frame) SessionCost(sessions int) int {
	c := f.Weights.Session * (f.Weeks - sessions)
	if f.Slotless(sessions) {
		c += f.Weights.NoSlot
	}
	return c
}

// Slotless reports whether so many sessions count as having no common slot.
func (f *Frame) Slotless(sessions int) bool { return 2*sessions < f.Weeks }

// circleSpan returns 24 hours minus the largest gap between the offsets whose
// indices are set in chosen. offsets are sorted.
func circleSpan(offsets []int, chosen uint64) int {
	if chosen == 0 {
		return 0
	}
	first := offsets[bits.TrailingZeros64(chosen)]
	last, gap := first, 0
	for rest := chosen & (chosen - 1); rest != 0; rest &= rest - 1 {
		at := offsets[bits.TrailingZeros64(rest)]
		gap = max(gap, at-last)
		last = at
	}
	return Day - max(gap, first+Day-last)
}

// step returns a number that all costs are multiples of.
func (f *Frame) step() int {
	step := gcd(gcd(f.Weights.Met, f.Weights.Session), gcd(f.Weights.NoSlot, f.Weights.Department))
	for _, o := range f.Offsets {
		hours := f.Weights.ZoneHour * (o - f.Offsets[0])
		if hours%3600 != 0 || f.Weights.ZoneHour*freeSpan%3600 != 0 {
			return 1
		}
		step = gcd(step, gcd(hours/3600, f.Weights.ZoneHour*freeSpan/3600))
	}
	return max(step, 1)
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// Sizes says how large the groups of some people may be.
type Sizes struct {
	Least, Most int
	Lone        bool // all but one have the least size, and that one has the most
}

// SizesFor returns the sizes for so many people. Pairs of an odd number include a trio, unless
// there is to be none.
func (f *Frame) SizesFor(n int) Sizes {
	if f.MaxSize == 2 && n%2 == 1 && !f.NoTrio {
		return Sizes{2, 3, true}
	}
	return Sizes{f.MinSize, f.MaxSize, false}
}

// Counts returns between how many groups so many people can make up.
func (s Sizes) Counts(n int) (few, many int) {
	if s.Lone {
		return n / 2, n / 2
	}
	return (n + s.Most - 1) / s.Most, n / s.Least
}

// String says the sizes in words.
func (s Sizes) String() string {
	if s.Least == s.Most {
		return fmt.Sprint(s.Least)
	}
	return fmt.Sprintf("%d to %d", s.Least, s.Most)
}

// Everyone returns the numbers below n.
func Everyone(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}
