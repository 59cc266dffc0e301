package forming

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/grouping"
)

// Placed is somebody who joins a group, what that changes, and the groups that would
// have been next best.
type Placed struct {
	Person calendar.Address
	Option
	Others []Option // the next best first, at most three
}

// An Option is a group that somebody could join.
type Option struct {
	Group                     string
	Before, After             int // cost of the group
	CommonBefore, CommonAfter int // sessions that all members can attend at the best start for that
}

// chooseToPlace makes the current groups kept ones, and who is to be placed the only
// others.
func (r *forming) chooseToPlace() error {
	if r.Program.Kind == scheduler.OneOnOne {
		return errors.New("the pairs of a one-on-one program come from its links; add a link instead of placing somebody")
	}
	all := r.Workspace.Participants(r.Program)
	takesPart := make(map[calendar.Address]bool, len(all))
	for _, a := range all {
		takesPart[a] = true
	}
	left := r.left(takesPart)
	r.kept = append(slices.Clone(r.former), left...)
	if len(r.kept) == 0 {
		return fmt.Errorf("program %q has no groups yet that anybody could join", r.Program.Name)
	}
	placed := map[calendar.Address]bool{} // who is in a group, or will be
	for _, g := range r.kept {
		r.people = append(r.people, g.Members...)
		for i, a := range g.Members {
			placed[a] = true
			for _, b := range g.Members[:i] {
				r.met[pairOf(a, b)]-- // they go on, and do not meet anew
			}
		}
	}
	for _, a := range r.Place {
		switch {
		case !takesPart[a]:
			return fmt.Errorf("%s does not take part in program %q; look at its people", a, r.Program.Name)
		case slices.ContainsFunc(left, func(g scheduler.Group) bool { return g.Members[0] == a }):
			continue
		case placed[a]:
			return fmt.Errorf("%s is in a group of program %q already", a, r.Program.Name)
		}
		placed[a] = true
		r.people = append(r.people, a)
	}
	for _, a := range all {
		if !placed[a] {
			r.leftOut = append(r.leftOut, LeftOut{a, "is in no group, and can be placed in one"})
		}
	}
	slices.SortFunc(r.people, cmp.Compare)
	return nil
}

// left returns the groups of which one is left, who waits for somebody to join.
func (r *forming) left(takesPart map[calendar.Address]bool) (groups []scheduler.Group) {
	for _, g := range r.last.Groups {
		g.Members = slices.DeleteFunc(slices.Clone(g.Members), func(a calendar.Address) bool { return !takesPart[a] })
		goesOn := slices.ContainsFunc(r.former, func(f scheduler.Group) bool { return f.Name == g.Name })
		if len(g.Members) == 1 && !goesOn && r.Program.MinSize <= 2 {
			groups = append(groups, g)
		}
	}
	return groups
}

// leave takes those off the plan who are still the only ones of their groups.
func (r *forming) leave(plan *Plan) error {
	single := func(g scheduler.Group) bool { return len(g.Members) < 2 }
	for _, g := range r.kept {
		if a := g.Members[0]; single(g) {
			r.people = slices.DeleteFunc(r.people, func(b calendar.Address) bool { return a == b })
			plan.LeftOut = append(plan.LeftOut, LeftOut{a, "is in no group, and can be placed in one"})
		}
	}
	if !slices.ContainsFunc(r.kept, single) {
		return nil
	}
	r.kept, r.assumed = slices.DeleteFunc(r.kept, single), nil
	err := r.setProblem()
	plan.Assumed = r.assumed
	return err
}

// place puts one person after the other into the group whose cost that raises least,
// among those that have room and in which no rule forbids it. Groups keep their names. Who
// is the only one of a group comes last, and stays there if somebody joined.
func (r *forming) place(ctx context.Context, plan *Plan) error {
	in := func(a calendar.Address) int {
		return slices.IndexFunc(r.kept, func(g scheduler.Group) bool { return slices.Contains(g.Members, a) })
	}
	order := slices.Clone(r.Place)
	slices.SortStableFunc(order, func(a, b calendar.Address) int { return min(in(a), 0) - min(in(b), 0) })
	for _, a := range order {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if own := in(a); own >= 0 && len(r.kept[own].Members) > 1 {
			continue
		} else if own >= 0 {
			r.kept = slices.Delete(r.kept, own, own+1)
		}
		options := r.options(a)
		if len(options) == 0 {
			return &InfeasibleError{r.Program.Name, fmt.Errorf("every group is full, or has somebody whom %s may not be with; form a new round", a)}
		}
		placed := Placed{Person: a, Option: options[0], Others: options[1:min(len(options), 4)]}
		plan.Placed = append(plan.Placed, placed)
		g := slices.IndexFunc(r.kept, func(g scheduler.Group) bool { return g.Name == placed.Group })
		r.kept[g].Members = append(slices.Clone(r.kept[g].Members), a)
	}
	if err := r.leave(plan); err != nil {
		return err
	}
	r.problem.Keep = nil
	for _, g := range r.kept {
		r.problem.Keep = append(r.problem.Keep, r.numbers(g.Members))
	}
	result, err := grouping.Evaluate(r.problem, r.problem.Keep)
	if err != nil {
		return err
	}
	r.take(plan, result)
	return nil
}

// options returns the groups that a person can join, the best first: those of which one is
// left before others, who would be left out.
func (r *forming) options(a calendar.Address) []Option {
	most := r.problem.MaxSize
	if r.Program.Kind == scheduler.Pair {
		most = 3 // an odd one out joins a trio
	}
	var out []Option
	waits := map[string]int{}
	for _, g := range r.kept {
		if len(g.Members) >= most {
			continue
		}
		if len(g.Members) == 1 {
			waits[g.Name] = 1
		}
		before, _ := r.alone(g.Members)
		after, broken := r.alone(append(slices.Clone(g.Members), a))
		if !slices.Contains(broken, a) {
			out = append(out, Option{g.Name, before.Cost.Total(), after.Cost.Total(), before.Sessions, after.Sessions})
		}
	}
	slices.SortStableFunc(out, func(x, y Option) int {
		return cmp.Or(waits[y.Group]-waits[x.Group], cmp.Compare(x.After-x.Before, y.After-y.Before), cmp.Compare(x.Group, y.Group))
	})
	return out
}

// numbers returns the indices of members among the people.
func (r *forming) numbers(members []calendar.Address) []int {
	out := make([]int, len(members))
	for k, a := range members {
		out[k], _ = slices.BinarySearch(r.people, a)
	}
	return out
}

// alone prices the members as one group, and returns who breaks rules in it.
func (r *forming) alone(members []calendar.Address) (grouping.Group, []calendar.Address) {
	p := r.problem
	number := map[int]int{}
	p.People, p.Met, p.NeverTogether, p.Keep = nil, nil, nil, nil
	var all []int
	for k, i := range r.numbers(members) {
		number[i] = k
		all = append(all, k)
		p.People = append(p.People, r.problem.People[i])
	}
	p.Keep = [][]int{all}
	for _, m := range r.problem.Met {
		a, isIn := number[m.A]
		if b, isInToo := number[m.B]; isIn && isInToo {
			p.Met = append(p.Met, grouping.Meeting{A: a, B: b, Times: m.Times})
		}
	}
	for _, n := range r.problem.NeverTogether {
		a, isIn := number[n[0]]
		if b, isInToo := number[n[1]]; isIn && isInToo {
			p.NeverTogether = append(p.NeverTogether, [2]int{a, b})
		}
	}
	result, err := grouping.Evaluate(p, p.Keep)
	if err != nil {
		return grouping.Group{}, members // cannot be: the whole problem was checked
	}
	var broken []calendar.Address
	for _, c := range result.Broken {
		broken = append(broken, members[c.A], members[c.B])
	}
	return result.Groups[0], broken
}
