package grouping

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/peerslot/peerslot/scheduler/grouping/internal/matching"
)

// TestPairsMeetAll: whatever the costs, 2n people meet in 2n-1 rounds without a
// repeat, though each round is made knowing only the ones before.
func TestPairsMeetAll(t *testing.T) {
	for _, n := range []int{2, 4, 6, 8, 10, 12, 14, 20, 32} {
		for seed := range uint64(3) {
			p := generated(n, 2, 0, seed)
			p.Apart = 0
			for round := range n - 1 {
				r, err := Solve(p)
				if err != nil {
					t.Fatal(err)
				}
				if r.Repeats != 0 || r.Bound > r.Cost {
					t.Fatalf("%d people, seed %d, round %d: got %d repeats, bound %d of cost %d", n, seed, round+1, r.Repeats, r.Bound, r.Cost)
				}
				for _, g := range r.Groups {
					p.Met = append(p.Met, Meeting{g.Members[0], g.Members[1], 1})
				}
			}
		}
	}
}

// TestFactorsOfRest: what random rounds leave over in a graph of rounds is whole.
func TestFactorsOfRest(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for _, n := range []int{6, 10, 24, 60} {
		var used [][]int
		left := func(a, b int) bool {
			for _, partner := range used {
				if partner[a] == b {
					return false
				}
			}
			return true
		}
		price := grid[int](n, n)
		for round := range n - 1 {
			for a := range n {
				for b := range a {
					price[a][b] = rng.IntN(1000)
					price[b][a] = price[a][b]
				}
			}
			if matching.Factors(n, left) == nil {
				t.Fatalf("%d people: nothing left for round %d", n, round+1)
			}
			used = append(used, planned(n, price, left))
		}
	}
}

func BenchmarkPairs(b *testing.B) {
	for _, n := range []int{60, 200, 600} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			p := generated(n, 2, 4, 1)
			for b.Loop() {
				report(b, p)
			}
		})
	}
}

// report solves p and reports figures of the result.
func report(b *testing.B, p Problem) {
	b.Helper()
	r, err := Solve(p)
	if err != nil {
		b.Fatal(err)
	}
	slotless := 0
	for _, g := range r.Groups {
		if 2*g.Sessions < p.Weeks {
			slotless++
		}
	}
	b.ReportMetric(float64(r.Cost), "cost")
	b.ReportMetric(float64(r.Bound), "bound")
	b.ReportMetric(float64(slotless), "slotless")
	b.ReportMetric(float64(r.Repeats), "repeats")
}
