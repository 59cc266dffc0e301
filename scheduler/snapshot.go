package scheduler

import (
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
	Rounds  []Round                          // of all programs
	Current map[calendar.UID]calendar.Series // as they are on the calendar; missing if gone
	Faults  map[calendar.UID]error           // why a series on the calendar cannot be used
	Seen    *Seen                            // for KeepSeen; nil if nothing needs to be kept
	Tonight map[calendar.Address]int         // moves that members were told of in the last hours
	Month   map[string]int                   // by group: moves in the last 28 days
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
