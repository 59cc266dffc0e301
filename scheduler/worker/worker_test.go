//go:build !nopostgres

package worker_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/peerslot/peerslot/scheduler/schedulertest"
	"github.com/peerslot/peerslot/scheduler/store"
	"github.com/peerslot/peerslot/scheduler/worker"
)

// A ledger is work that counts what was done. Its jobs are due until they are done.
type ledger struct {
	mu   sync.Mutex
	due  map[worker.Job]bool
	did  map[worker.Job]int
	dead map[worker.Job]error
	do   func(j worker.Job, times int) ([]worker.Job, error)
}

func newLedger(jobs ...worker.Job) *ledger {
	l := &ledger{due: map[worker.Job]bool{}, did: map[worker.Job]int{}, dead: map[worker.Job]error{}}
	for _, j := range jobs {
		l.due[j] = true
	}
	return l
}

func (l *ledger) Find(context.Context) []worker.Job {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Collect(maps.Keys(l.due))
}

func (l *ledger) Do(_ context.Context, j worker.Job) ([]worker.Job, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.did[j]++
	if l.do != nil {
		return l.do(j, l.did[j])
	}
	delete(l.due, j)
	return nil, nil
}

func (l *ledger) GiveUp(_ context.Context, j worker.Job, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.dead[j] = err
}

func (l *ledger) times() map[worker.Job]int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return maps.Clone(l.did)
}

// onEach runs a test on both databases.
func onEach(t *testing.T, test func(t *testing.T, location string)) {
	t.Run("sqlite", func(t *testing.T) { test(t, filepath.Join(t.TempDir(), "jobs.db")) })
	t.Run("postgres", func(t *testing.T) {
		server := os.Getenv("PEERSLOT_TEST_POSTGRES")
		if server == "" {
			t.Skip("PEERSLOT_TEST_POSTGRES names no server; CI does")
		}
		test(t, schedulertest.NewDatabase(t, server))
	})
}

// work starts a worker of four jobs at once on those at location, and returns how to stop it.
func work(t *testing.T, location string, w worker.Work) (*worker.Worker, func()) {
	t.Helper()
	return workBy(t, location, 4, w)
}

func workBy(t *testing.T, location string, atOnce int, w worker.Work) (*worker.Worker, func()) {
	t.Helper()
	d := &store.Databases{}
	jobs, err := d.Jobs(t.Context(), location)
	if err != nil {
		t.Fatal(err)
	}
	o := worker.Options{Jobs: atOnce, Every: time.Second, Schema: jobs.Schema, Alone: jobs.Alone}
	var one *worker.Worker
	if jobs.Postgres != nil {
		one, err = worker.OnPostgres(t.Context(), jobs.Postgres, o, w)
	} else {
		one, err = worker.OnSQLite(t.Context(), jobs.SQLite, o, w)
	}
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() { ended <- one.Run(ctx) }()
	stop := sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		d.Close()
	})
	t.Cleanup(stop)
	return one, stop
}

// eventually waits until ok; what is under test sets the pace, this only gives up.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !ok(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%s: not within a minute", what)
		}
	}
}

func jobs(kind worker.Kind, n int) (out []worker.Job) {
	for i := range n {
		out = append(out, worker.Job{Kind: kind, Workspace: fmt.Sprint("acme", i%3), Subject: fmt.Sprint(i)})
	}
	return out
}

// What is due is found and done once, by whichever of two processes.
func TestDueIsDoneOnce(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, location string) {
		all := slices.Concat(jobs(worker.Series, 20), jobs(worker.Message, 20), jobs(worker.Night, 3), jobs(worker.Review, 3), jobs(worker.Replies, 3))
		l := newLedger(all...)
		work(t, location, l)
		work(t, location, l)
		eventually(t, "all jobs done", func() bool { return len(l.times()) == len(all) && len(l.Find(t.Context())) == 0 })
		for j, n := range l.times() {
			if n != 1 {
				t.Errorf("%v was done %d times; want once", j, n)
			}
		}
	})
}

// A night that is done is not done again for the same moment, even if it stays due.
func TestANightIsDoneOnceForItsMoment(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, location string) {
		night := worker.Job{Kind: worker.Night, Workspace: "acme", Subject: "2026-03-03T01:15:00Z"}
		marker := worker.Job{Kind: worker.Series, Workspace: "acme", Subject: "marker"}
		l := newLedger(night, marker)
		l.do = func(worker.Job, int) ([]worker.Job, error) { return nil, nil } // both stay due
		work(t, location, l)
		eventually(t, "the marker done again", func() bool { return l.times()[marker] >= 3 })
		if n := l.times()[night]; n != 1 {
			t.Errorf("the night was done %d times; want once", n)
		}
	})
}

// What follows a job is done without waiting for the next look, and what is put off
// comes back without counting as a failure.
func TestFollowingAndLater(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, location string) {
		night := worker.Job{Kind: worker.Night, Workspace: "acme", Subject: "2026-03-03T01:15:00Z"}
		series := worker.Job{Kind: worker.Series, Workspace: "acme", Subject: "a"}
		l := newLedger(night)
		l.do = func(j worker.Job, times int) ([]worker.Job, error) {
			switch {
			case j == night:
				delete(l.due, j)
				return []worker.Job{series}, nil
			case times < 2:
				return nil, &worker.LaterError{After: time.Second, Why: errors.New("busy")}
			}
			return nil, nil
		}
		work(t, location, l)
		eventually(t, "what follows done when it was put off once", func() bool { return l.times()[series] == 2 })
		if len(l.dead) != 0 {
			t.Errorf("given up: %v; want nothing", l.dead)
		}
	})
}

// A process that is asked to stop finishes what it is at.
func TestStopFinishesWhatIsUnderWay(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, location string) {
		j := worker.Job{Kind: worker.Series, Workspace: "acme", Subject: "a"}
		l := newLedger(j)
		begun, finish, finished := make(chan bool), make(chan bool), false
		l.do = func(worker.Job, int) ([]worker.Job, error) {
			close(begun)
			<-finish
			finished = true
			delete(l.due, j)
			return nil, nil
		}
		_, stop := work(t, location, l)
		<-begun
		go func() { time.Sleep(50 * time.Millisecond); close(finish) }()
		stop()
		if !finished {
			t.Error("the worker stopped before its job was done")
		}
	})
}

// More jobs than one statement takes are queued, once each, and none for what is unknown.
func TestQueueOfMany(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, location string) {
		l := newLedger()
		one, _ := workBy(t, location, 100, l)
		all := jobs(worker.Series, 503)
		for range 2 {
			if err := one.Queue(t.Context(), append(slices.Clone(all), worker.Job{Kind: "dance"})...); err != nil {
				t.Fatal(err)
			}
		}
		eventually(t, "all jobs done", func() bool { return len(l.times()) >= len(all) })
		if got := l.times(); len(got) != len(all) {
			t.Errorf("%d jobs were done, want %d", len(got), len(all))
		}
	})
}
