package scheduler

import (
	"context"
	"errors"
	"fmt"

	"github.com/peerslot/peerslot/calendar"
)

// Stops reports whether err concerns all groups, so that a run over them ends.
func Stops(ctx context.Context, err error) bool {
	return err != nil && (ctx.Err() != nil || errors.Is(err, calendar.ErrSignIn) || errors.Is(err, calendar.ErrQuota) || errors.Is(err, ErrStore))
}

// Carry brings changes onto the calendar, one series after the other. All are
// recorded before a calendar is touched: a run that dies is finished as it was
// planned. Next of each booking is what is to be put, and events are what is told of them.
// What cannot be done for one group is in the answer and does not hinder the others; the
// error is for what stops the run.
func (s *Service) Carry(ctx context.Context, bookings []Booking, events []Event) ([]Finding, error) {
	intended, faults, err := s.Intend(ctx, bookings, events)
	if err != nil {
		return faults, err
	}
	for i, b := range intended {
		if err := ctx.Err(); err != nil {
			return faults, err
		}
		_, err := s.putNext(ctx, b)
		switch {
		case Stops(ctx, err):
			return faults, fmt.Errorf("group %q: %w", b.Group, err)
		case err != nil:
			faults = append(faults, Finding{Kind: Failed, Group: b.Group, UID: b.Series.UID, Err: err})
		}
		s.Step("repairing", i+1, len(intended))
	}
	return faults, nil
}

// Intend records the Next of all bookings, and leaves it to Finish to carry them out. If
// another run changed one of the series meanwhile, that one is left alone.
func (s *Service) Intend(ctx context.Context, bookings []Booking, events []Event) (intended []Booking, faults []Finding, err error) {
	intended, err = s.Commit(ctx, Batch{Bookings: bookings, Events: events})
	if !errors.Is(err, ErrStale) {
		return intended, nil, err
	}
	intended = nil
	of := map[calendar.UID][]Event{}
	for _, e := range events {
		of[e.UID] = append(of[e.UID], e)
	}
	for _, b := range bookings {
		saved, err := s.Save(ctx, b, of[b.Series.UID]...)
		switch {
		case Stops(ctx, err):
			return nil, faults, err
		case err != nil:
			faults = append(faults, Finding{Kind: Failed, Group: b.Group, UID: b.Series.UID, Err: err})
		default:
			intended = append(intended, saved)
		}
	}
	return intended, faults, nil
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
func (s *Service) putNext(ctx context.Context, b Booking) (Booking, error) {
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
		return b, fmt.Errorf("change the series: %w", err)
	}
	what := s.Event(b, "changed", "on the calendar")
	if changed {
		what = s.Event(b, "dropped", "the series was changed on the calendar meanwhile; the next pass looks at it again")
	} else {
		b.Series = put
	}
	b.Next, b.Heard, b.State = nil, nil, Booked
	saved, saveErr := s.outcome(ctx, b, was, b.Series, what)
	if saveErr != nil {
		return b, fmt.Errorf("the change is on the calendar, but not recorded; the next run settles it: %w", saveErr)
	}
	if changed {
		return saved, fmt.Errorf("somebody changed the series during the run; it was left alone: %w", err)
	}
	s.Logger().Info("changed", "group", b.Group, "uid", string(b.Series.UID))
	return saved, nil
}
