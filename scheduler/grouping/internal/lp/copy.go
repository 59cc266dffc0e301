package lp

import (
	"slices"

	"gonum.org/v1/gonum/floats"
)

// Clone returns a copy, which can be solved and added to without a change of p.
func (p *Program) Clone() Program {
	q := *p
	q.rows, q.columns = slices.Clone(p.rows), slices.Clone(p.columns)
	q.inv = square(len(p.inv))
	for r := range p.inv {
		copy(q.inv[r], p.inv[r])
	}
	q.Value, q.Dual, q.step = slices.Clone(p.Value), slices.Clone(p.Dual), nil
	q.Work = len(p.inv) * len(p.inv) / 4
	return q
}

// Part returns a copy that has only some rows and columns, in their order, and what has become of
// each: its new number, or -1. Rows are kept unless their gap is basic, and columns that are.
func (p *Program) Part(keepRow, keepColumn func(i int) bool) (part Program, rows, columns []int) {
	gone := make([]bool, len(p.rows))
	var places []int // of the basis that is left
	for r, row := range p.rows {
		if row.basic < 0 {
			if k, _ := Gap(row.basic); !keepRow(k) {
				gone[k] = true
				continue
			}
		}
		places = append(places, r)
	}
	rows, kept := renumber(len(p.rows), func(k int) bool { return !gone[k] })
	columns, some := renumber(len(p.columns), func(i int) bool { return p.columns[i].basic || keepColumn(i) })
	for _, i := range some {
		c := p.columns[i]
		c.entries = within(c.entries, rows)
		part.columns = append(part.columns, c)
	}
	part.inv, part.pivots = square(len(kept)), p.pivots
	for at, k := range kept {
		row := p.rows[k]
		switch id := p.rows[places[at]].basic; {
		case id >= 0:
			row.basic = columns[id]
		default:
			gap, coef := Gap(id)
			if row.basic = Lacking(rows[gap]); coef < 0 {
				row.basic = Surplus(rows[gap])
			}
		}
		part.rows = append(part.rows, row)
		for j, l := range kept {
			part.inv[at][j] = p.inv[places[at]][l]
		}
	}
	if part.revalue(); part.pivots > 200+2*len(kept) {
		part.Refactor() // once, rather than in each of its clones
	}
	return part, rows, columns
}

// renumber returns the new number of each of n things, -1 for those that are not kept, and the
// old one of each that is.
func renumber(n int, keep func(i int) bool) (number, kept []int) {
	number = make([]int, n)
	for i := range number {
		if number[i] = -1; keep(i) {
			number[i] = len(kept)
			kept = append(kept, i)
		}
	}
	return number, kept
}

// within returns the entries of the rows that have a number, in these numbers.
func within(entries []Entry, number []int) []Entry {
	out := make([]Entry, 0, len(entries))
	for _, e := range entries {
		if at := number[e.Row]; at >= 0 {
			out = append(out, Entry{int32(at), e.Coef})
		}
	}
	return out
}

// Border does for rows that were added what Refactor does for all.
func (p *Program) Border() {
	old := len(p.inv)
	inv := square(len(p.rows))
	for r := range old {
		copy(inv[r], p.inv[r])
	}
	for k := old; k < len(p.rows); k++ {
		_, inv[k][k] = Gap(p.rows[k].basic)
	}
	for r, row := range p.rows[:old] {
		if row.basic < 0 {
			continue
		}
		for _, e := range p.columns[row.basic].entries {
			if k := int(e.Row); k >= old {
				floats.AddScaled(inv[k][:old], -e.Coef*inv[k][k], p.inv[r])
			}
		}
	}
	p.Work += old * old * (len(p.rows) - old) / 8
	p.inv = inv
	p.revalue()
}
