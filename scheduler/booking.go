package scheduler

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"fmt"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler/attendance"
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

// A Store keeps bookings and what was decided about them. schedulertest holds its
// contract. Its methods may be called from several goroutines.
type Store interface {
	// Bookings returns the bookings of the groups that have not ended, sorted by group,
	// then by generation; those of all groups for none.
	Bookings(ctx context.Context, groups ...string) (Bookings, error)

	// BookingRefs names the bookings that have not ended, sorted alike.
	BookingRefs(ctx context.Context) ([]BookingRef, error)

	// BookingsOf returns all bookings that the group ever had, also those that
	// have ended, oldest generation first.
	BookingsOf(ctx context.Context, group string) ([]Booking, error)

	// Ended returns the bookings of the groups made since then that have ended, sorted by
	// group, then by generation; those of all groups for none, and of any age for the zero
	// time.
	Ended(ctx context.Context, since time.Time, groups ...string) ([]Booking, error)

	// EndedGroups names the groups that have any such booking, sorted.
	EndedGroups(ctx context.Context, since time.Time) ([]string, error)

	// Commit writes all of the batch in one transaction, or nothing of it, and
	// returns its bookings, in their order, with their new versions. A new booking
	// has Version 0. It returns ErrStale if a record has another version by now,
	// ErrBooked if a new booking's group has another open booking, one that has not
	// ended and was not reviewed, and ErrFormed if the round's program has a round
	// of that number.
	Commit(ctx context.Context, b Batch) ([]Booking, error)

	// Notices returns those that wait to be sent, oldest first and in the order in
	// which they were committed, without their messages.
	Notices(ctx context.Context) ([]Notice, error)

	// Undelivered returns the notices that reached nobody and wait no longer, in the
	// order in which they were committed, without their messages.
	Undelivered(ctx context.Context) ([]Notice, error)

	// Message returns what the notice of that ID sends; nil if it waits no longer.
	Message(ctx context.Context, id string) ([]byte, error)

	// Told returns all notices about a series, also those that wait no longer, in
	// the order in which they were committed, without their messages.
	Told(ctx context.Context, uid calendar.UID) ([]Notice, error)

	// NoticeOf returns the notice of that ID, without its message; ok is false if
	// there is none.
	NoticeOf(ctx context.Context, id string) (n Notice, ok bool, err error)

	// Replies returns what members answered about a series by mail.
	Replies(ctx context.Context, uid calendar.UID) ([]Reply, error)

	// Mailbox returns how far replies were read; zero before the first time.
	Mailbox(ctx context.Context) (Mailbox, error)

	// History returns the events of a group from since on, oldest first; of all
	// groups for "", and all there are for the zero time.
	History(ctx context.Context, group string, since time.Time) ([]Event, error)

	// Moves returns how many moves of sessions the history has after a time, of each
	// group and series that has any, sorted by both.
	Moves(ctx context.Context, after time.Time) ([]Moves, error)

	// Rounds returns the rounds of the program, oldest first; for "" those of all
	// programs, sorted by program.
	Rounds(ctx context.Context, program string) ([]Round, error)

	// Seen returns what was read of the organizer's calendar as it was committed last: of
	// some series, sorted by UID; of all for none. One that cannot be read back is not in
	// it. The zero Seen if there is nothing.
	Seen(ctx context.Context, uids ...calendar.UID) (Seen, error)

	// SeenToken returns the Token of Seen; "" if there is none.
	SeenToken(ctx context.Context) (string, error)

	// Answer keeps a member's answer about a series, as a token that neither can be
	// told from, in the place of instead: the tokens of all answers that the member
	// may have given. key is the fingerprint of what the token was made with; it is
	// ErrOtherKey if there are answers under another. The answers go when their
	// booking is committed as reviewed, or as ended.
	Answer(ctx context.Context, uid calendar.UID, key, token string, instead []string) error

	// Answers returns the tokens of the answers about a series, sorted, and the
	// fingerprint of the key that they were made with.
	Answers(ctx context.Context, uid calendar.UID) (key string, tokens []string, err error)

	// Unreadable returns whose calendars could not be read, and since when, as it
	// was committed last.
	Unreadable(ctx context.Context) (map[calendar.Address]time.Time, error)

	// Mark returns whose store it is; zero if nobody marked it yet.
	Mark(ctx context.Context) (Mark, error)

	// Settings returns what members set about themselves, sorted by person.
	Settings(ctx context.Context) ([]Settings, error)

	// Attended returns who could attend the sessions of some series, as nights found it,
	// sorted by UID; of all series for none. It is empty before the first night.
	Attended(ctx context.Context, uids ...calendar.UID) ([]attendance.Found, error)

	// Revision returns a text that is another one after bookings, rounds or what members
	// set were written, in this process or another.
	Revision(ctx context.Context) (string, error)

	// Lock waits for up to wait until no other run holds the lock of this store, in
	// this process or another, and keeps others from it until unlock is called or
	// the process ends, however it ends. It returns ErrBusy if that lasts too long.
	// The other methods do not need it.
	Lock(ctx context.Context, wait time.Duration) (unlock func(), err error)

	// LockGroup is Lock for what is done to one group alone: it keeps others from the
	// whole store and from this group, not from other groups.
	LockGroup(ctx context.Context, group string, wait time.Duration) (unlock func(), err error)

	// Begun returns the groups for whose bookings something is intended that is not known
	// to be on the calendar, sorted. It looks at no more than most of these bookings.
	Begun(ctx context.Context, most int) ([]string, error)

	// Due returns the bookings of Begun, and those whose series as it was last put is
	// over by then, or may be for all that is known of it, sorted by group.
	Due(ctx context.Context, now time.Time) (Bookings, error)

	// Unattended returns what is known of the work that is done without anybody
	// looking, as it was committed.
	Unattended(ctx context.Context) (Unattended, error)

	// Nights returns what the nights of the last weeks did, the last first.
	Nights(ctx context.Context) ([]Night, error)

	// Backup writes all that the store holds, as it is at one moment, to the file at
	// path. It may be called while another run changes things.
	Backup(ctx context.Context, path string) error

	// Restore makes the store what it was at the backup in the file at path, all of
	// it or nothing.
	Restore(ctx context.Context, path string) error

	// Draft returns a copy that goes with the process: what is written to it reaches
	// nobody.
	Draft(ctx context.Context) (Store, error)

	Close() error
}

// A Batch is what one step writes. What is zero in it stays as it is in the store.
type Batch struct {
	Bookings   []Booking
	Round      *Round
	Seen       *Seen
	Unreadable map[calendar.Address]time.Time // whose calendars cannot be read, and since when; who is not in it is readable again; nil to keep what is known
	Events     []Event
	Notices    []Notice // to be sent from now on; one whose ID is there already is not written again
	Tried      []Notice // as trying to send them left them; the message of one that waits no longer is dropped
	Replies    []Reply  // each replaces the member's earlier one to the same
	Mailbox    *Mailbox
	Mark       *Mark
	Unattended *Unattended        // its times replace earlier ones, its dead jobs those of the same kind and subject
	Night      *Night             // one that went through
	Mended     *FailedJob         // whose kind and subject is dead no longer
	Settings   []Settings         // each replaces the member's earlier ones of the Version before
	Attended   []attendance.Found // each replaces what is kept of the series
}

// Seen is what was read of the organizer's calendar.
type Seen struct {
	Token  string            // from which changes are counted; "" for none
	Full   bool              // Series are all there are, not only those that changed
	Series []calendar.Series // as they are on the calendar
	Gone   []calendar.UID    // that are there no longer, or cannot be understood, where Series are what changed
}

// An Event is one line of the history: what was decided about a group, when and
// why. Events are never changed or deleted. They hold no title, note or answer.
type Event struct {
	At    time.Time
	Group string       // "" if it concerns no group
	UID   calendar.UID // "" if it concerns no series
	What  string       // one word, such as booked, moved, cancelled
	Why   string       // in words and figures

	By            calendar.Address // who asked for it by hand; "" where that is not known
	Before, After int              // of a move: members who could attend, and who can
}

// The errors of a Store that callers tell apart with errors.Is.
var (
	ErrStale  = errors.New("the booking was changed by another run meanwhile")
	ErrBooked = errors.New("the group has a series already")
	ErrBusy   = errors.New("another run is changing things")
	ErrStore  = errors.New("the store cannot be written")
	ErrFormed = errors.New("another run formed it meanwhile")

	// ErrNoStore says that there is nothing to read.
	ErrNoStore = errors.New("there is no store")

	// ErrOtherKey says that answers were given under another key than this one.
	ErrOtherKey = errors.New("there are answers under another key than this one; use that key, or each member would count twice")
)
