package grouping

import (
	"cmp"
	"math"
	"slices"
)

// A cover searches columns depth first for the cheapest choice in which everybody
// is in exactly one. At each step it raises the duals of the people that are left
// as far as the columns that are left allow, drops the columns that have become
// too dear, and tries those of the person who has the fewest.
type cover struct {
	n      int
	most   int // largest size of a column
	target int // reduced costs of a choice must sum to less; search lowers it
	slack  int // its cost in units of 1/dualUnit exceeds that sum by at least this
	cost   int // least cost known
	best   []column
	chosen []column
	work   int // columns looked at
	quota  int // of work

	count []int // scratch, by person
	least []int
	ratio []int
}

// A choice is a column that is still possible, with what it costs beyond the duals.
type choice struct {
	column  *column
	reduced int
	members [maxGroup]uint8 // filled up with the number of people
}

func newChoice(c *column, n, reduced int) choice {
	x := choice{column: c, reduced: reduced}
	for k := range x.members {
		x.members[k] = uint8(n)
	}
	for k, i := range c.members() {
		x.members[k] = uint8(i)
	}
	return x
}

// search finds the cheapest choice below the target, if there is one, and reports
// whether it looked everywhere.
func (v *cover) search(choices []choice) bool {
	v.count, v.least, v.ratio = make([]int, v.n+1), make([]int, v.n+1), make([]int, v.n+1)
	var all set
	for i := range v.n {
		all = all.with(i)
	}
	return v.descend(choices, all, v.n, 0)
}

func (v *cover) descend(choices []choice, left set, people, spent int) bool {
	if people == 0 {
		v.take()
		return true
	}
	choices, spent, person := v.ascend(choices, left, spent)
	if person < 0 {
		return true
	}
	var branches []choice
	rest := make([]choice, 0, len(choices))
	for _, c := range choices {
		if c.column.set.has(person) {
			branches = append(branches, c)
		} else {
			rest = append(rest, c)
		}
	}
	slices.SortStableFunc(branches, func(a, b choice) int { return cmp.Compare(a.reduced, b.reduced) })
	next := make([]choice, 0, len(rest))
	for _, b := range branches {
		if spent+b.reduced >= v.target {
			break
		}
		next = next[:0]
		for _, c := range rest {
			if !c.column.set.meets(b.column.set) && spent+b.reduced+c.reduced < v.target {
				next = append(next, c)
			}
		}
		v.work += len(rest)
		v.chosen = append(v.chosen, *b.column)
		complete := v.descend(next, left.minus(b.column.set), people-int(b.column.size), spent+b.reduced)
		v.chosen = v.chosen[:len(v.chosen)-1]
		if !complete || v.work > v.quota {
			return false
		}
	}
	return true
}

// ascend raises the duals of the people left and drops what has become too dear.
// It returns the person with the fewest choices, -1 if nothing can be had below
// the target.
func (v *cover) ascend(choices []choice, left set, spent int) ([]choice, int, int) {
	for range 2 {
		for i := range v.count {
			v.count[i], v.least[i] = 0, math.MaxInt
		}
		for i := range choices {
			c := &choices[i]
			for _, m := range c.members {
				v.count[m]++
				v.least[m] = min(v.least[m], c.reduced)
			}
		}
		v.work += len(choices)
		for i := range left.all() {
			if v.count[i] == 0 {
				return nil, 0, -1
			}
		}
		v.least[v.n] = 0
		v.share(choices)
		gain := 0
		for i := range left.all() {
			v.least[i] = v.least[i] * v.ratio[i] / 1024
			gain += v.least[i]
		}
		spent += gain
		if spent >= v.target {
			return nil, 0, -1
		}
		if gain == 0 {
			break
		}
		kept := choices[:0]
		for _, c := range choices {
			for _, m := range c.members {
				c.reduced -= v.least[m]
			}
			if spent+c.reduced < v.target {
				kept = append(kept, c)
			}
		}
		choices = kept
	}
	return choices, spent, v.scarcest(left)
}

// share finds for each person by what part of their least reduced cost their dual
// can rise, in 1/1024, when all duals rise in that way at once.
func (v *cover) share(choices []choice) {
	for i := range v.ratio {
		v.ratio[i] = 1024
	}
	for i := range choices {
		c := &choices[i]
		sum := 0
		for _, m := range c.members {
			sum += v.least[m]
		}
		if sum <= c.reduced {
			continue
		}
		ratio := c.reduced * 1024 / sum
		for _, m := range c.members {
			v.ratio[m] = min(v.ratio[m], ratio)
		}
	}
}

func (v *cover) scarcest(left set) int {
	person := -1
	for i := range left.all() {
		if person < 0 || v.count[i] < v.count[person] {
			person = i
		}
	}
	return person
}

// take keeps the chosen columns if they are the cheapest so far.
func (v *cover) take() {
	cost := 0
	for _, c := range v.chosen {
		cost += c.cost
	}
	if cost < v.cost {
		v.cost, v.best = cost, slices.Clone(v.chosen)
		v.target = min(v.target, cost*dualUnit-v.slack)
	}
}
