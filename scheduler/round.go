package scheduler

import (
	"slices"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
)

// A Round is one forming of a program's groups. The groups of a program's last
// round are the current ones; those before are what people's meetings are counted
// from.
type Round struct {
	Program string
	Number  int               // 1 for the program's first
	Start   availability.Date // from which on its groups may meet
	Seed    uint64
	Groups  []Group
	Created time.Time
}

// CurrentGroups returns the groups of the last round of each program that w has,
// in the order of the programs. Who is not on the roster any more is in none of
// them, and what is then no group is left out. rounds are in ascending order.
func (w Workspace) CurrentGroups(rounds []Round) []Group {
	last := map[string]Round{}
	for _, r := range rounds {
		last[r.Program] = r
	}
	var out []Group
	for _, p := range w.Programs {
		out = append(out, w.currentOf(last[p.Name])...)
	}
	return out
}

// currentOf returns the groups of a round as they are now.
func (w Workspace) currentOf(r Round) []Group {
	var out []Group
	for _, g := range r.Groups {
		g.Members = slices.DeleteFunc(slices.Clone(g.Members), func(a calendar.Address) bool {
			_, ok := w.Roster[a]
			return !ok
		})
		if len(g.Members) >= 2 {
			out = append(out, g)
		}
	}
	return out
}

// A pairing is two people, the lesser address first.
type pairing struct{ a, b calendar.Address }

func pairOf(a, b calendar.Address) pairing { return pairing{min(a, b), max(a, b)} }

// meetings counts in how many groups of the rounds two people were together. A
// group that stayed as it was for several rounds counts in each.
func meetings(rounds []Round) map[pairing]int {
	met := map[pairing]int{}
	for _, r := range rounds {
		for _, g := range r.Groups {
			members := slices.Compact(slices.Sorted(slices.Values(g.Members)))
			for i, a := range members {
				for _, b := range members[:i] {
					met[pairOf(a, b)]++
				}
			}
		}
	}
	return met
}
