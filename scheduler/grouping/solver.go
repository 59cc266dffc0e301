package grouping

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/peerslot/peerslot/scheduler/grouping/internal/exact"
	"github.com/peerslot/peerslot/scheduler/grouping/internal/local"
	"github.com/peerslot/peerslot/scheduler/grouping/internal/matching"
	"github.com/peerslot/peerslot/scheduler/grouping/internal/meter"
	"github.com/peerslot/peerslot/scheduler/grouping/internal/table"
)

// A solver improves a grouping of all people that are not kept. Its parts work on
// tables of some of the people, so that memory grows with their number only.
type solver struct {
	m        *model
	masks    table.Masks
	people   []int
	groups   [][]int // of people of the model
	costs    []int
	rng      *rand.Rand
	meter    *meter.Meter
	cores    int
	foreseen int // of a layout of which the grouping is a round: how many rounds cost nothing
	ahead    int // rounds without a repeat that are left, this one included; 0 if not known
}

func newSolver(m *model, budget time.Duration, stop func() bool) *solver {
	s := &solver{m: m, masks: table.NewMasks(&m.frame), rng: rand.New(rand.NewPCG(m.Seed, 0)), meter: meter.New(budget, stop), cores: max(1, m.Cores)}
	kept := make([]bool, len(m.People))
	for _, g := range m.Keep {
		for _, i := range g {
			kept[i] = true
		}
	}
	for i := range m.People {
		if !kept[i] {
			s.people = append(s.people, i)
		}
	}
	return s
}

// A portion is some of the groups, taken out to be changed.
type portion struct {
	places []int
	table  *table.Table
	groups [][]int // in the table's numbers
	cost   int
}

// take returns the portion of the groups at these places.
func (s *solver) take(places []int) portion {
	p := portion{places: places}
	var people []int
	for _, at := range places {
		var g []int
		for _, i := range s.groups[at] {
			g = append(g, len(people))
			people = append(people, i)
		}
		p.groups = append(p.groups, g)
		p.cost += s.costs[at]
	}
	p.table = s.m.table(&s.masks, people)
	return p
}

// put replaces the groups of the portions, which have no group in common, by what
// has become of them.
func (s *solver) put(portions []portion) {
	gone := make([]bool, len(s.groups))
	for _, p := range portions {
		for _, at := range p.places {
			gone[at] = true
		}
	}
	groups, costs := s.groups[:0:0], s.costs[:0:0]
	for at, g := range s.groups {
		if !gone[at] {
			groups, costs = append(groups, g), append(costs, s.costs[at])
		}
	}
	for _, p := range portions {
		for _, g := range p.groups {
			members := make([]int, len(g))
			for k, i := range g {
				members[k] = p.table.People[i]
			}
			groups, costs = append(groups, members), append(costs, p.table.Cost(g))
		}
	}
	s.groups, s.costs = groups, costs
}

func (s *solver) cost() int {
	total := 0
	for _, c := range s.costs {
		total += c
	}
	return total
}

// deal makes a first grouping into so many groups: people of one zone together, and
// nobody with whom they may not be, unless there is no other place left.
func (s *solver) deal(count int) {
	order := slices.Clone(s.people)
	s.rng.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(s.m.frame.Offset[a], s.m.frame.Offset[b]) })
	s.groups, s.costs = make([][]int, count), make([]int, count)
	room := make([]int, count)
	for k := range room {
		room[k] = (k+1)*len(order)/count - k*len(order)/count
	}
	first := 0 // all groups before it are full
	for _, a := range order {
		for room[first] == 0 {
			first++
		}
		at := first
		for at < count && (room[at] == 0 || slices.ContainsFunc(s.groups[at], func(b int) bool { return s.m.broken(a, b) != 0 })) {
			at++
		}
		if at == count {
			at = first
		}
		s.groups[at] = append(s.groups[at], a)
		room[at]--
	}
}

// clashes reports whether a group breaks a rule.
func (s *solver) clashes() bool {
	return slices.ContainsFunc(s.groups, func(g []int) bool { return s.m.brokenAmong(g) != 0 })
}

// blockSize is how many people are annealed together, who take 13 MB. 400, 800 and 1,600 end at
// 110,370, 95,690 and 89,110 for 1,600 people after 4 s of work, at 159,290, 139,130 and 130,660 for
// 2,400 without earlier rounds after 6; 800 and 1,600 at 354,400 and 322,340 for 6,000 after 10
// (benchmark's generator, seed 1; 2026-11).
const blockSize = 1600

// anneal improves all groups in blocks, with so many trials for each person.
func (s *solver) anneal(trials int) {
	order := s.rng.Perm(len(s.groups))
	blocks := (len(s.people) + blockSize - 1) / blockSize
	portions := make([]portion, blocks)
	seeds := make([]uint64, blocks)
	for b := range portions {
		portions[b] = s.take(order[b*len(order)/blocks : (b+1)*len(order)/blocks])
		seeds[b] = s.rng.Uint64()
	}
	meter.Each(s.cores, blocks, func(b int) {
		p := &portions[b]
		a := local.New(p.table, p.groups, rand.New(rand.NewPCG(seeds[b], 0)))
		a.Run(trials*p.table.N, local.Warm, local.Cold, s.meter)
		p.groups, p.cost = a.Best, a.Least
	})
	s.meter.Use(trials * len(s.people) * meter.TrialCost)
	s.put(portions)
}

// portionsAtOnce is how many portions are improved side by side: 2 and 8 cost 13,600 and 13,720 for
// 200 people after 8 s of work, 18,250 and 18,320 for 300 after 6, 4 cost 13,580 and 18,260 (2026-11).
const portionsAtOnce = 4

// repartition takes several portions of about so many people each apart and puts
// their people together in the cheapest way. It returns the gain and the work.
func (s *solver) repartition(people, effort int) (gain, work int) {
	var portions []portion
	taken := make([]bool, len(s.groups))
	for range portionsAtOnce {
		places := s.related(people, taken)
		if len(places) < 2 {
			break
		}
		portions = append(portions, s.take(places))
	}
	works := make([]int, len(portions))
	gains := make([]int, len(portions))
	meter.Each(s.cores, len(portions), func(k int) {
		p := &portions[k]
		m := s.meter.Part(effort)
		before := p.cost
		p.improve(m)
		gains[k], works[k] = before-p.cost, m.Used
	})
	work = len(portions) * len(s.groups) * meter.RelateCost
	for k := range portions {
		gain += gains[k]
		work += works[k]
	}
	s.meter.Use(work)
	s.put(portions)
	return gain, work
}

// exactPortion is how many people are put together in the very cheapest way: 45 and 180 cost 13,600
// and 13,530 for 200 people after 8 s of work, 18,210 and 18,290 for 300 after 6, 90 cost 13,580 and
// 18,260 (2026-11).
const exactPortion = 90

// improve puts the people of the portion together in a cheaper way, if it finds
// one.
func (p *portion) improve(m *meter.Meter) {
	if p.table.Most == 2 {
		p.pair(m)
		return
	}
	if p.table.N <= exactPortion {
		e := exact.New(p.table, p.groups, m)
		e.Solve()
		p.groups, p.cost = e.Best, e.Cost
		return
	}
	p.groups, p.cost, _ = exact.Dive(p.table, p.groups, 0, m)
}

// pair matches the people of the portion, who are all in pairs.
func (p *portion) pair(m *meter.Meter) {
	n := p.table.N
	price := pairPrices(p.table)
	partner := matching.Cheapest(n, func(a, b int) int { return price[a][b] }, m.Stop)
	if partner == nil {
		return // stopped: they are in pairs as they are
	}
	m.Use(n*n*meter.PriceCost + n*n*n)
	p.groups, p.cost = pairsOf(partner), matched(partner, price)
}

// related picks groups that are not taken with about so many people in all: one at
// random, and others who have members in the zone of one of its members.
func (s *solver) related(people int, taken []bool) []int {
	var free []int
	for at := range s.groups {
		if !taken[at] {
			free = append(free, at)
		}
	}
	if len(free) == 0 {
		return nil
	}
	s.rng.Shuffle(len(free), func(i, j int) { free[i], free[j] = free[j], free[i] })
	first := s.groups[free[0]]
	zone := s.m.frame.Offset[first[s.rng.IntN(len(first))]]
	rank := make(map[int]int, len(free)) // fewer is sooner
	for _, at := range free[1:] {
		n := 0
		for _, i := range s.groups[at] {
			if s.m.frame.Offset[i] == zone {
				n++
			}
		}
		rank[at] = -min(n, 2) // two have enough to exchange
		if n == 1 && s.rng.IntN(3) == 0 {
			rank[at] = -2
		}
	}
	slices.SortStableFunc(free[1:], func(a, b int) int { return cmp.Compare(rank[a], rank[b]) })
	var places []int
	for _, at := range free {
		if len(places) > 0 && people < len(s.groups[at]) {
			break
		}
		people -= len(s.groups[at])
		places = append(places, at)
		taken[at] = true
	}
	return places
}
