package planning

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/scheduler"
)

// Standing returns the series that a group has, out of what ByGroup returned, nil if it
// has none. One that is over, and was not reviewed, does not count.
func Standing(current map[string]scheduler.Booking, group string, now time.Time) *scheduler.Booking {
	b, ok := current[group]
	if !ok {
		return nil
	}
	if last, err := b.Series.LastEnd(); b.Fault == nil && err == nil && !last.After(now) {
		return nil
	}
	return &b
}

// AlsoMet returns the other programs in which people who met count as met in p.
func AlsoMet(w scheduler.Workspace, p scheduler.Program) []string {
	var out []string
	for _, o := range w.Programs {
		counts := o.Kind == p.Kind
		if p.AlsoMet != nil {
			counts = slices.Contains(p.AlsoMet, o.Name)
		}
		if counts && o.Name != p.Name {
			out = append(out, o.Name)
		}
	}
	return out
}

// SaveRound makes round the current one of its program; see RoundBatch. It returns
// ErrFormed if another run formed the round meanwhile.
func SaveRound(ctx context.Context, s *scheduler.Service, round scheduler.Round, fresh, replaced []string) error {
	batch, err := RoundBatch(ctx, s, round, fresh, replaced)
	if err != nil {
		return err
	}
	if _, err := s.Commit(ctx, batch); err != nil {
		return fmt.Errorf("save round %d of program %q: %w", round.Number, round.Program, err)
	}
	s.Logger().Info("formed", "program", round.Program, "round", round.Number, "groups", len(round.Groups))
	return nil
}

// RoundBatch returns what makes round the current one of its program; fresh are its
// groups that were not there before. The series of the groups that it replaces run out:
// they stay on the calendar, and no next one follows them.
func RoundBatch(ctx context.Context, s *scheduler.Service, round scheduler.Round, fresh, replaced []string) (scheduler.Batch, error) {
	batch := scheduler.Batch{Round: &round}
	bookings, err := s.Store.Bookings(ctx)
	if err != nil {
		return batch, fmt.Errorf("read the bookings: %w", err)
	}
	for _, name := range fresh {
		batch.Events = append(batch.Events, scheduler.Event{At: s.Now().UTC(), Group: name, What: "formed", Why: fmt.Sprintf("round %d of %s", round.Number, round.Program)})
	}
	for _, b := range bookings {
		if b.Reviewed || !slices.Contains(replaced, b.Group) {
			continue
		}
		b.Reviewed = true
		batch.Bookings = append(batch.Bookings, b)
		batch.Events = append(batch.Events, s.Event(b, "replaced", fmt.Sprintf("round %d of %s has other groups; the series runs out", round.Number, round.Program)))
	}
	return batch, nil
}

// Running returns those of the groups whose series are not over, with the end of
// each.
func Running(ctx context.Context, s *scheduler.Service, groups []string) (map[string]availability.Date, error) {
	bookings, err := s.Store.Bookings(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the bookings: %w", err)
	}
	out := map[string]availability.Date{}
	for _, b := range bookings {
		last, err := b.Series.LastEnd() // of one that cannot be read, nobody knows
		if err == nil && slices.Contains(groups, b.Group) && last.After(s.Now()) {
			out[b.Group] = availability.DateOf(last)
		}
	}
	return out, nil
}
