package overview

import (
	"math"
	"time"
)

// All pictures are as wide as a page of text, and can be scrolled on a phone.
const (
	width = 640
	left  = 48 // of what is drawn
	right = 24
)

// drawWeeks draws the attendance of a program: the mean as a line, from the poorest to
// the best group as a band, the quorum dashed, and what is not known as bars below.
func (o Overview) drawWeeks(id string, p Program) Drawing {
	const top, bottom, below = 32, 176, 216
	d := Drawing{ID: id, Width: width, Height: 244}
	first, _ := time.Parse(time.DateOnly, p.Weeks[0].Monday)
	last, _ := time.Parse(time.DateOnly, p.Weeks[len(p.Weeks)-1].Monday)
	weeks := max(1, last.Sub(first).Hours()/24/7)
	x := func(w Week) float64 {
		at, _ := time.Parse(time.DateOnly, w.Monday)
		return left + (at.Sub(first).Hours()/24/7)/weeks*(width-left-right-96)
	}
	y := func(share float64) float64 { return bottom - share*(bottom-top) }
	for _, percent := range []float64{0, 0.5, 1} {
		d.line("rule", point{left, y(percent)}, point{width - right - 96, y(percent)})
		d.text("soft", "end", point{left - 8, y(percent) + 4}, "%.0f%%", 100*percent)
	}
	var mean, high, low []point
	unknown := false
	for _, w := range p.Weeks {
		if w.Attendance.Known > 0 {
			mean = append(mean, point{x(w), y(w.Attendance.of())})
			high = append(high, point{x(w), y(w.Best.of())})
			low = append([]point{{x(w), y(w.Poorest.of())}}, low...)
		}
		if w.Attendance.Unknown > 0 {
			h := float64(below-bottom-12) * float64(w.Attendance.Unknown) / float64(w.Attendance.all())
			unknown = true
			d.rect("unknown", x(w)-4, below-h, 8, h)
		}
	}
	d.area("band", append(high, low...)...)
	d.line("quorum", point{left, y(p.Quorum)}, point{width - right - 96, y(p.Quorum)}) // on the band, which would hide it
	d.line("mean", mean...)
	labels := newLabels(width - right - 88)
	for _, m := range mean {
		d.dot("full", m, 3)
	}
	if n := len(mean); n > 0 {
		labels.add(mean[n-1].y, "mean")
	}
	labels.add(y(p.Quorum), "quorum")
	if unknown {
		labels.add(below-8, "not known")
	}
	labels.draw(&d)
	d.line("rule", point{left, below}, point{width - right - 96, below})
	every := max(1, int(math.Ceil(weeks/6)))
	for at := first; !at.After(last); at = at.AddDate(0, 0, 7*every) {
		d.text("soft", "middle", point{x(Week{Monday: at.Format(time.DateOnly)}), 236}, "%s", at.Format("2 Jan"))
	}
	return d
}

// of divides; who asks knows that something is known.
func (s Share) of() float64 { return float64(s.Yes) / float64(s.Known) }

// labels stand beside what they name, and not on each other.
type labels struct {
	x    float64
	at   []float64
	text []string
}

func newLabels(x float64) *labels { return &labels{x: x} }

func (l *labels) add(y float64, text string) {
	for moved := true; moved; {
		moved = false
		for _, other := range l.at {
			if math.Abs(other-y) < 14 {
				y, moved = other+14, true
			}
		}
	}
	l.at, l.text = append(l.at, y), append(l.text, text)
}

func (l *labels) draw(d *Drawing) {
	for i, y := range l.at {
		d.text("label", "start", point{l.x, y + 4}, "%s", l.text[i])
	}
}

// longestLabel is how many characters fit beside a picture in wide letters.
const longestLabel = 23

// mostDots is how many groups a picture of dots shows; more are in the table alone.
const mostDots = 60

// drawGroups draws two dots a group: hollow what was expected, full what was held.
func (o Overview) drawGroups(id string, groups []Group, name func(Group) string) Drawing {
	const row, top, names = 22, 28, 200
	groups = groups[:min(len(groups), mostDots)]
	d := Drawing{ID: id, Width: width, Height: top + row*len(groups) + 12}
	x := func(share float64) float64 { return names + share*(width-names-right-8) }
	for _, percent := range []float64{0, 0.5, 1} {
		d.line("rule", point{x(percent), top - 8}, point{x(percent), float64(d.Height - 8)})
		d.text("soft", "middle", point{x(percent), top - 14}, "%.0f%%", 100*percent)
	}
	for i, g := range groups {
		y := float64(top + row*i + row/2)
		d.text("label", "end", point{names - 12, y + 4}, "%s", short(name(g), longestLabel))
		if g.Expected.Known > 0 && g.Held.Known > 0 {
			d.line("span", point{x(g.Expected.of()), y}, point{x(g.Held.of()), y})
		}
		if g.Expected.Known > 0 {
			d.dot("hollow", point{x(g.Expected.of()), y}, 5)
		}
		if g.Held.Known > 0 {
			d.dot("full", point{x(g.Held.of()), y}, 5)
		}
	}
	return d
}

// drawMoves draws two dots a group: hollow who could come before its moves, full after.
func (o Overview) drawMoves(id string, name func(string) string) Drawing {
	const row, top, names = 22, 12, 200
	groups := o.Moves.Groups[:min(len(o.Moves.Groups), mostDots)]
	d := Drawing{ID: id, Width: width, Height: top + row*len(groups) + 12}
	most := 1
	for _, g := range groups {
		most = max(most, g.Before, g.After)
	}
	x := func(n int) float64 { return names + float64(n)/float64(most)*(width-names-right-40) }
	d.line("rule", point{names, top - 8}, point{names, float64(d.Height - 8)})
	for i, g := range groups {
		y := float64(top + row*i + row/2)
		d.text("label", "end", point{names - 12, y + 4}, "%s", short(name(g.Group), longestLabel))
		d.line("span", point{x(g.Before), y}, point{x(g.After), y})
		d.dot("hollow", point{x(g.Before), y}, 5)
		d.dot("full", point{x(g.After), y}, 5)
		d.text("label", "start", point{math.Max(x(g.Before), x(g.After)) + 10, y + 4}, "%+d", g.After-g.Before)
	}
	return d
}

// drawBars draws a bar a row, with its figure beside it.
func drawBars(id string, rows []bar) Drawing {
	const row, top, names = 24, 4, 200
	d := Drawing{ID: id, Width: width, Height: top + row*len(rows) + 8}
	most := 0.0
	for _, r := range rows {
		most = max(most, r.value)
	}
	for i, r := range rows {
		y := float64(top + row*i)
		d.text("label", "end", point{names - 12, y + 16}, "%s", short(r.name, longestLabel))
		w := 0.0
		if most > 0 {
			w = r.value / most * (width - names - right - 110)
		}
		d.rect("bar", names, y+4, math.Max(w, 1), row-8)
		d.text("label", "start", point{names + w + 8, y + 16}, "%s", r.figure)
	}
	return d
}

type bar struct {
	name   string
	value  float64
	figure string
}

// mostPeople is how many people a matrix or a network shows by name. Above it the
// teams say more (Ghoniem, Fekete and Castagliola 2004: networks of more than 20 are
// read worse than matrices).
const mostPeople = 24

// drawNetwork draws people on a circle, and a line between any two who met: the more
// often, the thicker.
func (m Met) drawNetwork(id string, name func(string) string) Drawing {
	const size, radius = 420, 150
	d := Drawing{ID: id, Width: width, Height: size}
	at := make([]point, len(m.People))
	for i := range m.People {
		angle := 2*math.Pi*float64(i)/float64(len(m.People)) - math.Pi/2
		at[i] = point{width/2 + radius*math.Cos(angle), size/2 + radius*math.Sin(angle)}
	}
	for _, p := range m.Pairs {
		class := "met1"
		if p.Times > 1 {
			class = "met2"
		}
		d.line(class, at[m.index[p.A]], at[m.index[p.B]])
	}
	for i, a := range m.People {
		d.dot("full", at[i], 5)
		anchor, dx := "start", 10.0
		if at[i].x < width/2-1 {
			anchor, dx = "end", -10
		}
		dy := 4 + 10*(at[i].y-size/2)/radius
		d.text("label", anchor, point{at[i].x + dx, at[i].y + dy}, "%s", short(name(a), longestLabel-3))
	}
	return d
}
