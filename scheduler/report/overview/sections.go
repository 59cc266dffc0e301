package overview

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler/report"
)

// A Section is one finding: its heading says it, the pictures show it, the evidence says
// what it rests on, and the tables have each figure.
type Section struct {
	ID       string
	Heading  string
	Drawings []Drawing
	Matrices []Table // read as pictures are, but are tables
	Evidence []string
	Tables   []Table
}

// A Table has a first column that names its rows.
type Table struct {
	ID      string
	Caption string
	Head    []string
	Rows    [][]string
	Cells   [][]Cell // in place of the further columns of Rows: a matrix
}

// A Cell is one of a matrix: its shade, from 0 to 4, and its figure.
type Cell struct {
	Shade int
	Text  string
}

// Sections returns what is shown, in the order in which it is read. Unless names, people
// and groups are counted, and not named.
func (o Overview) Sections(names bool) []Section {
	s := o.shown(names)
	out := []Section{s.attendance(), s.groups()}
	for _, m := range o.Met {
		out = append(out, s.met(m))
	}
	return append(out, s.moves(), s.told(), s.cost(), s.zones(), s.unplaced())
}

// Title is that of the page.
func (o Overview) Title() string {
	return fmt.Sprintf("Peer sessions, %s to %s", o.From.In(o.zone).Format("2 January 2006"), o.To.In(o.zone).Format("2 January 2006"))
}

// Evidence says what all of it rests on.
func (o Overview) Evidence() string {
	a := o.Figures.Attendance
	if o.Figures.Held == 0 {
		return "No session was held."
	}
	return fmt.Sprintf("%s over %s. Of %s %d known.", report.Count(o.Figures.Held, "session was held", "sessions were held"),
		report.Count(o.Figures.Weeks, "week", "weeks"), report.Count(a.all(), "attendance", "attendances"), a.Known)
}

// A Headline is one of the figures that stand first, beside the one before.
type Headline struct{ Name, Now, Before string }

// Headlines returns the four figures.
func (o Overview) Headlines() []Headline {
	n, b := o.Figures, o.Before
	before := []string{percent(b.Attendance), fmt.Sprint(b.Held), fmt.Sprintf("%.0f", b.Hours)}
	if b.Held == 0 {
		before = []string{"nothing", "nothing", "nothing"}
	}
	return []Headline{
		{"Attendance", percent(n.Attendance), before[0]},
		{"Sessions held", fmt.Sprint(n.Held), before[1]},
		{"Groups that need a person", fmt.Sprint(n.NeedPerson), ""},
		{"Hours of members", fmt.Sprintf("%.0f", n.Hours), before[2]},
	}
}

func percent(s Share) string {
	if s.Known == 0 {
		return "no evidence"
	}
	return fmt.Sprintf("%.0f%%", 100*s.of())
}

// evidence says a share with what it is of.
func evidence(s Share) string {
	if s.Unknown == 0 {
		return fmt.Sprintf("%d of %d", s.Yes, s.Known)
	}
	return fmt.Sprintf("%d of %d, %d not known", s.Yes, s.Known, s.Unknown)
}

// shown is an overview as it is shown to somebody.
type shown struct {
	Overview
	names   bool
	numbers map[string]int // of groups, from 1
}

func (o Overview) shown(names bool) shown {
	s := shown{o, names, map[string]int{}}
	for i, g := range o.Groups {
		s.numbers[g.Group] = i + 1
	}
	return s
}

func (s shown) person(address string) string { return s.Overview.names(calendar.Address(address)) }

// group returns what a group is called: without names, by its place.
func (s shown) group(name string) string {
	if s.names {
		return name
	}
	if i, ok := s.numbers[name]; ok {
		return fmt.Sprintf("group %d", i)
	}
	return "a former group"
}

func program(name string) string { return cmp.Or(name, "without a program") }

func (s shown) attendance() Section {
	out := Section{ID: "attendance", Heading: "Nobody knows how well sessions were attended"}
	a := s.Figures.Attendance
	switch {
	case s.Figures.Held == 0:
		out.Heading = "No session was held"
	case a.Known > 0 && s.Before.Attendance.Known > 0:
		out.Heading = fmt.Sprintf("%s of the attendances came about, %s in the weeks before", percent(a), percent(s.Before.Attendance))
	case a.Known > 0:
		out.Heading = percent(a) + " of the attendances came about"
	}
	t := Table{ID: "attendance-figures", Caption: "Attendance by week", Head: []string{"Program and week", "Sessions", "Attended", "Share", "Poorest group", "Best group"}}
	for _, p := range s.Programs {
		d := s.drawWeeks(out.ID, p)
		d.text("name", "start", point{0, 12}, "%s", program(p.Program))
		out.Drawings = append(out.Drawings, d)
		for _, w := range p.Weeks {
			monday, _ := time.Parse(time.DateOnly, w.Monday)
			t.Rows = append(t.Rows, []string{program(p.Program) + ", " + monday.Format("2 Jan 2006"), fmt.Sprint(w.Sessions), evidence(w.Attendance), percent(w.Attendance), percent(w.Poorest), percent(w.Best)})
		}
	}
	if len(t.Rows) > 0 {
		out.Tables = []Table{t}
		out.Evidence = []string{fmt.Sprintf("Of %s %d known. The line is the mean, the band goes from the poorest to the best group, the dashed line is the quorum, and grey is not known.", report.Count(a.all(), "attendance", "attendances"), a.Known)}
	}
	return out
}

func (s shown) groups() Section {
	out := Section{ID: "groups", Heading: "No group has a series"}
	if len(s.Groups) == 0 {
		return out
	}
	better, worse := 0, 0
	t := Table{ID: "groups-figures", Caption: "Groups, expected and held", Head: []string{"Group", "Program", "Expected at booking", "Held sessions", "Attended", "Share", "Needs a person"}}
	for _, g := range s.Groups {
		if g.Expected.Known > 0 && g.Held.Known > 0 {
			if below(g.Held, g.Expected) {
				worse++
			} else {
				better++
			}
		}
		needs := "no"
		if g.Needs {
			needs = "yes"
		}
		t.Rows = append(t.Rows, []string{s.group(g.Group), program(g.Program), percent(g.Expected), fmt.Sprint(g.Sessions), evidence(g.Held), percent(g.Held), needs})
	}
	out.Heading = fmt.Sprintf("%d of %s came at least to what was expected", better, report.Count(better+worse, "group", "groups"))
	if better+worse == 0 {
		out.Heading = "No group has held a session of which anything is known"
	}
	out.Drawings = []Drawing{s.drawGroups("groups", s.Groups, func(g Group) string { return s.group(g.Group) })}
	out.Evidence = []string{"Hollow: the share that was expected when the series was booked. Full: the share of what is known of the sessions held."}
	if len(s.Groups) > mostDots {
		out.Evidence = append(out.Evidence, fmt.Sprintf("The picture has the first %d of %d groups; the table has all.", mostDots, len(s.Groups)))
	}
	out.Tables = []Table{t}
	return out
}

func (s shown) moves() Section {
	m := s.Moves
	out := Section{ID: "moves", Heading: "No session was moved after it was booked"}
	if m.Moves == 0 {
		return out
	}
	out.Heading = fmt.Sprintf("%s won %s", report.Count(m.Moves, "move", "moves"), report.Count(m.Gained, "attendance", "attendances"))
	if m.Known > 0 {
		out.Drawings = []Drawing{s.drawMoves("moves", s.group)}
	}
	t := Table{ID: "moves-figures", Caption: "Members who could come, before and after the moves", Head: []string{"Group", "Moves", "Before", "After", "Won"}}
	for _, g := range m.Groups {
		t.Rows = append(t.Rows, []string{s.group(g.Group), fmt.Sprint(g.Moves), fmt.Sprint(g.Before), fmt.Sprint(g.After), fmt.Sprintf("%+d", g.After-g.Before)})
	}
	out.Tables = []Table{t}
	out.Evidence = []string{fmt.Sprintf("Of %s %d with figures. Hollow: who could have come to the sessions at their old times. Full: at the new ones.", report.Count(m.Moves, "move", "moves"), m.Known)}
	return out
}

func (s shown) told() Section {
	t := s.Told
	out := Section{ID: "told", Heading: "Nobody had to hear of a change"}
	if t.People == 0 {
		return out
	}
	switch {
	case t.Changes > 0 && len(t.Spread) == 1:
		out.Heading = fmt.Sprintf("Each member heard of %s in %s", report.Count(t.Most, "change", "changes"), report.Count(s.Weeks, "week", "weeks"))
	case t.Changes > 0:
		out.Heading = fmt.Sprintf("A member heard of %.1f changes in %s, nobody of more than %d", float64(t.Changes)/float64(t.People), report.Count(s.Weeks, "week", "weeks"), t.Most)
	}
	table := Table{ID: "told-figures", Caption: "Changes that a member heard of", Head: []string{"Changes", "Members"}}
	var rows []bar
	for _, x := range t.Spread {
		rows = append(rows, bar{report.Count(x.Changes, "change", "changes"), float64(x.People), fmt.Sprint(x.People)})
		table.Rows = append(table.Rows, []string{fmt.Sprint(x.Changes), fmt.Sprint(x.People)})
	}
	out.Drawings = []Drawing{drawBars("told", rows)}
	out.Evidence = []string{fmt.Sprintf("Of %s in any series: bookings, moves and cancellations of their series, however they were told.", report.Count(t.People, "member", "members"))}
	out.Tables = []Table{table}
	return out
}

func (s shown) cost() Section {
	f := s.Figures
	out := Section{ID: "hours", Heading: "No hour was spent in sessions"}
	if f.People == 0 {
		return out
	}
	week := f.Hours / float64(f.People) / float64(f.Weeks)
	out.Heading = fmt.Sprintf("A member spends %.1f hours a week in sessions", week)
	if s.Moves.Hours > 0 {
		out.Heading += "; moves saved " + hours(s.Moves.Hours) + " from clashes"
	}
	out.Drawings = []Drawing{drawBars("hours", []bar{
		{"Spent in sessions", f.Hours, hours(f.Hours)},
		{"Saved from clashes", s.Moves.Hours, hours(s.Moves.Hours)},
	})}
	out.Evidence = []string{fmt.Sprintf("Of %s who attended any of %s, in the weeks that had any. Saved is the time of members who could come to a session because it was moved.", report.Count(f.People, "member", "members"), report.Count(f.Held, "session", "sessions"))}
	out.Tables = []Table{{ID: "hours-figures", Caption: "Hours of members", Head: []string{"What", "These weeks", "The weeks before"}, Rows: [][]string{
		{"Spent in sessions", fmt.Sprintf("%.1f", f.Hours), fmt.Sprintf("%.1f", s.Before.Hours)},
		{"A member and week", fmt.Sprintf("%.2f", week), ""},
		{"Saved from clashes", fmt.Sprintf("%.1f", s.Moves.Hours), ""},
	}}}
	return out
}

// hours says a length of time, such as 1 hour or 2.5 hours.
func hours(h float64) string {
	if n := number(h); n != "1" {
		return n + " hours"
	}
	return "1 hour"
}

func (s shown) zones() Section {
	out := Section{ID: "zones", Heading: "Nobody had to meet in stretch hours"}
	if len(s.Zones) == 0 {
		return out
	}
	if z := s.Zones[0]; z.Stretch > 0 {
		out.Heading = fmt.Sprintf("%s pays most for the time difference: %d of %s in stretch hours", city(z.Zone), z.Stretch, report.Count(z.Attended, "attendance", "attendances"))
	}
	t := Table{ID: "zones-figures", Caption: "Attendances in stretch hours, by where members live", Head: []string{"Zone", "Members", "Attended", "In stretch hours", "Share"}}
	var rows []bar
	for _, z := range s.Zones {
		share := 100 * float64(z.Stretch) / float64(z.Attended)
		rows = append(rows, bar{city(z.Zone), share, fmt.Sprintf("%.0f%%, %d of %d", share, z.Stretch, z.Attended)})
		t.Rows = append(t.Rows, []string{z.Zone, fmt.Sprint(z.People), fmt.Sprint(z.Attended), fmt.Sprint(z.Stretch), fmt.Sprintf("%.0f%%", share)})
	}
	out.Drawings, out.Tables = []Drawing{drawBars("zones", rows)}, []Table{t}
	out.Evidence = []string{"Attendances that are known, of the sessions held. A session whose time a member accepted counts as within their hours."}
	return out
}

// city is what people call a zone: New York for America/New_York.
func city(zone string) string {
	return strings.ReplaceAll(zone[strings.LastIndex(zone, "/")+1:], "_", " ")
}

func (s shown) unplaced() Section {
	out := Section{ID: "unplaced", Heading: "Everybody who takes part in a program is in a group"}
	var without []string
	t := Table{ID: "unplaced-figures", Caption: "People in no group", Head: []string{"Program", "In no group", "Take part", "Who"}}
	for _, u := range s.Unplaced {
		if len(u.People) > 0 {
			without = append(without, fmt.Sprintf("%d of %d in %s", len(u.People), u.Of, program(u.Program)))
		}
		who := make([]string, len(u.People))
		for i, a := range u.People {
			who[i] = s.person(a)
		}
		if !s.names {
			who = nil
		}
		t.Rows = append(t.Rows, []string{program(u.Program), fmt.Sprint(len(u.People)), fmt.Sprint(u.Of), strings.Join(who, ", ")})
	}
	if len(t.Rows) == 0 {
		out.Heading = "No program has groups"
		return out
	}
	if len(without) > 0 {
		out.Heading = "Without a group: " + strings.Join(without, ", ")
	}
	out.Tables = []Table{t}
	return out
}

func (s shown) met(m Met) Section {
	out := Section{ID: "met-" + slug(m.Program), Heading: program(m.Program) + ": nobody has met anybody"}
	if m.Possible == 0 {
		return out
	}
	out.Heading = fmt.Sprintf("%s: %d of %s met (%.0f%%)", program(m.Program), len(m.Pairs), report.Count(m.Possible, "pair has", "pairs have"), 100*float64(len(m.Pairs))/float64(m.Possible))
	if s.names && len(m.People) <= mostPeople {
		out.Drawings = []Drawing{m.drawNetwork(out.ID, s.person)}
		out.Matrices = append(out.Matrices, s.people(out.ID, m))
	}
	if len(out.Matrices) == 0 || len(m.teams) <= len(m.People)/2 {
		out.Matrices = append(out.Matrices, s.teams(out.ID, m))
	}
	counted := "the groups named by hand"
	if n := len(m.Rounds); n > 0 {
		counted = report.Count(n, "round", "rounds") + " and " + counted
	}
	out.Evidence = []string{fmt.Sprintf("%s part now. Counted are %s.", report.Count(len(m.People), "person takes", "people take"), counted)}
	t := Table{ID: out.ID + "-figures", Caption: "Pairs that had met by the end of each round", Head: []string{"Round", "Pairs that met", "Of", "Share"}}
	for _, r := range m.Rounds {
		t.Rows = append(t.Rows, []string{fmt.Sprint(r.Round), fmt.Sprint(r.Met), fmt.Sprint(m.Possible), fmt.Sprintf("%.0f%%", 100*float64(r.Met)/float64(m.Possible))})
	}
	if len(t.Rows) > 0 {
		out.Tables = []Table{t}
	}
	return out
}

// people is the matrix of who met whom how often.
func (s shown) people(id string, m Met) Table {
	t := Table{ID: id + "-people", Caption: "How often two people were in a group together", Head: []string{"Person"}}
	times := map[[2]string]int{}
	for _, p := range m.Pairs {
		times[[2]string{p.A, p.B}], times[[2]string{p.B, p.A}] = p.Times, p.Times
	}
	for _, a := range m.People {
		t.Head = append(t.Head, report.Initials(s.person(a)))
		t.Rows = append(t.Rows, []string{s.person(a)})
		row := make([]Cell, len(m.People))
		for j, b := range m.People {
			switch n := times[[2]string{a, b}]; {
			case a == b:
				row[j] = Cell{Text: "·"}
			case n > 0:
				row[j] = Cell{Shade: min(4, 1+n), Text: fmt.Sprint(n)}
			}
		}
		t.Cells = append(t.Cells, row)
	}
	return t
}

// teams is the matrix of the share of pairs that met, by team.
func (s shown) teams(id string, m Met) Table {
	t := Table{ID: id + "-teams", Caption: "Share of the pairs of two teams that met", Head: append([]string{"Team"}, m.teams...)}
	of := map[[2]string]TeamPair{}
	for _, p := range m.Teams {
		of[[2]string{p.A, p.B}], of[[2]string{p.B, p.A}] = p, p
	}
	for _, a := range m.teams {
		t.Rows = append(t.Rows, []string{a})
		row := make([]Cell, len(m.teams))
		for j, b := range m.teams {
			p := of[[2]string{a, b}]
			if p.Possible == 0 {
				row[j] = Cell{Text: "·"}
				continue
			}
			if share := float64(p.Met) / float64(p.Possible); p.Met > 0 {
				row[j] = Cell{Shade: 1 + int(3*share), Text: fmt.Sprintf("%.0f%%", 100*share)}
			}
		}
		t.Cells = append(t.Cells, row)
	}
	return t
}

// slug returns the name as an id in HTML.
func slug(name string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '-'
	}, strings.ToLower(name))
}
