package store

import (
	"bytes"
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/pressly/goose/v3"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/peerslot/peerslot/calendar/file"
	"github.com/peerslot/peerslot/scheduler"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// A dialect is what differs between the two databases.
type dialect struct {
	snapshot          sql.IsolationLevel // in which all reads of a transaction see one moment
	goose             goose.Dialect
	tableIsThere      string                                        // a query of its name
	copy              func(context.Context, *Store) (*Store, error) // in a store that goes with the process
	isUniqueViolation func(error) bool
}

var sqliteDialect = dialect{sql.LevelDefault, goose.DialectSQLite3, `SELECT COUNT(*) FROM sqlite_master WHERE name = $1`, copyPages, func(err error) bool {
	var e *sqlite.Error
	return errors.As(err, &e) && (e.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE || e.Code() == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY)
}}

// Open opens the store at a file path or a postgres:// URL, creates it if it is
// not there, and brings its tables up to date; before that it copies an existing
// SQLite file to one with the suffix .before-N, N being the version that it had.
// A new file is readable by its owner only. Errors name the file; of a URL they
// name the host and the database alone.
func Open(ctx context.Context, location string) (*Store, error) {
	if strings.HasPrefix(location, "postgres://") || strings.HasPrefix(location, "postgresql://") {
		return openPostgres(ctx, location)
	}
	if scheme, _, ok := strings.Cut(location, "://"); ok {
		return nil, fmt.Errorf("store: no database for %s://; want a file or a postgres:// URL", scheme)
	}
	return openSQLite(ctx, location)
}

func openSQLite(ctx context.Context, path string) (*Store, error) {
	s, err := openPrivate(ctx, path)
	if err != nil {
		return nil, fmt.Errorf("open the store %s: %w", path, err)
	}
	return s, nil
}

// openPrivate is openSQLite with errors that do not name the store.
func openPrivate(ctx context.Context, path string) (*Store, error) {
	if err := createPrivate(path); err != nil {
		return nil, err
	}
	// Without txlock, a transaction that reads before it writes fails at once when
	// another one writes, in spite of the busy timeout. With a rollback journal there
	// is one file between two writes, and who only reads leaves it as it is.
	db, err := openFile(path, "_pragma=journal_mode(DELETE)&_pragma=foreign_keys(1)&_pragma=secure_delete(1)&_txlock=immediate")
	if err != nil {
		return nil, err
	}
	s := &Store{db, sqliteDialect, sqliteLocks(path)}
	backup := func(version int64) error { return backupSQLite(ctx, db, fmt.Sprintf("%s.before-%d", path, version)) }
	if err := s.migrate(ctx, backup); err != nil {
		db.Close()
		return nil, placed(err)
	}
	return s, nil
}

// openFile opens the SQLite database at path, ":memory:" for one that is nowhere, "" for one
// that has no name.
func openFile(path, query string) (*sql.DB, error) {
	dsn := source(path, query)
	plain, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, err
	}
	defer plain.Close() // which was opened for its driver alone
	db := sql.OpenDB(stoppable{plain.Driver(), dsn})
	db.SetMaxOpenConns(1)
	return db, nil
}

// source returns what the driver calls the database at path.
func source(path, query string) string {
	dsn := &url.URL{Scheme: "file", OmitHost: true, Path: path, RawQuery: "_pragma=busy_timeout(10000)&" + query}
	return dsn.String()
}

// ErrUnreachable says that a database server does not answer, or lets nobody in.
var ErrUnreachable = errors.New("the database cannot be reached")

// ErrUntrusted is an ErrUnreachable: the server's certificate is not one that the
// store's address demands.
var ErrUntrusted = fmt.Errorf("%w: its certificate is not trusted", ErrUnreachable)

// ErrAddress says that an option of the store's address, or a file that it names,
// cannot be used.
var ErrAddress = errors.New("its address cannot be used")

// ErrDamaged says that a file is no store, or one that was spoilt.
var ErrDamaged = errors.New("it is damaged, or no store of peerslot")

// placed tells the errors of a place, and of a file that is no store, from those of
// what is in it.
func placed(err error) error {
	e, ok := errors.AsType[*sqlite.Error](err)
	if !ok {
		return err
	}
	switch e.Code() & 0xff {
	case sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT:
		return fmt.Errorf("%w: %w", ErrDamaged, e)
	case sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN:
		return fmt.Errorf("%w: %w", scheduler.ErrStore, err)
	}
	return err
}

// createPrivate makes an empty file that only its owner can read, unless there is
// one that can be read: SQLite would make it readable for all, and its own errors do
// not say why a file cannot be opened.
func createPrivate(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) {
		f, err = file.Open(path, 0)
	}
	if err != nil {
		return err
	}
	return f.Close()
}

// backupSQLite writes a copy of the database to path, which it replaces.
func backupSQLite(ctx context.Context, db *sql.DB, path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := createPrivate(path); err != nil {
		return err
	}
	_, err := db.ExecContext(ctx, `VACUUM INTO $1`, path)
	return err
}

// migrate brings the tables up to date. Another run may be doing the same: then
// one of the two fails at first, and finds the work done a moment later.
func (s *Store) migrate(ctx context.Context, backup func(version int64) error) error {
	const tries, pause = 50, 100 * time.Millisecond
	for try := 1; ; try++ {
		err := s.tryMigrate(ctx, backup)
		if err != nil && ctx.Err() != nil {
			return ctx.Err() // err may name no more than what was interrupted
		}
		var partial *goose.PartialError
		if try == tries || !errors.As(err, &partial) && !isBusy(err) && !errors.Is(err, scheduler.ErrBusy) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
	}
}

// isBusy reports whether another run holds the SQLite file.
func isBusy(err error) bool {
	var e *sqlite.Error
	return errors.As(err, &e) && e.Code()&0xff == sqlite3.SQLITE_BUSY
}

// tryMigrate migrates if there is something to migrate. backup, if not nil, is
// called before tables that exist are changed, with the version that they have.
func (s *Store) tryMigrate(ctx context.Context, backup func(version int64) error) error {
	// What is up to date is told without goose, which takes some milliseconds for it.
	if have, err := s.version(ctx); err != nil || have == newest() {
		return err
	}
	p, err := goose.NewProvider(s.dialect.goose, s.db, nil, goose.WithGoMigrations(steps()...))
	if err != nil {
		return err
	}
	// Nobody changes the tables under a run, nor do two at once.
	unlock, err := s.locks.all(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	have, want, err := p.GetVersions(ctx)
	if err != nil || have == want {
		return err
	}
	if have > 0 && backup != nil {
		if err := backup(have); err != nil {
			return fmt.Errorf("back up before a migration: %w", err)
		}
	}
	_, err = p.Up(ctx)
	return err
}

// steps returns the migrations. Goose would read the files with 4 MB for each that it
// reads at once.
func steps() (out []*goose.Migration) {
	files, _ := fs.Glob(migrationFiles, "migrations/*.sql")
	for _, path := range files {
		version, err := goose.NumericComponent(filepath.Base(path))
		if err != nil {
			continue
		}
		up := func(ctx context.Context, tx *sql.Tx) error {
			text, err := migrationFiles.ReadFile(path)
			if err == nil {
				text, _, _ = bytes.Cut(text, []byte("-- +goose Down"))
				_, err = tx.ExecContext(ctx, string(text))
			}
			return err
		}
		out = append(out, goose.NewGoMigration(version, &goose.GoFunc{RunTx: up}, nil))
	}
	return out
}

// ErrNewer says that a newer peerslot wrote a store.
var ErrNewer = errors.New("a newer peerslot wrote it")

func newer(have, want int64) error {
	return fmt.Errorf("%w (version %d, this one knows %d); update peerslot", ErrNewer, have, want)
}
