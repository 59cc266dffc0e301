package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/scheduler/planning"
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

// Draw writes one candidate: a line in words, and the table. On a terminal that is
// too narrow for all sessions the table comes in parts, and long names end in "…".
func (g *Grid) Draw(rank int, members []availability.Member, c planning.Ranked) {
	g.Heading("%d. %s  %s", rank, title(c.Slot), Summary(c.Candidate, len(members)))
	names, local := make([]string, len(members)), g.localTimes(members, c.Sessions)
	for i, m := range members {
		names[i] = Line(g.Name(m.Name))
	}
	names = g.column(names, 3)
	local = g.column(local, 5)
	lead := 3 + ansi.StringWidth(names[0]) + 2 + ansi.StringWidth(local[0]) + 1
	g.width = columnWidth(c.Sessions, g.Zone)
	for from := 0; from < len(c.Sessions); from += g.fitting(lead, len(c.Sessions)) {
		to := min(from+g.fitting(lead, len(c.Sessions)), len(c.Sessions))
		months, days := g.header(c.Sessions[from:to])
		g.Println(g.paint(faint, strings.TrimRight(strings.Repeat(" ", lead)+months, " ")))
		g.Println(g.paint(faint, strings.Repeat(" ", lead)+days))
		for i, m := range members {
			g.row(names[i]+"  "+local[i], c.Verdicts, from, to, i, m.Required)
		}
		g.totals(strings.Repeat(" ", lead), c.Verdicts[from:to], len(members))
	}
}

// column returns the texts at one width: that of the longest, at most a part of the
// terminal's.
func (g *Grid) column(texts []string, part int) []string {
	width := 0
	for _, s := range texts {
		width = max(width, ansi.StringWidth(s))
	}
	if g.Terminal && g.Width > 0 {
		width = min(width, max(g.Width/part, narrowest))
	}
	out := make([]string, len(texts))
	for i, s := range texts {
		out[i] = pad(cut(s, width), width)
	}
	return out
}

// fitting returns how many sessions fit beside the names, the times and the sum.
func (g *Grid) fitting(lead, sessions int) int {
	const sum = 4
	if !g.Terminal || g.Width <= 0 || lead+sessions*g.width+sum <= g.Width {
		return sessions
	}
	return max(1, (g.Width-lead-sum)/g.width)
}

// Summary says in words how well a candidate does.
func Summary(c availability.Candidate, members int) string {
	if c.Unknown == c.Possible {
		return canAttend(c.Attendance, c.Possible, c.Unknown)
	}
	least := ""
	if c.Unknown > 0 {
		least = "at least "
	}
	s := fmt.Sprintf("%s, at the poorest session %s%d of %d", canAttend(c.Attendance, c.Possible, c.Unknown), least, c.WorstOccurrence, members)
	if c.RequiredMet < c.Count {
		s += fmt.Sprintf(", all required at %d of %d", c.RequiredMet, c.Count)
	}
	if c.Stretch > 0 {
		s += fmt.Sprintf(", %d in stretch hours", c.Stretch)
	}
	return s
}

// canAttend says how many attendances there would be, of those of which something is
// known, and of how many nothing is.
func canAttend(attendance, possible, unknown int) string {
	known := possible - unknown
	switch {
	case known == 0:
		return fmt.Sprintf("nothing is known of the %s", Count(possible, "attendance", "attendances"))
	case unknown > 0:
		return fmt.Sprintf("%d of %d can attend (%d%%), of %d more nothing is known", attendance, known, percent(attendance, known), unknown)
	}
	return fmt.Sprintf("%d of %d can attend (%d%%)", attendance, known, percent(attendance, known))
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

// row writes the sessions of a member from one to another, and their sum over all.
func (g *Grid) row(label string, verdicts [][]availability.Verdict, from, to, member int, required bool) {
	var b strings.Builder
	attended := 0
	for i, session := range verdicts {
		v := session[member]
		if v.Can.Attends() {
			attended++
		}
		if i >= from && i < to {
			b.WriteString(strings.Repeat(" ", g.width-1) + g.cell(v))
		}
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
	for line := range strings.SplitSeq(g.wrap(strings.Join(parts, "   ")), "\n") {
		g.Println(g.paint(faint, line))
	}
}
