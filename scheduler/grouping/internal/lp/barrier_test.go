package lp

import (
	"math"
	"math/rand/v2"
	"testing"
)

// TestBarrier: as Mu falls the duals come as near to the optimum that the simplex finds as Short
// says, from below, and no column's reduced cost is below zero.
func TestBarrier(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(3, 3))
	for round := range 100 {
		rows := 4 + rng.IntN(12)
		b := &Barrier{Mu: 1, Dual: make([]float64, rows)}
		p := &Program{}
		for r := range rows {
			p.AddRow(1, 30, math.Inf(1), Lacking(r))
			b.Add(30, []uint16{uint16(r)})
		}
		p.Refactor()
		for range 3 * rows {
			cost := 1 + 40*rng.Float64()
			var in []uint16
			var entries []Entry
			for _, r := range rng.Perm(rows)[:1+rng.IntN(4)] {
				in, entries = append(in, uint16(r)), append(entries, Entry{int32(r), 1})
			}
			b.Add(cost, in)
			p.AddColumn(cost, entries)
		}
		p.Solve()
		want := value(p)
		for ; b.Mu > 1e-5; b.Mu /= 10 {
			b.Solve()
			sum := 0.0
			for _, y := range b.Dual {
				sum += y
			}
			if sum > want+0.05 || sum < want-2*b.Short()-0.05 {
				t.Errorf("round %d, %d rows: the duals sum to %g, want %g, of which they may lack %g", round, rows, sum, want, b.Short())
			}
			for k := range 4 * rows {
				if d := b.Reduced(k); d <= 0 {
					t.Errorf("round %d: column %d has the reduced cost %g", round, k, d)
				}
			}
		}
	}
}

// TestBarrierParts: in the middle every row is made up of the parts that are taken.
func TestBarrierParts(t *testing.T) {
	t.Parallel()
	b := &Barrier{Mu: 0.01, Dual: []float64{1, 1, 1}}
	columns := [][]uint16{{0}, {1}, {2}, {0, 1}, {1, 2}, {0, 2}}
	for k, rows := range columns {
		b.Add([]float64{9, 9, 9, 4, 5, 6}[k], rows)
	}
	for range 5 {
		b.Solve()
	}
	for row := range b.Dual {
		parts := 0.0
		for k, rows := range columns {
			for _, r := range rows {
				if int(r) == row {
					parts += b.Mu / b.Reduced(k)
				}
			}
		}
		if math.Abs(parts-1) > 1e-4 {
			t.Errorf("row %d: the parts sum to %g, want 1", row, parts)
		}
	}
	before := b.Reduced(0)
	if b.Raise(0, 2); math.Abs(b.Reduced(0)-before-2) > 1e-9 {
		t.Errorf("a column that is 2 dearer: its reduced cost was %g and is %g", before, b.Reduced(0))
	}
}

// TestCholesky: what is solved is the system, for sizes that four rows at a time fill or not.
func TestCholesky(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(2, 2))
	for n := 1; n < 20; n++ {
		full, half, right, x := square(n), square(n), make([]float64, n), make([]float64, n)
		for i := range n {
			for j := range i {
				full[i][j] = rng.Float64() - 0.5
				full[j][i] = full[i][j]
			}
			full[i][i] = float64(n)
			copy(half[i][:i+1], full[i])
			right[i] = rng.Float64()
		}
		copy(x, right)
		length, product := cholesky(half, x), 0.0
		for i := range n {
			if got := dot(full[i], x); math.Abs(got-right[i]) > 1e-9 {
				t.Errorf("%d rows: row %d of the solution gives %g, want %g", n, i, got, right[i])
			}
			product += right[i] * x[i]
		}
		if math.Abs(length*length-product) > 1e-9 {
			t.Errorf("%d rows: length %g, want the root of %g", n, length, product)
		}
	}
}
