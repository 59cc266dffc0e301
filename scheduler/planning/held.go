package planning

import (
	"context"
	"slices"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
)

// A Held is a session that is over, with who attended it.
type Held struct {
	UID            calendar.UID
	Group, Program string
	availability.Interval
	Members  []calendar.Address
	Verdicts []availability.Verdict // in the order of Members
}

// HeldSince returns the sessions of bookings, also of such as have ended, that were held
// since then, as the calendars tell of them now, in the order of the bookings.
func HeldSince(ctx context.Context, s *scheduler.Service, bookings scheduler.Bookings, since time.Time) ([]Held, error) {
	bookings = slices.DeleteFunc(slices.Clone(bookings), func(b scheduler.Booking) bool { return b.State == scheduler.Ended && !reaches(b, since) })
	now, err := glance(ctx, s, uidsOf(bookings))
	if err != nil {
		return nil, err
	}
	here := withoutBookings(s)
	held := make([][]Held, len(bookings))
	for _, part := range Parts(len(bookings), func(i int) []string { return here.Concerns(bookings[i]) }, PeopleAtOnce) {
		some := here
		for _, i := range part {
			some.Bookings = append(some.Bookings, bookings[i])
		}
		found, err := some.heldSince(ctx, s, now, since)
		if err != nil {
			return nil, err
		}
		for k, i := range part {
			held[i] = found[k]
		}
	}
	return slices.Concat(held...), nil
}

// heldSince returns the sessions held of each booking of a part, which shares nobody with
// others.
func (part Snapshot) heldSince(ctx context.Context, s *scheduler.Service, now *calendarNow, since time.Time) ([][]Held, error) {
	bookings := part.Bookings
	if err := now.read(ctx, s, bookings); err != nil {
		return nil, err
	}
	part.Current = map[calendar.UID]calendar.Series{}
	for _, b := range bookings {
		if series, there := now.current[b.Series.UID]; there {
			part.Current[b.Series.UID] = series
			delete(now.current, b.Series.UID)
		}
	}
	p, err := part.past(ctx, s, bookings)
	if err != nil {
		return nil, err
	}
	out := make([][]Held, len(bookings))
	for i, b := range bookings {
		b.Series = part.series(b)
		out[i], _ = p.held(scheduler.GroupIn(part.Groups, b), b, since) // an error is named by repair
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
		out = append(out, Held{b.Series.UID, b.Group, b.Program, o.Interval, members, panel.Verdicts(o)})
	}
	return out, nil
}
