package layouts

import (
	"math"
	"slices"
)

// A swapping looks for rounds in which no two pairs of people are of one class, and
// none of class 0, by exchanging people of one round and annealing.
type swapping struct {
	n, rounds int
	class     func(a, b int) int
	tables    [][2]int // by seat of a round: the first seat of its group, and the one after its last
	count     []int    // pairs by class
	order     []int    // person at each seat: round by round, group by group
	faults    int
	luck      chance
}

// newSwapping looks for rounds in groups of these sizes.
func newSwapping(sizes []int, rounds, classes int, class func(a, b int) int, luck chance) *swapping {
	s := &swapping{rounds: rounds, class: class, count: make([]int, classes), luck: luck}
	for _, size := range sizes {
		for range size {
			s.tables = append(s.tables, [2]int{s.n, s.n + size})
		}
		s.n += size
	}
	return s
}

// alike returns so many groups of one size.
func alike(groups, size int) []int { return slices.Repeat([]int{size}, groups) }

// stretch is how many steps are made between two looks at the meter.
const stretch = 4096

// solve starts anew and reports whether there are no faults after so many steps, or
// when the meter is over.
func (s *swapping) solve(steps int) bool {
	s.deal()
	for step := range steps {
		if s.faults == 0 {
			return true
		}
		if step%stretch == 0 {
			if s.luck.Over() {
				return false
			}
			s.luck.Use(min(stretch, steps-step) * stepCost)
		}
		round := s.luck.IntN(s.rounds) * s.n
		a, b := round+s.luck.IntN(s.n), round+s.luck.IntN(s.n)
		if s.tables[a-round] == s.tables[b-round] {
			continue
		}
		before := s.faults
		s.exchange(a, b)
		temperature := 0.6 - 0.45*float64(step)/float64(steps)
		if worse := s.faults - before; worse > 0 && s.luck.Float64() > math.Exp(-float64(worse)/temperature) {
			s.exchange(a, b)
		}
	}
	return s.faults == 0
}

// deal makes random rounds.
func (s *swapping) deal() {
	s.order, s.faults = s.order[:0], 0
	clear(s.count)
	for range s.rounds {
		s.order = append(s.order, s.luck.Perm(s.n)...)
	}
	for seat := range s.order {
		for k := seat - seat%s.n + s.tables[seat%s.n][0]; k < seat; k++ {
			s.add(seat, k, 1)
		}
	}
}

// add counts the pair at two seats, by 1 or by -1.
func (s *swapping) add(a, b, by int) {
	class := s.class(s.order[a], s.order[b])
	before := s.count[class]
	s.count[class] += by
	if class == 0 || max(before, before+by) > 1 {
		s.faults += by
	}
}

// exchange swaps the people at two seats of different groups.
func (s *swapping) exchange(a, b int) {
	s.others(a, -1)
	s.others(b, -1)
	s.order[a], s.order[b] = s.order[b], s.order[a]
	s.others(a, 1)
	s.others(b, 1)
}

func (s *swapping) others(seat, by int) {
	round := seat - seat%s.n
	for k := round + s.tables[seat-round][0]; k < round+s.tables[seat-round][1]; k++ {
		if k != seat {
			s.add(seat, k, by)
		}
	}
}

// groups returns a copy of the groups of a round.
func (s *swapping) groups(round int) [][]int {
	var out [][]int
	for at := 0; at < s.n; at = s.tables[at][1] {
		out = append(out, slices.Clone(s.order[round*s.n+at:round*s.n+s.tables[at][1]]))
	}
	return out
}

// all returns a copy of the rounds.
func (s *swapping) all() [][][]int {
	layout := make([][][]int, s.rounds)
	for r := range layout {
		layout[r] = s.groups(r)
	}
	return layout
}
