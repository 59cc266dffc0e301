package grouping

import (
	"fmt"
	"testing"
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

// TestPairsLookAhead: with forbidden pairs, too, as many rounds repeat nobody as there
// are disjoint ones, though each is made knowing only those before, whatever they cost.
func TestPairsLookAhead(t *testing.T) {
	for _, tt := range []struct{ n, rounds, team int }{{20, 18, 0}, {12, 10, 2}, {12, 8, 4}, {24, 20, 4}, {10, 8, 0}} {
		p := generated(tt.n, 2, 0, uint64(tt.n))
		p.Apart, p.NeverTogether = 0, [][2]int{{0, 1}}
		if tt.team > 0 {
			p.Apart, p.NeverTogether = SameTeam, nil
			for i := range p.People {
				p.People[i].Team = fmt.Sprint(i / tt.team)
			}
		}
		for round := range tt.rounds {
			r, err := Solve(p)
			if err != nil {
				t.Fatal(err)
			}
			if r.Repeats != 0 || r.Ahead != tt.rounds-round {
				t.Fatalf("%d people, teams of %d, round %d: %d repeats, %d rounds ahead, want none and %d", tt.n, tt.team, round+1, r.Repeats, r.Ahead, tt.rounds-round)
			}
			for _, g := range r.Groups {
				p.Met = append(p.Met, Meeting{g.Members[0], g.Members[1], 1})
			}
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
