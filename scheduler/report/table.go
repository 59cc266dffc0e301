// Package report says what peerslot found and did, as people and programs read it:
// words, JSON types, tables, the grid of sessions by members, and the heat map of a
// week. The commands and the web show the same values.
package report

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// A Printer writes for people. On a terminal it aligns; elsewhere it writes plain
// text that cut and awk can read. What comes from elsewhere, given to any of its
// methods, is made harmless and kept on one line.
type Printer struct {
	W        io.Writer
	Terminal bool
	Colours  bool  // on a terminal that shows them, to somebody who wants them
	Width    int   // columns of the terminal; 0 for any number
	All      bool  // names everything that a line otherwise counts
	Steps    Steps // how a next step is told
}

// A style is what a terminal is told before a text.
type style string

const (
	plain   style = ""
	heading style = "\x1b[1m"
	faint   style = "\x1b[2m"
	good    style = "\x1b[32m"
	fair    style = "\x1b[33m"
	bad     style = "\x1b[31m"
	end           = "\x1b[m"
)

// styles are all sequences that a Printer writes.
var styles = [][]byte{[]byte(heading), []byte(faint), []byte(good), []byte(fair), []byte(bad), []byte(end)}

func (p Printer) paint(how style, s string) string {
	if !p.Colours || how == plain || s == "" {
		return s
	}
	return string(how) + s + end
}

// Table writes rows under a header: aligned columns that fit the terminal, or tabs
// between the cells elsewhere.
func (p Printer) Table(header []string, rows [][]string) {
	all := append([][]string{header}, rows...)
	if !p.Terminal {
		for _, row := range all {
			fmt.Fprintln(p.W, strings.Join(clean(row), "\t"))
		}
		return
	}
	for i, row := range all {
		all[i] = clean(row)
	}
	all = withoutEmpty(all)
	widths := p.columnWidths(all)
	for i, row := range all {
		how := plain
		if i == 0 {
			how = heading
		}
		p.row(how, row, widths)
	}
}

// clean returns the cells of a row, each on one line.
func clean(row []string) []string {
	out := make([]string, len(row))
	for i, cell := range row {
		out[i] = Line(cell)
	}
	return out
}

const (
	gap       = 2 // between columns
	narrowest = 6 // that a column gets when a table must be made to fit
)

// columnWidths returns what the columns need, less where the widest must make room
// for a table that fits.
func (p Printer) columnWidths(rows [][]string) []int {
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], ansi.StringWidth(cell))
		}
	}
	total := gap * (len(widths) - 1)
	for _, w := range widths {
		total += w
	}
	for ; p.Width > 0 && total > p.Width; total-- {
		widest := -1
		for i, w := range widths {
			if w > max(narrowest, ansi.StringWidth(rows[0][i])) && (widest < 0 || w >= widths[widest]) {
				widest = i
			}
		}
		if widest < 0 {
			break
		}
		widths[widest]--
	}
	return widths
}

// withoutEmpty returns the rows without a last column in which only the header says
// something.
func withoutEmpty(rows [][]string) [][]string {
	last := len(rows[0]) - 1
	for _, row := range rows[1:] {
		if row[last] != "" {
			return rows
		}
	}
	out := make([][]string, len(rows))
	for i, row := range rows {
		out[i] = row[:last]
	}
	return out
}

// row writes the cells beside each other, each over as many lines as it needs.
func (p Printer) row(how style, cells []string, widths []int) {
	lines := make([][]string, len(cells))
	height := 1
	for i, cell := range cells {
		lines[i] = []string{cell}
		if ansi.StringWidth(cell) > widths[i] {
			lines[i] = strings.Split(ansi.Wrap(cell, widths[i], "-"), "\n")
		}
		height = max(height, len(lines[i]))
	}
	for n := range height {
		var b strings.Builder
		for i := range cells {
			cell := ""
			if n < len(lines[i]) {
				cell = lines[i][n]
			}
			b.WriteString(pad(cell, widths[i]) + strings.Repeat(" ", gap))
		}
		p.Println(p.paint(how, strings.TrimRight(b.String(), " ")))
	}
}

// Heading writes a line in bold.
func (p Printer) Heading(format string, args ...any) {
	for line := range strings.SplitSeq(p.wrap(fmt.Sprintf(format, lines(args)...)), "\n") {
		p.Println(p.paint(heading, line))
	}
}

// Println writes a line that may hold colours of this Printer.
func (p Printer) Println(s string) { _, _ = p.W.Write(append(Harmless([]byte(s)), '\n')) }

// Printf writes text without colours.
func (p Printer) Printf(format string, args ...any) {
	_, _ = p.W.Write(Harmless([]byte(p.wrap(fmt.Sprintf(format, lines(args)...)))))
}

// wrap breaks lines that are too long for the terminal between words; what follows
// is indented by two more than the line.
func (p Printer) wrap(text string) string {
	if !p.Terminal || p.Width <= 0 {
		return text
	}
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if ansi.StringWidth(line) <= p.Width {
			continue
		}
		indent := strings.Repeat(" ", len(line)-len(strings.TrimLeft(line, " "))+2)
		lines[i] = strings.Join(fold(line, p.Width, max(p.Width-len(indent), narrowest)), "\n"+indent)
	}
	return strings.Join(lines, "\n")
}

// fold breaks a line between words, of which only those that are wider than there is room are
// broken: a command or a date is to be copied whole.
func fold(line string, room, rest int) (out []string) {
	current := ""
	for i, word := range strings.Split(line, " ") {
		switch {
		case i == 0:
			current = word
		case ansi.StringWidth(current)+1+ansi.StringWidth(word) <= room:
			current += " " + word
		default:
			out = append(out, strings.TrimRight(current, " "))
			current, room = word, rest
		}
		for ansi.StringWidth(current) > room {
			head := cmp.Or(ansi.Truncate(current, room, ""), current)
			out = append(out, head)
			current, room = strings.TrimPrefix(current, head), rest
		}
	}
	return append(out, current)
}

// lines makes each text and error one line.
func lines(args []any) []any {
	out := make([]any, len(args))
	for i, arg := range args {
		switch v := arg.(type) {
		case string:
			out[i] = Line(v)
		case error:
			out[i] = Line(v.Error())
		default:
			out[i] = arg
		}
	}
	return out
}

// pad fills s with blanks on the right to the width, or on the left if width is
// negative.
func pad(s string, width int) string {
	if width < 0 {
		return strings.Repeat(" ", max(0, -width-ansi.StringWidth(s))) + s
	}
	return s + strings.Repeat(" ", max(0, width-ansi.StringWidth(s)))
}

// cut returns s in at most width columns.
func cut(s string, width int) string { return ansi.Truncate(s, width, "…") }

// Check writes the result of one check, with what to do if it failed.
func (p Printer) Check(ok bool, what, detail, mend string) {
	mark := p.paint(good, "ok   ")
	if !ok {
		mark = p.paint(bad, "mend ")
	}
	p.Println(mark + p.wrap("     " + Line(what) + ": " + Line(detail))[len("     "):])
	if mend != "" {
		p.Println(p.wrap("     " + Line(mend)))
	}
}
