package grouping

import (
	"cmp"
	"slices"
)

// A model is a checked problem with its strings turned into numbers, so that two
// people are compared in a few nanoseconds and memory grows with their number, not
// with its square.
type model struct {
	*Problem
	w       Weights
	traits  []traits
	close   map[[2]int32]bool // teams that work closely together, both ways round
	links   []link            // of all people, by person and then by partner
	first   []int             // links of person i are links[first[i]:first[i+1]]
	offsets []int             // the different offsets on the circle, sorted
}

// traits are what rules compare. Zero is unknown.
type traits struct {
	team, department, location, manager int32
	level                               int
	offset                              uint8 // index of model.offsets
}

// A link is what is special between two people.
type link struct {
	to    int32
	met   int32
	rules Rules
}

func newModel(p *Problem) (*model, error) {
	if err := p.check(); err != nil {
		return nil, err
	}
	m := &model{Problem: p, w: p.weights(), traits: make([]traits, len(p.People))}
	for _, person := range p.People {
		m.offsets = append(m.offsets, onCircle(person.Offset))
	}
	slices.Sort(m.offsets)
	m.offsets = slices.Compact(m.offsets)
	m.readTraits()
	m.readLinks()
	return m, nil
}

func (m *model) readTraits() {
	teams, departments, locations, managers := numbering{}, numbering{}, numbering{}, numbering{}
	for i, person := range m.People {
		t := &m.traits[i]
		t.team = teams.of(person.Team)
		t.department = departments.of(person.Department)
		t.location = locations.of(person.Location)
		if len(person.Chain) > 0 {
			t.manager = managers.of(person.Chain[0])
		}
		t.level = person.Level
		at, _ := slices.BinarySearch(m.offsets, onCircle(person.Offset))
		t.offset = uint8(at)
	}
	m.close = make(map[[2]int32]bool)
	for _, set := range m.CloseTeams {
		for _, a := range set {
			for _, b := range set {
				if a != b {
					m.close[[2]int32{teams.of(a), teams.of(b)}] = true
				}
			}
		}
	}
}

// A numbering gives each string the next number, and 0 to the empty one.
type numbering map[string]int32

func (n numbering) of(s string) int32 {
	if s == "" {
		return 0
	}
	if _, ok := n[s]; !ok {
		n[s] = int32(len(n) + 1)
	}
	return n[s]
}

// readLinks collects what holds between single pairs: meetings, exclusions and
// reporting lines.
func (m *model) readLinks() {
	type pair struct{ a, b int32 }
	found := make(map[pair]link)
	add := func(a, b, met int, rules Rules) {
		if a == b {
			return
		}
		l := found[pair{int32(min(a, b)), int32(max(a, b))}]
		l.met = int32(min(int(l.met)+min(met, maxTimes), maxTimes))
		l.rules |= rules
		found[pair{int32(min(a, b)), int32(max(a, b))}] = l
	}
	for _, met := range m.Met {
		add(met.A, met.B, met.Times, 0)
	}
	for _, never := range m.NeverTogether {
		add(never[0], never[1], 0, NeverTogether)
	}
	if m.Apart&ReportingLine != 0 {
		index := make(map[string]int, len(m.People))
		for i, person := range m.People {
			index[person.Name] = i
		}
		for i, person := range m.People {
			for _, above := range person.Chain {
				if j, ok := index[above]; ok {
					add(i, j, 0, ReportingLine)
				}
			}
		}
	}
	each := make([][]link, len(m.People))
	for p, l := range found {
		each[p.a] = append(each[p.a], link{p.b, l.met, l.rules})
		each[p.b] = append(each[p.b], link{p.a, l.met, l.rules})
	}
	m.first = make([]int, 1, len(m.People)+1)
	for _, links := range each {
		slices.SortFunc(links, func(x, y link) int { return cmp.Compare(x.to, y.to) })
		m.links = append(m.links, links...)
		m.first = append(m.first, len(m.links))
	}
}

// link returns what is special between a and b, the zero link for nothing.
func (m *model) link(a, b int) link {
	links := m.links[m.first[a]:m.first[a+1]]
	at, ok := slices.BinarySearchFunc(links, int32(b), func(l link, to int32) int { return cmp.Compare(l.to, to) })
	if !ok {
		return link{}
	}
	return links[at]
}

// met returns how often a and b were together before.
func (m *model) met(a, b int) int { return int(m.link(a, b).met) }

// broken returns the rules that a and b break by sharing a group.
func (m *model) broken(a, b int) Rules {
	x, y := &m.traits[a], &m.traits[b]
	var r Rules
	same := func(x, y int32, rule Rules) {
		if x == y && x != 0 {
			r |= rule
		}
	}
	same(x.team, y.team, SameTeam)
	same(x.department, y.department, SameDepartment)
	same(x.location, y.location, SameLocation)
	same(x.manager, y.manager, SameManager)
	if m.close[[2]int32{x.team, y.team}] {
		r |= CloseTeams
	}
	if x.level != 0 && y.level != 0 && max(x.level-y.level, y.level-x.level) > m.MaxLevelGap {
		r |= LevelGap
	}
	r |= m.link(a, b).rules
	return r & (m.Apart | NeverTogether)
}

// alike reports whether a and b count as a pair of one department.
func (m *model) alike(a, b int) bool {
	x, y := &m.traits[a], &m.traits[b]
	return x.department == y.department && x.department != 0 || len(m.close) > 0 && m.close[[2]int32{x.team, y.team}]
}

// pairCost returns what a and b cost each group that they share.
func (m *model) pairCost(a, b int) int {
	c := m.w.Met * m.met(a, b)
	if m.alike(a, b) {
		c += m.w.Department
	}
	return c
}

// zoneCost returns the cost of the offsets whose indices are set in zones, and
// how many seconds they span.
func (m *model) zoneCost(zones uint64) (cost, span int) {
	span = circleSpan(m.offsets, zones)
	return m.w.ZoneHour * max(0, span-freeSpan) / (60 * 60), span
}

// sessionCost returns the cost of a group that can meet in so many sessions.
func (m *model) sessionCost(sessions int) int {
	c := m.w.Session * (m.Weeks - sessions)
	if m.slotless(sessions) {
		c += m.w.NoSlot
	}
	return c
}

// slotless reports whether so many sessions count as having no common slot.
func (m *model) slotless(sessions int) bool { return 2*sessions < m.Weeks }
