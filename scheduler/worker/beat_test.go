//go:build !nopostgres

package worker

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/rivertype"

	"github.com/peerslot/peerslot/scheduler/store"
)

// idle is work that there is not.
type idle struct{}

func (idle) Find(context.Context) []Job             { return nil }
func (idle) Do(context.Context, Job) ([]Job, error) { return nil, nil }
func (idle) GiveUp(context.Context, Job, error)     {}
func kindsOf(jobs []*rivertype.JobRow) (out []string) {
	for _, j := range jobs {
		out = append(out, j.Kind)
	}
	return out
}

// A job of which nobody says that it is under way is River's to rescue; one of which a
// process says so is not, however long it takes.
func TestSilentJobsAreAbandoned(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) {
		testSilent(t, filepath.Join(t.TempDir(), "jobs.db"), `UPDATE river_job SET state = 'running', attempted_at = datetime('now', '-1 hour') || '.000'`)
	})
	t.Run("postgres", func(t *testing.T) {
		server := os.Getenv("PEERSLOT_TEST_POSTGRES")
		if server == "" {
			t.Skip("PEERSLOT_TEST_POSTGRES names no server; CI does")
		}
		testSilent(t, server, `UPDATE peerslot_jobs.river_job SET state = 'running', attempted_at = now() - INTERVAL '1 hour' WHERE kind IN ('series', 'message')`)
	})
}

func testSilent(t *testing.T, location, begin string) {
	d := &store.Databases{}
	defer d.Close()
	jobs, err := d.Jobs(t.Context(), location)
	if err != nil {
		t.Fatal(err)
	}
	o := Options{Schema: jobs.Schema, Alone: jobs.Alone}
	var w *Worker
	if jobs.Postgres != nil {
		w, err = OnPostgres(t.Context(), jobs.Postgres, o, idle{})
	} else {
		w, err = OnSQLite(t.Context(), jobs.SQLite, o, idle{})
	}
	if err != nil {
		t.Fatal(err)
	}
	exec := w.p.counter.(riverdriver.Executor)
	table := "river_job"
	if jobs.Schema != "" {
		table = jobs.Schema + "." + table
	}
	if err := exec.Exec(t.Context(), `DELETE FROM `+table+` WHERE kind IN ('series', 'message')`); err != nil {
		t.Fatal(err)
	}
	if err := w.Queue(t.Context(), Job{Series, "acme", "silent"}, Job{Message, "acme", "heard"}); err != nil {
		t.Fatal(err)
	}
	if c, err := w.Counts(t.Context()); err != nil || c.Waiting < 2 {
		t.Errorf("Counts: %+v, %v; want the two waiting", c, err)
	}
	if err := exec.Exec(t.Context(), begin); err != nil {
		t.Fatal(err)
	}
	list, err := w.p.client.JobList(t.Context(), river.NewJobListParams().Kinds("message").States(rivertype.JobStateRunning))
	if err != nil || len(list.Jobs) != 1 {
		t.Fatalf("the job that is heard of: %v, %v", list, err)
	}
	_, done := w.p.begin(t.Context(), list.Jobs[0].ID)
	defer done()
	if err := w.p.beatOnce(t.Context()); err != nil {
		t.Fatal(err)
	}
	list, err = w.p.client.JobList(t.Context(), river.NewJobListParams().Kinds("message", "series").States(rivertype.JobStateRunning))
	if err != nil {
		t.Fatal(err)
	}
	if len(list.Jobs) != 2 {
		t.Fatalf("running: %v; want both", kindsOf(list.Jobs))
	}
	for _, j := range list.Jobs {
		abandoned := j.AttemptedAt.Year() == 2000
		if want := j.Kind == "series"; abandoned != want {
			t.Errorf("the job %s is abandoned: %v (begun at %s); want %v", j.Kind, abandoned, j.AttemptedAt, want)
		}
	}
}

// Who cannot reach the database ends what it is at.
func TestALostDatabaseEndsItsJobs(t *testing.T) {
	p := &process{at: map[int64]context.CancelCauseFunc{}}
	ctx, done := p.begin(t.Context(), 1)
	defer done()
	p.lose()
	if !errors.Is(context.Cause(ctx), errLost) {
		t.Errorf("the job's context says %v; want that the database was lost", context.Cause(ctx))
	}
}

func TestPausesGrow(t *testing.T) {
	for failures, want := range map[int]time.Duration{0: 10 * time.Second, 1: time.Minute, 3: 4 * time.Minute, 9: time.Hour} {
		j := &rivertype.JobRow{Errors: make([]rivertype.AttemptError, failures)}
		before := time.Now()
		next := pauses{}.NextRetry(j)
		if next.Before(before.Add(want)) || next.After(time.Now().Add(want)) {
			t.Errorf("after %d failures the pause is %s; want %s", failures, next.Sub(before), want)
		}
	}
}

// A quitter is work that fails, and notes what was given up.
type quitter struct {
	idle
	fail error
	dead []Job
}

func (q *quitter) Do(context.Context, Job) ([]Job, error)   { return nil, q.fail }
func (q *quitter) GiveUp(_ context.Context, j Job, _ error) { q.dead = append(q.dead, j) }

// A job that fails is given up at its last attempt, unless its process was asked to stop
// meanwhile; what is only put off, never.
func TestWhatFailsIsGivenUpAtLast(t *testing.T) {
	stopped, stop := context.WithCancel(t.Context())
	stop()
	job, broken := Job{Kind: Series, Workspace: "acme", Subject: "a"}, errors.New("no answer")
	later := &LaterError{After: time.Minute, Why: broken}
	if later.Error() != "later: no answer" || !errors.Is(later, broken) {
		t.Errorf("put off: %v; want that it says why", later)
	}
	for name, c := range map[string]struct {
		ctx     context.Context
		attempt int
		fail    error
		dead    int
	}{
		"the first attempt":       {t.Context(), 1, broken, 0},
		"the last attempt":        {t.Context(), attempts, broken, 1},
		"the last, stopped in it": {stopped, attempts, broken, 0},
		"put off at the last":     {t.Context(), attempts, later, 0},
		"done at the last":        {t.Context(), attempts, nil, 0},
	} {
		q := &quitter{fail: c.fail}
		p := &process{work: q, at: map[int64]context.CancelCauseFunc{}}
		err := p.do(c.ctx, &rivertype.JobRow{Attempt: c.attempt, MaxAttempts: attempts}, job)
		if len(q.dead) != c.dead || (err == nil) != (c.fail == nil) || len(p.at) > 0 {
			t.Errorf("%s: %v, and given up are %v; want %d", name, err, q.dead, c.dead)
		}
		if snoozed := new(river.JobSnoozeError); errors.As(err, &snoozed) != (c.fail == error(later)) {
			t.Errorf("%s: %v; want River to put off what is put off, and nothing else", name, err)
		}
	}
}
