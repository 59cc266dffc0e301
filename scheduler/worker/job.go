// Package worker does work that nobody waits for: the nights of workspaces, their
// reviews, changes of series, mail. What there is to do is found from the data, and
// queued in a database that any number of processes share; what it means to do it is
// for the caller to say. The queue is River's (https://riverqueue.com).
package worker

import (
	"context"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
)

// A Job is a piece of work on one workspace. It may be begun again after it was done,
// or half done: whoever does it looks first whether it is still due.
type Job struct {
	Kind      Kind
	Workspace string
	Subject   string // a moment of a night or review, a group, a notice; "" for all there is
}

// A Kind of job.
type Kind string

// The kinds of jobs.
const (
	Night   Kind = "night"   // plan the pass over all series, for the moment Subject
	Review  Kind = "review"  // decide what follows series that end, for the moment Subject
	Series  Kind = "series"  // finish what is begun on the series of the group Subject
	Message Kind = "message" // send the notice Subject
	Replies Kind = "replies" // read what members answered by mail
)

// Work is what a worker is there for.
type Work interface {
	// Find returns what is due now, in all workspaces. What is queued already may be
	// among it. It is called often, and by one process at a time.
	Find(ctx context.Context) []Job

	// Do does a job, and returns others that follow at once. A *LaterError puts it off;
	// any other error has it tried again, with growing pauses.
	Do(ctx context.Context, j Job) ([]Job, error)

	// GiveUp notes that a job failed as often as it may.
	GiveUp(ctx context.Context, j Job, err error)
}

// A LaterError says that a job cannot be done now, or not by this process, and that
// nothing is wrong with it.
type LaterError struct {
	After time.Duration
	Why   error
}

func (e *LaterError) Error() string { return "later: " + e.Why.Error() }

func (e *LaterError) Unwrap() error { return e.Why }

// args are those of a job in the queue.
type args struct {
	Workspace string `json:"workspace"`
	Subject   string `json:"subject"`
}

// River tells kinds by types.
type (
	nightArgs   args
	reviewArgs  args
	seriesArgs  args
	messageArgs args
	repliesArgs args
	findArgs    struct{}
)

func (nightArgs) Kind() string   { return string(Night) }
func (reviewArgs) Kind() string  { return string(Review) }
func (seriesArgs) Kind() string  { return string(Series) }
func (messageArgs) Kind() string { return string(Message) }
func (repliesArgs) Kind() string { return string(Replies) }
func (findArgs) Kind() string    { return "find" }

// params returns how a job is queued; ok is false for a kind that there is not.
func (j Job) params() (p river.InsertManyParams, ok bool) {
	a := args{j.Workspace, j.Subject}
	p.InsertOpts = &river.InsertOpts{UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: unfinished}}
	switch j.Kind {
	case Night:
		p.Args, p.InsertOpts.UniqueOpts.ByState = nightArgs(a), nil // also what is done: once for each moment
	case Review:
		p.Args, p.InsertOpts.UniqueOpts.ByState = reviewArgs(a), nil
	case Series:
		p.Args = seriesArgs(a)
	case Message:
		p.Args = messageArgs(a)
	case Replies:
		p.Args = repliesArgs(a)
	default:
		return p, false
	}
	return p, true
}

// unfinished are the states in which a job keeps another like it from the queue.
var unfinished = []rivertype.JobState{
	rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRetryable, rivertype.JobStateRunning, rivertype.JobStateScheduled,
}

// addTo registers who does each kind of job.
func (p *process) addTo(workers *river.Workers) {
	river.AddWorker(workers, &doer[nightArgs]{p: p})
	river.AddWorker(workers, &doer[reviewArgs]{p: p})
	river.AddWorker(workers, &doer[seriesArgs]{p: p})
	river.AddWorker(workers, &doer[messageArgs]{p: p})
	river.AddWorker(workers, &doer[repliesArgs]{p: p})
	river.AddWorker(workers, &finder{p: p})
}

// A doer does the jobs of one kind.
type doer[T interface {
	river.JobArgs
	~struct {
		Workspace string `json:"workspace"`
		Subject   string `json:"subject"`
	}
}] struct {
	river.WorkerDefaults[T]
	p *process
}

// Work implements river.Worker.
func (d *doer[T]) Work(ctx context.Context, j *river.Job[T]) error {
	a := args(j.Args)
	return d.p.do(ctx, j.JobRow, Job{Kind(j.Args.Kind()), a.Workspace, a.Subject})
}

// Timeout implements river.Worker.
func (*doer[T]) Timeout(*river.Job[T]) time.Duration { return longest }

// A finder queues what is due.
type finder struct {
	river.WorkerDefaults[findArgs]
	p *process
}

// Work implements river.Worker.
func (f *finder) Work(ctx context.Context, j *river.Job[findArgs]) error {
	ctx, done := f.p.begin(ctx, j.ID)
	defer done()
	return f.p.queue(ctx, f.p.work.Find(ctx))
}

// Timeout implements river.Worker.
func (*finder) Timeout(*river.Job[findArgs]) time.Duration { return longest }
