// Package handover gives the series of a workspace to another organizer: no calendar
// moves an event to another owner, so those of the old one end, and the new one invites
// to the sessions that are left.
package handover

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/planning"
)

// Plan plans the handover, and reads each series as it is on the calendar of its
// organizer. It changes nothing. It is an error if the new organizer's calendar cannot
// be read: nothing may end that nobody can go on with; so it is if where the old series
// are kept is not there.
func Plan(ctx context.Context, s *scheduler.Service) (scheduler.Handover, error) {
	h := scheduler.Handover{To: s.Workspace.Organizer.Address}
	mark, err := s.Store.Mark(ctx)
	if err != nil {
		return h, fmt.Errorf("read whose the store is: %w", err)
	}
	if h.From = calendar.Address(mark.Organizer); h.From == "" {
		h.From = h.To
	}
	now := s.Now()
	snapshot, err := planning.Read(ctx, s, nil, availability.Interval{Start: now, End: now.Add(time.Second)})
	if err != nil {
		return h, err
	}
	groups := s.Workspace.GroupsByName()
	for _, b := range snapshot.Bookings {
		switch {
		case s.Owns(b) || b.Fault != nil || b.LeftThere:
		case b.State == scheduler.Cancelling:
			h.Left = append(h.Left, b)
		default:
			one, err := plan(ctx, s, snapshot, scheduler.GroupIn(groups, b), b)
			if err != nil {
				return h, err
			}
			h.Series = append(h.Series, one)
		}
	}
	return h, name(ctx, s, h.Series)
}

// plan plans one series, which is of g.
func plan(ctx context.Context, s *scheduler.Service, snapshot planning.Snapshot, g scheduler.Group, b scheduler.Booking) (scheduler.Handing, error) {
	h := scheduler.Handing{Old: b}
	series, gone, err := asItIs(ctx, s, b)
	if ctx.Err() != nil {
		return h, ctx.Err()
	}
	if errors.Is(err, calendar.ErrAway) {
		return h, fmt.Errorf("group %q: %w", b.Group, err)
	}
	h.Gone, h.Err = gone, scheduler.Apart(err)
	rest, left, err := series.From(s.Now())
	switch {
	case err != nil:
		h.Err = fmt.Errorf("it cannot be used: %w", err)
		return h, nil
	case !left && !gone && b.OwesReview():
		h.Waits, h.Err, h.Old.Series = true, nil, series // with what members replied
		return h, nil
	case !left || gone:
		return h, nil
	}
	next := inherited(s, b, series, rest)
	if !next.OwnText {
		text, err := planning.Text(snapshot, g, s.Workspace.ProgramOf(b), next.Series, next.Facilitators)
		if err != nil {
			return h, fmt.Errorf("group %q: %w", b.Group, err)
		}
		next.Series.Description = text
	}
	h.Next = &next
	return h, nil
}

// asItIs returns the booking's series as its organizer's calendar has it, or as it was
// put last if that cannot be read; and whether somebody deleted or cancelled it there.
func asItIs(ctx context.Context, s *scheduler.Service, b scheduler.Booking) (series calendar.Series, gone bool, err error) {
	at, err := s.OfOrganizer(ctx, b)
	if err != nil {
		return b.Series, false, err
	}
	there, err := at.Backend.Get(ctx, b.Series.UID)
	switch {
	case errors.Is(err, calendar.ErrNotFound) && !errors.Is(err, calendar.ErrAway):
		return b.Series, b.State != scheduler.Intended, nil // one that is intended may not be there yet
	case err != nil:
		return b.Series, false, err
	}
	return there, there.Cancelled, nil
}

// inherited returns the booking that goes on with the rest of a series. What is
// remembered of its sessions is remembered on; replies were to the old invitation.
func inherited(s *scheduler.Service, old scheduler.Booking, series, rest calendar.Series) scheduler.Booking {
	b := old
	b.Version, b.State, b.Next, b.Created, b.InPlaceOf = 0, scheduler.Intended, nil, s.Now().UTC(), old.Series.UID
	b.Attendance, b.Possible = old.Attendance*rest.Count/series.Count, old.Possible*rest.Count/series.Count // as every session has its share
	b.Unreached, b.Planned, b.Told = nil, 0, nil
	b.OwnText = old.OwnText || series.Description != old.Series.Description
	b.ByHand = append(slices.Clone(old.ByHand), series.EditedSince(old.Series)...)
	b.Facilitators = old.Facilitators[min(held(series, rest), len(old.Facilitators)):]
	b.Hours = append(slices.Clone(old.Hours), declined(rest)...)
	b.Series = rest.WithoutReplies()
	b.Series.Version, b.Series.Link, b.Series.Sequence, b.Series.SplitOff = "", "", 0, nil
	b.Series.Organizer, b.Series.Updated = s.Workspace.Organizer, s.Now().UTC().Truncate(time.Second)
	return b
}

// held returns how many sessions of a series come before the rest of it.
func held(series, rest calendar.Series) int { return series.Count - rest.Count }

// declined returns the hours that somebody declined for one session.
func declined(s calendar.Series) (hours []scheduler.DeclinedHour) {
	sessions, err := s.Occurrences()
	if err != nil {
		return nil
	}
	for _, o := range sessions {
		for _, reply := range s.Override(o.Original).RSVPs {
			if reply == calendar.Declined {
				hours = append(hours, scheduler.DeclinedHour{Original: o.Original.UTC(), Interval: o.Interval})
				break
			}
		}
	}
	return hours
}

// name gives what follows its generation and UID, and looks whether the new organizer's
// calendar can be read.
func name(ctx context.Context, s *scheduler.Service, series []scheduler.Handing) error {
	named := map[string]int{}
	for _, h := range series {
		if h.Next == nil {
			continue
		}
		b := h.Next
		if named[b.Group] == 0 {
			past, err := s.Store.BookingsOf(ctx, b.Group)
			if err != nil {
				return fmt.Errorf("read the bookings of group %q: %w", b.Group, err)
			}
			named[b.Group] = past[len(past)-1].Generation
		}
		named[b.Group]++
		b.Generation = named[b.Group]
		b.Series.UID = s.Workspace.UID(b.Group, b.Generation)
		if _, err := s.Backend.Get(ctx, b.Series.UID); len(named) == 1 && err != nil && !errors.Is(err, calendar.ErrNotFound) {
			return fmt.Errorf("the calendar of %s: %w", s.Workspace.Organizer.Address, err)
		}
	}
	return nil
}

// Apply carries the plan out. All of it is intended, and the store handed over, in one
// step before any calendar is touched; Service.Resume finishes what is interrupted. The
// findings are series that could not be ended, or not be put; the error is for what
// stops the run.
func Apply(ctx context.Context, s *scheduler.Service, h scheduler.Handover) ([]scheduler.Finding, error) {
	if _, err := s.Commit(ctx, intent(s, h)); err != nil {
		return nil, err
	}
	err := s.Resume(ctx)
	var left *scheduler.UnfinishedError
	if !errors.As(err, &left) {
		return nil, err
	}
	return left.Findings, nil
}

// intent returns what a handover writes first. What was seen, and how far, was the old
// organizer's calendar.
func intent(s *scheduler.Service, h scheduler.Handover) scheduler.Batch {
	mark := s.Workspace.Mark()
	batch := scheduler.Batch{Mark: &mark, Seen: &scheduler.Seen{Full: true}}
	for _, one := range h.Series {
		old := one.Old
		if one.Waits {
			old.LeftThere = true
			batch.Bookings = append(batch.Bookings, old)
			batch.Events = append(batch.Events, s.Event(old, "handed over", fmt.Sprintf("from %s to %s: it is over, and waits for its review", old.Series.Organizer.Address, h.To)))
			continue
		}
		old.State, old.Next, old.CancelFrom, old.Reviewed = scheduler.Cancelling, nil, s.Now().UTC(), true
		if one.Next != nil {
			old.Facilitators = old.Facilitators[:len(old.Facilitators)-len(one.Next.Facilitators)]
		}
		batch.Bookings = append(batch.Bookings, old)
		batch.Events = append(batch.Events, s.Event(old, "handed over", fmt.Sprintf("from %s to %s", old.Series.Organizer.Address, h.To)))
		if next := one.Next; next != nil {
			batch.Bookings = append(batch.Bookings, *next)
			batch.Events = append(batch.Events, s.Event(*next, "intended", fmt.Sprintf("%s, %s left", next.Series.Slot, scheduler.Plural(next.Series.Count, "session"))))
		}
	}
	return batch
}

// Leave gives up ending series that the account of an earlier organizer cannot end any
// more: their members delete them.
func Leave(ctx context.Context, s *scheduler.Service, bookings []scheduler.Booking) error {
	for _, b := range bookings {
		b.LeftThere = true
		if _, err := s.Save(ctx, b, s.Event(b, "left", fmt.Sprintf("on the calendars: the account of %s cannot end it any more", b.Series.Organizer.Address))); err != nil {
			return err
		}
	}
	return nil
}
