package planning

import (
	"slices"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
)

// A Panel is the members of a group as they are judged at the sessions of one of its
// series: those who are invited to it and did not decline all of it.
type Panel struct {
	Series  calendar.Series
	Members []availability.Member // busy with everything but the series
	people  []scheduler.Person    // in the order of Members
	Now     time.Time
	joined  map[calendar.Address]time.Time
}

// Panel returns who is judged at the sessions of s, a series of g that is under way
// or planned. Who is not on the roster is not judged.
func (p *Planner) Panel(g scheduler.Group, s calendar.Series) (Panel, error) {
	attending := Attending(p.Workspace, g, s)
	panel := Panel{Series: s, Now: p.Now, joined: p.joined[s.UID], Members: make([]availability.Member, 0, len(attending)), people: make([]scheduler.Person, 0, len(attending))}
	for _, a := range attending {
		m, err := p.member(a)
		if err != nil {
			return Panel{}, err
		}
		one := *m
		one.Busy, one.Required = p.busy(a, s.UID, p.Window), slices.Contains(g.Required, a)
		panel.Members = append(panel.Members, one)
		panel.people = append(panel.people, p.Workspace.Roster.Of(a))
	}
	return panel, nil
}

// Verdicts returns who attends a session, in the order of the members. Of who joined
// after it nothing is known.
func (p Panel) Verdicts(o calendar.Occurrence) []availability.Verdict {
	out := make([]availability.Verdict, len(p.Members))
	for i := range p.Members {
		if o.Start.Before(p.joined[p.people[i].Address]) {
			out[i] = availability.Verdict{Can: availability.Maybe, Why: availability.NotJoined}
			continue
		}
		out[i] = p.people[i].Attends(&p.Members[i], p.Series, o, p.Now)
	}
	return out
}

// Share counts who attends a session.
func (p Panel) Share(o calendar.Occurrence) (s scheduler.Share) {
	for _, v := range p.Verdicts(o) {
		s.Count(v.Can)
	}
	return s
}

// Attending returns the members of g of whom attendance at s is expected: those who
// are on the roster, invited under one of their addresses, and did not decline the
// whole series.
func Attending(w scheduler.Workspace, g scheduler.Group, s calendar.Series) []calendar.Address {
	var out []calendar.Address
	for _, a := range g.Members {
		if p, ok := w.Roster.Find(a); ok && p.InvitedTo(s) && !p.DeclinedAll(s) {
			out = append(out, a)
		}
	}
	return out
}
