package grouping

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestScratchSolve(t *testing.T) {
	all := instances(t)
	k, _ := strconv.Atoi(os.Getenv("GEN"))
	cores, _ := strconv.Atoi(os.Getenv("CORES"))
	n, _ := strconv.Atoi(os.Getenv("N"))
	if n == 0 {
		n = 60
	}
	secs, _ := strconv.Atoi(os.Getenv("SECS"))
	if secs == 0 {
		secs = 5
	}
	sz := os.Getenv("SIZE")
	lo, hi := 5, 5
	if sz != "" {
		f := strings.Split(sz, "-")
		lo, _ = strconv.Atoi(f[0])
		hi, _ = strconv.Atoi(f[1])
	}
	if n != 60 || sz != "" {
		all = nil
	}
	for _, r := range []int{0, 2, 4} {
		for seed := range k {
			all = append(all, instance{name: fmt.Sprint("gen", r, "-", seed), problem: generated(n, 5, r, uint64(seed))})
		}
	}
	for _, in := range all {
		p := in.problem
		p.Budget = time.Duration(secs) * time.Second
		p.Cores = cores
		if sz != "" {
			p.MinSize = lo
			p.MaxSize = hi
		}
		t0 := time.Now()
		r, err := Solve(p)
		cnt := map[int]int{}
		bad := 0
		for _, g := range r.Groups {
			cnt[len(g.Members)]++
			if g.Sessions < 7 {
				bad++
			}
		}
		fmt.Println(in.name, in.best, "cost", r.Cost, "bound", r.Bound, r.Proven, "hurried", r.Hurried, time.Since(t0), err, cnt, "noslot", bad, "broken", len(r.Broken))
	}
}
