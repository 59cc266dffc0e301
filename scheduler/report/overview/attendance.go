package overview

import (
	"cmp"
	"maps"
	"slices"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/scheduler"
)

// Program is the attendance of one program, week by week.
type Program struct {
	Program string  `json:"program"` // "" for groups without one
	Quorum  float64 `json:"quorum"`
	Weeks   []Week  `json:"weeks"`
}

// Week is the sessions that a program held in one week.
type Week struct {
	Monday     string `json:"monday"`
	Sessions   int    `json:"sessions"`
	Attendance Share  `json:"attendance"`
	Poorest    Share  `json:"poorest"` // of the groups of which something is known
	Best       Share  `json:"best"`
}

// countPrograms counts by program and week, of sessions in the order of their starts.
func (o *Overview) countPrograms(held []Session) {
	type key struct {
		program string
		monday  availability.Date
	}
	groups := map[key]map[string]Share{}
	sessions := map[key]int{}
	for _, s := range held {
		k := key{s.Program, availability.DateOf(s.Start.In(o.zone)).Monday()}
		if groups[k] == nil {
			groups[k] = map[string]Share{}
		}
		groups[k][s.Group] = groups[k][s.Group].plus(shareOf(s.Share()))
		sessions[k]++
	}
	keys := slices.SortedFunc(maps.Keys(groups), func(a, b key) int {
		return cmp.Or(cmp.Compare(a.program, b.program), a.monday.Compare(b.monday))
	})
	for _, k := range keys {
		if n := len(o.Programs); n == 0 || o.Programs[n-1].Program != k.program {
			o.Programs = append(o.Programs, Program{Program: k.program, Quorum: o.quorums[k.program]})
		}
		w := weekOf(groups[k])
		w.Monday, w.Sessions = k.monday.String(), sessions[k]
		last := &o.Programs[len(o.Programs)-1]
		last.Weeks = append(last.Weeks, w)
	}
}

func weekOf(groups map[string]Share) Week {
	var w Week
	for _, s := range groups {
		w.Attendance = w.Attendance.plus(s)
		if s.Known == 0 {
			continue
		}
		if w.Poorest.Known == 0 || below(s, w.Poorest) {
			w.Poorest = s
		}
		if w.Best.Known == 0 || below(w.Best, s) {
			w.Best = s
		}
	}
	return w
}

// below compares two shares of which something is known. Of equal ones that with more
// evidence is below, so that the order of a map decides nothing.
func below(a, b Share) bool {
	if x, y := a.Yes*b.Known, b.Yes*a.Known; x != y {
		return x < y
	}
	return cmp.Or(cmp.Compare(b.Known, a.Known), cmp.Compare(b.Unknown, a.Unknown)) < 0
}

// Group is one group beside the others: what was expected when its series was booked,
// and what came of it.
type Group struct {
	Group    string `json:"group"`
	Program  string `json:"program"`
	Expected Share  `json:"expected"`
	Sessions int    `json:"sessions"` // held over the weeks
	Held     Share  `json:"held"`
	Needs    bool   `json:"needs_person"`
}

// countGroups compares the groups that held sessions, or have a series: by program,
// then the best attended first, those of which nothing is known last.
func (o *Overview) countGroups(in Input, held []Session) {
	of := map[string]*Group{}
	find := func(name, program string) *Group {
		if of[name] == nil {
			of[name] = &Group{Group: name, Program: program}
		}
		return of[name]
	}
	for _, s := range held {
		g := find(s.Group, s.Program)
		g.Sessions++
		g.Held = g.Held.plus(shareOf(s.Share()))
	}
	for _, b := range in.Bookings {
		if b.State == scheduler.Ended && of[b.Group] == nil || b.Fault != nil {
			continue
		}
		find(b.Group, b.Program).Expected = Share{Yes: b.Attendance, Known: b.Possible}
	}
	for _, a := range in.Attention {
		if g := of[a.Group]; g != nil {
			g.Needs = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(of)) {
		o.Groups = append(o.Groups, *of[name])
	}
	slices.SortStableFunc(o.Groups, func(a, b Group) int {
		if c := cmp.Compare(a.Program, b.Program); c != 0 {
			return c
		}
		return byShare(a.Held, b.Held)
	})
}

func byShare(a, b Share) int {
	switch {
	case a.Known == 0 || b.Known == 0:
		return cmp.Compare(b.Known, a.Known)
	case below(b, a):
		return -1
	case below(a, b):
		return 1
	}
	return 0
}
