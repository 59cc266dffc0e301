package exact

import (
	"cmp"
	"math"
	"slices"

	"github.com/peerslot/peerslot/scheduler/grouping/internal/table"
)

// A pricer walks over all groups that the rules allow and whose reduced cost, the
// cost less what the duals pay for, is below a limit. Costs only grow when a group
// does, so most of the walk is cut off early. All numbers are whole, in units of
// 1/table.DualUnit, so that what it does not find is proved not to be.
type pricer struct {
	t        *table.Table
	together []uint8 // n x n: sessions that a pair can have

	dual    []int                       // of each person
	pairs   []int                       // n x n: cost of a pair less what is paid for it, or barred
	session [table.MaxWeeks + 1]int     // cost by sessions less what is paid for it
	visit   func(c column, reduced int) // a group and its reduced cost
	begin   func()                      // called before each first person, may be nil
	limit   int                         // on reduced costs; visit may lower it
	bonus   [table.MaxGroup + 1]int     // what is paid for a group of a size
	work    int                         // groups priced in this walk
	stopped func() bool                 // whether nobody waits for the answer any more; asked before each first person

	*charges

	order   []int32
	members []int32
	frames  [table.MaxGroup]pricingFrame
}

// barred is the price of a pair that the rules forbid.
const barred = table.Blocked * table.DualUnit

// A pricingFrame is the state of the walk at a group of some size.
type pricingFrame struct {
	table.Common
	candidates []candidate
	top        [table.MaxGroup]int // the most that 0, 1, … more members can pay for
}

// A candidate could join the group of a frame.
type candidate struct {
	person int32
	most   uint8 // the group with it has at most that many sessions
	pairs  int   // price of its pairs with the members
}

func newPricer(t *table.Table, stopped func() bool) *pricer {
	p := &pricer{t: t, stopped: stopped, together: make([]uint8, t.N*t.N),
		dual: make([]int, t.N), pairs: make([]int, t.N*t.N), order: everyone32(t.N)}
	var c table.Common
	for i := range t.N {
		c.Set(&t.Masks, t.Row(i))
		for j := range i {
			s := uint8(c.Sessions(&t.Masks, t.Row(j)))
			p.together[i*t.N+j], p.together[j*t.N+i] = s, s
		}
	}
	return p
}

func everyone32(n int) []int32 {
	all := make([]int32, n)
	for i := range all {
		all[i] = int32(i)
	}
	return all
}

// setDuals takes over what r pays for people and for features.
func (p *pricer) setDuals(r *relaxation) {
	copy(p.dual, r.person)
	paid := [features]int{}
	for k, s := range r.sides {
		paid[s.feature] += r.limit[k]
	}
	for at, c := range p.t.Pairs {
		p.pairs[at] = int(c) * table.DualUnit
		if c < table.Blocked {
			p.pairs[at] -= paid[meetings] * int(p.t.Met[at])
		}
	}
	p.charges = &r.charges
	p.bonus[3] = paid[trios]
	for s := range p.session {
		p.session[s] = p.t.Session[s] * table.DualUnit
		if p.t.Slotless(s) {
			p.session[s] -= paid[noSlot]
		}
	}
}

// walk visits every group with a reduced cost below p.limit. It reports whether it
// came to its end: what an answer that nobody waits for is worth is no matter.
func (p *pricer) walk() bool {
	slices.SortFunc(p.order, func(a, b int32) int { return cmp.Or(cmp.Compare(p.dual[b], p.dual[a]), cmp.Compare(a, b)) })
	p.work = 0
	for at, i := range p.order {
		if p.stopped() {
			return false
		}
		if p.begin != nil {
			p.begin()
		}
		f := &p.frames[0]
		f.Set(&p.t.Masks, p.t.Row(int(i)))
		f.candidates = f.candidates[:0]
		for _, j := range p.order[at+1:] {
			if pair := int(i)*p.t.N + int(j); p.pairs[pair] < barred {
				f.candidates = append(f.candidates, candidate{j, p.together[pair], p.pairs[pair]})
			}
		}
		p.members = append(p.members[:0], i)
		p.hold(int(i))
		ok := p.extend(0, p.t.Zone[i], -p.dual[i])
		p.release()
		if !ok {
			return false
		}
	}
	return true
}

// extend tries each candidate of the frame as a further member and goes on from
// those that can lead somewhere. zones are those of the members; paid is the price
// of their pairs less their duals.
func (p *pricer) extend(depth int, zones uint64, paid int) bool {
	f := &p.frames[depth]
	f.rank(p.dual)
	f.candidates = p.promising(f, depth+2, zones, paid)
	for at, c := range f.candidates {
		if !p.descend(depth, at) {
			continue
		}
		p.members = append(p.members[:depth+1], c.person)
		charge := p.hold(int(c.person))
		ok := p.extend(depth+1, zones|p.t.Zone[c.person], paid+charge+c.pairs-p.dual[c.person])
		p.release()
		if !ok {
			return false
		}
	}
	return true
}

// promising visits the groups of a size that candidates of f complete, and returns
// the candidates that larger groups can have.
func (p *pricer) promising(f *pricingFrame, size int, zones uint64, paid int) []candidate {
	kept := f.candidates[:0]
	gain := p.gain(f, size)
	zone, _ := p.t.ZoneCost(zones)
	for _, c := range f.candidates {
		base := paid + c.pairs - p.dual[c.person]
		if base-max(gain, p.bonus[size])+zone*table.DualUnit+p.session[min(f.Most, int(c.most))] >= p.limit {
			continue
		}
		if len(p.price) > 0 {
			base += p.charge(int(c.person))
			if base-max(gain, p.bonus[size])+zone*table.DualUnit+p.session[min(f.Most, int(c.most))] >= p.limit {
				continue
			}
		}
		p.work++
		sessions := f.Sessions(&p.t.Masks, p.t.Row(int(c.person)))
		wider := zone
		if with := zones | p.t.Zone[c.person]; with != zones {
			wider, _ = p.t.ZoneCost(with)
		}
		reduced := base + wider*table.DualUnit + p.session[sessions]
		if size >= p.t.Least && reduced-p.bonus[size] < p.limit {
			p.found(c.person, sessions, wider, reduced-p.bonus[size])
		}
		if size < p.t.Most && reduced-gain < p.limit {
			c.most = uint8(sessions)
			kept = append(kept, c)
		}
	}
	return kept
}

// descend prepares the frame of the members with the candidate at a place, whose
// candidates are those after it. It reports whether there are enough.
func (p *pricer) descend(depth, at int) bool {
	f, next := &p.frames[depth], &p.frames[depth+1]
	c := f.candidates[at]
	next.candidates = next.candidates[:0]
	row := int(c.person) * p.t.N
	for _, d := range f.candidates[at+1:] {
		if pair := row + int(d.person); p.pairs[pair] < barred {
			most := min(d.most, c.most, p.together[pair])
			next.candidates = append(next.candidates, candidate{d.person, most, d.pairs + p.pairs[pair]})
		}
	}
	if len(next.candidates) < max(1, p.t.Least-depth-2) {
		return false
	}
	next.And(&p.t.Masks, &f.Common, p.t.Row(int(c.person)))
	return true
}

// rank finds out what the candidates that pay for most pay for together.
func (f *pricingFrame) rank(dual []int) {
	var best [table.MaxGroup - 1]int
	n := 0
	for _, c := range f.candidates {
		v := dual[c.person] - c.pairs
		if n == len(best) && v <= best[n-1] {
			continue
		}
		n = min(n+1, len(best))
		k := n - 1
		for ; k > 0 && best[k-1] < v; k-- {
			best[k] = best[k-1]
		}
		best[k] = v
	}
	for k, v := range best {
		f.top[k+1] = math.MinInt / 2
		if k < n {
			f.top[k+1] = f.top[k] + v
		}
	}
}

// gain is the most that further members can pay for once a group has size members.
func (p *pricer) gain(f *pricingFrame, size int) int {
	most := math.MinInt / 2
	for more := max(1, p.t.Least-size); more <= p.t.Most-size; more++ {
		most = max(most, f.top[more]+p.bonus[size+more])
	}
	return most
}

// found visits the present members with one more.
func (p *pricer) found(last int32, sessions, zone, reduced int) {
	all := append(p.members, last)
	c := column{cost: p.t.Session[sessions] + zone, sessions: uint8(sessions)}
	for k, i := range all {
		c.add(int(i))
		c.zones |= p.t.Zone[i]
		for _, j := range all[:k] {
			pair := int(i)*p.t.N + int(j)
			c.cost += int(p.t.Pairs[pair])
			c.count[meetings] += uint16(p.t.Met[pair])
		}
	}
	if p.t.Slotless(sessions) {
		c.count[noSlot] = 1
	}
	if len(all) == 3 {
		c.count[trios] = 1
	}
	p.visit(c, reduced)
}

// An offer is what a walk finds below zero.
type offer struct {
	columns []column
	least   int // reduced cost of any group
	sum     int // of the reduced costs of groups of different first persons, at least
}

// cheapest returns the best few groups of negative reduced cost for each first
// person of the walk.
func (p *pricer) cheapest(few int) offer {
	type entry struct {
		column
		reduced int
	}
	var o offer
	var kept []entry
	var firsts []int // least reduced cost by first person
	p.begin = func() {
		for _, k := range kept {
			o.columns = append(o.columns, k.column)
		}
		if len(kept) > 0 {
			firsts = append(firsts, kept[0].reduced)
		}
		kept, p.limit = kept[:0], 0
	}
	p.visit = func(c column, reduced int) {
		at, _ := slices.BinarySearchFunc(kept, reduced, func(k entry, r int) int { return cmp.Compare(k.reduced, r) })
		kept = slices.Insert(kept, at, entry{c, reduced})
		if len(kept) > few {
			kept = kept[:few]
			p.limit = kept[few-1].reduced
		}
	}
	p.walk()
	p.begin()
	slices.Sort(firsts)
	for k, f := range firsts[:min(len(firsts), p.t.N/p.t.Least)] {
		if k == 0 {
			o.least = f
		}
		o.sum += f
	}
	return o
}

// below returns the groups with a reduced cost below a limit; if they are more than so many, the cheapest of them, and below what
// limit these are. ok is false if the walk was stopped.
func (p *pricer) below(r *relaxation, limit, most int) (all []column, kept int, ok bool) {
	p.setDuals(r)
	p.limit = limit
	p.begin = nil
	p.visit = func(c column, _ int) {
		if all = append(all, c); len(all) > most {
			all, p.limit = r.cheapest(all, most*3/4)
		}
	}
	ok = p.walk()
	return all, p.limit, ok
}
