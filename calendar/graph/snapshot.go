package graph

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
)

// A snapshot answers who is busy from one reading of everybody's schedules, so that
// asking once for each of many series costs no more than asking once. It does not
// see what is booked after it was made.
type snapshot struct {
	b      *Backend
	window availability.Interval
	parts  map[calendar.Address][]part

	mu  sync.Mutex
	own map[calendar.UID][]sitting // of the series that were left out so far
	day *ownView                   // of the organizer's mailbox; nil until somebody asks
}

// A sitting is a session of an own series, where it is now.
type sitting struct {
	start, end int64
	replies    map[calendar.Address]calendar.RSVP // of all who are invited; the organizer has accepted
}

// Snapshot implements calendar.Syncer. The reader may be used by several goroutines.
func (b *Backend) Snapshot(ctx context.Context, people []calendar.Address, window availability.Interval, own ...calendar.Series) (calendar.BusyReader, error) {
	s := &snapshot{b: b, window: window, own: map[calendar.UID][]sitting{}}
	for _, series := range own {
		sittings, err := sittingsOf(series)
		if err != nil {
			return nil, err
		}
		s.own[series.UID] = sittings
	}
	// Questions are asked in whole seconds.
	window.Start, window.End = window.Start.Truncate(time.Second), window.End.Add(time.Second-1).Truncate(time.Second)
	var err error
	s.parts, err = b.schedules(ctx, people, window)
	return s, err
}

func sittingsOf(series calendar.Series) ([]sitting, error) {
	occurrences, err := series.Occurrences()
	if err != nil {
		return nil, err
	}
	var out []sitting
	for _, o := range occurrences {
		if o.Cancelled {
			continue
		}
		s := sitting{o.Start.Unix(), o.End.Unix(), map[calendar.Address]calendar.RSVP{series.Organizer.Address: calendar.Accepted}}
		for _, a := range series.Attendees {
			if a.Address != series.Organizer.Address {
				s.replies[a.Address] = series.RSVP(a.Address, o.Original)
			}
		}
		out = append(out, s)
	}
	return out, nil
}

// Busy implements calendar.BusyReader. Of people whom the snapshot does not cover
// nothing is known, nor of time outside its window.
func (s *snapshot) Busy(ctx context.Context, people []calendar.Address, iv availability.Interval, except ...calendar.UID) (map[calendar.Address]availability.Busy, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	sittings, err := s.find(ctx, except)
	if err != nil {
		return nil, fmt.Errorf("read the sessions that do not count: %w", err)
	}
	out := make(map[calendar.Address]availability.Busy, len(people))
	for _, a := range people {
		if _, twice := out[a]; twice {
			continue
		}
		var busy availability.Busy
		if a == s.b.cfg.Organizer && len(except) > 0 {
			busy, err = s.organizer(ctx, except)
		} else {
			busy = s.busy(a, sittings)
		}
		if err != nil {
			return nil, err
		}
		out[a] = busy.Within(iv)
	}
	return out, nil
}

// find returns the sessions of some series, and reads those that the snapshot does
// not know yet. A series that is not there has none, nor has one of which people
// have made something else.
func (s *snapshot) find(ctx context.Context, series []calendar.UID) ([]sitting, error) {
	var out []sitting
	for _, uid := range series {
		s.mu.Lock()
		sittings, known := s.own[uid]
		s.mu.Unlock()
		if !known {
			found, err := s.b.Get(ctx, uid)
			switch {
			case errors.Is(err, calendar.ErrNotFound), errors.Is(err, calendar.ErrChanged):
			case err != nil:
				return nil, err
			default:
				if sittings, err = sittingsOf(found); err != nil {
					return nil, err
				}
			}
			s.mu.Lock()
			s.own[uid] = sittings
			s.mu.Unlock()
		}
		out = append(out, sittings...)
	}
	return out, nil
}

// busy returns when a is busy with something else than the given sessions.
func (s *snapshot) busy(a calendar.Address, without []sitting) availability.Busy {
	parts, ok := s.parts[a]
	if !ok {
		return availability.Unreadable("this calendar was not asked for")
	}
	busy := availability.Busy{Window: s.window}
	unread := 0
	for _, p := range parts {
		if p.reason != "" {
			busy.Reason = p.reason
			busy.Spans = append(busy.Spans, availability.Span{Interval: p.window, Kind: availability.Unknown})
			unread++
			continue
		}
		spans, doubt := p.spans(a, without)
		busy.Spans = append(busy.Spans, spans...)
		if doubt {
			busy.Reason = "at the time of a session the calendar shows a meeting that may be another"
		}
	}
	if unread == len(parts) {
		return availability.Unreadable(busy.Reason)
	}
	busy.Normalize()
	return busy
}

// spans returns the busy times of a part, less one item for each session of a's that
// is exactly where and when that item is. Exchange lists each event by itself and
// without a name, so what equals a session is it, if it looks as that session does on
// a's calendar; a second one is somebody else's. If the only one looks otherwise, it
// may be the session or not.
func (p part) spans(a calendar.Address, without []sitting) (out []availability.Span, doubt bool) {
	items := slices.Clone(p.items)
	from, to := p.window.Start.Unix(), p.window.End.Unix()
	for _, own := range without {
		reply, invited := own.replies[a]
		if !invited || reply == calendar.Declined || own.end <= from || own.start >= to {
			continue
		}
		start, end := max(own.start, from), min(own.end, to)
		i, sure := match(items, start, end, from, to, reply)
		switch {
		case i < 0:
		case sure:
			items[i].status = isFree
		default:
			items[i].status = isUnknown
			doubt = true
		}
	}
	out = make([]availability.Span, 0, len(items))
	for _, it := range items {
		if it.status != isFree {
			out = append(out, it.span())
		}
	}
	return out, doubt
}

// match returns which item is an own session, -1 if none can be, and whether it looks
// like it: one that was accepted is busy, one without an answer tentative. Items may
// be cut to the window or not.
func match(items []item, start, end, from, to int64, reply calendar.RSVP) (i int, sure bool) {
	i = -1
	for j, it := range items {
		if max(it.start, from) != start || min(it.end, to) != end {
			continue
		}
		switch {
		case it.status == isTentative && reply != calendar.Accepted, it.status == isBusy && reply == calendar.Accepted:
			return j, true
		case it.status == isTentative:
			i, sure = j, true
		case it.status == isBusy && i < 0:
			i = j
		}
	}
	return i, sure
}
