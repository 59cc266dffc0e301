//go:build !nopostgres

package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"

	"github.com/jackc/pgx/v5/pgconn"
	_ "github.com/jackc/pgx/v5/stdlib" // the driver called pgx
	"github.com/peerslot/peerslot/scheduler"
	"github.com/pressly/goose/v3"
)

// Postgres says whether this build can use PostgreSQL; the tag nopostgres leaves it
// out.
const Postgres = true

var postgresDialect = dialect{sql.LevelRepeatableRead, goose.DialectPostgres, `SELECT COUNT(*) FROM pg_catalog.pg_class WHERE oid = to_regclass($1)`, func(err error) bool {
	var e *pgconn.PgError
	return errors.As(err, &e) && e.Code == "23505"
}}

func openPostgres(ctx context.Context, location string) (*Store, error) {
	return connect(location, func(s *Store) error { return s.migrate(ctx, nil) })
}

// connect opens the database at a postgres:// URL and makes it ready.
func connect(location string, ready func(*Store) error) (*Store, error) {
	u, err := url.Parse(location)
	if err != nil {
		return nil, errors.New("store: the postgres:// URL cannot be read")
	}
	db, err := sql.Open("pgx", location)
	if err != nil {
		return nil, fmt.Errorf("open the store %s: %w", publicName(u), withoutAddress(err))
	}
	s := &Store{db, postgresDialect, postgresLock(db)}
	if err := ready(s); err != nil {
		db.Close()
		return nil, fmt.Errorf("open the store %s: %w", publicName(u), withoutAddress(err))
	}
	return s, nil
}

// publicName returns what may be shown of a database's address: where it is. Its
// user and its options may hold secrets.
func publicName(u *url.URL) string {
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String()
}

// withoutAddress returns why an address cannot be used, without it.
func withoutAddress(err error) error {
	if e, ok := errors.AsType[*pgconn.ParseConfigError](err); ok {
		return fmt.Errorf("its address cannot be used: %w", cmp.Or(e.Unwrap(), errors.New("an option in it is wrong")))
	}
	return err
}

func readPostgres(ctx context.Context, location string) (*Store, error) {
	u, err := url.Parse(location)
	if err != nil || u.Scheme != "postgres" && u.Scheme != "postgresql" {
		return Open(ctx, location) // which says what is wrong
	}
	query := u.Query()
	query.Set("default_transaction_read_only", "on")
	u.RawQuery = query.Encode()
	return connect(u.String(), func(s *Store) error {
		version, err := s.version(ctx)
		switch {
		case err != nil:
			return err
		case version == 0:
			return scheduler.ErrNoStore
		case version < newest():
			return errors.New("an older peerslot wrote it; any command that changes something brings it up to date")
		}
		return nil
	})
}

// postgresLockKey names the lock among those of other programs on the server.
const postgresLockKey = 0x7065_6572_736c_6f74 // peerslot

// postgresLock returns how to take the advisory lock of the database.
func postgresLock(db *sql.DB) func(context.Context) (func(), error) {
	return func(ctx context.Context) (func(), error) {
		conn, err := db.Conn(ctx)
		if err != nil {
			return nil, err
		}
		var got bool
		if err := conn.QueryRowContext(ctx, `SELECT pg_try_advisory_lock($1)`, int64(postgresLockKey)).Scan(&got); err != nil {
			return nil, errors.Join(err, conn.Close())
		}
		if !got {
			return nil, errors.Join(scheduler.ErrBusy, conn.Close())
		}
		return func() {
			_, _ = conn.ExecContext(context.WithoutCancel(ctx), `SELECT pg_advisory_unlock($1)`, int64(postgresLockKey))
			_ = conn.Close()
		}, nil
	}
}
