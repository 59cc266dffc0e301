// Package draft is a backend for rehearsals: changes stay in memory, on top of what a real
// one has.
package draft

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
)

// New returns a backend that has what b has, and keeps changes to itself. What is read
// of b is mostly read once.
func New(b calendar.Backend) calendar.Backend {
	d := &backend{Backend: b, series: map[calendar.UID]calendar.Series{}, was: map[calendar.UID]calendar.Series{}}
	if inner, ok := calendar.AsSyncer(b); ok {
		return syncer{d, inner}
	}
	return d
}

// A backend is a Backend on which changes stay in memory.
type backend struct {
	calendar.Backend
	series map[calendar.UID]calendar.Series // as they were put
	was    map[calendar.UID]calendar.Series // as they are on the calendars
	read   sync.Map                         // of UID to Series: as they were found, the first ones
	reads  atomic.Int32
	puts   int
}

// mostRead is how many series are kept as they were found: some hundred kilobytes.
const mostRead = 200

// Get implements calendar.Backend. What the calendars have is read once where it is not
// too much: a rehearsal is of one moment, and several plans in it may ask for all series,
// each of which may be a call.
func (d *backend) Get(ctx context.Context, uid calendar.UID) (calendar.Series, error) {
	if s, ok := d.series[uid]; ok {
		return s, nil
	}
	if s, ok := d.read.Load(uid); ok {
		return s.(calendar.Series), nil
	}
	s, err := d.Backend.Get(ctx, uid)
	if err == nil && d.reads.Add(1) <= mostRead {
		d.read.Store(uid, s)
	}
	return s, err
}

// List implements calendar.Lister, if the calendar does.
func (d *backend) List(ctx context.Context, organizer calendar.Address) ([]calendar.UID, error) {
	lister, ok := calendar.AsLister(d.Backend)
	if !ok {
		return nil, calendar.ErrNoList
	}
	return lister.List(ctx, organizer)
}

// Put implements calendar.Backend.
func (d *backend) Put(ctx context.Context, s calendar.Series) (calendar.Series, error) {
	if err := s.Check(); err != nil {
		return calendar.Series{}, err
	}
	have, err := d.Get(ctx, s.UID)
	switch {
	case errors.Is(err, calendar.ErrNotFound) && s.Version != "":
		return calendar.Series{}, calendar.ErrChanged
	case errors.Is(err, calendar.ErrNotFound):
		s = s.WithoutReplies()
	case err != nil:
		return calendar.Series{}, err
	default:
		if s, err = calendar.Settle(have, s); err != nil || s.Sequence == have.Sequence && s.Same(have) && len(have.Deleted) == 0 {
			return s, err
		}
		s.Deleted = nil
	}
	return d.keep(s, have), nil
}

// TakesReplies reports whether the real one is a calendar.Replier.
func (d *backend) TakesReplies() bool {
	_, ok := calendar.AsReplier(d.Backend)
	return ok
}

// Reply implements calendar.Replier, where the real one does.
func (d *backend) Reply(ctx context.Context, uid calendar.UID, who calendar.Address, original time.Time, r calendar.RSVP) error {
	have, err := d.Get(ctx, uid)
	if err != nil {
		return err
	}
	next, err := have.WithReply(who, original, r)
	if err != nil {
		return err
	}
	if _, again := d.was[uid]; !again {
		d.was[uid] = have
	}
	d.series[uid] = next
	return nil
}

// Cancel implements calendar.Backend.
func (d *backend) Cancel(ctx context.Context, uid calendar.UID, from time.Time) error {
	have, err := d.Get(ctx, uid)
	if errors.Is(err, calendar.ErrNotFound) || errors.Is(err, calendar.ErrGone) || errors.Is(err, calendar.ErrChanged) {
		return nil // one that was made into something else is ended as what it is
	}
	if err != nil {
		return err
	}
	rest, err := have.Until(from)
	if err == nil && rest.Sequence != have.Sequence {
		d.keep(rest, have)
	}
	return err
}

func (d *backend) keep(s, have calendar.Series) calendar.Series {
	if _, again := d.series[s.UID]; !again && have.UID != "" {
		d.was[s.UID] = have
	}
	d.puts++
	s.Version = fmt.Sprint("rehearsal ", d.puts)
	d.series[s.UID] = s
	return s
}

func (d *backend) has(uid calendar.UID) bool {
	_, ok := d.series[uid]
	return ok
}

// Busy implements calendar.BusyReader: the drafts stand where the calendars have
// the series as they were.
func (d *backend) Busy(ctx context.Context, people []calendar.Address, iv availability.Interval, except ...calendar.UID) (map[calendar.Address]availability.Busy, error) {
	drafts := slices.Sorted(maps.Keys(d.series))
	busy, err := d.Backend.Busy(ctx, people, iv, slices.Concat(except, drafts)...)
	if err != nil {
		return nil, err
	}
	left := make(map[calendar.UID]bool, len(except))
	for _, uid := range except {
		left[uid] = true
	}
	for _, uid := range drafts {
		if left[uid] {
			continue
		}
		if err := addSessions(busy, d.series[uid], iv); err != nil {
			return nil, err
		}
	}
	return busy, nil
}

// addSessions adds the sessions of a series to the busy times of those who are in it
// and did not decline.
func addSessions(busy map[calendar.Address]availability.Busy, s calendar.Series, window availability.Interval) error {
	occurrences, err := s.Occurrences()
	if err != nil || s.Cancelled {
		return err
	}
	for _, a := range s.People() {
		b, asked := busy[a]
		if !asked || !b.Readable() {
			continue
		}
		var taken []availability.Interval
		for _, o := range occurrences {
			if !o.Cancelled && o.Overlaps(window) && s.Reply(a, o) != calendar.Declined {
				taken = append(taken, o.Clip(window))
			}
		}
		b.Add(taken...)
		busy[a] = b
	}
	return nil
}

// A syncer is a backend on a Syncer.
type syncer struct {
	*backend
	inner calendar.Syncer
}

// Sync implements calendar.Syncer.
func (d syncer) Sync(ctx context.Context, token string, ours []calendar.UID) (calendar.Changes, error) {
	c, err := d.inner.Sync(ctx, token, ours)
	if err != nil {
		return c, err
	}
	c.Series = slices.DeleteFunc(c.Series, func(s calendar.Series) bool { return d.has(s.UID) })
	c.Gone = slices.DeleteFunc(c.Gone, d.has)
	maps.DeleteFunc(c.Problems, func(uid calendar.UID, _ error) bool { return d.has(uid) })
	for _, uid := range ours {
		if s, ok := d.series[uid]; ok {
			c.Series = append(c.Series, s)
		}
	}
	return c, nil
}

// Snapshot implements calendar.Syncer. Drafts are left out as they are on the
// calendars, and not as they would be.
func (d syncer) Snapshot(ctx context.Context, people []calendar.Address, window availability.Interval, own ...calendar.Series) (calendar.BusyReader, error) {
	own = slices.Clone(own)
	for i, s := range own {
		if was, ok := d.was[s.UID]; ok {
			own[i] = was
		}
	}
	return d.inner.Snapshot(ctx, people, window, own...)
}
