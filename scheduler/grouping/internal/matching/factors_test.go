package matching

import "testing"

// TestFactorsOfAll: the complete graph on up to 200 people falls into rounds.
func TestFactorsOfAll(t *testing.T) {
	for n := 2; n <= 200; n += 2 {
		rounds := Factors(n, func(a, b int) bool { return true }, never)
		met := matrix[bool](n, n)
		for _, partner := range rounds {
			for a, b := range partner {
				if a == b || partner[b] != a || met[a][b] {
					t.Fatalf("%d people: %d has %d as a partner, twice or one-sidedly", n, a, b)
				}
				met[a][b] = true
			}
		}
		if len(rounds) != n-1 {
			t.Errorf("%d people: got %d rounds, want %d", n, len(rounds), n-1)
		}
	}
}
