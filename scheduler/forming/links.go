package forming

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/grouping"
)

// mostLinked is how many people may all be linked with each other without being
// named: above, it is a mistake sooner than a wish.
const mostLinked = 40

// link makes a group of each link of a one-on-one program. There is nothing to
// choose, so the cost is the least.
func (r *forming) link(plan *Plan) error {
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
		g := Group{Cost: result.Groups[0].Cost}
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
func (r *forming) evaluateLink(l scheduler.Link) (grouping.Result, error) {
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
func (r *forming) chooseLinks() ([]scheduler.Link, error) {
	var out []scheduler.Link
	for _, l := range r.Program.Links {
		if r.isIn(l.A) && r.isIn(l.B) {
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
func (r *forming) everybody() []scheduler.Link {
	var out []scheduler.Link
	for i, a := range r.people {
		for j, b := range r.people[i+1:] {
			if slices.ContainsFunc(r.problem.NeverTogether, func(n [2]int) bool { return n == [2]int{i, i + 1 + j} || n == [2]int{i + 1 + j, i} }) {
				continue
			}
			out = append(out, scheduler.Link{A: a, B: b, Cadence: r.linkCadence(a, b)})
		}
	}
	return out
}

// linkCadence is weekly for teams that depend strongly on each other, else
// biweekly; without any such figures it is the program's.
func (r *forming) linkCadence(a, b calendar.Address) availability.Cadence {
	x, y := r.Workspace.Roster.Of(a).Team, r.Workspace.Roster.Of(b).Team
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
