package exact

import (
	"testing"

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
		best, cost, proven := Dive(tab, groups, meter.New(1e9, nil).Part(work))
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
