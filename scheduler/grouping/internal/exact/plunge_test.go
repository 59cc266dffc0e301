package exact

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/peerslot/peerslot/scheduler/benchmark"
	"github.com/peerslot/peerslot/scheduler/grouping/internal/meter"
	"github.com/peerslot/peerslot/scheduler/grouping/internal/table"
	"github.com/peerslot/peerslot/scheduler/grouping/internal/table/tabletest"
)

// TestPlunges: from a greedy grouping of 60 people they come within some percent of the optimum, to
// a grouping that costs what they say, and to the same whenever they begin at the same.
func TestPlunges(t *testing.T) {
	t.Parallel()
	f := benchmark.NewForming(60, 5, 2, 1)
	f.Least = 4
	tab := tabletest.New(f, 1)
	var ends [2]*Search
	for k := range ends {
		e := New(tab, f.Greedy(100, 1), meter.New(1e9, nil))
		r, proven := e.relax(e.centre(), nil, nil)
		e.tighten(r, proven)
		e.plunges(r, 0)
		if cost, err := f.Cost(e.Best); err != nil || cost != e.Cost || e.Cost < tab.RoundUp(proven) || e.Cost > tab.RoundUp(proven)*21/20 {
			t.Errorf("plunges say %d, it costs %d, %v; %d are proven", e.Cost, cost, err, tab.RoundUp(proven))
		}
		ends[k] = e
	}
	if !cmp.Equal(ends[0].Best, ends[1].Best) || ends[0].Meter.Used != ends[1].Meter.Used {
		t.Errorf("one time they end at %v, another at %v", ends[0].Best, ends[1].Best)
	}
}

// TestFinish: whatever is chosen already, cuts included, those who are left are put together as a
// dynamic programme does, if that is cheaper than the best.
func TestFinish(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(6, 6))
	found := 0
	for seed := range uint64(40) {
		_, tab := smallProblem(seed)
		all := everyGroup(tab)
		e := New(tab, nil, meter.New(1e10, nil))
		r, _ := e.relax(e.centre(), nil, nil)
		for range 6 {
			three := rng.Perm(tab.N)[:3]
			slices.Sort(three)
			r.addCut(cut{uint16(three[0]), uint16(three[1]), uint16(three[2])}, 0)
		}
		r.Refactor()
		tr := &tree{Search: e, columns: all}
		tr.settle(r, everyone32(len(all)))
		r.cut = r.cut[:0]
		for range r.cuts {
			r.cut = append(r.cut, -rng.IntN(200*table.DualUnit))
		}
		r.charges.reset(r.n, r.cuts, r.cut)
		first := all[rng.IntN(len(all))]
		p := plunge{tree: tr, stage: stage{r: r, in: make([]int, r.n), left: r.n - int(first.size), chosen: []column{first}}}
		for _, i := range first.members() {
			p.stage.in[i] = 1
		}
		var rest []column
		for k := range all {
			if p.stage.allows(&all[k]) {
				rest = append(rest, all[k])
				p.stage.columns = append(p.stage.columns, int32(k))
			}
		}
		want := leastOf(rest, tab.N)
		if want == math.MaxInt {
			continue
		}
		for _, cost := range []int{want, want + 1} { // of the best before
			e.Best, e.Cost = [][]int{}, cost
			if got := p.finish(cost*table.DualUnit - r.bound()); got != (want < cost) || e.Cost != want {
				t.Errorf("seed %d, best %d: found %t and then %d, the least is %d", seed, cost, got, e.Cost, want)
			} else if got {
				found++
			}
		}
	}
	if found < 10 {
		t.Errorf("only %d of 40 have an end that is cheaper", found)
	}
}
