package scheduler

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
)

// A Status is how one group stands. What needs a person is among the findings of
// repair and review.
type Status struct {
	Group      Group
	Booking    *Booking        // nil if nothing is booked
	Series     calendar.Series // as it is on the calendar, or as it was put if that cannot be used
	Held       int             // sessions that are over
	Left       int             // sessions to come
	Next       availability.Interval
	Attendance Share // of the members at the sessions held
}

// Status returns how every group stands, in the order of the configuration;
// bookings of groups that are in it no longer come last.
func (s *Service) Status(ctx context.Context) ([]Status, error) {
	bookings, err := s.Store.Bookings(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the bookings: %w", err)
	}
	current, _, err := s.Current(ctx, bookings)
	if err != nil {
		return nil, err
	}
	p, err := s.past(ctx, bookings, bookings, current)
	if err != nil {
		return nil, err
	}
	shown := bookings.shown()
	var out []Status
	for _, g := range s.groupsWith(bookings) {
		st := Status{Group: g}
		if b, ok := shown[g.Name]; ok {
			st.Booking, st.Series = &b, b.Series
			if series, there := current[b.Series.UID]; there {
				st.Series = series
			}
			_ = st.count(p, s.Now()) // what cannot be counted is named by repair
		}
		out = append(out, st)
	}
	return out, nil
}

// groupsWith returns the configured groups, then those that only have a booking.
func (s *Service) groupsWith(bookings Bookings) []Group {
	groups, known := slices.Clone(s.Workspace.Groups), s.Workspace.GroupsByName()
	for _, b := range bookings {
		if _, ok := known[b.Group]; !ok {
			known[b.Group] = GroupIn(known, b)
			groups = append(groups, known[b.Group])
		}
	}
	return groups
}

// shown returns each group's open booking, or else one that was reviewed and runs out.
func (bs Bookings) shown() map[string]Booking {
	out := map[string]Booking{}
	for _, b := range bs {
		if _, ok := out[b.Group]; !ok || !b.Reviewed {
			out[b.Group] = b
		}
	}
	return out
}

// count counts the sessions of the series. Who attended is asked of those that were
// held alone.
func (st *Status) count(p *Planner, now time.Time) error {
	occurrences, err := st.Series.Occurrences()
	if err != nil {
		return err
	}
	var held []calendar.Occurrence
	for _, o := range occurrences {
		switch {
		case o.Cancelled:
		case !o.End.After(now):
			held = append(held, o)
		default:
			st.Left++
			if st.Next.Empty() || o.Start.Before(st.Next.Start) {
				st.Next = o.Interval
			}
		}
	}
	if st.Held = len(held); st.Held == 0 {
		return nil
	}
	panel, err := p.Panel(st.Group, st.Series)
	if err != nil {
		return err
	}
	for _, o := range held {
		st.Attendance = st.Attendance.Plus(panel.Share(o))
	}
	return nil
}
