package exact

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/peerslot/peerslot/scheduler/benchmark"
	"github.com/peerslot/peerslot/scheduler/grouping/internal/meter"
	"github.com/peerslot/peerslot/scheduler/grouping/internal/table/tabletest"
)

// TestDive: dives of more people than one search puts together cost what they say, not more than
// the grouping they began with, and prove nothing above the optimum; those that follow the first
// make it no dearer.
func TestDive(t *testing.T) {
	t.Parallel()
	f := benchmark.NewForming(60, 5, 2, 1)
	optimum := benchmark.Known[f.Name].Best
	tab, groups := tabletest.New(f, 1), f.Greedy(100, 1)
	last := tab.Total(groups)
	for _, work := range []int{1, 2e8, 8e8} {
		best, cost, proven := Dive(tab, groups, 0, meter.New(1e9, nil).Part(work))
		if real, err := f.Cost(best); err != nil || cost != real || cost > last || cost < optimum || tab.RoundUp(proven) > optimum {
			t.Errorf("with %d of work: a dive says %d, costs %d, %v, and proves %d; before it were %d, the optimum is %d",
				work, cost, real, err, tab.RoundUp(proven), last, optimum)
		}
		last = cost
	}
	if last > optimum*5/4 {
		t.Errorf("got %d, far above the optimum of %d", last, optimum)
	}
}

// TestDiveOnce: the same luck leads to the same grouping, another often elsewhere, and a dive that
// cannot end below the best does not begin.
func TestDiveOnce(t *testing.T) {
	t.Parallel()
	f := benchmark.NewForming(60, 5, 2, 1)
	tab := tabletest.New(f, 1)
	e := New(tab, f.Greedy(100, 1), meter.New(1e10, nil))
	r, _ := e.relax(e.centre(), nil, nil)
	ends := map[int]bool{}
	for number := range 6 {
		once, again := e.diveOnce(r, paceOf(tab, number, number > 0)), e.diveOnce(r, paceOf(tab, number, number > 0))
		if !cmp.Equal(once, again) {
			t.Errorf("dive %d ends at %v, then at %v", number, once, again)
		}
		ends[tab.Total(once)] = true
	}
	if len(ends) < 2 {
		t.Errorf("all dives end at %v", ends)
	}
	e.Cost = tab.RoundUp(r.bound())
	before := e.Meter.Used
	if found := e.diveOnce(r, paceOf(tab, 1, true)); found != nil || e.Meter.Used != before {
		t.Errorf("a dive to less than the bound finds %v with %d of work", found, e.Meter.Used-before)
	}
}
