package config

import (
	"cmp"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
)

// programs reads the rules of all programs.
func (r *reader) programs(w *scheduler.Workspace, v value) {
	if !v.given() {
		return
	}
	lines := map[string]int{}
	for _, item := range v.list("programs") {
		if item.kind != mapping {
			item.fields(nil)
			continue
		}
		p := r.program(item)
		item.unique("program", p.Name, lines)
		w.Programs = append(w.Programs, p)
		r.programNodes = append(r.programNodes, item)
	}
}

// unique reports a name that was used before, in whatever case: files of some
// systems do not tell case apart.
func (v value) unique(what, name string, lines map[string]int) {
	key := strings.ToLower(name)
	line, twice := lines[key]
	switch {
	case name == "":
	case twice:
		v.at("name").fail("there are two %ss named %s, the first in line %d", what, quote(name), line)
	default:
		lines[key] = v.at("name").line
	}
}

// program reads one program. What it does not say is as its kind has it.
func (r *reader) program(v value) scheduler.Program {
	p := scheduler.DefaultProgram()
	p.Kind = scheduler.Circle
	p.MinSize, p.MaxSize, p.RotateAfter, p.Agenda = 0, 0, 0, ""
	v.fields(fields{
		"name":                  func(v value) { p.Name = v.name() },
		"was":                   func(v value) { p.Was = v.words("a list of earlier names") },
		"kind":                  func(v value) { p.Kind = word(v, scheduler.Circle, scheduler.Pair, scheduler.OneOnOne) },
		"people":                func(v value) { p.People = v.selector() },
		"size":                  func(v value) { p.MinSize, p.MaxSize = v.size() },
		"cadence":               func(v value) { p.Cadence = v.cadence() },
		"duration":              func(v value) { p.Length = v.duration("60m", time.Minute, 8*time.Hour) },
		"apart":                 func(v value) { p.Apart = v.apart() },
		"close_teams":           func(v value) { p.CloseTeams = atLeastTwo(v, "teams", "teams", value.teams) },
		"never_together":        func(v value) { p.NeverTogether = atLeastTwo(v, "mail addresses", "people", value.members) },
		"max_level_gap":         func(v value) { p.MaxLevelGap, p.LevelGapSet = v.integer(0, 1000), true },
		"days":                  func(v value) { p.Prefer = v.days() },
		"only_days":             func(v value) { p.OnlyDays = v.days() },
		"quorum":                func(v value) { p.Quorum = v.percent() },
		"rotate_after":          func(v value) { p.RotateAfter = v.weeks() },
		"agenda":                func(v value) { p.Agenda = v.text() },
		"focus":                 func(v value) { p.Focus = v.text() },
		"also_met":              func(v value) { p.AlsoMet = append([]string{}, v.words("a list of programs")...) },
		"history":               func(v value) { p.History = v.history() },
		"weights":               func(v value) { p.Weights = v.weights() },
		"links":                 func(v value) { p.Links = v.links() },
		"interdependence":       func(v value) { p.Interdependence = v.interdependence() },
		"max_sessions_per_week": func(v value) { p.MaxSessionsPerWeek = v.integer(1, 50) },
		"group_days":            func(v value) { p.GroupDays = v.boolean() },
	})
	v.require("name", "a name such as em-circles")
	v.checkKind(&p)
	return p
}

// checkKind fills in what the kind decides, and reports what does not go with it.
func (v value) checkKind(p *scheduler.Program) {
	least, most, rotate, agenda := 4, 6, 26, "peer-circle"
	switch p.Kind {
	case scheduler.Pair:
		least, most, rotate, agenda = 2, 3, 6, "coaching"
		if p.MaxSize > 3 || p.MinSize > 2 {
			v.at("size").fail("want 2 for a pair program, in which an odd one out joins a trio")
		}
		p.MinSize, p.MaxSize = 0, 0
	case scheduler.OneOnOne:
		least, most, agenda = 2, 2, "one-on-one"
		p.GroupDays = p.GroupDays || !v.has("group_days")
		if p.MaxSize > 2 {
			v.at("size").fail("want 2 for a one-on-one program")
		}
	}
	p.MinSize, p.MaxSize = cmp.Or(p.MinSize, least), cmp.Or(p.MaxSize, most)
	p.RotateAfter = cmp.Or(p.RotateAfter, rotate)
	p.Agenda = cmp.Or(p.Agenda, agenda)
	for _, key := range []string{"links", "interdependence"} {
		if p.Kind != scheduler.OneOnOne && v.has(key) {
			v.at(key).fail("want kind: one-on-one for this, not %s", cmp.Or(p.Kind, "another"))
		}
	}
	for i, l := range p.Links {
		if l.Cadence == 0 {
			p.Links[i].Cadence = p.Cadence
		}
	}
	if slices.Contains(p.Apart, scheduler.CloseTeams) && len(p.CloseTeams) == 0 && !v.has("close_teams") {
		v.at("apart").warn("close-teams keeps nobody apart without close_teams")
	}
}

// selector reads who takes part.
func (v value) selector() (s scheduler.Selector) {
	v.fields(fields{
		"role":       func(v value) { s.Role = v.label("role") },
		"level":      func(v value) { s.Level = v.integer(1, 1000) },
		"team":       func(v value) { s.Team = v.label("team") },
		"department": func(v value) { s.Department = v.label("department") },
		"location":   func(v value) { s.Location = v.label("location") },
		"manager":    func(v value) { s.Manager = v.person() },
		"emails":     func(v value) { s.Addresses = v.members() },
	})
	for _, e := range v.entries { // what names nobody would let everybody take part
		if n := e.value; n.kind == text && strings.TrimSpace(n.text) == "" && e.key.text != "manager" || n.kind == list && len(n.items) == 0 && n.long == nil {
			value{n, v.r, join(v.path, e.key.text)}.fail("want somebody; leave the key out if it is not to count")
		}
	}
	return s
}

// size reads 4-6, or a number for just that.
func (v value) size() (least, most int) {
	const want = "a size such as 4-6, from 2 to 8"
	s, ok := v.scalar(want, text, number)
	from, to, isRange := strings.Cut(s, "-")
	if !isRange {
		to = from
	}
	least, err := strconv.Atoi(strings.TrimSpace(from))
	most, err2 := strconv.Atoi(strings.TrimSpace(to))
	if ok && (err != nil || err2 != nil || least < 2 || most > 8 || least > most) {
		v.fail("want %s, not %s", want, quote(s))
		return 0, 0
	}
	return least, most
}

func (v value) cadence() availability.Cadence {
	name := word(v, "weekly", "biweekly", "monthly")
	c, _ := availability.ParseCadence(name)
	return c
}

// apart reads the rules for who is kept apart.
func (v value) apart() []scheduler.Rule {
	var rules []scheduler.Rule
	for _, item := range v.list("rules") {
		rule := word(item, scheduler.ReportingLine, scheduler.SameTeam, scheduler.CloseTeams, scheduler.SameDept, scheduler.SameManager, scheduler.SameLocation)
		if rule != "" && !slices.Contains(rules, rule) {
			rules = append(rules, rule)
		}
	}
	return rules
}

// atLeastTwo reads lists of two things or more.
func atLeastTwo[T any](v value, kind, what string, read func(value) []T) (all [][]T) {
	for _, item := range v.list("lists of " + kind) {
		all = append(all, read(item))
		if item.kind == list && len(item.items) < 2 {
			item.fail("want at least two %s", what)
		}
	}
	return all
}

func (v value) teams() (all []string) {
	for _, item := range v.list("teams") {
		if team := item.label("team"); team != "" {
			all = append(all, team)
		}
	}
	return all
}

// days reads weekdays: a list, or one text such as tue-thu.
func (v value) days() (set availability.Days) {
	items := []value{v}
	if v.kind == list {
		items = v.list("weekdays")
		if len(items) == 0 {
			v.fail("want weekdays such as [tue, wed, thu]")
		}
	}
	for _, item := range items {
		const want = "a weekday such as tue, or days such as tue-thu"
		s, ok := item.scalar(want, text)
		days, err := availability.ParseDays(s)
		if ok && err != nil {
			item.fail("want %s, not %s", want, quote(s))
		}
		set |= days
	}
	return set
}

// weeks reads a duration of whole weeks.
func (v value) weeks() int {
	d := v.duration("26w", week, 520*week)
	if d%week != 0 {
		v.fail("want whole weeks such as 26w, not %s", quote(v.node.text))
	}
	return int(d / week)
}

// history reads the path of a file of earlier rounds, which must be there; it is read
// when groups are formed.
func (v value) history() string {
	s := v.text()
	if _, err := os.Stat(inDir(v.r.dir, s)); s != "" && err != nil {
		v.fail("cannot read %s: %s", quote(s), reason(err))
	}
	return s
}

// weights reads what changes the figures of the cost of forming.
func (v value) weights() map[string]int {
	weights, known := map[string]int{}, fields{}
	for _, name := range []string{"met", "session", "no_slot", "zone_hour", "department"} {
		known[name] = func(v value) { weights[name] = v.integer(0, 1_000_000) }
	}
	v.fields(known)
	return weights
}

// links reads who meets whom in a one-on-one program, and how often if that
// differs.
func (v value) links() []scheduler.Link {
	var links []scheduler.Link
	seen := map[string]bool{}
	for _, item := range v.list("lists such as [ana@acme.example, bo@acme.example, weekly]") {
		l, ok := item.link()
		key := fmt.Sprint(min(l.A, l.B), " ", max(l.A, l.B))
		switch {
		case !ok:
		case seen[key]:
			item.fail("%s and %s are linked twice", l.A, l.B)
		default:
			links, seen[key] = append(links, l), true
		}
	}
	return links
}

func (v value) link() (l scheduler.Link, ok bool) {
	items := v.list("two mail addresses and a cadence")
	if v.kind != list {
		return l, false
	}
	if len(items) < 2 || len(items) > 3 {
		v.fail("want two mail addresses and perhaps a cadence, such as [ana@acme.example, bo@acme.example, weekly]")
		return l, false
	}
	l.A, l.B = items[0].person(), items[1].person()
	if len(items) == 3 {
		l.Cadence = items[2].cadence()
	}
	for i, a := range []calendar.Address{l.A, l.B} {
		if a != "" {
			items[i].mentions(a)
		}
	}
	if l.A == l.B && l.A != "" {
		v.fail("%s cannot be linked with themselves", l.A)
	}
	return l, l.A != "" && l.B != "" && l.A != l.B
}

// interdependence reads how closely pairs of teams work together.
func (v value) interdependence() map[string]string {
	all := map[string]string{}
	v.each("two teams and strong, medium or weak", func(key *node, strength value) {
		if !strings.Contains(strings.Trim(key.text, "-"), "-") {
			value{key, v.r, v.path}.fail("want two teams joined by a hyphen, such as payments-platform, not %s", quote(key.text))
			return
		}
		all[key.text] = word(strength, "strong", "medium", "weak")
	})
	return all
}
