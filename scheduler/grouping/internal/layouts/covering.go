package layouts

import "slices"

// A covering looks for rounds in which everybody is once and no class of pairs is
// twice, group by group: of whatever has the fewest groups left that could hold it,
// each is tried.
type covering struct {
	n, rounds, groups int
	must              int // the first so many of what groups hold have to be held by one
	all               []candidate
	of                [][]int // groups by what they hold: people of each round, then classes
	count             []int   // of those, the ones that are possible
	barred            []int   // by how many chosen groups a group is
	done              []bool  // what the chosen groups hold
	chosen            []int
	nodes             int
	luck              chance
}

// A candidate is a group in one of the rounds.
type candidate struct {
	round   int
	members []int
	holds   []int
}

// coverNodes is how many groups are placed before a covering gives up. Where there are
// rounds, the first few hundred find them (6x3 for 8, 5x3 for 7; 2026-11).
const coverNodes = 1_000

func newCovering(w wheels, size, rounds int, luck chance) *covering {
	c := &covering{n: w.n, rounds: rounds, groups: rounds * w.n / size, luck: luck}
	class := map[int]int{}
	var members, classes []int
	var extend func(from int)
	extend = func(from int) {
		if len(members) == size {
			c.offer(members, classes)
			return
		}
		people, before := len(members), len(classes)
		for i := from; i < w.n; i++ {
			for _, j := range members[:people] {
				k := w.class(j, i)
				if k == 0 {
					break
				}
				if _, known := class[k]; !known {
					class[k] = rounds*w.n + len(class)
				}
				if slices.Contains(classes, class[k]) {
					break
				}
				classes = append(classes, class[k])
			}
			if len(classes) == before+people {
				members = append(members, i)
				extend(i + 1)
			}
			members, classes = members[:people], classes[:before]
		}
	}
	extend(0)
	c.must = rounds * w.n
	switch pairs := c.groups * size * (size - 1) / 2; {
	case len(class) < pairs:
		c.nodes = coverNodes // there are not enough classes
	case len(class) == pairs:
		c.must += pairs
	}
	c.of = make([][]int, c.must)
	for k := range c.all {
		for _, x := range c.all[k].holds {
			for len(c.of) <= x {
				c.of = append(c.of, nil)
			}
		}
	}
	for k, g := range c.all {
		for _, x := range g.holds {
			c.of[x] = append(c.of[x], k)
		}
	}
	c.count, c.done, c.barred = make([]int, len(c.of)), make([]bool, len(c.of)), make([]int, len(c.all))
	for x := range c.of {
		c.count[x] = len(c.of[x])
	}
	return c
}

// offer makes a group possible in each of the rounds.
func (c *covering) offer(members, classes []int) {
	for r := range c.rounds {
		holds := slices.Clone(classes)
		for _, i := range members {
			holds = append(holds, r*c.n+i)
		}
		c.all = append(c.all, candidate{r, slices.Clone(members), holds})
	}
}

// solve returns the rounds, nil if it finds none.
func (c *covering) solve() [][][]int {
	found := c.extend()
	c.luck.Use(c.nodes * len(c.all) * nodeCost)
	if !found {
		return nil
	}
	out := make([][][]int, c.rounds)
	for _, k := range c.chosen {
		out[c.all[k].round] = append(out[c.all[k].round], c.all[k].members)
	}
	return out
}

func (c *covering) extend() bool {
	if len(c.chosen) == c.groups {
		return true
	}
	scarce := -1
	for x := range c.must {
		if !c.done[x] && (scarce < 0 || c.count[x] < c.count[scarce]) {
			scarce = x
		}
	}
	var options []int
	for _, k := range c.of[scarce] {
		if c.barred[k] == 0 {
			options = append(options, k)
		}
	}
	c.luck.Shuffle(len(options), func(i, j int) { options[i], options[j] = options[j], options[i] })
	for _, k := range options {
		if c.nodes++; c.nodes > coverNodes || c.luck.Stop() {
			return false
		}
		c.choose(k, 1)
		if c.extend() {
			return true
		}
		c.choose(k, -1)
	}
	return false
}

// choose takes a group and bars those that hold something of it, or undoes that.
func (c *covering) choose(k, by int) {
	if by > 0 {
		c.chosen = append(c.chosen, k)
	} else {
		c.chosen = c.chosen[:len(c.chosen)-1]
	}
	for _, x := range c.all[k].holds {
		c.done[x] = by > 0
		for _, other := range c.of[x] {
			before := c.barred[other]
			c.barred[other] += by
			if (before == 0) != (c.barred[other] == 0) {
				for _, y := range c.all[other].holds {
					c.count[y] -= by
				}
			}
		}
	}
}
