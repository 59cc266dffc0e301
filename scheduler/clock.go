package scheduler

import (
	"context"
	"fmt"
	"slices"
	"time"
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
