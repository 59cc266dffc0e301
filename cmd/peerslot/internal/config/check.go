package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/report"
)

// A mention is an address that should be somebody's of the roster, and is nobody's.
type mention struct {
	value
	address calendar.Address
}

// mentions notes that the value is the address of somebody of the roster, which was read.
func (v value) mentions(a calendar.Address) {
	if !v.r.roster.Has(a) {
		v.r.unknown = append(v.r.unknown, mention{v, a})
	}
}

// check looks at what concerns several places of the file. When people could not be
// read, nothing is said of who is not among them.
func (r *reader) check(w *scheduler.Workspace, top value) {
	if r.broken {
		return
	}
	if len(r.faults) == 0 {
		r.checkMentions()
	}
	r.checkManagers()
	if len(r.problems) > 0 {
		return // what follows are warnings, and nobody would see them
	}
	r.warnTeams(w)
	r.warnParticipation(w, top)
}

func (r *reader) checkMentions() {
	if len(r.unknown) == 0 {
		return
	}
	names := report.Addresses(r.roster.Addresses())
	for _, m := range r.unknown {
		m.warn("%s is not among the people%s", m.address, r.suggest(string(m.address), names))
	}
}

// checkManagers reports chains of managers that never end, each once, in a file of people
// as faults of their rows, and warns of managers who are not among the people.
func (r *reader) checkManagers() {
	r.roster.KnowManagers()
	for _, circle := range r.roster.Circles() {
		r.failCircle(circle)
	}
	for a, p := range r.roster.All() {
		if p.Manager != "" && !r.roster.Has(p.Manager) {
			r.manager(a).warn("%s is not among the people, so reporting lines end there", p.Manager)
		}
	}
}

// manager returns where the roster says who somebody's manager is.
func (r *reader) manager(a calendar.Address) value {
	i, _ := r.roster.Number(a)
	p := r.places[i]
	return value{&node{file: r.rosterFile, line: int(p.managerLine), col: int(p.managerCol)}, r, fmt.Sprintf("%s[%d].manager", r.rosterPath, p.item)}
}

// failCircle reports a circle. HR systems may have who leads the company manage themselves.
func (r *reader) failCircle(circle []calendar.Address) {
	v, names := r.manager(circle[0]), report.Addresses(append(circle, circle[0]))
	if most := 6; len(names) > most {
		names = append(names[:most-1], "…", names[len(names)-1])
	}
	if r.rows = r.rosterFile != r.files[0]; r.rows && len(circle) == 1 {
		v.warn("%s is their own manager, so their reporting line ends there", circle[0])
	} else {
		v.fail("the chain of managers never ends: %s", strings.Join(names, " -> "))
	}
	r.rows = false
}

// warnTeams warns of close teams that nobody is in.
func (r *reader) warnTeams(w *scheduler.Workspace) {
	teams := map[string]bool{}
	for _, p := range w.Roster.All() {
		teams[p.Team] = true
	}
	names := slices.Sorted(maps.Keys(teams))
	for _, v := range r.programNodes {
		for pair := range v.at("close_teams").children() {
			for team := range pair.children() {
				if name := team.label("team"); !teams[name] {
					team.warn("nobody is in a team %s%s", quote(name), r.suggest(name, names))
				}
			}
		}
	}
}

// warnParticipation warns of programs without people, and of people without a
// program or a group.
func (r *reader) warnParticipation(w *scheduler.Workspace, top value) {
	if len(w.Programs) == 0 {
		return
	}
	active := make([]bool, len(r.places)) // by number
	takePart := func(people []calendar.Address) {
		for _, a := range people {
			if i, known := r.roster.Number(a); known {
				active[i] = true
			}
		}
	}
	for i, p := range w.Programs {
		people := w.Participants(p)
		if len(people) == 0 {
			r.programNodes[i].at("people").warn("nobody takes part")
		}
		takePart(people)
	}
	for _, g := range w.Groups {
		takePart(g.Members)
	}
	var idle []string
	for a := range r.roster.All() {
		if i, _ := r.roster.Number(a); !active[i] {
			idle = append(idle, string(a))
		}
	}
	const most = 5
	switch {
	case len(idle) > most:
		top.at("people").warn("%d people take part in no program and no group, such as %s", len(idle), strings.Join(idle[:most], ", "))
	case len(idle) > 0:
		top.at("people").warn("in no program and no group: %s", strings.Join(idle, ", "))
	}
}
