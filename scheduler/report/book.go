package report

import (
	"strings"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/planning"
)

// Book is what book did, or would do.
type Book struct {
	Series  []Series  `json:"series"`
	Failed  []Problem `json:"failed,omitempty"`
	Unknown []Unknown `json:"unknown,omitempty"`
	Error   string    `json:"error,omitempty"` // nothing could be booked
	Hint    string    `json:"hint,omitempty"`
	Plan    bool      `json:"plan,omitempty"` // nothing was changed
}

// Series is one booked series.
type Series struct {
	Group      string    `json:"group"`
	UID        string    `json:"uid"`
	Slot       string    `json:"slot"`
	Zone       string    `json:"zone"`
	First      time.Time `json:"first"`
	Count      int       `json:"count"`
	Cadence    string    `json:"cadence"`
	Duration   string    `json:"duration"`
	Organizer  string    `json:"organizer"`
	Attendees  []string  `json:"attendees"`
	Attendance int       `json:"attendance"`
	Possible   int       `json:"possible"`
	Moves      []Move    `json:"moves"`
	Created    bool      `json:"created"`
	Link       string    `json:"link"`
}

// Move is a session that is elsewhere than its slot.
type Move struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
	Why  string    `json:"why"`
}

// NewSeries describes a booking. The moves are those of the series, with their
// notes as the reason.
func NewSeries(b scheduler.Booking, created bool) (Series, error) {
	s := b.Series
	occurrences, err := s.Occurrences()
	if err != nil {
		return Series{}, err
	}
	out := Series{
		Group: b.Group, UID: string(s.UID), Slot: s.Slot.String(), Zone: s.Slot.Zone, First: occurrences[0].Original.UTC(),
		Count: s.Count, Cadence: s.Cadence.String(), Duration: s.Slot.Length.String(), Organizer: string(s.Organizer.Address),
		Attendees: []string{}, Attendance: b.Attendance, Possible: b.Possible, Moves: []Move{}, Created: created, Link: s.Link,
	}
	for _, a := range s.Attendees {
		out.Attendees = append(out.Attendees, string(a.Address))
	}
	for _, o := range s.Overrides {
		if !o.Moved.Empty() {
			out.Moves = append(out.Moves, Move{o.Original.UTC(), o.Moved.Start.UTC(), o.Note})
		}
	}
	return out, nil
}

// BookingPlan writes what would be booked for one group, for people; nothing if nothing is.
func (p Printer) BookingPlan(w scheduler.Workspace, plan scheduler.BookingPlan) {
	if plan.Existing != nil || plan.Problem != nil {
		return
	}
	zone, err := availability.LoadZone(plan.Candidate.Slot.Zone)
	if err != nil {
		return
	}
	s := plan.Booking.Series
	p.Heading("%s: %s %s, %s from %s, %s", plan.Group.Name, s.Slot.Day, availability.FormatClock(s.Slot.Start), Count(s.Count, s.Cadence.String()+" session", s.Cadence.String()+" sessions"), s.First, zone)
	p.Printf("  %s\n", Summary(plan.Candidate, len(plan.Group.Members)))
	if len(plan.Moves) > 0 {
		p.Printf("  with %s: %d of %d\n", Count(len(plan.Moves), "session moved", "sessions moved"), plan.Attendance(), plan.Candidate.Possible)
	}
	for _, m := range plan.Moves {
		p.Printf("    %s -> %s: %s\n", m.From.Start.In(zone).Format("Mon 2 Jan 15:04"), m.To.Start.In(zone).Format("Mon 2 Jan 15:04"), planning.Why(m, w.Name))
	}
	names := make([]string, len(s.Attendees))
	for i, at := range s.Attendees {
		names[i] = w.Name(at.Address)
	}
	p.Printf("  invited by %s: %s\n", s.Organizer.Address, strings.Join(names, ", "))
}
