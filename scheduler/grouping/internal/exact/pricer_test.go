package exact

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/peerslot/peerslot/scheduler/benchmark"
	"github.com/peerslot/peerslot/scheduler/grouping/internal/table"
	"github.com/peerslot/peerslot/scheduler/grouping/internal/table/tabletest"
)

// TestWalk compares what the walk offers with all groups there are, for duals and
// side constraints that are drawn at random.
func TestWalk(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 5))
	for range 200 {
		f := benchmark.NewForming(14, 2, rng.IntN(3), rng.Uint64())
		f.Least = 2 + rng.IntN(3)
		f.Most = f.Least + rng.IntN(3)
		tab := tabletest.New(f, 1)
		r := newRelaxation(tab, make([]float64, tab.N), []side{{feature: noSlot, atLeast: true, value: 1}, {feature: meetings, value: 2}, {feature: trios, atLeast: true, value: 1}})
		for i := range r.person {
			r.person[i] = rng.IntN(900 * table.DualUnit)
		}
		r.limit = []int{rng.IntN(f.NoSlotCost * table.DualUnit), -rng.IntN(500 * table.DualUnit), rng.IntN(300 * table.DualUnit)}
		for range rng.IntN(12) {
			three := rng.Perm(tab.N)[:3]
			slices.Sort(three)
			r.cuts = append(r.cuts, cut{uint16(three[0]), uint16(three[1]), uint16(three[2])})
			r.cut = append(r.cut, -rng.IntN(900*table.DualUnit))
		}
		r.charges.reset(tab.N, r.cuts, r.cut)
		checkWalk(t, tab, r, 1+rng.IntN(9))
	}
}

// TestWalkStops: a walk ends before the next first person once nobody waits for it.
func TestWalkStops(t *testing.T) {
	tab := tabletest.New(benchmark.NewForming(14, 2, 0, 1), 1)
	asked, begun := 0, 0
	pricer := newPricer(tab, func() bool { asked++; return asked > 3 })
	pricer.setDuals(newRelaxation(tab, make([]float64, tab.N), nil))
	pricer.begin = func() { begun++ }
	if pricer.walk() || begun != 3 {
		t.Errorf("the walk came to its end, or began with %d people; want 3", begun)
	}
}

func checkWalk(t *testing.T, tab *table.Table, r *relaxation, few int) {
	t.Helper()
	pricer := newPricer(tab, func() bool { return false })
	pricer.setDuals(r)
	got := pricer.cheapest(few)
	byFirst := make(map[int32][]int)
	tabletest.EachGroup(tab, func(members []int) {
		c := newColumn(tab, members)
		if d := r.reduced(&c); d < 0 {
			first := pricer.order[slices.IndexFunc(pricer.order, func(i int32) bool { return slices.Contains(members, int(i)) })]
			byFirst[first] = append(byFirst[first], d)
		}
	})
	var want offer
	var firsts []int
	offered := 0
	for _, reduced := range byFirst {
		firsts = append(firsts, slices.Min(reduced))
		offered += min(few, len(reduced))
	}
	slices.Sort(firsts)
	for _, f := range firsts[:min(len(firsts), tab.N/tab.Least)] {
		want.least = min(want.least, f)
		want.sum += f
	}
	if got.least != want.least || got.sum != want.sum || len(got.columns) != offered {
		t.Errorf("sizes %s: got least %d, sum %d, %d groups, want %d, %d, %d",
			tab.Sizes, got.least, got.sum, len(got.columns), want.least, want.sum, offered)
	}
	for _, c := range got.columns {
		var members []int
		for _, i := range c.members() {
			members = append(members, int(i))
		}
		if want := newColumn(tab, members); c.cost != want.cost || c.count != want.count {
			t.Errorf("%v: got cost %d and features %v, want %d and %v", members, c.cost, c.count, want.cost, want.count)
		}
	}
}
