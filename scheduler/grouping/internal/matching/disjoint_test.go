package matching

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// mostDisjoint returns the number of disjoint perfect matchings that an exhaustive
// search finds.
func mostDisjoint(n int, left [][]bool) int {
	free := 1<<n - 1
	most := 0
	for k := 1; disjoint(n, left, k, free); k++ {
		most = k
	}
	return most
}

// disjoint reports whether k perfect matchings can be had, the first of which still
// has to match the people in free.
func disjoint(n int, left [][]bool, k, free int) bool {
	if free == 0 {
		if k == 1 {
			return true
		}
		k, free = k-1, 1<<n-1
		for a := range n {
			degree := 0
			for b := range n {
				if left[a][b] {
					degree++
				}
			}
			if degree < k {
				return false
			}
		}
	}
	a := 0
	for free>>a&1 == 0 {
		a++
	}
	for b := a + 1; b < n; b++ {
		if free>>b&1 == 0 || !left[a][b] {
			continue
		}
		left[a][b], left[b][a] = false, false
		ok := disjoint(n, left, k, free&^(1<<a|1<<b))
		left[a][b], left[b][a] = true, true
		if ok {
			return true
		}
	}
	return false
}

func randomGraph(rng *rand.Rand, n, missing int) [][]bool {
	g := matrix[bool](n, n)
	for a := range n {
		for b := range a {
			g[a][b] = rng.IntN(10) >= missing
			g[b][a] = g[a][b]
		}
	}
	return g
}

func checkDisjoint(n int, g [][]bool, rounds [][]int) error {
	used := matrix[bool](n, n)
	for _, partner := range rounds {
		for a, b := range partner {
			if !g[a][b] || partner[b] != a || used[a][b] {
				return fmt.Errorf("%d with %d: no edge, one-sided or twice", a, b)
			}
			used[a][b] = true
		}
	}
	return nil
}

func TestDisjoint(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 4))
	for range 1000 {
		n := 2 + 2*rng.IntN(4)
		g := randomGraph(rng, n, rng.IntN(7))
		got := Disjoint(n, func(a, b int) bool { return g[a][b] }, never)
		if err := checkDisjoint(n, g, got); err != nil {
			t.Fatal(err)
		}
		want := mostDisjoint(n, g)
		if len(got) != want {
			t.Errorf("%d people %v: got %d rounds, want %d", n, g, len(got), want)
		}
		for count := range want + 2 {
			if has := HasDisjoint(n, func(a, b int) bool { return g[a][b] }, count, never); has != (count <= want) {
				t.Errorf("%d people %v: has %d rounds: %v, of %d that there are", n, g, count, has, want)
			}
		}
	}
}

// TestDisjointOfMany: one forbidden pair costs one round of 19; teams cost as many as
// a person has teammates.
func TestDisjointOfMany(t *testing.T) {
	for _, tt := range []struct {
		n, want int
		edge    func(a, b int) bool
	}{
		{20, 18, func(a, b int) bool { return a+b != 1 }},
		{12, 10, func(a, b int) bool { return a/2 != b/2 }},
		{24, 20, func(a, b int) bool { return a/4 != b/4 }},
		{60, 55, func(a, b int) bool { return a/5 != b/5 }},
		{100, 98, func(a, b int) bool { return a+b != 1 }},
	} {
		if got := Disjoint(tt.n, tt.edge, never); len(got) != tt.want {
			t.Errorf("%d people: got %d rounds, want %d", tt.n, len(got), tt.want)
		}
	}
}
