package planning

import (
	"context"
	"iter"
	"slices"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/planning/internal/division"
	"github.com/peerslot/peerslot/scheduler/since"
)

// A Held is a session that is over, with who attended it.
type Held struct {
	UID            calendar.UID
	Group, Program string
	availability.Interval
	Members  []calendar.Address
	Verdicts []availability.Verdict // in the order of Members
}

// HeldSince returns the sessions that were held since then, also of bookings that have
// ended, as the calendars tell of them now: those of one group after the other. It is for a
// store to which nobody else writes. An error ends it.
func HeldSince(ctx context.Context, s *scheduler.Service, from time.Time) iter.Seq2[[]Held, error] {
	return func(yield func([]Held, error) bool) {
		here := withoutBookings(s)
		parts, now, err := here.lookBack(ctx, s, from)
		if err != nil {
			yield(nil, err)
			return
		}
		for groups := range parts {
			held, err := here.heldSince(ctx, s, now, from, groups)
			if err != nil {
				yield(nil, err)
				return
			}
			for _, group := range groups {
				if !yield(held[group], nil) {
					return
				}
			}
		}
	}
}

// lookBack returns the groups with bookings that may have sessions since then, in parts
// that share nobody, and what can be known of their series.
func (here Snapshot) lookBack(ctx context.Context, s *scheduler.Service, from time.Time) (parts iter.Seq[[]string], now *calendarNow, err error) {
	groups, err := since.Groups(ctx, s.Store, from.Add(-scheduler.MadeAhead))
	if err != nil {
		return nil, nil, err
	}
	var uids []calendar.UID
	apart, err := here.divide(groups, func(some []string) (scheduler.Bookings, error) {
		bookings, err := reaching(ctx, s, from, some)
		uids = append(uids, uidsOf(bookings)...)
		return bookings, err
	})
	if err != nil {
		return nil, nil, err
	}
	now, err = glance(ctx, s, uids)
	return apart.Named(PeopleAtOnce, groups), now, err
}

// divide divides groups, which are sorted, so that no two parts share who is concerned by
// their bookings.
func (here Snapshot) divide(groups []string, read func(groups []string) (scheduler.Bookings, error)) (*division.Division, error) {
	apart := division.New(len(groups), here.Workspace.Roster)
	for some := range slices.Chunk(groups, scheduler.GroupsAtOnce) {
		bookings, err := read(some)
		if err != nil {
			return nil, err
		}
		for _, b := range bookings {
			number, _ := slices.BinarySearch(groups, b.Group)
			apart.Note(number, here.Concerns(b))
		}
	}
	apart.Count()
	return apart, nil
}

// reaching returns the bookings of groups that may have sessions since then.
func reaching(ctx context.Context, s *scheduler.Service, from time.Time, groups []string) (scheduler.Bookings, error) {
	all, err := since.Bookings(ctx, s.Store, from.Add(-scheduler.MadeAhead), groups)
	return slices.DeleteFunc(all, func(b scheduler.Booking) bool { return b.State == scheduler.Ended && !reaches(b, from) }), err
}

// heldSince returns the sessions held by each group of a part, which shares nobody with
// others.
func (part Snapshot) heldSince(ctx context.Context, s *scheduler.Service, now *calendarNow, from time.Time, groups []string) (map[string][]Held, error) {
	bookings, err := reaching(ctx, s, from, groups)
	if err == nil {
		err = now.read(ctx, s, bookings)
	}
	if err != nil {
		return nil, err
	}
	part.Bookings, part.Current = bookings, map[calendar.UID]calendar.Series{}
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
	out := map[string][]Held{}
	for _, b := range bookings {
		b.Series = part.series(b)
		held, _ := p.held(scheduler.GroupIn(part.Groups, b), b, from) // an error is named by repair
		out[b.Group] = append(out[b.Group], held...)
	}
	return out, nil
}

// reaches reports whether any session of a booking can have been since then.
func reaches(b scheduler.Booking, from time.Time) bool {
	occurrences, err := b.Series.Occurrences()
	return err == nil && slices.ContainsFunc(occurrences, func(o calendar.Occurrence) bool { return !o.Cancelled && o.End.After(from) })
}

// held returns the sessions of one series that are over.
func (p *Planner) held(g scheduler.Group, b scheduler.Booking, from time.Time) ([]Held, error) {
	occurrences, err := b.Series.Occurrences()
	if err != nil {
		return nil, err
	}
	occurrences = slices.DeleteFunc(occurrences, func(o calendar.Occurrence) bool {
		return o.Cancelled || o.End.After(p.Now) || !o.End.After(from)
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
