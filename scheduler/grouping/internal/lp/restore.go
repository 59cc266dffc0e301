package lp

import "math"

// Restore makes a programme that was optimal so again after columns were barred and rows were
// added, by the dual simplex: what it costs rises with each of at most so many pivots, so that the
// cost after fewer than are needed is a bound on what it will be.
func (p *Program) Restore(pivots int) {
	p.revalue()
	for range pivots {
		out, sign := p.leaving()
		if out < 0 {
			return
		}
		id, reduced := p.replacing(out, sign)
		p.Work += len(p.rows)*len(p.rows)/3 + 10*len(p.columns)
		if math.IsInf(reduced, 1) {
			return
		}
		p.direction(id)
		p.exchange(out, id, reduced, p.Value[out]/p.step[out])
		if p.worn() {
			p.Refactor()
		}
	}
}

// worn reports whether the inverse has seen many pivots.
func (p *Program) worn() bool { return p.pivots >= 1000+10*len(p.rows) }

// leaving returns the row whose basic column is most out of its bounds, -1 for none, and
// whether it is too high, 1, or below zero, -1.
func (p *Program) leaving() (out int, sign float64) {
	out, worst := -1, 1e-7
	for r, row := range p.rows {
		if v := p.Value[r]; row.basic >= 0 && p.columns[row.basic].barred {
			if v = math.Abs(v) + 1e-6; v > worst {
				out, sign, worst = r, math.Copysign(1, p.Value[r]), v
			}
		} else if -v > worst {
			out, sign, worst = r, -1, -v
		}
	}
	return out, sign
}

// replacing returns the column that can take the place of the basic one in a row so that no
// reduced cost falls below zero.
func (p *Program) replacing(out int, sign float64) (id int, reduced float64) {
	inv, least := p.inv[out], math.Inf(1)
	reduced = least
	consider := func(i int, d, alpha float64) {
		if alpha *= sign; alpha < 1e-7 {
			return
		}
		if ratio := max(0, d) / alpha; ratio < least {
			id, reduced, least = i, d, ratio
		}
	}
	for i := range p.columns {
		c := &p.columns[i]
		if c.basic || c.barred {
			continue
		}
		d, alpha := c.cost, 0.0
		for _, e := range c.entries {
			d -= p.Dual[e.Row] * e.Coef
			alpha += inv[e.Row] * e.Coef
		}
		consider(i, d, alpha)
	}
	for r, y := range p.Dual {
		consider(Lacking(r), p.rows[r].plus-y, inv[r])
		consider(Surplus(r), p.rows[r].minus+y, -inv[r])
	}
	return id, reduced
}

// Bar forbids a column. Call Restore before Solve.
func (p *Program) Bar(column int) { p.columns[column].barred = true }

// Barred reports whether a column is forbidden.
func (p *Program) Barred(column int) bool { return p.columns[column].barred }

// Objective returns what the basic columns cost.
func (p *Program) Objective() (sum float64) {
	for r, row := range p.rows {
		sum += p.Value[r] * p.cost(row.basic)
	}
	return sum
}
