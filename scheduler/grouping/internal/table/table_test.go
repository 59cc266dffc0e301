package table_test

import (
	"math/rand/v2"
	"testing"

	"github.com/peerslot/peerslot/scheduler/benchmark"
	"github.com/peerslot/peerslot/scheduler/grouping/internal/table"
	"github.com/peerslot/peerslot/scheduler/grouping/internal/table/tabletest"
)

// TestCost: a table prices groups as the words of the definition do, whole and for some of the
// people.
func TestCost(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(7, 7))
	for seed := range uint64(20) {
		f := benchmark.NewForming(12, 4, int(seed%4), seed)
		tab := tabletest.New(f, seed)
		for range 20 {
			order := rng.Perm(12)
			groups := [][]int{order[:4], order[4:8], order[8:]}
			want, err := f.Cost(groups)
			got := tab.Total(groups)
			if err != nil != (got >= table.Blocked) || err == nil && got != want {
				t.Errorf("%s: got cost %d, want %d, %v", f.Name, got, want, err)
			}
			some := tab.Only(order[:4])
			if alone := some.Cost(table.Everyone(4)); alone != tab.Cost(order[:4]) {
				t.Errorf("%s: four people alone cost %d, want %d", f.Name, alone, tab.Cost(order[:4]))
			}
		}
	}
}

// TestSessions: what is in common, folded in any order, has the sessions that the group has.
func TestSessions(t *testing.T) {
	t.Parallel()
	tab := tabletest.New(benchmark.NewForming(30, 5, 0, 4), 4)
	rng := rand.New(rand.NewPCG(8, 8))
	for range 300 {
		g := rng.Perm(30)[:4]
		var left, right, both table.Common
		left.Set(&tab.Masks, tab.Row(g[0]))
		left.And(&tab.Masks, &left, tab.Row(g[1]))
		right.Set(&tab.Masks, tab.Row(g[2]))
		right.And(&tab.Masks, &right, tab.Row(g[3]))
		both.Meet(&tab.Masks, &left, &right)
		left.And(&tab.Masks, &left, tab.Row(g[2]))
		if a, b, want := both.Most, left.Sessions(&tab.Masks, tab.Row(g[3])), tab.Sessions(g); a != want || b != want {
			t.Errorf("%v: got %d and %d sessions, want %d", g, a, b, want)
		}
	}
}

// TestRoundUp: every cost is a multiple of the step, and a bound just above one is the next.
func TestRoundUp(t *testing.T) {
	t.Parallel()
	f := benchmark.NewForming(12, 4, 2, 1)
	tab := tabletest.New(f, 1)
	for _, cost := range []int{0, tab.Step, 7 * tab.Step} {
		if got := tab.RoundUp(cost * table.DualUnit); got != cost {
			t.Errorf("%d: got %d", cost, got)
		}
		if got := tab.RoundUp(cost*table.DualUnit + 1); got != cost+tab.Step {
			t.Errorf("just above %d: got %d, want %d", cost, got, cost+tab.Step)
		}
	}
	some := tab.Total(f.Greedy(50, 1))
	if tab.Step != 10 || some%tab.Step != 0 || some > tab.Dearest() {
		t.Errorf("step %d, a grouping costs %d, the dearest %d", tab.Step, some, tab.Dearest())
	}
}
