package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"
)

// jobsSchema is where jobs lie in a PostgreSQL database, beside the workspaces'
// schemas: all workspaces of a database share them.
const jobsSchema = "peerslot_jobs"

// Databases are connections that last, for a process that opens many stores again
// and again. Those of one PostgreSQL database share a pool of at most Connections,
// or ten; the zero Databases is ready to use.
type Databases struct {
	Connections int

	mu      sync.Mutex
	jobs    map[string]*Jobs // by database, and by each path or URL that was asked for
	pools   pools
	opening singleflight.Group // of the jobs of a database
}

// Open is [Open], with connections that other stores use too. The store must be
// closed before d is.
func (d *Databases) Open(ctx context.Context, location string) (*Store, error) {
	if isPostgres(location) {
		return d.openPostgres(ctx, location)
	}
	return Open(ctx, location)
}

func isPostgres(location string) bool {
	return strings.HasPrefix(location, "postgres://") || strings.HasPrefix(location, "postgresql://")
}

// Close closes all connections.
func (d *Databases) Close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	var errs []error
	for _, j := range d.jobs {
		if j.SQLite != nil {
			errs = append(errs, j.SQLite.Close())
		}
	}
	d.jobs = nil
	d.pools.close()
	return errors.Join(errs...)
}

// Jobs are the place where work waits to be done, and where what all processes may do
// in common is counted. Exactly one of its databases is set.
type Jobs struct {
	jobsPostgres
	SQLite *sql.DB
	Schema string // of PostgreSQL

	db       *sql.DB
	exclude  func(context.Context) (unlock func(), err error)
	now, max string // in SQL: microseconds since 1970 by the database's clock; the larger one of several
}

// Jobs opens the jobs of the database in which a store at a postgres:// URL lies, or
// those in a SQLite file of their own at a path. Asked again, it returns the same.
func (d *Databases) Jobs(ctx context.Context, location string) (*Jobs, error) {
	if isPostgres(location) {
		return d.jobsIn(ctx, location)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if j := d.jobs[location]; j != nil {
		return j, nil
	}
	if err := createPrivate(location); err != nil {
		return nil, fmt.Errorf("open the jobs %s: %w", location, err)
	}
	db, err := openFile(location, "_pragma=journal_mode(WAL)&_txlock=immediate")
	if err != nil {
		return nil, fmt.Errorf("open the jobs %s: %w", location, err)
	}
	j := &Jobs{SQLite: db, db: db, exclude: sqliteLocks(location).all, now: `CAST(unixepoch('subsec') * 1000000 AS INTEGER)`, max: `MAX`}
	if err := j.makeReady(ctx); err != nil {
		db.Close()
		return nil, fmt.Errorf("open the jobs %s: %w", location, placed(err))
	}
	d.keep(location, j)
	return j, nil
}

// JobsOpen returns what [Databases.Jobs] returned for the location, nil if it was not
// asked yet. It waits for no database.
func (d *Databases) JobsOpen(location string) *Jobs {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.jobs[location]
}

// JobsIfThere is Jobs for who has none to do: it makes no tables, and returns nil if
// nobody works on the PostgreSQL database.
func (d *Databases) JobsIfThere(ctx context.Context, location string) (*Jobs, error) {
	there, err := d.jobsAreThere(ctx, location)
	if err != nil || !there {
		return nil, err
	}
	return d.jobsIn(ctx, location)
}

func (d *Databases) keep(name string, j *Jobs) {
	if d.jobs == nil {
		d.jobs = map[string]*Jobs{}
	}
	d.jobs[name] = j
}

// Alone calls f while no other process calls it for the same jobs.
func (j *Jobs) Alone(ctx context.Context, f func() error) error {
	const patience = time.Minute
	unlock, err := patiently(ctx, patience, j.exclude)
	if err != nil {
		return fmt.Errorf("wait for another process: %w", err)
	}
	defer unlock()
	return f()
}

func (j *Jobs) makeReady(ctx context.Context) error {
	return j.Alone(ctx, func() error {
		_, err := j.db.ExecContext(ctx, `CREATE TABLE IF NOT EXISTS `+j.budget()+` (account TEXT PRIMARY KEY, used_until BIGINT NOT NULL)`)
		return err
	})
}

func (j *Jobs) budget() string {
	if j.Schema == "" {
		return "call_budget"
	}
	return j.Schema + ".call_budget"
}

// A Budget is the number of calls that all processes together may make with one
// account.
type Budget struct {
	Jobs      *Jobs
	Account   string // names it without secrets
	PerMinute int    // that any minute is kept to; a tenth of them may come at once
}

// Wait waits until one more call may be made. All processes count by the database's
// clock; a call that is given up while it waits counts all the same.
func (b Budget) Wait(ctx context.Context) error {
	every, burst := b.pace()
	var ahead int64 // microseconds for which calls are given out
	err := b.Jobs.db.QueryRowContext(ctx, fmt.Sprintf(`INSERT INTO %[1]s AS b (account, used_until) VALUES ($1, %[2]s + $2)
		ON CONFLICT (account) DO UPDATE SET used_until = %[3]s(b.used_until, %[2]s) + $2
		RETURNING used_until - %[2]s`, b.Jobs.budget(), b.Jobs.now, b.Jobs.max), b.Account, every.Microseconds()).Scan(&ahead)
	if err != nil {
		return fmt.Errorf("count the calls of %s: %w", b.Account, err)
	}
	return sleep(ctx, time.Duration(ahead)*time.Microsecond-burst)
}

// Left returns how many calls could be made at once now.
func (b Budget) Left(ctx context.Context) (int, error) {
	every, burst := b.pace()
	var ahead int64
	err := b.Jobs.db.QueryRowContext(ctx, fmt.Sprintf(`SELECT used_until - %s FROM %s WHERE account = $1`, b.Jobs.now, b.Jobs.budget()), b.Account).Scan(&ahead)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, err
	}
	used := max(0, time.Duration(ahead)*time.Microsecond)
	return int(max(0, burst-used) / every), nil
}

// pace returns what one call takes of the time, and for how long ahead calls may be
// given out: with the burst, no minute has more than PerMinute.
func (b Budget) pace() (every, burst time.Duration) {
	atOnce := max(1, b.PerMinute/10)
	every = time.Minute / time.Duration(max(1, b.PerMinute-atOnce))
	return every, every * time.Duration(atOnce)
}

func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
