package exact

import (
	"math"
	"math/bits"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/peerslot/peerslot/scheduler/benchmark"
	"github.com/peerslot/peerslot/scheduler/grouping/internal/meter"
	"github.com/peerslot/peerslot/scheduler/grouping/internal/table"
	"github.com/peerslot/peerslot/scheduler/grouping/internal/table/tabletest"
)

// TestCover compares the search over lists of columns with a dynamic programme over all sets,
// whatever cuts charge.
func TestCover(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(9, 9))
	for round := range 200 {
		n := 4 + rng.IntN(7)
		var columns []column
		for range 5 + rng.IntN(40) {
			c := column{cost: rng.IntN(50)}
			for _, i := range rng.Perm(n)[:1+rng.IntN(4)] {
				c.add(i)
			}
			columns = append(columns, c)
		}
		var cuts []cut
		var duals []int
		paid := 0
		for range rng.IntN(8) {
			three := rng.Perm(n)[:3]
			slices.Sort(three)
			cuts = append(cuts, cut{uint16(three[0]), uint16(three[1]), uint16(three[2])})
			duals = append(duals, -rng.IntN(20*table.DualUnit))
			paid += duals[len(duals)-1]
		}
		v := &cover{columns: columns, n: n, most: 4, target: 1000 * table.DualUnit, slack: paid, charges: &charges{}, cost: math.MaxInt, quota: math.MaxInt}
		v.charges.reset(n, cuts, duals)
		var choices []choice
		for k, c := range columns {
			choices = append(choices, newChoice(columns, int32(k), c.cost*table.DualUnit+v.charges.total(c.members())))
		}
		complete := v.search(choices)
		want := leastOf(columns, n)
		if got := v.cost; !complete || got != want {
			t.Errorf("round %d, %d people: got cost %d, looked everywhere %t, want %d", round, n, got, complete, want)
		}
		sum, people := 0, 0
		for _, c := range v.best {
			sum, people = sum+c.cost, people+int(c.size)
		}
		if v.best != nil && (sum != want || people != n) {
			t.Errorf("round %d: the choice costs %d and has %d people, want %d and %d", round, sum, people, want, n)
		}
	}
}

// leastOf returns the least cost of columns in which everybody is exactly once, MaxInt if there
// are none.
func leastOf(columns []column, n int) int {
	least := make([]int, 1<<n)
	for set := 1; set < 1<<n; set++ {
		least[set] = math.MaxInt
		lowest := bits.TrailingZeros(uint(set))
		for k := range columns {
			own := int(columns[k].set.low)
			if own>>lowest&1 == 1 && own&^set == 0 && least[set&^own] < math.MaxInt {
				least[set] = min(least[set], least[set&^own]+columns[k].cost)
			}
		}
	}
	return least[1<<n-1]
}

// TestSearch: of a dozen people the search finds and proves what a dynamic programme does, and
// neither bound nor dive are above it.
func TestSearch(t *testing.T) {
	t.Parallel()
	for seed := range uint64(8) {
		f := benchmark.NewForming(12, 3+int(seed%2), int(seed%3), seed)
		want := f.Optimum()
		if want < 0 {
			continue
		}
		tab := tabletest.New(f, seed)
		e := New(tab, nil, meter.New(1e9, nil))
		e.Solve()
		if e.Cost != want || e.Bound() != want || !e.Settled() {
			t.Errorf("%s: got cost %d, bound %d, settled %t, want %d", f.Name, e.Cost, e.Bound(), e.Settled(), want)
		}
		if cost, err := f.Cost(e.Best); err != nil || cost != want {
			t.Errorf("%s: the groups cost %d, %v, want %d", f.Name, cost, err, want)
		}
		groups := f.Greedy(100, seed)
		if groups == nil {
			continue
		}
		if bound := tab.RoundUp(Bound(tab, groups, meter.New(1e9, nil))); bound > want {
			t.Errorf("%s: got the bound %d, above the optimum %d", f.Name, bound, want)
		}
		best, cost, proven := Dive(tab, groups, 0, meter.New(1e9, nil))
		if real, err := f.Cost(best); err != nil || cost != real || cost < want || tab.RoundUp(proven) > want {
			t.Errorf("%s: a dive says %d, costs %d, %v, and proves %d, want %d", f.Name, cost, real, err, tab.RoundUp(proven), want)
		}
	}
}

// TestAdvance: however little work there is, what is proven step by step is no more than the optimum and no less than
// the relaxation proves, and a step that would not come to its end is not begun.
func TestAdvance(t *testing.T) {
	t.Parallel()
	f := benchmark.NewForming(60, 5, 2, 1)
	optimum := benchmark.Known[f.Name].Best
	tab, groups := tabletest.New(f, 1), f.Greedy(100, 1)
	e := New(tab, groups, meter.New(6e8, nil))
	e.Dive(0)
	root := tab.RoundUp(e.root.bound())
	for _, work := range []time.Duration{1e6, 1e7, 1e8} {
		s := New(tab, e.Best, meter.New(work, nil))
		s.root, s.proven = e.root, e.proven
		s.Solve()
		if got := s.Bound(); got > optimum || got < root {
			t.Errorf("with %v of work %d is proven, by the relaxation %d; the optimum is %d", work, got, root, optimum)
		}
	}
	b := &branch{relaxation: e.root, bound: e.root.bound(), listed: 1000, work: 1e7, reach: table.DualUnit}
	e.Meter = meter.New(1e7, nil)
	if e.advance(b); !b.stuck || e.Meter.Used > 0 {
		t.Errorf("a step is begun, with %d of work, though the one before took all that is left", e.Meter.Used)
	}
}
