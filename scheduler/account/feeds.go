package account

import (
	"context"
	"errors"
	"time"

	"github.com/peerslot/peerslot/calendar"
)

// A Feed is a subscription of a person to their sessions. What its address is made of
// besides lies in a key that the store does not have.
type Feed struct {
	ID     string // 16 hexadecimal digits, chosen at random
	Person calendar.Address
	Group  string // "" for those of all groups
	Serial int    // 1 for the first address; each new one makes the former void
	Made   time.Time
}

// ErrNoFeed says that there is no such subscription.
var ErrNoFeed = errors.New("there is no such feed")

// Feeds keeps subscriptions: of each person at most one to a group, and one to all.
// schedulertest holds its contract.
type Feeds interface {
	// Feed returns the feed of that ID, ErrNoFeed if there is none.
	Feed(ctx context.Context, id string) (Feed, error)

	// FeedsOf returns those of a person, that to all groups first, then by group.
	FeedsOf(ctx context.Context, person calendar.Address) ([]Feed, error)

	// SaveFeed keeps f in the place of the person's feed to the same group.
	SaveFeed(ctx context.Context, f Feed) error

	// DropFeed forgets the person's feed to the group. One that is not there is no error.
	DropFeed(ctx context.Context, person calendar.Address, group string) error
}
