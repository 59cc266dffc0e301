package exact

import (
	"math"
	"slices"

	"github.com/peerslot/peerslot/scheduler/grouping/internal/meter"
	"github.com/peerslot/peerslot/scheduler/grouping/internal/table"
)

// A tree searches all choices from a list of columns that cost less than a target.
// Where a cover does not come to an end soon it makes a decision, and goes on with the choices for
// which it is so and with the others. It takes waves of nodes, whose results do not depend
// on each other, so that any number of cores finds the same.
type tree struct {
	*Search
	columns []column
	target  int // in units of 1/table.DualUnit
	quota   int // of columns that a cover looks at
}

// A node is the choices of one that was searched for which a decision is so, or is not.
type node struct {
	above    *relaxation // of that one, optimal
	columns  []int32     // that were left there
	decision decision
	bound    int
}

// An outcome is what became of a node.
type outcome struct {
	open []node   // what is left to do
	best []column // a choice cheaper than the best known, nil for none
	cost int
	work int
}

// How a tree shares its work. The proofs for 100 people without earlier rounds (seed 1) and after two (seed 5), from the
// optimum, take 2.2 and 3.0 s of work. Beside a figure stands what half of it and twice as much make of these, if that differs.
// Where nodes below the third level are cut only every second time, it is 2.6 and 2.8, and for five such proofs together
// a tenth more. That was before covers climbed: since, the first takes 1.3 s, and with covers of 20,000 and 30,000 columns
// 1.7 and 1.5 (2026-11).
const (
	wave       = 4          // nodes at once
	coverLimit = 50_000     // columns that a cover begins with at most
	coverQuota = 60_000_000 // that it looks at
	cutRounds  = 6
	cutsAtOnce = 20   // 2.2 and 5.9, 2.3 and 3.6
	maxCuts    = 120  // of a node; 2.3 and 5.3, 2.2 and 3.0
	foresight  = 15   // pivots by which a decision is judged; 2.4 and 4.4, 3.1 and 4.0
	whole      = 1000 // pivots after which an optimum is restored, or rounding errors are in the way
)

// candidatesOf are how many decisions of a sort are judged: half of them make it 2.7 and 5.1, twice of them 2.6 and 3.3.
var candidatesOf = [abouts]int{withPerson: 5, withSessions: 3, withZones: 5, sums: 4}

// search returns what no choice of the columns costs less than, at most the target.
func (t *tree) search(r *relaxation) int {
	root := t.pool(r)
	t.Meter.Use(root.takeWork())
	stack := []node{{above: root, columns: everyone32(len(t.columns)), bound: r.bound()}}
	for len(stack) > 0 && !t.Meter.Over() {
		k := max(0, len(stack)-wave)
		nodes := slices.Clone(stack[k:])
		outcomes := make([]outcome, len(nodes))
		meter.Each(t.Cores, len(nodes), func(i int) { outcomes[i] = t.visit(nodes[i]) })
		stack = stack[:k]
		for _, o := range outcomes {
			if o.best != nil && o.cost < t.Cost || t.Best == nil && o.best != nil {
				t.take(o.best)
			}
			t.Meter.Use(o.work)
			stack = append(stack, o.open...)
		}
	}
	proven := min(t.target, t.ceiling()+1)
	for _, n := range stack {
		proven = min(proven, n.bound)
	}
	return proven
}

// visit searches a node, or halves it.
func (t *tree) visit(n node) outcome {
	target := min(t.target, t.ceiling()+1)
	r := n.above.under(&n.decision, t.t)
	r.Restore(whole)
	var columns []int32
	for _, k := range n.columns {
		if n.decision.allows(&t.columns[k]) {
			columns = append(columns, k)
		}
	}
	t.settle(r, columns)
	t.tighten(r, columns, target)
	bound := max(n.bound, r.bound())
	o := outcome{work: r.takeWork() + 3*len(n.columns)*meter.ColumnCost}
	if bound >= target {
		return o
	}
	room := target - r.bound()
	columns = slices.DeleteFunc(columns, func(k int32) bool { return !r.cheaper(&t.columns[k], room) })
	if t.cover(r, columns, room, &o) {
		return o
	}
	r = r.shrunk(room)
	d, ok := t.decide(r, room, &o)
	if !ok {
		d = t.between(columns)
	}
	for _, not := range [2]bool{true, false} {
		d.not = not
		o.open = append(o.open, node{r, columns, d, bound})
	}
	return o
}

// cover searches the columns, which are those of r with reduced costs below room, and reports whether it
// came to an end. It does not begin if they are many.
func (t *tree) cover(r *relaxation, columns []int32, room int, o *outcome) bool {
	if len(columns) > coverLimit {
		return false
	}
	choices := make([]choice, len(columns))
	for at, k := range columns {
		choices[at] = newChoice(t.columns, k, r.reduced(&t.columns[k]))
	}
	v := &cover{columns: t.columns, n: t.t.N, most: t.t.Most, target: room, slack: r.bound(), charges: &r.charges,
		cost: math.MaxInt, quota: min(t.quota, t.Meter.Left/wave/meter.ColumnCost)}
	if t.Best != nil {
		v.cost = t.Cost
	}
	complete := v.search(choices)
	o.best, o.cost = v.best, v.cost
	o.work += v.work * meter.ColumnCost
	return complete
}

// decide returns the decision after which the bounds of both halves are highest, as far as some
// pivots tell. ok is false if r leaves nothing open.
func (t *tree) decide(r *relaxation, room int, o *outcome) (best decision, ok bool) {
	before, most := r.Objective(), 0.0
	gain := func(d decision, not bool) float64 {
		d.not = not
		s := r.under(&d, t.t)
		s.Restore(foresight)
		o.work += s.takeWork()
		return 0.5 + max(0, min(s.Objective()-before, float64(room)/table.DualUnit))
	}
	for _, d := range r.candidates(t.t) {
		if score := gain(d, true) * gain(d, false); score > most {
			best, most = d, score
		}
	}
	return best, most > 0
}

// between returns a decision of which each half lacks one of the columns, at least two of which
// have a person in common.
func (t *tree) between(columns []int32) decision {
	for at, k := range columns {
		for _, l := range columns[:at] {
			a, b := t.columns[k].set, t.columns[l].set
			if !a.meets(b) {
				continue
			}
			for i := range a.all() {
				for j := range a.minus(b).all() {
					if b.has(i) {
						return decision{about: withPerson, person: i, value: j}
					}
				}
			}
		}
	}
	return decision{}
}

// pool returns the relaxation over the columns that are cheap by the duals of another.
func (t *tree) pool(from *relaxation) *relaxation {
	most := make([]float64, t.t.N)
	for i := range most {
		most[i] = max(from.Dual[i], 0) + 5000
	}
	r := newRelaxation(t.t, most, from.sides)
	r.warm = true
	for _, c := range from.binding() {
		r.addCut(c, 0)
	}
	r.Refactor()
	for k := range t.columns {
		if from.cheaper(&t.columns[k], 5*table.DualUnit) {
			r.add(t.columns[k])
		}
	}
	return r
}

// tighten adds cuts as long as they raise the bound towards the target.
func (t *tree) tighten(r *relaxation, columns []int32, target int) {
	for range cutRounds {
		before := r.bound()
		if before >= target || len(r.cuts) > maxCuts || !r.tighten(cutsAtOnce) {
			return
		}
		t.settle(r, columns)
		if r.bound() < before+(target-before)/30 {
			return
		}
	}
}

// settle makes r optimal over the given columns.
func (t *tree) settle(r *relaxation, columns []int32) {
	const places = 1 << 20 // more than maxPool
	for rounds := 1; ; rounds++ {
		r.Solve()
		r.round()
		var found []int // reduced costs, times places, and which column it is
		least := 0
		for _, k := range columns {
			c := &t.columns[k]
			if !r.cheaper(c, 0) {
				continue
			}
			d := r.reduced(c)
			least = min(least, d)
			if d < -table.DualUnit/32 {
				found = append(found, d*places+int(k))
			}
		}
		r.Work += 2 * len(columns) * meter.ColumnCost
		if len(found) == 0 || rounds == 100 { // more only if rounding errors go round in circles
			r.lower(least)
			return
		}
		slices.Sort(found)
		for _, f := range found[:min(len(found), 3*r.n)] {
			r.add(t.columns[f&(places-1)])
		}
	}
}
