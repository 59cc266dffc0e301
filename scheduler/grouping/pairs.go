package grouping

import (
	"cmp"
	"slices"

	"github.com/peerslot/peerslot/scheduler/grouping/internal/matching"
	"github.com/peerslot/peerslot/scheduler/grouping/internal/table"
)

// maxMatching is the number of people up to which pairs are matched exactly.
const maxMatching = 1000

// pairs puts an even number of people into the cheapest pairs and returns a bound.
//
// Only pairs that met least are made, as long as they make up whole rounds, and so that
// the ones left over make up as many more rounds as can be: where the pairs that may be
// and never were make up k rounds, the next k repeat nobody. Bound then is what such
// pairs cost at least.
func (s *solver) pairs() (bound int, err error) {
	n := len(s.people)
	t := s.m.table(&s.masks, s.people)
	price := pairPrices(t)
	cost := func(a, b int) int { return price[a][b] }
	partner := matching.Cheapest(n, cost, s.meter.Stop)
	if s.meter.Stop() {
		return 0, ErrNotFound
	}
	if partner == nil {
		return 0, s.infeasible()
	}
	bound = matched(partner, price)
	fresh, never := leastMet(t, price)
	if rounds := matching.Disjoint(n, fresh, s.meter.Stop); len(rounds) > 0 {
		if never {
			s.ahead = len(rounds)
		}
		cheapest := matching.Cheapest(n, among(fresh, price), s.meter.Stop)
		if cheapest == nil {
			return 0, ErrNotFound // the search is over: there are rounds
		}
		partner = planned(n, price, fresh, slices.Insert(rounds, 0, cheapest), s.meter.Stop)
		bound = matched(cheapest, price)
	}
	s.groups, s.costs = nil, nil
	s.put([]portion{{table: t, groups: pairsOf(partner)}})
	return bound, nil
}

// pairsOf returns the groups that a matching makes.
func pairsOf(partner []int) (groups [][]int) {
	for a, b := range partner {
		if a < b {
			groups = append(groups, []int{a, b})
		}
	}
	return groups
}

// pairPrices returns what each pair costs as a group, -1 if it is forbidden.
func pairPrices(t *table.Table) [][]int {
	price := grid[int](t.N, t.N)
	for a := range t.N {
		price[a][a] = -1
		for b := range a {
			c := -1
			if t.Pair(a, b) < table.Blocked {
				c = t.Cost([]int{a, b})
			}
			price[a][b], price[b][a] = c, c
		}
	}
	return price
}

// matched returns the cost of a matching.
func matched(partner []int, price [][]int) int {
	sum := 0
	for a, b := range partner {
		if a < b {
			sum += price[a][b]
		}
	}
	return sum
}

// leastMet returns the graph of the allowed pairs that met no oftener than any, and
// whether they never did.
func leastMet(t *table.Table, price [][]int) (graph func(a, b int) bool, never bool) {
	met := func(a, b int) int { return int(t.Met[a*t.N+b]) }
	least := table.MaxTimes
	for a := range t.N {
		for b := range a {
			if price[a][b] >= 0 {
				least = min(least, met(a, b))
			}
		}
	}
	return func(a, b int) bool { return price[a][b] >= 0 && met(a, b) == least }, least == 0
}

// among restricts prices to a graph.
func among(graph func(a, b int) bool, price [][]int) func(a, b int) int {
	return func(a, b int) int {
		if !graph(a, b) {
			return -1
		}
		return price[a][b]
	}
}

// planned returns a cheap perfect matching in a graph, so that what is left of it has
// one fewer. The first of the choices is the cheapest, the others are disjoint.
func planned(n int, price [][]int, graph func(a, b int) bool, choices [][]int, stop func() bool) []int {
	slices.SortStableFunc(choices[1:], func(x, y []int) int { return cmp.Compare(matched(x, price), matched(y, price)) })
	for _, partner := range choices[:2] {
		left := func(a, b int) bool { return graph(a, b) && partner[a] != b }
		if matching.HasDisjoint(n, left, len(choices)-2, stop) {
			return partner
		}
	}
	return choices[1] // the other disjoint ones are left, though Disjoint did not find as many again
}

func grid[T any](rows, columns int) [][]T {
	m := make([][]T, rows)
	for r := range m {
		m[r] = make([]T, columns)
	}
	return m
}
