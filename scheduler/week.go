package scheduler

import (
	"time"

	"github.com/peerslot/peerslot/availability"
)

// A Week is how many attendances there would be at each start of the week, of what was
// left of a series when it was ranked. The zero Week says nothing.
type Week struct {
	Search     availability.Search
	Possible   int           // attendances at each start
	From       time.Duration // first start of each day, on the wall clock of the search's zone
	Attendance [][]int       // by day from Monday, then by start from From on; -1 for no candidate
	Unknown    [][]int       // likewise: attendances of which nothing is known; nil for none
}

// A WeekFigure is what a Week says of one start.
type WeekFigure struct {
	Day                 time.Weekday
	Start               time.Duration
	Attendance, Unknown int
}

// NewWeek returns the figures of the candidates of a search, of those that differ in
// their starting week only, those of the best attended. Starts at which nobody can
// come, before and after all others, are left out.
func NewWeek(q availability.Search, possible int, figures []WeekFigure) Week {
	w := Week{Search: q, Possible: possible, From: 24 * time.Hour}
	last, unknown := time.Duration(-1), false
	for _, f := range figures {
		if f.Attendance+f.Unknown > 0 {
			w.From, last = min(w.From, f.Start), max(last, f.Start)
		}
		unknown = unknown || f.Unknown > 0
	}
	if last < 0 {
		return Week{}
	}
	starts := int((last-w.From)/q.Step) + 1
	w.Attendance = days(starts, -1)
	if unknown {
		w.Unknown = days(starts, 0)
	}
	for _, f := range figures {
		day, at := monday(f.Day), int((f.Start-w.From)/q.Step)
		if f.Start < w.From || f.Start > last || w.Attendance[day][at] >= f.Attendance {
			continue
		}
		w.Attendance[day][at] = f.Attendance
		if unknown {
			w.Unknown[day][at] = f.Unknown
		}
	}
	return w
}

func days(starts, filled int) [][]int {
	out := make([][]int, 7)
	for d := range out {
		out[d] = make([]int, starts)
		for i := range out[d] {
			out[d][i] = filled
		}
	}
	return out
}

// monday returns the days from Monday to d.
func monday(d time.Weekday) int { return (int(d) + 6) % 7 }

// Candidates returns the slots of the week with their attendance, and no other figures.
func (w Week) Candidates() []availability.Candidate {
	var out []availability.Candidate
	for day, row := range w.Attendance {
		for i, n := range row {
			if n < 0 {
				continue
			}
			slot := availability.Slot{Day: time.Weekday((day + 1) % 7), Start: w.From + time.Duration(i)*w.Search.Step, Length: w.Search.Length, Zone: w.Search.Zone}
			c := availability.Candidate{Slot: slot, Count: w.Search.Count, Attendance: n, Possible: w.Possible}
			if w.Unknown != nil {
				c.Unknown = w.Unknown[day][i]
			}
			out = append(out, c)
		}
	}
	return out
}
