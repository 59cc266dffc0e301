package lp

import (
	"math"
	"math/rand/v2"
	"testing"
)

// covering makes a programme of rows that sum to 1 and columns of some of them.
func covering(rng *rand.Rand, rows, columns int) *Program {
	p := &Program{}
	for k := range rows {
		p.AddRow(1, 100, math.Inf(1), Lacking(k))
	}
	p.Refactor()
	for range columns {
		var entries []Entry
		for k := range rows {
			if rng.IntN(3) == 0 {
				entries = append(entries, Entry{int32(k), 1})
			}
		}
		p.AddColumn(30*rng.Float64(), entries)
	}
	return p
}

// limit adds the row that at most so much is taken of every second column.
func limit(p *Program, most float64) {
	at := p.Rows()
	p.AddRow(most, 0, 1e6, Lacking(at))
	for i := 0; i < len(p.columns); i += 2 {
		p.Extend(i, Entry{int32(at), 1})
	}
	p.Border()
}

// solved returns what a programme costs that is solved from its beginning, without the columns
// that are barred.
func solved(p *Program) float64 {
	q := &Program{}
	for k, row := range p.rows {
		q.AddRow(row.right, row.plus, row.minus, Lacking(k))
		q.rows[k].right = row.right
	}
	q.Refactor()
	for _, c := range p.columns {
		if !c.barred {
			q.AddColumn(c.cost, c.entries)
		}
	}
	q.Solve()
	return q.Objective()
}

// TestRestore: the cost after columns are barred and a row is added never falls from one pivot to
// the next, and ends at that of a programme that never had them.
func TestRestore(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(9, 9))
	steps := 0
	for round := range 200 {
		p := covering(rng, 4+rng.IntN(8), 40)
		p.Solve()
		for i := range p.columns {
			if rng.IntN(4) == 0 {
				p.Bar(i)
			}
		}
		if rng.IntN(2) == 0 {
			limit(p, rng.Float64())
		}
		for before := p.Objective(); ; steps++ {
			p.Restore(1)
			after := p.Objective()
			if after < before-1e-6 {
				t.Errorf("round %d: the cost falls from %g to %g", round, before, after)
			}
			if out, _ := p.leaving(); out < 0 {
				break
			}
			before = after
		}
		if got, want := p.Objective(), solved(p); math.Abs(got-want) > 1e-4 {
			t.Errorf("round %d: got cost %g, want %g", round, got, want)
		}
		p.Solve()
		if got, want := p.Objective(), solved(p); math.Abs(got-want) > 1e-4 {
			t.Errorf("round %d: solved on, got cost %g, want %g", round, got, want)
		}
	}
	if steps < 200 {
		t.Errorf("there were %d pivots in all", steps)
	}
}

// TestCopies: a clone can be changed without a change of its original, and a part without columns
// that are not basic and a row whose gap is costs the same.
func TestCopies(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(10, 10))
	without := 0
	for round := range 100 {
		p := covering(rng, 6, 40)
		p.Solve()
		limit(p, 4*rng.Float64())
		p.Restore(100)
		cost := p.Objective()
		q := p.Clone()
		limit(&q, 0.1*rng.Float64())
		for i := range 20 {
			q.Bar(i)
		}
		q.Restore(100)
		q.Solve()
		if got, want := q.Objective(), solved(&q); math.Abs(got-want) > 1e-4 || p.Objective() != cost || math.Abs(solved(p)-cost) > 1e-4 {
			t.Errorf("round %d: the clone costs %g, want %g; the original %g after %g", round, got, want, p.Objective(), cost)
		}
		part, rows, columns := p.Part(func(row int) bool { return row < 6 }, func(int) bool { return false })
		if part.Rows() < p.Rows() {
			without++
		}
		kept := 0
		for _, at := range columns {
			if at >= 0 {
				kept++
			}
		}
		if got := part.Objective(); math.Abs(got-cost) > 1e-6 || kept != len(part.columns) || kept > p.Rows() || rows[5] != 5 {
			t.Errorf("round %d: the part costs %g with %d of %d columns, want %g", round, got, len(part.columns), kept, cost)
		}
		part.Solve()
		if got := part.Objective(); math.Abs(got-cost) > 1e-4 {
			t.Errorf("round %d: the part, solved on, costs %g, want %g", round, got, cost)
		}
	}
	if without == 0 {
		t.Error("no part lacks the row")
	}
}
