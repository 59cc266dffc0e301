package overview

import (
	"cmp"
	"slices"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/report"
)

// A Tally counts sessions of one group after the other, and keeps none of them. Attention
// is what needs a person.
type Tally struct {
	Attention    []report.Attention
	in           Input // what is counted at the end
	o            Overview
	held, before figures
	first        time.Time // start of the earliest session over the weeks
	begun        map[string]bool
	groups       map[string]*Group
	weeks        map[weekKey]*Week
	zones        map[string]*ZoneHours
	people       map[calendar.Address]counted
}

// counted is in which figures a person was counted already.
type counted struct{ held, before, zone bool }

// figures are Figures while they are counted.
type figures struct {
	Figures
	hours time.Duration
	weeks map[availability.Date]bool
}

// NewTally counts no sessions yet, and keeps of the input little of what it has counted.
func NewTally(in Input) (*Tally, error) {
	zone, err := availability.LoadZone(in.Workspace.Zone)
	if err != nil {
		return nil, err
	}
	in.Weeks = cmp.Or(in.Weeks, Weeks)
	span := in.span()
	t := &Tally{
		in: in, held: figures{weeks: map[availability.Date]bool{}}, before: figures{weeks: map[availability.Date]bool{}},
		begun: map[string]bool{}, groups: map[string]*Group{}, weeks: map[weekKey]*Week{}, zones: map[string]*ZoneHours{}, people: map[calendar.Address]counted{},
		o: Overview{
			From: in.Now.Add(-span).UTC(), since: in.Now.Add(-span), To: in.Now.UTC(), Zone: in.Workspace.Zone, Weeks: in.Weeks,
			names: in.Workspace.Name, roster: in.Workspace.Roster, zone: zone, quorums: map[string]float64{},
		},
	}
	for _, p := range append(slices.Clone(in.Workspace.Programs), scheduler.DefaultProgram()) {
		t.o.quorums[p.Name] = p.Quorum
	}
	t.o.countMoves(in)
	t.o.countTold(in)
	t.in.Events, t.in.Sessions, t.in.Bookings, t.Attention = nil, nil, slices.Clone(in.Bookings), in.Attention
	for i := range t.in.Bookings {
		t.in.Bookings[i].Attendees, t.in.Bookings[i].Off = nil, nil
	}
	return t, nil
}

// Add counts all sessions of one group.
func (t *Tally) Add(sessions []Session) {
	var held []Session
	for _, s := range sessions {
		t.begun[s.Group] = t.begun[s.Group] || !s.Start.After(t.in.Now)
		switch {
		case s.End.After(t.in.Now) || s.End.Before(t.o.From.Add(-t.in.span())):
		case s.End.Before(t.o.From):
			t.before.add(s, t.o.zone, t.people, func(c *counted) *bool { return &c.before })
		default:
			t.held.add(s, t.o.zone, t.people, func(c *counted) *bool { return &c.held })
			held = append(held, s)
		}
	}
	if len(held) == 0 {
		return
	}
	slices.SortStableFunc(held, func(a, b Session) int { return a.Start.Compare(b.Start) })
	if t.first.IsZero() || held[0].Start.Before(t.first) {
		t.first = held[0].Start
	}
	t.addGroup(held)
	t.addWeeks(held)
	t.addZones(held)
}

// Overview returns what was counted.
func (t *Tally) Overview() Overview {
	o, in := t.o, t.in
	if t.before.Held == 0 && t.held.Held > 0 {
		o.From = t.first.UTC() // nothing was there before
	}
	o.Figures, o.Before = t.held.sum(), t.before.sum()
	o.Figures.NeedPerson = needing(t.Attention)
	t.countPrograms(&o)
	t.countGroups(&o)
	o.countMet(in, t.begun)
	t.countZones(&o)
	o.countUnplaced(in)
	return o
}

// add counts one session. once tells where it stands whether a person was counted.
func (f *figures) add(s Session, zone *time.Location, people map[calendar.Address]counted, once func(*counted) *bool) {
	f.weeks[availability.DateOf(s.Start.In(zone)).Monday()] = true
	share := s.Share()
	f.Attendance = f.Attendance.plus(shareOf(share))
	f.Held++
	f.hours += time.Duration(share.Yes) * s.Length()
	for _, m := range s.Members {
		if !m.Can.Attends() {
			continue
		}
		c := people[m.Person]
		if was := once(&c); !*was {
			*was = true
			people[m.Person] = c
			f.People++
		}
	}
}

func (f figures) sum() Figures {
	f.Hours, f.Weeks = f.hours.Hours(), len(f.weeks)
	return f.Figures
}
