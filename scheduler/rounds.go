package scheduler

import (
	"context"
	"fmt"
	"slices"

	"github.com/peerslot/peerslot/availability"
)

// Formed returns the groups that forming made and that are current.
func (s *Service) Formed(ctx context.Context) ([]Group, error) {
	rounds, err := s.Store.Rounds(ctx, "")
	if err != nil {
		return nil, fmt.Errorf("read the rounds: %w", err)
	}
	return s.Workspace.CurrentGroups(rounds), nil
}

// SaveRound makes round the current one of its program; fresh are its groups that
// were not there before. The series of the groups that it replaces run out: they
// stay on the calendar, and no next one follows them. It returns ErrFormed if
// another run formed the round meanwhile.
func (s *Service) SaveRound(ctx context.Context, round Round, fresh, replaced []string) error {
	bookings, err := s.Store.Bookings(ctx)
	if err != nil {
		return fmt.Errorf("read the bookings: %w", err)
	}
	var events []Event
	for _, name := range fresh {
		events = append(events, Event{At: s.Now().UTC(), Group: name, What: "formed", Why: fmt.Sprintf("round %d of %s", round.Number, round.Program)})
	}
	var running []Booking
	for _, b := range bookings {
		if b.Reviewed || !slices.Contains(replaced, b.Group) {
			continue
		}
		b.Reviewed = true
		running = append(running, b)
		events = append(events, s.Event(b, "replaced", fmt.Sprintf("round %d of %s has other groups; the series runs out", round.Number, round.Program)))
	}
	if _, err := s.Commit(ctx, Batch{Round: &round, Bookings: running, Events: events}); err != nil {
		return fmt.Errorf("save round %d of program %q: %w", round.Number, round.Program, err)
	}
	s.log().Info("formed", "program", round.Program, "round", round.Number, "groups", len(round.Groups))
	return nil
}

// Running returns those of the groups whose series are not over, with the end of
// each.
func (s *Service) Running(ctx context.Context, groups []string) (map[string]availability.Date, error) {
	bookings, err := s.Store.Bookings(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the bookings: %w", err)
	}
	out := map[string]availability.Date{}
	for _, b := range bookings {
		last, err := b.Series.LastEnd()
		if err != nil {
			return nil, fmt.Errorf("group %q: %w", b.Group, err)
		}
		if slices.Contains(groups, b.Group) && last.After(s.Now()) {
			out[b.Group] = availability.DateOf(last)
		}
	}
	return out, nil
}
