package scheduler

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
)

// A Status is how one group stands.
type Status struct {
	Group     Group
	Booking   *Booking        // nil if nothing is booked
	Series    calendar.Series // as it is on the calendar
	Held      int             // sessions that are over
	Left      int             // sessions to come
	Next      availability.Interval
	Attended  int      // member-sessions held and not declined
	Invited   int      // member-sessions held
	Attention []string // what needs a person
}

// Status returns how every group stands, in the order of the configuration;
// bookings of groups that are in it no longer come last.
func (s *Service) Status(ctx context.Context) ([]Status, error) {
	bookings, err := s.Store.Bookings(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the bookings: %w", err)
	}
	groups := slices.Clone(s.Workspace.Groups)
	for _, b := range bookings {
		if !slices.ContainsFunc(groups, func(g Group) bool { return g.Name == b.Group }) {
			g := Group{Name: b.Group, Program: b.Program}
			for _, a := range b.Series.Attendees {
				g.Members = append(g.Members, a.Address)
			}
			groups = append(groups, g)
		}
	}
	current, faults, err := s.Current(ctx, bookings)
	if err != nil {
		return nil, err
	}
	out := make([]Status, len(groups))
	for i, g := range groups {
		out[i] = Status{Group: g, Booking: shown(bookings, g.Name)}
		if b := out[i].Booking; b != nil {
			series, there := current[b.Series.UID]
			s.fill(&out[i], series, there, faults[b.Series.UID])
		}
	}
	return out, nil
}

// shown returns the group's open booking, or else one that was reviewed and still
// runs; nil for neither.
func shown(bookings Bookings, group string) *Booking {
	b, ok := bookings.Current(group)
	if !ok {
		b, ok = bookings.RunningOut(group)
	}
	if !ok {
		return nil
	}
	return &b
}

// fill counts the sessions of the series, which is as it is on the calendar, if it is
// there and can be used.
func (s *Service) fill(st *Status, series calendar.Series, there bool, fault error) {
	if st.Booking.State != Booked {
		st.Attention = append(st.Attention, "an earlier run was interrupted; run 'peerslot book' or 'peerslot cancel' again to finish it")
	}
	st.Series = st.Booking.Series
	switch {
	case fault != nil:
		st.Attention = append(st.Attention, fmt.Sprintf("the series on the organizer's calendar cannot be used: %v", fault))
	case !there:
		st.Attention = append(st.Attention, "the series is gone from the organizer's calendar")
	default:
		st.Series = series
	}
	occurrences, err := st.Series.Occurrences()
	if err != nil {
		st.Attention = append(st.Attention, err.Error())
	}
	program, _ := s.Workspace.Program(st.Booking.Program)
	for _, o := range occurrences {
		if !o.Cancelled && there {
			st.count(o, program, s.Now())
		}
	}
}

func (st *Status) count(o calendar.Occurrence, p Program, now time.Time) {
	coming := 0
	for _, a := range st.Series.Attendees {
		if st.Series.Reply(a.Address, o) != calendar.Declined {
			coming++
		}
	}
	invited := len(st.Series.Attendees)
	if !o.End.After(now) {
		st.Held++
		st.Attended += coming
		st.Invited += invited
		return
	}
	st.Left++
	if st.Next.Empty() || o.Start.Before(st.Next.Start) {
		st.Next = o.Interval
	}
	if float64(coming) < p.Quorum*float64(invited) {
		st.Attention = append(st.Attention, fmt.Sprintf("on %s only %d of %d have not declined", o.Start.UTC().Format(time.DateOnly), coming, invited))
	}
}
