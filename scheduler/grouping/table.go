package grouping

// blocked is the price of two people who may not share a group. It is above all
// that a pair can cost.
const blocked = 1 << 30

// sizes says how large the groups of some people may be.
type sizes struct {
	least, most int
	lone        bool // all but one have the least size, and that one has the most
}

// sizes returns the sizes for so many people. Pairs of an odd number include a trio.
func (m *model) sizes(n int) sizes {
	if m.MaxSize == 2 && n%2 == 1 {
		return sizes{2, 3, true}
	}
	return sizes{m.MinSize, m.MaxSize, false}
}

// counts returns between how many groups so many people can make up.
func (s sizes) counts(n int) (few, many int) {
	if s.lone {
		return n / 2, n / 2
	}
	return (n + s.most - 1) / s.most, n / s.least
}

// A table holds all that the search needs to know of some of the people, densely:
// person i of the table is people[i] of the model.
type table struct {
	*model
	masks
	people  []int
	n       int
	pairs   []int32 // n x n: cost of each pair, blocked if the rules forbid it
	zone    []uint64
	session [maxWeeks + 1]int // cost by number of sessions
	sizes
	step int // all costs are multiples of it
}

func newTable(m *model, all *masks, people []int) *table {
	n := len(people)
	t := &table{model: m, people: people, n: n, sizes: m.sizes(n),
		pairs: make([]int32, n*n), zone: make([]uint64, n),
		masks: masks{weeks: all.weeks, columns: all.columns}}
	for i, a := range people {
		t.zone[i] = 1 << m.traits[a].offset
		t.words = append(t.words, all.row(a)...)
		for j, b := range people[:i] {
			c := int32(blocked)
			if m.broken(a, b) == 0 {
				c = int32(m.pairCost(a, b))
			}
			t.pairs[i*n+j], t.pairs[j*n+i] = c, c
		}
	}
	for s := range m.Weeks + 1 {
		t.session[s] = m.sessionCost(s)
	}
	t.step = m.step()
	return t
}

// only returns the table of some of the people of t.
func (t *table) only(members []int) *table {
	u := *t
	u.n, u.sizes = len(members), t.model.sizes(len(members))
	u.people, u.words = make([]int, u.n), nil
	u.zone, u.pairs = make([]uint64, u.n), make([]int32, u.n*u.n)
	for i, a := range members {
		u.people[i], u.zone[i] = t.people[a], t.zone[a]
		u.words = append(u.words, t.row(a)...)
		for j, b := range members {
			u.pairs[i*u.n+j] = t.pairs[a*t.n+b]
		}
	}
	return &u
}

// numbers returns groups of people of the model in the table's numbers.
func (t *table) numbers(groups [][]int) [][]int {
	number := make(map[int]int, t.n)
	for i, a := range t.people {
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

// step returns a number that all costs are multiples of.
func (m *model) step() int {
	step := gcd(gcd(m.w.Met, m.w.Session), gcd(m.w.NoSlot, m.w.Department))
	for _, o := range m.offsets {
		hours := m.w.ZoneHour * (o - m.offsets[0])
		if hours%3600 != 0 || m.w.ZoneHour*freeSpan%3600 != 0 {
			return 1
		}
		step = gcd(step, gcd(hours/3600, m.w.ZoneHour*freeSpan/3600))
	}
	return max(step, 1)
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// roundUp returns the least possible cost that is not below a bound in units of
// 1/dualUnit.
func (t *table) roundUp(bound int) int {
	unit := t.step * dualUnit
	return max(0, (bound+unit-1)/unit*t.step)
}

// sides returns what holds for all groupings.
func (t *table) sides() []side {
	if t.lone {
		return []side{{trios, true, 1}, {trios, false, 1}}
	}
	return nil
}

// dearest is more than any grouping costs that keeps the rules.
func (t *table) dearest() int {
	pair := 0
	for _, c := range t.pairs {
		if c < blocked {
			pair = max(pair, int(c))
		}
	}
	group := t.session[0] + 24*t.w.ZoneHour + pair*t.most*(t.most-1)/2
	return (t.n/t.least + 1) * (group + 1)
}

// column returns the group as a column.
func (t *table) column(members []int) column {
	c := column{cost: t.cost(members)}
	for k, i := range members {
		c.add(i)
		for _, j := range members[:k] {
			c.count[meetings] += t.model.met(t.people[i], t.people[j])
		}
	}
	if t.slotless(t.sessions(members)) {
		c.count[noSlot] = 1
	}
	if len(members) == 3 {
		c.count[trios] = 1
	}
	return c
}

func (t *table) pair(i, j int) int { return int(t.pairs[i*t.n+j]) }

// cost prices one group of the table; it is at least blocked if a rule is broken.
func (t *table) cost(members []int) int {
	var zones uint64
	total := 0
	for k, i := range members {
		zones |= t.zone[i]
		for _, j := range members[:k] {
			total += t.pair(i, j)
		}
	}
	zone, _ := t.zoneCost(zones)
	return total + zone + t.session[t.sessions(members)]
}

// sessions returns how many sessions all members can attend.
func (t *table) sessions(members []int) int {
	var c common
	for k, i := range members {
		if k == 0 {
			c.set(&t.masks, t.row(i))
		} else {
			c.and(&t.masks, &c, t.row(i))
		}
	}
	return c.most
}
