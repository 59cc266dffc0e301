package grouping

// blocked is the price of two people who may not share a group. It is above all
// that a pair can cost.
const blocked = 1 << 30

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
	least   int               // sizes of groups
	most    int
}

func newTable(m *model, all *masks, people []int, least, most int) *table {
	n := len(people)
	t := &table{model: m, people: people, n: n, least: least, most: most,
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
	return t
}

func (t *table) pair(i, j int) int { return int(t.pairs[i*t.n+j]) }

// cost prices one group of the table; it is at least blocked if a rule is broken.
func (t *table) cost(members []int) int {
	var c common
	var zones uint64
	total := 0
	for k, i := range members {
		zones |= t.zone[i]
		for _, j := range members[:k] {
			total += t.pair(i, j)
		}
		if k == 0 {
			c.set(&t.masks, t.row(i))
		} else {
			c.and(&t.masks, &c, t.row(i))
		}
	}
	zone, _ := t.zoneCost(zones)
	return total + zone + t.session[c.most]
}
