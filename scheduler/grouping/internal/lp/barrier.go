package lp

import "math"

// A Barrier is a linear programme whose coefficients and right-hand sides are all 1. It seeks
// its duals in the middle of what the columns allow: where their sum, and Mu times the sum of
// the logarithms of all reduced costs, is greatest. As Mu falls that is ever nearer to the
// optimum. A step is one of Newton's method and inverts one matrix, whatever the number of
// columns; some hundred steps do for many rows what takes a simplex tens of thousands of pivots.
type Barrier struct {
	Mu   float64
	Dual []float64 // by row; all reduced costs have to be above zero when Solve is called, and are after it
	Work int       // done, in units of a nanosecond or so

	columns []sparse
	hessian [][]float64 // the lower half
	step    []float64
}

// A sparse is a column: its cost, and the rows in which it has a coefficient.
type sparse struct {
	cost float64
	rows []uint16
}

// Add appends a column. Columns are numbered from 0.
func (b *Barrier) Add(cost float64, rows []uint16) {
	b.columns = append(b.columns, sparse{cost, rows})
}

// Raise makes a column dearer.
func (b *Barrier) Raise(column int, by float64) { b.columns[column].cost += by }

// Reduced returns the reduced cost of a column. In the middle Mu divided by it is the part of
// the column that is taken.
func (b *Barrier) Reduced(column int) float64 {
	c := &b.columns[column]
	d := c.cost
	for _, r := range c.rows {
		d -= b.Dual[r]
	}
	return d
}

// Short returns by how much the sum of the duals is less than what the columns cost that are
// taken in the middle, and so at most less than the optimum.
func (b *Barrier) Short() float64 { return b.Mu * float64(len(b.columns)) }

// Solve brings the duals near to the middle. It gives up after a number of steps that
// only rounding errors can use up.
func (b *Barrier) Solve() {
	n := len(b.Dual)
	if b.hessian == nil {
		b.hessian, b.step = square(n), make([]float64, n)
	}
	for range 100 {
		b.Work += n*n*n/12 + 50*len(b.columns)
		if b.newton() < 1 {
			return
		}
	}
}

// newton makes one step and returns how far from the middle it began: below 1 the steps from
// there on square the distance.
func (b *Barrier) newton() (distance float64) {
	for r, row := range b.hessian {
		clear(row[:r+1])
		b.step[r] = 1 / b.Mu
	}
	for k, c := range b.columns {
		part := 1 / b.Reduced(k)
		for at, r := range c.rows {
			b.step[r] -= part
			for _, q := range c.rows[:at+1] {
				b.hessian[max(r, q)][min(r, q)] += part * part
			}
		}
	}
	distance = cholesky(b.hessian, b.step)
	length := 1.0
	for k, c := range b.columns {
		rise := 0.0
		for _, r := range c.rows {
			rise += b.step[r]
		}
		if rise > 0 {
			length = min(length, 0.9*b.Reduced(k)/rise)
		}
	}
	for r := range b.Dual {
		b.Dual[r] += length * b.step[r]
	}
	return distance
}

// cholesky replaces right-hand sides x by the solution of a system whose lower half a holds,
// and that by its factor. It returns the length of the solution as the system measures it.
func cholesky(a [][]float64, x []float64) float64 {
	const rows = 4 // at a time, up to where they begin to depend on each other
	square := 0.0
	for i, row := range a {
		from := i - i%rows
		if from == i && i+rows <= len(a) {
			for j, above := range a[:i] {
				four(a[i:], above, j)
			}
		} else if from+rows > len(a) {
			from = 0
		}
		for j := from; j < i; j++ {
			row[j] = (row[j] - dot(row[:j], a[j])) / a[j][j]
		}
		row[i] = math.Sqrt(max(1e-12, row[i]-dot(row[:i], row)))
		x[i] = (x[i] - dot(row[:i], x)) / row[i]
		square += x[i] * x[i]
	}
	for i := len(a) - 1; i >= 0; i-- {
		x[i] /= a[i][i]
		for j, f := range a[i][:i] {
			x[j] -= f * x[i]
		}
	}
	return math.Sqrt(square)
}

// four does for four rows and their column j what cholesky does for one.
func four(rows [][]float64, above []float64, j int) {
	var s0, s1, s2, s3 float64
	r0, r1, r2, r3 := rows[0][:j+1], rows[1][:j+1], rows[2][:j+1], rows[3][:j+1]
	for k, f := range above[:j] {
		s0 += f * r0[k]
		s1 += f * r1[k]
		s2 += f * r2[k]
		s3 += f * r3[k]
	}
	f := 1 / above[j]
	r0[j], r1[j], r2[j], r3[j] = (r0[j]-s0)*f, (r1[j]-s1)*f, (r2[j]-s2)*f, (r3[j]-s3)*f
}

func dot(a, b []float64) (sum float64) {
	for k, f := range a {
		sum += f * b[k]
	}
	return sum
}
