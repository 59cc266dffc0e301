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
	Fault   error // why the record cannot be read, of which then only Program, Number and Created are known; nil if it can

	// Promised holds the groups of the rounds that were shown ahead, the next first. They are
	// formed like that as long as the same people take part and no rule forbids it.
	Promised [][][]calendar.Address
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
		out = append(out, w.CurrentOf(last[p.Name])...)
	}
	return out
}

// CurrentOf returns the groups of a round as they are now: without those who left.
func (w Workspace) CurrentOf(r Round) []Group {
	var out []Group
	for _, g := range r.Groups {
		g.Members = slices.DeleteFunc(slices.Clone(g.Members), func(a calendar.Address) bool {
			return !w.Roster.Has(a)
		})
		g.Members = w.staying(g)
		if len(g.Members) >= 2 {
			out = append(out, g)
		}
	}
	return out
}
