package scheduler

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"fmt"
	"time"

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
	Attendance   int              // expected when it was booked
	Possible     int
	ByHand       []time.Time        // original starts of sessions that people changed on the calendar
	Refused      []time.Time        // starts that a member declined before the session was moved away
	Reviewed     bool               // it runs out, and the group may have the next one
	Facilitators []calendar.Address // who leads each session, in the order of the sessions; nil if nobody is named
	Invited      []calendar.Address // members whom we invited; others were by hand

	CancelFrom time.Time // set while State is Cancelling: sessions from then on are taken off
	Created    time.Time
	Version    int64 // of the record; 0 before the first Save
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

// NewUID returns the UID of a group's series of that generation. It is made of
// the characters a-v and 0-9 only, is the same on every call, and differs between
// organizers, groups and generations: an id once deleted cannot be used again on
// Google.
func NewUID(organizer calendar.Address, group string, generation int) calendar.UID {
	sum := sha256.Sum256(fmt.Appendf(nil, "peerslot\x00%s\x00%s\x00%d", organizer, group, generation))
	enc := base32.NewEncoding("0123456789abcdefghijklmnopqrstuv").WithPadding(base32.NoPadding)
	return calendar.UID("ps" + enc.EncodeToString(sum[:20]))
}

// A Store keeps bookings and what was decided about them. schedulertest holds its
// contract. Its methods may be called from several goroutines.
type Store interface {
	// Bookings returns the bookings that have not ended, sorted by group.
	Bookings(ctx context.Context) ([]Booking, error)

	// BookingsOf returns all bookings that the group ever had, also those that
	// have ended, oldest generation first.
	BookingsOf(ctx context.Context, group string) ([]Booking, error)

	// Save writes b together with the events, or neither, and returns b with its
	// new Version. A new booking has Version 0. It returns ErrStale if the record
	// has another version by now, and ErrBooked if b is new and the group has
	// another open booking: one that has not ended and was not reviewed.
	Save(ctx context.Context, b Booking, events ...Event) (Booking, error)

	// SaveAll is Save of many bookings, all together or none.
	SaveAll(ctx context.Context, bookings []Booking, events ...Event) ([]Booking, error)

	// Renew writes both bookings together with the events, or nothing: the one
	// that a group leaves, and its next. The errors are those of Save.
	Renew(ctx context.Context, old, next Booking, events ...Event) (Booking, Booking, error)

	// History returns the events of a group from since on, oldest first; of all
	// groups for "", and all there are for the zero time.
	History(ctx context.Context, group string, since time.Time) ([]Event, error)

	// Rounds returns the rounds of the program, oldest first; for "" those of all
	// programs, sorted by program.
	Rounds(ctx context.Context, program string) ([]Round, error)

	// SaveRound writes a new round together with the bookings of the groups that
	// it replaces and the events, or nothing. It returns ErrFormed if the program
	// has a round of that number, and ErrStale if a booking has another version by
	// now.
	SaveRound(ctx context.Context, r Round, replaced []Booking, events ...Event) error

	// Seen returns what SaveSeen kept last: the series as they then were on the
	// calendar, and the token from which changes are counted; "" if there is none.
	Seen(ctx context.Context) (token string, series []calendar.Series, err error)

	// SaveSeen keeps a token together with the series that changed since the one
	// before, all of them if full.
	SaveSeen(ctx context.Context, token string, full bool, changed []calendar.Series) error

	// Answer keeps one member's answer about a series. who is a keyed hash of the
	// member; a later answer under the same hash replaces the first.
	Answer(ctx context.Context, uid calendar.UID, who string, a Answer) error

	// Answers counts the answers about a series.
	Answers(ctx context.Context, uid calendar.UID) (map[Answer]int, error)

	// Unreadable returns what SaveUnreadable kept last: whose calendars could not
	// be read, and since when.
	Unreadable(ctx context.Context) (map[calendar.Address]time.Time, error)

	// SaveUnreadable keeps whose calendars cannot be read, and since when, together
	// with the events. Who is not named is readable again.
	SaveUnreadable(ctx context.Context, since map[calendar.Address]time.Time, events ...Event) error

	// Lock waits for up to wait until no other run holds the lock of this store, in
	// this process or another, and keeps others from it until unlock is called or
	// the process ends, however it ends. It returns ErrBusy if that lasts too long.
	// The other methods do not need it.
	Lock(ctx context.Context, wait time.Duration) (unlock func(), err error)

	Close() error
}

// An Event is one line of the history: what was decided about a group, when and
// why. Events are never changed or deleted. They hold no title, note or answer.
type Event struct {
	At    time.Time
	Group string       // "" if it concerns no group
	UID   calendar.UID // "" if it concerns no series
	What  string       // one word, such as booked, moved, cancelled
	Why   string       // in words and figures
}

// The errors of a Store that callers tell apart with errors.Is.
var (
	ErrStale  = errors.New("the booking was changed by another run meanwhile")
	ErrBooked = errors.New("the group has a series already")
	ErrBusy   = errors.New("another run is changing things")
	ErrStore  = errors.New("the store cannot be written")
	ErrFormed = errors.New("another run formed it meanwhile")
)
