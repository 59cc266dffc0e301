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
	Bookings  []Booking          // all there ever were
	Rounds    []scheduler.Round  // of all programs, in the order in which they were formed
	Events    []scheduler.Event  // over the weeks at least
	Sessions  []Session          // of all bookings, but for those that are added to a Tally
	Attention []report.Attention // what needs a person
	Now       time.Time
	Weeks     int // that are looked at, before Now; as many before them are compared with
}

// A Booking is what of one is counted.
type Booking struct {
	UID            calendar.UID
	Group, Program string
	Ended, Broken  bool  // Broken are those whose record cannot be read
	Expected       Share // when it was booked
	Length         time.Duration
	Attendees      []calendar.Address
	Off            []time.Time // original starts of its cancelled sessions
}

// BookingOf returns what of a booking is counted. It keeps nothing else of it, and the
// roster's addresses.
func BookingOf(b scheduler.Booking, people scheduler.Roster) Booking {
	out := Booking{
		UID: b.Series.UID, Group: b.Group, Program: b.Program, Ended: b.State == scheduler.Ended, Broken: b.Fault != nil,
		Expected: Share{Yes: b.Attendance, Known: b.Possible}, Length: b.Series.Slot.Length,
	}
	if n := len(b.Series.Attendees); n > 0 {
		out.Attendees = make([]calendar.Address, n)
	}
	for i, at := range b.Series.Attendees {
		if out.Attendees[i] = people.Of(at.Address).Address; out.Attendees[i] == "" {
			out.Attendees[i] = at.Address
		}
	}
	for _, o := range b.Series.Overrides {
		if o.Cancelled {
			out.Off = append(out.Off, o.Original)
		}
	}
	return out
}

// A Session is one session, with the attendance of each of its members. Cancelled ones are
// none.
type Session struct {
	UID     calendar.UID
	Group   string
	Program string
	availability.Interval
	Members []Attendance
}

// An Attendance is whether a member attended a session, or can attend it.
type Attendance struct {
	Person calendar.Address
	Can    availability.Can
}

// With returns the session with what was found of its members; who has no verdict is left out.
func (s Session) With(members []calendar.Address, verdicts []availability.Verdict) Session {
	for i, a := range members[:min(len(members), len(verdicts))] {
		s.Members = append(s.Members, Attendance{a, verdicts[i].Can})
	}
	return s
}

// Share counts the attendances.
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
	t, err := NewTally(in)
	if err != nil {
		return Overview{}, err
	}
	byGroup := slices.Clone(in.Sessions)
	slices.SortStableFunc(byGroup, func(a, b Session) int { return cmp.Compare(a.Group, b.Group) })
	for len(byGroup) > 0 {
		n := slices.IndexFunc(byGroup, func(s Session) bool { return s.Group != byGroup[0].Group })
		if n < 0 {
			n = len(byGroup)
		}
		t.Add(byGroup[:n])
		byGroup = byGroup[n:]
	}
	return t.Overview(), nil
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
