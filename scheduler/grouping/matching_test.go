package grouping

import (
	"math/bits"
	"math/rand/v2"
	"testing"
)

// bestPairs finds the least cost of a perfect matching by trying all, person by
// person; -1 if there is none.
func bestPairs(n int, cost [][]int) int {
	least := make([]int, 1<<n)
	for s := 1; s < 1<<n; s++ {
		least[s] = -1
		a := bits.TrailingZeros(uint(s))
		for b := a + 1; b < n; b++ {
			if s>>b&1 == 0 || cost[a][b] < 0 {
				continue
			}
			if rest := least[s&^(1<<a|1<<b)]; rest >= 0 && (least[s] < 0 || rest+cost[a][b] < least[s]) {
				least[s] = rest + cost[a][b]
			}
		}
	}
	return least[1<<n-1]
}

func TestPairUp(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for round := range 4000 {
		n := 2 + 2*rng.IntN(6)
		cost := matrix[int](n, n)
		forbidden, most := rng.IntN(10), 1+rng.IntN(1+round%50)
		for a := range n {
			for b := range a {
				c := rng.IntN(most)
				if rng.IntN(10) < forbidden {
					c = -1
				}
				cost[a][b], cost[b][a] = c, c
			}
		}
		got := -1
		if partner := pairUp(n, func(a, b int) int { return cost[a][b] }); partner != nil {
			got = matchingCost(t, partner, cost)
		}
		if want := bestPairs(n, cost); got != want {
			t.Fatalf("n=%d %v: got cost %d, want %d", n, cost, got, want)
		}
	}
}

func matchingCost(t *testing.T, partner []int, cost [][]int) int {
	t.Helper()
	sum := 0
	for a, b := range partner {
		if partner[b] != a || a == b {
			t.Fatalf("%v is no matching", partner)
		}
		sum += cost[a][b]
	}
	return sum / 2
}
