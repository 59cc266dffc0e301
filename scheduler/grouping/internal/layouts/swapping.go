package layouts

import (
	"math"
	"math/rand/v2"
	"slices"
)

// A swapping looks for rounds in which no two pairs of people are of one class, and
// none of class 0, by exchanging people of one round and annealing.
type swapping struct {
	n, size, rounds int
	class           func(a, b int) int
	count           []int // pairs by class
	order           []int // person at each seat: round by round, group by group
	faults          int
	rng             *rand.Rand
}

func newSwapping(n, size, rounds, classes int, class func(a, b int) int, rng *rand.Rand) *swapping {
	return &swapping{n: n, size: size, rounds: rounds, class: class, count: make([]int, classes), rng: rng}
}

// solve starts anew and reports whether there are no faults after so many steps.
func (s *swapping) solve(steps int) bool {
	s.deal()
	for step := range steps {
		if s.faults == 0 {
			return true
		}
		round := s.rng.IntN(s.rounds) * s.n
		a, b := round+s.rng.IntN(s.n), round+s.rng.IntN(s.n)
		if a/s.size == b/s.size {
			continue
		}
		before := s.faults
		s.exchange(a, b)
		temperature := 0.6 - 0.45*float64(step)/float64(steps)
		if worse := s.faults - before; worse > 0 && s.rng.Float64() > math.Exp(-float64(worse)/temperature) {
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
		s.order = append(s.order, s.rng.Perm(s.n)...)
	}
	for seat := range s.order {
		for k := seat - seat%s.size; k < seat; k++ {
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
	start := seat - seat%s.size
	for k := start; k < start+s.size; k++ {
		if k != seat {
			s.add(seat, k, by)
		}
	}
}

// groups returns a copy of the groups of a round.
func (s *swapping) groups(round int) [][]int {
	var out [][]int
	for at := round * s.n; at < (round+1)*s.n; at += s.size {
		out = append(out, slices.Clone(s.order[at:at+s.size]))
	}
	return out
}
