package scheduler

import (
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
)

// A Booking is our record that a group holds a slot, from a date, for a count of
// sessions. It is saved before the calendar is touched and again after, so that a
// run that died in between is finished by the next one.
type Booking struct {
	Group        string
	Program      string
	Generation   int // 1 for the group's first series
	State        State
	Series       calendar.Series  // as it was last put; as it is to be put while State is Intended
	Next         *calendar.Series // set while State is Changing: as it is to be put
	Heard        *calendar.Series `json:",omitempty"` // as members were last told of it, if people changed it by hand since; else nil
	Attendance   int              // expected when it was booked
	Possible     int
	Planned      int                // sessions, if somebody gave the series fewer by hand; else 0
	ByHand       []time.Time        // original starts of sessions that people changed on the calendar
	Moves        []time.Time        // original starts of sessions that the night moved, one for each move
	Won          []Move             // what moves of sessions won, at booking or by the night, the last ones last
	Hours        []DeclinedHour     // that a member declined before the session was moved away, or cancelled
	Off          []time.Time        // original starts of sessions that the night cancelled, as too few could attend
	Suggested    availability.Slot  // that was suggested last; zero for none
	Told         []calendar.Address // who declined the whole series, once that was reported
	Reviewed     bool               // it runs out, and the group may have the next one
	Decision     Decision           // of its review; "" before it
	Restored     []calendar.Address // who deleted their copy of the series, and got it back once
	OwnText      bool               // somebody wrote the series' text by hand; it stays
	Loose        bool               // its group was named for it alone, and is not configured
	Rules        Program            // as they were when it was booked, without who takes part
	Facilitators []calendar.Address // who leads each session, in the order of the sessions; nil if nobody is named
	Invited      []calendar.Address // members whom we invited; others were by hand

	Joined map[calendar.Address]time.Time `json:",omitempty"` // when the night invited who was not in the group at booking

	// Unreached are the attendees whom the calendar's server could not tell of the
	// series as it was last put, with its words.
	Unreached map[calendar.Address]string

	InPlaceOf calendar.UID // the series of an earlier organizer that it goes on with; "" for none
	Reslot    bool         `json:",omitempty"` // the night booked it, on a better slot than the group had
	LeftThere bool         // it is an earlier organizer's and stays as it is: nobody can end it any more, or it is over and waits for its review

	CancelFrom time.Time // set while State is Cancelling: sessions from then on are taken off
	Created    time.Time
	Version    int64 // of the record; 0 before it was first committed
	Fault      error `json:"-"` // why the record cannot be read; then only what is searched is known, and committed: group, program, generation, state, UID, Reviewed, CancelFrom
}

// Shrank reports whether a group with so many members has fewer than its series was
// booked for.
func (b Booking) Shrank(members int) bool {
	return members*max(b.Planned, b.Series.Count) < b.Possible
}

// Moves says how often sessions of a series were moved.
type Moves struct {
	Group string
	UID   calendar.UID
	Times int
}

// A BookingRef names a booking as it was at a Version.
type BookingRef struct {
	Group      string
	Generation int
	UID        calendar.UID
	Version    int64
}

// Ref names the booking as it is.
func (b Booking) Ref() BookingRef {
	return BookingRef{b.Group, b.Generation, b.Series.UID, b.Version}
}

// A DeclinedHour is a time that a member declined for one session. No time that
// overlaps it is offered for that session again.
type DeclinedHour struct {
	Original time.Time // names the session
	availability.Interval
	By []calendar.Address `json:",omitempty"` // who declined it
}

// A State of a booking.
type State string

// The states. Intended, Changing and Cancelling are intents that the calendar may
// not show yet.
const (
	Intended   State = "intended"
	Booked     State = "booked"
	Changing   State = "changing"
	Cancelling State = "cancelling"
	Ended      State = "ended"
)

// UID returns the UID of a group's series of that generation: that of NewUID, and
// another one in each named workspace of an organizer.
func (w Workspace) UID(group string, generation int) calendar.UID {
	if w.ID == "" {
		return NewUID(w.Organizer.Address, group, generation)
	}
	return newUID("peerslot workspace\x00%s\x00%s\x00%s\x00%d", w.Organizer.Address, w.ID, group, generation)
}

// NewUID returns the UID of a group's series of that generation. It is made of
// the characters a-v and 0-9 only, is the same on every call, and differs between
// organizers, groups and generations: an id once deleted cannot be used again on
// Google.
func NewUID(organizer calendar.Address, group string, generation int) calendar.UID {
	return newUID("peerslot\x00%s\x00%s\x00%d", organizer, group, generation)
}

func newUID(format string, parts ...any) calendar.UID {
	sum := sha256.Sum256(fmt.Appendf(nil, format, parts...))
	enc := base32.NewEncoding("0123456789abcdefghijklmnopqrstuv").WithPadding(base32.NoPadding)
	return calendar.UID("ps" + enc.EncodeToString(sum[:20]))
}

// MadeAhead is more than lies between the making of a booking and its last session.
const MadeAhead = 2 * 365 * 24 * time.Hour
