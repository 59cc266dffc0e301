package matching

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestCheapestOfMany: of more people than can be tried the cost is the same whatever their order,
// and whatever all pairs of somebody cost more, and no two pairs can exchange partners for less.
func TestCheapestOfMany(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(5, 5))
	for range 30 {
		n := 20 + 2*rng.IntN(20)
		cost := randomCosts(rng, n, rng.IntN(7), 100)
		price := func(a, b int) int { return cost[a][b] }
		partner := Cheapest(n, price, never)
		if partner == nil {
			continue
		}
		want := matchingCost(t, partner, cost)
		order := rng.Perm(n)
		shuffled := Cheapest(n, func(a, b int) int { return cost[order[a]][order[b]] }, never)
		sum, rises := 0, make([]int, n) // of all pairs of somebody
		for a, b := range shuffled {
			sum += cost[order[a]][order[b]]
			rises[a] = rng.IntN(50)
		}
		if sum/2 != want {
			t.Errorf("%d people: %d in one order, %d in another", n, want, sum/2)
		}
		raised := Cheapest(n, func(a, b int) int {
			if cost[a][b] < 0 {
				return -1
			}
			return cost[a][b] + rises[a] + rises[b]
		}, never)
		if got := matchingCost(t, raised, cost); got != want {
			t.Errorf("%d people: other pairs, for %d, where all of somebody's cost more, want %d", n, got, want)
		}
		for a, b := range partner {
			for c, d := range partner {
				if a != c && a != d && cost[a][c] >= 0 && cost[b][d] >= 0 && cost[a][c]+cost[b][d] < cost[a][b]+cost[c][d] {
					t.Errorf("%d people: %d with %d and %d with %d is cheaper than what was found", n, a, c, b, d)
				}
			}
		}
	}
}

// TestTrim: what is left of a graph is of the graph, and everybody has as many edges as was asked for,
// whichever way is taken.
func TestTrim(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(6, 6))
	found := 0
	for range 60 {
		n := 8 + 2*rng.IntN(5)
		g := randomGraph(rng, n, 1+rng.IntN(3))
		degree := make([]int, n)
		for a := range n {
			for b := range n {
				if g[a][b] {
					degree[a]++
				}
			}
		}
		want := max(0, slices.Min(degree)-rng.IntN(3))
		for name, way := range map[string]func([][]bool, []int, *rand.Rand, func() bool) [][]bool{"exactly": trimExactly, "evenly": trimEvenly} {
			part, excess := matrix[bool](n, n), make([]int, n)
			for a := range n {
				copy(part[a], g[a])
				excess[a] = degree[a] - want
			}
			part = way(part, excess, rng, never)
			if part == nil {
				continue
			}
			found++
			for a := range n {
				left := 0
				for b := range n {
					if part[a][b] {
						left++
					}
					if part[a][b] && (!g[a][b] || !part[b][a]) {
						t.Errorf("%s: %d and %d: no edge of the graph, or one-sided", name, a, b)
					}
				}
				if left != want {
					t.Errorf("%s: %d has %d edges of %d, want %d", name, a, left, degree[a], want)
				}
			}
		}
	}
	if found < 60 {
		t.Errorf("only %d of 120 ways came to an end", found)
	}
}

// TestFactorsOfSome: graphs that fall into matchings by their making are split into as many, of
// which each edge is in one.
func TestFactorsOfSome(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(7, 7))
	for range 40 {
		n := 10 + 2*rng.IntN(15)
		g := matrix[bool](n, n)
		degree := 0
		for range 2 + rng.IntN(5) {
			partner := Cheapest(n, func(a, b int) int {
				if g[a][b] {
					return -1
				}
				return (a + b) * 31 % 97
			}, never)
			if partner == nil {
				break
			}
			degree++
			for a, b := range partner {
				g[a][b] = true
			}
		}
		edge := func(a, b int) bool { return g[a][b] }
		rounds := Factors(n, edge, never)
		if err := checkDisjoint(n, g, rounds); err != nil || len(rounds) != degree {
			t.Errorf("%d people: got %d rounds, want %d; %v", n, len(rounds), degree, err)
		}
	}
}
