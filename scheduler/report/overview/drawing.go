package overview

import (
	"fmt"
	"math"
	"strings"
)

// A Drawing is a picture made of few kinds of shapes. What a class looks like, in light,
// dark and print, stands in style.css: nothing is told by colour alone.
type Drawing struct {
	ID            string // of the heading that says what it shows
	Width, Height int
	Shapes        []Shape
}

// A Shape is one of a path, a circle, a rectangle and a text, whichever has values.
type Shape struct {
	Class  string
	Path   string
	R      float64
	W, H   float64
	X, Y   float64
	Text   string
	Anchor string // of a text: start, middle or end
}

func (d *Drawing) add(s Shape) { d.Shapes = append(d.Shapes, s) }

func (d *Drawing) line(class string, points ...point) {
	if len(points) > 1 {
		d.add(Shape{Class: class, Path: pathOf(points, false)})
	}
}

func (d *Drawing) area(class string, points ...point) {
	if len(points) > 2 {
		d.add(Shape{Class: class, Path: pathOf(points, true)})
	}
}

func (d *Drawing) dot(class string, p point, r float64) {
	d.add(Shape{Class: class, X: p.x, Y: p.y, R: r})
}

func (d *Drawing) rect(class string, x, y, w, h float64) {
	d.add(Shape{Class: class, X: x, Y: y, W: w, H: h})
}

func (d *Drawing) text(class, anchor string, p point, format string, args ...any) {
	d.add(Shape{Class: class, Anchor: anchor, X: p.x, Y: p.y, Text: fmt.Sprintf(format, args...)})
}

type point struct{ x, y float64 }

func pathOf(points []point, closed bool) string {
	var b strings.Builder
	for i, p := range points {
		command := 'L'
		if i == 0 {
			command = 'M'
		}
		fmt.Fprintf(&b, "%c%s %s", command, number(p.x), number(p.y))
	}
	if closed {
		b.WriteByte('Z')
	}
	return b.String()
}

// number writes a length with one decimal at most: pixels have no more to say.
func number(x float64) string {
	return strings.TrimSuffix(fmt.Sprintf("%.1f", math.Round(x*10)/10), ".0")
}

// short cuts a name to so many characters.
func short(name string, most int) string {
	if runes := []rune(name); len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return name
}
