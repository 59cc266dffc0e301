package grouping

import (
	"math/rand/v2"
	"slices"
)

// A repartition improves a grouping by taking a few groups apart and putting their
// people together again in the cheapest way.
type repartition struct {
	t      *table
	groups [][]int
	costs  []int
	rng    *rand.Rand
	meter  *meter
}

func newRepartition(t *table, groups [][]int, rng *rand.Rand, m *meter) *repartition {
	r := &repartition{t: t, groups: groups, rng: rng, meter: m}
	for _, g := range groups {
		r.costs = append(r.costs, t.cost(g))
	}
	return r
}

// try takes the groups at these places apart and reports whether that gained
// something.
func (r *repartition) try(places []int, effort int) bool {
	var people []int
	var sub [][]int
	for _, at := range places {
		var g []int
		for _, i := range r.groups[at] {
			g = append(g, len(people))
			people = append(people, i)
		}
		sub = append(sub, g)
	}
	part := r.meter.part(effort)
	given := part.left
	e := newExact(r.t.only(people), sub, part)
	before := e.cost
	e.solve()
	r.meter.settle(part, given)
	if e.cost >= before {
		return false
	}
	for k, at := range places {
		if k >= len(e.best) {
			break
		}
		r.replace(at, e.best[k], people)
	}
	for _, g := range e.best[min(len(places), len(e.best)):] {
		r.groups, r.costs = append(r.groups, nil), append(r.costs, 0)
		r.replace(len(r.groups)-1, g, people)
	}
	if len(e.best) < len(places) {
		gone := slices.Sorted(slices.Values(places[len(e.best):]))
		for _, at := range slices.Backward(gone) {
			r.groups, r.costs = slices.Delete(r.groups, at, at+1), slices.Delete(r.costs, at, at+1)
		}
	}
	return true
}

func (r *repartition) replace(at int, group, people []int) {
	g := make([]int, len(group))
	for k, i := range group {
		g[k] = people[i]
	}
	r.groups[at], r.costs[at] = g, r.t.cost(g)
}
