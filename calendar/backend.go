// Package calendar says what peerslot asks of a place where calendars live: who
// is busy when, and one recurring event put, read and cancelled. Its children
// adapt real places to it.
package calendar

import (
	"context"
	"errors"
	"time"

	"github.com/peerslot/peerslot/availability"
)

// A Backend is a place where calendars live. Its methods may be called from
// several goroutines. calendartest holds its contract.
type Backend interface {
	// Capabilities says what this kind of place can do. It does no I/O.
	Capabilities() Capabilities

	BusyReader

	// Put creates s, or replaces the series with the same UID, and returns it as
	// it now is, with its new Version. Putting the same series twice leaves one
	// series and tells nobody twice. With an empty Version it creates, or settles
	// an earlier Put whose outcome was lost; what people changed by hand since
	// stays. With a Version it returns ErrChanged if the series there is neither of
	// that version nor s already, or is gone; [Settle] decides. RSVPs in s are
	// ignored: a reply belongs to who gave it, and stays as long as it is to the
	// same time. A Put that changes nothing but the text, and leaves Sequence as it
	// is, tells nobody where that can be had. A Put that died half-way is finished by the same Put. An s that
	// fails Series.Check is refused.
	Put(ctx context.Context, s Series) (Series, error)

	// Get returns the series with its overrides and RSVPs as they are now, or
	// ErrNotFound; where that may only be because the whole place is missing, an
	// error that is ErrAway, too.
	Get(ctx context.Context, uid UID) (Series, error)

	// Cancel takes every occurrence that starts at or after from off the
	// calendar and tells the attendees; earlier ones stay. Nothing to cancel is
	// not an error, nor is a series that is not there, nor one that people made
	// into something that no Series can be: that ends as what it is.
	Cancel(ctx context.Context, uid UID, from time.Time) error
}

// A BusyReader tells when people are busy.
type BusyReader interface {
	// Busy returns an answer for every address: a calendar that cannot be read
	// yields a Busy that knows nothing and says why. except names series that do
	// not count. The error is for what concerns everybody (no sign-in, ctx ended);
	// then there are no answers.
	Busy(ctx context.Context, people []Address, iv availability.Interval, except ...UID) (map[Address]availability.Busy, error)
}

// Capabilities says what a kind of backend can do. The zero value can nothing.
type Capabilities struct {
	SendsInvites bool // attendees hear of a Put without further help
	TracksRSVP   bool // Get returns what attendees replied
	TellsApart   bool // Busy can leave out the series in except; otherwise their time is unknown
}

// The errors that callers tell apart with errors.Is.
var (
	ErrNotFound = errors.New("no such series on the calendar")
	ErrChanged  = errors.New("the series was changed on the calendar meanwhile")
	ErrSignIn   = errors.New("not signed in to the calendar")
	ErrQuota    = errors.New("the calendar's usage limits are reached; they pass after some hours")
	ErrAway     = errors.New("where the calendars are kept is not there")
	ErrGone     = errors.New("a series with that UID was deleted, and the calendar allows no other; the booking needs a new generation")
)

// ConcernsAll reports whether err is no fault of one series or person, but would come of any
// other call as well: ctx has ended, nobody is signed in, or the limits are reached.
func ConcernsAll(ctx context.Context, err error) bool {
	return err != nil && (ctx.Err() != nil || errors.Is(err, ErrSignIn) || errors.Is(err, ErrQuota))
}

// ErrNoList says that the calendar cannot say which series it holds.
var ErrNoList = errors.New("this kind of calendar cannot list the series that it holds")
