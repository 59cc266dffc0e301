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

// Past returns who was busy with what while the sessions of the due series took
// place.
func Past(ctx context.Context, s *scheduler.Service, bookings, due scheduler.Bookings, current map[calendar.UID]calendar.Series) (*Planner, error) {
	window := availability.Interval{Start: s.Now().Add(-time.Minute), End: s.Now()}
	var people []calendar.Address
	groups := s.Workspace.GroupsByName()
	for _, b := range due {
		occurrences, err := current[b.Series.UID].Occurrences()
		if err != nil {
			continue // named where it is reviewed
		}
		if !occurrences[0].Start.Before(s.Now()) {
			continue // nothing of it is over
		}
		for _, o := range occurrences {
			window.Start = availability.Earlier(window.Start, o.Start)
		}
		for _, a := range scheduler.GroupIn(groups, b).Members {
			if _, ok := s.Workspace.Roster[a]; ok {
				people = append(people, a)
			}
		}
	}
	snapshot, err := Beside(ctx, s, bookings, current, people, window)
	if err != nil {
		return nil, err
	}
	return New(snapshot)
}

// Status returns how every group stands, in the order of the configuration;
// bookings of groups that are in it no longer come last.
func Status(ctx context.Context, s *scheduler.Service) ([]scheduler.Status, error) {
	bookings, err := s.Store.Bookings(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the bookings: %w", err)
	}
	current, _, err := Current(ctx, s, bookings)
	if err != nil {
		return nil, err
	}
	p, err := Past(ctx, s, bookings, bookings, current)
	if err != nil {
		return nil, err
	}
	shown, ending := shown(bookings), map[string]scheduler.Booking{}
	for _, b := range bookings {
		if b.Reviewed {
			ending[b.Group] = b
		}
	}
	var out []scheduler.Status
	for _, g := range groupsWith(s, bookings) {
		st := scheduler.Status{Group: g}
		if b, ok := shown[g.Name]; ok {
			st.Booking, st.Series = &b, b.Series
			if series, there := current[b.Series.UID]; there {
				st.Series = series
			}
			_ = count(&st, p, s.Now()) // what cannot be counted is named by repair
			if old, ok := ending[g.Name]; ok && old.Series.UID != b.Series.UID {
				st.Next = sooner(st.Next, nextOf(old, current, s.Now()))
			}
		}
		out = append(out, st)
	}
	return out, nil
}

// nextOf returns the next session of a booking's series, empty if there is none.
func nextOf(b scheduler.Booking, current map[calendar.UID]calendar.Series, now time.Time) (next availability.Interval) {
	if series, there := current[b.Series.UID]; there {
		b.Series = series
	}
	sessions, err := StillHeld(b).Occurrences()
	if err != nil {
		return next // as repair says
	}
	for _, o := range sessions {
		if !o.Cancelled && o.End.After(now) {
			next = sooner(next, o.Interval)
		}
	}
	return next
}

// sooner returns the interval that begins first; an empty one is none.
func sooner(a, b availability.Interval) availability.Interval {
	if a.Empty() || !b.Empty() && b.Start.Before(a.Start) {
		return b
	}
	return a
}

// groupsWith returns the configured groups, then those that only have a booking.
func groupsWith(s *scheduler.Service, bookings scheduler.Bookings) []scheduler.Group {
	groups, known := slices.Clone(s.Workspace.Groups), s.Workspace.GroupsByName()
	for _, b := range bookings {
		if _, ok := known[b.Group]; !ok {
			known[b.Group] = scheduler.GroupIn(known, b)
			groups = append(groups, known[b.Group])
		}
	}
	return groups
}

// shown returns each group's open booking, or else one that was reviewed and runs out.
func shown(bs scheduler.Bookings) map[string]scheduler.Booking {
	out := map[string]scheduler.Booking{}
	for _, b := range bs {
		if _, ok := out[b.Group]; !ok || !b.Reviewed {
			out[b.Group] = b
		}
	}
	return out
}

// count counts the sessions of the series. Who attended is asked of those that were
// held alone.
func count(st *scheduler.Status, p *Planner, now time.Time) error {
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
			st.Next = sooner(st.Next, o.Interval)
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
