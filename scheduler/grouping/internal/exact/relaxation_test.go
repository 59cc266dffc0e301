package exact

import (
	"math"
	"math/bits"
	"math/rand/v2"
	"testing"

	"github.com/peerslot/peerslot/scheduler/benchmark"
	"github.com/peerslot/peerslot/scheduler/grouping/internal/meter"
	"github.com/peerslot/peerslot/scheduler/grouping/internal/table"
	"github.com/peerslot/peerslot/scheduler/grouping/internal/table/tabletest"
)

// everyGroup lists all groups that the rules allow.
func everyGroup(t *table.Table) (all []column) {
	tabletest.EachGroup(t, func(members []int) { all = append(all, newColumn(t, members)) })
	return all
}

// keeps reports whether a sum of features keeps a side constraint.
func (s side) keeps(sum int) bool { return s.atLeast && sum >= s.value || !s.atLeast && sum <= s.value }

// leastWith returns the least cost of any grouping that keeps a side constraint, by a dynamic
// programme over all sets of people and sums of the feature; MaxInt if there is none.
func leastWith(t *table.Table, all []column, s side) int {
	const most = 40 // sums above count as this much
	byLowest := make([][]*column, t.N)
	for k := range all {
		lowest := bits.TrailingZeros64(all[k].set.low)
		byLowest[lowest] = append(byLowest[lowest], &all[k])
	}
	least := make([][most + 1]int, 1<<t.N)
	for set := range least {
		for sum := range least[set] {
			least[set][sum] = math.MaxInt
		}
	}
	least[0][0] = 0
	for set := 1; set < 1<<t.N; set++ {
		for _, c := range byLowest[bits.TrailingZeros(uint(set))] {
			if int(c.set.low)&^set != 0 {
				continue
			}
			for sum, cost := range least[set&^int(c.set.low)] {
				if cost < math.MaxInt {
					at := &least[set][min(most, sum+int(c.count[s.feature]))]
					*at = min(*at, cost+c.cost)
				}
			}
		}
	}
	best := math.MaxInt
	for sum, cost := range least[1<<t.N-1] {
		if s.keeps(sum) {
			best = min(best, cost)
		}
	}
	return best
}

// smallProblem draws a dozen people with some earlier rounds.
func smallProblem(seed uint64) (benchmark.Forming, *table.Table) {
	f := benchmark.NewForming(12, 3, 1+int(seed%4), seed)
	f.Most += int(seed % 2)
	return f, tabletest.New(f, seed)
}

// TestRelax: the relaxation over the groups that pricing finds is that over all groups there are,
// with a side constraint, too: no reduced cost is below zero, and the bound is what the programme
// of all groups says.
func TestRelax(t *testing.T) {
	t.Parallel()
	for seed := range uint64(12) {
		f, tab := smallProblem(seed)
		all := everyGroup(tab)
		for _, sides := range [][]side{nil, {{feature: noSlot, value: 1}}, {{feature: noSlot, atLeast: true, value: 2}}, {{feature: meetings, atLeast: false, value: 2}}, {{feature: meetings, atLeast: true, value: 5}}} {
			e := New(tab, nil, meter.New(1e10, nil))
			r, proven := e.relax(e.centre(), nil, sides)
			most := make([]float64, tab.N)
			for i := range most {
				most[i] = 1e5
			}
			whole := newRelaxation(tab, most, sides)
			for k := range all {
				whole.add(all[k])
				if d := r.reduced(&all[k]); d < 0 {
					t.Errorf("%s, %v: group %v has the reduced cost %d", f.Name, sides, all[k].members(), d)
				}
			}
			whole.Solve()
			whole.round()
			if want := whole.bound(); max(want-proven, proven-want) > table.DualUnit && !whole.lacks() {
				t.Errorf("%s, %v: proven is %d, want %d", f.Name, sides, proven, want)
			}
		}
	}
}

// TestSides: what a branch proves holds for all groupings that keep its side constraint, and it
// finds one as cheap as those, if it should not keep the constraint.
func TestSides(t *testing.T) {
	t.Parallel()
	exactly := 0
	for seed := range uint64(12) {
		f, tab := smallProblem(seed)
		all := everyGroup(tab)
		for _, s := range []side{{feature: noSlot, value: 1}, {feature: noSlot, atLeast: true, value: 2}, {feature: meetings, atLeast: false, value: 2}, {feature: meetings, atLeast: true, value: 5}} {
			want := leastWith(tab, all, s)
			e := New(tab, nil, meter.New(1e10, nil))
			e.open(e.centre(), nil, []side{s}, 0)
			if len(e.branches) > 0 {
				e.Solve()
			}
			if want < math.MaxInt && (e.Best == nil || e.Cost > want) {
				t.Errorf("%s, %v: got cost %d, want %d at most", f.Name, s, e.Cost, want)
			}
			if e.Best != nil && e.Cost == want {
				exactly++
			}
			if want < math.MaxInt && e.Bound() > want {
				t.Errorf("%s, %v: proves %d, the cheapest is %d", f.Name, s, e.Bound(), want)
			}
		}
	}
	if exactly == 0 {
		t.Error("every branch finds a grouping of another")
	}
}

// TestRound: in whole numbers no group is cheaper than by the duals themselves, by more than a
// unit for each of its members, sides and cuts.
func TestRound(t *testing.T) {
	t.Parallel()
	_, tab := smallProblem(3)
	all := everyGroup(tab)
	e := New(tab, nil, meter.New(1e10, nil))
	r, _ := e.relax(e.centre(), nil, []side{{feature: meetings, value: 3}})
	for range 4 {
		for k := range all {
			c := &all[k]
			exact := float64(c.cost) - r.Dual[r.n]*float64(c.count[meetings])
			for _, i := range c.members() {
				exact -= r.Dual[i]
			}
			for at, x := range r.cuts {
				if x.hits(c) {
					exact -= r.Dual[r.n+1+at]
				}
			}
			slack := float64(int(c.size) + int(c.count[meetings]) + len(r.cuts))
			if got := float64(r.reduced(c)); got < exact*table.DualUnit-1e-3 || got > exact*table.DualUnit+slack {
				t.Errorf("group %v: the reduced cost is %g, want %g and at most %g more", c.members(), got, exact*table.DualUnit, slack)
			}
		}
		if !r.tighten(5) {
			break
		}
		r.Solve()
		r.round()
	}
}

// TestTighten: cuts raise the bound, and never above the optimum, which keeps them all.
func TestTighten(t *testing.T) {
	t.Parallel()
	raised := 0
	for seed := range uint64(30) {
		f, tab := smallProblem(seed)
		want := f.Optimum()
		if want < 0 {
			continue
		}
		e := New(tab, nil, meter.New(1e10, nil))
		r, proven := e.relax(e.centre(), nil, nil)
		for range 5 {
			before := r.bound()
			if !r.tighten(10) {
				break
			}
			proven = max(proven, e.price(r, float64(tab.Session[0])))
			if r.bound() < before-table.DualUnit || tab.RoundUp(proven) > want {
				t.Errorf("%s: cuts move the bound from %d to %d; the optimum is %d", f.Name, before, r.bound(), want*table.DualUnit)
			}
			if r.bound() > before+table.DualUnit {
				raised++
			}
		}
	}
	if raised == 0 {
		t.Error("no cut raises any bound")
	}
}

// TestCutsHoldForGroupings: of the groups of a grouping each cut counts one at most.
func TestCutsHoldForGroupings(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(1, 1))
	for range 200 {
		order := rng.Perm(12)
		c := cut{0, uint16(1 + rng.IntN(5)), uint16(6 + rng.IntN(6))}
		counted := 0
		for from := 0; from < 12; from += 4 {
			var g column
			for _, i := range order[from : from+4] {
				g.add(i)
			}
			if c.hits(&g) {
				counted++
			}
		}
		if counted > 1 {
			t.Errorf("the cut %v counts %d groups of %v", c, counted, order)
		}
	}
}

// TestOpenSum: a sum of a feature in the optimum is the whole number and the part that are said.
func TestOpenSum(t *testing.T) {
	t.Parallel()
	found := 0
	for seed := range uint64(20) {
		f, tab := smallProblem(seed)
		e := New(tab, nil, meter.New(1e10, nil))
		r, _ := e.relax(e.centre(), nil, nil)
		for feature := range features {
			down, part := r.openSum(side{feature: feature})
			if sum := r.sum(&down); down.feature != feature || math.Abs(sum-part-float64(down.value)) > 1e-9 || part < 0 || part >= 1 {
				t.Errorf("%s: feature %d sums to %g, not %d and %g", f.Name, feature, sum, down.value, part)
			}
			if part > 0.01 {
				found++
			}
		}
	}
	if found == 0 {
		t.Error("no sum is open in any problem")
	}
}

// TestCharges: what a group pays for cuts while it grows is what it pays as a whole, in any order
// of its members.
func TestCharges(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(2, 2))
	for range 200 {
		const n = 10
		var cuts []cut
		var duals []int
		for range rng.IntN(100) {
			p := rng.Perm(n)
			cuts, duals = append(cuts, cut{uint16(p[0]), uint16(p[1]), uint16(p[2])}), append(duals, -rng.IntN(3))
		}
		var c charges
		c.reset(n, cuts, duals)
		var g column
		for _, i := range rng.Perm(n)[:5] {
			g.add(i)
		}
		want := 0
		for k := range cuts {
			if cuts[k].hits(&g) {
				want -= duals[k]
			}
		}
		if got := c.total(g.members()); got != want {
			t.Errorf("group %v pays %d, want %d", g.members(), got, want)
		}
		grown, paidBefore := 0, 0
		for _, i := range g.members() {
			paidBefore = grown
			foreseen := c.charge(int(i))
			if paid := c.hold(int(i)); paid != foreseen {
				t.Errorf("%d joins for %d, and was to pay %d", i, paid, foreseen)
			}
			grown += foreseen
		}
		c.release() // and comes in again
		if again := c.hold(int(g.members()[4])); grown != want || again != grown-paidBefore {
			t.Errorf("group %v pays %d one by one, want %d; the last again %d", g.members(), grown, want, again)
		}
	}
}
