package attendance

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/peerslot/peerslot/availability"
)

// A week has a candidate for each start that has a figure, on its day, with what is not known
// of it beside what is.
func TestCandidatesOfAWeek(t *testing.T) {
	week := Week{
		Search: availability.Search{Zone: "Europe/Berlin", Length: time.Hour, Step: 30 * time.Minute, Count: 3}, Possible: 6, From: 9 * time.Hour,
		Attendance: [][]int16{{4, -1, 5}, {}, {}, {}, {}, {}, {0}},
		Unknown:    [][]int16{{2, 0, 1}, {}, {}, {}, {}, {}, {6}},
	}
	at := func(day time.Weekday, start time.Duration, attendance, unknown int) availability.Candidate {
		return availability.Candidate{Slot: availability.Slot{Day: day, Start: start, Length: time.Hour, Zone: "Europe/Berlin"}, Count: 3, Possible: 6, Attendance: attendance, Unknown: unknown}
	}
	want := []availability.Candidate{at(time.Monday, 9*time.Hour, 4, 2), at(time.Monday, 10*time.Hour, 5, 1), at(time.Sunday, 9*time.Hour, 0, 6)}
	if diff := cmp.Diff(want, week.Candidates()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	week.Unknown = nil
	for _, c := range week.Candidates() {
		if c.Unknown != 0 {
			t.Errorf("%v: %d unknown; want none of a week in which all is known", c.Slot, c.Unknown)
		}
	}
	if got := (Week{}).Candidates(); got != nil {
		t.Errorf("the zero Week: %v; want nothing", got)
	}
}
