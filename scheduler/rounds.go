package scheduler

import (
	"slices"

	"github.com/peerslot/peerslot/availability"
)

// spoilt names the rounds of programs of w that cannot be read.
func (w Workspace) spoilt(rounds []Round) []Finding {
	var out []Finding
	for _, r := range rounds {
		if _, ok := w.Program(r.Program); ok && r.Fault != nil {
			out = append(out, Finding{Kind: SpoiltRecord, Program: r.Program, Err: r.Fault})
		}
	}
	return out
}

// holdOn returns the workspace in which everybody is on the roster who is in a group, while
// lines of the roster cannot be read: one of these may be theirs, so that nobody is taken
// for gone. rounds are in ascending order.
func (w Workspace) holdOn(rounds []Round) Workspace {
	if len(w.Unread) == 0 {
		return w
	}
	groups := slices.Clone(w.Groups)
	last := map[string]Round{}
	for _, r := range rounds {
		last[r.Program] = r
	}
	for _, r := range last {
		groups = append(groups, r.Groups...)
	}
	w.Roster = w.Roster.Clone()
	for _, g := range groups {
		for _, a := range g.Members {
			if !w.Roster.Has(a) {
				w.Roster.Put(Person{Address: a, Zone: w.Zone, Hours: availability.OfficeHours(), Unread: "their line of the roster may be one that cannot be read"})
			}
		}
	}
	return w
}
