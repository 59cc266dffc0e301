// Package exact finds the cheapest grouping of some dozens of people and proves that it
// is, and bounds what more people cost, by generating columns.
package exact

import (
	"math"
	"slices"

	"github.com/peerslot/peerslot/scheduler/grouping/internal/meter"
	"github.com/peerslot/peerslot/scheduler/grouping/internal/table"
)

// A Search proves which grouping of a table's people is the cheapest. It
// branches on how much of the costly features a grouping has; each branch has a
// relaxation, whose bound it raises step by step by searching what lies between
// the bound and a target.
type Search struct {
	t        *table.Table
	pricer   *pricer
	Best     [][]int // nil as long as none is known
	Cost     int     // of best
	branches []*branch
	Meter    *meter.Meter
	Cores    int
	known    []column // groups that may be useful
	rough    float64  // by what part of its bound a relaxation may be off its optimum

	root   *relaxation // that Dive has made, nil if it was not called
	proven int         // of it
}

// A branch is the groupings that keep some side constraints.
type branch struct {
	relaxation *relaxation
	bound      int // of the relaxation
	proven     int // no grouping of the branch costs less; in units of 1/table.DualUnit
	reach      int // how far above bound the next search goes
	listed     int // groups of the last search
	searched   int // how far above bound it went
	work       int // that it took
	stuck      bool
}

// maxPool is how many groups a search may consist of, so that they take 56 MB. Of 100 people without earlier rounds, seed 3, 8,020 is
// proved of 8,200 with 250,000, and 8,130 after 5 s; of 60 after four rounds, seed 4, 12,480 of 12,610 with 700,000, and all with
// 802,000 (2026-11).
const maxPool = 1_000_000

// New makes a search that starts from best, which may be nil.
func New(t *table.Table, best [][]int, m *meter.Meter) *Search {
	return &Search{t: t, pricer: newPricer(t, m.Stopped), Best: best, Cost: t.Total(best), Meter: m, Cores: 1}
}

// Solve looks for a grouping cheaper than the best and proves as much as the meter
// allows.
func (e *Search) Solve() {
	switch {
	case len(e.branches) > 0:
	case e.root != nil:
		e.add(e.root, e.tighten(e.root, e.proven)) // on, as the ceiling is lower now
	default:
		e.open(e.centre(), e.known, sidesOf(e.t), 0)
	}
	for b := e.weakest(); b != nil; b = e.weakest() {
		if !e.split(b) {
			e.advance(b)
		}
	}
}

// ceiling is what a better grouping may cost at most, in units of 1/table.DualUnit.
func (e *Search) ceiling() int {
	if e.Best == nil {
		return e.t.Dearest() * table.DualUnit
	}
	return (e.Cost - e.t.Step) * table.DualUnit
}

// weakest returns the branch that is least proven and could still hold a better
// grouping, nil if there is none or nothing more can be done about it.
func (e *Search) weakest() *branch {
	var w *branch
	for _, b := range e.branches {
		if b.proven <= e.ceiling() && (w == nil || b.proven < w.proven) {
			w = b
		}
	}
	if w == nil || w.stuck || e.Meter.Over() {
		return nil
	}
	return w
}

// Settled reports whether everything is proven: there is no grouping better than
// the best, or none at all.
func (e *Search) Settled() bool {
	for _, b := range e.branches {
		if b.proven <= e.ceiling() {
			return false
		}
	}
	return true
}

// Bound returns what no grouping costs less than.
func (e *Search) Bound() int {
	least := e.ceiling() + 1
	for _, b := range e.branches {
		least = min(least, b.proven)
	}
	return e.t.RoundUp(least)
}

// centre guesses the duals: the shares of the people in the cost of their groups.
func (e *Search) centre() []float64 {
	centre := make([]float64, e.t.N)
	for i := range centre {
		centre[i] = float64(e.t.Session[0]) / float64(e.t.Least)
	}
	for _, g := range e.Best {
		c := e.t.Cost(g)
		for _, i := range g {
			centre[i] = float64(c) / float64(len(g))
		}
	}
	return centre
}

// open adds the branch with these side constraints, of which so much is known to be proven.
func (e *Search) open(centre []float64, columns []column, sides []side, known int) {
	r, proven := e.relax(centre, columns, sides)
	e.add(r, max(known, e.tighten(r, proven)))
}

// add makes a branch of a relaxation of which so much is proven, if it could still
// hold a better grouping.
func (e *Search) add(r *relaxation, proven int) {
	if proven > e.ceiling() {
		return
	}
	least := r.bound()
	// A quarter, and twice as much each time, prove 7,930 of 100 people after two rounds in 5 s where this
	// proves 8,000, and 7,460 without where this proves 7,480 (2026-11).
	reach := max(64*table.DualUnit, (e.ceiling()-least)/6)
	e.branches = append(e.branches, &branch{relaxation: r, bound: least, proven: proven, reach: reach})
}

// split replaces b by two branches if its optimum leaves open how much it has of a feature.
func (e *Search) split(b *branch) bool {
	r := b.relaxation
	if len(r.sides) > 6 {
		return false
	}
	for feature := range features {
		down, part := r.openSum(side{feature: feature})
		if part < 0.01 || part > 0.99 {
			continue
		}
		e.branches = slices.DeleteFunc(e.branches, func(x *branch) bool { return x == b })
		for _, not := range [2]bool{false, true} {
			d := decision{about: sums, side: down, not: not}
			e.open(r.Dual[:e.t.N], r.groups, append(slices.Clone(r.sides), d.half()), b.proven)
		}
		return true
	}
	return false
}

// simplexLimit is for how many people a relaxation is solved by the simplex alone. For 600 that
// takes 18 CPU s, and 5 if it begins where approach ends (2026-11).
const simplexLimit = 160

// relax makes a relaxation that has these groups, if not others as well, and solves it over all
// groups; see price. It begins near the centre.
func (e *Search) relax(centre []float64, columns []column, sides []side) (r *relaxation, proven int) {
	if e.t.N > simplexLimit && len(columns) == 0 && len(sides) == 0 {
		centre, columns, proven = e.approach(centre)
	}
	width := 1.0 // by which duals may exceed the centre: narrow, or they swing at first
	for _, c := range centre {
		width += c / 10 / float64(e.t.N)
	}
	most := make([]float64, e.t.N)
	for i := range most {
		most[i] = centre[i] + width
	}
	r = newRelaxation(e.t, most, sides)
	for _, c := range columns {
		r.add(c)
	}
	for _, g := range e.Best {
		r.add(newColumn(e.t, g))
	}
	return r, max(proven, e.price(r, width))
}

// Cuts to add at once, and the part of the gap that they have to close for more to
// be looked for. Of 100 people 3 turns with 117 cuts, in 0.27 s, raise the bound from 7,258 to
// 7,328, which is a fifth of what lacks to the best known, 7,610; with two earlier rounds 2 turns
// raise it from 7,760 to 7,794 of 8,350, which is 6 % (benchmark's two instances, 2026-11). After 5 s
// they end at 7,560 and 8,230 over 7,460 and 7,910; with half and twice of rootCuts at 7,550 and 8,290
// over 7,460 and 7,930, 7,550 and 8,340 over the same; of rootGain at 7,550 and 8,230 over 7,400 and
// 7,910, 7,560 and 8,230 over 7,460 and 7,900.
const (
	cutLimit = 64 // people above which relaxations are cut before they are searched
	rootCuts = 50
	rootGain = 1.0 / 25
)

// tighten adds cuts to a relaxation of which so much is proven, as long as that
// raises its bound enough, and returns what is proven then.
func (e *Search) tighten(r *relaxation, proven int) int {
	for e.t.N > cutLimit && proven <= e.ceiling() && !e.Meter.Over() && !r.lacks() {
		before := r.bound()
		if !r.tighten(rootCuts) {
			break
		}
		proven = max(proven, e.price(r, float64(e.t.Session[0])))
		if float64(r.bound()-before) < rootGain*float64(e.ceiling()-before) {
			break
		}
	}
	return proven
}

// price adds columns until the relaxation is optimal over all groups, or it is
// proven that its optimum is above the ceiling, or the meter is over. Duals may rise
// by width at first. It returns the best bound it has seen.
func (e *Search) price(r *relaxation, width float64) (proven int) {
	for pass := 1; ; pass++ {
		r.Solve()
		r.round()
		e.pricer.setDuals(r)
		found := e.pricer.cheapest(max(4, min(20, 2400/max(1, e.t.N)))) // more columns at once make the simplex slow
		e.Meter.Use(e.pricer.work*meter.PriceCost + r.takeWork())
		bound := r.bound() + found.sum
		if bound > proven || found.sum == 0 {
			proven = max(proven, bound)
			if found.sum == 0 {
				width *= 2
			}
			for i := range e.t.N {
				r.SetPlus(i, r.Dual[i]+width)
			}
		}
		if found.sum == 0 && !r.lacks() || e.rough > 0 && float64(-found.sum) <= e.rough*float64(r.bound()) || proven > e.ceiling() || e.Meter.Over() || pass == 2000 {
			r.lower(found.least)
			return proven
		}
		for _, c := range found.columns {
			r.add(c)
		}
	}
}

// advance searches the branch a step further.
func (e *Search) advance(b *branch) {
	if b.affords(e.Meter.Left*3/5) < b.listed*5/4 {
		b.stuck = true
		return
	}
	gap := e.ceiling() + 1 - b.bound // all that costs less is to be searched
	b.stretch(gap, e.Meter.Left)
	columns, room, ok := e.pricer.below(b.relaxation, min(b.reach, gap), b.affords(e.Meter.Left))
	e.Meter.Use(e.pricer.work * meter.PriceCost)
	if !ok {
		b.stuck = true
		return
	}
	if most := b.affords(e.Meter.Left * 3 / 5); room < gap && len(columns) > most {
		columns, room = b.relaxation.cheapest(columns, most)
	}
	target := b.bound + room
	t := &tree{Search: e, columns: columns, target: target, quota: coverQuota}
	before := e.Meter.Used
	b.proven = max(b.proven, t.search(b.relaxation))
	b.listed, b.searched, b.work = len(columns), room, e.Meter.Used-before
	b.stuck = b.proven < min(target, e.ceiling()+1)
	b.reach += b.reach / 2
}

// stretch makes the next search the last if so much work may be enough to reach all of the gap, or is not enough for two more.
//
// Lists grow with the power 2.4 to 3.9 of how far they reach (four problems of 100 people; 2026-11). One that turns out to be too
// long is cut.
func (b *branch) stretch(gap, work int) {
	if b.listed == 0 {
		return
	}
	whole := float64(b.listed) * math.Pow(float64(gap)/float64(b.searched), 3)
	furthest := float64(b.searched) * math.Sqrt(math.Sqrt(float64(b.affords(work*3/5))/float64(b.listed)))
	switch {
	case whole <= float64(b.affords(work)):
		b.reach = max(b.reach, gap)
	case furthest < 1.5*float64(b.reach):
		b.reach = max(b.reach, int(furthest))
	}
}

// affords returns of how many groups the next search can be if it is to end within so much work.
//
// Work grows with the power 1.1 to 2.2 of their number: where three fifths of what was left were to do, 0.37 to 0.70 were done, and where
// four fifths were, two of nine searches came to no end (ten problems of 100 people; 2026-11).
func (b *branch) affords(work int) int {
	if b.work == 0 {
		return maxPool
	}
	return min(maxPool, int(float64(b.listed)*math.Sqrt(float64(max(work, 0))/float64(b.work))))
}

// cheapest returns at most so many of the groups, which are more: those with reduced costs below a limit, and the limit.
func (r *relaxation) cheapest(groups []column, most int) ([]column, int) {
	all := make([]int, len(groups))
	for k := range groups {
		all[k] = r.reduced(&groups[k])
	}
	slices.Sort(all)
	limit := all[most]
	return slices.DeleteFunc(groups, func(c column) bool { return !r.cheaper(&c, limit) }), limit
}

// Improve takes groups of people of the model as the best. If they are cheaper, Solve tries again what was out of reach.
func (e *Search) Improve(groups [][]int) {
	before := e.Cost
	e.Best = e.t.Numbers(groups)
	e.Cost = e.t.Total(e.Best)
	for _, b := range e.branches {
		b.stuck = b.stuck && e.Cost == before
	}
}

// take keeps the columns as the best grouping.
func (e *Search) take(columns []column) {
	e.Best, e.Cost = nil, 0
	for _, c := range columns {
		var g []int
		for _, i := range c.members() {
			g = append(g, int(i))
		}
		e.Best = append(e.Best, g)
		e.Cost += c.cost
	}
}
