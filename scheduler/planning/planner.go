// Package planning answers who attends what: it makes one picture of the calendars, our
// own series and the people, from which slots, bookings, repair, review and status are
// worked out alike.
package planning

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
)

// A Planner makes plans from a snapshot, one after the other: what one plan takes
// is busy for the next.
type Planner struct {
	Snapshot
	aliases calendar.Aliases
	own     map[calendar.Address][]ownSession         // by the person's address, whichever was invited
	people  map[calendar.Address]*availability.Member // as their calendars say
	rankers map[availability.Search]weekRanker
	joined  map[calendar.UID]map[calendar.Address]time.Time // before which who joined a group was in none of its sessions
}

// An ownSession is one of our own sessions to which a person is invited.
type ownSession struct {
	uid calendar.UID
	availability.Interval
	declined bool // it takes none of their time
}

// New returns a planner that knows the sessions of all bookings.
func New(s Snapshot) (*Planner, error) {
	p := &Planner{Snapshot: s, aliases: s.aliases(), own: map[calendar.Address][]ownSession{}, people: map[calendar.Address]*availability.Member{}, rankers: map[availability.Search]weekRanker{}, joined: map[calendar.UID]map[calendar.Address]time.Time{}}
	p.makeRoom()
	for _, b := range s.Bookings {
		if b.Joined != nil {
			p.joined[b.Series.UID] = b.Joined
		}
		// One that cannot be understood takes nobody's time; it is named where it is
		// the subject. Nobody meets alone, either.
		if left := p.left(b); left < 2 && b.Shrank(left) || p.Take(StillHeld(b)) != nil {
			continue
		}
	}
	p.recognise()
	return p, nil
}

// left counts who is left to come to a booking's series: people of the roster who did not
// decline all of it, and whom somebody invited by hand.
func (p *Planner) left(b scheduler.Booking) (n int) {
	for _, a := range p.Invited(b.Series) {
		person, known := p.Workspace.Roster.Find(a)
		if known && !person.DeclinedAll(b.Series) || !known && !slices.Contains(b.Invited, a) {
			n++
		}
	}
	return n
}

// StillHeld returns the series of a booking with the sessions that take place: one that
// is cancelled has no more, also while its organizer's account cannot end it.
func StillHeld(b scheduler.Booking) calendar.Series {
	if b.State != scheduler.Cancelling {
		return b.Series
	}
	held, err := b.Series.Until(b.CancelFrom)
	if err != nil {
		return b.Series // nobody can tell its sessions, as its reader will find
	}
	return held
}

// recognise makes unknown what may be our own: busy time that equals a session of
// the person exactly, from a source that cannot say what it is.
func (p *Planner) recognise() {
	p.Busy = maps.Clone(p.Busy)
	for a, own := range p.own {
		busy, fresh := p.Busy[a], false
		for i, span := range busy.Spans {
			if !span.Unnamed || !slices.ContainsFunc(own, func(o ownSession) bool { return o.Start.Equal(span.Start) && o.End.Equal(span.End) }) {
				continue
			}
			if !fresh {
				busy.Spans, fresh = slices.Clone(busy.Spans), true
			}
			busy.Spans[i].Kind, busy.Spans[i].Unnamed = availability.Unknown, false
		}
		if fresh {
			busy.Normalize()
			p.Busy[a] = busy
		}
	}
}

// makeRoom sizes what take fills: grown step by step, it would take twice the
// memory for thousands of series.
func (p *Planner) makeRoom() {
	sessions, weeks := map[calendar.Address]int{}, int(p.Window.Length()/(7*24*time.Hour))+1
	for _, b := range p.Bookings {
		for _, a := range p.Invited(b.Series) {
			sessions[a] += min(b.Series.Count, weeks)
		}
	}
	for a, n := range sessions {
		p.own[a] = make([]ownSession, 0, n)
	}
}

// Invited returns who is invited to the series, each once, by the address that names
// them.
func (p *Planner) Invited(s calendar.Series) []calendar.Address { return invited(s, p.aliases) }

func invited(s calendar.Series, aliases calendar.Aliases) []calendar.Address {
	out := make([]calendar.Address, 0, len(s.Attendees))
	for _, at := range s.Attendees {
		if a := aliases.Person(string(at.Address)); !slices.Contains(out, a) {
			out = append(out, a)
		}
	}
	return out
}

// Take notes the sessions of the series for its attendees.
func (p *Planner) Take(s calendar.Series) error {
	occurrences, err := s.Occurrences()
	if err != nil {
		return err
	}
	for _, a := range p.Invited(s) {
		person := p.invitee(a)
		for _, o := range occurrences {
			if !o.Cancelled && o.Overlaps(p.Window) && !o.Start.Before(p.joined[s.UID][a]) {
				p.own[a] = append(p.own[a], ownSession{s.UID, o.Interval, person.Reply(s, o) == calendar.Declined})
			}
		}
	}
	return nil
}

// Without returns a planner to which the sessions of a series take nobody's time.
func (p *Planner) Without(s calendar.Series) *Planner {
	out := *p
	out.own = maps.Clone(p.own)
	for _, a := range p.Invited(s) {
		out.own[a] = slices.DeleteFunc(slices.Clone(p.own[a]), func(o ownSession) bool { return o.uid == s.UID })
	}
	return &out
}

// invitee returns who was invited by an address, which need not be on the roster.
func (p *Planner) invitee(a calendar.Address) scheduler.Person {
	person, _ := p.Workspace.Roster.Find(a)
	person.Address = a
	return person
}

// Attends answers whether a member attends o, an occurrence of s that is on the
// calendar and not over: what the calendars say, and our own other sessions.
func (p *Planner) Attends(a calendar.Address, s calendar.Series, o calendar.Occurrence) (availability.Verdict, error) {
	m, err := p.member(a)
	if err != nil {
		return availability.Verdict{}, err
	}
	v := p.Workspace.Roster.Of(a).Attends(m, s, o, p.Now)
	if v.Can != availability.No && p.elsewhere(a, s.UID, o.Interval) {
		v = availability.Verdict{Can: availability.No, Why: availability.BusyThen}
	}
	return v, nil
}

// member returns the person as the calendars say, without our own sessions.
func (p *Planner) member(a calendar.Address) (*availability.Member, error) {
	if m := p.people[a]; m != nil {
		return m, nil
	}
	person, ok := p.Workspace.Roster.Find(a)
	if !ok {
		return nil, fmt.Errorf("%s is not among the people", a)
	}
	m, err := person.Member(p.Busy[a], p.Window, p.Holidays)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", a, err)
	}
	p.people[a] = &m
	return &m, nil
}

// elsewhere reports whether the person has another session of ours then.
func (p *Planner) elsewhere(a calendar.Address, except calendar.UID, iv availability.Interval) bool {
	return slices.ContainsFunc(p.own[a], func(o ownSession) bool { return o.uid != except && !o.declined && o.Overlaps(iv) })
}

// Members returns the group's members as the slot search sees them. The sessions
// of our own series block their attendees whether or not their calendars show
// them yet; except names a series that does not.
// Weeks in which a member has as many sessions as the program allows are busy.
func (p *Planner) Members(g scheduler.Group, except calendar.UID) ([]availability.Member, error) {
	return p.MembersOver(p.Window, g, except)
}

// MembersOver is Members for a search within a part of the window.
func (p *Planner) MembersOver(part availability.Interval, g scheduler.Group, except calendar.UID) ([]availability.Member, error) {
	program, _ := p.Workspace.Program(g.Program)
	zone, err := availability.LoadZone(p.Workspace.Zone)
	if err != nil {
		return nil, err
	}
	out := make([]availability.Member, 0, len(g.Members))
	for _, a := range g.Members {
		m, err := p.member(a)
		if err != nil {
			return nil, err
		}
		one := *m
		one.Busy = p.busy(a, except, part)
		if program.MaxSessionsPerWeek > 0 {
			one.Busy.Add(p.fullWeeks(a, except, program.MaxSessionsPerWeek, zone)...)
		}
		one.Required = slices.Contains(g.Required, a)
		out = append(out, one)
	}
	return out, nil
}

// Members returns the group's members as the slot search sees them, with our own
// series busy but for that which except names.
func Members(s Snapshot, g scheduler.Group, except calendar.UID) ([]availability.Member, error) {
	p, err := New(s)
	if err != nil {
		return nil, err
	}
	return p.Members(g, except)
}

// busy returns when the person is busy in a part of the window, with our own
// sessions but for those of the series except.
func (p *Planner) busy(a calendar.Address, except calendar.UID, part availability.Interval) availability.Busy {
	busy := p.Busy[a]
	if part != p.Window {
		busy.Spans = slices.DeleteFunc(slices.Clone(busy.Spans), func(s availability.Span) bool { return !s.Overlaps(part) })
	}
	var own []availability.Interval
	for _, o := range p.own[a] {
		if (except == "" || o.uid != except) && !o.declined && o.Overlaps(part) {
			own = append(own, o.Interval)
		}
	}
	if len(own) > 0 {
		busy.Add(own...) // copies the spans
	}
	return busy
}

// Taken returns when the people have sessions of ours, whatever they replied, but
// for the series except: no session is moved onto another.
func (p *Planner) Taken(people []calendar.Address, except calendar.UID) []availability.Interval {
	var out []availability.Interval
	for _, a := range people {
		for _, o := range p.own[a] {
			if except == "" || o.uid != except {
				out = append(out, o.Interval)
			}
		}
	}
	return out
}

// Retake moves an own session in what is taken; to an empty time if it is off.
func (p *Planner) Retake(s calendar.Series, from, to availability.Interval) {
	for _, a := range p.Invited(s) {
		sessions, out := p.own[a], p.invitee(a).DeclinedAll(s)
		for i, o := range sessions {
			if o.uid == s.UID && o.Start.Equal(from.Start) {
				sessions[i].Interval, sessions[i].declined = to, out // other replies were to the old time
			}
		}
	}
}

// Add notes a session of s that takes place after all.
func (p *Planner) Add(s calendar.Series, o calendar.Occurrence) {
	for _, a := range p.Invited(s) {
		p.own[a] = append(p.own[a], ownSession{s.UID, o.Interval, p.invitee(a).Reply(s, o) == calendar.Declined})
	}
}
