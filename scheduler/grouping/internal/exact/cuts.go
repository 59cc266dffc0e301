package exact

import (
	"cmp"
	"math/bits"
	"slices"

	"github.com/peerslot/peerslot/scheduler/grouping/internal/table"
)

// A cut is three people, in ascending order: of all groups that hold two or three of
// them, at most one can be chosen, though parts of several could.
//
// Cuts over four and five people, with weights, close another tenth of the gap of
// 100 people for ten times the work (tried 2026-11, on three instances).
type cut [3]uint16

// hits reports whether the cut counts a group.
func (c cut) hits(g *column) bool {
	n := 0
	for _, i := range g.members() {
		if slices.Contains(c[:], i) {
			n++
		}
	}
	return n >= 2
}

// A violation is a cut and by how much an optimum violates it.
type violation struct {
	cut cut
	by  float64
}

// violated returns the cuts that groups chosen in part violate, worst first. pair is
// how much each two of n people share.
func violated(n int, groups []fraction, pair []float64) []violation {
	of := make([][]int32, n)
	mates := make([][]uint16, n) // who share groups with a person, and come before them
	for k, g := range groups {
		for _, i := range g.members() {
			of[i] = append(of[i], int32(k))
		}
	}
	for i := range n {
		for j := range i {
			if pair[i*n+j] > 0 {
				mates[i] = append(mates[i], uint16(j))
			}
		}
	}
	held := make([]uint8, len(groups))
	var found []violation
	for i := range n {
		for at, j := range mates[i] {
			for _, k := range mates[i][:at] {
				// No sum of the parts can exceed that of the pairs.
				if pair[i*n+int(j)]+pair[i*n+int(k)]+pair[int(j)*n+int(k)] < 1.02 {
					continue
				}
				c, sum := cut{k, j, uint16(i)}, 0.0
				for _, x := range c {
					for _, g := range of[x] {
						if held[g]++; held[g] == 2 {
							sum += groups[g].part
						}
					}
				}
				for _, x := range c {
					for _, g := range of[x] {
						held[g] = 0
					}
				}
				if sum > 1.02 {
					found = append(found, violation{c, sum - 1})
				}
			}
		}
	}
	slices.SortStableFunc(found, func(a, b violation) int { return cmp.Compare(b.by, a.by) })
	return found
}

// charges are what groups pay for the cuts that count them, kept up while a group
// grows. What a group pays never falls when it does.
type charges struct {
	cuts  []cut     // that have a price
	price []int     // of each
	of    [][]int32 // cuts by person

	words int      // of a set of cuts
	in    []uint64 // person by person: the cuts that hold them
	held  []uint64 // for each size of the group that grows: cuts of which it holds one person or more, then two or more
	size  int      // of that group
}

// reset takes over the cuts of n people whose duals are not zero.
func (c *charges) reset(n int, cuts []cut, duals []int) {
	if c.of == nil {
		c.of = make([][]int32, n)
	}
	for i := range c.of {
		c.of[i] = c.of[i][:0]
	}
	c.cuts, c.price = c.cuts[:0], c.price[:0]
	for k, y := range duals {
		if y == 0 {
			continue
		}
		for _, i := range cuts[k] {
			c.of[i] = append(c.of[i], int32(len(c.price)))
		}
		c.cuts, c.price = append(c.cuts, cuts[k]), append(c.price, -y)
	}
	c.words, c.size = (len(c.price)+63)/64, 0
	c.in = slices.Grow(c.in[:0], n*c.words)[:n*c.words]
	clear(c.in)
	for i, of := range c.of {
		for _, k := range of {
			c.in[i*c.words+int(k)/64] |= 1 << (k % 64)
		}
	}
	c.held = make([]uint64, (table.MaxGroup+1)*2*c.words)
}

// hold adds a person to the group, and returns what is to be paid for that.
func (c *charges) hold(person int) (sum int) {
	w := c.words
	held, in := c.held[c.size*2*w:][:4*w], c.in[person*w:][:w]
	for k, cuts := range in {
		once, twice := held[k], held[w+k]
		now := once & cuts &^ twice
		held[2*w+k], held[3*w+k] = once|cuts, twice|now
		sum += c.prices(k, now)
	}
	c.size++
	return sum
}

// release takes the last person that was added out of the group.
func (c *charges) release() { c.size-- }

// charge is what hold would return.
func (c *charges) charge(person int) (sum int) {
	w := c.words
	held := c.held[c.size*2*w:][:2*w]
	for k, cuts := range c.in[person*w:][:w] {
		sum += c.prices(k, held[k]&cuts&^held[w+k])
	}
	return sum
}

// prices returns the sum for the cuts of one word of a set.
func (c *charges) prices(word int, cuts uint64) (sum int) {
	for ; cuts != 0; cuts &= cuts - 1 {
		sum += c.price[word*64+bits.TrailingZeros64(cuts)]
	}
	return sum
}

// total returns what a group pays.
func (c *charges) total(members []uint16) (sum int) {
	for k := range c.words {
		var once, twice uint64
		for _, i := range members {
			cuts := c.in[int(i)*c.words+k]
			twice |= once & cuts
			once |= cuts
		}
		sum += c.prices(k, twice)
	}
	return sum
}
