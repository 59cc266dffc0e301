package report

import (
	"fmt"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/planning"
)

// Slots is the ranking of a group's slots.
type Slots struct {
	Group      string      `json:"group"`
	Zone       string      `json:"zone"`
	Start      string      `json:"start"`
	Cadence    string      `json:"cadence"`
	Duration   string      `json:"duration"`
	Members    []string    `json:"members"`
	Unknown    []Unknown   `json:"unknown"`
	Candidates []Candidate `json:"candidates"`
}

// Candidate is one slot with its attendance.
type Candidate struct {
	Slot              string    `json:"slot"`
	First             time.Time `json:"first"`
	Count             int       `json:"count"`
	Attendance        int       `json:"attendance"`
	Possible          int       `json:"possible"`
	RequiredMet       int       `json:"required_met"`
	UnknownAttendance int       `json:"unknown_attendance"`
	WorstOccurrence   int       `json:"worst_occurrence"`
	WorstMember       int       `json:"worst_member"`
	Stretch           int       `json:"stretch"`
	Preferred         int       `json:"preferred"`
	Occurrences       []Session `json:"occurrences"`
}

// Session is one date of a candidate.
type Session struct {
	Start     time.Time `json:"start"`
	Attending []string  `json:"attending"`
	Missing   []Missing `json:"missing"`
}

// Missing is a member who cannot attend a session, and why.
type Missing struct {
	Person string `json:"person"`
	Why    string `json:"why"`
}

// NewSlots describes a ranking.
func NewSlots(r planning.Ranking) Slots {
	out := Slots{
		Group: r.Group.Name, Zone: r.Search.Zone, Start: r.Search.Start.String(), Cadence: r.Search.Cadence.String(),
		Duration: r.Search.Length.String(), Members: Addresses(r.Group.Members), Unknown: Unknowns(r.Unknown), Candidates: []Candidate{},
	}
	for _, c := range r.Candidates {
		out.Candidates = append(out.Candidates, newCandidate(r.Members, c))
	}
	return out
}

func newCandidate(members []availability.Member, c planning.Ranked) Candidate {
	out := Candidate{
		Slot: c.Slot.String(), First: c.Sessions[0].Start.UTC(), Count: c.Count, Attendance: c.Attendance, Possible: c.Possible,
		RequiredMet: c.RequiredMet, UnknownAttendance: c.Unknown, WorstOccurrence: c.WorstOccurrence, WorstMember: c.WorstMember,
		Stretch: c.Stretch, Preferred: c.Preferred,
	}
	for i, session := range c.Sessions {
		s := Session{Start: session.Start.UTC(), Attending: []string{}, Missing: []Missing{}}
		for j, v := range c.Verdicts[i] {
			if v.Can.Attends() {
				s.Attending = append(s.Attending, members[j].Name)
			} else {
				s.Missing = append(s.Missing, Missing{members[j].Name, v.Why.String()})
			}
		}
		out.Occurrences = append(out.Occurrences, s)
	}
	return out
}

// GroupTitle returns what to call a group, which may have no name.
func GroupTitle(g scheduler.Group) string {
	if g.Name == "" {
		return "This group"
	}
	return g.Name
}

// Minutes returns a length in words.
func Minutes(d time.Duration) string { return fmt.Sprintf("%d min", int(d/time.Minute)) }
