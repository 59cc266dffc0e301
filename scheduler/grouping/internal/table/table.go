// Package table holds what a search for groups has to know of people, densely, and prices
// groups of them.
package table

// Blocked is the price of two people who may not share a group. It is above all
// that a pair can cost.
const Blocked = 1 << 30

// A Table holds all that the search needs to know of some of the people, densely:
// person i of the table is people[i] of the model.
type Table struct {
	*Frame
	Masks
	People  []int
	N       int
	Pairs   []int32 // n x n: cost of each pair, blocked if the rules forbid it
	Met     []uint8 // n x n: how often each pair was together before
	Zone    []uint64
	Session [MaxWeeks + 1]int // cost by number of sessions
	Sizes
	Step int // all costs are multiples of it
}

// New makes the table of some of the people of a frame. pair says what two of them
// cost, blocked if they may not be together, and how often they were.
func New(f *Frame, all *Masks, people []int, pair func(a, b int) (cost int32, met uint8)) *Table {
	n := len(people)
	t := &Table{Frame: f, People: people, N: n, Sizes: f.SizesFor(n),
		Pairs: make([]int32, n*n), Met: make([]uint8, n*n), Zone: make([]uint64, n),
		Masks: Masks{weeks: all.weeks, columns: all.columns}}
	for i, a := range people {
		t.Zone[i] = 1 << f.Offset[a]
		t.words = append(t.words, all.Row(a)...)
		for j, b := range people[:i] {
			c, met := pair(a, b)
			t.Pairs[i*n+j], t.Pairs[j*n+i] = c, c
			t.Met[i*n+j], t.Met[j*n+i] = met, met
		}
	}
	for s := range f.Weeks + 1 {
		t.Session[s] = f.SessionCost(s)
	}
	t.Step = f.step()
	return t
}

// Only returns the table of some of the people of t.
func (t *Table) Only(members []int) *Table {
	u := *t
	u.N, u.Sizes = len(members), t.Frame.SizesFor(len(members))
	u.People, u.words = make([]int, u.N), nil
	u.Zone, u.Pairs, u.Met = make([]uint64, u.N), make([]int32, u.N*u.N), make([]uint8, u.N*u.N)
	for i, a := range members {
		u.People[i], u.Zone[i] = t.People[a], t.Zone[a]
		u.words = append(u.words, t.Row(a)...)
		for j, b := range members {
			u.Pairs[i*u.N+j], u.Met[i*u.N+j] = t.Pairs[a*t.N+b], t.Met[a*t.N+b]
		}
	}
	return &u
}

// Numbers returns groups of people of the model in the table's numbers.
func (t *Table) Numbers(groups [][]int) [][]int {
	number := make(map[int]int, t.N)
	for i, a := range t.People {
		number[a] = i
	}
	out := make([][]int, len(groups))
	for k, g := range groups {
		for _, a := range g {
			out[k] = append(out[k], number[a])
		}
	}
	return out
}

// DualUnit is one unit of cost in the numbers of duals, reduced costs and what is proven.
const DualUnit = 256

// RoundUp returns the least possible cost that is not below a bound in units of
// 1/DualUnit.
func (t *Table) RoundUp(bound int) int {
	unit := t.Step * DualUnit
	return max(0, (bound+unit-1)/unit*t.Step)
}

// Dearest is more than any grouping costs that keeps the rules.
func (t *Table) Dearest() int {
	pair := 0
	for _, c := range t.Pairs {
		if c < Blocked {
			pair = max(pair, int(c))
		}
	}
	group := t.Session[0] + 24*t.Weights.ZoneHour + pair*t.Most*(t.Most-1)/2
	return (t.N/t.Least + 1) * (group + 1)
}

// Pair returns what two people cost, at least Blocked if they may not share a group.
func (t *Table) Pair(i, j int) int { return int(t.Pairs[i*t.N+j]) }

// Cost prices one group of the table; it is at least blocked if a rule is broken.
func (t *Table) Cost(members []int) int {
	var zones uint64
	total := 0
	for k, i := range members {
		zones |= t.Zone[i]
		for _, j := range members[:k] {
			total += t.Pair(i, j)
		}
	}
	zone, _ := t.ZoneCost(zones)
	return total + zone + t.Session[t.Sessions(members)]
}

// Total prices all groups of a grouping.
func (t *Table) Total(groups [][]int) int {
	total := 0
	for _, g := range groups {
		total += t.Cost(g)
	}
	return total
}

// Sessions returns how many sessions all members can attend.
func (t *Table) Sessions(members []int) int {
	var c Common
	for k, i := range members {
		if k == 0 {
			c.Set(&t.Masks, t.Row(i))
		} else {
			c.And(&t.Masks, &c, t.Row(i))
		}
	}
	return c.Most
}
