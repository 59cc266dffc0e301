package scheduler_test

import (
	"testing"

	"github.com/peerslot/peerslot/scheduler"
)

// A step says what it is done to, and nothing that does not belong to it.
func TestNextSteps(t *testing.T) {
	for kind, want := range map[scheduler.FindingKind]scheduler.Step{
		scheduler.Unplaced:      {Do: scheduler.PlacePerson, Program: "circles", Person: ana},
		scheduler.NotFormed:     {Do: scheduler.FormRound, Program: "circles"},
		scheduler.SeriesGone:    {Do: scheduler.EndSeries, Group: "g"},
		scheduler.NeedsDecision: {Do: scheduler.BookSeries, Group: "g"},
		scheduler.JobDead:       {Do: scheduler.RunRepair},
		scheduler.ReadNobody:    {Do: scheduler.LookAtRead},
		scheduler.Uninvited:     {},
	} {
		f := scheduler.Finding{Kind: kind, Group: "g", Program: "circles", Person: ana}
		if got := f.Next(); got != want {
			t.Errorf("%s: %+v, want %+v", kind, got, want)
		}
	}
}
