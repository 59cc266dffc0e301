// Package overview shows how peer sessions went over some weeks, in figures and
// pictures: attendance, who met whom, what moves won, what it all cost. [New] counts, a
// [Section] says each finding in words with its picture and its table, and [Page] puts
// them on one page that needs nothing else. Every share comes with what it is a share of.
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

// Weeks is how far an overview looks back: what a round lasts.
const Weeks = 13

// An Input is what an overview is counted from.
type Input struct {
	Workspace scheduler.Workspace
	Bookings  []scheduler.Booking // all there ever were
	Rounds    []scheduler.Round   // of all programs, in the order in which they were formed
	Events    []scheduler.Event   // over the weeks at least
	Sessions  []Session           // of all bookings
	Attention []report.Attention  // what needs a person
	Now       time.Time
	Weeks     int // that are looked at, before Now; as many before them are compared with
}

// A Session is one session, with the answer of each of its members. Cancelled ones are
// none.
type Session struct {
	UID     calendar.UID
	Group   string
	Program string
	availability.Interval
	Members []Answer
}

// An Answer is whether a member attended a session, or can attend it.
type Answer struct {
	Person calendar.Address
	Can    availability.Can
}

// Share counts the answers.
func (s Session) Share() (out scheduler.Share) {
	for _, m := range s.Members {
		out.Count(m.Can)
	}
	return out
}

// An Overview is what was counted. Its JSON names nobody but in Met and Unplaced.
type Overview struct {
	From     time.Time   `json:"from"`
	To       time.Time   `json:"to"`
	Zone     string      `json:"zone"`
	Weeks    int         `json:"weeks"`
	Figures  Figures     `json:"figures"`
	Before   Figures     `json:"before"` // over as many weeks before From
	Programs []Program   `json:"programs"`
	Groups   []Group     `json:"groups"`
	Met      []Met       `json:"met"`
	Moves    Moves       `json:"moves"`
	Told     Told        `json:"told"`
	Zones    []ZoneHours `json:"zones"`
	Unplaced []Unplaced  `json:"unplaced"`
	since    time.Time   // from when on events count
	names    func(calendar.Address) string
	roster   scheduler.Roster
	zone     *time.Location
	quorums  map[string]float64
}

// Share is a share with its evidence, as JSON has it.
type Share struct {
	Yes     int `json:"yes"`
	Known   int `json:"known"`
	Unknown int `json:"unknown"`
}

func shareOf(s scheduler.Share) Share { return Share{s.Yes, s.Known(), s.Unknown} }

func (s Share) plus(o Share) Share {
	return Share{s.Yes + o.Yes, s.Known + o.Known, s.Unknown + o.Unknown}
}

// all returns of how many attendances it is a share.
func (s Share) all() int { return s.Known + s.Unknown }

// Figures are the four that stand first.
type Figures struct {
	Attendance Share   `json:"attendance"`
	Held       int     `json:"held"`        // sessions
	NeedPerson int     `json:"need_person"` // groups; only of now
	Hours      float64 `json:"hours"`       // of members in sessions
	People     int     `json:"people"`      // who attended any
	Weeks      int     `json:"weeks"`       // in which a session was held
}

// New counts. It looks at each session, event and round once.
func New(in Input) (Overview, error) {
	zone, err := availability.LoadZone(in.Workspace.Zone)
	if err != nil {
		return Overview{}, err
	}
	in.Weeks = cmp.Or(in.Weeks, Weeks)
	span := in.span()
	o := Overview{
		From: in.Now.Add(-span).UTC(), since: in.Now.Add(-span), To: in.Now.UTC(), Zone: in.Workspace.Zone, Weeks: in.Weeks,
		names: in.Workspace.Name, roster: in.Workspace.Roster, zone: zone, quorums: map[string]float64{},
	}
	var held, before []Session
	for _, s := range in.Sessions {
		switch {
		case s.End.After(in.Now) || s.End.Before(o.From.Add(-span)):
		case s.End.Before(o.From):
			before = append(before, s)
		default:
			held = append(held, s)
		}
	}
	slices.SortStableFunc(held, func(a, b Session) int { return a.Start.Compare(b.Start) })
	if len(before) == 0 && len(held) > 0 {
		o.From = held[0].Start.UTC() // nothing was there before
	}
	o.Figures, o.Before = figuresOf(held, zone), figuresOf(before, zone)
	o.Figures.NeedPerson = needing(in.Attention)
	for _, p := range append(slices.Clone(in.Workspace.Programs), scheduler.DefaultProgram()) {
		o.quorums[p.Name] = p.Quorum
	}
	o.countPrograms(held)
	o.countGroups(in, held)
	o.countMet(in)
	o.countMoves(in)
	o.countTold(in)
	o.countZones(held)
	o.countUnplaced(in)
	return o, nil
}

// Listed returns the overview for its JSON: without names, nobody is named in it.
func (o Overview) Listed(names bool) Overview {
	if names {
		return o
	}
	s := o.shown(false)
	o.Groups, o.Met, o.Unplaced = slices.Clone(o.Groups), slices.Clone(o.Met), slices.Clone(o.Unplaced)
	for i, g := range o.Groups {
		o.Groups[i].Group = s.group(g.Group)
	}
	o.Moves.Groups = slices.Clone(o.Moves.Groups)
	for i, g := range o.Moves.Groups {
		o.Moves.Groups[i].Group = s.group(g.Group)
	}
	for i := range o.Met {
		o.Met[i].People, o.Met[i].Pairs = nil, nil
	}
	for i := range o.Unplaced {
		o.Unplaced[i].People = nil
	}
	return o
}

func figuresOf(sessions []Session, zone *time.Location) Figures {
	var f Figures
	people, weeks := map[calendar.Address]bool{}, map[availability.Date]bool{}
	for _, s := range sessions {
		weeks[availability.DateOf(s.Start.In(zone)).Monday()] = true
		share := s.Share()
		f.Attendance = f.Attendance.plus(shareOf(share))
		f.Held++
		f.Hours += float64(share.Yes) * s.Length().Hours()
		for _, m := range s.Members {
			if m.Can.Attends() {
				people[m.Person] = true
			}
		}
	}
	f.People, f.Weeks = len(people), len(weeks)
	return f
}

// needing counts the groups that need a person.
func needing(list []report.Attention) int {
	groups := map[string]bool{}
	for _, a := range list {
		if a.Group != "" {
			groups[a.Group] = true
		}
	}
	return len(groups)
}
