package grouping

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/peerslot/peerslot/scheduler/grouping/internal/table"
)

// TestModel: who may not be together, and how often two people met, is what the people and the
// problem say, both ways round.
func TestModel(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(8, 8))
	for range 100 {
		p := anyProblem(rng)
		m, err := newModel(&p)
		if err != nil {
			t.Fatal(err)
		}
		for a := range p.People {
			for b := range p.People {
				if a == b {
					continue
				}
				if got, want := m.broken(a, b), brokenBy(&p, a, b); got != want || m.broken(b, a) != want {
					t.Errorf("%d and %d break %q, and %q the other way round, want %q", a, b, got, m.broken(b, a), want)
				}
				met := 0
				for _, x := range p.Met {
					if x.A == a && x.B == b || x.A == b && x.B == a {
						met += x.Times
					}
				}
				if m.met(a, b) != met {
					t.Errorf("%d and %d met %d times, want %d", a, b, m.met(a, b), met)
				}
			}
		}
	}
}

// brokenBy returns the rules that two people break by sharing a group, read off the problem.
func brokenBy(p *Problem, a, b int) (rules Rules) {
	x, y := p.People[a], p.People[b]
	same := func(one, other string) bool { return one == other && one != "" }
	add := func(rule Rules, broken bool) {
		if broken && (p.Apart|NeverTogether)&rule != 0 {
			rules |= rule
		}
	}
	add(ReportingLine, slices.Contains(x.Chain, y.Name) || slices.Contains(y.Chain, x.Name))
	add(SameTeam, same(x.Team, y.Team))
	add(CloseTeams, x.Team != y.Team && slices.ContainsFunc(p.CloseTeams, func(set []string) bool {
		return slices.Contains(set, x.Team) && slices.Contains(set, y.Team)
	}))
	add(SameDepartment, same(x.Department, y.Department))
	add(SameManager, len(x.Chain) > 0 && len(y.Chain) > 0 && x.Chain[0] == y.Chain[0])
	add(SameLocation, same(x.Location, y.Location))
	add(LevelGap, x.Level > 0 && y.Level > 0 && max(x.Level-y.Level, y.Level-x.Level) > p.MaxLevelGap)
	add(NeverTogether, slices.Contains(p.NeverTogether, [2]int{a, b}) || slices.Contains(p.NeverTogether, [2]int{b, a}))
	return rules
}

// solverOf returns a solver whose people are dealt.
func solverOf(t *testing.T, p Problem, groups int) *solver {
	t.Helper()
	m, err := newModel(&p)
	if err != nil {
		t.Fatal(err)
	}
	s := newSolver(m, time.Second, nil)
	s.deal(groups)
	s.put([]portion{s.take(table.Everyone(len(s.groups)))}) // which prices them
	return s
}

// checkSolver checks that everybody who is not kept is in one group, and what the groups cost.
func checkSolver(t *testing.T, s *solver) {
	t.Helper()
	all := slices.Concat(s.groups...)
	slices.Sort(all)
	if !slices.Equal(all, s.people) {
		t.Errorf("the groups hold %v, want %v", all, s.people)
	}
	want := 0
	for _, g := range s.groups {
		want += s.m.table(&s.masks, g).Cost(table.Everyone(len(g)))
	}
	if s.cost() != want {
		t.Errorf("the groups cost %d, want %d", s.cost(), want)
	}
}

// TestDeal: everybody is dealt into groups of allowed sizes, kept people into none, and where there
// is room nobody with whom they may not be.
func TestDeal(t *testing.T) {
	t.Parallel()
	for _, n := range []int{20, 33, 61, 150} {
		p := generated(n, 4, 1, uint64(n))
		p.MaxSize, p.Keep = 6, [][]int{{0, 7, 9}, {3, 12}}
		few, many := table.Sizes{Least: 4, Most: 6}.Counts(n - 5)
		for _, groups := range []int{few, (few + many) / 2, many} {
			s := solverOf(t, p, groups)
			checkSolver(t, s)
			for _, g := range s.groups {
				if len(g) < 4 || len(g) > 6 {
					t.Errorf("%d people in %d groups: got a group of %d", n, groups, len(g))
				}
			}
			if n > 100 && s.clashes() {
				t.Errorf("%d people in %d groups: some who may not be together are", n, groups)
			}
		}
	}
}

// TestTakeAndPut: what is taken out and put back as it is changes nothing, and a portion whose
// groups exchange members changes just these.
func TestTakeAndPut(t *testing.T) {
	t.Parallel()
	s := solverOf(t, generated(60, 5, 2, 3), 12)
	before, cost := slices.Clone(s.groups), s.cost()
	p := s.take([]int{2, 5, 7})
	if p.table.N != 15 || p.cost != p.table.Total(p.groups) {
		t.Errorf("a portion of %d people costs %d, want 15 and %d", p.table.N, p.cost, p.table.Total(p.groups))
	}
	s.put([]portion{p})
	checkSolver(t, s)
	if s.cost() != cost {
		t.Errorf("the groups cost %d after a portion was put back, %d before", s.cost(), cost)
	}
	p = s.take([]int{0, 1})
	p.groups[0][0], p.groups[1][0] = p.groups[1][0], p.groups[0][0]
	kept := slices.Clone(s.groups[2:])
	s.put([]portion{p})
	checkSolver(t, s)
	for k, g := range kept {
		if !slices.Equal(s.groups[k], g) {
			t.Errorf("group %d was %v and is %v; nobody took it", k+2, g, s.groups[k])
		}
	}
	if len(s.groups) != len(before) {
		t.Errorf("%d groups became %d", len(before), len(s.groups))
	}
}

// TestRelated: groups that are picked are free ones, with about as many people as asked for, and no
// group is picked twice.
func TestRelated(t *testing.T) {
	t.Parallel()
	s := solverOf(t, generated(100, 5, 0, 4), 20)
	taken := make([]bool, len(s.groups))
	seen := map[int]bool{}
	for turn := range 4 {
		places := s.related(25, taken)
		people := 0
		for _, at := range places {
			if seen[at] {
				t.Errorf("turn %d: group %d is picked twice", turn, at)
			}
			seen[at] = true
			people += len(s.groups[at])
		}
		if people != 25 {
			t.Errorf("turn %d: got %d people, want 25", turn, people)
		}
	}
	if left := s.related(25, taken); len(left) != 0 {
		t.Errorf("got the groups %v, though all are taken", left)
	}
}

// TestImprovements: annealing and repartition never make groups dearer, keep everybody, and say
// what they have gained.
func TestImprovements(t *testing.T) {
	t.Parallel()
	for _, size := range []int{2, 4, 5} {
		s := solverOf(t, generated(60, size, 2, 6), 60/size)
		before := s.cost()
		s.anneal(300)
		checkSolver(t, s)
		if s.cost() > before {
			t.Errorf("size %d: annealing makes %d of %d", size, s.cost(), before)
		}
		for range 3 {
			before, left := s.cost(), s.meter.Left
			gain, work := s.repartition(25, int(50*time.Millisecond))
			checkSolver(t, s)
			if gain < 0 || s.cost() != before-gain || s.meter.Left != left-work {
				t.Errorf("size %d: %d became %d with a gain of %d; %d units of work were %d", size, before, s.cost(), gain, left-s.meter.Left, work)
			}
		}
	}
}

// TestLeastAlone: the bound that needs no search is one.
func TestLeastAlone(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(9, 9))
	above := 0
	for range 60 {
		p := anyProblem(rng)
		p.Keep = nil
		if rng.IntN(2) == 0 { // nobody can ever meet: the bound may be exact then
			for i := range p.People {
				clear(p.People[i].Free)
			}
		}
		best := cheapest(t, p)
		m, err := newModel(&p)
		if err != nil {
			t.Fatal(err)
		}
		bound := newSolver(m, time.Second, nil).leastAlone()
		if best >= 0 && bound > best {
			t.Errorf("the bound is %d, and there is a grouping for %d", bound, best)
		}
		if bound > 0 {
			above++
		}
	}
	if above == 0 {
		t.Error("every bound is 0")
	}
}
