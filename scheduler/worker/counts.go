package worker

import (
	"context"
	"fmt"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/rivertype"
)

// Counts are how many jobs there are, of all processes.
type Counts struct {
	Waiting int           // that could be done now
	Running int           // under way
	Failed  int           // that are tried again after a pause
	Dead    int           // given up in the last days
	Lag     time.Duration // for which the oldest has waited that could be done
}

// Counts counts the jobs of the database.
func (w *Worker) Counts(ctx context.Context) (Counts, error) {
	states, err := w.p.counter.JobCountByAllStates(ctx, &riverdriver.JobCountByAllStatesParams{Schema: w.p.Schema})
	if err != nil {
		return Counts{}, fmt.Errorf("count the jobs: %w", err)
	}
	oldest, err := w.p.client.JobList(ctx, river.NewJobListParams().States(rivertype.JobStateAvailable).
		OrderBy(river.JobListOrderByScheduledAt, river.SortOrderAsc).First(1))
	if err != nil {
		return Counts{}, fmt.Errorf("count the jobs: %w", err)
	}
	c := Counts{
		Waiting: states[rivertype.JobStateAvailable], Running: states[rivertype.JobStateRunning],
		Failed: states[rivertype.JobStateRetryable], Dead: states[rivertype.JobStateDiscarded],
	}
	if len(oldest.Jobs) > 0 {
		c.Lag = max(0, time.Since(oldest.Jobs[0].ScheduledAt))
	}
	return c, nil
}

// A counter counts jobs.
type counter interface {
	JobCountByAllStates(ctx context.Context, params *riverdriver.JobCountByAllStatesParams) (map[rivertype.JobState]int, error)
}
