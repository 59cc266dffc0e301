package grouping

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"
)

func TestScratchLNS(t *testing.T) {
	all := instances(t)[2:]
	for _, r := range []int{0, 2, 4} {
		for seed := range 2 {
			all = append(all, instance{name: fmt.Sprint("gen", r, "-", seed), problem: generated(60, 5, r, uint64(seed))})
		}
	}
	for _, in := range all {
		m, _ := newModel(&in.problem)
		s := newMasks(m)
		n := len(m.People)
		tab := newTable(m, &s, everyone(n), 5, 5)
		for _, k := range []int{4, 5, 6, 7} {
			t0 := time.Now()
			b := bests(tab, 4, 2000*n)
			mt := newMeter(100 * time.Second)
			r := newRepartition(tab, b, rand.New(rand.NewPCG(1, 1)), mt)
			d0 := time.Since(t0)
			t0 = time.Now()
			var trace []int
			worst := time.Duration(0)
			tries := 0
			for i := 0; time.Since(t0) < time.Second; i++ {
				t1 := time.Now()
				tries++
				r.try(r.rng.Perm(len(r.groups))[:k], 100e6)
				worst = max(worst, time.Since(t1))
				if i%10 == 9 {
					sum := 0
					for _, c := range r.costs {
						sum += c
					}
					trace = append(trace, sum)
				}
			}
			if len(trace) > 12 {
				trace = trace[:12]
			}
			sum := 0
			for _, c := range r.costs {
				sum += c
			}
			fmt.Println(in.name, in.best, "k", k, "start", d0, "tries", tries, "nominal", time.Duration(100e9-mt.left), "worst", worst, "final", sum, trace)
		}
	}
}
