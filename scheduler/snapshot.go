package scheduler

import (
	"fmt"
	"slices"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
)

// A Snapshot is everything that a plan is made from, as it was at one moment.
type Snapshot struct {
	Workspace Workspace
	Bookings  Bookings // not ended
	Busy      map[calendar.Address]availability.Busy
	Window    availability.Interval // what Busy was asked for
	Now       time.Time
	Holidays  Holidays          // over Window
	Agendas   map[string]Agenda // by what programs call them

	Led map[string]map[calendar.Address]int // by group: how often a member led a session of earlier series

	// For repair and review:
	Current      map[calendar.UID]calendar.Series // as they are on the calendar; missing if gone
	Faults       map[calendar.UID]error           // why a series on the calendar cannot be used
	Seen         *Seen                            // for KeepSeen; nil if nothing needs to be kept
	MovedTonight map[calendar.Address]int         // moves that members were told of in the last hours
}

// A Planner makes plans from a snapshot, one after the other: what one plan takes
// is busy for the next.
type Planner struct {
	Snapshot
	own     map[calendar.Address][]ownSession
	planned []Booking // the snapshot's bookings and those planned since
}

// An ownSession is when one of our own series takes a person's time.
type ownSession struct {
	uid calendar.UID
	availability.Interval
}

func NewPlanner(s Snapshot) (*Planner, error) {
	p := &Planner{Snapshot: s, own: map[calendar.Address][]ownSession{}, planned: slices.Clone(s.Bookings)}
	p.makeRoom()
	for _, b := range s.Bookings {
		if err := p.take(b.Series); err != nil {
			return nil, fmt.Errorf("group %q: %w", b.Group, err)
		}
	}
	return p, nil
}

// makeRoom sizes what take fills: grown step by step, it would take twice the
// memory for thousands of series.
func (p *Planner) makeRoom() {
	sessions := map[calendar.Address]int{}
	for _, b := range p.Bookings {
		for _, at := range b.Series.Attendees {
			sessions[at.Address] += b.Series.Count
		}
	}
	for a, n := range sessions {
		p.own[a] = make([]ownSession, 0, n)
	}
}

// take makes the sessions of the series busy for its attendees, but for those who
// declined.
func (p *Planner) take(s calendar.Series) error {
	occurrences, err := s.Occurrences()
	if err != nil {
		return err
	}
	for _, o := range occurrences {
		if o.Cancelled || !o.Overlaps(p.Window) {
			continue
		}
		for _, at := range s.Attendees {
			if s.Reply(at.Address, o) != calendar.Declined {
				p.own[at.Address] = append(p.own[at.Address], ownSession{s.UID, o.Interval})
			}
		}
	}
	return nil
}

// Members returns the group's members as the slot search sees them. The sessions
// of our own series block their attendees whether or not their calendars show
// them yet; except names a series that does not.
// Weeks in which a member has as many sessions as the program allows are busy.
func (p *Planner) Members(g Group, except calendar.UID) ([]availability.Member, error) {
	program, _ := p.Workspace.Program(g.Program)
	zone, err := availability.LoadZone(p.Workspace.Zone)
	if err != nil {
		return nil, err
	}
	out := make([]availability.Member, 0, len(g.Members))
	for _, a := range g.Members {
		m, err := p.member(a, except)
		if err != nil {
			return nil, err
		}
		if program.MaxSessionsPerWeek > 0 {
			m.Busy.Add(p.fullWeeks(a, except, program.MaxSessionsPerWeek, zone)...)
		}
		m.Required = slices.Contains(g.Required, a)
		out = append(out, m)
	}
	return out, nil
}

// Members returns the group's members as the slot search sees them, with our own
// series busy but for that which except names.
func (s Snapshot) Members(g Group, except calendar.UID) ([]availability.Member, error) {
	p, err := NewPlanner(s)
	if err != nil {
		return nil, err
	}
	return p.Members(g, except)
}

// member returns one person as they are judged, busy with all sessions of ours but
// those of the series except.
func (p *Planner) member(a calendar.Address, except calendar.UID) (availability.Member, error) {
	person, ok := p.Workspace.Roster[a]
	if !ok {
		return availability.Member{}, fmt.Errorf("%s is not among the people", a)
	}
	m, err := person.Member(p.busy(a, except), p.Window, p.Holidays)
	if err != nil {
		return m, fmt.Errorf("%s: %w", a, err)
	}
	return m, nil
}

func (p *Planner) busy(a calendar.Address, except calendar.UID) availability.Busy {
	busy := p.Busy[a]
	var own []availability.Interval
	for _, o := range p.own[a] {
		if except == "" || o.uid != except {
			own = append(own, o.Interval)
		}
	}
	if len(own) > 0 {
		busy.Add(own...) // copies the spans
	}
	return busy
}

// Taken returns when the members have sessions of ours, but for the series except.
func (p *Planner) Taken(g Group, except calendar.UID) []availability.Interval {
	var out []availability.Interval
	for _, a := range g.Members {
		for _, o := range p.own[a] {
			if except == "" || o.uid != except {
				out = append(out, o.Interval)
			}
		}
	}
	return out
}

// Unknown is a person of whose time something is not known, and why.
type Unknown struct {
	Person calendar.Address
	Reason string
	Since  time.Time // the first pass that found it so; zero where that is not known
}

// Unknown lists the members whose calendars were not read whole, sorted by
// address.
func (s Snapshot) Unknown(g Group) []Unknown {
	var out []Unknown
	for _, a := range slices.Sorted(slices.Values(g.Members)) {
		if b := s.Busy[a]; !b.Known(s.Window) {
			reason := b.Reason
			if reason == "" {
				reason = "part of the calendar could not be read"
			}
			out = append(out, Unknown{Person: a, Reason: reason})
		}
	}
	return out
}

// Name returns what people call the person with that address.
func (w Workspace) Name(a calendar.Address) string {
	if p, ok := w.Roster[a]; ok {
		return p.DisplayName()
	}
	return a.Local()
}

// Retake moves an own session in what is taken.
func (p *Planner) Retake(s calendar.Series, from, to availability.Interval) {
	for _, at := range s.Attendees {
		sessions := p.own[at.Address]
		for i, o := range sessions {
			if o.uid == s.UID && o.Start.Equal(from.Start) {
				sessions[i].Interval = to
			}
		}
	}
}
