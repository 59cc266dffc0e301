// Package tabletest makes tables for tests.
package tabletest

import (
	"slices"

	"github.com/peerslot/peerslot/scheduler/benchmark"
	"github.com/peerslot/peerslot/scheduler/grouping/internal/table"
)

// New returns the table of all people of a problem.
func New(f benchmark.Forming, seed uint64) *table.Table {
	frame := &table.Frame{
		Weights: table.Weights{Met: f.MetCost, Session: f.SessionCost, NoSlot: f.NoSlotCost, ZoneHour: f.ZoneCost, Department: f.SameCost},
		MinSize: f.Least, MaxSize: f.Most, Weeks: f.Weeks, Width: (f.Starts + 63) / 64, Seed: seed,
	}
	onCircle := func(offset int) int { return (offset + table.Day) % table.Day }
	for _, p := range f.People {
		frame.Free = append(frame.Free, p.Free)
		frame.Offsets = append(frame.Offsets, onCircle(p.Offset))
	}
	slices.Sort(frame.Offsets)
	frame.Offsets = slices.Compact(frame.Offsets)
	for _, p := range f.People {
		frame.Offset = append(frame.Offset, uint8(slices.Index(frame.Offsets, onCircle(p.Offset))))
	}
	met := make([]uint8, len(f.People)*len(f.People))
	for _, m := range f.Met {
		met[m[0]*len(f.People)+m[1]] += uint8(m[2])
		met[m[1]*len(f.People)+m[0]] += uint8(m[2])
	}
	masks := table.NewMasks(frame)
	return table.New(frame, &masks, table.Everyone(len(f.People)), func(a, b int) (cost int32, times uint8) {
		times = met[a*len(f.People)+b]
		if f.Apart(a, b) {
			return table.Blocked, times
		}
		cost = int32(times) * int32(f.MetCost)
		if f.People[a].Department == f.People[b].Department {
			cost += int32(f.SameCost)
		}
		return cost, times
	})
}

// EachGroup calls f for all groups that the rules allow.
func EachGroup(t *table.Table, f func(members []int)) {
	var members []int
	var extend func(from int)
	extend = func(from int) {
		if len(members) >= t.Least {
			f(members)
		}
		for i := from; i < t.N && len(members) < t.Most; i++ {
			if !slices.ContainsFunc(members, func(j int) bool { return t.Pair(i, j) >= table.Blocked }) {
				members = append(members, i)
				extend(i + 1)
				members = members[:len(members)-1]
			}
		}
	}
	extend(0)
}
