package exact

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/peerslot/peerslot/scheduler/grouping/internal/table"
)

// TestClimb: duals that a cover climbs to prove no more than a dynamic programme finds, make no column's reduced cost
// negative, and what is left of the columns holds a choice below the target if there is one.
func TestClimb(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(11, 11))
	open, raised := 0, 0
	for round := range 200 {
		n := 4 + rng.IntN(7)
		var columns []column
		var everybody set
		for i := range n {
			everybody = everybody.with(i)
		}
		for range 20 + rng.IntN(60) {
			c := column{cost: rng.IntN(50)}
			for _, i := range rng.Perm(n)[:1+rng.IntN(4)] {
				c.add(i)
			}
			columns = append(columns, c)
		}
		least := leastOf(columns, n)
		if least == math.MaxInt {
			continue
		}
		least *= table.DualUnit
		for _, target := range []int{least, least + 1} {
			v := &cover{columns: columns, n: n, most: 4, target: target, charges: &charges{}, cost: math.MaxInt, quota: math.MaxInt}
			v.charges.reset(n, nil, nil)
			var choices []choice
			for k, c := range columns {
				choices = append(choices, newChoice(columns, int32(k), c.cost*table.DualUnit))
			}
			duals, _ := v.uphill(choices, everybody, target)
			for _, c := range choices {
				for _, m := range c.people() {
					c.reduced -= duals[m]
				}
				if c.reduced < 0 {
					t.Errorf("round %d: column %v has the reduced cost %d", round, c.people(), c.reduced)
				}
			}
			kept, spent, person := v.climb(choices, everybody, 0)
			if person < 0 {
				if target > least {
					t.Errorf("round %d: nothing costs less than %d, it says, but %d does", round, target, least)
				}
				continue
			}
			if open++; spent > 0 {
				raised++
			}
			v.target, v.slack = target-spent, spent
			if complete := v.search(kept); !complete || spent > least || (v.best != nil) != (target > least) {
				t.Errorf("round %d, target %d: got %v beyond %d, the least is %d", round, target, v.best, spent, least)
			}
		}
	}
	if open < 100 || raised < open*8/10 {
		t.Errorf("of %d climbs that leave room %d raise anything", open, raised)
	}
}
