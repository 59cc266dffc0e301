package local

import (
	"slices"

	"github.com/peerslot/peerslot/scheduler/grouping/internal/table"
)

// A layout is a grouping of the people of a table that is changed step by step.
// It keeps for each member what the rest of the group has in common, so that the
// price of an exchange is found without looking at the groups again.
type layout struct {
	t     *table.Table
	cells []cell
	at    []seat // of each person
	cost  int
	spare [table.MaxGroup + 1]table.Common
}

// A seat is one place in one cell.
type seat struct{ cell, place int32 }

// A cell is one group of a layout.
type cell struct {
	members []int32
	all     table.Common                 // of all members
	without [table.MaxGroup]table.Common // of all but one
	zones   [table.MaxGroup + 1]uint64
	pairs   int // cost of the pairs
	cost    int
}

// newLayout starts from groups.
func newLayout(t *table.Table, groups [][]int) *layout {
	l := &layout{t: t, at: make([]seat, t.N), cells: make([]cell, len(groups))}
	for i, g := range groups {
		for _, p := range g {
			l.cells[i].members = append(l.cells[i].members, int32(p))
		}
		l.refresh(i)
		l.cost += l.cells[i].cost
	}
	return l
}

// groups returns a copy of the grouping.
func (l *layout) groups() [][]int {
	out := make([][]int, len(l.cells))
	for i := range l.cells {
		for _, p := range l.cells[i].members {
			out[i] = append(out[i], int(p))
		}
	}
	return out
}

// refresh works out all that is kept about a cell from its members.
func (l *layout) refresh(i int) {
	t, c := l.t, &l.cells[i]
	n := len(c.members)
	c.pairs, c.zones[n] = 0, 0
	for k, p := range c.members {
		l.at[p] = seat{int32(i), int32(k)}
		c.zones[n] |= t.Zone[p]
		c.zones[k] = 0
		for j, q := range c.members {
			if j < k {
				c.pairs += t.Pair(int(p), int(q))
			}
			if j != k {
				c.zones[k] |= t.Zone[q]
			}
		}
	}
	l.intersect(c)
	zone, _ := t.ZoneCost(c.zones[n])
	c.cost = c.pairs + zone + t.Session[c.all.Most]
}

// intersect fills in the starts of the cell, whole and without each member, by
// running over the members from both ends.
func (l *layout) intersect(c *cell) {
	s := &l.t.Masks
	n := len(c.members)
	row := func(k int) []uint64 { return s.Row(int(c.members[k])) }
	if n == 1 {
		c.all.Set(s, row(0))
		return
	}
	tail := &l.spare // tail[k]: of members k and later
	tail[n-1].Set(s, row(n-1))
	for k := n - 2; k > 0; k-- {
		tail[k].And(s, &tail[k+1], row(k))
	}
	head := &c.all // of members before k
	c.without[0].Copy(&tail[1])
	head.Set(s, row(0))
	for k := 1; k < n; k++ {
		if k < n-1 {
			c.without[k].Meet(s, head, &tail[k+1])
		} else {
			c.without[k].Copy(head)
		}
		head.And(s, head, row(k))
	}
}

// An exchange is a step of the search: person a goes to the cell of b and b to
// that of a; with b < 0, a moves to the cell called to.
type exchange struct{ a, b, to int }

// delta returns by how much the exchange would change the cost. It
// may stop early with any number above limit once it is sure to be above it.
func (l *layout) delta(x exchange, limit int) int {
	from := &l.cells[l.at[x.a].cell]
	to := &l.cells[x.to]
	ka := int(l.at[x.a].place)
	change := -from.cost - to.cost
	if x.b < 0 {
		rest := l.rest(from, ka, x.a)
		least := l.restCost(from, ka, rest)
		joined := to.pairs
		for _, q := range to.members {
			joined += l.t.Pair(x.a, int(q))
		}
		n := len(to.members)
		return change + least + l.joinCost(joined, to.zones[n]|l.t.Zone[x.a], &to.all, x.a, limit-change-least)
	}
	kb := int(l.at[x.b].place)
	pairsFrom, pairsTo := l.rest(from, ka, x.a), l.rest(to, kb, x.b)
	for k, q := range from.members {
		if k != ka {
			pairsFrom += l.t.Pair(x.b, int(q))
		}
	}
	for k, q := range to.members {
		if k != kb {
			pairsTo += l.t.Pair(x.a, int(q))
		}
	}
	zonesFrom, zonesTo := from.zones[ka]|l.t.Zone[x.b], to.zones[kb]|l.t.Zone[x.a]
	least := l.floor(pairsTo, zonesTo, &to.without[kb])
	if change+least > limit {
		return change + least
	}
	change += l.joinCost(pairsFrom, zonesFrom, &from.without[ka], x.b, limit-change-least)
	return change + l.joinCost(pairsTo, zonesTo, &to.without[kb], x.a, limit-change)
}

// rest returns the pair cost of a cell without the member at place k.
func (l *layout) rest(c *cell, k, member int) int {
	pairs := c.pairs
	for j, q := range c.members {
		if j != k {
			pairs -= l.t.Pair(member, int(q))
		}
	}
	return pairs
}

func (l *layout) restCost(c *cell, k, pairs int) int {
	return l.floor(pairs, c.zones[k], &c.without[k])
}

// floor is the cost of a set, and so the least cost of it with one more.
func (l *layout) floor(pairs int, zones uint64, c *table.Common) int {
	zone, _ := l.t.ZoneCost(zones)
	return pairs + zone + l.t.Session[c.Most]
}

// joinCost returns the cost of a set with one more person, or any number above
// limit once the cost is sure to be above it.
func (l *layout) joinCost(pairs int, zones uint64, c *table.Common, person, limit int) int {
	zone, _ := l.t.ZoneCost(zones)
	if least := pairs + zone + l.t.Session[c.Most]; least > limit || c.Most == 0 {
		return least
	}
	return pairs + zone + l.t.Session[c.Sessions(&l.t.Masks, l.t.Row(person))]
}

// apply makes the exchange.
func (l *layout) apply(x exchange) {
	sa := l.at[x.a]
	from, to := &l.cells[sa.cell], &l.cells[x.to]
	l.cost -= from.cost + to.cost
	if x.b < 0 {
		from.members = slices.Delete(from.members, int(sa.place), int(sa.place)+1)
		to.members = append(to.members, int32(x.a))
	} else {
		from.members[sa.place], to.members[l.at[x.b].place] = int32(x.b), int32(x.a)
	}
	l.refresh(int(sa.cell))
	l.refresh(x.to)
	l.cost += from.cost + to.cost
}
