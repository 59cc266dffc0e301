package grouping

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestWalk compares what the walk offers with all groups there are, for duals and
// side constraints that are drawn at random.
func TestWalk(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 5))
	for range 200 {
		p := generated(14, 2, rng.IntN(3), rng.Uint64())
		p.MinSize = 2 + rng.IntN(3)
		p.MaxSize = p.MinSize + rng.IntN(3)
		m, err := newModel(&p)
		if err != nil {
			t.Fatal(err)
		}
		all := newMasks(m)
		tab := newTable(m, &all, everyone(14))
		r := newRelaxation(tab, make([]float64, tab.n), []side{{noSlot, true, 1}, {meetings, false, 2}, {trios, true, 1}})
		for i := range r.person {
			r.person[i] = rng.IntN(900 * dualUnit)
		}
		r.limit = []int{rng.IntN(m.w.NoSlot * dualUnit), -rng.IntN(500 * dualUnit), rng.IntN(300 * dualUnit)}
		for range rng.IntN(12) {
			three := rng.Perm(tab.n)[:3]
			slices.Sort(three)
			r.cuts = append(r.cuts, cut{uint16(three[0]), uint16(three[1]), uint16(three[2])})
			r.cut = append(r.cut, -rng.IntN(900*dualUnit))
		}
		r.charges.reset(tab.n, r.cuts, r.cut)
		checkWalk(t, tab, r, 1+rng.IntN(9))
	}
}

func checkWalk(t *testing.T, tab *table, r *relaxation, few int) {
	t.Helper()
	pricer := newPricer(tab)
	pricer.setDuals(r)
	got := pricer.cheapest(few)
	byFirst := make(map[int32][]int)
	eachGroup(tab, func(members []int) {
		c := tab.column(members)
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
	for _, f := range firsts[:min(len(firsts), tab.n/tab.least)] {
		want.least = min(want.least, f)
		want.sum += f
	}
	if got.least != want.least || got.sum != want.sum || len(got.columns) != offered {
		t.Errorf("sizes %s: got least %d, sum %d, %d groups, want %d, %d, %d",
			tab.sizes, got.least, got.sum, len(got.columns), want.least, want.sum, offered)
	}
	for _, c := range got.columns {
		var members []int
		for _, i := range c.members() {
			members = append(members, int(i))
		}
		if want := tab.column(members); c.cost != want.cost || c.count != want.count {
			t.Errorf("%v: got cost %d and features %v, want %d and %v", members, c.cost, c.count, want.cost, want.count)
		}
	}
}

// eachGroup calls f for all groups that the rules allow.
func eachGroup(tab *table, f func(members []int)) {
	var members []int
	var extend func(from int)
	extend = func(from int) {
		if len(members) >= tab.least {
			f(members)
		}
		for i := from; i < tab.n && len(members) < tab.most; i++ {
			if !slices.ContainsFunc(members, func(j int) bool { return tab.pair(i, j) >= blocked }) {
				members = append(members, i)
				extend(i + 1)
				members = members[:len(members)-1]
			}
		}
	}
	extend(0)
}
