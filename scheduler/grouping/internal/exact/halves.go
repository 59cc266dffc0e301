package exact

import (
	"cmp"
	"math/bits"
	"slices"

	"github.com/peerslot/peerslot/scheduler/grouping/internal/lp"
	"github.com/peerslot/peerslot/scheduler/grouping/internal/meter"
	"github.com/peerslot/peerslot/scheduler/grouping/internal/table"
)

// A piece is the optimum of a relaxation over some of the people, in the numbers of all.
type piece struct {
	people  []int
	duals   []float64 // of the people
	columns []column
	basis   []int // for each of the people: a number of columns, or of Lacking or Surplus
}

// pieceReach is how much a group may cost beyond the duals of its piece to be of use
// for all.
const pieceReach = 20

// piece returns the optimum of r, whose people have these numbers among all.
func (r *relaxation) piece(people []int) piece {
	p := piece{people: people, duals: slices.Clone(r.Dual[:r.n])}
	basic := make([]bool, len(r.groups))
	for k := range people {
		if id := r.Basic(k); id >= 0 {
			basic[id] = true
		}
	}
	number := make([]int, len(r.groups)) // of those that are basic or of use
	for k := range r.groups {
		if basic[k] || r.reduced(&r.groups[k]) < pieceReach*table.DualUnit {
			number[k] = len(p.columns)
			c := column{cost: r.groups[k].cost, count: r.groups[k].count}
			for _, i := range r.groups[k].members() {
				c.add(people[i])
			}
			p.columns = append(p.columns, c)
		}
	}
	for k := range people {
		id := r.Basic(k)
		switch row, coef := lp.Gap(id); {
		case id >= 0:
			id = number[id]
		case coef > 0:
			id = lp.Lacking(people[row])
		default:
			id = lp.Surplus(people[row])
		}
		p.basis = append(p.basis, id)
	}
	return p
}

// join starts from pieces that make up all people.
func (r *relaxation) join(pieces []piece) {
	if len(pieces) == 0 {
		return
	}
	basis := make([]int, r.n)
	for _, p := range pieces {
		first := len(r.groups)
		for _, c := range p.columns {
			r.add(c)
		}
		for k, i := range p.people {
			basis[i] = p.basis[k]
			if p.basis[k] >= 0 {
				basis[i] += first
			}
		}
	}
	r.Start(basis)
}

// halves solves the relaxation over each half of the people, by their zones.
func (e *Search) halves(centre []float64) []piece {
	order := table.Everyone(e.t.N)
	slices.SortStableFunc(order, func(a, b int) int { return bits.TrailingZeros64(e.t.Zone[a]) - bits.TrailingZeros64(e.t.Zone[b]) })
	var pieces []piece
	for _, people := range [][]int{order[:e.t.N/2], order[e.t.N/2:]} {
		own := make([]float64, len(people))
		for k, i := range people {
			own[k] = centre[i]
		}
		r, _ := New(e.t.Only(people), nil, e.Meter).relax(own, nil, nil)
		pieces = append(pieces, r.piece(people))
	}
	return pieces
}

// DiveHalves does for many people what Dive does for fewer: it dives over each half of
// the groups, by their zones, and then over as many on either side of where the halves
// meet. What is proven comes from the relaxation over everybody, which begins with those
// of the halves.
//
// Of 600 people the halves, 8 s of work, bring 33,170 down to 27,900; the groups between
// them, 4 s, to 27,340, and those at the other ends, 4 s more, by 10 only. What lies
// between them alone, a third of all, ends at 27,580 (benchmark's instance, 2026-11).
func DiveHalves(t *table.Table, groups [][]int, m *meter.Meter) (best [][]int, cost, proven int) {
	e := New(t, groups, m)
	e.sortByZone()
	half := len(groups) / 2
	pieces := []piece{e.diveOver(0, half), e.diveOver(half, len(groups))}
	e.sortByZone()
	e.diveOver(half/2, half/2+half)
	e.Cost = t.Total(e.Best)
	_, proven = e.relaxFrom(pieces, e.centre(), nil, nil)
	return e.Best, e.Cost, proven
}

// sortByZone puts the groups of the best grouping in the order of their members' mean zone.
func (e *Search) sortByZone() {
	zone := func(g []int) (sum float64) {
		for _, i := range g {
			sum += float64(bits.TrailingZeros64(e.t.Zone[i]))
		}
		return sum / float64(len(g))
	}
	e.Best = slices.Clone(e.Best)
	slices.SortStableFunc(e.Best, func(a, b []int) int { return cmp.Compare(zone(a), zone(b)) })
}

// diveOver dives over the people of some groups of the best grouping, takes what it finds
// if that is cheaper, and returns the optimum of the relaxation over them.
func (e *Search) diveOver(from, to int) piece {
	people := slices.Concat(e.Best[from:to]...)
	part := New(e.t.Only(people), nil, e.Meter)
	at := 0
	for _, g := range e.Best[from:to] {
		part.Best = append(part.Best, table.Everyone(at + len(g))[at:])
		at += len(g)
	}
	part.Cost = part.t.Total(part.Best)
	r, proven := part.relax(part.centre(), nil, sidesOf(part.t))
	p := r.piece(people)
	part.dive(r, proven)
	e.Best = slices.Concat(e.Best[:from], numbered(part.Best, people), e.Best[to:])
	return p
}

// numbered returns groups of places in people as groups of those people.
func numbered(groups [][]int, people []int) [][]int {
	all := make([][]int, len(groups))
	for k, g := range groups {
		for _, i := range g {
			all[k] = append(all[k], people[i])
		}
	}
	return all
}
