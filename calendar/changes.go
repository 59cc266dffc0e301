package calendar

import (
	"context"

	"github.com/peerslot/peerslot/availability"
)

// A Syncer is a Backend on which reading each series by itself, every night, would
// cost too much.
type Syncer interface {
	Backend

	// Sync returns what has changed of our series since the Sync that returned
	// token: moved or cancelled by hand, answered, deleted. With "" for a token, or
	// one that is no longer accepted, it reads them all.
	Sync(ctx context.Context, token string, ours []UID) (Changes, error)

	// Snapshot reads the busy times of all the people over the window, and answers
	// from that one reading. own are series as Get or Sync has just returned them:
	// to leave these out, they need not be read again.
	Snapshot(ctx context.Context, people []Address, window availability.Interval, own ...Series) (BusyReader, error)
}

// Changes are what a Sync has found.
type Changes struct {
	Series   []Series      // as they are now
	Gone     []UID         // deleted, or never there
	Problems map[UID]error // made into something by hand that no Series can be
	Full     bool          // all were read; else what is in none of these has not changed
	Token    string        // for the next Sync
}

// A Lister is a Backend that knows which of our series an organizer's calendar holds,
// for a store that was lost.
type Lister interface {
	Backend

	// List returns the UIDs of all our series on the organizer's calendar, also of
	// those that are over, sorted. Where the whole place is missing, the error is ErrAway.
	List(ctx context.Context, organizer Address) ([]UID, error)
}

// A Checker is a Backend that can find out whether booking on it works.
type Checker interface {
	Backend

	// Check says what it found, without changing anything.
	Check(ctx context.Context) []Finding
}

// A Finding is one thing that was checked. Err is nil if it is as it should be.
type Finding struct {
	What string
	Err  error
}

// A Caller is a Backend on a service that counts calls.
type Caller interface {
	Backend

	// Calls returns how many calls were made of each method of the service. Those
	// made again count again.
	Calls() map[string]int
}

// A Teller is a Backend whose server tells some attendees of a series, and not
// others.
type Teller interface {
	Backend

	// Untold returns the attendees of a series who hear nothing from the server: with
	// "" those who are left to us, with the server's words those whom it could not
	// reach. It returns ErrNotFound if there is no such series.
	Untold(ctx context.Context, uid UID) (map[Address]string, error)
}
