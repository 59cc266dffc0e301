package exact

import (
	"slices"
	"testing"

	"github.com/peerslot/peerslot/scheduler/benchmark"
	"github.com/peerslot/peerslot/scheduler/grouping/internal/meter"
	"github.com/peerslot/peerslot/scheduler/grouping/internal/table"
	"github.com/peerslot/peerslot/scheduler/grouping/internal/table/tabletest"
)

// kept reports whether a grouping is in a half of a decision.
func kept(d decision, groups []column) bool {
	if d.about == sums {
		s, sum := d.half(), 0
		for k := range groups {
			sum += s.amount(&groups[k])
		}
		return s.keeps(sum)
	}
	return !slices.ContainsFunc(groups, func(c column) bool { return !d.allows(&c) })
}

// TestDecisions: each grouping is in one half of each decision that an optimum leaves open, no half
// costs less than all, and one of them more: the optimum is in neither.
func TestDecisions(t *testing.T) {
	t.Parallel()
	var seen [abouts]int
	for seed := range uint64(30) {
		f := benchmark.NewForming(15, 3, 1, seed)
		tab := tabletest.New(f, seed)
		e := New(tab, nil, meter.New(1e10, nil))
		r, _ := e.relax(e.centre(), nil, nil)
		var groups []column
		for _, g := range f.Greedy(20, seed) {
			groups = append(groups, newColumn(tab, g))
		}
		for _, d := range r.candidates(tab) {
			seen[d.about]++
			no := d
			no.not = true
			if groups != nil && kept(d, groups) == kept(no, groups) {
				t.Errorf("%s: a grouping is in both halves of %+v or in none", f.Name, d)
			}
			for _, half := range []decision{d, no} {
				s := r.under(&half, tab)
				before := r.Objective()
				s.Restore(whole)
				if after := s.Objective(); after < before-0.05 {
					t.Errorf("%s: under %+v the optimum falls from %g to %g", f.Name, half, before, after)
				}
				s.eachTaken(func(c *column, part float64) {
					if !half.allows(c) {
						t.Errorf("%s: under %+v the optimum has %v to the part %g", f.Name, half, c.members(), part)
					}
				})
				if sum := s.sum(&half.side); half.about == sums && !half.half().keeps(int(sum+0.5)) {
					t.Errorf("%s: under %+v the sum is %g", f.Name, half, sum)
				}
			}
		}
	}
	for about, n := range seen {
		if n == 0 && about != int(nothing) {
			t.Errorf("no decision is of sort %d", about)
		}
	}
}

// TestBetween: each half lacks one of the columns.
func TestBetween(t *testing.T) {
	t.Parallel()
	_, tab := smallProblem(3)
	tr := &tree{Search: New(tab, nil, meter.New(1e10, nil)), columns: everyGroup(tab)}
	all := everyone32(len(tr.columns))
	for at := range len(all) - 2 {
		d := tr.between(all[at : at+2])
		no := d
		no.not = true
		a, b := &tr.columns[all[at]], &tr.columns[all[at+1]]
		if d.about == nothing && a.set.meets(b.set) {
			t.Errorf("nothing is between %v and %v", a.members(), b.members())
		}
		if d.about != nothing && (d.allows(a) && d.allows(b) || no.allows(a) && no.allows(b)) {
			t.Errorf("%+v is not between %v and %v", d, a.members(), b.members())
		}
	}
}

// TestShrunk: what is left out of a relaxation changes neither its duals nor, but for rounding, what
// it proves.
func TestShrunk(t *testing.T) {
	t.Parallel()
	for seed := range uint64(10) {
		f := benchmark.NewForming(30, 5, 1, seed)
		tab := tabletest.New(f, seed)
		e := New(tab, nil, meter.New(1e10, nil))
		r, _ := e.relax(e.centre(), nil, nil)
		for range 3 {
			r.tighten(rootCuts)
			e.price(r, 1)
		}
		s := r.shrunk(50 * table.DualUnit)
		before := s.bound()
		s.Solve()
		s.round()
		off := len(r.cuts) // one unit for the rounding of each cut
		if before < r.bound() || before > r.bound()+off || max(s.bound()-before, before-s.bound()) > table.DualUnit {
			t.Errorf("%s: the bound is %d, then %d, want %d", f.Name, before, s.bound(), r.bound())
		}
		if len(s.groups) >= len(r.groups) || len(s.cuts) >= len(r.cuts) {
			t.Errorf("%s: left are %d of %d groups and %d of %d cuts", f.Name, len(s.groups), len(r.groups), len(s.cuts), len(r.cuts))
		}
		for k := range s.groups {
			if d := s.reduced(&s.groups[k]); d < -off {
				t.Errorf("%s: a group has the reduced cost %d", f.Name, d)
			}
		}
	}
}
