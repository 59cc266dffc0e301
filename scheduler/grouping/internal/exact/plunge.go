package exact

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/peerslot/peerslot/scheduler/grouping/internal/meter"
	"github.com/peerslot/peerslot/scheduler/grouping/internal/table"
)

// A plunge is a dive that looks only at a list of the groups that are cheap beyond the duals of the relaxation
// over all people. No group is priced on the way, and each step begins with the optimum of the last one: for 100 people
// it takes 80 to 170 ms of work, a dive 350.
type plunge struct {
	*tree
	luck  *rand.Rand // see pace
	stage stage
}

// A stage is how far a plunge has come.
type stage struct {
	r       *relaxation // of which groups are barred that have people in common with the chosen
	columns []int32     // of the list, that are left
	chosen  []column
	in      []int // which of these a person is in, from 1; 0 for none
	left    int   // people who are in none
}

// How plunges go. After 1.7 s of work, ten problems of 100 people (fives, seeds 1 to 5 with 0 and 2 earlier rounds)
// cost 84,600 together, and 84,760 after 5 s where dives took their place. With twice of plungeTurn 84,960, with 30 as
// much as with 50 (six of them); from lists of half the length 84,800. Without cuts on the way the first eight cost
// 67,670, not 67,380; with twice of plungeCover and plungeQuota 67,410. 200 people cost 13,500 after
// 7 s of work, and 13,580 after 8 by dives; for 300 people a plunge takes 0.8 to 1.7 s, and dives are as good (2026-11).
const (
	plungeLimit = 250       // people
	plungeList  = 100_000   // groups in the list, about
	plungeTurn  = 50        // people for each group that is chosen at least before the others are solved anew
	plungeCover = 4000      // groups that are left when a cover puts the others together
	plungeQuota = 2_000_000 // groups that it looks at
	plungeDry   = 15        // plunges in a row without gain after which there are no more
)

// plunges looks for something better than the best until half of the work of the meter is done. r is optimal over all
// groups; plunges are numbered from first.
func (e *Search) plunges(r *relaxation, first int) {
	t := &tree{Search: e, target: e.ceiling() + 1, quota: plungeQuota}
	for limit := r.bound() / r.n; len(t.columns) < plungeList && limit < r.bound()/8 && !e.Meter.Over(); limit += limit / 3 {
		columns, _, ok := e.pricer.below(r, limit, maxPool)
		e.Meter.Use(e.pricer.work * meter.PriceCost)
		if !ok {
			break
		}
		t.columns = columns
	}
	root := t.pool(r)
	t.settle(root, everyone32(len(t.columns)))
	e.Meter.Use(root.takeWork())
	for k, dry := first, 0; dry < plungeDry && e.Meter.Used <= e.Meter.Left && r.bound() <= e.ceiling(); k++ {
		p := plunge{tree: t, stage: stage{r: root, columns: everyone32(len(t.columns)), in: make([]int, r.n), left: r.n}}
		if k > 0 {
			p.luck = rand.New(rand.NewPCG(e.t.Seed, uint64(k)))
		}
		if dry++; p.run() {
			dry = 0
		}
	}
}

// run goes down and reports whether it has found something better than the best.
func (p *plunge) run() bool {
	for s := &p.stage; s.r.bound() <= p.ceiling() && !p.Meter.Over(); {
		room := p.ceiling() + 1 - s.r.bound()
		p.Meter.Use(2 * len(s.columns) * meter.ColumnCost)
		s.columns = slices.DeleteFunc(s.columns, func(k int32) bool { return !s.r.cheaper(&p.columns[k], room) })
		if len(s.columns) <= plungeCover && s.left <= Limit {
			return p.finish(room)
		}
		if !p.choose() {
			return false
		}
		p.solve()
	}
	return false
}

// choose chooses the clearest groups of the optimum and reports whether there are any.
func (p *plunge) choose() bool {
	s := &p.stage
	more := s.r.clearest(max(1, s.left/plungeTurn), p.luck, func(i uint16) bool { return s.in[i] > 0 })
	for _, c := range more {
		s.chosen = append(s.chosen, c)
		for _, i := range c.members() {
			s.in[i] = len(s.chosen)
		}
		s.left -= int(c.size)
	}
	return len(more) > 0
}

// solve solves the relaxation with the groups that are chosen.
func (p *plunge) solve() {
	s := &p.stage
	s.r = s.r.copied()
	for k := range s.r.groups {
		if !s.allows(&s.r.groups[k]) {
			s.r.Bar(k)
		}
	}
	s.r.Restore(whole)
	s.columns = slices.DeleteFunc(s.columns, func(k int32) bool { return !s.allows(&p.columns[k]) })
	p.settle(s.r, s.columns)
	if s.r.bound() <= p.ceiling() && len(s.r.cuts) <= maxCuts && s.r.tighten(cutsAtOnce) {
		p.settle(s.r, s.columns)
	}
	p.Meter.Use(s.r.takeWork())
	s.r = s.r.shrunk(max(1, p.ceiling()+1-s.r.bound()))
}

// allows reports whether a group is one of the chosen, or has nobody in common with them.
func (s *stage) allows(c *column) bool {
	at := s.in[c.list[0]]
	for _, i := range c.members() {
		if s.in[i] != at {
			return false
		}
	}
	return at == 0 || s.chosen[at-1].size == c.size
}

// finish puts the people who are left into groups of the list, whose reduced costs are below room, if they and the
// chosen are cheaper than the best then. It reports whether they are.
func (p *plunge) finish(room int) bool {
	s := &p.stage
	number, people := make([]int, s.r.n), []uint16(nil) // of those who are left
	for i, at := range s.in {
		if at == 0 {
			number[i] = len(people)
			people = append(people, uint16(i))
		}
	}
	v := &cover{n: s.left, target: room, slack: s.r.bound(), charges: &charges{}, cost: math.MaxInt,
		quota: min(plungeQuota, max(0, p.Meter.Left)/meter.ColumnCost)}
	if p.Best != nil {
		v.cost = p.Cost
	}
	for k := range s.chosen {
		c := &s.chosen[k]
		reduced := s.r.reduced(c)
		v.cost, v.target, v.slack = v.cost-c.cost, v.target-reduced, v.slack+reduced-c.cost*table.DualUnit
	}
	apart := s.charge(v, number)
	var choices []choice
	for _, k := range s.columns {
		c := &p.columns[k]
		if s.in[c.list[0]] > 0 {
			continue
		}
		d := column{cost: c.cost}
		for _, i := range c.members() {
			d.add(number[i])
		}
		v.columns = append(v.columns, d)
		choices = append(choices, newChoice(v.columns, int32(len(choices)), s.r.reduced(c)))
		last := &choices[len(choices)-1]
		last.reduced += last.between(apart)
	}
	v.search(choices)
	p.Meter.Use(v.work * meter.ColumnCost)
	if v.best == nil {
		return false
	}
	all := slices.Clone(s.chosen)
	for _, c := range v.best {
		d := column{cost: c.cost}
		for _, at := range c.members() {
			d.add(int(people[at]))
		}
		all = append(all, d)
	}
	p.take(all)
	return true
}

// charge tells a cover, whose people have these numbers, of the cuts: of those that only they are in, and what those
// cost that no group can hit any more. It returns the people whose third is in a chosen group.
func (s *stage) charge(v *cover, number []int) (apart []parted) {
	var cuts []cut
	var duals []int
	for k, c := range s.r.cuts {
		var people []uint16
		var groups []int
		for _, i := range c {
			if at := s.in[i]; at == 0 {
				people = append(people, uint16(number[i]))
			} else if !slices.Contains(groups, at) {
				groups = append(groups, at)
			}
		}
		switch {
		case len(people) == 3:
			cuts, duals = append(cuts, cut(people)), append(duals, s.r.cut[k])
		case len(people)+len(groups) < 3: // a chosen group has paid
		case len(people) == 2:
			apart = append(apart, parted{set{}.with(int(people[0])), set{}.with(int(people[1])), -s.r.cut[k] / 2})
		default:
			v.target, v.slack = v.target+s.r.cut[k], v.slack-s.r.cut[k]
		}
	}
	v.charges.reset(v.n, cuts, duals)
	return apart
}

// clearest returns the groups with the largest parts in the optimum, of people who are not in groups yet: those that are
// nearly whole, and at least so many. With luck, others count for up to half as much again.
func (r *relaxation) clearest(least int, luck *rand.Rand, in func(i uint16) bool) []column {
	type entry struct {
		id         int
		part, rank float64
	}
	var all []entry
	for k, part := range r.Value {
		if id := r.Basic(k); id >= 0 && !in(r.groups[id].list[0]) {
			rank := part
			if luck != nil {
				rank *= 1 + luck.Float64()/2
			}
			all = append(all, entry{id, part, rank})
		}
	}
	slices.SortFunc(all, func(a, b entry) int { return cmp.Or(cmp.Compare(b.rank, a.rank), cmp.Compare(a.id, b.id)) })
	var out []column
	taken := make([]bool, r.n)
	for _, a := range all {
		c := r.groups[a.id]
		if a.part < 0.9 && len(out) >= least || slices.ContainsFunc(c.members(), func(i uint16) bool { return taken[i] }) {
			continue
		}
		for _, i := range c.members() {
			taken[i] = true
		}
		out = append(out, c)
	}
	return out
}
