package exact

import (
	"cmp"
	"math"
	"slices"

	"github.com/peerslot/peerslot/scheduler/grouping/internal/table"
)

// A cover searches columns depth first for the cheapest choice in which everybody
// is in exactly one. At each step it raises the duals of the people that are left
// as far as the columns that are left allow, drops the columns that have become
// too dear, and tries those of the person who has the fewest.
//
// A choice that hits no column of a cut costs what the cut charges beyond the reduced costs. Of the
// proof for 100 people without earlier rounds, which takes 9.8 s of work from the optimum, 5.7 s are left
// if covers know that; 4.6 s if, too, they may begin with 20,000 columns instead of 4,000; and
// 2.6 s if they look only at columns that are cheap enough (2026-11).
type cover struct {
	columns []column
	n       int
	most    int // largest size of a column
	target  int // reduced costs of a choice must sum to less; search lowers it
	slack   int // its cost in units of 1/table.DualUnit exceeds that sum by at least this
	charges *charges
	cost    int // least cost known
	best    []column
	chosen  []column
	work    int // columns looked at
	quota   int // of work

	count  [256]int // choices of each person
	least  [256]int // reduced cost of these
	ratio  [256]int
	levels []level // scratch, by depth
	near   []choice
}

// A level holds the lists of one depth of the search.
type level struct {
	branches, rest, next []choice
	ends                 [grades]int // of the choices of each grade in rest
	parted               []parted
}

// grades divide what reduced costs can be, so that lists are sorted roughly.
const grades = 32

// A choice is a column that is still possible, with what it costs beyond the duals.
type choice struct {
	set     set
	members [table.MaxGroup]uint8
	reduced int
	column  int32
	size    uint8
}

func newChoice(columns []column, at int32, reduced int) choice {
	c := &columns[at]
	x := choice{set: c.set, reduced: reduced, column: at, size: c.size}
	for k, i := range c.members() {
		x.members[k] = uint8(i)
	}
	return x
}

func (c *choice) people() []uint8 { return c.members[:c.size] }

// search finds the cheapest choice below the target, if there is one, and reports
// whether it looked everywhere.
func (v *cover) search(choices []choice) bool {
	v.levels = make([]level, v.n+1)
	var all set
	for i := range v.n {
		all = all.with(i)
	}
	v.forget()
	for i := range choices {
		v.note(&choices[i])
	}
	return v.descend(choices, all, v.n, 0)
}

// forget sets back what is known of the choices of each person.
func (v *cover) forget() {
	for i := range v.n {
		v.count[i], v.least[i] = 0, math.MaxInt
	}
}

// note makes a choice known to its people.
func (v *cover) note(c *choice) {
	for _, m := range c.people() {
		v.count[m]++
		v.least[m] = min(v.least[m], c.reduced)
	}
}

// descend searches choices, which were noted, for people who are left.
func (v *cover) descend(choices []choice, left set, people, spent int) bool {
	if people == 0 {
		v.take()
		return true
	}
	choices, spent, person := v.ascend(choices, left, spent)
	if person < 0 {
		return true
	}
	l := &v.levels[people]
	grade := (v.target-spent)/grades + 1
	l.divide(choices, person, grade)
	for _, b := range l.branches {
		room := v.target - spent - b.reduced
		if room <= 0 {
			break
		}
		rest := l.rest[:l.ends[(room-1)/grade]]
		v.work += len(rest)
		l.parted = v.charges.parting(&b, left, l.parted[:0])
		v.forget()
		l.next = slices.Grow(l.next[:0], len(rest))[:len(rest)]
		n := 0
		for i := range rest {
			c := &rest[i]
			if c.reduced >= room || c.set.meets(b.set) {
				continue
			}
			if charge := c.between(l.parted); c.reduced+charge < room {
				next := &l.next[n]
				*next = *c
				next.reduced += charge
				v.note(next)
				n++
			}
		}
		l.next = l.next[:n]
		v.chosen = append(v.chosen, v.columns[b.column])
		complete := v.descend(l.next, left.minus(b.set), people-int(b.size), spent+b.reduced)
		v.chosen = v.chosen[:len(v.chosen)-1]
		if !complete || v.work > v.quota {
			return false
		}
	}
	return true
}

// divide makes branches those of a person, the cheapest first, and rest the others, by grade.
func (l *level) divide(choices []choice, person, grade int) {
	l.branches, l.ends = l.branches[:0], [grades]int{}
	for i := range choices {
		if c := &choices[i]; c.set.has(person) {
			l.branches = append(l.branches, *c)
		} else {
			l.ends[c.reduced/grade]++
		}
	}
	slices.SortStableFunc(l.branches, func(a, b choice) int { return cmp.Compare(a.reduced, b.reduced) })
	n := 0
	for g, count := range l.ends {
		l.ends[g] = n
		n += count
	}
	l.rest = slices.Grow(l.rest[:0], n)[:n]
	for i := range choices {
		if c := &choices[i]; !c.set.has(person) {
			at := &l.ends[c.reduced/grade]
			l.rest[*at] = *c
			*at++
		}
	}
}

// Parted are two people of a cut whose third is in a group that does not hold them. Either they are together, and their
// group has paid what the cut charges, or each of their groups bears half of that.
type parted struct {
	one, other set
	half       int
}

// parting adds the people whom a group that is chosen next, of those who are left, leaves parted.
func (c *charges) parting(b *choice, left set, all []parted) []parted {
	for _, i := range b.people() {
		for _, k := range c.of[i] {
			t := c.cuts[k]
			at := slices.Index(t[:], uint16(i))
			one, other := set{}.with(int(t[(at+1)%3])), set{}.with(int(t[(at+2)%3]))
			if rest := left.minus(b.set); rest.meets(one) && rest.meets(other) {
				all = append(all, parted{one, other, c.price[k] / 2})
			}
		}
	}
	return all
}

// between returns what the group bears for holding one of two people.
func (c *choice) between(all []parted) (charge int) {
	for i := range all {
		if p := &all[i]; c.set.meets(p.one) != c.set.meets(p.other) {
			charge += p.half
		}
	}
	return charge
}

// take keeps the chosen columns if they are the cheapest so far.
func (v *cover) take() {
	cost := 0
	for _, c := range v.chosen {
		cost += c.cost
	}
	if cost < v.cost {
		v.cost, v.best = cost, slices.Clone(v.chosen)
		v.target = min(v.target, cost*table.DualUnit-v.slack)
	}
}
