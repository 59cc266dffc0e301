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

// LastRounds returns the last round of each program, by its name. rounds are in ascending
// order.
func LastRounds(rounds []Round) map[string]Round {
	last := map[string]Round{}
	for _, r := range rounds {
		last[r.Program] = r
	}
	return last
}

// lastOnly returns the last round of each program, in the order of rounds, with the people by
// the roster's own addresses: of very many, each would lie in memory twice.
func (w Workspace) lastOnly(rounds []Round) []Round {
	last := LastRounds(rounds)
	rounds = slices.DeleteFunc(slices.Clone(rounds), func(r Round) bool { return last[r.Program].Number != r.Number })
	for _, r := range rounds {
		for i, g := range r.Groups {
			r.Groups[i].Members = w.Roster.Own(g.Members)
		}
	}
	return slices.Clip(rounds)
}

// CurrentGroups returns the groups of the last round of each program that w has,
// in the order of the programs. Who is not on the roster any more is in none of
// them, and what is then no group is left out. rounds are in ascending order.
func (w Workspace) CurrentGroups(rounds []Round) []Group {
	last := LastRounds(rounds)
	var out []Group
	for _, p := range w.Programs {
		out = append(out, w.CurrentOf(last[p.Name])...)
	}
	return out
}

// CurrentOf returns the groups of a round as they are now: without those who left.
func (w Workspace) CurrentOf(r Round) []Group {
	out := make([]Group, 0, len(r.Groups))
	for _, g := range r.Groups {
		gone := func(a calendar.Address) bool { return !w.Roster.Has(a) || w.left(a, g.Program) }
		if slices.ContainsFunc(g.Members, gone) { // else the round's are the group's: there are many
			g.Members = slices.DeleteFunc(slices.Clone(g.Members), gone)
		}
		if len(g.Members) >= 2 {
			out = append(out, g)
		}
	}
	return out
}

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
	for _, r := range LastRounds(rounds) {
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
