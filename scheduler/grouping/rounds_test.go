package grouping

import "testing"

// TestSolveForesees: where nothing else matters nobody meets twice as long as that
// can be, though each round is made knowing only the ones before.
func TestSolveForesees(t *testing.T) {
	for _, tt := range []struct{ groups, size, rounds int }{{3, 3, 4}, {4, 4, 5}, {5, 3, 7}, {5, 4, 5}, {8, 4, 10}, {12, 5, 12}} {
		p := plain(tt.groups*tt.size, tt.size, tt.size)
		var layout [][][]int
		for range tt.rounds {
			r, err := Solve(p)
			if err != nil {
				t.Fatal(err)
			}
			var round [][]int
			for _, g := range r.Groups {
				round = append(round, g.Members)
				for k, a := range g.Members {
					for _, b := range g.Members[:k] {
						p.Met = append(p.Met, Meeting{a, b, 1})
					}
				}
			}
			layout = append(layout, round)
		}
		if met := twice(layout); len(layout) != tt.rounds || met != 0 {
			t.Errorf("%dx%d: %d pairs meet twice in %d rounds", tt.groups, tt.size, met, len(layout))
		}
	}
}

// twice returns how many pairs meet more than once.
func twice(layout [][][]int) (n int) {
	met := map[[2]int]int{}
	for _, round := range layout {
		for _, g := range round {
			for k, a := range g {
				for _, b := range g[:k] {
					if met[[2]int{min(a, b), max(a, b)}]++; met[[2]int{min(a, b), max(a, b)}] == 2 {
						n++
					}
				}
			}
		}
	}
	return n
}
