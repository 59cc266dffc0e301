package grouping

import (
	"cmp"
	"slices"

	"github.com/peerslot/peerslot/scheduler/grouping/internal/layouts"
	"github.com/peerslot/peerslot/scheduler/grouping/internal/meter"
	"github.com/peerslot/peerslot/scheduler/grouping/internal/table"
)

// maxAhead is the number of people up to which rounds in trios, or in pairs and a trio, are
// looked for ahead: 31 people in pairs take 2 CPU s, 41 take 6 (BenchmarkAmong, 2026-11).
const maxAhead = 31

// looksAhead reports whether groups of these sizes are planned for rounds ahead.
func looksAhead(n int, sizes table.Sizes) bool {
	return n <= maxAhead && (sizes.Lone || sizes.Least == 3 && sizes.Most == 3)
}

// lookAhead exchanges a grouping in trios, or in pairs and a trio, for one that leaves more
// rounds in which nobody meets again, where that pays: pairs and a trio may cost a meeting
// more for each round that is won, trios no more than they do. What it takes counts as work.
func (s *solver) lookAhead() {
	t := s.m.table(&s.masks, s.people)
	fresh := func(a, b int) bool { return t.Met[a*t.N+b] == 0 && t.Pair(a, b) < table.Blocked }
	sizes := sizesOf(t)
	rounds := layouts.Among(sizes, t.N, fresh, s.meter)
	if len(rounds) <= s.foreseen {
		s.ahead = s.foreseen
		return
	}
	kept := max(s.foreseen, keeps(t.Numbers(s.groups), sizes, len(rounds), fresh, s.meter))
	best := slices.MinFunc(rounds, func(a, b [][]int) int { return cmp.Compare(t.Total(a), t.Total(b)) })
	room := 0
	if t.Lone {
		room = s.m.frame.Weights.Met * (len(rounds) - kept)
	}
	s.ahead = kept
	if kept < len(rounds) && t.Total(best) <= s.cost()+room {
		s.ahead = len(rounds)
		s.groups = nil
		s.put([]portion{{table: t, groups: best}})
	}
}

// keeps returns how many rounds without a repeat there are if the first is this one; 0 if it
// has a repeat itself.
func keeps(groups [][]int, sizes []int, most int, fresh func(a, b int) bool, m *meter.Meter) int {
	together := make(map[[2]int]bool)
	for _, g := range groups {
		for _, a := range g {
			for _, b := range g {
				if a != b && !fresh(a, b) {
					return 0
				}
				together[[2]int{a, b}] = true
			}
		}
	}
	left := layouts.Among(sizes, most-1, func(a, b int) bool { return fresh(a, b) && !together[[2]int{a, b}] }, m)
	return 1 + len(left)
}

// sizesOf returns the sizes of the groups of a table of trios, or of pairs and a trio.
func sizesOf(t *table.Table) []int {
	if !t.Lone {
		return slices.Repeat([]int{3}, t.N/3)
	}
	return append([]int{3}, slices.Repeat([]int{2}, (t.N-3)/2)...)
}
