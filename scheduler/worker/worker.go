package worker

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/rivermigrate"
	"github.com/riverqueue/river/rivertype"
)

const (
	longest  = 6 * time.Hour    // that a job may take
	attempts = 12               // of a job, before it is given up
	beat     = 10 * time.Second // how often a process says which jobs it is at
	silence  = 4 * beat         // after which a job's process is taken for dead

	// finishWithin is how long jobs that are under way may take when a process is asked
	// to stop, before they are stopped too.
	finishWithin = 20 * time.Second

	// queuedAtOnce is how many jobs are queued with one statement: River holds some 3 kB of
	// each meanwhile, and a night may change all series of a workspace.
	queuedAtOnce = 500

	// findQueue has looking for work not wait behind it.
	findQueue = "find"
)

// Options say how a process works.
type Options struct {
	Jobs   int           // how many at once; 0 for 8
	Every  time.Duration // how often is looked for what is due; 0 for 15 seconds
	Schema string        // of PostgreSQL, in which the jobs lie; it must be there
	Log    *slog.Logger  // nil for none

	// Alone calls a function while no other process does.
	Alone func(context.Context, func() error) error
}

// A client is River's, on whichever database.
type client interface {
	Start(ctx context.Context) error
	Stopped() <-chan struct{}
	InsertMany(ctx context.Context, params []river.InsertManyParams) ([]*rivertype.JobInsertResult, error)
	JobList(ctx context.Context, params *river.JobListParams) (*river.JobListResult, error)
}

// A Worker does the jobs of one database.
type Worker struct{ p *process }

// A process is a worker and what it is at.
type process struct {
	Options
	client  client
	work    Work
	say     sayer
	counter counter
	pages   func(at string) (http.Handler, error)

	mu sync.Mutex
	at map[int64]context.CancelCauseFunc // jobs under way
}

// open makes the queue's tables ready, and returns who works on it.
func open[TTx any](ctx context.Context, driver riverdriver.Driver[TTx], o Options, say func(riverdriver.Executor) sayer, work Work) (*Worker, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if err := migrate(ctx, driver, o); err != nil {
		return nil, fmt.Errorf("make the tables of the jobs: %w", err)
	}
	p := &process{Options: o, work: work, say: say(driver.GetExecutor()), counter: driver.GetExecutor(), at: map[int64]context.CancelCauseFunc{}}
	workers := river.NewWorkers()
	p.addTo(workers)
	every := cmp.Or(o.Every, 15*time.Second)
	c, err := river.NewClient(driver, &river.Config{
		Logger: calmly(o.Log), Schema: o.Schema, Workers: workers, RetryPolicy: pauses{}, MaxAttempts: attempts,
		Queues:              map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: cmp.Or(o.Jobs, 8)}, findQueue: {MaxWorkers: 1}},
		FetchOnlyKnownKinds: true, // a newer process may have queued others
		// A job is rescued when nobody says any more that it is under way: see beatOnce.
		JobTimeout: beat, RescueStuckJobsAfter: silence,
		CompletedJobRetentionPeriod: 7 * 24 * time.Hour, // a night that is done is not queued again
		SoftStopTimeout:             finishWithin,
		PeriodicJobs: []*river.PeriodicJob{river.NewPeriodicJob(river.PeriodicInterval(every), func() (river.JobArgs, *river.InsertOpts) {
			return findArgs{}, &river.InsertOpts{Queue: findQueue, UniqueOpts: river.UniqueOpts{ByState: unfinished}}
		}, &river.PeriodicJobOpts{RunOnStart: true})},
	})
	if err != nil {
		return nil, err
	}
	p.client, p.pages = c, pagesOf(c, o.Log)
	return &Worker{p}, nil
}

func migrate[TTx any](ctx context.Context, driver riverdriver.Driver[TTx], o Options) error {
	return o.Alone(ctx, func() error {
		m, err := rivermigrate.New(driver, &rivermigrate.Config{Schema: o.Schema, Logger: o.Log})
		if err != nil {
			return err
		}
		there, err := m.ExistingVersions(ctx)
		if err != nil {
			return err
		}
		if all := m.AllVersions(); len(there) > 0 && there[len(there)-1].Version >= all[len(all)-1].Version {
			return nil
		}
		_, err = m.Migrate(ctx, rivermigrate.DirectionUp, nil)
		return err
	})
}

// Run works until ctx ends, and then until the jobs under way are done, for some
// seconds.
func (w *Worker) Run(ctx context.Context) error {
	var heart sync.WaitGroup
	defer heart.Wait()
	beating, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	if err := w.p.client.Start(ctx); err != nil {
		if ctx.Err() != nil {
			return nil // it was to end before it began
		}
		return fmt.Errorf("begin to work: %w", err)
	}
	heart.Go(func() { w.p.beat(beating) })
	<-w.p.client.Stopped()
	return nil
}

// Pages returns River's own pages of all jobs of the database, for requests under the
// path at; nil if this build has none. Who may open them can cancel jobs, have them
// tried again, and hold them all up.
func (w *Worker) Pages(at string) (http.Handler, error) { return w.p.pages(at) }

// Queue queues jobs, but for those that are queued already.
func (w *Worker) Queue(ctx context.Context, jobs ...Job) error { return w.p.queue(ctx, jobs) }

func (p *process) queue(ctx context.Context, jobs []Job) error {
	for some := range slices.Chunk(jobs, queuedAtOnce) {
		params := make([]river.InsertManyParams, 0, len(some))
		for _, j := range some {
			if one, ok := j.params(); ok {
				params = append(params, one)
			}
		}
		if len(params) == 0 {
			continue
		}
		if _, err := p.client.InsertMany(ctx, params); err != nil {
			return fmt.Errorf("queue %d jobs: %w", len(jobs), err)
		}
	}
	return nil
}

// do does one job.
func (p *process) do(ctx context.Context, row *rivertype.JobRow, j Job) error {
	ctx, done := p.begin(ctx, row.ID)
	defer done()
	next, err := p.work.Do(ctx, j)
	if later, ok := errors.AsType[*LaterError](err); ok {
		return river.JobSnooze(later.After)
	}
	if err != nil {
		if row.Attempt >= row.MaxAttempts && ctx.Err() == nil {
			p.work.GiveUp(ctx, j, err)
		}
		return err
	}
	return p.queue(ctx, next)
}

// pauses are those after failures: ten seconds, so that another process takes over
// soon what one left, then a minute and twice as long each time, up to an hour.
type pauses struct{}

// NextRetry implements river.ClientRetryPolicy.
func (pauses) NextRetry(j *rivertype.JobRow) time.Time {
	if len(j.Errors) == 0 {
		return time.Now().Add(10 * time.Second)
	}
	return time.Now().Add(min(time.Hour, time.Minute<<min(len(j.Errors)-1, 10)))
}
