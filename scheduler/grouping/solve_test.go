package grouping

import (
	"errors"
	"fmt"
	"math/bits"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/peerslot/peerslot/calendar/calendartest"
	"github.com/peerslot/peerslot/scheduler/grouping/internal/table"
	"github.com/peerslot/peerslot/scheduler/grouping/internal/table/tabletest"
)

// cheapest tries all groupings of the people that are not kept and returns the
// least cost that keeps the rules, -1 if none does.
func cheapest(t *testing.T, p Problem) int {
	t.Helper()
	kept := slices.Concat(p.Keep...)
	left := slices.DeleteFunc(table.Everyone(len(p.People)), func(i int) bool { return slices.Contains(kept, i) })
	lone := p.MaxSize == 2 && len(left)%2 == 1
	most := p.MaxSize
	if lone {
		most = 3
	}
	best := -1
	eachPartition(left, most, nil, func(groups [][]int) {
		trios := 0
		for _, g := range groups {
			if len(g) < p.MinSize {
				return
			}
			trios += len(g) / 3
		}
		if lone && trios != 1 {
			return
		}
		r, err := Evaluate(p, slices.Concat(groups, p.Keep))
		if err != nil {
			t.Fatal(err)
		}
		broken := slices.ContainsFunc(r.Broken, func(c Clash) bool { return !slices.Contains(kept, c.A) })
		if !broken && (best < 0 || r.Cost < best) {
			best = r.Cost
		}
	})
	return best
}

// eachPartition calls f with all ways to add the people to the groups or to new
// ones of at most so many.
func eachPartition(people []int, most int, groups [][]int, f func(groups [][]int)) {
	if len(people) == 0 {
		f(groups)
		return
	}
	for k, g := range groups {
		if len(g) < most {
			groups[k] = append(g[:len(g):len(g)], people[0])
			eachPartition(people[1:], most, groups, f)
			groups[k] = g
		}
	}
	eachPartition(people[1:], most, append(groups[:len(groups):len(groups)], []int{people[0]}), f)
}

// anyProblem draws a small problem with whatever a problem can have.
func anyProblem(rng *rand.Rand) Problem {
	n := 4 + rng.IntN(6)
	p := generated(n, 2, rng.IntN(3), rng.Uint64())
	p.MinSize = 2 + rng.IntN(3)
	p.MaxSize = p.MinSize + rng.IntN(3)
	p.Apart = Rules(rng.IntN(int(NeverTogether)))
	p.MaxLevelGap = rng.IntN(3)
	p.CloseTeams = [][]string{{"t0-0", "t0-2"}, {"t0-1", "t0-2", "t1-3"}}
	for i := range p.People {
		p.People[i].Level = rng.IntN(4)
		p.People[i].Location = []string{"", "x", "y"}[rng.IntN(3)]
	}
	if rng.IntN(3) == 0 {
		p.NeverTogether = append(p.NeverTogether, [2]int{0, 1 + rng.IntN(n-1)})
	}
	if rng.IntN(3) == 0 {
		p.Weights = &Weights{Met: rng.IntN(500), Session: rng.IntN(90), NoSlot: rng.IntN(900), ZoneHour: rng.IntN(99), Department: rng.IntN(99)}
	}
	if rng.IntN(4) == 0 && n > 5 {
		p.Keep = [][]int{{1, 3}}
	}
	if rng.IntN(4) == 0 {
		p.Weeks, p.Words = 0, 0
		for i := range p.People {
			p.People[i].Free = nil
		}
	}
	return p
}

// TestSolveSmall compares with trying everything.
func TestSolveSmall(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	for round := range 300 {
		p := anyProblem(rng)
		if p.MaxSize == 2 { // pairs follow a plan, which all groupings do not
			p.MaxSize = 3
		}
		p.Budget = 5 * time.Second
		want := cheapest(t, p)
		got, err := Solve(p)
		clash, infeasible := errors.AsType[*Infeasible](err)
		switch {
		case infeasible && want >= 0:
			t.Errorf("round %d: got %v, want cost %d", round, clash, want)
		case infeasible:
		case err != nil:
			t.Errorf("round %d: got error %v, want cost %d", round, err, want)
		case got.Cost != want || !got.Proven || got.Bound != want:
			t.Errorf("round %d: got cost %d, bound %d, want %d", round, got.Cost, got.Bound, want)
		}
	}
}

// TestSolveMedium compares with a dynamic programme over all sets of people.
func TestSolveMedium(t *testing.T) {
	for seed := range uint64(24) {
		p := generated(16, 4, int(seed%4), seed)
		p.MinSize = 3 + int(seed%3)/2
		p.MaxSize = p.MinSize + int(seed%2)
		if seed%5 == 0 {
			p.Weights = &Weights{Met: 130, Session: 31, NoSlot: 70, ZoneHour: 3, Department: 7}
		}
		m, err := newModel(&p)
		if err != nil {
			t.Fatal(err)
		}
		all := table.NewMasks(&m.frame)
		want := leastCover(m.table(&all, table.Everyone(16)))
		got, err := Solve(p)
		if want < 0 {
			if _, ok := errors.AsType[*Infeasible](err); !ok {
				t.Errorf("seed %d: got cost %d, error %v, want *Infeasible", seed, got.Cost, err)
			}
			continue
		}
		if err != nil || got.Cost != want || !got.Proven {
			t.Errorf("seed %d: got cost %d, bound %d, error %v, want %d", seed, got.Cost, got.Bound, err, want)
		}
	}
}

// leastCover returns the least cost of any grouping, -1 if there is none.
func leastCover(t *table.Table) int {
	type priced struct{ set, cost int }
	groups := make([][]priced, t.N) // by lowest member
	tabletest.EachGroup(t, func(members []int) {
		g := priced{cost: t.Cost(members)}
		for _, i := range members {
			g.set |= 1 << i
		}
		groups[members[0]] = append(groups[members[0]], g)
	})
	least := make([]int, 1<<t.N)
	for s := 1; s < 1<<t.N; s++ {
		least[s] = -1
		for _, g := range groups[bits.TrailingZeros(uint(s))] {
			if g.set&^s != 0 {
				continue
			}
			if rest := least[s&^g.set]; rest >= 0 && (least[s] < 0 || rest+g.cost < least[s]) {
				least[s] = rest + g.cost
			}
		}
	}
	return least[1<<t.N-1]
}

// TestSolveOddPairs: one trio among pairs, and the cheapest.
func TestSolveOddPairs(t *testing.T) {
	for seed := range uint64(12) {
		p := generated(3+2*int(seed%4), 2, int(seed%3), seed)
		p.Apart, p.Weights = 0, &Weights{Session: 100, NoSlot: 2000, ZoneHour: 20, Department: 10} // nothing to gain by looking ahead
		want := cheapest(t, p)
		if got, err := Solve(p); err != nil || got.Cost != want || !got.Proven {
			t.Errorf("seed %d: got cost %d, proven %t, error %v, want %d", seed, got.Cost, got.Proven, err, want)
		}
	}
}

// TestSolveKeepsRules: in problems of all sizes nobody is left out, no rule is
// broken, the bound is one, and neither cores nor a second run change anything.
func TestSolveKeepsRules(t *testing.T) {
	for _, tt := range []struct{ n, least, most int }{{20, 5, 5}, {31, 4, 6}, {61, 2, 2}, {70, 4, 5}, {151, 2, 2}, {1002, 2, 2}, {150, 4, 6}, {301, 2, 3}, {720, 5, 5}} {
		t.Run(fmt.Sprintf("%d people in %d-%d", tt.n, tt.least, tt.most), func(t *testing.T) {
			t.Parallel()
			p := generated(tt.n, 5, 2, uint64(tt.n))
			p.MinSize, p.MaxSize, p.Budget = tt.least, tt.most, 100*time.Millisecond
			if calendartest.Long() {
				p.Budget = 2 * time.Second
			}
			if tt.n%10 == 1 {
				p.Keep = [][]int{{5, 9, 14}, {0, 20}}
			}
			one, err := unhurried(p, 1)
			if err != nil {
				t.Fatal(err)
			}
			var groups [][]int
			for _, g := range one.Groups {
				groups = append(groups, g.Members)
			}
			again, err := Evaluate(p, groups)
			if err != nil || again.Cost != one.Cost || one.Bound > one.Cost {
				t.Errorf("got cost %d and bound %d, then cost %d, %v", one.Cost, one.Bound, again.Cost, err)
			}
			if len(p.Keep) == 0 && len(one.Broken) != 0 {
				t.Errorf("got broken rules %v", one.Broken)
			}
			if two, err := unhurried(p, 2); err != nil || !cmp.Equal(one, two) {
				t.Errorf("two cores find something else (%v):\n%s", err, cmp.Diff(one, two))
			}
		})
	}
}

// unhurried solves p without a look at the clock.
func unhurried(p Problem, cores int) (Result, error) {
	m, err := newModel(&p)
	if err != nil {
		return Result{}, err
	}
	s := newSolver(m, p.Budget, nil)
	s.meter.Deadline = s.meter.Deadline.Add(time.Hour)
	s.cores = cores
	return s.result()
}

// TestSolveHurried: where the clock ends the search there is an answer all the same, and it says
// so.
func TestSolveHurried(t *testing.T) {
	p := generated(100, 5, 2, 1)
	m, err := newModel(&p)
	if err != nil {
		t.Fatal(err)
	}
	s := newSolver(m, 5*time.Second, nil)
	s.meter.Deadline = time.Now()
	r, err := s.result()
	if err != nil || !r.Hurried || r.Proven || len(r.Groups) != 20 || len(r.Broken) != 0 || r.Bound > r.Cost {
		t.Errorf("got %d groups, hurried %t, proven %t, broken %v, bound %d of %d, %v", len(r.Groups), r.Hurried, r.Proven, r.Broken, r.Bound, r.Cost, err)
	}
}

func TestSolveSeed(t *testing.T) {
	p := generated(40, 5, 0, 1)
	p.Weights = &Weights{} // everything is equally good
	first, err := Solve(p)
	if err != nil {
		t.Fatal(err)
	}
	p.Seed++
	second, err := Solve(p)
	if err != nil || cmp.Equal(first.Groups, second.Groups) {
		t.Errorf("got the same groups for two seeds, %v", err)
	}
}

func TestCheck(t *testing.T) {
	tests := []struct {
		want   string
		change func(p *Problem)
	}{
		{"sizes 1-5: expected 2 to 8, the smaller first", func(p *Problem) { p.MinSize = 1 }},
		{"sizes 5-4: expected 2 to 8, the smaller first", func(p *Problem) { p.MaxSize = 4 }},
		{`two people are called "p1"`, func(p *Problem) { p.People[0].Name = "p1" }},
		{`free starts of "p2": got 0 words, expected 143`, func(p *Problem) { p.People[2].Free = nil }},
		{"never together [3 3]: expected two different people of 10", func(p *Problem) { p.NeverTogether = [][2]int{{3, 3}} }},
		{"met {A:1 B:10 Times:1}: expected two different people of 10", func(p *Problem) { p.Met = []Meeting{{1, 10, 1}} }},
		{"kept groups: person 2 is in two of them or does not exist", func(p *Problem) { p.Keep = [][]int{{1, 2}, {2, 3}} }},
		{"weights {Met:-1 Session:0 NoSlot:0 ZoneHour:0 Department:0}: expected 0 to 1000000", func(p *Problem) { p.Weights = &Weights{Met: -1} }},
		{"16 weeks of 11 words: expected at most 15 of 64", func(p *Problem) {
			p.Weeks = 16
			for i := range p.People {
				p.People[i].Free = make([]uint64, 16*11)
			}
		}},
	}
	for _, tt := range tests {
		p := generated(10, 5, 0, 1)
		tt.change(&p)
		if _, err := Solve(p); err == nil || err.Error() != tt.want {
			t.Errorf("got error %v, want %s", err, tt.want)
		}
	}
}

func TestSolveNobody(t *testing.T) {
	r, err := Solve(Problem{MinSize: 4, MaxSize: 6})
	if err != nil || len(r.Groups) != 0 || !r.Proven {
		t.Errorf("got %+v, %v", r, err)
	}
}

func TestEvaluateFaults(t *testing.T) {
	p := generated(10, 5, 0, 1)
	for _, groups := range [][][]int{
		{{0, 1, 2, 3, 4}, {5, 6, 7, 8}},
		{{0, 1, 2, 3, 4}, {5, 6, 7, 8, 8}},
		{{0, 1, 2, 3, 4}, {5, 6, 7, 8, 10}},
		{{0, 1, 2, 3, 4, 5}, {6, 7, 8, 9}},
	} {
		if _, err := Evaluate(p, groups); err == nil {
			t.Errorf("%v: got no error", groups)
		}
	}
}

// TestEvaluate prices a grouping by the words of the definition.
func TestEvaluate(t *testing.T) {
	p := Problem{MinSize: 2, MaxSize: 3, Weeks: 3, Words: 1, Apart: SameTeam | ReportingLine, CloseTeams: [][]string{{"x", "y"}}}
	p.People = []Person{
		{Name: "a", Team: "x", Department: "d", Offset: 3600, Free: []uint64{0b0110, 0b0110, 0b0010}},
		{Name: "b", Team: "y", Department: "d", Offset: -5 * 3600, Free: []uint64{0b0101, 0b0110, 0b0011}},
		{Name: "c", Team: "x", Offset: 11 * 3600, Free: []uint64{0b1000, 0b1000, 0b1000}},
		{Name: "d", Team: "z", Chain: []string{"e", "c"}, Offset: -11 * 3600, Free: []uint64{0b1010, 0b0010, 0b1010}},
	}
	p.Met = []Meeting{{1, 0, 2}, {0, 1, 1}}
	got, err := Evaluate(p, [][]int{{3, 2}, {1, 0}})
	if err != nil {
		t.Fatal(err)
	}
	want := Result{
		Groups: []Group{
			{Members: []int{0, 1}, Slot: 1, Sessions: 2, Cost: Cost{Met: 3000, Sessions: 100, Zones: 60, Department: 10}},
			{Members: []int{2, 3}, Slot: 3, Sessions: 2, Cost: Cost{Sessions: 100}},
		},
		Cost: 3270, Repeats: 1, SameDepartment: 1, MaxZoneSpanHours: 6,
		Broken: []Clash{{2, 3, ReportingLine}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestRuleNames(t *testing.T) {
	for r := ReportingLine; r <= NeverTogether; r <<= 1 {
		if got, err := ParseRule(r.String()); err != nil || got != r {
			t.Errorf("%s: got %v, %v", r, got, err)
		}
	}
	if got := (SameTeam | SameLocation).String(); got != "team, location" {
		t.Errorf("got %q", got)
	}
	if _, err := ParseRule("teams"); err == nil {
		t.Error("teams: got no error")
	}
}

func BenchmarkSolve(b *testing.B) {
	all := instances(b)
	for _, n := range []int{30, 60} {
		for _, rounds := range []int{0, 2, 4} {
			all = append(all, instance{name: fmt.Sprintf("generated-n%d-h%d", n, rounds), problem: generated(n, 5, rounds, 1)})
		}
	}
	for _, in := range all {
		b.Run(in.name, func(b *testing.B) {
			in.problem.Cores = 2
			for b.Loop() {
				report(b, in.problem)
			}
		})
	}
}

func BenchmarkSolveMany(b *testing.B) {
	for _, tt := range []struct {
		n      int
		budget time.Duration
	}{{600, 20 * time.Second}, {6000, time.Minute}} {
		b.Run(fmt.Sprint(tt.n), func(b *testing.B) {
			p := generated(tt.n, 5, 2, 1)
			p.Budget, p.Cores = tt.budget, 2
			for b.Loop() {
				report(b, p)
			}
		})
	}
}
