package scheduler

import (
	"context"
	"errors"
	"time"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler/attendance"
)

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

	// GroupOf returns the group that had, or has, a booking of the series; "" if none.
	GroupOf(ctx context.Context, uid calendar.UID) (string, error)

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

	// Notices returns those that wait to be sent, oldest first and in the order in which they
	// were committed, without their messages; Unsent how many these are; Waiting the first of
	// them, no more than most, that stand behind the notice of an ID, which may have been
	// sent since, and from the start for "".
	Notices(ctx context.Context) ([]Notice, error)
	Unsent(ctx context.Context) (int, error)
	Waiting(ctx context.Context, after string, most int) ([]Notice, error)

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

	// LastRounds returns, in the order of Rounds, the last round of each program and those
	// earlier ones of which the first groups cannot be read: of the others, no more than one is
	// in memory.
	LastRounds(ctx context.Context) ([]Round, error)

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

	// Unattended returns what is known of the work that is done without anybody looking, as
	// it was committed; Failed its Dead of one kind and subject, of any for "".
	Unattended(ctx context.Context) (Unattended, error)
	Failed(ctx context.Context, kind, subject string) ([]FailedJob, error)

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
