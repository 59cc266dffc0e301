package grouping

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/peerslot/peerslot/scheduler/grouping/internal/exact"
	"github.com/peerslot/peerslot/scheduler/grouping/internal/local"
	"github.com/peerslot/peerslot/scheduler/grouping/internal/meter"
	"github.com/peerslot/peerslot/scheduler/grouping/internal/table"
)

// defaultBudget is how long Solve may work if the problem does not say.
const defaultBudget = 5 * time.Second

// ExactLimit is the number of people up to which Solve tries to prove its answer.
const ExactLimit = exact.Limit

// Solve returns the cheapest grouping that it finds and what it can prove about it.
// It ends early if it has the proof.
//
// The same problem gives the same result whatever the number of cores, unless the
// clock ends the search, which Result.Hurried tells. For the sake of rounds to come
// People should be in the same order in every round of a program.
//
// It returns an *Infeasible if the rules allow no grouping, and ErrNotFound if it
// found none but cannot tell whether there is one.
func Solve(p Problem) (Result, error) {
	return SolveUntil(p, nil)
}

// SolveUntil is Solve, and ends soon with ErrStopped once stop returns true, as it must
// from then on. It asks often, and from several goroutines at once.
func SolveUntil(p Problem, stop func() bool) (Result, error) {
	m, err := newModel(&p)
	if err != nil {
		return Result{}, err
	}
	budget := p.Budget
	if budget <= 0 {
		budget = defaultBudget
	}
	return newSolver(m, budget, stop).result()
}

// result solves the problem and prices the answer together with the kept groups.
func (s *solver) result() (Result, error) {
	bound, err := s.solve()
	if s.meter.Stopped() {
		return Result{}, ErrStopped
	}
	if err != nil {
		return Result{}, err
	}
	free := s.cost()
	r := s.m.evaluate(slices.Concat(s.groups, s.m.Keep))
	r.Bound = min(bound, free) + r.Cost - free
	r.Proven = r.Bound == r.Cost
	r.Ahead = s.ahead
	r.Hurried = s.meter.Late() && !r.Proven
	return r, nil
}

// ErrNotFound says that no grouping was found that keeps the rules, though there
// may be one.
var ErrNotFound = errors.New("found no grouping that keeps the rules; allow more time, or fewer rules")

// ErrStopped says that nobody waited for the answer any more.
var ErrStopped = errors.New("the search for groups was stopped")

// solve finds a grouping of the people that are not kept and returns a bound.
func (s *solver) solve() (bound int, err error) {
	n := len(s.people)
	if n == 0 {
		return 0, nil
	}
	if few, many := s.m.frame.SizesFor(n).Counts(n); few > many {
		return 0, s.sizeClash()
	}
	sizes := s.m.frame.SizesFor(n)
	switch {
	case sizes.Most == 2 && n <= maxMatching:
		return s.pairs()
	case n <= ExactLimit:
		bound, err = s.prove()
	default:
		return s.improve()
	}
	if err == nil && looksAhead(n, sizes) {
		s.lookAhead()
	}
	return bound, err
}

// proveFirst is the number of people up to which a proof is tried before dives. It mostly comes to its end: 60 people, seeds 1 to 5 without
// earlier rounds, take 0.3 to 0.5 CPU s, and 0.8 to 1.9 with dives first (2026-11).
const proveFirst = 64

// prove solves a problem small enough for an exact search of all people. What the search cannot reach from one grouping it may
// from a better one.
func (s *solver) prove() (bound int, err error) {
	s.start()
	whole := s.take(table.Everyone(len(s.groups)))
	e := exact.New(whole.table, whole.groups, s.meter)
	e.Cores = s.cores
	if len(s.people) > proveFirst {
		s.dive(e, whole)
	}
	for dived := len(s.people) > proveFirst; ; dived = true {
		if e.Cost >= table.Blocked {
			if clash := s.obvious(); clash != nil {
				return 0, clash
			}
			e.Best = nil
		}
		e.Meter = s.meter.Part(s.meter.Left)
		e.Solve()
		s.meter.Use(e.Meter.Used)
		if e.Best == nil {
			return 0, s.infeasible()
		}
		s.adopt(e, whole)
		switch {
		case e.Settled() || s.meter.Over():
			if s.cost() == 0 {
				s.foreseen = s.foresee()
			}
			return e.Bound(), nil
		case dived:
			s.repartitionAll((s.meter.Left+1)/2, math.MaxInt)
			e.Improve(s.groups)
		default:
			s.dive(e, whole)
		}
	}
}

// dive looks for a better grouping of the whole by dives, with at most a third of the work that is left, and by taking groups
// apart with another third.
func (s *solver) dive(e *exact.Search, whole portion) {
	work := s.meter.Left
	e.Meter = s.meter.Part(work * 2 / 3)
	e.Dive(0) // whose dives begin in the first half
	s.meter.Use(e.Meter.Used)
	s.adopt(e, whole)
	s.repartitionAll(work/3, 8)
	e.Improve(s.groups)
}

// adopt takes the groups of a search of the whole.
func (s *solver) adopt(e *exact.Search, whole portion) {
	whole.places, whole.groups = table.Everyone(len(s.groups)), e.Best
	s.put([]portion{whole})
}

// diveAll tries to find something better for all people at once, with so much work,
// and returns the bound of the relaxation. turn is how often it has tried before.
func (s *solver) diveAll(effort, turn int) (bound int) {
	whole := s.take(table.Everyone(len(s.groups)))
	part := s.meter.Part(effort)
	var proven int
	whole.groups, whole.cost, proven = exact.Dive(whole.table, whole.groups, turn, part)
	s.meter.Use(part.Used)
	s.put([]portion{whole})
	return whole.table.RoundUp(proven)
}

// start makes a first grouping: the best of a few, annealed for a short while.
func (s *solver) start() {
	const chains, trials = 4, 1500
	n := len(s.people)
	few, many := s.m.frame.SizesFor(n).Counts(n)
	portions := make([]portion, chains)
	for c := range chains {
		s.deal(few + c*(many-few)/(chains-1))
		portions[c] = s.take(table.Everyone(len(s.groups)))
	}
	meter.Each(s.cores, chains, func(c int) {
		p := &portions[c]
		a := local.New(p.table, p.groups, rand.New(rand.NewPCG(s.m.Seed, uint64(c+1))))
		a.Run(trials*n, local.Hot, local.Cold, s.meter)
		p.groups, p.cost = a.Best, a.Least
	})
	s.meter.Use(chains * trials * n * meter.TrialCost)
	best := slices.MinFunc(portions, func(a, b portion) int { return a.cost - b.cost })
	s.groups, best.places = nil, nil
	s.put([]portion{best})
}

// relaxLimit is the number of people up to which the relaxation over all of them is solved for
// its bound: 600 take 4 s of work, 800 take 9. diveCost is the work for each two people from
// which on there is a dive from it, too, which takes as much again: 12 s for 600. 200 people, and another 200, cost
// 13,710 and 12,240 after 3 s; with twice of it, and so without a dive, 15,990 and 12,990. Half of it makes them cost
// 14,140 and 12,250 after 1 s, not 15,470 and 14,080, but 300 people 22,690 after 2 s, not 21,140 (2026-11).
const (
	relaxLimit = 800
	diveCost   = int(40 * time.Microsecond)
)

// improve solves a problem too large for a proof.
func (s *solver) improve() (bound int, err error) {
	n := len(s.people)
	few, many := s.m.frame.SizesFor(n).Counts(n)
	total := s.meter.Left
	s.deal((few + many) / 2)
	if s.clashes() {
		if clash := s.obvious(); clash != nil {
			return 0, clash
		}
	}
	s.anneal(max(1000, min(25_000, total/10/meter.TrialCost/n)))
	if s.cost() >= table.Blocked {
		return 0, s.infeasible()
	}
	switch {
	case n <= relaxLimit && total >= n*n*diveCost:
		// After dives half of the work is left. For 200 people most of that gains 50 of 13,700 at once, and dives
		// again lead from 13,490 to 13,450 (2026-11).
		for turn := 0; s.meter.Left >= n*n*diveCost && !s.meter.Over(); turn++ {
			bound = max(bound, s.diveAll(s.meter.Left, turn))
			s.repartitionAll(s.meter.Left, 12)
		}
	case n <= relaxLimit:
		s.repartitionAll(total*2/5, math.MaxInt)
		bound = s.relaxAll()
	}
	s.repartitionAll(s.meter.Left, math.MaxInt)
	return max(bound, s.leastAlone()), nil
}

// relaxAll returns the bound of the relaxation over all people, as far as the work
// that is left allows to solve it.
func (s *solver) relaxAll() (bound int) {
	whole := s.take(table.Everyone(len(s.groups)))
	return whole.table.RoundUp(exact.Bound(whole.table, whole.groups, s.meter))
}

// leastAlone returns a bound that needs no search: a group has no more sessions than
// any of its members alone, and those who have fewest may all be together.
func (s *solver) leastAlone() (bound int) {
	var c table.Common
	costs := make([]int, len(s.people))
	for k, i := range s.people {
		c.Set(&s.masks, s.masks.Row(i))
		costs[k] = s.m.frame.SessionCost(c.Most)
	}
	slices.Sort(costs)
	slices.Reverse(costs)
	most := s.m.frame.SizesFor(len(costs)).Most
	for k := 0; k < len(costs); k += most {
		bound += costs[k]
	}
	return bound
}

// repartitionAll takes ever other groups apart until so much work is done, or so
// many turns in a row have gained nothing. How many people at once gain most for
// the work differs, and changes on the way.
func (s *solver) repartitionAll(effort, patience int) {
	sizes := []int{25}
	for _, n := range [...]int{35, 45, 60, 80, 120, 180} {
		if n < len(s.people)*3/4 {
			sizes = append(sizes, n)
		}
	}
	gains := make([]float64, len(sizes)) // for each unit of work
	end := s.meter.Left - effort
	dry := 0
	for turn := 0; dry < patience && s.meter.Left > end && !s.meter.Over(); turn++ {
		at := turn
		if turn >= len(sizes) {
			at = slices.Index(gains, slices.Max(gains))
			if turn%4 == 0 {
				at = s.rng.IntN(len(sizes))
			}
		}
		gain, work := s.repartition(sizes[at], sizes[at]*int(10*time.Millisecond))
		if dry++; gain > 0 {
			dry = 0
		}
		rate := float64(gain) / float64(max(work, 1))
		if turn >= len(sizes) {
			rate = 0.7*gains[at] + 0.3*rate
		}
		gains[at] = rate
	}
}
