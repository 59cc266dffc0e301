package grouping

import (
	"cmp"
	"math"
	"slices"
)

// A pricer walks over all groups that the rules allow and whose reduced cost, the
// cost less what the duals pay for, is below a limit. Costs only grow when a group
// does, so most of the walk is cut off early. All numbers are whole, in units of
// 1/dualUnit, so that what it does not find is proved not to be.
type pricer struct {
	t        *table
	together []uint8 // n x n: sessions that a pair can have
	met      []uint8 // n x n: times that a pair was together before

	dual    []int                       // of each person
	pairs   []int                       // n x n: cost of a pair less what is paid for it, or barred
	session [maxWeeks + 1]int           // cost by sessions less what is paid for it
	visit   func(c column, reduced int) // a group and its reduced cost
	begin   func()                      // called before each first person, may be nil
	limit   int                         // on reduced costs; visit may lower it
	bonus   [maxGroup + 1]int           // what is paid for a group of a size
	work    int                         // groups priced in this walk
	done    bool                        // set by visit to end the walk

	*charges

	order   []int32
	members []int32
	frames  [maxGroup]pricingFrame
}

// dualUnit is one unit of cost in the numbers of duals and reduced costs.
const dualUnit = 256

// barred is the price of a pair that the rules forbid.
const barred = blocked * dualUnit

// A pricingFrame is the state of the walk at a group of some size.
type pricingFrame struct {
	common
	candidates []candidate
	top        [maxGroup]int // the most that 0, 1, … more members can pay for
}

// A candidate could join the group of a frame.
type candidate struct {
	person int32
	most   uint8 // the group with it has at most that many sessions
	pairs  int   // price of its pairs with the members
}

func newPricer(t *table) *pricer {
	p := &pricer{t: t, together: make([]uint8, t.n*t.n), met: make([]uint8, t.n*t.n),
		dual: make([]int, t.n), pairs: make([]int, t.n*t.n), order: everyone32(t.n)}
	var c common
	for i := range t.n {
		c.set(&t.masks, t.row(i))
		for j := range i {
			s := uint8(c.sessions(&t.masks, t.row(j)))
			p.together[i*t.n+j], p.together[j*t.n+i] = s, s
			met := uint8(t.model.met(t.people[i], t.people[j]))
			p.met[i*t.n+j], p.met[j*t.n+i] = met, met
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
	for at, c := range p.t.pairs {
		p.pairs[at] = int(c) * dualUnit
		if c < blocked {
			p.pairs[at] -= paid[meetings] * int(p.met[at])
		}
	}
	p.charges = &r.charges
	p.bonus[3] = paid[trios]
	for s := range p.session {
		p.session[s] = p.t.session[s] * dualUnit
		if p.t.slotless(s) {
			p.session[s] -= paid[noSlot]
		}
	}
}

// walk visits every group with a reduced cost below p.limit. It reports whether it
// came to its end.
func (p *pricer) walk() bool {
	slices.SortFunc(p.order, func(a, b int32) int { return cmp.Or(cmp.Compare(p.dual[b], p.dual[a]), cmp.Compare(a, b)) })
	p.work, p.done = 0, false
	for at, i := range p.order {
		if p.begin != nil {
			p.begin()
		}
		f := &p.frames[0]
		f.set(&p.t.masks, p.t.row(int(i)))
		f.candidates = f.candidates[:0]
		for _, j := range p.order[at+1:] {
			if pair := int(i)*p.t.n + int(j); p.pairs[pair] < barred {
				f.candidates = append(f.candidates, candidate{j, p.together[pair], p.pairs[pair]})
			}
		}
		p.members = append(p.members[:0], i)
		p.hold(int(i))
		ok := p.extend(0, p.t.zone[i], -p.dual[i])
		p.release(int(i))
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
	if p.done {
		return false
	}
	for at, c := range f.candidates {
		if !p.descend(depth, at) {
			continue
		}
		p.members = append(p.members[:depth+1], c.person)
		charge := p.hold(int(c.person))
		ok := p.extend(depth+1, zones|p.t.zone[c.person], paid+charge+c.pairs-p.dual[c.person])
		p.release(int(c.person))
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
	zone, _ := p.t.zoneCost(zones)
	for _, c := range f.candidates {
		base := paid + c.pairs - p.dual[c.person]
		if base-max(gain, p.bonus[size])+zone*dualUnit+p.session[min(f.most, int(c.most))] >= p.limit {
			continue
		}
		if len(p.price) > 0 {
			base += p.charge(int(c.person))
			if base-max(gain, p.bonus[size])+zone*dualUnit+p.session[min(f.most, int(c.most))] >= p.limit {
				continue
			}
		}
		p.work++
		sessions := f.sessions(&p.t.masks, p.t.row(int(c.person)))
		wider := zone
		if with := zones | p.t.zone[c.person]; with != zones {
			wider, _ = p.t.zoneCost(with)
		}
		reduced := base + wider*dualUnit + p.session[sessions]
		if size >= p.t.least && reduced-p.bonus[size] < p.limit {
			p.found(c.person, sessions, wider, reduced-p.bonus[size])
		}
		if size < p.t.most && reduced-gain < p.limit {
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
	row := int(c.person) * p.t.n
	for _, d := range f.candidates[at+1:] {
		if pair := row + int(d.person); p.pairs[pair] < barred {
			most := min(d.most, c.most, p.together[pair])
			next.candidates = append(next.candidates, candidate{d.person, most, d.pairs + p.pairs[pair]})
		}
	}
	if len(next.candidates) < max(1, p.t.least-depth-2) {
		return false
	}
	next.and(&p.t.masks, &f.common, p.t.row(int(c.person)))
	return true
}

// rank finds out what the candidates that pay for most pay for together.
func (f *pricingFrame) rank(dual []int) {
	var best [maxGroup - 1]int
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
	for more := max(1, p.t.least-size); more <= p.t.most-size; more++ {
		most = max(most, f.top[more]+p.bonus[size+more])
	}
	return most
}

// found visits the present members with one more.
func (p *pricer) found(last int32, sessions, zone, reduced int) {
	all := append(p.members, last)
	c := column{cost: p.t.session[sessions] + zone}
	for k, i := range all {
		c.add(int(i))
		for _, j := range all[:k] {
			pair := int(i)*p.t.n + int(j)
			c.cost += int(p.t.pairs[pair])
			c.count[meetings] += int(p.met[pair])
		}
	}
	if p.t.slotless(sessions) {
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
	for k, f := range firsts[:min(len(firsts), p.t.n/p.t.least)] {
		if k == 0 {
			o.least = f
		}
		o.sum += f
	}
	return o
}

// below returns all groups with a reduced cost below limit; ok is false if there
// are too many.
func (p *pricer) below(r *relaxation, limit int) (all []column, ok bool) {
	p.setDuals(r)
	p.limit = limit
	p.begin = nil
	p.visit = func(c column, _ int) {
		all = append(all, c)
		p.done = len(all) > maxPool
	}
	return all, p.walk()
}
