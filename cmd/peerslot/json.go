package main

import (
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
)

// The types of the JSON answers. Programs rely on their names; fields may be
// added, never renamed.

type jsonUnknown struct {
	Person string     `json:"person"`
	Reason string     `json:"reason"`
	Since  *time.Time `json:"since,omitempty"` // the first nightly pass that found it so
}

type jsonFreebusy struct {
	From     time.Time    `json:"from"`
	To       time.Time    `json:"to"`
	People   []jsonPerson `json:"people"`
	Warnings []string     `json:"warnings"`
}

type jsonPerson struct {
	Person  string     `json:"person"`
	Zone    string     `json:"zone"`
	Unknown bool       `json:"unknown"`
	Reason  string     `json:"reason"`
	Busy    []jsonBusy `json:"busy"`
}

type jsonBusy struct {
	Start  time.Time `json:"start"`
	End    time.Time `json:"end"`
	Kind   string    `json:"kind"`
	AllDay bool      `json:"all_day"`
}

type jsonSlots struct {
	Group      string          `json:"group"`
	Zone       string          `json:"zone"`
	Start      string          `json:"start"`
	Cadence    string          `json:"cadence"`
	Duration   string          `json:"duration"`
	Members    []string        `json:"members"`
	Unknown    []jsonUnknown   `json:"unknown"`
	Candidates []jsonCandidate `json:"candidates"`
}

type jsonCandidate struct {
	Slot              string        `json:"slot"`
	First             time.Time     `json:"first"`
	Count             int           `json:"count"`
	Attendance        int           `json:"attendance"`
	Possible          int           `json:"possible"`
	RequiredMet       int           `json:"required_met"`
	UnknownAttendance int           `json:"unknown_attendance"`
	WorstOccurrence   int           `json:"worst_occurrence"`
	WorstMember       int           `json:"worst_member"`
	Stretch           int           `json:"stretch"`
	Preferred         int           `json:"preferred"`
	Occurrences       []jsonSession `json:"occurrences"`
}

type jsonSession struct {
	Start     time.Time     `json:"start"`
	Attending []string      `json:"attending"`
	Missing   []jsonMissing `json:"missing"`
}

type jsonMissing struct {
	Person string `json:"person"`
	Why    string `json:"why"`
}

type jsonBook struct {
	Series  []jsonSeries  `json:"series"`
	Failed  []jsonProblem `json:"failed,omitempty"`
	Unknown []jsonUnknown `json:"unknown,omitempty"`
	Plan    bool          `json:"plan,omitempty"` // nothing was changed
}

type jsonProblem struct {
	Group string `json:"group"`
	Error string `json:"error"`
}

type jsonSeries struct {
	Group      string     `json:"group"`
	UID        string     `json:"uid"`
	Slot       string     `json:"slot"`
	Zone       string     `json:"zone"`
	First      time.Time  `json:"first"`
	Count      int        `json:"count"`
	Cadence    string     `json:"cadence"`
	Duration   string     `json:"duration"`
	Organizer  string     `json:"organizer"`
	Attendees  []string   `json:"attendees"`
	Attendance int        `json:"attendance"`
	Possible   int        `json:"possible"`
	Moves      []jsonMove `json:"moves"`
	Created    bool       `json:"created"`
	Link       string     `json:"link"`
}

type jsonMove struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
	Why  string    `json:"why"`
}

func unknownJSON(unknown []scheduler.Unknown) []jsonUnknown {
	out := []jsonUnknown{}
	for _, u := range unknown {
		j := jsonUnknown{Person: string(u.Person), Reason: u.Reason}
		if !u.Since.IsZero() {
			j.Since = &u.Since
		}
		out = append(out, j)
	}
	return out
}

func rankingJSON(r scheduler.Ranking) jsonSlots {
	out := jsonSlots{
		Group: r.Group.Name, Zone: r.Search.Zone, Start: r.Search.Start.String(), Cadence: r.Search.Cadence.String(),
		Duration: r.Search.Length.String(), Members: addresses(r.Group.Members), Unknown: unknownJSON(r.Unknown), Candidates: []jsonCandidate{},
	}
	for _, c := range r.Candidates {
		out.Candidates = append(out.Candidates, candidateJSON(r.Members, c))
	}
	return out
}

func candidateJSON(members []availability.Member, c scheduler.Ranked) jsonCandidate {
	out := jsonCandidate{
		Slot: c.Slot.String(), First: c.Sessions[0].Start.UTC(), Count: c.Count, Attendance: c.Attendance, Possible: c.Possible,
		RequiredMet: c.RequiredMet, UnknownAttendance: c.Unknown, WorstOccurrence: c.WorstOccurrence, WorstMember: c.WorstMember,
		Stretch: c.Stretch, Preferred: c.Preferred,
	}
	for i, session := range c.Sessions {
		s := jsonSession{Start: session.Start.UTC(), Attending: []string{}, Missing: []jsonMissing{}}
		for j, v := range c.Verdicts[i] {
			if v.Can.Attends() {
				s.Attending = append(s.Attending, members[j].Name)
			} else {
				s.Missing = append(s.Missing, jsonMissing{members[j].Name, string(v.Why)})
			}
		}
		out.Occurrences = append(out.Occurrences, s)
	}
	return out
}

// seriesJSON describes a booking. The moves are those of the series, with their
// notes as the reason.
func seriesJSON(b scheduler.Booking, created bool) (jsonSeries, error) {
	s := b.Series
	occurrences, err := s.Occurrences()
	if err != nil {
		return jsonSeries{}, err
	}
	out := jsonSeries{
		Group: b.Group, UID: string(s.UID), Slot: s.Slot.String(), Zone: s.Slot.Zone, First: occurrences[0].Original.UTC(),
		Count: s.Count, Cadence: s.Cadence.String(), Duration: s.Slot.Length.String(), Organizer: string(s.Organizer.Address),
		Attendees: []string{}, Attendance: b.Attendance, Possible: b.Possible, Moves: []jsonMove{}, Created: created, Link: s.Link,
	}
	for _, a := range s.Attendees {
		out.Attendees = append(out.Attendees, string(a.Address))
	}
	for _, o := range s.Overrides {
		if !o.Moved.Empty() {
			out.Moves = append(out.Moves, jsonMove{o.Original.UTC(), o.Moved.Start.UTC(), o.Note})
		}
	}
	return out, nil
}

func addresses(list []calendar.Address) []string {
	out := make([]string, len(list))
	for i, a := range list {
		out[i] = string(a)
	}
	return out
}

func busyJSON(b availability.Busy) []jsonBusy {
	out := []jsonBusy{}
	for _, s := range b.Spans {
		out = append(out, jsonBusy{s.Start.UTC(), s.End.UTC(), s.Kind.String(), s.AllDay})
	}
	return out
}
