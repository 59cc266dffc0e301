package planning

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
)

// A Held is a session that is over, with who attended it.
type Held struct {
	scheduler.Booking
	calendar.Occurrence
	Members  []calendar.Address
	Verdicts []availability.Verdict // in the order of Members
}

// HeldSince returns the sessions that were held since then, of series that have ended,
// too, as the calendars tell of them now.
func HeldSince(ctx context.Context, s *scheduler.Service, since time.Time) ([]Held, error) {
	open, err := s.Store.Bookings(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the bookings: %w", err)
	}
	ended, err := s.Store.Ended(ctx, since.Add(-scheduler.MadeAhead))
	if err != nil {
		return nil, fmt.Errorf("read the bookings that have ended: %w", err)
	}
	bookings := slices.Concat(open, slices.DeleteFunc(ended, func(b scheduler.Booking) bool { return !reaches(b, since) }))
	current, _, err := Current(ctx, s, bookings)
	if err != nil {
		return nil, err
	}
	p, err := PastBeside(ctx, s, bookings, bookings, current)
	if err != nil {
		return nil, err
	}
	var out []Held
	groups := s.Workspace.GroupsByName()
	for _, b := range bookings {
		if series, there := current[b.Series.UID]; there {
			b.Series = series
		}
		held, err := p.held(scheduler.GroupIn(groups, b), b, since)
		if err != nil {
			continue // named by repair
		}
		out = append(out, held...)
	}
	return out, nil
}

// reaches reports whether any session of a booking can have been since then.
func reaches(b scheduler.Booking, since time.Time) bool {
	occurrences, err := b.Series.Occurrences()
	return err == nil && slices.ContainsFunc(occurrences, func(o calendar.Occurrence) bool { return !o.Cancelled && o.End.After(since) })
}

// held returns the sessions of one series that are over.
func (p *Planner) held(g scheduler.Group, b scheduler.Booking, since time.Time) ([]Held, error) {
	occurrences, err := b.Series.Occurrences()
	if err != nil {
		return nil, err
	}
	occurrences = slices.DeleteFunc(occurrences, func(o calendar.Occurrence) bool {
		return o.Cancelled || o.End.After(p.Now) || !o.End.After(since)
	})
	if len(occurrences) == 0 {
		return nil, nil
	}
	panel, err := p.Panel(g, b.Series)
	if err != nil {
		return nil, err
	}
	members := make([]calendar.Address, len(panel.Members))
	for i, m := range panel.Members {
		members[i] = calendar.Address(m.Name)
	}
	var out []Held
	for _, o := range occurrences {
		out = append(out, Held{b, o, members, panel.Verdicts(o)})
	}
	return out, nil
}
