package grouping

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/peerslot/peerslot/scheduler/grouping/internal/matching"
)

// A solver improves a grouping of all people that are not kept. Its parts work on
// tables of some of the people, so that memory grows with their number only.
type solver struct {
	m      *model
	masks  masks
	people []int
	groups [][]int // of people of the model
	costs  []int
	rng    *rand.Rand
	meter  *meter
	cores  int
	ahead  int // rounds without a repeat that are left, this one included; 0 if not known
}

func newSolver(m *model, budget time.Duration) *solver {
	s := &solver{m: m, masks: newMasks(m), rng: rand.New(rand.NewPCG(m.Seed, 0)), meter: newMeter(budget), cores: max(1, m.Cores)}
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
	table  *table
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
	p.table = newTable(s.m, &s.masks, people)
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
				members[k] = p.table.people[i]
			}
			groups, costs = append(groups, members), append(costs, p.table.cost(g))
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
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(s.m.traits[a].offset, s.m.traits[b].offset) })
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

// blockSize is how many people are annealed together.
const blockSize = 800

// Temperatures of annealing, in sessions that a group cannot have.
const (
	hot  = 2
	warm = 0.4 // does not undo what deal has done
	cold = 0.05
)

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
	each(s.cores, blocks, func(b int) {
		p := &portions[b]
		a := newAnnealer(newLayout(p.table, p.groups), rand.New(rand.NewPCG(seeds[b], 0)))
		a.run(trials*p.table.n, warm, cold, s.meter)
		p.groups, p.cost = a.best, a.least
	})
	s.meter.use(trials * len(s.people) * trialCost)
	s.put(portions)
}

// repartition takes several portions of about so many people each apart and puts
// their people together in the cheapest way. It returns the gain and the work.
func (s *solver) repartition(people, effort int) (gain, work int) {
	var portions []portion
	taken := make([]bool, len(s.groups))
	for range wave {
		places := s.related(people, taken)
		if len(places) < 2 {
			break
		}
		portions = append(portions, s.take(places))
	}
	works := make([]int, len(portions))
	gains := make([]int, len(portions))
	each(s.cores, len(portions), func(k int) {
		p := &portions[k]
		m := s.meter.part(effort)
		before := p.cost
		p.improve(m)
		gains[k], works[k] = before-p.cost, m.used
	})
	work = len(portions) * len(s.groups) * relateCost
	for k := range portions {
		gain += gains[k]
		work += works[k]
	}
	s.meter.use(work)
	s.put(portions)
	return gain, work
}

// exactPortion is how many people are put together in the very cheapest way.
const exactPortion = 90

// improve puts the people of the portion together in a cheaper way, if it finds
// one.
func (p *portion) improve(m *meter) {
	if p.table.most == 2 {
		p.pair(m)
		return
	}
	if p.table.n <= exactPortion {
		e := newExact(p.table, p.groups, m)
		e.solve()
		p.groups, p.cost = e.best, e.cost
		return
	}
	p.dive(m)
}

// pair matches the people of the portion, who are all in pairs.
func (p *portion) pair(m *meter) {
	n := p.table.n
	price := p.table.pairPrices()
	partner := matching.Cheapest(n, func(a, b int) int { return price[a][b] })
	m.use(n*n*priceCost + n*n*n)
	p.groups, p.cost = pairsOf(partner), matched(partner, price)
}

// dive puts the people of the portion together as a dive from the relaxation over
// them does, if that is cheaper. It returns the search, and what is proven, in units of 1/dualUnit.
func (p *portion) dive(m *meter) (e *exact, r *relaxation, proven int) {
	e = newExact(p.table, p.groups, m)
	r, proven = e.relax(e.centre(), nil, p.table.sides())
	proven = e.tighten(r, proven)
	groups := dive(p.table, r, m)
	cost := 0
	for _, g := range groups {
		cost += p.table.cost(g)
	}
	if groups != nil && cost < p.cost {
		p.groups, p.cost = groups, cost
		e.best, e.cost = groups, cost
	}
	return e, r, proven
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
	zone := s.m.traits[first[s.rng.IntN(len(first))]].offset
	rank := make(map[int]int, len(free)) // fewer is sooner
	for _, at := range free[1:] {
		n := 0
		for _, i := range s.groups[at] {
			if s.m.traits[i].offset == zone {
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
