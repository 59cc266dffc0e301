package caldav

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
)

// A Reader is the calendar.BusyReader of people who have a CalDAV account of their
// own: each is asked with their own sign-in.
type Reader struct {
	// Account returns a person's account, of which they are the Organizer, or why it
	// cannot be asked.
	Account func(calendar.Address) (Config, error)

	mu     sync.Mutex
	opened map[calendar.Address]*Backend
}

// Busy implements calendar.BusyReader. What is wrong with one account concerns its
// person only.
func (r *Reader) Busy(ctx context.Context, people []calendar.Address, iv availability.Interval, except ...calendar.UID) (map[calendar.Address]availability.Busy, error) {
	var mu sync.Mutex
	out := map[calendar.Address]availability.Busy{}
	var g errgroup.Group
	g.SetLimit(parallel)
	for _, who := range people {
		g.Go(func() error {
			busy := r.busy(ctx, who, iv, except)
			mu.Lock()
			defer mu.Unlock()
			out[who] = busy
			return ctx.Err()
		})
	}
	if err := g.Wait(); err != nil {
		return nil, fmt.Errorf("read CalDAV calendars: %w", err)
	}
	return out, nil
}

func (r *Reader) busy(ctx context.Context, who calendar.Address, iv availability.Interval, except []calendar.UID) availability.Busy {
	b, err := r.open(ctx, who)
	if err != nil {
		return availability.Unreadable(explained(err))
	}
	answers, err := b.Busy(ctx, []calendar.Address{who}, iv, except...)
	if err != nil {
		return availability.Unreadable("their CalDAV account: " + explained(err))
	}
	return answers[who]
}

// explained returns what err says, and what to do about it.
func explained(err error) string {
	said := err.Error()
	if e, ok := errors.AsType[interface {
		error
		Hint() string
	}](err); ok && e.Hint() != "" {
		said += ": " + e.Hint()
	}
	return said
}

func (r *Reader) open(ctx context.Context, who calendar.Address) (*Backend, error) {
	r.mu.Lock()
	b := r.opened[who]
	r.mu.Unlock()
	if b != nil {
		return b, nil
	}
	cfg, err := r.Account(who)
	if err != nil {
		return nil, err
	}
	if b, err = Open(ctx, cfg); err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.opened == nil {
		r.opened = map[calendar.Address]*Backend{}
	}
	r.opened[who] = b
	return b, nil
}
