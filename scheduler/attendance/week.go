package attendance

import (
	"time"

	"github.com/peerslot/peerslot/availability"
)

// A Week is how many attendances there would be at each start of the week, of what was
// left of a series when it was ranked. The zero Week says nothing. Its figures are small
// ones: a night holds those of all series until it is committed.
type Week struct {
	Search     availability.Search
	Possible   int           // attendances at each start
	From       time.Duration // first start of each day, on the wall clock of the search's zone
	Attendance [][]int16     // by day from Monday, then by start from From on; -1 for no candidate
	Unknown    [][]int16     // likewise: attendances of which nothing is known; nil for none
}

// Candidates returns the slots of the week with their attendance, and no other figures.
func (w Week) Candidates() []availability.Candidate {
	var out []availability.Candidate
	for day, row := range w.Attendance {
		for i, n := range row {
			if n < 0 {
				continue
			}
			slot := availability.Slot{Day: time.Weekday((day + 1) % 7), Start: w.From + time.Duration(i)*w.Search.Step, Length: w.Search.Length, Zone: w.Search.Zone}
			c := availability.Candidate{Slot: slot, Count: w.Search.Count, Attendance: int(n), Possible: w.Possible}
			if w.Unknown != nil {
				c.Unknown = int(w.Unknown[day][i])
			}
			out = append(out, c)
		}
	}
	return out
}
