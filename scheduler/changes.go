package scheduler

import (
	"strings"
	"time"

	"github.com/peerslot/peerslot/calendar"
)

// A RepairPlan is what one nightly pass would do.
type RepairPlan struct {
	Checked   int // series that were looked at
	Changes   []Change
	Attention []Attention
	Unknown   []Unknown
	Bookings  []Booking // those whose series change, with what is to be put

	Accepted []Booking // those that are now as somebody made them by hand

	Seen *Seen // what was read of the calendar, to be kept; nil if nothing is
}

// A Change is one step of a repair.
type Change struct {
	Group         string
	UID           calendar.UID
	Action        Action
	From, To      time.Time // starts; zero where there is none
	Before, After int       // members who can attend; attendances of all that is left for Suggest
	Why           string
	Person        calendar.Address // who joins or leaves
}

// An Action is the kind of a Change.
type Action string

// The actions. A suggestion changes nothing by itself.
const (
	MoveSession   Action = "move"
	CancelSession Action = "cancel"
	Suggest       Action = "suggest"
	Join          Action = "join"
	Leave         Action = "leave"
)

// String says in one line what the change does.
func (c Change) String() string {
	var parts []string
	for _, t := range []time.Time{c.From, c.To} {
		if !t.IsZero() {
			parts = append(parts, t.UTC().Format(time.RFC3339))
		}
	}
	if c.Person != "" {
		parts = append(parts, string(c.Person))
	}
	return strings.Join(parts, " -> ") + ": " + c.Why
}
