// Package report draws peerslot's answers: tables, the grid of sessions by
// members, and the heat map of a week.
package report

import (
	"fmt"
	"io"
	"strings"

	"charm.land/lipgloss/v2"
)

// A Printer writes for people. On a terminal it aligns and colours; elsewhere it
// writes plain text without escape sequences.
type Printer struct {
	W        io.Writer
	Terminal bool
}

var (
	heading = lipgloss.NewStyle().Bold(true)
	faint   = lipgloss.NewStyle().Faint(true)
	good    = lipgloss.NewStyle().Foreground(lipgloss.Color("2"))
	fair    = lipgloss.NewStyle().Foreground(lipgloss.Color("3"))
	bad     = lipgloss.NewStyle().Foreground(lipgloss.Color("1"))
)

// Table writes rows under a header: aligned columns on a terminal, tabs between
// the cells elsewhere, so that cut and awk can read them.
func (p Printer) Table(header []string, rows [][]string) {
	if !p.Terminal {
		for _, row := range append([][]string{header}, rows...) {
			clean := make([]string, len(row))
			for i, cell := range row {
				clean[i] = strings.NewReplacer("\t", " ", "\n", " ").Replace(cell)
			}
			fmt.Fprintln(p.W, strings.Join(clean, "\t"))
		}
		return
	}
	widths := columnWidths(header, rows)
	p.line(heading, header, widths)
	for _, row := range rows {
		p.line(lipgloss.NewStyle(), row, widths)
	}
}

func columnWidths(header []string, rows [][]string) []int {
	widths := make([]int, len(header))
	for _, row := range append([][]string{header}, rows...) {
		for i, cell := range row {
			widths[i] = max(widths[i], lipgloss.Width(cell))
		}
	}
	return widths
}

func (p Printer) line(style lipgloss.Style, cells []string, widths []int) {
	var b strings.Builder
	for i, cell := range cells {
		b.WriteString(cell)
		if i < len(cells)-1 {
			b.WriteString(strings.Repeat(" ", widths[i]-lipgloss.Width(cell)+2))
		}
	}
	p.Println(p.paint(style, b.String()))
}

// Heading writes a line in bold.
func (p Printer) Heading(format string, args ...any) {
	p.Println(p.paint(heading, fmt.Sprintf(format, args...)))
}

// Println writes a line, with colours as the terminal can show them.
func (p Printer) Println(s string) {
	if p.Terminal {
		_, _ = lipgloss.Fprintln(p.W, s)
		return
	}
	fmt.Fprintln(p.W, s)
}

// Printf writes text without colours.
func (p Printer) Printf(format string, args ...any) { fmt.Fprintf(p.W, format, args...) }

func (p Printer) paint(style lipgloss.Style, s string) string {
	if !p.Terminal {
		return s
	}
	return style.Render(s)
}

// pad fills s with blanks on the right to the width, or on the left if width is
// negative.
func pad(s string, width int) string {
	if width < 0 {
		return strings.Repeat(" ", max(0, -width-lipgloss.Width(s))) + s
	}
	return s + strings.Repeat(" ", max(0, width-lipgloss.Width(s)))
}

// Check writes the result of one check, with what to do if it failed.
func (p Printer) Check(ok bool, what, detail, mend string) {
	mark := p.paint(good, "ok   ")
	if !ok {
		mark = p.paint(bad, "mend ")
	}
	p.Println(mark + what + ": " + detail)
	if mend != "" {
		p.Println("     " + mend)
	}
}
