package report

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
)

// Form is a round of groups: what was formed, or would be.
type Form struct {
	Program          string    `json:"program"`
	Round            int       `json:"round"`
	Seed             uint64    `json:"seed"`
	Start            string    `json:"start"`
	Groups           []Formed  `json:"groups"`
	Cost             int       `json:"cost"`
	Bound            int       `json:"bound"`
	Proven           bool      `json:"proven"`
	Repeats          int       `json:"repeats"`
	SameDepartment   int       `json:"same_department"`
	MaxZoneSpanHours float64   `json:"max_zone_span_hours"`
	LeftOut          []LeftOut `json:"left_out"`
	Unknown          []Unknown `json:"unknown"`
	Assumed          []string  `json:"assumed_free"`
	Swaps            []Swap    `json:"swaps,omitempty"`
	Placed           []Placed  `json:"placed,omitempty"`
	Rounds           []Later   `json:"rounds,omitempty"`          // this one and those that will follow if people and calendars stay
	Hurried          bool      `json:"hurried,omitempty"`         // the clock ended the search: the same seed can give other groups
	Promised         bool      `json:"promised,omitempty"`        // these groups were shown when an earlier round was formed
	Dropped          string    `json:"promise_dropped,omitempty"` // why the groups that an earlier round promised are not kept to
	Ahead            int       `json:"ahead,omitempty"`           // rounds of pairs without a repeat that are left, this one included
	Replaced         []string  `json:"replaced"`
	Running          []Running `json:"running,omitempty"`
	Plan             bool      `json:"plan,omitempty"` // nothing was changed
}

// Formed is one group of a round.
type Formed struct {
	Name        string   `json:"name"`
	Members     []string `json:"members"`
	Slot        string   `json:"slot"` // "" if there is none
	Zone        string   `json:"zone"`
	Attendance  int      `json:"attendance"`
	Possible    int      `json:"possible"`
	Unknown     int      `json:"unknown_attendance"`
	Problem     string   `json:"problem,omitempty"` // why there is no slot, or why it is not booked by itself
	Cadence     string   `json:"cadence"`
	Sessions    int      `json:"sessions"` // that common counts from
	Common      int      `json:"common"`   // sessions that all members can attend at the start that is best for that
	Cost        int      `json:"cost"`
	Kept        bool     `json:"kept"`
	Teams       int      `json:"teams"`
	Departments int      `json:"departments"`
	Zones       int      `json:"zones"`
	Assumed     []string `json:"assumed_free"` // members whom common leaves out, as nothing is known of them
	Met         int      `json:"met"`          // pairs that were together before
}

// LeftOut is somebody who would take part but for a reason.
type LeftOut struct {
	Person string `json:"person"`
	Why    string `json:"why"`
}

// Swap is an exchange of two people, and what it changed.
type Swap struct {
	A      string `json:"a"`
	B      string `json:"b"`
	Before int    `json:"before"`
	After  int    `json:"after"`
}

// Later is one of the rounds that are planned together.
type Later struct {
	Round    int        `json:"round"`
	Groups   [][]string `json:"groups"`
	Cost     int        `json:"cost"`
	Repeats  int        `json:"repeats"`
	Met      int        `json:"pairs_met"`      // of those who take part, by the end of the round
	Possible int        `json:"pairs_possible"` // of those who take part
}

// Placed is somebody who joins a group.
type Placed struct {
	Person string `json:"person"`
	Option
	Others []Option `json:"others"` // the groups that would have been next best
}

// Option is a group that somebody can join, and what that changes.
type Option struct {
	Group        string `json:"group"`
	Before       int    `json:"cost_before"`
	After        int    `json:"cost_after"`
	CommonBefore int    `json:"common_before"`
	CommonAfter  int    `json:"common_after"`
}

// Running is a former group whose series has sessions left.
type Running struct {
	Group string `json:"group"`
	Until string `json:"until"`
}

// Form writes who would meet whom, why, and what it costs.
func (p Printer) Form(w scheduler.Workspace, f Form) {
	day := ""
	if d, err := availability.ParseDate(f.Start); err == nil {
		day = d.Weekday().String() + " "
	}
	p.Printf("%s, round %d: %s from %s%s on\n", f.Program, f.Round, Count(len(f.Groups), "group", "groups"), day, f.Start)
	for _, g := range f.Groups {
		p.Println("")
		p.formed(w, g)
	}
	p.Println("")
	name := func(person string) string { return w.Name(calendar.Address(person)) }
	for _, l := range f.LeftOut {
		p.Printf("Left out: %s %s.\n", name(l.Person), l.Why)
	}
	for _, s := range f.Swaps {
		p.Printf("Swapping %s and %s changes the cost from %d to %d (%+d).\n", name(s.A), name(s.B), s.Before, s.After, s.After-s.Before)
	}
	for _, s := range f.Placed {
		p.Printf("%s joins %s, whose cost goes from %d to %d (%+d); all are free in %d sessions, in %d before.\n",
			name(s.Person), s.Group, s.Before, s.After, s.After-s.Before, s.CommonAfter, s.CommonBefore)
		for _, o := range s.Others {
			p.Printf("  %s would go from %d to %d (%+d).\n", o.Group, o.Before, o.After, o.After-o.Before)
		}
	}
	if len(f.Rounds) > 0 {
		p.Println("As long as the same people take part and no rule forbids it, the rounds will be:")
	}
	for _, l := range f.Rounds {
		p.Printf("  round %d: cost %d, %s; %d of %d pairs will have met (%.0f%%)\n", l.Round, l.Cost, Count(l.Repeats, "pair meets again", "pairs meet again"), l.Met, l.Possible, 100*float64(l.Met)/float64(max(1, l.Possible)))
	}
	if f.Promised {
		p.Println("These groups are those that an earlier round promised.")
	}
	if f.Dropped != "" {
		p.Printf("The groups that an earlier round promised are not kept to: %s. Plan several rounds anew to see what follows.\n", f.Dropped)
	}
	if f.Ahead > 0 && f.Repeats == 0 {
		p.Printf("Round %d of %d without a repeat.\n", f.Round, f.Round+f.Ahead-1)
	}
	p.Printf("%s\n", f.costLine())
	p.Printf("Pairs that were together before: %d; of one department or of close teams: %d; widest span of zones: %g h.\n", f.Repeats, f.SameDepartment, f.MaxZoneSpanHours)
	for _, r := range f.Running {
		p.Printf("The series of %s runs on until %s; %s ends it sooner.\n", r.Group, r.Until, p.Steps.Words(scheduler.Step{Do: scheduler.EndSeries, Group: r.Group}))
	}
}

func (f Form) costLine() string {
	switch {
	case f.Proven && f.Ahead > 0 && f.Repeats == 0:
		return fmt.Sprintf("Cost %d, proven least of those without a repeat.", f.Cost)
	case f.Proven:
		return fmt.Sprintf("Cost %d, proven least.", f.Cost)
	case len(f.Placed) > 0:
		return fmt.Sprintf("Cost %d in all.", f.Cost)
	case f.Bound > 0:
		return fmt.Sprintf("Cost %d; no grouping costs less than %d (gap %.1f%%).", f.Cost, f.Bound, 100*float64(f.Cost-f.Bound)/float64(f.Cost))
	}
	return fmt.Sprintf("Cost %d; not proven least.", f.Cost)
}

func (p Printer) formed(w scheduler.Workspace, g Formed) {
	p.Heading("%s: %s", g.Name, g.slotLine())
	names, width := Names(w, g.Members), 0
	for _, name := range names {
		width = max(width, ansi.StringWidth(name))
	}
	for i, m := range g.Members {
		person := w.Roster.Of(calendar.Address(m))
		var traits []string
		for _, t := range []string{person.Role, person.Team, person.Department, person.Location} {
			if t != "" {
				traits = append(traits, t)
			}
		}
		p.Printf("  %s  %s\n", pad(names[i], width), strings.Join(append(traits, person.Zone), ", "))
	}
	p.Printf("  %s\n", g.whyLine())
}

// slotLine says when the group would meet.
func (g Formed) slotLine() string {
	if g.Slot == "" {
		return cmp.Or(g.Problem, "no slot")
	}
	line := fmt.Sprintf("%s %s, %s", slotWords(g.Slot), g.Zone, canAttend(g.Attendance, g.Possible, g.Unknown))
	if g.Cadence != availability.Weekly.String() {
		line += ", " + g.Cadence
	}
	if g.Kept {
		line += "; kept as it is"
	}
	if g.Problem != "" {
		line += "; not booked by itself: " + g.Problem
	}
	return line
}

// slotWords writes a slot such as "tue 15:00" as people read it.
func slotWords(slot string) string {
	s, err := availability.ParseSlot(slot, time.Hour, "UTC")
	if err != nil {
		return slot
	}
	return s.Day.String() + " " + availability.FormatClock(s.Start)
}

// whyLine says why these people.
func (g Formed) whyLine() string {
	var parts []string
	if g.Teams > 0 {
		parts = append(parts, Count(g.Teams, "team", "teams"))
	}
	if g.Departments > 0 {
		parts = append(parts, Count(g.Departments, "department", "departments"))
	}
	parts = append(parts, Count(g.Zones, "zone", "zones"))
	if g.Sessions > 0 {
		free := fmt.Sprintf("all free in %d of %d sessions", g.Common, g.Sessions)
		if n := len(g.Assumed); n > 0 {
			free = fmt.Sprintf("%d of %d members free in %d of %d sessions, nothing known of the others", len(g.Members)-n, len(g.Members), g.Common, g.Sessions)
		}
		parts = append(parts, free)
	}
	if g.Met > 0 {
		parts = append(parts, Count(g.Met, "pair", "pairs")+" met before")
	} else {
		parts = append(parts, "nobody met before")
	}
	return strings.Join(parts, ", ")
}
