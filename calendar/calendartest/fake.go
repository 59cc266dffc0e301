package calendartest

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
)

// A Fake is a Backend in memory that keeps the contract and can be made to fail.
// Its fields are set before it is used. Make one with [NewFake].
type Fake struct {
	// Before and After, if set, are called around the work of every method that
	// may fail. An error from Before is returned and nothing has happened; one
	// from After is returned although it has, as when the answer is lost on the
	// way. A function that waits for ctx plays a slow server.
	Before, After func(ctx context.Context, c Call) error

	// Without names abilities to do without: those whose field is true.
	Without calendar.Capabilities

	mu       sync.Mutex
	people   map[calendar.Address]*person
	series   map[calendar.UID]calendar.Series
	versions int
	calls    []Call
}

// A Call is a call of a Fake's method.
type Call struct {
	Method string       // Busy, Put, Get or Cancel
	UID    calendar.UID // of the series, "" for Busy
}

type person struct {
	meetings []availability.Interval
	broken   bool
	told     int
}

// NewFake returns a Fake with an empty calendar for each of people.
func NewFake(people ...calendar.Address) *Fake {
	f := &Fake{people: map[calendar.Address]*person{}, series: map[calendar.UID]calendar.Series{}}
	for _, a := range people {
		f.people[a] = &person{}
	}
	return f
}

// Capabilities implements calendar.Backend.
func (f *Fake) Capabilities() calendar.Capabilities {
	return calendar.Capabilities{
		SendsInvites: !f.Without.SendsInvites,
		TracksRSVP:   !f.Without.TracksRSVP,
		TellsApart:   !f.Without.TellsApart,
	}
}

// do runs work as one call, between Before and After.
func (f *Fake) do(ctx context.Context, c Call, work func() error) error {
	if f.Before != nil {
		if err := f.Before(ctx, c); err != nil {
			return err
		}
	}
	if err := f.locked(ctx, c, work); err != nil {
		return err
	}
	if f.After != nil {
		return f.After(ctx, c)
	}
	return nil
}

func (f *Fake) locked(ctx context.Context, c Call, work func() error) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	f.calls = append(f.calls, c)
	return work()
}

// Put implements calendar.Backend.
func (f *Fake) Put(ctx context.Context, s calendar.Series) (out calendar.Series, err error) {
	err = f.do(ctx, Call{"Put", s.UID}, func() error {
		if err := s.Check(); err != nil {
			return err
		}
		next := s.WithoutReplies()
		have, exists := f.series[s.UID]
		if exists {
			if next, err = calendar.Settle(have, s); err != nil {
				return fmt.Errorf("put series %s: %w", s.UID, err)
			}
		} else if s.Version != "" {
			return fmt.Errorf("put series %s: it is gone: %w", s.UID, calendar.ErrChanged)
		}
		if !exists || next.Sequence != have.Sequence {
			f.tell(have, next)
		}
		if !exists || !next.Same(have) || next.Sequence != have.Sequence {
			next = f.store(next)
		}
		out = f.shown(next)
		return nil
	})
	if err != nil {
		return calendar.Series{}, err
	}
	return out, nil
}

// Get implements calendar.Backend.
func (f *Fake) Get(ctx context.Context, uid calendar.UID) (out calendar.Series, err error) {
	err = f.do(ctx, Call{"Get", uid}, func() error {
		s, ok := f.series[uid]
		if !ok {
			return fmt.Errorf("series %s: %w", uid, calendar.ErrNotFound)
		}
		out = f.shown(s)
		return nil
	})
	if err != nil {
		return calendar.Series{}, err
	}
	return out, nil
}

// List implements calendar.Lister.
func (f *Fake) List(ctx context.Context, organizer calendar.Address) (out []calendar.UID, err error) {
	err = f.do(ctx, Call{Method: "List"}, func() error {
		for uid, s := range f.series {
			if s.Organizer.Address == organizer {
				out = append(out, uid)
			}
		}
		slices.Sort(out)
		return nil
	})
	return out, err
}

// Cancel implements calendar.Backend.
func (f *Fake) Cancel(ctx context.Context, uid calendar.UID, from time.Time) error {
	return f.do(ctx, Call{"Cancel", uid}, func() error {
		have, ok := f.series[uid]
		if !ok {
			return nil
		}
		next, err := have.Until(from)
		if err == nil && next.Sequence != have.Sequence {
			f.tell(next)
			f.store(next)
		}
		return err
	})
}

// store keeps s under a new version.
func (f *Fake) store(s calendar.Series) calendar.Series {
	f.versions++
	s.Version = "v" + strconv.Itoa(f.versions)
	f.series[s.UID] = s
	return s
}

// tell counts a message for everybody who is in one of the series.
func (f *Fake) tell(series ...calendar.Series) {
	told := map[calendar.Address]bool{}
	for _, s := range series {
		for _, a := range s.People() {
			if p := f.people[a]; p != nil && !told[a] {
				told[a] = true
				p.told++
			}
		}
	}
}

// shown returns s as Get shows it.
func (f *Fake) shown(s calendar.Series) calendar.Series {
	if f.Without.TracksRSVP {
		return s.WithoutReplies()
	}
	return s
}

// Busy implements calendar.BusyReader.
func (f *Fake) Busy(ctx context.Context, people []calendar.Address, iv availability.Interval, except ...calendar.UID) (out map[calendar.Address]availability.Busy, err error) {
	err = f.do(ctx, Call{Method: "Busy"}, func() error {
		out = map[calendar.Address]availability.Busy{}
		for _, a := range people {
			out[a] = f.busy(a, iv, except)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}
