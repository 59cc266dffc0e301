package grouping

import (
	"fmt"
	"math/rand/v2"
	"sort"
	"testing"
	"time"
)

func TestScratchAnneal(t *testing.T) {
	all := instances(t)[2:]
	all = append(all, instance{name: "gen4-0", problem: generated(60, 5, 4, 0), best: 12450}, instance{name: "600", problem: generated(600, 5, 2, 0)})
	for _, in := range all {
		m, _ := newModel(&in.problem)
		s := newMasks(m)
		n := len(m.People)
		tab := newTable(m, &s, everyone(n), 5, 5)
		graded := tab.session
		for i := range 7 {
			graded[i] = 1300 - 100*i + 2000*(7-i)/7
		}
		g2 := tab.session
		for i := range 7 {
			g2[i] = 1300 - 100*i + 500 + 1500*(7-i)/7
		}
		for _, mode := range []string{"exact", "exact600", "exact1000", "graded", "g2", "g2->exact"} {
			var res []int
			var d time.Duration
			for seed := range 6 {
				if n > 100 && seed >= 2 {
					continue
				}
				rng := rand.New(rand.NewPCG(uint64(seed), 1))
				perm := rng.Perm(n)
				var g [][]int
				for i := 0; i < n; i += 5 {
					g = append(g, perm[i:i+5])
				}
				l := newLayout(tab, g, nil)
				a := newAnnealer(l, rng)
				t0 := time.Now()
				T := 10000 * n
				switch mode {
				case "exact":
					a.run(T, 300, 5)
				case "exact600":
					a.run(T, 600, 5)
				case "exact1000":
					a.run(T, 1000, 10)
				case "graded":
					l.setPrice(graded)
					a.run(T, 300, 5)
				case "g2":
					l.setPrice(g2)
					a.run(T, 300, 5)
				case "g2->exact":
					l.setPrice(graded)
					a.run(T/2, 400, 40)
					l.setPrice(tab.session)
					a.run(T/2, 100, 5)
				}
				d += time.Since(t0)
				res = append(res, a.least)
			}
			sort.Ints(res)
			fmt.Println(in.name, in.best, mode, res, d/time.Duration(len(res)))
		}
	}
}
