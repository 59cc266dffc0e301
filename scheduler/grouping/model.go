package grouping

import (
	"cmp"
	"slices"

	"github.com/peerslot/peerslot/scheduler/grouping/internal/table"
)

// A model is a checked problem with its strings turned into numbers, so that two
// people are compared in a few nanoseconds and memory grows with their number, not
// with its square.
type model struct {
	*Problem
	frame  table.Frame
	traits []traits
	close  map[[2]int32]bool // teams that work closely together, both ways round
	links  []link            // of all people, by person and then by partner
	first  []int             // links of person i are links[first[i]:first[i+1]]
}

// traits are what rules compare. Zero is unknown.
type traits struct {
	team, department, location, manager int32
	level                               int
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
	m := &model{Problem: p, frame: p.frame(), traits: make([]traits, len(p.People))}
	m.readTraits()
	m.readLinks()
	return m, nil
}

func (p *Problem) frame() table.Frame {
	f := table.Frame{Weights: p.weights(), MinSize: p.MinSize, MaxSize: p.MaxSize, NoTrio: p.NoTrio, Weeks: p.Weeks, Width: p.Words, Seed: p.Seed}
	for _, person := range p.People {
		f.Free = append(f.Free, person.Free)
		f.Offsets = append(f.Offsets, onCircle(person.Offset))
	}
	slices.Sort(f.Offsets)
	f.Offsets = slices.Compact(f.Offsets)
	for _, person := range p.People {
		at, _ := slices.BinarySearch(f.Offsets, onCircle(person.Offset))
		f.Offset = append(f.Offset, uint8(at))
	}
	return f
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
		l.met = int32(min(int(l.met)+min(met, table.MaxTimes), table.MaxTimes))
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

// table returns the table of some of the people.
func (m *model) table(all *table.Masks, people []int) *table.Table {
	return table.New(&m.frame, all, people, func(a, b int) (cost int32, met uint8) {
		if m.broken(a, b) != 0 {
			return table.Blocked, uint8(m.met(a, b))
		}
		return int32(m.pairCost(a, b)), uint8(m.met(a, b))
	})
}

// pairCost returns what a and b cost each group that they share.
func (m *model) pairCost(a, b int) int {
	c := m.frame.Weights.Met * m.met(a, b)
	if m.alike(a, b) {
		c += m.frame.Weights.Department
	}
	return c
}
