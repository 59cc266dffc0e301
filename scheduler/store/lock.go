package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"net/url"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/peerslot/peerslot/scheduler"
)

// lockPoll is how often a run that waits for another looks again.
const lockPoll = 100 * time.Millisecond

// locks are the ways to keep others from a store. Both are the database's own, held
// by an open transaction or session, so that they end with the process that has them.
// They are ErrBusy if another has what is asked for.
type locks struct {
	all func(ctx context.Context) (unlock func(), err error)              // nobody else changes anything
	one func(ctx context.Context, name string) (unlock func(), err error) // nobody changes all, or this one
}

// Lock implements scheduler.Store.
func (s *Store) Lock(ctx context.Context, wait time.Duration) (unlock func(), err error) {
	return patiently(ctx, wait, s.locks.all)
}

// LockGroup implements scheduler.Store.
func (s *Store) LockGroup(ctx context.Context, group string, wait time.Duration) (unlock func(), err error) {
	return patiently(ctx, wait, func(ctx context.Context) (func(), error) { return s.locks.one(ctx, group) })
}

func patiently(ctx context.Context, wait time.Duration, try func(context.Context) (func(), error)) (unlock func(), err error) {
	patience, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	for {
		if unlock, err = try(ctx); !errors.Is(err, scheduler.ErrBusy) {
			return unlock, err
		}
		select {
		case <-patience.Done():
			return nil, cmp.Or(ctx.Err(), err)
		case <-time.After(lockPoll):
		}
	}
}

// noLocks are those of a store that nobody else can see.
var noLocks = locks{
	all: func(context.Context) (func(), error) { return func() {}, nil },
	one: func(context.Context, string) (func(), error) { return func() {}, nil },
}

// sqliteLocks returns how to take the lock of the SQLite store at path: a second
// database next to it, which nothing is ever written to, is opened exclusively. Who
// writes one group keeps all others waiting: a file has one writer at a time anyway.
func sqliteLocks(path string) locks {
	dsn := (&url.URL{Scheme: "file", OmitHost: true, Path: path + ".lock", RawQuery: "_txlock=exclusive"}).String()
	all := func(ctx context.Context) (func(), error) {
		if err := createPrivate(path + ".lock"); err != nil {
			return nil, err
		}
		db, err := sql.Open("sqlite", dsn)
		if err != nil {
			return nil, err
		}
		tx, err := db.BeginTx(context.WithoutCancel(ctx), nil)
		if err != nil {
			db.Close()
			if e, ok := errors.AsType[*sqlite.Error](err); ok && e.Code()&0xff == sqlite3.SQLITE_BUSY {
				return nil, scheduler.ErrBusy
			}
			if at := placed(err); errors.Is(at, scheduler.ErrStore) {
				return nil, at
			}
			return nil, err
		}
		return func() { _ = tx.Rollback(); _ = db.Close() }, nil
	}
	return locks{all: all, one: func(ctx context.Context, _ string) (func(), error) { return all(ctx) }}
}
