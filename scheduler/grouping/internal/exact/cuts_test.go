package exact

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestViolated compares the cuts that are found with all there are.
func TestViolated(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 8))
	for range 50 {
		const n = 12
		var groups []fraction
		var in [n]int
		for range 8 {
			c := &column{}
			for _, i := range rng.Perm(n)[:2+rng.IntN(4)] {
				c.add(i)
				in[i]++
			}
			groups = append(groups, fraction{c, 0})
		}
		pair := make([]float64, n*n)
		for k := range groups {
			g := &groups[k]
			g.part = 1 / float64(slices.Max(in[:])) // nobody is in more than one in all
			c := g.column
			for _, i := range c.members() {
				for _, j := range c.members() {
					pair[int(i)*n+int(j)] += g.part
				}
			}
		}
		got := map[cut]float64{}
		for _, v := range violated(n, groups, pair) {
			got[v.cut] = v.by
		}
		for i := range uint16(n) {
			for j := range i {
				for k := range j {
					c, sum := cut{k, j, i}, 0.0
					for _, g := range groups {
						if c.hits(g.column) {
							sum += g.part
						}
					}
					if by, ok := got[c]; ok != (sum > 1.02) || ok && by != sum-1 {
						t.Errorf("%v: found %v, by %g, want the sum %g", c, ok, by, sum)
					}
				}
			}
		}
	}
}
