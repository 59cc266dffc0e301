package forming

import (
	"cmp"
	"slices"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler/grouping"
)

// promised prices the groups that the last round promised for this one. ok is false if there is
// no promise, or it cannot be kept: other people take part, groups are kept, or a rule forbids
// it now.
func (r *forming) promised() (result grouping.Result, ok bool) {
	if len(r.Request.Rounds) == 0 || len(r.kept) > 0 {
		return result, false
	}
	last := r.Request.Rounds[len(r.Request.Rounds)-1]
	if len(last.Promised) == 0 {
		return result, false
	}
	var groups [][]int
	people := slices.Concat(last.Promised[0]...)
	slices.SortFunc(people, cmp.Compare)
	if !slices.Equal(people, r.people) {
		return result, false
	}
	for _, members := range last.Promised[0] {
		groups = append(groups, r.numbers(members))
	}
	result, err := grouping.Evaluate(r.problem, groups)
	return result, err == nil && len(result.Broken) == 0
}

// left returns what is left of a promise that the plan keeps.
func (r *forming) left(plan *Plan) [][][]calendar.Address {
	if rounds := r.Request.Rounds; plan.Promised && len(r.Swaps) == 0 {
		if left := rounds[len(rounds)-1].Promised[1:]; len(left) > 0 {
			return left
		}
	}
	return nil
}
