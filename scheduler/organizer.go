package scheduler

import (
	"context"
	"errors"
	"fmt"
)

// Owns reports whether a booking's series is the organizer's, and not an earlier one's.
func (s *Service) Owns(b Booking) bool {
	o := b.Series.Organizer.Address
	return o == "" || o == s.Workspace.Organizer.Address
}

// OfOrganizer returns the service on the calendars of the booking's organizer.
func (s *Service) OfOrganizer(ctx context.Context, b Booking) (*Service, error) {
	if s.Owns(b) || s.Formerly == nil {
		return s, nil
	}
	backend, err := s.Formerly(ctx, b.Series.Organizer.Address)
	if err != nil {
		return nil, fmt.Errorf("the calendar of %s: %w", b.Series.Organizer.Address, err)
	}
	there := *s
	there.Workspace.Organizer, there.Backend = b.Series.Organizer, backend
	return &there, nil
}

// Apart returns an error of an earlier organizer's account that does not stop who
// deals with the present one's.
func Apart(err error) error {
	if err == nil {
		return nil
	}
	return errors.New(err.Error())
}

// resumeAt resumes a booking on the calendars of its organizer. That an earlier one
// cannot sign in any more stops nothing.
func (s *Service) resumeAt(ctx context.Context, b Booking) error {
	if s.Owns(b) {
		return s.resume(ctx, b)
	}
	if over, err := s.IsOver(b.Series); err == nil && over && (b.State == Cancelling || b.LeftThere && b.Reviewed) {
		b.State = Ended
		_, err := s.Save(ctx, b, s.Event(b, "ended", ranItsCourse))
		return err
	}
	if b.LeftThere {
		return nil
	}
	at, err := s.OfOrganizer(ctx, b)
	if err == nil {
		err = at.resume(ctx, b)
	}
	if errors.Is(err, ErrStore) || ctx.Err() != nil {
		return err
	}
	return Apart(err)
}

// resumeRest puts what is left by now of a series that was handed over.
func (s *Service) resumeRest(ctx context.Context, b Booking) error {
	rest, left, err := b.Series.From(s.Now())
	if err != nil {
		return fmt.Errorf("group %q: %w", b.Group, err)
	}
	if !left {
		b.State = Ended
		_, err := s.Save(ctx, b, s.Event(b, "dropped", "the handover was interrupted, and its last session is over"))
		return err
	}
	if gone := b.Series.Count - rest.Count; gone < len(b.Facilitators) {
		b.Facilitators = b.Facilitators[gone:]
	}
	b.Series = rest
	if b, err = s.Save(ctx, b, s.Event(b, "intended", fmt.Sprintf("the %s that are left by now", Plural(rest.Count, "session")))); err != nil {
		return err
	}
	_, err = s.put(ctx, b)
	return err
}
