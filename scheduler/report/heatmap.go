package report

import (
	_ "embed"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/DataDog/datadog-agent/pkg/template/html"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/scheduler/planning"
)

//go:embed heatmap.svg.tmpl
var heatmapText string

// heatmapTemplate is parsed when it is first used: most runs draw nothing.
var heatmapTemplate = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("heatmap").Parse(heatmapText))
})

// A HeatMap draws the week: how many can attend when a session starts at each
// weekday and hour, with the best starts marked. Times are those of the series' zone;
// the clocks of the members' other zones stand beside them.
type HeatMap struct {
	Ranking planning.Ranking            // its best candidates are marked
	All     []availability.Candidate    // in any order
	Name    func(address string) string // what people call a member
	NoTips  bool                        // nothing is known of single members' times
}

// The picture in pixels. It fits a laptop's screen without scrolling.
const (
	leftMargin, clockWidth   = 14, 56
	mostWidth, mostCellWidth = 1000, 116
	rowsHeight               = 520 // of all rows at most
	rowTall, rowLow          = 16, 4
	bottomMargin             = 66
	mostZones                = 4 // with clocks of their own
	mostListed               = 5 // of the best slots, marked and in words
	shades                   = 8 // classes of attendance, besides none
)

type heatCell struct {
	X, Y, W, H, Class int
	Unknown, Stretch  bool
	Tip               string
}

type heatMark struct {
	X, Y, W, H             int
	BadgeX, BadgeY, BadgeW int
	TextX                  int
	Text                   string
}

type heatLabel struct {
	X, Y int
	Text string
	Own  bool // of the series' own zone
}

type heatRule struct{ X, To, Y int }

type heatPage struct {
	Title         string
	Desc          []string
	Lines         []heatLabel
	Width, Height int
	Days, Hours   []heatLabel
	Rules         []heatRule
	Cells         []heatCell
	Marks         []heatMark
	Legend        []heatLabel
}

// A heatGrid is where things are in the picture.
type heatGrid struct {
	HeatMap
	best        map[slotKey]availability.Candidate
	days        []time.Weekday
	first, last time.Duration // starts of the first and the last row
	step        time.Duration // of a row
	zones       []*time.Location
	left, top   int
	cell, row   int // width and height
}

// WriteSVG writes the map as one SVG file that follows the reader's light or dark
// scheme and has all it shows in words, too. The same map gives the same bytes.
func (h HeatMap) WriteSVG(w io.Writer) error {
	g := h.grid()
	p := heatPage{Width: max(g.left+len(g.days)*g.cell+24, 560), Height: g.top + g.rows()*g.row + bottomMargin}
	g.title(&p)
	for col, day := range g.days {
		p.Days = append(p.Days, heatLabel{X: g.x(col) + g.cell/2, Y: g.top - 10, Text: day.String()[:3]})
		for row := range g.rows() {
			p.Cells = append(p.Cells, g.drawCell(col, g.first+time.Duration(row)*g.step))
		}
		g.marks(&p, col)
	}
	g.axis(&p)
	g.legend(&p)
	return heatmapTemplate().Execute(w, p)
}

func (h HeatMap) grid() heatGrid {
	called := h.Name
	h.Name = func(address string) string { return Line(called(address)) }
	g := heatGrid{HeatMap: h, step: h.Ranking.Search.Step, zones: h.zones()}
	g.best = bestBy(h.All, g.step)
	g.days, g.first, g.last = extent(g.best)
	for g.rows() > rowsHeight/rowLow {
		g.step *= 2
		g.first = g.first.Truncate(g.step)
	}
	if g.step != h.Ranking.Search.Step {
		g.best = bestBy(h.All, g.step)
	}
	g.left = leftMargin + clockWidth*len(g.zones) + 8
	g.top = 84 + 18*min(mostListed, len(h.Ranking.Candidates)) + 26
	g.cell = min(mostCellWidth, (mostWidth-g.left-24)/max(1, len(g.days)))
	g.row = min(rowTall, rowsHeight/g.rows())
	return g
}

func (g heatGrid) rows() int        { return int((g.last-g.first)/g.step) + 1 }
func (g heatGrid) x(column int) int { return g.left + column*g.cell }
func (g heatGrid) y(start time.Duration) int {
	return g.top + int((start-g.first)/g.step)*g.row
}

// title says what the map shows, in figures: for eyes, and for who listens.
func (g heatGrid) title(p *heatPage) {
	r := g.Ranking
	p.Title = "When " + GroupTitle(r.Group) + " can meet"
	line := func(text string) {
		p.Lines = append(p.Lines, heatLabel{X: 20, Y: 52 + 18*len(p.Lines), Text: cut(Line(text), (p.Width-40)/6)})
	}
	if len(r.Candidates) == 0 {
		p.Title = cut(Line(p.Title+": no slot fits"), p.Width/10)
		return
	}
	best := r.Candidates[0]
	figures := fmt.Sprintf(": %s, %d of %d (%d%%)", title(best.Slot), best.Attendance, best.Possible, percent(best.Attendance, best.Possible))
	p.Title = cut(Line(p.Title), max(12, p.Width/10-len(figures))) + figures
	line(fmt.Sprintf("%s of %s from %s; a cell is where a session would start, in %s", Count(best.Count, fmt.Sprint(r.Search.Cadence, " session"), fmt.Sprint(r.Search.Cadence, " sessions")), Minutes(r.Search.Length), r.Search.Start, r.Search.Zone))
	var names []string
	for _, m := range r.Members {
		names = append(names, g.Name(m.Name))
	}
	line(strings.Join(names, ", "))
	for i, c := range r.Candidates {
		words := fmt.Sprintf("%d. %s: %s", i+1, title(c.Slot), Summary(c.Candidate, len(r.Members)))
		p.Desc = append(p.Desc, words)
		if i < mostListed {
			line(words)
		}
	}
	p.Desc = append(p.Desc, "Members: "+strings.Join(names, ", "))
}

// drawCell draws one start, with who can attend how often for who points at it.
func (g heatGrid) drawCell(column int, start time.Duration) heatCell {
	day := g.days[column]
	cell := heatCell{X: g.x(column), Y: g.y(start), W: g.cell - 3, H: max(g.row-1, rowLow-1)}
	c, ok := g.best[slotKey{day, start}]
	if !ok {
		cell.Tip = fmt.Sprintf("%s %s: no candidate", day, availability.FormatClock(start))
		return cell
	}
	cell.Class, cell.Unknown, cell.Stretch = shade(c.Attendance, c.Possible), c.Unknown > 0, c.Stretch > 0
	cell.Tip = fmt.Sprintf("%s %s: %s", day, availability.FormatClock(c.Slot.Start), canAttend(c.Attendance, c.Possible, c.Unknown))
	if !g.NoTips {
		cell.Tip += "\n" + strings.Join(g.attendance(c), "\n")
	}
	return cell
}

// attendance says of each member how many of the sessions they can attend.
func (g heatGrid) attendance(c availability.Candidate) []string {
	sessions, err := c.Slot.Occurrences(c.First, g.Ranking.Search.Cadence, c.Count)
	if err != nil {
		return nil
	}
	out := make([]string, len(g.Ranking.Members))
	yes, stretch, unknown := make([]int, len(out)), make([]int, len(out)), make([]int, len(out))
	for _, session := range availability.Judge(g.Ranking.Members, sessions) {
		for i, v := range session {
			switch v.Can {
			case availability.Yes:
				yes[i]++
			case availability.Stretch:
				yes[i]++
				stretch[i]++
			case availability.Maybe:
				unknown[i]++
			}
		}
	}
	for i, m := range g.Ranking.Members {
		out[i] = fmt.Sprintf("%s: %d of %d", g.Name(m.Name), yes[i], len(sessions))
		if stretch[i] > 0 {
			out[i] += fmt.Sprintf(", %d in stretch hours", stretch[i])
		}
		if unknown[i] > 0 {
			out[i] += fmt.Sprintf(", %d not known", unknown[i])
		}
	}
	return out
}

// marks marks the cells of the day's best starts, with their ranks and hours beside
// them; those that would lie on each other stand side by side.
func (g heatGrid) marks(p *heatPage, column int) {
	const height = 16
	var placed []heatMark
	for rank, c := range g.Ranking.Candidates {
		start := c.Slot.Start.Truncate(g.step)
		if rank >= mostListed || c.Slot.Day != g.days[column] || start < g.first || start > g.last {
			continue
		}
		m := heatMark{X: g.x(column) - 1, Y: g.y(start) - 1, W: g.cell - 1, H: max(g.row-1, rowLow-1) + 2, Text: fmt.Sprintf("%d  %s", rank+1, availability.FormatClock(c.Slot.Start))}
		m.BadgeW, m.BadgeY = 54, m.Y+m.H/2-height/2
		right := m.X + m.W - 3
		for _, o := range placed {
			if abs(o.BadgeY-m.BadgeY) < height {
				right, m.BadgeW, m.Text = min(right, o.BadgeX-1), 18, fmt.Sprint(rank+1)
			}
		}
		m.BadgeX = max(right-m.BadgeW, m.X)
		m.TextX = m.BadgeX + m.BadgeW/2
		placed = append(placed, m)
	}
	p.Marks = append(p.Marks, placed...)
}

func abs(n int) int { return max(n, -n) }

// zones returns the series' zone and those of the members in which clocks show
// another time, the most frequent first.
func (h HeatMap) zones() []*time.Location {
	own, err := availability.LoadZone(h.Ranking.Search.Zone)
	if err != nil {
		own = time.UTC
	}
	zones, seen := []*time.Location{own}, map[string]int{}
	at := h.Ranking.Search.Start.In(own).Start
	for _, m := range h.Ranking.Members {
		seen[m.Zone.String()]++
		if same := func(z *time.Location) bool { return sameClock(z, m.Zone, at) }; !slices.ContainsFunc(zones, same) {
			zones = append(zones, m.Zone)
		}
	}
	slices.SortStableFunc(zones[1:], func(a, b *time.Location) int { return seen[b.String()] - seen[a.String()] })
	return zones[:min(len(zones), mostZones)]
}

func sameClock(a, b *time.Location, at time.Time) bool {
	_, x := at.In(a).Zone()
	_, y := at.In(b).Zone()
	return x == y
}

// axis writes the hours of each zone, as they are when the series begins.
func (g heatGrid) axis(p *heatPage) {
	every := time.Hour
	for int(every/g.step)*g.row < 14 {
		every *= 2
	}
	monday := g.Ranking.Search.Start.Monday()
	for i, zone := range g.zones {
		x := leftMargin + clockWidth*(len(g.zones)-i) - 8
		p.Hours = append(p.Hours, heatLabel{X: x, Y: g.top - 10, Text: cut(city(zone), 8), Own: i == 0})
		for start := g.first.Truncate(time.Hour); start <= g.last; start += every {
			if start < g.first {
				continue
			}
			slot := availability.Slot{Day: time.Monday, Start: start, Length: time.Minute, Zone: g.Ranking.Search.Zone}
			if iv, err := slot.On(monday); err == nil {
				p.Hours = append(p.Hours, heatLabel{X: x, Y: g.y(start) + 9, Text: iv.Start.In(zone).Format("15:04"), Own: i == 0})
			}
			if i == 0 {
				p.Rules = append(p.Rules, heatRule{x + 4, g.x(len(g.days)) - 3, g.y(start)})
			}
		}
	}
}

// city returns what people call a zone: New York for America/New_York.
func city(zone *time.Location) string {
	name := zone.String()
	return strings.ReplaceAll(name[strings.LastIndex(name, "/")+1:], "_", " ")
}

// legend explains the colours and signs, as cells do.
func (g heatGrid) legend(p *heatPage) {
	y, x := p.Height-bottomMargin+20, 20
	for class := range shades + 1 {
		p.Cells = append(p.Cells, heatCell{X: x + class*20, Y: y, W: 18, H: 12, Class: class})
	}
	p.Legend = append(p.Legend, heatLabel{X: x, Y: y + 28, Text: "nobody"}, heatLabel{X: x + 84, Y: y + 28, Text: "everybody, always"})
	x += 20*(shades+1) + 24
	for _, sign := range []struct {
		cell heatCell
		text string
	}{
		{heatCell{Class: 3, Unknown: true}, "not all is known"},
		{heatCell{Class: 3, Stretch: true}, "some in stretch hours"},
	} {
		sign.cell.X, sign.cell.Y, sign.cell.W, sign.cell.H = x, y, 24, 12
		p.Cells = append(p.Cells, sign.cell)
		p.Legend = append(p.Legend, heatLabel{X: x + 30, Y: y + 11, Text: sign.text})
		x += 30 + 7*len(sign.text)
	}
}

type slotKey struct {
	day   time.Weekday
	start time.Duration
}

// bestBy returns the best candidate of each weekday and row: those with a longer
// cadence have one for each starting week, and rows may hold several starts.
func bestBy(all []availability.Candidate, step time.Duration) map[slotKey]availability.Candidate {
	best := map[slotKey]availability.Candidate{}
	for _, c := range all {
		k := slotKey{c.Slot.Day, c.Slot.Start.Truncate(step)}
		if have, ok := best[k]; !ok || c.Attendance > have.Attendance {
			best[k] = c
		}
	}
	return best
}

// worthDrawing is the share of the best slot's attendance from which on a time is
// worth looking at.
const worthDrawing = 0.4

// extent returns the days and the span of starts at which a good part can attend, or
// could if more were known, so that no one looks at empty nights.
func extent(best map[slotKey]availability.Candidate) (days []time.Weekday, first, last time.Duration) {
	top := 0
	for _, c := range best {
		top = max(top, c.Attendance+c.Unknown)
	}
	first, last = 24*time.Hour, 0
	for k, c := range best {
		if may := c.Attendance + c.Unknown; may > 0 && float64(may) >= worthDrawing*float64(top) {
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

// shade returns 0 for nobody up to shades for everybody at every session.
func shade(attendance, possible int) int {
	if possible == 0 || attendance == 0 {
		return 0
	}
	return 1 + attendance*(shades-1)/possible
}
