// Package lp solves linear programmes of a few hundred rows by the simplex method.
package lp

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
)

// A Program is a linear programme in which every row says that the sum of its columns
// is a right-hand side: least cost, no column below zero. What a row lacks can be
// made up for at the price plus, and what it has too much at the price minus;
// infinite prices forbid it. It is solved by a primal simplex with a dense inverse.
type Program struct {
	Value []float64 // of the basic column of each row
	Dual  []float64 // by row
	Work  int       // done, in units of a nanosecond or so; callers may add to it and set it back

	rows    []row
	columns []column
	inv     [][]float64 // of the basis, by row
	step    []float64   // scratch
	pivots  int         // since the inverse was made
}

type row struct {
	right, plus, minus float64
	basic              int // index of columns, or lacking or surplus of some row
}

type column struct {
	cost    float64
	entries []Entry
	basic   bool
	barred  bool // may not be taken
}

// An Entry is a coefficient of a column that is not zero.
type Entry struct {
	Row  int32
	Coef float64
}

// Lacking and Surplus number the columns that make up for the gaps of a row.
func Lacking(row int) int { return -1 - 2*row }

// Surplus is for what a row has too much.
func Surplus(row int) int { return -2 - 2*row }

// Gap returns the row of a number that Lacking or Surplus made, and its coefficient.
func Gap(id int) (row int, coef float64) {
	if id%2 == 0 {
		return (-2 - id) / 2, -1
	}
	return (-1 - id) / 2, 1
}

// AddRow appends a row whose gap is basic. Call Refactor before Solve.
func (p *Program) AddRow(right, plus, minus float64, basic int) {
	// A little noise keeps many bases from meeting in one point, where the simplex
	// would stall. Duals do not depend on it.
	noise := 1e-4 * float64((uint32(len(p.rows)+1)*2654435761)>>8) / (1 << 24)
	p.rows = append(p.rows, row{right + noise, plus, minus, basic})
}

// AddColumn appends a column. Columns are numbered from 0.
func (p *Program) AddColumn(cost float64, entries []Entry) {
	p.columns = append(p.columns, column{cost: cost, entries: entries})
}

func (p *Program) cost(id int) float64 {
	if id >= 0 {
		return p.columns[id].cost
	}
	if row, coef := Gap(id); coef > 0 {
		return p.rows[row].plus
	} else {
		return p.rows[row].minus
	}
}

// Solve makes the programme optimal over its columns. It gives up after a number
// of pivots that only rounding errors can use up; the duals are some duals then.
func (p *Program) Solve() {
	p.revalue()
	for pivots := 1; pivots < 50_000; pivots++ {
		id, reduced := p.entering()
		p.Work += len(p.rows)*len(p.rows)/3 + 10*len(p.columns)
		if reduced > -1e-6 || !p.pivot(id, reduced) {
			return
		}
		if pivots%(200+2*len(p.rows)) == 0 {
			p.Refactor()
		}
	}
}

// Extend gives a column a coefficient in a row that was added after it.
func (p *Program) Extend(column int, e Entry) {
	p.columns[column].entries = append(slices.Clip(p.columns[column].entries), e)
}

// Rows returns the number of rows.
func (p *Program) Rows() int { return len(p.rows) }

// Basic returns the column that is basic in a row, or a number of Lacking or Surplus.
func (p *Program) Basic(row int) int { return p.rows[row].basic }

// SetPlus changes at what price a row's lack can be made up for.
func (p *Program) SetPlus(row int, plus float64) { p.rows[row].plus = plus }

// Refactor inverts the basis anew, which sheds rounding errors.
func (p *Program) Refactor() {
	n := len(p.rows)
	p.pivots = 0
	if p.fresh() {
		p.inv = square(n)
		for k, row := range p.rows {
			r, coef := Gap(row.basic)
			p.inv[k][r] = coef
		}
		p.revalue()
		return
	}
	p.Work += n * n * n / 2
	work := make([][]float64, n)
	for r := range work {
		work[r] = make([]float64, 2*n)
		work[r][n+r] = 1
	}
	for k, row := range p.rows {
		if row.basic < 0 {
			r, coef := Gap(row.basic)
			work[r][k] = coef
			continue
		}
		for _, e := range p.columns[row.basic].entries {
			work[e.Row][k] = e.Coef
		}
	}
	invert(work)
	p.inv = make([][]float64, n)
	for r := range p.inv {
		p.inv[r] = work[r][n:]
	}
	p.revalue()
}

func square(n int) [][]float64 {
	all, m := make([]float64, n*n), make([][]float64, n)
	for r := range m {
		m[r] = all[r*n : (r+1)*n]
	}
	return m
}

// fresh reports whether only gaps are basic.
func (p *Program) fresh() bool {
	return !slices.ContainsFunc(p.rows, func(r row) bool { return r.basic >= 0 })
}

// invert turns [A I] into [I A^-1] by Gauss and Jordan.
func invert(a [][]float64) {
	for k := range a {
		best := k
		for r := k + 1; r < len(a); r++ {
			if math.Abs(a[r][k]) > math.Abs(a[best][k]) {
				best = r
			}
		}
		a[k], a[best] = a[best], a[k]
		scale := 1 / a[k][k]
		for j := range a[k] {
			a[k][j] *= scale
		}
		for r := range a {
			if f := a[r][k]; r != k && f != 0 {
				floats.AddScaled(a[r], -f, a[k])
			}
		}
	}
}

// revalue recomputes the basic values and the duals from the inverse.
func (p *Program) revalue() {
	n := len(p.rows)
	p.Value, p.Dual, p.step = make([]float64, n), make([]float64, n), make([]float64, n)
	for r, inv := range p.inv {
		c := p.cost(p.rows[r].basic)
		for j, v := range inv {
			p.Value[r] += v * p.rows[j].right
			p.Dual[j] += c * v
		}
	}
}

// entering returns the column of least reduced cost.
func (p *Program) entering() (id int, reduced float64) {
	for i := range p.columns {
		c := &p.columns[i]
		d := c.cost
		for _, e := range c.entries {
			d -= p.Dual[e.Row] * e.Coef
		}
		if d < reduced && !c.basic && !c.barred {
			id, reduced = i, d
		}
	}
	for r, y := range p.Dual {
		if d := p.rows[r].plus - y; d < reduced {
			id, reduced = Lacking(r), d
		}
		if d := p.rows[r].minus + y; d < reduced {
			id, reduced = Surplus(r), d
		}
	}
	return id, reduced
}

// pivot brings a column into the basis. It reports false if nothing limits the
// column, which only rounding errors bring about.
func (p *Program) pivot(id int, reduced float64) bool {
	p.direction(id)
	out, ratio := -1, math.Inf(1)
	for r, s := range p.step {
		if s < 1e-9 {
			continue
		}
		if q := max(p.Value[r], 0) / s; q < ratio-1e-12 || q < ratio+1e-12 && s > p.step[out] {
			out, ratio = r, q
		}
	}
	if out < 0 {
		return false
	}
	p.exchange(out, id, reduced, ratio)
	return true
}

// exchange brings a column, of which direction was called, into the basis in a row.
func (p *Program) exchange(out, id int, reduced, ratio float64) {
	p.swap(out, id)
	pivotRow := p.inv[out]
	scale := 1 / p.step[out]
	for j := range pivotRow {
		pivotRow[j] *= scale
		p.Dual[j] += reduced * pivotRow[j]
	}
	for r, inv := range p.inv {
		if f := p.step[r]; r != out && f != 0 {
			floats.AddScaled(inv, -f, pivotRow)
			p.Value[r] -= f * ratio
		}
	}
	p.Value[out] = ratio
	p.pivots++
}

// direction sets step to how the basic values fall as the column grows.
func (p *Program) direction(id int) {
	if id < 0 {
		k, coef := Gap(id)
		for r, inv := range p.inv {
			p.step[r] = inv[k] * coef
		}
		return
	}
	for r, inv := range p.inv {
		s := 0.0
		for _, e := range p.columns[id].entries {
			s += inv[e.Row] * e.Coef
		}
		p.step[r] = s
	}
}

func (p *Program) swap(row, id int) {
	if old := p.rows[row].basic; old >= 0 {
		p.columns[old].basic = false
	}
	p.rows[row].basic = id
	if id >= 0 {
		p.columns[id].basic = true
	}
}
