package grouping

import (
	"cmp"
	"errors"
	"fmt"
	"math/bits"
	"slices"
)

// A Group is some of the people, with what their being together costs.
type Group struct {
	Members  []int // indices of People, ascending
	Slot     int   // the start that most sessions can be held at, the first of equals; -1 for none
	Sessions int   // that all members can attend at Slot
	Cost     Cost
}

// A Cost is the cost of a group by its causes.
type Cost struct{ Met, Sessions, Zones, Department int }

// Total is the sum of all causes.
func (c Cost) Total() int { return c.Met + c.Sessions + c.Zones + c.Department }

// A Result is a grouping and what is known about it.
type Result struct {
	Groups []Group // by their first members
	Cost   int
	Bound  int  // no grouping that keeps the rules costs less
	Proven bool // Cost equals Bound
	// Hurried says that the wall clock ended the search before its work was done:
	// the same seed can give another answer next time.
	Hurried bool

	// Ahead is how many rounds of pairs without a repeat are left, this one included, as
	// long as the people and rules stay; 0 for none, or where it is not known.
	Ahead int

	Repeats          int // pairs that were together before
	SameDepartment   int // pairs of one department or of close teams
	MaxZoneSpanHours float64
	Broken           []Clash // rules that the grouping breaks; Solve only breaks them by Keep
}

// A Clash is two people, by index, and the rules that they break together.
type Clash struct {
	A, B  int
	Rules Rules
}

// Evaluate prices a grouping made by hand. Everybody must be in exactly one group.
// Groups of a wrong size are an error, unless they are among Keep; people who break
// a rule together are not, they are listed in Broken. Bound stays 0.
func Evaluate(p Problem, groups [][]int) (Result, error) {
	m, err := newModel(&p)
	if err != nil {
		return Result{}, err
	}
	if err := m.checkGrouping(groups); err != nil {
		return Result{}, err
	}
	return m.evaluate(groups), nil
}

// checkGrouping reports people who are in no group or in two, and wrong sizes.
func (m *model) checkGrouping(groups [][]int) error {
	var errs []error
	count := make([]int, len(m.People))
	sizes := m.frame.SizesFor(m.free())
	for _, g := range groups {
		kept := slices.ContainsFunc(m.Keep, func(k []int) bool { return sameMembers(k, g) })
		if !kept && (len(g) < sizes.Least || len(g) > sizes.Most) {
			errs = append(errs, fmt.Errorf("group %v: expected %d to %d members", m.names(g), sizes.Least, sizes.Most))
		}
		for _, i := range g {
			if i < 0 || i >= len(m.People) {
				return fmt.Errorf("group %v: there is no person %d", g, i)
			}
			count[i]++
		}
	}
	for i, c := range count {
		if c != 1 {
			errs = append(errs, fmt.Errorf("%s is in %d groups, expected one", m.People[i].Name, c))
		}
	}
	return errors.Join(errs...)
}

func sameMembers(a, b []int) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}

func (m *model) names(members []int) []string {
	var names []string
	for _, i := range members {
		if i >= 0 && i < len(m.People) {
			names = append(names, m.People[i].Name)
		}
	}
	return names
}

// evaluate prices groups straight from the people. It is the plain definition of
// the cost that the search's faster ways have to agree with.
func (m *model) evaluate(groups [][]int) Result {
	var r Result
	widest := 0
	for _, members := range groups {
		g := Group{Members: slices.Sorted(slices.Values(members))}
		var zones uint64
		for i, a := range g.Members {
			zones |= 1 << m.frame.Offset[a]
			for _, b := range g.Members[:i] {
				m.addPair(&r, &g.Cost, b, a)
			}
		}
		var span int
		g.Cost.Zones, span = m.frame.ZoneCost(zones)
		widest = max(widest, span)
		g.Slot, g.Sessions = m.bestSlot(g.Members)
		g.Cost.Sessions = m.frame.SessionCost(g.Sessions)
		r.Cost += g.Cost.Total()
		r.Groups = append(r.Groups, g)
	}
	slices.SortFunc(r.Groups, func(a, b Group) int { return cmp.Compare(a.Members[0], b.Members[0]) })
	slices.SortFunc(r.Broken, func(a, b Clash) int { return cmp.Or(cmp.Compare(a.A, b.A), cmp.Compare(a.B, b.B)) })
	r.MaxZoneSpanHours = float64(widest) / 3600
	return r
}

func (m *model) addPair(r *Result, c *Cost, a, b int) {
	if times := m.met(a, b); times > 0 {
		r.Repeats++
		c.Met += times * m.frame.Weights.Met
	}
	if m.alike(a, b) {
		r.SameDepartment++
		c.Department += m.frame.Weights.Department
	}
	if rules := m.broken(a, b); rules != 0 {
		r.Broken = append(r.Broken, Clash{a, b, rules})
	}
}

// bestSlot returns the first of the starts that all members can take in most
// weeks, and in how many.
func (m *model) bestSlot(members []int) (slot, sessions int) {
	slot = -1
	counts := make([]int, m.Words*64)
	for week := range m.Weeks {
		for k := range m.Words {
			all := ^uint64(0)
			for _, i := range members {
				all &= m.People[i].Free[week*m.Words+k]
			}
			for ; all != 0; all &= all - 1 {
				counts[k*64+bits.TrailingZeros64(all)]++
			}
		}
	}
	for s, c := range counts {
		if c > sessions {
			slot, sessions = s, c
		}
	}
	return slot, sessions
}

// free returns how many people are not in a kept group.
func (m *model) free() int {
	n := len(m.People)
	for _, g := range m.Keep {
		n -= len(g)
	}
	return n
}
