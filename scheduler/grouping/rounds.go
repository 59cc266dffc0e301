package grouping

import (
	"slices"
	"time"

	"github.com/peerslot/peerslot/scheduler/grouping/internal/layouts"
	"github.com/peerslot/peerslot/scheduler/grouping/internal/meter"
)

// Rounds lays out rounds for groups*size people, numbered from 0, in groups of one
// size, so that no two people meet twice: rounds[r][g] lists the members of group g
// in round r, ascending. ok is false if it found no such layout, which may be
// because there is none. The same arguments give the same layout.
func Rounds(groups, size, rounds int, seed uint64) (layout [][][]int, ok bool) {
	return layouts.Rounds(groups, size, rounds, seed, meter.New(time.Hour, nil))
}

// foresee exchanges a grouping that costs nothing for one that leaves most to come:
// a round of a layout that costs nothing either. The layout is the same in every
// round of a program as long as the same people take part in the same order, so
// that one round after the other is taken from it. It returns how many
// such rounds the layout has, 0 if there is none.
func (s *solver) foresee() int {
	n, sizes := len(s.people), s.m.frame.SizesFor(len(s.people))
	for size := sizes.Most; size >= sizes.Least && n <= layouts.MaxSearch; size-- {
		if n%size != 0 {
			continue
		}
		t := s.m.table(&s.masks, s.people)
		rounds := slices.DeleteFunc(layouts.Longest(n/size, size, s.meter), func(round [][]int) bool { return t.Total(round) > 0 })
		if len(rounds) > 0 {
			s.groups = nil
			s.put([]portion{{table: t, groups: rounds[0]}})
			return len(rounds)
		}
	}
	return 0
}
