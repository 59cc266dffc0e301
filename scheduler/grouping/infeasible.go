package grouping

import (
	"fmt"
	"math/bits"
	"strings"
	"time"

	"github.com/peerslot/peerslot/scheduler/grouping/internal/exact"
	"github.com/peerslot/peerslot/scheduler/grouping/internal/table"
)

// Infeasible says that the rules allow no grouping, and why: People and Rules are a
// smallest set that clashes. If any one of the people were exempt from the rules,
// the others could be kept apart.
type Infeasible struct {
	People []string
	Rules  Rules // those that the people break together; 0 if it is the sizes alone
	reason string
}

func (e *Infeasible) Error() string { return e.reason }

// infeasible finds out why there is no grouping. It returns ErrNotFound if it
// cannot.
func (s *solver) infeasible() error {
	if clash := s.obvious(); clash != nil {
		return clash
	}
	if clash := s.entangled(); clash != nil {
		return clash
	}
	return ErrNotFound
}

// obvious looks for what can be seen by counting, and returns nil if there is
// nothing of the kind.
func (s *solver) obvious() error {
	if clash := s.lonely(); clash != nil {
		return clash
	}
	return s.crowded()
}

// sizeClash says that so many people cannot be divided.
func (s *solver) sizeClash() error {
	n, sizes := len(s.people), s.m.frame.SizesFor(len(s.people))
	return &Infeasible{
		People: s.m.names(s.people),
		reason: fmt.Sprintf("%s cannot be divided into groups of %s", count(n, "person", "people"), sizes),
	}
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// lonely looks for a person who may share a group with too few others.
func (s *solver) lonely() error {
	least := s.m.frame.SizesFor(len(s.people)).Least
	for _, a := range s.people {
		var clash []int
		var rules Rules
		for _, b := range s.people {
			if r := s.m.broken(a, b); a != b && r != 0 {
				clash = append(clash, b)
				rules |= r
			}
		}
		others := len(s.people) - 1
		if others-len(clash) >= least-1 {
			continue
		}
		clash = clash[:others-least+2] // with one fewer it could be done
		return &Infeasible{
			People: s.m.names(append([]int{a}, clash...)),
			Rules:  rules,
			reason: fmt.Sprintf("%s needs %d others for a group, but there are %s in all, and rules (%s) forbid %s%s",
				s.m.People[a].Name, least-1, count(others, "other", "others"), rules, s.list(clash), s.grounds(append([]int{a}, clash...), rules)),
		}
	}
	return nil
}

// crowded looks for more people who may not be together, any two of them, than
// there can be groups.
func (s *solver) crowded() error {
	_, many := s.m.frame.SizesFor(len(s.people)).Counts(len(s.people))
	clique := s.sameTrait(many)
	if clique == nil {
		clique = s.clique(many)
	}
	if clique == nil {
		return nil
	}
	clique = clique[:many+1]
	rules := s.m.brokenAmong(clique)
	return &Infeasible{
		People: s.m.names(clique),
		Rules:  rules,
		reason: fmt.Sprintf("no two of these %d may share a group (%s), but %s make up at most %s: %s%s", len(clique), rules,
			count(len(s.people), "person", "people"), count(many, "group", "groups"), s.list(clique), s.grounds(clique, rules)),
	}
}

// brokenAmong returns the rules that any two of the people break.
func (m *model) brokenAmong(people []int) Rules {
	var rules Rules
	for k, a := range people {
		for _, b := range people[:k] {
			rules |= m.broken(a, b)
		}
	}
	return rules
}

// sameTrait returns more than many people that share what a rule forbids to share,
// nil if there are not so many.
func (s *solver) sameTrait(many int) []int {
	for _, rule := range []struct {
		rule  Rules
		value func(t traits) int32
	}{
		{SameTeam, func(t traits) int32 { return t.team }},
		{SameDepartment, func(t traits) int32 { return t.department }},
		{SameManager, func(t traits) int32 { return t.manager }},
		{SameLocation, func(t traits) int32 { return t.location }},
	} {
		if s.m.Apart&rule.rule == 0 {
			continue
		}
		by := make(map[int32][]int)
		for _, i := range s.people {
			v := rule.value(s.m.traits[i])
			if by[v] = append(by[v], i); v != 0 && len(by[v]) > many {
				return by[v]
			}
		}
	}
	return nil
}

// clique looks for more than many people any two of whom break a rule, from each
// person on by taking whoever clashes with most of those that are left.
func (s *solver) clique(many int) []int {
	n := len(s.people)
	if n > 2*maxMatching {
		return nil
	}
	clashes := grid[uint64](n, (n+63)/64)
	for i, a := range s.people {
		for j, b := range s.people {
			if i != j && s.m.broken(a, b) != 0 {
				clashes[i][j/64] |= 1 << (j % 64)
			}
		}
	}
	left := make([]uint64, (n+63)/64)
	for first := range n {
		clique := []int{s.people[first]}
		copy(left, clashes[first])
		for len(clique) <= many && len(clique)+size(left) > many && !s.meter.Stop() {
			next, most := -1, -1
			for j := range n {
				if left[j/64]>>(j%64)&1 == 1 {
					if c := common64(left, clashes[j]); c > most {
						next, most = j, c
					}
				}
			}
			clique = append(clique, s.people[next])
			for k := range left {
				left[k] &= clashes[next][k]
			}
		}
		if len(clique) > many {
			return clique
		}
	}
	return nil
}

func size(set []uint64) int { return common64(set, set) }

// common64 returns how many bits two sets share.
func common64(a, b []uint64) int {
	n := 0
	for k, w := range a {
		n += bits.OnesCount64(w & b[k])
	}
	return n
}

// entangled exempts one person after the other from the rules as long as there is
// no grouping nevertheless; those that remain clash.
func (s *solver) entangled() error {
	if len(s.people) > exact.Limit || s.dividable(nil) != impossible {
		return nil
	}
	exempt := make(map[int]bool)
	for _, a := range s.people {
		exempt[a] = true
		if s.meter.Stop() || s.dividable(exempt) != impossible {
			delete(exempt, a)
		}
	}
	var bound []int
	for _, a := range s.people {
		if !exempt[a] {
			bound = append(bound, a)
		}
	}
	rules := s.m.brokenAmong(bound)
	return &Infeasible{
		People: s.m.names(bound),
		Rules:  rules,
		reason: fmt.Sprintf("no division of %s into groups of %s keeps the rules (%s) among %s%s",
			count(len(s.people), "person", "people"), s.m.frame.SizesFor(len(s.people)), rules, s.list(bound), s.grounds(bound, rules)),
	}
}

type answer int

const (
	unknown answer = iota
	possible
	impossible
)

// dividable reports whether there is a grouping if some people are exempt from the
// rules.
func (s *solver) dividable(exempt map[int]bool) answer {
	m := *s.m
	m.frame.Weights = Weights{}
	t := m.table(&table.Masks{}, s.people)
	for i, a := range s.people {
		for j, b := range s.people {
			if exempt[a] || exempt[b] {
				t.Pairs[i*t.N+j] = 0
			}
		}
	}
	e := exact.New(t, nil, s.meter.Part(int(100*time.Millisecond)))
	e.Solve()
	s.meter.Use(e.Meter.Used)
	switch {
	case e.Best != nil:
		return possible
	case e.Settled():
		return impossible
	}
	return unknown
}

// list names people, the first few if they are many.
func (s *solver) list(people []int) string {
	const most = 12
	names := s.m.names(people)
	if len(names) > most {
		names = append(names[:most-1:most-1], fmt.Sprintf("and %d more", len(names)-most+1))
	}
	return strings.Join(names, ", ")
}
