package report

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/peerslot/peerslot/availability"
)

//go:embed heatmap.svg.tmpl
var heatmapText string

// heatmapTemplate is parsed when it is first used: most runs draw nothing.
var heatmapTemplate = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("heatmap").Parse(heatmapText))
})

// A HeatMap draws the week: how many can attend at each weekday and start, with
// the best slots marked.
type HeatMap struct {
	Title      string
	Lines      []string                 // below the title
	Candidates []availability.Candidate // all of them, in any order
	Best       []availability.Slot      // the best first
	Step       time.Duration            // between starts
}

const (
	cellWidth, leftMargin, topMargin, bottomMargin = 104, 64, 104, 62
	shades                                         = 8 // classes of attendance, besides none
)

type heatCell struct {
	X, Y, W, H, Class int
	Tip               string
}

type heatMark struct{ X, Y, W, H, Rank, TextX, TextY int }

type heatLabel struct {
	X, Y int
	Text string
}

type heatPage struct {
	Title               string
	Lines               []heatLabel
	Width, Height       int
	Cells               []heatCell
	Marks               []heatMark
	Days, Hours, Legend []heatLabel
	Swatches            []heatCell
}

// WriteSVG writes the map as one SVG file that follows the reader's light or dark
// scheme. The same map gives the same bytes.
func (h HeatMap) WriteSVG(w io.Writer) error {
	best := h.bestBySlot()
	days, first, last := h.extent(best)
	rowHeight := max(8, int(14*h.Step/(15*time.Minute)))
	rows := int((last-first)/h.Step) + 1
	p := heatPage{
		Title:  h.Title,
		Width:  max(leftMargin+len(days)*cellWidth+24, 520),
		Height: topMargin + rows*rowHeight + bottomMargin,
	}
	for i, line := range h.Lines {
		p.Lines = append(p.Lines, heatLabel{20, 50 + 18*i, shorten(line, (p.Width-40)/7)})
	}
	y := func(start time.Duration) int { return topMargin + int((start-first)/h.Step)*rowHeight }
	for col, day := range days {
		x := leftMargin + col*cellWidth
		p.Days = append(p.Days, heatLabel{x + cellWidth/2, topMargin - 12, day.String()[:3]})
		for start := first; start <= last; start += h.Step {
			c, ok := best[slotKey{day, start}]
			cell := heatCell{X: x, Y: y(start), W: cellWidth - 3, H: rowHeight - 1, Tip: fmt.Sprintf("%s %s: no candidate", day, availability.FormatClock(start))}
			if ok {
				cell.Class = shade(c.Attendance, c.Possible)
				cell.Tip = fmt.Sprintf("%s %s: %d of %d can attend", day, availability.FormatClock(start), c.Attendance, c.Possible)
			}
			p.Cells = append(p.Cells, cell)
		}
		for rank, s := range h.Best {
			if s.Day == day && s.Start >= first && s.Start <= last {
				height := max(rowHeight, int(s.Length*time.Duration(rowHeight)/h.Step)) - 1
				height = min(height, y(last)+rowHeight-1-y(s.Start))
				p.Marks = append(p.Marks, heatMark{x - 1, y(s.Start) - 1, cellWidth - 1, height + 1, rank + 1, x + cellWidth - 18 - 22*(rank%4), y(s.Start) + height/2})
			}
		}
	}
	for start := first.Truncate(time.Hour); start <= last; start += time.Hour {
		if start >= first {
			p.Hours = append(p.Hours, heatLabel{leftMargin - 10, y(start) + 10, availability.FormatClock(start)})
		}
	}
	p.legend()
	return heatmapTemplate().Execute(w, p)
}

func (p *heatPage) legend() {
	y := p.Height - 34
	x := leftMargin
	for class := range shades + 1 {
		p.Swatches = append(p.Swatches, heatCell{X: x + class*22, Y: y, W: 20, H: 12, Class: class})
	}
	p.Legend = []heatLabel{{x, y + 26, "nobody"}, {x + shades*22, y + 26, "everybody, always"}}
}

type slotKey struct {
	day   time.Weekday
	start time.Duration
}

// bestBySlot returns the best candidate of each weekday and start: those with a
// longer cadence have one for each starting week.
func (h HeatMap) bestBySlot() map[slotKey]availability.Candidate {
	best := map[slotKey]availability.Candidate{}
	for _, c := range h.Candidates {
		k := slotKey{c.Slot.Day, c.Slot.Start}
		if have, ok := best[k]; !ok || c.Attendance > have.Attendance {
			best[k] = c
		}
	}
	return best
}

// worthDrawing is the share of the best slot's attendance from which on a time is
// worth looking at.
const worthDrawing = 0.4

// extent returns the days and the span of starts at which a good part can attend,
// so that no one looks at empty nights.
func (h HeatMap) extent(best map[slotKey]availability.Candidate) (days []time.Weekday, first, last time.Duration) {
	top := 0
	for _, c := range best {
		top = max(top, c.Attendance)
	}
	first, last = 24*time.Hour, 0
	for k, c := range best {
		if c.Attendance > 0 && float64(c.Attendance) >= worthDrawing*float64(top) {
			first, last = min(first, k.start), max(last, k.start)
			if !slices.Contains(days, k.day) {
				days = append(days, k.day)
			}
		}
	}
	if len(days) == 0 {
		return []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday}, 9 * time.Hour, 17 * time.Hour
	}
	slices.SortFunc(days, func(a, b time.Weekday) int { return (int(a)+6)%7 - (int(b)+6)%7 })
	return days, first, last
}

// shorten cuts a line to about so many characters.
func shorten(s string, most int) string {
	if runes := []rune(s); len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return s
}

// shade returns 0 for nobody up to shades for everybody at every session.
func shade(attendance, possible int) int {
	if possible == 0 || attendance == 0 {
		return 0
	}
	return 1 + attendance*(shades-1)/possible
}
