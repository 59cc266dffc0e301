package scheduler

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/peerslot/peerslot/calendar"
)

// clockSlack is how far apart the clocks of two machines may be.
const clockSlack = time.Minute

// A ClockError says that the clock is behind what the history holds, so that a run
// would judge the wrong weeks.
type ClockError struct{ Now, Last time.Time }

func (e *ClockError) Error() string {
	return fmt.Sprintf("the clock says %s, but the last change was recorded at %s", e.Now.UTC().Format(time.RFC3339), e.Last.UTC().Format(time.RFC3339))
}

// CheckClock returns a *ClockError if something was recorded later than now.
func (s *Service) CheckClock(ctx context.Context) error {
	now := s.Now()
	later, err := s.Store.History(ctx, "", now.Add(clockSlack))
	if err != nil {
		return fmt.Errorf("read the history: %w", err)
	}
	if len(later) == 0 {
		return nil
	}
	return &ClockError{now, slices.MaxFunc(later, func(a, b Event) int { return a.At.Compare(b.At) }).At}
}

// DateUnknown fills in since when each person is unknown: since now, if that is
// news.
func (s *Service) DateUnknown(ctx context.Context, unknown []Unknown) error {
	since, err := s.Store.Unreadable(ctx)
	if err != nil {
		return fmt.Errorf("read who is unreadable: %w", err)
	}
	for i, u := range unknown {
		unknown[i].Since = s.Now().UTC().Truncate(time.Second)
		if t, ok := since[u.Person]; ok {
			unknown[i].Since = t
		}
	}
	return nil
}

// KeepUnknown records whose calendars could not be read in a pass over all series,
// so that later ones know since when.
func (s *Service) KeepUnknown(ctx context.Context, unknown []Unknown) error {
	had, err := s.Store.Unreadable(ctx)
	if err != nil {
		return fmt.Errorf("read who is unreadable: %w", err)
	}
	have := map[calendar.Address]time.Time{}
	for _, u := range unknown {
		have[u.Person] = u.Since
	}
	if maps.EqualFunc(had, have, time.Time.Equal) {
		return nil
	}
	var events []Event
	news := func(a calendar.Address, in map[calendar.Address]time.Time, what string) {
		if _, known := in[a]; !known {
			events = append(events, Event{At: s.Now().UTC(), What: what, Why: "the calendar of " + string(a)})
		}
	}
	for _, a := range slices.Sorted(maps.Keys(have)) {
		news(a, had, "unreadable")
	}
	for _, a := range slices.Sorted(maps.Keys(had)) {
		news(a, have, "readable")
	}
	_, err = s.Commit(ctx, Batch{Unreadable: have, Events: events})
	return err
}
