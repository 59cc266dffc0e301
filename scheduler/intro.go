package scheduler

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/peerslot/peerslot/availability"
)

// IntroData is what the template called intro may use: the introduction that a
// group finds in its closed channel.
type IntroData struct {
	Group       string
	Program     string
	Focus       string // "" if the program has none
	Members     []IntroMember
	Why         string // these people are together, in a sentence
	Slot        string // such as Tuesday 15:00 (Europe/Berlin), weekly; "" if nothing is booked
	First       string // date of the first session to come, "" if there is none
	Facilitator string // who leads that one, "" if nobody is named
	Notes       string // address of the group's own notes, "" for none
}

// IntroMember is one member in an introduction.
type IntroMember struct {
	Name  string
	About string // role, team, location; "" if nothing is known
}

// Intro renders the group's introduction. b is its booking, nil if it has none.
func (a Agenda) Intro(w Workspace, g Group, b *Booking, now time.Time) (string, error) {
	p, ok := w.Program(g.Program)
	if !ok {
		return "", fmt.Errorf("group %q: there is no program %q", g.Name, g.Program)
	}
	d := IntroData{Group: g.Name, Program: p.Name, Focus: p.Focus, Notes: g.Notes, Why: w.why(p, g)}
	for _, address := range g.Members {
		d.Members = append(d.Members, IntroMember{w.Name(address), w.Roster[address].about()})
	}
	if b != nil {
		if err := d.setSlot(w, *b, now); err != nil {
			return "", fmt.Errorf("group %q: %w", g.Name, err)
		}
	}
	return a.intro(d)
}

func (a Agenda) intro(d IntroData) (string, error) {
	text, err := render(a.template, "intro", d)
	if err != nil {
		return "", fmt.Errorf("introduction in agenda %s: %w", a.template.Name(), err)
	}
	return strings.TrimSpace(text), nil
}

// setSlot tells when the group meets, and who leads the first session to come.
func (d *IntroData) setSlot(w Workspace, b Booking, now time.Time) error {
	slot := b.Series.Slot
	zone, err := availability.LoadZone(slot.Zone)
	if err != nil {
		return err
	}
	d.Slot = fmt.Sprintf("%s %s (%s), %s", slot.Day, availability.FormatClock(slot.Start), slot.Zone, b.Series.Cadence)
	sessions, err := b.Series.Occurrences()
	if err != nil {
		return err
	}
	for i, o := range sessions {
		if o.Cancelled || !o.End.After(now) {
			continue
		}
		d.First = o.Start.In(zone).Format("Monday 2 January, 15:04")
		if i < len(b.Facilitators) {
			d.Facilitator = w.Name(b.Facilitators[i])
		}
		return nil
	}
	return nil
}

// why says in a sentence why these people are together.
func (w Workspace) why(p Program, g Group) string {
	teams, departments, zones := map[string]bool{}, map[string]bool{}, map[string]bool{}
	roles := map[string]bool{}
	for _, a := range g.Members {
		person := w.Roster[a]
		roles[person.Role], teams[person.Team], departments[person.Department], zones[person.Zone] = true, true, true, true
	}
	delete(teams, "")
	delete(departments, "")
	who := "you are peers"
	if len(roles) == 1 && w.Roster[g.Members[0]].Role != "" {
		who = "you do the same work (" + w.Roster[g.Members[0]].Role + ")"
	}
	var from []string
	for _, n := range []struct {
		count int
		what  string
	}{{len(teams), "teams"}, {len(departments), "departments"}, {len(zones), "time zones"}} {
		if n.count > 1 {
			from = append(from, fmt.Sprintf("%d %s", n.count, n.what))
		}
	}
	if len(from) > 0 {
		who += " in " + strings.Join(from, ", ")
	}
	if slices.Contains(p.Apart, ReportingLine) {
		who += ", and nobody here reports to anybody else here"
	}
	return who + "."
}

// about says who a person is, in a few words.
func (p Person) about() string {
	var parts []string
	for _, s := range []string{p.Role, p.Team, p.Location} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, ", ")
}

// exampleIntro is what templates are tried with.
var exampleIntro = IntroData{
	Group: "example", Program: "example", Why: "you are peers.", Slot: "Tuesday 15:00 (Europe/Berlin), weekly", First: "Tuesday 3 March, 15:00",
	Members: []IntroMember{{Name: "Ana", About: "engineering-manager"}, {Name: "Bo"}}, Facilitator: "Ana",
}
