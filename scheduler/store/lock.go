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

// Lock implements scheduler.Store. The lock is the database's own, held by an open
// transaction or session, so that it ends with the process that has it.
func (s *Store) Lock(ctx context.Context, wait time.Duration) (unlock func(), err error) {
	patience, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	for {
		if unlock, err = s.tryLock(ctx); !errors.Is(err, scheduler.ErrBusy) {
			return unlock, err
		}
		select {
		case <-patience.Done():
			return nil, cmp.Or(ctx.Err(), err)
		case <-time.After(lockPoll):
		}
	}
}

// sqliteLock returns how to take the lock of the SQLite store at path: a second
// database next to it, which nothing is ever written to, is opened exclusively.
func sqliteLock(path string) func(context.Context) (func(), error) {
	dsn := (&url.URL{Scheme: "file", OmitHost: true, Path: path + ".lock", RawQuery: "_txlock=exclusive"}).String()
	return func(ctx context.Context) (func(), error) {
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
				err = scheduler.ErrBusy
			}
			return nil, err
		}
		return func() { _ = tx.Rollback(); _ = db.Close() }, nil
	}
}
