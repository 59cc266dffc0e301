package grouping

import (
	"testing"
	"time"
)

// TestTriosAhead: trios, and pairs with a trio, repeat nobody in as many rounds as were found
// ahead, though each is made knowing only those before, whatever the pairs cost.
func TestTriosAhead(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ n, size, rounds int }{{7, 2, 3}, {9, 2, 5}, {11, 2, 7}, {9, 3, 3}} {
		p := plain(tt.n, tt.size, tt.size)
		if tt.size == 2 {
			p = generated(tt.n, 2, 0, uint64(tt.n))
		}
		p.Weights = &Weights{Met: 100_000, Session: 100, NoSlot: 2000}
		p.Apart, p.NeverTogether, p.Budget = 0, [][2]int{{0, 1}}, time.Second
		for round := range tt.rounds {
			r, err := Solve(p)
			if err != nil {
				t.Fatal(err)
			}
			if r.Repeats != 0 || r.Ahead != tt.rounds-round {
				t.Fatalf("%d people in groups of %d, round %d: %d repeats, %d rounds ahead, want none and %d", tt.n, tt.size, round+1, r.Repeats, r.Ahead, tt.rounds-round)
			}
			for _, g := range r.Groups {
				for k, a := range g.Members {
					for _, b := range g.Members[:k] {
						p.Met = append(p.Met, Meeting{a, b, 1})
					}
				}
			}
		}
	}
}
