package grouping

import (
	"cmp"
	"slices"

	"github.com/peerslot/peerslot/scheduler/grouping/internal/matching"
)

// maxMatching is the number of people up to which pairs are matched exactly.
const maxMatching = 1000

// pairs puts an even number of people into the cheapest pairs and returns a bound.
//
// If everybody has met equally many of those whom they may meet, and not one of
// them oftener than the others, the pairs are part of a plan that goes on until
// everybody has met all of them: only pairs that met least are made, and only so
// that the ones left over can make up whole rounds again. Bound then is what such
// pairs cost at least.
func (s *solver) pairs() (bound int, err error) {
	n := len(s.people)
	t := newTable(s.m, &s.masks, s.people)
	price := t.pairPrices()
	cost := func(a, b int) int { return price[a][b] }
	partner := matching.Cheapest(n, cost)
	if partner == nil {
		return 0, s.infeasible()
	}
	bound = matched(partner, price)
	if fresh := t.leastMet(price); matching.Factors(n, fresh) != nil {
		partner = planned(n, price, fresh)
		bound = matched(matching.Cheapest(n, among(fresh, price)), price)
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
func (t *table) pairPrices() [][]int {
	price := grid[int](t.n, t.n)
	for a := range t.n {
		price[a][a] = -1
		for b := range a {
			c := -1
			if t.pair(a, b) < blocked {
				c = t.cost([]int{a, b})
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

// leastMet returns the graph of the allowed pairs that met no oftener than any.
func (t *table) leastMet(price [][]int) func(a, b int) bool {
	met := func(a, b int) int { return t.model.met(t.people[a], t.people[b]) }
	least := maxTimes
	for a := range t.n {
		for b := range a {
			if price[a][b] >= 0 {
				least = min(least, met(a, b))
			}
		}
	}
	return func(a, b int) bool { return price[a][b] >= 0 && met(a, b) == least }
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

// planned returns a cheap perfect matching in a graph that consists of perfect
// matchings, so that what is left of the graph does, too.
func planned(n int, price [][]int, graph func(a, b int) bool) []int {
	choices := [][]int{matching.Cheapest(n, among(graph, price))}
	rounds := matching.Factors(n, graph)
	slices.SortStableFunc(rounds, func(x, y []int) int { return cmp.Compare(matched(x, price), matched(y, price)) })
	for _, partner := range append(choices, rounds...) {
		if matching.Factors(n, func(a, b int) bool { return graph(a, b) && partner[a] != b }) != nil {
			return partner
		}
	}
	return rounds[0] // the others are whole rounds, though Factors could not find them again
}

func grid[T any](rows, columns int) [][]T {
	m := make([][]T, rows)
	for r := range m {
		m[r] = make([]T, columns)
	}
	return m
}
