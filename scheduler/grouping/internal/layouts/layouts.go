// Package layouts lays out rounds in which no two people meet twice.
package layouts

import (
	"math/rand/v2"
	"slices"

	"github.com/peerslot/peerslot/scheduler/grouping/internal/meter"
)

// Rounds lays out rounds for groups*size people, numbered from 0, in groups of one
// size, so that no two people meet twice: rounds[r][g] lists the members of group g
// in round r, ascending. ok is false if it found no such layout, which may be
// because there is none, or because the meter was over. The same arguments give the same layout.
//
// Pairs, and wherever groups times size fit into a difference matrix (3x3 for 4
// rounds, 4x4 for 5, 5x4 for 5, 12x5 for 12) or what is stored (8x4 for 10, 20x5 for 21), are
// constructed; other layouts are searched for, first among those that one or two rounds
// generate by rotation (5x3 for 7, 6x3 for 8).
func Rounds(groups, size, rounds int, seed uint64, m *meter.Meter) (layout [][][]int, ok bool) {
	n := groups * size
	if groups < 1 || size < 2 || rounds < 1 || rounds*(size-1) > n-1 || rounds > 1 && groups < size {
		return nil, false
	}
	luck := chance{rand.New(rand.NewPCG(seed, uint64(n))), m}
	for _, construct := range []func(groups, size, rounds int, luck chance) [][][]int{circle, stored, transversal, rotated, searched} {
		if layout = construct(groups, size, rounds, luck); len(layout) >= rounds {
			return tidy(layout[:rounds]), true
		}
	}
	return nil, false
}

// A chance is what searches draw from, and what counts their work and ends them.
type chance struct {
	*rand.Rand
	*meter.Meter
}

// What the steps of searches cost, in units of the meter: the rounds ahead of 31 people in pairs
// are 12 million exchanges and take 2.3 CPU s, 8x4 takes twice as long for each (2026-11).
const (
	stepCost = 200 // an exchange of a swapping
	nodeCost = 2   // a place tried by a rowSearch for each row, or a group seen by a covering
)

// MaxSearch is the number of people up to which layouts are searched for.
const MaxSearch = 100

// tidy sorts members and groups.
func tidy(layout [][][]int) [][][]int {
	for _, round := range layout {
		for _, g := range round {
			slices.Sort(g)
		}
		slices.SortFunc(round, func(a, b []int) int { return a[0] - b[0] })
	}
	return layout
}

// circle is the round robin: one person stays, all others move on by one seat, and
// those across from each other meet.
func circle(groups, size, rounds int, _ chance) [][][]int {
	if size != 2 {
		return nil
	}
	seats := 2*groups - 1
	layout := make([][][]int, rounds)
	for r := range layout {
		layout[r] = append(layout[r], []int{r, seats})
		for k := 1; k < groups; k++ {
			layout[r] = append(layout[r], []int{(r + k) % seats, (r - k + seats) % seats})
		}
	}
	return layout
}

// transversal takes one person of each of size rows of people, a row being as long
// as there are groups: in round r, group g has from each row the person at g plus
// the r-th entry of that row of a difference matrix. When groups can be made within
// the rows, in which nobody has met, further rounds follow.
func transversal(groups, size, rounds int, luck chance) [][][]int {
	group := newGroup(groups)
	matrix := differenceMatrix(group, size, luck)
	if matrix == nil {
		return nil
	}
	layout := make([][][]int, min(rounds, groups))
	for r := range layout {
		for g := range groups {
			var members []int
			for row := range size {
				members = append(members, row*groups+group.add(g, matrix[row][r]))
			}
			layout[r] = append(layout[r], members)
		}
	}
	if rounds <= groups || groups%size != 0 {
		return layout
	}
	inside, ok := Rounds(groups/size, size, rounds-groups, luck.Uint64(), luck.Meter)
	if !ok {
		return layout
	}
	for _, round := range inside {
		var all [][]int
		for row := range size {
			for _, g := range round {
				members := make([]int, size)
				for k, i := range g {
					members[k] = row*groups + i
				}
				all = append(all, members)
			}
		}
		layout = append(layout, all)
	}
	return layout
}

// rotated looks for rounds whose rotations are the others: one or two. People are on
// wheels with a seat for each rotation, which turn together, and a few stand by.
func rotated(groups, size, rounds int, luck chance) [][][]int {
	n := groups * size
	if n > MaxSearch {
		return nil
	}
	for _, base := range []int{1, 2} {
		if base > 1 && (rounds%base != 0 || n > exactSearch) {
			break
		}
		for seats := rounds / base; seats <= min(rounds/base+2, n) && !luck.Over(); seats++ {
			w := wheels{n: n, turning: n - n%seats, seats: seats, rounds: rounds / base}
			if n <= exactSearch {
				if all := newCovering(w, size, base, luck).solve(); all != nil {
					return w.turn(all)
				}
				continue
			}
			s := newSwapping(alike(groups, size), 1, w.classes(), w.class, luck)
			for range 20 {
				if s.solve(400 * n) {
					return w.turn([][][]int{s.groups(0)})
				}
			}
		}
	}
	return nil
}

// exactSearch is for how many people rounds to rotate are searched for step by step.
const exactSearch = 24

// wheels are n people; person i sits on wheel i/seats, the last n-turning stand by.
type wheels struct{ n, turning, seats, rounds int }

// count returns how many wheels there are, with those who stand by as one.
func (w wheels) count() int { return w.n/w.seats + 1 }

func (w wheels) classes() int { return 1 + w.count()*(w.n+w.count()*w.seats) }

// class numbers what two people have in common with the pairs that rotation makes
// of them: two pairs of one class would meet. Class 0 is never allowed.
func (w wheels) class(a, b int) int {
	a, b = min(a, b), max(a, b)
	switch {
	case a >= w.turning: // both stand by, and would meet in every round
		return 0
	case b >= w.turning:
		return 1 + b*w.count() + a/w.seats
	}
	i, j, d := a/w.seats, b/w.seats, (b-a+w.n*w.seats)%w.seats
	if i == j {
		if 2*d == w.seats && w.rounds > d {
			return 0
		}
		d = min(d, w.seats-d)
	}
	return 1 + w.count()*w.n + (j*w.count()+i)*w.seats + d
}

// turn returns rounds and their rotations.
func (w wheels) turn(base [][][]int) [][][]int {
	var layout [][][]int
	for _, round := range base {
		for r := range w.rounds {
			var turned [][]int
			for _, g := range round {
				members := slices.Clone(g)
				for k, i := range members {
					if i < w.turning {
						members[k] = i/w.seats*w.seats + (i+r)%w.seats
					}
				}
				turned = append(turned, members)
			}
			layout = append(layout, turned)
		}
	}
	return layout
}

// searched looks for all rounds at once.
func searched(groups, size, rounds int, luck chance) [][][]int {
	n := groups * size
	if n > MaxSearch {
		return nil
	}
	return swapped(alike(groups, size), rounds, 20_000*rounds, func(a, b int) bool { return true }, luck)
}

// Longest returns a layout of as many rounds as can be had quickly, fewer if the meter is over.
func Longest(groups, size int, m *meter.Meter) [][][]int {
	const quick = 30
	n := groups * size
	most := (n - 1) / (size - 1)
	if groups < size {
		return nil
	}
	luck := chance{rand.New(rand.NewPCG(0, uint64(n))), m}
	layout := stored(groups, size, most, luck)
	if layout == nil {
		layout = transversal(groups, size, most, luck)
	}
	for rounds := most; n <= quick && rounds > max(len(layout), most-3) && !m.Over(); rounds-- {
		if all := rotated(groups, size, rounds, luck); all != nil {
			return all
		}
	}
	return layout
}
