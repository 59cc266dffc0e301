package forming

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler/grouping"
)

// promise returns the rounds that the last one promised, the next first; nil for none.
func (r *forming) promise() [][][]calendar.Address {
	if len(r.Request.Rounds) == 0 {
		return nil
	}
	return r.Request.Rounds[len(r.Request.Rounds)-1].Promised
}

// promised prices the groups that the last round promised for this one. ok is false if there is
// no promise, or it cannot be kept; why says so then, and is empty if there is none.
func (r *forming) promised() (result grouping.Result, why string, ok bool) {
	promise := r.promise()
	if len(promise) == 0 {
		return result, "", false
	}
	if len(r.kept) > 0 {
		return result, "groups are kept or joined", false
	}
	if why := r.othersThan(slices.Concat(promise[0]...)); why != "" {
		return result, why, false
	}
	var groups [][]int
	for _, members := range promise[0] {
		groups = append(groups, r.numbers(members))
	}
	result, err := grouping.Evaluate(r.problem, groups)
	if err != nil {
		return result, err.Error(), false
	}
	if err := r.checkBroken(result); err != nil {
		return result, errors.Unwrap(err).Error(), false
	}
	return result, "", true
}

// othersThan says who takes part and was not promised to, and the other way round; "" if they are
// the same.
func (r *forming) othersThan(promised []calendar.Address) string {
	var parts []string
	for _, side := range []struct {
		who, beside []calendar.Address
		does        string
	}{{promised, r.people, "no longer"}, {r.people, promised, "now"}} {
		who := slices.DeleteFunc(slices.Clone(side.who), func(a calendar.Address) bool { return slices.Contains(side.beside, a) })
		slices.SortFunc(who, cmp.Compare)
		switch len(who) {
		case 0:
		case 1:
			parts = append(parts, fmt.Sprintf("%s %s takes part", who[0], side.does))
		default:
			parts = append(parts, fmt.Sprintf("%s and %d more %s take part", who[0], len(who)-1, side.does))
		}
	}
	return strings.Join(parts, ", and ")
}

// settle says what of the last round's promise the plan, with its swaps, leaves.
func (r *forming) settle(plan *Plan) {
	promise := r.promise()
	switch {
	case len(promise) == 0:
	case plan.Promised && len(r.Swaps) > 0:
		plan.Dropped = "people were swapped by hand"
	case plan.Promised && len(promise) > 1:
		plan.Round.Promised = promise[1:]
	case !plan.Promised && plan.Dropped == "":
		_, plan.Dropped, _ = r.promised()
	}
}
