package planning

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/agenda"
)

// Describe renders the text of a series that is under way as it now should be, and
// says who leads its sessions: who left or declined leads no more, and a moved session
// is led by somebody who can come to it. A decline alone changes the table only a few
// days ahead, or if others change the series anyway: who declines one date does not
// touch everybody's copy. For the same state it returns the same.
func (p *Planner) Describe(b scheduler.Booking, g scheduler.Group, series calendar.Series, anyway bool) (text string, leaders []calendar.Address, err error) {
	panel, err := p.Panel(g, series)
	if err != nil {
		return "", nil, err
	}
	sessions, err := series.Occurrences()
	if err != nil {
		return "", nil, err
	}
	leaders = followLeaders(b.Facilitators, sessions, panel, p.Led[g.Name], b.Joined, anyway)
	text, err = Text(p.Snapshot, g, p.Workspace.ProgramOf(b), series, leaders)
	return text, leaders, err
}

// Text renders the agenda, who leads, and what follows the series.
func Text(s Snapshot, g scheduler.Group, program scheduler.Program, series calendar.Series, leaders []calendar.Address) (string, error) {
	zone, err := availability.LoadZone(series.Slot.Zone)
	if err != nil {
		return "", err
	}
	sessions, err := series.Occurrences()
	if err != nil {
		return "", err
	}
	data := agenda.Data{Group: g.Name, Program: program.Name, Focus: program.Focus, Notes: g.Notes}
	for _, a := range slices.Sorted(slices.Values(g.Members)) {
		data.Members = append(data.Members, s.Workspace.Name(a))
	}
	for i, o := range sessions {
		if !o.Cancelled && i < len(leaders) {
			data.Sessions = append(data.Sessions, agenda.Session{Date: o.Start.In(zone).Format("Mon 2 Jan"), Facilitator: s.Workspace.Name(leaders[i])})
		}
	}
	text, err := s.Agendas[program.Agenda].Text(data, series.Slot.Length)
	if err != nil {
		return "", err
	}
	return strings.TrimSpace(text + "\n\n" + whatFollows(s, g, program, series, zone, sessions[len(sessions)-1].Start)), nil
}

// whatFollows tells the members when the series ends, what may follow, and how they
// have a say in it.
func whatFollows(s Snapshot, g scheduler.Group, p scheduler.Program, series calendar.Series, zone *time.Location, last time.Time) string {
	const day = "Mon 2 Jan"
	rotates := g.Program != "" && p.RotateAfter > 0
	what := "the same again, rarer, oftener, or an end"
	switch {
	case rotates && series.Count*int(series.Cadence) >= p.RotateAfter:
		what = "new groups, or an end"
	case series.Count < scheduler.FewestSessions:
		return fmt.Sprintf("What follows\nThe last session is on %s. Nothing follows by itself; if you want more, tell %s.", last.In(zone).Format(day), s.Workspace.Organizer.Address)
	case rotates:
		what = "the same again, rarer, oftener, an end, or new groups"
	}
	rules := s.Workspace.Review
	return fmt.Sprintf(`What follows
The last session is on %s. By %s it is decided what follows: %s.
It depends on who came and, from three answers on, on what you say. From %s on, %s which you would like: keep, rarer, oftener or stop.
Nobody is told who said what, and answers are deleted once it is decided. Until then, who runs the server could find out.`,
		last.In(zone).Format(day), last.Add(-rules.Decide).In(zone).Format(day), what, last.Add(-rules.Ask).In(zone).Format(day), howToAnswer(s.Workspace, g))
}

func howToAnswer(w scheduler.Workspace, g scheduler.Group) string {
	if w.URL != "" {
		return fmt.Sprintf("say at %s/groups/%s/answer", strings.TrimSuffix(w.URL, "/"), url.PathEscape(g.Name))
	}
	return fmt.Sprintf("tell %s", w.Organizer.Address)
}
