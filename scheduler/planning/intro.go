package planning

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/agenda"
)

// Intro returns the introduction of a group, with its slot if one is booked.
func Intro(ctx context.Context, s *scheduler.Service, name string) (string, error) {
	g, err := s.Group(ctx, name)
	if err != nil {
		return "", err
	}
	w := s.Workspace
	p, ok := w.Program(g.Program)
	if !ok {
		return "", fmt.Errorf("group %q: there is no program %q", g.Name, g.Program)
	}
	text, err := s.Agenda(p)
	if err != nil {
		return "", err
	}
	bookings, err := s.BookingsOf(ctx, name)
	if err != nil {
		return "", err
	}
	d := agenda.Intro{Group: g.Name, Program: p.Name, Focus: p.Focus, Notes: g.Notes, Why: why(w, p, g)}
	for _, address := range g.Members {
		d.Members = append(d.Members, agenda.Member{Name: w.Name(address), About: about(w.Roster.Of(address))})
	}
	if b := Standing(bookings.ByGroup(), name, s.Now()); b != nil {
		if err := setSlot(&d, w, *b, s.Now()); err != nil {
			return "", fmt.Errorf("group %q: %w", g.Name, err)
		}
	}
	return text.Introduction(d)
}

// setSlot tells when the group meets, and who leads the first session to come.
func setSlot(d *agenda.Intro, w scheduler.Workspace, b scheduler.Booking, now time.Time) error {
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
		switch {
		case o.Cancelled:
			continue
		case !o.End.After(now):
			d.Begun = true
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
func why(w scheduler.Workspace, p scheduler.Program, g scheduler.Group) string {
	teams, departments, zones := map[string]bool{}, map[string]bool{}, map[string]bool{}
	roles := map[string]bool{}
	for _, a := range g.Members {
		person := w.Roster.Of(a)
		roles[person.Role], teams[person.Team], departments[person.Department], zones[person.Zone] = true, true, true, true
	}
	delete(teams, "")
	delete(departments, "")
	who := "you are peers"
	if len(roles) == 1 && w.Roster.Of(g.Members[0]).Role != "" {
		who = "you do the same work (" + w.Roster.Of(g.Members[0]).Role + ")"
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
	if slices.Contains(p.Apart, scheduler.ReportingLine) {
		who += ", and nobody here reports to anybody else here"
	}
	return who + "."
}

// about says who a person is, in a few words.
func about(p scheduler.Person) string {
	var parts []string
	for _, s := range []string{p.Role, p.Team, p.Location} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, ", ")
}
