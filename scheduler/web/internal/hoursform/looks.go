package hoursform

import (
	"slices"
	"time"

	"github.com/peerslot/peerslot/scheduler"
)

// Looks says when repair looks at sessions that begin at these instants, in their
// order: it does so no sooner than its horizon, and not at all where it is too late.
func Looks(starts []time.Time, rules scheduler.RepairRules, zone *time.Location, now time.Time) string {
	next := slices.IndexFunc(starts, func(t time.Time) bool { return !t.Before(now.Add(rules.Notice)) })
	if next < 0 {
		return "That is too near for a move."
	}
	what, from := "it", "tonight"
	if len(starts) > 1 {
		what = "them as they come near,"
	}
	if near := starts[next].Add(-rules.Horizon); near.After(now) {
		from = near.In(zone).Format("Mon 2 January")
	}
	return "Repair looks at " + what + " from " + from + " on."
}
