package scheduler

import (
	"slices"
	"strings"
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

// withFormed returns w with the groups of the last rounds besides those named by hand, which win
// if they have the same name, and these rounds. A round whose groups are all as they were has
// those of the workspace: of very many, each would lie in memory twice.
func (w Workspace) withFormed(rounds []Round) (Workspace, []Round) {
	rounds = w.lastOnly(rounds)
	more, taken := 0, map[string]bool{}
	for _, r := range rounds {
		more += len(r.Groups)
	}
	if more == 0 {
		return w, rounds
	}
	groups := append(make([]Group, 0, len(w.Groups)+more), w.Groups...)
	for _, g := range groups {
		taken[strings.ToLower(g.Name)] = true
	}
	for _, p := range w.Programs {
		i := slices.IndexFunc(rounds, func(r Round) bool { return r.Program == p.Name })
		if i < 0 {
			continue
		}
		from, same := len(groups), true
		for _, g := range rounds[i].Groups {
			now, name := w.current(g), strings.ToLower(g.Name)
			if len(now.Members) < 2 || taken[name] {
				same = false
				continue
			}
			same = same && len(now.Members) == len(g.Members)
			groups, taken[name] = append(groups, now), true
		}
		if same {
			rounds[i].Groups = slices.Clip(groups[from:])
		}
	}
	w.Groups = groups
	return w, rounds
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
		if g = w.current(g); len(g.Members) >= 2 {
			out = append(out, g)
		}
	}
	return out
}

// current returns a group of a round without those who left.
func (w Workspace) current(g Group) Group {
	gone := func(a calendar.Address) bool { return !w.Roster.Has(a) || w.left(a, g.Program) }
	if slices.ContainsFunc(g.Members, gone) { // else the round's are the group's: there are many
		g.Members = slices.DeleteFunc(slices.Clone(g.Members), gone)
	}
	return g
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
