// Package account says what is kept of those who open the members' pages: links for
// signing in, sessions, and subscriptions.
package account

import (
	"context"
	"errors"
	"time"

	"github.com/peerslot/peerslot/calendar"
)

// Accounts keeps who may open the members' pages, and who has them open. Secrets come
// as hashes alone: what is kept opens nothing. schedulertest holds its contract.
// Times are kept by the second.
type Accounts interface {
	// AddLink keeps a link for signing in. Links that expired before it was made go.
	AddLink(ctx context.Context, l SignInLink) error

	// Link returns the link of that hash, ErrNoLink if it was used, has expired at now
	// or never was.
	Link(ctx context.Context, hash string, now time.Time) (SignInLink, error)

	// Links returns when the links that are kept were made that are for the person, used
	// or not, since then, oldest first.
	Links(ctx context.Context, person calendar.Address, since time.Time) ([]time.Time, error)

	// SpendLink uses the link of that hash up, for one caller of many, begins the session
	// s of its person, and ends their other links. It returns ErrNoLink as Link does.
	SpendLink(ctx context.Context, hash string, now time.Time, s SignInSession) error

	// Begin begins a session without a link.
	Begin(ctx context.Context, s SignInSession) error

	// Session returns the session of that hash, ErrNoSession if there is none.
	Session(ctx context.Context, hash string) (SignInSession, error)

	// Touch notes when a session was last used.
	Touch(ctx context.Context, hash string, used time.Time) error

	// End ends a session, EndAll all those of a person, with their links. Ending what has
	// ended does nothing.
	End(ctx context.Context, hash string) error
	EndAll(ctx context.Context, person calendar.Address) error

	// Bind ties who an issuer calls subject to the person, unless they are tied to
	// somebody, and returns to whom they are now.
	Bind(ctx context.Context, issuer, subject string, person calendar.Address) (calendar.Address, error)

	// Bound returns to whom who an issuer calls subject is tied, "" for nobody.
	Bound(ctx context.Context, issuer, subject string) (calendar.Address, error)

	// Ping returns an error if the store cannot be reached.
	Ping(ctx context.Context) error
}

// A SignInLink opens the members' pages once. The zero Browser asked for none: an
// operator made it.
type SignInLink struct {
	Hash    string // of its secret
	Person  calendar.Address
	Browser string // hash of what the browser that asked was given
	Made    time.Time
	Expires time.Time
}

// A SignInSession is a browser in which a person has signed in.
type SignInSession struct {
	Hash   string // of its secret
	Person calendar.Address
	Began  time.Time
	Used   time.Time // last
}

// The errors of Accounts that callers tell apart with errors.Is.
var (
	ErrNoLink    = errors.New("the link was used, or is too old")
	ErrNoSession = errors.New("the session has ended")
)
