package matching

import (
	"math/rand/v2"
)

// Factors splits a graph in which every vertex has the same degree into that many
// perfect matchings, given as partners, or returns nil if it finds no way, or stop returns true. The same
// graph always gives the same answer.
//
// It colours the edges. An edge whose ends lack one colour in common takes it.
// Otherwise the path of the two colours that the ends lack is swapped at one end; if
// it leads to the other end, another path is, at random, and the edge tried later.
func Factors(n int, edge func(a, b int) bool, stop func() bool) [][]int {
	for attempt := range uint64(20) {
		c := newColouring(n, edge, attempt)
		if c == nil {
			return nil
		}
		if c.complete(20*(n+len(c.open)), stop) {
			return c.partner
		}
	}
	return nil
}

// A colouring gives edges colours so that no two at one vertex are equal.
type colouring struct {
	n       int
	partner [][]int // by colour and vertex; -1 for none
	open    [][2]int
	path    []int
	rng     *rand.Rand
}

func newColouring(n int, edge func(a, b int) bool, seed uint64) *colouring {
	c := &colouring{n: n, rng: rand.New(rand.NewPCG(seed, 0))}
	degree := make([]int, n)
	for a := range n {
		for b := range a {
			if edge(a, b) {
				c.open = append(c.open, [2]int{a, b})
				degree[a]++
				degree[b]++
			}
		}
	}
	for _, d := range degree {
		if d != degree[0] {
			return nil
		}
	}
	if n > 0 {
		c.partner = matrix[int](degree[0], n)
	}
	for _, p := range c.partner {
		for v := range p {
			p[v] = -1
		}
	}
	return c
}

// complete colours the open edges. It gives up after so many steps, or when stopped.
func (c *colouring) complete(steps int, stop func() bool) bool {
	c.rng.Shuffle(len(c.open), func(i, j int) { c.open[i], c.open[j] = c.open[j], c.open[i] })
	for ; len(c.open) > 0; steps-- {
		if steps == 0 || steps%1024 == 0 && stop() {
			return false
		}
		last := len(c.open) - 1
		u, v := c.open[last][0], c.open[last][1]
		c.open = c.open[:last]
		if c.rng.IntN(2) == 0 {
			u, v = v, u
		}
		c.colour(u, v)
	}
	return true
}

func (c *colouring) colour(u, v int) {
	start := c.rng.IntN(len(c.partner))
	a, b := -1, -1 // what u and what v lack
	for k := range c.partner {
		k = (k + start) % len(c.partner)
		p := c.partner[k]
		switch {
		case p[u] < 0 && p[v] < 0:
			p[u], p[v] = v, u
			return
		case p[u] < 0:
			a = k
		case p[v] < 0:
			b = k
		}
	}
	if c.swap(v, a, b, u) {
		c.partner[a][u], c.partner[a][v] = v, u
		return
	}
	// The two colours lead from v to u: a third one gives v another colour to lack.
	if k := c.rng.IntN(len(c.partner)); k != a && k != b {
		c.swap(v, k, b, -1)
	}
	c.open = append(c.open, [2]int{u, v})
}

// swap exchanges colours a and b on the path that starts at v with a, unless it
// ends at not. v lacks b before, and a after it.
func (c *colouring) swap(v, a, b, not int) bool {
	c.path = append(c.path[:0], v)
	for x, k := v, a; c.partner[k][x] >= 0; k = a + b - k {
		x = c.partner[k][x]
		c.path = append(c.path, x)
	}
	if c.path[len(c.path)-1] == not {
		return false
	}
	for i, k := 0, a; i+1 < len(c.path); i, k = i+1, a+b-k {
		c.partner[k][c.path[i]], c.partner[k][c.path[i+1]] = -1, -1
	}
	for i, k := 0, b; i+1 < len(c.path); i, k = i+1, a+b-k {
		c.partner[k][c.path[i]], c.partner[k][c.path[i+1]] = c.path[i+1], c.path[i]
	}
	return true
}
