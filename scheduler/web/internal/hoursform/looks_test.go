package hoursform

import (
	"testing"
	"time"

	"github.com/peerslot/peerslot/scheduler"
)

func TestLooks(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 5, 12, 0, 0, 0, time.UTC)
	for want, days := range map[string][]int{
		"That is too near for a move.":                                   {0},
		"Repair looks at it from tonight on.":                            {3},
		"Repair looks at it from Thu 8 January on.":                      {10},
		"Repair looks at them as they come near, from tonight on.":       {0, 3, 10},
		"Repair looks at them as they come near, from Thu 8 January on.": {0, 10},
	} {
		var starts []time.Time
		for _, d := range days {
			starts = append(starts, now.AddDate(0, 0, d))
		}
		if got := Looks(starts, scheduler.DefaultRepairRules(), time.UTC, now); got != want {
			t.Errorf("in %v days: got %q, want %q", days, got, want)
		}
	}
}
