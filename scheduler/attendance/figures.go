package attendance

import (
	"math"
	"slices"
	"time"

	"github.com/peerslot/peerslot/availability"
)

// A Figure is what a Week says of one start.
type Figure struct {
	Day                 time.Weekday
	Start               time.Duration
	Attendance, Unknown int16
}

// NewWeek returns the figures of the candidates of a search, of those that differ in
// their starting week only, those of the best attended. Starts at which nobody can
// come, before and after all others, are left out.
func NewWeek(q availability.Search, possible int, figures []Figure) Week {
	w := Week{Search: q, Possible: possible, From: 24 * time.Hour}
	last, unknown := time.Duration(-1), false
	for _, f := range figures {
		if f.Attendance > 0 || f.Unknown > 0 {
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

// NewFigure returns what is said of a start.
func NewFigure(slot availability.Slot, attendance, unknown int) Figure {
	return Figure{slot.Day, slot.Start, small(attendance), small(unknown)}
}

// small returns a figure of a Week. Only in groups of thousands are there larger ones, which
// all look alike in it.
func small(n int) int16 { return int16(min(n, math.MaxInt16)) }

func days(starts int, filled int16) [][]int16 {
	out, all := make([][]int16, 7), slices.Repeat([]int16{filled}, 7*starts)
	for d := range out {
		out[d] = all[d*starts : (d+1)*starts : (d+1)*starts]
	}
	return out
}

// monday returns the days from Monday to d.
func monday(d time.Weekday) int { return (int(d) + 6) % 7 }
