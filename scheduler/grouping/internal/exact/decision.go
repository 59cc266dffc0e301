package exact

import (
	"cmp"
	"math"
	"slices"

	"github.com/peerslot/peerslot/scheduler/grouping/internal/table"
)

// A decision divides groupings into those for which something is so, and those for which it is
// not: about the group that a person is in, or about a sum over all groups.
type decision struct {
	about  about
	person int
	value  int    // another person, or sessions
	zones  uint64 // by index
	side   side   // at most so much, or else at least one more
	not    bool
}

// What decisions are about.
type about uint8

const (
	nothing      about = iota
	withPerson         // the group of the person holds another
	withSessions       // it can have so many sessions
	withZones          // it touches zones
	sums               // a side constraint
	abouts
)

// allows reports whether a grouping for which the decision is so, or is not, can hold a group.
func (d *decision) allows(c *column) bool {
	switch d.about {
	case withPerson:
		a, b := c.set.has(d.person), c.set.has(d.value)
		return a == b && !d.not || (!a || !b) && d.not
	case withSessions:
		return !c.set.has(d.person) || (int(c.sessions) >= d.value) != d.not
	case withZones:
		return !c.set.has(d.person) || (c.zones&d.zones != 0) != d.not
	}
	return true
}

// half returns the side constraint of a decision about a sum.
func (d *decision) half() side {
	s := d.side
	if d.not {
		s.atLeast, s.value = true, s.value+1
	}
	return s
}

// under returns r under a decision.
func (r *relaxation) under(d *decision, t *table.Table) *relaxation {
	s := r.copied()
	if d.about == sums {
		s.addSide(d.half(), t)
		s.Border()
	}
	for k := range s.groups {
		if !d.allows(&s.groups[k]) {
			s.Bar(k)
		}
	}
	return s
}

// copied returns a copy of r, which can be solved and added to without a change of r.
func (r *relaxation) copied() *relaxation {
	s := *r
	s.Program = r.Program.Clone()
	s.groups, s.sides, s.cuts = slices.Clip(r.groups), slices.Clip(r.sides), slices.Clip(r.cuts)
	s.sideRow, s.cutRow = slices.Clip(r.sideRow), slices.Clip(r.cutRow)
	s.person, s.limit, s.cut = slices.Clone(r.person), slices.Clone(r.limit), slices.Clone(r.cut)
	s.charges = charges{}
	return &s
}

// shrunk returns r without the groups that are barred or whose reduced costs are not below room,
// and without the cuts that do not matter.
func (r *relaxation) shrunk(room int) *relaxation {
	s := *r
	needed := make([]bool, r.Rows())
	for row := range needed {
		needed[row] = !slices.Contains(r.cutRow, row)
	}
	var rows, columns []int
	s.Program, rows, columns = r.Part(func(row int) bool { return needed[row] },
		func(k int) bool { return !r.Barred(k) && r.cheaper(&r.groups[k], room) })
	s.person, s.limit = slices.Clone(r.person), slices.Clone(r.limit)
	s.groups, s.sideRow, s.cuts, s.cutRow, s.cut = nil, nil, nil, nil, nil
	for k, at := range columns {
		if at >= 0 {
			s.groups = append(s.groups, r.groups[k])
		}
	}
	for _, row := range r.sideRow {
		s.sideRow = append(s.sideRow, rows[row])
	}
	for k, row := range r.cutRow {
		if at := rows[row]; at >= 0 {
			s.cuts, s.cutRow, s.cut = append(s.cuts, r.cuts[k]), append(s.cutRow, at), append(s.cut, r.cut[k])
		}
	}
	s.charges = charges{}
	s.charges.reset(s.n, s.cuts, s.cut)
	return &s
}

// candidates returns decisions that the optimum of r, over people of t, leaves most open, some of
// each sort.
func (r *relaxation) candidates(t *table.Table) (all []decision) {
	type entry struct {
		decision
		off float64 // from a half
	}
	var sorts [abouts][]entry
	r.eachOpen(t, func(d decision, part float64) {
		if off := math.Abs(part - 0.5); off < 0.4 {
			sorts[d.about] = append(sorts[d.about], entry{d, off})
		}
	})
	for about, some := range sorts {
		slices.SortStableFunc(some, func(a, b entry) int { return cmp.Compare(a.off, b.off) })
		for _, e := range some[:min(len(some), candidatesOf[about])] {
			all = append(all, e.decision)
		}
	}
	return all
}

// eachOpen calls f with decisions and in what part, from 0 to 1, the optimum of r is beyond them.
func (r *relaxation) eachOpen(t *table.Table, f func(d decision, part float64)) {
	const sessions = table.MaxWeeks + 1
	zones := len(t.Offsets)
	_, pair := r.fractions()
	touched, least := make([]float64, r.n*zones), make([]float64, r.n*sessions)
	r.eachTaken(func(c *column, x float64) {
		for _, i := range c.members() {
			for z := range zones {
				touched[int(i)*zones+z] += x * float64(c.zones>>z&1)
			}
			for s := range int(c.sessions) + 1 {
				least[int(i)*sessions+s] += x
			}
		}
	})
	for i := range r.n {
		for j := range i {
			f(decision{about: withPerson, person: i, value: j}, pair[i*r.n+j])
		}
		for s := range sessions {
			f(decision{about: withSessions, person: i, value: s}, least[i*sessions+s])
		}
		for z := range zones {
			f(decision{about: withZones, person: i, zones: 1 << z}, touched[i*zones+z])
		}
	}
	sum := func(s side) {
		down, part := r.openSum(s)
		f(decision{about: sums, side: down}, part)
	}
	for feature := range features {
		sum(side{feature: feature})
	}
	for y := range zones {
		for z := range y + 1 {
			sum(side{zones: 1<<y | 1<<z})
		}
	}
}
