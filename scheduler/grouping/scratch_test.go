package grouping

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"
)

func bests(tab *table, chains, trials int) [][]int {
	n := tab.n
	var best [][]int
	least := 1 << 60
	for seed := range chains {
		rng := rand.New(rand.NewPCG(uint64(seed), 1))
		perm := rng.Perm(n)
		var g [][]int
		for i := 0; i < n; i += 5 {
			g = append(g, perm[i:i+5])
		}
		l := newLayout(tab, g, nil)
		a := newAnnealer(l, rng)
		a.run(trials, 600, 5)
		if a.least < least {
			least = a.least
			best = a.best
		}
	}
	if least >= blocked {
		return nil
	}
	return best
}
func TestScratchExact(t *testing.T) {
	all := instances(t)
	k, _ := strconv.Atoi(os.Getenv("GEN"))
	for _, r := range []int{0, 2, 4} {
		for seed := range k {
			all = append(all, instance{name: fmt.Sprint("gen", r, "-", seed), problem: generated(60, 5, r, uint64(seed))})
		}
	}
	for _, in := range all {
		m, _ := newModel(&in.problem)
		s := newMasks(m)
		n := len(m.People)
		tab := newTable(m, &s, everyone(n), 5, 5)
		t0 := time.Now()
		e := newExact(tab, bests(tab, 4, 2000*n), newMeter(20*time.Second))
		e.cores = 2
		c0 := e.cost
		d0 := time.Since(t0)
		e.solve()
		fmt.Println(in.name, in.best, "anneal", c0, d0, "got", e.cost, e.bound(), time.Since(t0), time.Duration(20e9-e.meter.left), len(e.branches))
	}
}
