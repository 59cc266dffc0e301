package local

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/peerslot/peerslot/scheduler/benchmark"
	"github.com/peerslot/peerslot/scheduler/grouping/internal/meter"
	"github.com/peerslot/peerslot/scheduler/grouping/internal/table/tabletest"
)

// TestDelta: what an exchange would change is what it changes, and what the layout keeps is what
// the definition says.
func TestDelta(t *testing.T) {
	t.Parallel()
	f := benchmark.NewForming(24, 4, 2, 3)
	f.Least, f.Most = 3, 5
	tab := tabletest.New(f, 1)
	rng := rand.New(rand.NewPCG(2, 2))
	var groups [][]int
	for k := range 6 {
		groups = append(groups, []int{k, k + 6, k + 12, k + 18})
	}
	a := New(tab, groups, rng)
	for step := range 2000 {
		x, ok := a.propose()
		if !ok {
			continue
		}
		before, change := a.cost, a.delta(x, math.MaxInt/2)
		if limit := change - 1 - rng.IntN(50); a.delta(x, limit) <= limit {
			t.Fatalf("step %d, %+v: a change of %d is taken for one below %d", step, x, change, limit)
		}
		a.apply(x)
		if now := tab.Total(a.groups()); a.cost != now || a.cost-before != change {
			t.Fatalf("step %d, %+v: cost %d, want %d; change %d, want %d", step, x, a.cost, now, change, a.cost-before)
		}
	}
}

// TestRun: annealing keeps everybody, keeps the sizes, and ends with what it says, no worse than
// it began and never below the optimum.
func TestRun(t *testing.T) {
	t.Parallel()
	f := benchmark.NewForming(12, 4, 2, 1)
	tab, want := tabletest.New(f, 1), f.Optimum()
	groups := f.Greedy(50, 1)
	before := tab.Total(groups)
	a := New(tab, groups, rand.New(rand.NewPCG(1, 1)))
	a.Run(20_000, Hot, Cold, meter.New(1e9, nil))
	cost, err := f.Cost(a.Best)
	if err != nil || cost != a.Least || cost > before || cost < want {
		t.Errorf("got cost %d, %v, which it calls %d; began with %d, the optimum is %d", cost, err, a.Least, before, want)
	}
	all := slices.Concat(a.Best...)
	slices.Sort(all)
	if len(slices.Compact(all)) != 12 {
		t.Errorf("got the groups %v", a.Best)
	}
}
