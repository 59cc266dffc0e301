package scheduler

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/peerslot/peerslot/calendar"
)

// Stops reports whether err concerns all groups, so that a run over them ends.
func Stops(ctx context.Context, err error) bool {
	return calendar.ConcernsAll(ctx, err) || errors.Is(err, calendar.ErrAway) || errors.Is(err, ErrStore)
}

// Intend records the Next of all bookings, which is what is to be put on the calendar, with
// the events that tell of it, and leaves it to Carry or Finish to carry them out: a run that
// dies is finished as it was planned. If another run changed one of the series meanwhile,
// that one is left alone.
func (s *Service) Intend(ctx context.Context, bookings []Booking, events []Event) (intended []BookingRef, faults []Finding, err error) {
	saved, err := s.Commit(ctx, Batch{Bookings: bookings, Events: events})
	for _, b := range saved {
		intended = append(intended, b.Ref())
	}
	switch {
	case !errors.Is(err, ErrStale):
		return intended, nil, err
	case len(bookings) == 1:
		return nil, []Finding{{Kind: Failed, Group: bookings[0].Group, UID: bookings[0].Series.UID, Err: err}}, nil
	}
	for i, b := range bookings { // each by itself
		of := slices.DeleteFunc(slices.Clone(events), func(e Event) bool { return e.UID != b.Series.UID })
		one, fault, err := s.Intend(ctx, bookings[i:i+1], of)
		if intended, faults = append(intended, one...), append(faults, fault...); err != nil {
			return intended, faults, err
		}
	}
	return intended, faults, nil
}

// Carry brings what was intended onto the calendar, one series after the other. What cannot
// be done for one group is in the answer and does not hinder the others; the error is for
// what stops the run.
func (s *Service) Carry(ctx context.Context, intended []BookingRef) (faults []Finding, err error) {
	for i, ref := range intended {
		if err := ctx.Err(); err != nil {
			return faults, err
		}
		b, err := s.Booking(ctx, ref)
		switch {
		case err == nil:
			err = s.putNext(ctx, b)
		case !errors.Is(err, ErrStale):
			return faults, err
		}
		switch {
		case Stops(ctx, err):
			return faults, fmt.Errorf("group %q: %w", ref.Group, err)
		case err != nil:
			faults = append(faults, Finding{Kind: Failed, Group: ref.Group, UID: ref.UID, Err: err})
		}
		s.Step("repairing", i+1, len(intended))
	}
	return faults, nil
}

// Note records what was read of the calendar, and what of bookings changes in our
// record alone.
func (s *Service) Note(ctx context.Context, noted Batch) error {
	_, err := s.Commit(ctx, noted)
	if errors.Is(err, ErrStale) { // another run was here; the next night notes it
		_, err = s.Commit(ctx, Batch{Seen: noted.Seen})
	}
	return err
}

// putNext brings a change onto the calendar and saves the outcome. If somebody
// changed the series meanwhile, theirs wins and the change is dropped.
func (s *Service) putNext(ctx context.Context, b Booking) error {
	was, next := b.Series, *b.Next
	if b.Heard != nil {
		was = *b.Heard
		if s.Notifier != nil && !s.Backend.Capabilities().SendsInvites && !next.Same(was) {
			next.Sequence = max(next.Sequence, was.Sequence+1) // who changed it by hand may not have counted
		}
	}
	put, err := s.Backend.Put(ctx, next)
	changed := errors.Is(err, calendar.ErrChanged)
	if err != nil && !changed {
		return fmt.Errorf("change the series: %w", err)
	}
	what := s.Event(b, "changed", "on the calendar")
	if changed {
		what = s.Event(b, "dropped", "the series was changed on the calendar meanwhile; the next pass looks at it again")
	} else {
		b.Series = put
	}
	b.Next, b.Heard, b.State = nil, nil, Booked
	b, failed := s.outcome(ctx, b, was, b.Series, what)
	if failed != nil {
		return fmt.Errorf("the change is on the calendar, but not recorded; the next run settles it: %w", failed)
	}
	if changed {
		return fmt.Errorf("somebody changed the series during the run; it was left alone: %w", err)
	}
	s.Logger().Info("changed", "group", b.Group, "uid", string(b.Series.UID))
	return s.endIfOver(ctx, b) // somebody may have called off all that was to come
}
