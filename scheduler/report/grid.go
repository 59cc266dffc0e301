package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/scheduler"
)

// A Grid draws candidates as tables of sessions by members.
type Grid struct {
	Printer
	Name func(address string) string // what people call a member
	Zone *time.Location              // of the series

	used  map[rune]bool // marks that the legend must explain
	width int           // of the column of a session
}

// marks are the cells of a grid; the legend names those that were used.
var marks = []struct {
	why    availability.Why
	mark   rune
	legend string
}{
	{availability.BusyThen, 'B', "busy"},
	{availability.OutOfHours, 'H', "outside their hours"},
	{availability.Holiday, 'P', "public holiday"},
	{availability.Away, 'A', "away"},
	{availability.NotReadable, '?', "not known"},
}

// Draw writes one candidate: a line in words, the table, and one line for each
// session that somebody misses.
func (g *Grid) Draw(rank int, members []availability.Member, c scheduler.Ranked) {
	g.Heading("%d. %s  %s", rank, title(c.Slot), Summary(c.Candidate, len(members)))
	width := 0
	for _, m := range members {
		width = max(width, ansi.StringWidth(g.Name(m.Name)))
	}
	local := g.localTimes(members, c.Sessions)
	localWidth := 0
	for _, l := range local {
		localWidth = max(localWidth, ansi.StringWidth(l))
	}
	lead := strings.Repeat(" ", 3+width+2+localWidth+1)
	g.width = columnWidth(c.Sessions, g.Zone)
	months, days := g.header(c.Sessions)
	g.Println(g.paint(faint, strings.TrimRight(lead+months, " ")))
	g.Println(g.paint(faint, lead+days))
	for i, m := range members {
		g.row(pad(g.Name(m.Name), width)+"  "+pad(local[i], localWidth), c.Verdicts, i, m.Required)
	}
	g.totals(lead, c.Verdicts, len(members))
}

// Summary says in words how well a candidate does.
func Summary(c availability.Candidate, members int) string {
	s := fmt.Sprintf("%d of %d can attend (%d%%), at the poorest session %d of %d",
		c.Attendance, c.Possible, percent(c.Attendance, c.Possible), c.WorstOccurrence, members)
	if c.RequiredMet < c.Count {
		s += fmt.Sprintf(", all required at %d of %d", c.RequiredMet, c.Count)
	}
	if c.Unknown > 0 {
		s += fmt.Sprintf(", %d not known", c.Unknown)
	}
	if c.Stretch > 0 {
		s += fmt.Sprintf(", %d in stretch hours", c.Stretch)
	}
	return s
}

func percent(part, whole int) int {
	if whole == 0 {
		return 0
	}
	return (100*part + whole/2) / whole
}

func title(s availability.Slot) string {
	return s.Day.String()[:3] + " " + availability.FormatClock(s.Start)
}

// columnWidth returns how wide the columns must be for the names of months not to
// touch: a month with a single session needs room.
func columnWidth(sessions []availability.Interval, zone *time.Location) int {
	for i := 1; i+1 < len(sessions); i++ {
		before, here, after := sessions[i-1].Start.In(zone).Month(), sessions[i].Start.In(zone).Month(), sessions[i+1].Start.In(zone).Month()
		if i == 1 && before != here || before != here && here != after {
			return 4
		}
	}
	return 3
}

// header returns the months and the days of the sessions, in columns.
func (g *Grid) header(sessions []availability.Interval) (months, days string) {
	var m, d strings.Builder
	last := time.Month(0)
	for _, s := range sessions {
		t := s.Start.In(g.Zone)
		label := ""
		if t.Month() != last {
			label, last = t.Format("Jan"), t.Month()
		}
		m.WriteString(pad(label, g.width))
		d.WriteString(pad(fmt.Sprint(t.Day()), -g.width))
	}
	return strings.Repeat(" ", g.width-2) + m.String(), d.String()
}

// localTimes returns when each member's clocks show the sessions: one time, or
// several where clocks change.
func (g *Grid) localTimes(members []availability.Member, sessions []availability.Interval) []string {
	out := make([]string, len(members))
	for i, m := range members {
		var times []string
		for _, s := range sessions {
			if t := s.Start.In(m.Zone).Format("15:04"); !slices.Contains(times, t) {
				times = append(times, t)
			}
		}
		out[i] = strings.Join(times, "/")
	}
	return out
}

func (g *Grid) row(label string, verdicts [][]availability.Verdict, member int, required bool) {
	var b strings.Builder
	attended := 0
	for _, session := range verdicts {
		v := session[member]
		if v.Can.Attends() {
			attended++
		}
		b.WriteString(strings.Repeat(" ", g.width-1) + g.cell(v))
	}
	star := " "
	if required {
		star = "*"
		g.use('*')
	}
	g.Println(fmt.Sprintf(" %s %s %s  %2d", star, label, b.String(), attended))
}

func (g *Grid) cell(v availability.Verdict) string {
	switch v.Can {
	case availability.Yes:
		return g.paint(good, "✓")
	case availability.Stretch:
		g.use('~')
		return g.paint(fair, "~")
	}
	for _, m := range marks {
		if m.why == v.Why {
			g.use(m.mark)
			if v.Can == availability.Maybe {
				return g.paint(fair, string(m.mark))
			}
			return g.paint(bad, string(m.mark))
		}
	}
	return "-"
}

func (g *Grid) totals(lead string, verdicts [][]availability.Verdict, members int) {
	var b strings.Builder
	for _, session := range verdicts {
		n := 0
		for _, v := range session {
			if v.Can.Attends() {
				n++
			}
		}
		style := fair
		switch {
		case n == members:
			style = good
		case 2*n < members:
			style = bad
		}
		b.WriteString(g.paint(style, pad(fmt.Sprint(n), -g.width)))
	}
	g.Println(lead + b.String())
}

func (g *Grid) use(mark rune) {
	if g.used == nil {
		g.used = map[rune]bool{}
	}
	g.used[mark] = true
}

// Legend explains the marks that were drawn.
func (g *Grid) Legend() {
	parts := []string{"✓ can attend"}
	if g.used['~'] {
		parts = append(parts, "~ in stretch hours")
	}
	for _, m := range marks {
		if g.used[m.mark] {
			parts = append(parts, string(m.mark)+" "+m.legend)
		}
	}
	if g.used['*'] {
		parts = append(parts, "* required")
	}
	g.Println(g.paint(faint, strings.Join(parts, "   ")))
}
