package report

import (
	"fmt"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/scheduler/attendance"
)

// A WeekTable is the week of a [HeatMap] as a table: days by starts, with the figure in
// each cell. The zero WeekTable has no rows.
type WeekTable struct {
	Days     []string
	Rows     []WeekRow
	Possible int    // attendances at each start
	Start    string // day of the first session at the earliest, such as Mon 2 March
	Zone     string // of the starts, as people call it
	Unknown  bool   // of some attendances nothing is known
}

// A WeekRow is one start on all days.
type WeekRow struct {
	Start string // on the clock
	Cells []WeekCell
}

// A WeekCell says how many attendances there would be; both are "" for no candidate.
type WeekCell struct {
	Figure string // "48", or "44?" if of some nothing is known
	Class  string // h0 for none to h4 for nearly all, and "all"
}

// NewWeekTable returns the figures of a week, without the empty nights.
func NewWeekTable(w attendance.Week) WeekTable {
	best := bestBy(w.Candidates(), w.Search.Step)
	if len(best) == 0 {
		return WeekTable{}
	}
	t := WeekTable{Possible: w.Possible, Start: w.Search.Start.In(time.UTC).Start.Format("Mon 2 January"), Zone: w.Search.Zone, Unknown: w.Unknown != nil}
	if zone, err := availability.LoadZone(w.Search.Zone); err == nil {
		t.Zone = city(zone)
	}
	days, first, last := extent(best)
	for _, day := range days {
		t.Days = append(t.Days, day.String()[:3])
	}
	for start := first; start <= last; start += w.Search.Step {
		row := WeekRow{Start: availability.FormatClock(start)}
		for _, day := range days {
			row.Cells = append(row.Cells, weekCell(best, day, start))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func weekCell(best map[slotKey]availability.Candidate, day time.Weekday, start time.Duration) WeekCell {
	c, ok := best[slotKey{day, start}]
	if !ok {
		return WeekCell{}
	}
	cell := WeekCell{fmt.Sprint(c.Attendance), "h0"}
	if c.Unknown > 0 {
		cell.Figure += "?"
	}
	switch {
	case c.Attendance == c.Possible:
		cell.Class = "all" // the darkest is all, not most
	case c.Attendance > 0:
		cell.Class = fmt.Sprintf("h%d", 1+4*c.Attendance/c.Possible)
	}
	return cell
}
