package matching

import (
	"math/rand/v2"
	"slices"
)

// Disjoint returns as many perfect matchings as it finds of which no two share an
// edge of a graph over n vertices, n even: as partners, one a round. The same graph
// always gives the same answer, unless stop returns true: then there are none.
//
// No graph has more than its least degree. So many are tried for first: a part of
// the graph in which every vertex has just that degree is split into matchings by
// Factors. Where there is no such part, or it does not fall apart, one fewer is.
func Disjoint(n int, edge func(a, b int) bool, stop func() bool) [][]int {
	s := newSplitter(n, edge, stop)
	for most := s.least; most > max(0, s.least-deepest(n)); most-- {
		if rounds := s.split(most); rounds != nil {
			return rounds
		}
	}
	return nil
}

// HasDisjoint reports whether it finds so many perfect matchings of which no two share an
// edge, as Disjoint does.
func HasDisjoint(n int, edge func(a, b int) bool, count int, stop func() bool) bool {
	s := newSplitter(n, edge, stop)
	return count <= 0 || count <= s.least && s.split(count) != nil
}

// A splitter takes a graph apart into perfect matchings.
type splitter struct {
	n      int
	edge   func(a, b int) bool
	stop   func() bool
	degree []int
	least  int // of the degrees
	rng    *rand.Rand
}

func newSplitter(n int, edge func(a, b int) bool, stop func() bool) *splitter {
	s := &splitter{n, edge, stop, make([]int, n), n - 1, rand.New(rand.NewPCG(uint64(n), 0))}
	for a := range n {
		for b := range n {
			if a != b && edge(a, b) {
				s.degree[a]++
			}
		}
		s.least = min(s.least, s.degree[a])
	}
	return s
}

// split returns so many matchings, nil if it finds no part of that degree that falls apart.
func (s *splitter) split(count int) [][]int {
	if s.n > 300 && slices.Max(s.degree) > count {
		return nil
	}
	for range attempts(s.n) {
		if s.stop() {
			return nil
		}
		part := trim(s.n, s.edge, s.degree, count, s.rng, s.stop)
		if part == nil {
			continue
		}
		if rounds := Factors(s.n, func(a, b int) bool { return part[a][b] }, s.stop); rounds != nil {
			return rounds
		}
	}
	return nil
}

// attempts is how many parts of one degree are tried. In 1,000 random graphs over up to
// 8 vertices 4 miss nothing that an exhaustive search finds (TestDisjoint), but of 10
// people with one forbidden pair they lose a round near the end.
func attempts(n int) int {
	if n > 40 {
		return 4
	}
	return 60
}

// deepest is how far below the least degree is looked. Above 300 vertices only graphs
// are split in which all have one degree: to trim others takes minutes.
func deepest(n int) int {
	if n > 300 {
		return 1
	}
	return n
}

// trim takes edges out of a graph until every vertex has the same degree, nil if it
// finds no way.
func trim(n int, edge func(a, b int) bool, degree []int, want int, rng *rand.Rand, stop func() bool) [][]bool {
	part := matrix[bool](n, n)
	excess := make([]int, n)
	size := 0
	for a := range n {
		excess[a] = degree[a] - want
		size += excess[a]
		for b := range n {
			part[a][b] = a != b && edge(a, b)
			if b < a && part[a][b] && excess[a] > 0 && excess[b] > 0 {
				size += 2
			}
		}
	}
	if size <= gadgetLimit {
		return trimExactly(part, excess, rng, stop)
	}
	return trimEvenly(part, excess, rng, stop)
}

// gadgetLimit is how many vertices the matching of trimExactly may have, to take less
// than a tenth of a second.
const gadgetLimit = 600

// trimExactly finds the edges to take out by a matching (Tutte's gadget). An edge has a
// vertex for each of its ends, joined to each other, and each of them to all the copies
// of that end, of which there are as many as it has edges too many: both of an edge's
// are matched with copies, and the edge goes, or with each other.
func trimExactly(part [][]bool, excess []int, rng *rand.Rand, stop func() bool) [][]bool {
	type vertex struct{ person, edge int } // edge -1 for a copy
	var all []vertex
	var edges [][2]int
	for a, e := range excess {
		for range e {
			all = append(all, vertex{a, -1})
		}
		for b := range a {
			if part[a][b] && e > 0 && excess[b] > 0 {
				all = append(all, vertex{a, len(edges)}, vertex{b, len(edges)})
				edges = append(edges, [2]int{a, b})
			}
		}
	}
	random := make([]int, len(edges))
	for k := range random {
		random[k] = rng.IntN(1000)
	}
	partner := Cheapest(len(all), func(x, y int) int {
		switch a, b := all[x], all[y]; {
		case a.edge >= 0 && a.edge == b.edge:
			return random[a.edge]
		case a.person == b.person && a.edge < 0 && b.edge >= 0 || a.person == b.person && b.edge < 0 && a.edge >= 0:
			return 0
		}
		return -1
	}, stop)
	if partner == nil {
		return nil
	}
	for x, y := range partner {
		if all[x].edge >= 0 && all[y].edge < 0 {
			e := edges[all[x].edge]
			part[e[0]][e[1]], part[e[1]][e[0]] = false, false
		}
	}
	return part
}

// trimEvenly takes one edge from each of those who have most too many, and from others
// where that helps, until nobody has.
func trimEvenly(part [][]bool, excess []int, rng *rand.Rand, stop func() bool) [][]bool {
	for {
		var people []int // with too many edges
		most := 0
		for a, e := range excess {
			if most = max(most, e); e > 0 {
				people = append(people, a)
			}
		}
		if most == 0 {
			return part
		}
		partner := thin(people, part, excess, most, rng, stop)
		if partner == nil {
			return nil
		}
		for k, other := range partner[:len(people)] {
			if other < len(people) {
				a, b := people[k], people[other]
				part[a][b] = false
				excess[a]--
			}
		}
	}
}

// thin matches the people with the most excess, and as many of the others as it can,
// over edges of the graph. Whoever has a partner above them all has none.
func thin(people []int, part [][]bool, excess []int, most int, rng *rand.Rand, stop func() bool) []int {
	n := len(people)
	const alone, noise = 50, 40
	random := matrix[int](n, n)
	for a := range n {
		for b := range a {
			random[a][b] = rng.IntN(noise)
			random[b][a] = random[a][b]
		}
	}
	return Cheapest(2*n, func(a, b int) int {
		switch {
		case a < n && b < n && part[people[a]][people[b]]:
			return random[a][b]
		case a >= n && b >= n:
			return 0
		case a < n && b >= n && excess[people[a]] < most, a >= n && b < n && excess[people[b]] < most:
			return alone
		}
		return -1
	}, stop)
}
