package report

import (
	"testing"

	"github.com/peerslot/peerslot/availability"
)

// TestSummaryCountsWhatIsKnown takes an attendance of which nothing is known neither for
// coming nor for missing.
func TestSummaryCountsWhatIsKnown(t *testing.T) {
	for want, c := range map[string]availability.Candidate{
		"25 of 26 can attend (96%), at the poorest session 1 of 2":                                               {Attendance: 25, Possible: 26, WorstOccurrence: 1},
		"12 of 13 can attend (92%), of 13 more nothing is known, at the poorest session at least 0 of 2":         {Attendance: 12, Possible: 26, Unknown: 13},
		"nothing is known of the 26 attendances":                                                                 {Possible: 26, Unknown: 26},
		"0 of 20 can attend (0%), of 6 more nothing is known, at the poorest session at least 0 of 2":            {Possible: 26, Unknown: 6},
		"26 of 26 can attend (100%), at the poorest session 2 of 2, all required at 0 of 13, 4 in stretch hours": {Attendance: 26, Possible: 26, WorstOccurrence: 2, Count: 13, Stretch: 4},
	} {
		if got := Summary(c, 2); got != want {
			t.Errorf("Summary(%+v) = %q, want %q", c, got, want)
		}
	}
}
