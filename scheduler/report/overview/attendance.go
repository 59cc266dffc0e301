package overview

import (
	"cmp"
	"maps"
	"slices"

	"github.com/peerslot/peerslot/availability"
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

type weekKey struct {
	program string
	monday  availability.Date
}

// addWeeks counts by program and week the sessions that a group held.
func (t *Tally) addWeeks(held []Session) {
	shares := map[weekKey]Share{}
	for _, s := range held {
		k := weekKey{s.Program, availability.DateOf(s.Start.In(t.o.zone)).Monday()}
		if t.weeks[k] == nil {
			t.weeks[k] = &Week{Monday: k.monday.String()}
		}
		t.weeks[k].Sessions++
		shares[k] = shares[k].plus(shareOf(s.Share()))
	}
	for k, s := range shares {
		t.weeks[k].add(s)
	}
}

// add counts a group that held sessions in the week.
func (w *Week) add(s Share) {
	w.Attendance = w.Attendance.plus(s)
	if s.Known == 0 {
		return
	}
	if w.Poorest.Known == 0 || below(s, w.Poorest) {
		w.Poorest = s
	}
	if w.Best.Known == 0 || below(w.Best, s) {
		w.Best = s
	}
}

// countPrograms lists the programs, and their weeks.
func (t *Tally) countPrograms(o *Overview) {
	keys := slices.SortedFunc(maps.Keys(t.weeks), func(a, b weekKey) int {
		return cmp.Or(cmp.Compare(a.program, b.program), a.monday.Compare(b.monday))
	})
	for _, k := range keys {
		if n := len(o.Programs); n == 0 || o.Programs[n-1].Program != k.program {
			o.Programs = append(o.Programs, Program{Program: k.program, Quorum: o.quorums[k.program]})
		}
		last := &o.Programs[len(o.Programs)-1]
		last.Weeks = append(last.Weeks, *t.weeks[k])
	}
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

func (t *Tally) group(name, program string) *Group {
	if t.groups[name] == nil {
		t.groups[name] = &Group{Group: name, Program: program}
	}
	return t.groups[name]
}

// addGroup counts the sessions that a group held.
func (t *Tally) addGroup(held []Session) {
	g := t.group(held[0].Group, held[0].Program)
	for _, s := range held {
		g.Sessions++
		g.Held = g.Held.plus(shareOf(s.Share()))
	}
}

// countGroups compares the groups that held sessions, or have a series: by program,
// then the best attended first, those of which nothing is known last.
func (t *Tally) countGroups(o *Overview) {
	of := t.groups
	for _, b := range t.in.Bookings {
		if b.Ended && of[b.Group] == nil || b.Broken {
			continue
		}
		t.group(b.Group, b.Program).Expected = b.Expected
	}
	for _, a := range t.Attention {
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
