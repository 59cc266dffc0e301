package exact

import (
	"math"

	"github.com/peerslot/peerslot/scheduler/grouping/internal/lp"
	"github.com/peerslot/peerslot/scheduler/grouping/internal/table"
)

// A relaxation lets groups be chosen in parts: each person is to be in groups whose
// parts sum to one. It holds the columns found so far. Its duals, rounded to whole
// numbers, prove a bound once no column has a negative reduced cost by them.
type relaxation struct {
	lp.Program
	n, least int // people, and the least size of a group
	groups   []column
	sides    []side
	sideRow  []int // of each side, in the programme
	cuts     []cut
	cutRow   []int

	// Of a tree: rows are added at the border of the inverse, and the dual simplex restores the
	// optimum. Dives end higher by that: 300 people cost 17,780 instead of 17,660, another 300
	// 15,180 instead of 14,960 (2026-11).
	warm bool

	person  []int // duals in units of 1/table.DualUnit
	limit   []int // of the sides
	cut     []int // of the cuts; not above 0
	charges charges
}

// newRelaxation starts without columns. What a person lacks in groups costs at most
// so much as most says, which is an upper bound of their dual.
func newRelaxation(t *table.Table, most []float64, sides []side) *relaxation {
	r := &relaxation{n: t.N, least: t.Least, person: make([]int, t.N)}
	r.charges.reset(t.N, nil, nil)
	for i, m := range most {
		r.AddRow(1, m, math.Inf(1), lp.Lacking(i))
	}
	for _, x := range sides {
		r.addSide(x, t)
	}
	r.Refactor()
	if len(sides) > 0 {
		r.Restore(whole)
	}
	return r
}

// addSide adds a side constraint. Call Refactor or Border, and Restore, before Solve.
func (r *relaxation) addSide(s side, t *table.Table) {
	// A dual above the weight of its feature would make groups cheaper for having
	// more of it.
	weight := [features]int{noSlot: t.Weights.NoSlot, meetings: t.Weights.Met, trios: t.Dearest()}[s.feature]
	if s.zones != 0 {
		weight = t.Dearest()
	}
	at := r.Rows()
	if s.atLeast {
		r.AddRow(float64(s.value), float64(weight), 0, lp.Surplus(at))
	} else {
		r.AddRow(float64(s.value), 0, 1e6, lp.Lacking(at))
	}
	r.sides, r.sideRow, r.limit = append(r.sides, s), append(r.sideRow, at), append(r.limit, 0)
	for i := range r.groups {
		if n := s.amount(&r.groups[i]); n != 0 {
			r.Extend(i, lp.Entry{Row: int32(at), Coef: float64(n)})
		}
	}
}

// add makes a group available.
func (r *relaxation) add(c column) {
	var entries []lp.Entry
	for _, i := range c.members() {
		entries = append(entries, lp.Entry{Row: int32(i), Coef: 1})
	}
	for k, s := range r.sides {
		if n := s.amount(&c); n != 0 {
			entries = append(entries, lp.Entry{Row: int32(r.sideRow[k]), Coef: float64(n)})
		}
	}
	for k := range r.cuts {
		if r.cuts[k].hits(&c) {
			entries = append(entries, lp.Entry{Row: int32(r.cutRow[k]), Coef: 1})
		}
	}
	r.groups = append(r.groups, c)
	r.AddColumn(float64(c.cost), entries)
}

// round takes the duals of the programme over in whole numbers. They are rounded
// down, so that no reduced cost falls.
func (r *relaxation) round() {
	for i := range r.person {
		r.person[i] = int(math.Floor(r.Dual[i] * table.DualUnit))
	}
	for k := range r.limit {
		r.limit[k] = int(math.Floor(r.Dual[r.sideRow[k]] * table.DualUnit))
		if r.sides[k].atLeast {
			r.limit[k] = max(0, r.limit[k])
		} else {
			r.limit[k] = min(0, r.limit[k])
		}
	}
	r.cut = r.cut[:0]
	for _, row := range r.cutRow {
		r.cut = append(r.cut, min(0, int(math.Floor(r.Dual[row]*table.DualUnit))))
	}
	r.charges.reset(r.n, r.cuts, r.cut)
}

// takeWork returns the work done since the last call, for a meter.
func (r *relaxation) takeWork() int {
	w := r.Work
	r.Work = 0
	return w
}

// reduced returns the cost of c less what the duals pay for it.
func (r *relaxation) reduced(c *column) int { return r.unpaid(c) + r.charges.total(c.members()) }

// unpaid is reduced without what the column pays for cuts, which is no less than zero.
func (r *relaxation) unpaid(c *column) int {
	d := c.cost * table.DualUnit
	for _, i := range c.members() {
		d -= r.person[i]
	}
	for k := range r.sides {
		d -= r.limit[k] * r.sides[k].amount(c)
	}
	return d
}

// cheaper reports whether the reduced cost of c is below a limit: mostly it is not even before it has paid for cuts,
// which takes longest to find.
func (r *relaxation) cheaper(c *column, limit int) bool {
	d := r.unpaid(c)
	return d < limit && d+r.charges.total(c.members()) < limit
}

// bound returns what the duals prove if no column has a negative reduced cost.
func (r *relaxation) bound() int {
	b := 0
	for _, y := range r.person {
		b += y
	}
	for k, y := range r.limit {
		b += y * r.sides[k].value
	}
	for _, y := range r.cut {
		b += y
	}
	return b
}

// lower makes least, the least reduced cost of any column, zero.
func (r *relaxation) lower(least int) {
	if least < 0 {
		for i := range r.person {
			r.person[i] -= (r.least - 1 - least) / r.least
		}
	}
}

// lacks reports whether the optimum leaves a person out in part: then a dual is at
// its upper bound, which can be too low.
func (r *relaxation) lacks() bool {
	for k := range r.Rows() {
		if id := r.Basic(k); id < 0 && r.Value[k] > 1e-3 {
			if at, _ := lp.Gap(id); at < r.n {
				return true
			}
		}
	}
	return false
}

// eachTaken calls f with the groups that the optimum takes and the part of each.
func (r *relaxation) eachTaken(f func(c *column, part float64)) {
	for k, x := range r.Value {
		if id := r.Basic(k); id >= 0 && x > 1e-3 {
			f(&r.groups[id], x)
		}
	}
}

// sum returns how much the optimum has of what a side limits.
func (r *relaxation) sum(s *side) (sum float64) {
	r.eachTaken(func(c *column, part float64) { sum += part * float64(s.amount(c)) })
	return sum
}

// openSum returns at how much of what s limits the optimum has its sum: s with the whole number, and the
// part of one beyond it.
func (r *relaxation) openSum(s side) (down side, part float64) {
	whole, part := math.Modf(r.sum(&s))
	s.value = int(whole)
	return s, part
}

// binding returns the cuts that matter.
func (r *relaxation) binding() []cut {
	var out []cut
	for k, y := range r.cut {
		if y < 0 {
			out = append(out, r.cuts[k])
		}
	}
	return out
}

// tighten adds at most so many cuts that the optimum violates and reports whether
// there were any.
func (r *relaxation) tighten(most int) bool {
	parts, pair := r.fractions()
	found := violated(r.n, parts, pair)
	for _, f := range found[:min(most, len(found))] {
		r.addCut(f.cut, f.by)
	}
	if r.warm {
		r.Border()
		r.Restore(whole)
	} else {
		r.Refactor()
	}
	return len(found) > 0
}

// addCut adds a cut. by is how much the optimum violates it, 0 if there is none
// yet. Call Refactor before Solve.
func (r *relaxation) addCut(t cut, by float64) {
	at := r.Rows()
	r.cuts, r.cutRow = append(r.cuts, t), append(r.cutRow, at)
	if by > 0 && !r.warm {
		r.AddRow(1, 0, 1e6, lp.Surplus(at))
	} else {
		r.AddRow(1, 0, 1e6, lp.Lacking(at))
	}
	for i := range r.groups {
		if t.hits(&r.groups[i]) {
			r.Extend(i, lp.Entry{Row: int32(at), Coef: 1})
		}
	}
}

type fraction struct {
	*column
	part float64
}

// fractions returns the groups that are chosen in part only, and for each pair of
// people how much they share.
func (r *relaxation) fractions() (parts []fraction, pair []float64) {
	pair = make([]float64, r.n*r.n)
	for k, x := range r.Value {
		if id := r.Basic(k); id >= 0 && x > 1e-3 && x < 1-1e-3 {
			c := &r.groups[id]
			parts = append(parts, fraction{c, x})
			for _, i := range c.members() {
				for _, j := range c.members() {
					pair[int(i)*r.n+int(j)] += x
				}
			}
		}
	}
	return parts, pair
}
