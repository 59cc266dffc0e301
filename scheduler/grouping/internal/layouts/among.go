package layouts

import (
	"math/rand/v2"
	"slices"

	"github.com/peerslot/peerslot/scheduler/grouping/internal/meter"
)

// Among returns as many rounds as it finds, at most so many, in groups of these sizes in which
// no two people meet twice, and only those who may: fewer than there are, if luck is bad. The
// same arguments give the same rounds. If the meter is over there are none.
func Among(sizes []int, most int, may func(a, b int) bool, m *meter.Meter) [][][]int {
	n := 0
	for _, size := range sizes {
		n += size
	}
	if n > MaxSearch {
		return nil
	}
	luck := chance{rand.New(rand.NewPCG(1, uint64(n))), m}
	for rounds := min(most, bound(sizes, n, may)); rounds > 0 && !m.Over(); rounds-- {
		if layout := swapped(sizes, rounds, amongSteps(n)*n*rounds, may, luck); layout != nil {
			return tidy(layout)
		}
	}
	return nil
}

// bound returns what the number of rounds cannot exceed: everybody meets others in each, of
// those whom they may meet, and so do all together.
func bound(sizes []int, n int, may func(a, b int) bool) int {
	pairs, least := 0, slices.Min(sizes)-1
	for _, size := range sizes {
		pairs += size * (size - 1) / 2
	}
	rounds, all := n, 0
	for a := range n {
		others := 0
		for b := range n {
			if a != b && may(a, b) {
				others++
			}
		}
		all += others
		rounds = min(rounds, others/least)
	}
	return min(rounds, all/2/pairs)
}

// amongSteps returns how many steps a search makes for each person and round. Over up to 12
// people 3,000 find as many rounds as an exhaustive search, 600 miss one in 18 (TestAmong); with
// 3,000, 31 people would take 10 CPU s (2026-11).
func amongSteps(n int) int {
	if n <= 12 {
		return 3000
	}
	return 600
}

// swapped looks for all rounds at once, with so many steps from each of ten starts.
func swapped(sizes []int, rounds, steps int, may func(a, b int) bool, luck chance) [][][]int {
	n := 0
	for _, size := range sizes {
		n += size
	}
	s := newSwapping(sizes, rounds, n*n+1, func(a, b int) int {
		if !may(a, b) {
			return 0
		}
		return 1 + min(a, b)*n + max(a, b)
	}, luck)
	for range 10 {
		if s.solve(steps) {
			return s.all()
		}
	}
	return nil
}
