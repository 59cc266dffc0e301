package lp

import (
	"math"
	"math/rand/v2"
	"testing"
)

// TestSolve compares with the best of all bases: programmes of 3 rows, of which each choice of
// 3 columns or gaps is tried.
func TestSolve(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(6, 6))
	for round := range 300 {
		const rows = 3
		right := [rows]float64{1 + rng.Float64(), 1 + rng.Float64(), rng.Float64()}
		plus, minus := 20+50*rng.Float64(), 10*rng.Float64()
		p := &Program{}
		var columns [][rows]float64
		var costs []float64
		for k := range rows {
			p.AddRow(right[k], plus, minus, Lacking(k))
			var up, down [rows]float64
			up[k], down[k] = 1, -1
			columns, costs = append(columns, up, down), append(costs, plus, minus)
		}
		p.Refactor()
		for range 1 + rng.IntN(6) {
			var c [rows]float64
			var entries []Entry
			for k := range rows {
				if rng.IntN(3) > 0 {
					c[k] = float64(1 + rng.IntN(2))
					entries = append(entries, Entry{int32(k), c[k]})
				}
			}
			cost := 30 * rng.Float64()
			p.AddColumn(cost, entries)
			columns, costs = append(columns, c), append(costs, cost)
		}
		p.Solve()
		got, primal := 0.0, 0.0
		for k := range rows {
			got += p.Dual[k] * right[k]
			primal += p.Value[k] * p.cost(p.Basic(k))
		}
		want := leastBasis(columns, costs, right)
		if math.Abs(got-want) > 1e-2 || math.Abs(primal-want) > 1e-2 {
			t.Errorf("round %d: duals give %g, values %g, want %g", round, got, primal, want)
		}
		for j, c := range columns {
			reduced := costs[j]
			for k := range rows {
				reduced -= c[k] * p.Dual[k]
			}
			if reduced < -1e-5 {
				t.Errorf("round %d: column %d has the reduced cost %g at the optimum", round, j, reduced)
			}
		}
	}
}

// leastBasis returns the least cost of any basis in which nothing is negative.
func leastBasis(columns [][3]float64, costs []float64, right [3]float64) float64 {
	det := func(a, b, c [3]float64) float64 {
		return a[0]*(b[1]*c[2]-b[2]*c[1]) - b[0]*(a[1]*c[2]-a[2]*c[1]) + c[0]*(a[1]*b[2]-a[2]*b[1])
	}
	best := math.Inf(1)
	for i, a := range columns {
		for j, b := range columns[:i] {
			for k, c := range columns[:j] {
				d := det(a, b, c)
				if math.Abs(d) < 1e-9 {
					continue
				}
				x, y, z := det(right, b, c)/d, det(a, right, c)/d, det(a, b, right)/d // Cramer's rule
				if min(x, y, z) > -1e-9 {
					best = min(best, x*costs[i]+y*costs[j]+z*costs[k])
				}
			}
		}
	}
	return best
}

// TestGap: numbers of gaps are told apart, and from columns.
func TestGap(t *testing.T) {
	t.Parallel()
	for row := range 5 {
		if r, c := Gap(Lacking(row)); r != row || c != 1 || Lacking(row) >= 0 {
			t.Errorf("lacking of %d: got row %d, coefficient %g", row, r, c)
		}
		if r, c := Gap(Surplus(row)); r != row || c != -1 || Surplus(row) >= 0 {
			t.Errorf("surplus of %d: got row %d, coefficient %g", row, r, c)
		}
	}
}

// TestExtend: a cut that is added later, and a price that rises, change the optimum as they
// should.
func TestExtend(t *testing.T) {
	t.Parallel()
	p := &Program{}
	for k := range 3 {
		p.AddRow(1, 100, math.Inf(1), Lacking(k))
	}
	p.Refactor()
	for _, pair := range [][2]int32{{0, 1}, {1, 2}, {0, 2}} {
		p.AddColumn(1, []Entry{{pair[0], 1}, {pair[1], 1}})
	}
	p.Solve()
	if got := value(p); math.Abs(got-1.5) > 1e-2 {
		t.Errorf("three halves: got %g, want 1.5", got)
	}
	p.AddRow(1, 0, 1e6, Surplus(3)) // at most one of the three
	for k := range 3 {
		p.Extend(k, Entry{3, 1})
	}
	p.Refactor()
	p.Solve()
	if got := value(p); math.Abs(got-101) > 1e-2 {
		t.Errorf("one of three: got %g, want 1 and one person left out for 100", got)
	}
	for k := range 3 {
		p.SetPlus(k, 7)
	}
	p.Solve()
	if got := value(p); math.Abs(got-8) > 1e-2 {
		t.Errorf("at a lower price: got %g, want 8", got)
	}
}

func value(p *Program) (sum float64) {
	for k := range p.Rows() {
		sum += p.Value[k] * p.cost(p.Basic(k))
	}
	return sum
}
