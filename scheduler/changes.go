package scheduler

import (
	"strings"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
)

// A RepairPlan is what one nightly pass would do.
type RepairPlan struct {
	Checked  int // series that were looked at
	Changes  []Change
	Findings []Finding
	Unknown  []Unknown
	Bookings []Booking // whose series change, with what is to be put
	Noted    []Booking // of which only our record changes
	Reslots  []Reslot  // series that are to be booked on another slot
	Seen     *Seen     // what was read of the calendar, to be kept; nil if nothing is
}

// A Reslot is a series whose rest is to be booked on another weekly slot.
type Reslot struct {
	Booking Booking
	Slot    availability.Slot
}

// A Change is one step of a repair.
type Change struct {
	Group         string
	UID           calendar.UID
	Action        Action
	From, To      time.Time // starts; zero where there is none
	Before, After int       // members who can attend; attendances of all that is left for Suggest and Rebook
	Why           string
	Person        calendar.Address // who joins or leaves
}

// An Action is the kind of a Change.
type Action string

// The actions. A suggestion changes nothing by itself; what people changed by hand is
// brought to the members' own copies, where they have any, and into the history.
const (
	MoveSession    Action = "move"
	CancelSession  Action = "cancel"
	RestoreSession Action = "restore" // one that we cancelled takes place after all
	Suggest        Action = "suggest"
	Rebook         Action = "rebook"
	Join           Action = "join"
	Leave          Action = "leave"
	ByHand         Action = "by-hand"
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
