package exact

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/peerslot/peerslot/scheduler/grouping/internal/meter"
	"github.com/peerslot/peerslot/scheduler/grouping/internal/table"
)

// searched returns what a tree over all groups of a table finds and proves below a target, with so
// many cores, if each cover may look at so many columns.
func searched(tab *table.Table, target, cores, quota int) (best, proven int) {
	e := New(tab, nil, meter.New(2e9, nil))
	e.Cores = cores
	r, _ := e.relax(e.centre(), nil, nil)
	t := &tree{Search: e, columns: everyGroup(tab), target: target, quota: quota}
	proven = t.search(r)
	if e.Best == nil {
		return math.MaxInt, proven
	}
	return e.Cost, proven
}

// TestTree: however often the list is halved and whatever the cores, the tree finds what a dynamic
// programme does, if that is below the target, and proves no more than is so.
func TestTree(t *testing.T) {
	t.Parallel()
	for seed := range uint64(16) {
		_, tab := smallProblem(seed)
		want := leastOf(everyGroup(tab), tab.N)
		if want == math.MaxInt {
			continue
		}
		for _, target := range []int{want - 2*tab.Step, want, want + tab.Step, 2 * want} {
			for _, quota := range []int{3000, math.MaxInt} {
				best, proven := searched(tab, target*table.DualUnit, 1, quota)
				if target > want && best != want || best < want {
					t.Errorf("seed %d, target %d, quota %d: found %d, want %d", seed, target, quota, best, want)
				}
				if high := want * table.DualUnit; proven > high || proven < min(target*table.DualUnit, high-tab.Step*table.DualUnit) {
					t.Errorf("seed %d, target %d, quota %d: proves %d of %d", seed, target, quota, proven, high)
				}
				if again, also := searched(tab, target*table.DualUnit, 3, quota); again != best || also != proven {
					t.Errorf("seed %d, target %d, quota %d: three cores find %d and prove %d, one %d and %d", seed, target, quota, again, also, best, proven)
				}
			}
		}
	}
}

// TestSettle: the relaxation over a list is optimal over all of it, though it begins with the
// cheapest of it by old duals.
func TestSettle(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(4, 4))
	for seed := range uint64(10) {
		f, tab := smallProblem(seed)
		e := New(tab, nil, meter.New(1e10, nil))
		tr := &tree{Search: e, columns: everyGroup(tab)}
		old := make([]float64, tab.N)
		for i := range old {
			old[i] = 300 * rng.Float64()
		}
		want, _ := e.relax(e.centre(), nil, nil)
		r := tr.pool(newRelaxation(tab, old, nil))
		tr.settle(r, everyone32(len(tr.columns)))
		if got := r.bound(); max(got-want.bound(), want.bound()-got) > table.DualUnit {
			t.Errorf("%s: the bound is %d, want %d", f.Name, got, want.bound())
		}
		for _, c := range tr.columns {
			if d := r.reduced(&c); d < 0 {
				t.Errorf("%s: a group has the reduced cost %d", f.Name, d)
			}
		}
	}
}

// TestBelow: all groups below a limit are listed, once, and none above; where that is more than asked for, all below the limit that is kept.
func TestBelow(t *testing.T) {
	t.Parallel()
	for seed := range uint64(10) {
		f, tab := smallProblem(seed)
		e := New(tab, nil, meter.New(1e10, nil))
		r, _ := e.relax(e.centre(), nil, nil)
		limit := 300 * table.DualUnit * int(1+seed%4)
		for _, most := range []int{maxPool, 50, 7} {
			got, kept, ok := e.pricer.below(r, limit, most)
			want := slices.DeleteFunc(everyGroup(tab), func(c column) bool { return r.reduced(&c) >= kept })
			byMembers := func(a, b column) int { return cmp.Compare(a.set.low, b.set.low) }
			slices.SortFunc(got, byMembers)
			slices.SortFunc(want, byMembers)
			same := func(a, b column) bool { return a.set == b.set && a.cost == b.cost && a.count == b.count }
			if !ok || len(got) > most || most == maxPool && (kept != limit || len(want) == 0) || !slices.EqualFunc(got, want, same) {
				t.Errorf("%s: got %d groups of at most %d, all %t, below %d of %d, want %d", f.Name, len(got), most, ok, kept, limit, len(want))
			}
		}
	}
}

// TestImprove: a search that was stuck goes on from a cheaper grouping, and only then.
func TestImprove(t *testing.T) {
	t.Parallel()
	stuck := 0
	for seed := range uint64(16) {
		_, tab := smallProblem(seed)
		least := New(tab, nil, meter.New(1e10, nil))
		if least.Solve(); least.Best == nil {
			continue
		}
		var groups [][]int // of people of the model
		for _, g := range least.Best {
			members := make([]int, len(g))
			for k, i := range g {
				members[k] = tab.People[i]
			}
			groups = append(groups, members)
		}
		e := New(tab, nil, meter.New(1, nil)) // enough to begin
		e.Best, e.Cost = least.Best, 2*least.Cost
		e.Solve()
		e.Meter = meter.New(1e10, nil)
		for _, b := range e.branches {
			b.stuck = true
		}
		if e.Solve(); e.Settled() {
			continue
		}
		stuck++
		if e.Improve(groups); e.Cost != least.Cost {
			t.Fatalf("seed %d: improved to %d, want %d", seed, e.Cost, least.Cost)
		}
		if e.Solve(); !e.Settled() || e.Bound() != least.Cost {
			t.Errorf("seed %d: proves %d of %d", seed, e.Bound(), least.Cost)
		}
	}
	if stuck == 0 {
		t.Error("no search was stuck")
	}
}

// TestSet: sets of people on either side of 64 have the members that they were given.
func TestSet(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(5, 5))
	for range 100 {
		var a, b set
		in, both := map[int]bool{}, false
		for range rng.IntN(12) {
			i := rng.IntN(Limit)
			a, in[i] = a.with(i), true
		}
		for range rng.IntN(12) {
			i := rng.IntN(Limit)
			b, both = b.with(i), both || in[i]
			delete(in, i)
		}
		if a.meets(b) != both || b.meets(a) != both {
			t.Errorf("%v and %v meet: %t, want %t", a, b, a.meets(b), both)
		}
		before := -1
		for i := range a.minus(b).all() {
			if !in[i] || i <= before {
				t.Errorf("%d follows %d, and is in the first set alone: %t", i, before, in[i])
			}
			delete(in, i)
			before = i
		}
		if len(in) > 0 {
			t.Errorf("%v are left out", in)
		}
	}
}
