package scheduler

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler/grouping"
)

// pair finds the pairs of the next round. Pairing at the least cost round by round
// can lead to where the people who are left to meet cannot all be paired at once.
// So the pairs are those of a round in a rotation that brings everybody together
// with everybody, if one is left in which nobody meets again and no rule is
// broken; else those of least cost. Which rounds of a rotation come first does not
// change what all of them cost together.
func (r *forming) pair(plan *FormPlan) error {
	least, err := r.solve()
	if err != nil {
		return err
	}
	best := least
	var turn *grouping.Result
	for _, groups := range r.rotation() {
		result, err := grouping.Evaluate(r.problem, groups)
		if err != nil {
			return err
		}
		if r.checkBroken(result) == nil && r.repeats(groups) == 0 && (turn == nil || result.Cost < turn.Cost) {
			turn = &result
		}
	}
	if turn != nil {
		best = *turn
		plan.Rotation = r.rounds()
	}
	r.take(plan, best)
	plan.Bound, plan.Hurried = least.Bound, least.Hurried && turn == nil
	plan.Proven = plan.Cost == plan.Bound
	return nil
}

// free returns who is in no kept group, by index.
func (r *forming) free() []int {
	var out []int
	for i, a := range r.people {
		if !slices.ContainsFunc(r.kept, func(g Group) bool { return slices.Contains(g.Members, a) }) {
			out = append(out, i)
		}
	}
	return out
}

// rounds returns after how many rounds everybody has met everybody.
func (r *forming) rounds() int {
	n := len(r.free())
	return n - 1 + n%2
}

// rotation returns the rounds of the circle method: the people stand in a circle
// around one of them, are paired across it, and move on by a place each round. The
// order of the people is that of their addresses, so that the rotation is the same
// in every round as long as the people are. Of an odd number, who has no partner
// joins the pair that they met least.
func (r *forming) rotation() [][][]int {
	free := r.free()
	if len(free)%2 == 1 {
		free = append(free, nobody)
	}
	last := len(free) - 1
	rounds := make([][][]int, 0, max(0, last))
	for turn := range last {
		at := func(place int) int { return free[(place+turn)%last] }
		pairs := [][]int{{free[last], at(0)}}
		for k := 1; k <= last/2; k++ {
			pairs = append(pairs, []int{at(k), at(last - k)})
		}
		rounds = append(rounds, slices.Concat(r.problem.Keep, r.withTrio(pairs)))
	}
	return rounds
}

// nobody stands in the circle of an odd number of people.
const nobody = -1

// withTrio adds the one whose partner is nobody to another pair.
func (r *forming) withTrio(pairs [][]int) [][]int {
	i := slices.IndexFunc(pairs, func(p []int) bool { return slices.Contains(p, nobody) })
	if i < 0 || len(pairs) == 1 {
		return pairs
	}
	odd := max(pairs[i][0], pairs[i][1])
	pairs = slices.Delete(pairs, i, i+1)
	met := func(p []int) int {
		return r.met[pairOf(r.people[odd], r.people[p[0]])] + r.met[pairOf(r.people[odd], r.people[p[1]])]
	}
	least := slices.MinFunc(pairs, func(a, b []int) int { return met(a) - met(b) })
	k := slices.IndexFunc(pairs, func(p []int) bool { return p[0] == least[0] })
	pairs[k] = append(slices.Clone(pairs[k]), odd)
	return pairs
}

// repeats counts the pairs that met before. Who makes a pair a trio does not count:
// they meet two people at once, and so some twice.
func (r *forming) repeats(groups [][]int) int {
	n := 0
	for _, g := range groups[len(r.problem.Keep):] {
		if r.met[pairOf(r.people[g[0]], r.people[g[1]])] > 0 {
			n++
		}
	}
	return n
}

// mostLinked is how many people may all be linked with each other without being
// named: above, it is a mistake sooner than a wish.
const mostLinked = 40

// link makes a group of each link of a one-on-one program. There is nothing to
// choose, so the cost is the least.
func (r *forming) link(plan *FormPlan) error {
	links, err := r.chooseLinks()
	if err != nil {
		return err
	}
	if len(r.Swaps) > 0 {
		return errors.New("the pairs of a one-on-one program come from its links; change them there instead of swapping")
	}
	for _, l := range links {
		result, err := r.evaluateLink(l)
		if err != nil {
			return err
		}
		g := FormedGroup{Cost: result.Groups[0].Cost}
		g.Program, g.Members, g.Cadence = r.Program.Name, []calendar.Address{l.A, l.B}, l.Cadence
		g.Spread = r.spread(g.Members)
		plan.Groups = append(plan.Groups, g)
		plan.Cost += result.Cost
		plan.SameDepartment += result.SameDepartment
		plan.MaxZoneSpanHours = max(plan.MaxZoneSpanHours, result.MaxZoneSpanHours)
	}
	plan.Bound, plan.Proven = plan.Cost, true
	return nil
}

// evaluateLink prices the two people alone; that they met before is as it should
// be, and their sessions are judged at their own cadence later.
func (r *forming) evaluateLink(l Link) (grouping.Result, error) {
	p := grouping.Problem{MinSize: 2, MaxSize: 2, CloseTeams: r.problem.CloseTeams, Weights: r.problem.Weights}
	for _, a := range []calendar.Address{l.A, l.B} {
		i, _ := slices.BinarySearch(r.people, a)
		person := r.problem.People[i]
		person.Free = nil
		p.People = append(p.People, person)
	}
	return grouping.Evaluate(p, [][]int{{0, 1}})
}

// chooseLinks returns who meets whom: the links of the program, or else all who
// take part, as often as their teams depend on each other. Links of people who are
// not there are left out with them.
func (r *forming) chooseLinks() ([]Link, error) {
	there := func(a calendar.Address) bool { return slices.Contains(r.people, a) }
	var out []Link
	for _, l := range r.Program.Links {
		if there(l.A) && there(l.B) {
			out = append(out, l)
		}
	}
	if len(r.Program.Links) == 0 {
		if len(r.people) > mostLinked {
			return nil, &InfeasibleError{r.Program.Name, fmt.Errorf("%d people would make %d pairs; name who meets whom in links", len(r.people), len(r.people)*(len(r.people)-1)/2)}
		}
		out = r.everybody()
	}
	if len(out) == 0 {
		return nil, &InfeasibleError{r.Program.Name, errors.New("nobody is linked with anybody who takes part")}
	}
	return out, nil
}

// everybody links all with all, but for those who are never together.
func (r *forming) everybody() []Link {
	var out []Link
	for i, a := range r.people {
		for j, b := range r.people[i+1:] {
			if slices.ContainsFunc(r.problem.NeverTogether, func(n [2]int) bool { return n == [2]int{i, i + 1 + j} || n == [2]int{i + 1 + j, i} }) {
				continue
			}
			out = append(out, Link{a, b, r.linkCadence(a, b)})
		}
	}
	return out
}

// linkCadence is weekly for teams that depend strongly on each other, else
// biweekly; without any such figures it is the program's.
func (r *forming) linkCadence(a, b calendar.Address) availability.Cadence {
	x, y := r.Workspace.Roster[a].Team, r.Workspace.Roster[b].Team
	for teams, strength := range r.Program.Interdependence {
		if strength == "strong" && (strings.EqualFold(teams, x+"-"+y) || strings.EqualFold(teams, y+"-"+x)) {
			return availability.Weekly
		}
	}
	if len(r.Program.Interdependence) == 0 {
		return r.Program.Cadence
	}
	return availability.Biweekly
}
