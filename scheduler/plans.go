package scheduler

import (
	"errors"
	"slices"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler/attendance"
	"github.com/peerslot/peerslot/scheduler/pile"
)

// A RepairPlan is what one nightly pass would do.
type RepairPlan struct {
	Checked  int // series that were looked at
	Changes  []Change
	Findings []Finding
	Unknown  []Unknown
	Bookings *pile.Pile[Booking]          // whose series change, with what is to be put; nil for none
	Noted    []Booking                    // of which only our record changes
	Replies  []Reply                      // to write onto the calendars: given in copies that were deleted since, or taken back since their session was moved by hand
	Reslots  []Reslot                     // series that are to be booked on another slot
	Better   []Finding                    // slots that would be better, for as long as they are: in Changes one stands once
	Seen     *Seen                        // what was read of the calendar, to be kept; nil if nothing is
	Attended *pile.Pile[attendance.Found] // who can attend what, as it is after the changes; nil if that was not found
}

// A Reslot is a series whose rest is to be booked on another weekly slot.
type Reslot struct {
	Booking Booking
	Plan    BookingPlan
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

// An Adoption is what a store that was lost can be rebuilt from: our series on the
// organizer's calendar.
type Adoption struct {
	Bookings []Booking // that the store does not know
	Rounds   []Round   // of programs whose groups these were formed for; the store knows none
	Findings []Finding // series that cannot be understood
}

// A Handover is what is to be done because the workspace has another organizer than its
// store: no calendar moves an event to another owner, so the series of the old one end,
// and the new one invites to the sessions that are left.
type Handover struct {
	From, To calendar.Address // the same if there is nothing to hand over
	Series   []Handing        // in the order of the bookings
	Left     []Booking        // whose series an earlier handover could not end
}

// A Handing is one series that changes hands.
type Handing struct {
	Old   Booking
	Next  *Booking // nil if no session is left
	Waits bool     // no session is left, and the review is still owed: the booking waits for it as it is
	Gone  bool     // somebody deleted or cancelled the series on the calendar, so nothing follows it
	Err   error    // why the old series cannot be ended, so that members must delete it; nil if it can
}

// A Request asks for a slot for one group.
type Request struct {
	Group   Group
	Program *Program            // the rules; nil for those that the group's program has
	Search  availability.Search // Zone and the rules of the program filled in; see NewSearch
	Slot    availability.Slot   // book this one; zero for the best
	Favour  availability.Slot   // stays unless another gains enough by the rules of review; zero for none
	Stay    bool                // move no session, however bad its week
	Anyway  bool                // also if the quorum is missed in most sessions
	Asked   Asked               // what of the search somebody asked for

	Follows calendar.UID      // the group's series that this one follows; "" for the first
	Before  availability.Date // all sessions lie before it; zero for no limit
	Rhythm  availability.Date // Monday of a week in which the rhythm of what is carried on has a session; zero for none
}

// Asked is what of a search was asked for and is not only the default: a series that
// the group has already must have it.
type Asked struct{ Cadence, Start, Length, Count bool }

// A BookingPlan is what booking one group would do.
type BookingPlan struct {
	Group     Group
	Program   Program
	Existing  *Booking // set if the group has a series already: nothing is to be done
	Candidate availability.Candidate
	Moves     []Move
	Booking   Booking // what is to be saved and put; its series carries the moves
	Unknown   []Unknown
	Attended  attendance.Found // who can attend its sessions; without a UID
	Was       Share            // of a rebooking: who can attend as many of the old sessions, the last ones, as they stand
	Stay      string           // why the favoured slot was kept or left; "" if there is none
	Problem   error            // why the group cannot be booked; nil if it can
}

// A Bookable is what of a BookingPlan is shown and carried out, for a pile.
type Bookable struct {
	Candidate availability.Candidate
	Booking   Booking
	Attended  attendance.Found
	Stay      string
	Problem   string // "" if the group can be booked
}

// Bookable returns what of the plan of a group without a series is for a pile.
func (p BookingPlan) Bookable() Bookable {
	if p.Problem != nil {
		return Bookable{Problem: p.Problem.Error()}
	}
	return Bookable{p.Candidate, p.Booking, p.Attended, p.Stay, ""}
}

// Plan returns the plan as far as it was kept.
func (b Bookable) Plan() *BookingPlan {
	p := BookingPlan{Candidate: b.Candidate, Moves: b.Booking.Won, Booking: b.Booking, Attended: b.Attended, Stay: b.Stay}
	p.Group = Group{Name: b.Booking.Group, Program: b.Booking.Program, Members: b.Booking.Invited}
	if b.Problem != "" {
		p.Problem = errors.New(b.Problem)
	}
	return &p
}

// Attendance returns how many attend in all, moves included.
func (p BookingPlan) Attendance() int {
	n := p.Candidate.Attendance
	for _, m := range p.Moves {
		n += m.After - m.Before
	}
	return n
}

// A Move takes one session to another time of its week.
type Move struct {
	Original time.Time // names the occurrence
	From, To availability.Interval
	Before   int // members who can attend at From
	After    int // and at To
	Gained   []calendar.Address
	Lost     []calendar.Address
}

// WonBy returns the move of ours that brought a session of the booking where it is; ok
// is false if none did.
func (b Booking) WonBy(o calendar.Occurrence) (m Move, ok bool) {
	for _, one := range slices.Backward(b.Won) {
		if o.Moved && one.Original.Equal(o.Original) && one.To.Start.Equal(o.Start) {
			return one, true
		}
	}
	return Move{}, false
}

// A Status is how one group stands. What needs a person is among the findings of
// repair and review.
type Status struct {
	Group      string
	UID        calendar.UID      // of its series, as that is on the calendar, or as it was put if that cannot be used; "" if nothing is booked
	Slot       availability.Slot // of the series, and its Cadence
	Cadence    availability.Cadence
	Held       int                   // sessions that are over
	Left       int                   // sessions to come
	Next       availability.Interval // session of the group, also of a series that runs out before this one begins
	Attendance Share                 // of the members at the sessions held
}

// Unknown is a person of whose time something is not known, and why.
type Unknown struct {
	Person calendar.Address
	Reason string
	All    bool      // nothing is known of it
	Since  time.Time // the first pass that found it so; zero where that is not known
}
