package exact

import (
	"testing"

	"github.com/peerslot/peerslot/scheduler/benchmark"
	"github.com/peerslot/peerslot/scheduler/grouping/internal/meter"
	"github.com/peerslot/peerslot/scheduler/grouping/internal/table"
	"github.com/peerslot/peerslot/scheduler/grouping/internal/table/tabletest"
)

// TestApproach: what is proven from within is no more than the simplex proves, and not much less,
// and the groups that it calls useful are enough to prove it with.
func TestApproach(t *testing.T) {
	t.Parallel()
	for seed := range uint64(6) {
		f := benchmark.NewForming(20, 4, int(seed%3), seed)
		f.Least = 4 - int(seed%2)
		tab := tabletest.New(f, seed)
		groups := f.Greedy(50, seed)
		if groups == nil {
			continue
		}
		e := New(tab, groups, meter.New(1e10, nil))
		e.Cost = tab.Dearest() // or proving that these groups are the best would be enough
		_, want := e.relax(e.centre(), nil, nil)
		duals, columns, proven := e.approach(e.centre())
		if proven > want+table.DualUnit || proven < want-want/2000-20 {
			t.Errorf("%s: proves %d, want %d", f.Name, proven, want)
		}
		r := newRelaxation(tab, duals, nil)
		for i := range duals {
			r.SetPlus(i, 1e5)
		}
		for _, c := range columns {
			r.add(c)
		}
		r.Solve()
		r.round()
		if over := r.bound() - want; over > want/100+table.DualUnit {
			t.Errorf("%s: the %d useful groups alone cost %d more than all", f.Name, len(columns), over)
		}
	}
}
