package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/peerslot/peerslot/calendar/file"
	"github.com/peerslot/peerslot/scheduler"
)

// Read opens a store that is there, to read from it: nothing is created, migrated or
// changed, not even beside it, and what tries to write fails. It is
// scheduler.ErrNoStore if there is none.
func Read(ctx context.Context, location string) (*Store, error) {
	if strings.Contains(location, "://") {
		return readPostgres(ctx, location)
	}
	s, err := readSQLite(ctx, location)
	if err != nil && !errors.Is(err, scheduler.ErrNoStore) {
		err = fmt.Errorf("open the store %s: %w", location, err)
	}
	return s, err
}

func readSQLite(ctx context.Context, path string) (*Store, error) {
	switch info, err := os.Stat(path); {
	case errors.Is(err, fs.ErrNotExist) || err == nil && info.Mode().IsRegular() && info.Size() == 0:
		return nil, fmt.Errorf("%w at %s", scheduler.ErrNoStore, path)
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, &file.KindError{Mode: info.Mode()}
	}
	db, err := openFile(path, "mode=ro")
	if err != nil {
		return nil, err
	}
	s := &Store{db, sqliteDialect, sqliteLocks(path)}
	version, err := s.version(ctx)
	if err == nil && version == newest() {
		return s, nil
	}
	db.Close()
	if err == nil && version == 0 {
		return nil, ErrDamaged
	}
	return readAside(ctx, path)
}

// version returns what migration the store has seen last, 0 if it is none. One of a
// newer peerslot is an error.
func (s *Store) version(ctx context.Context) (version int64, err error) {
	var there int
	if err := s.db.QueryRowContext(ctx, s.dialect.tableIsThere, "goose_db_version").Scan(&there); err != nil || there == 0 {
		return 0, err
	}
	if err := s.db.QueryRowContext(ctx, `SELECT MAX(version_id) FROM goose_db_version WHERE is_applied`).Scan(&version); err != nil {
		return 0, err
	}
	if version > newest() {
		return 0, newer(version, newest())
	}
	return version, nil
}

// newest returns the number of the last migration.
func newest() (n int64) {
	for _, m := range steps() {
		n = max(n, m.Version)
	}
	return n
}

// readAside reads a file that must be changed before it can be read, as one of an
// older peerslot or of a run that was killed while it wrote: from a copy.
func readAside(ctx context.Context, path string) (*Store, error) {
	dir, err := os.MkdirTemp("", "peerslot-*")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	copied := filepath.Join(dir, "store")
	for _, suffix := range []string{"", "-journal", "-wal"} {
		if err := copyFile(path+suffix, copied+suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
	}
	s, err := openPrivate(ctx, copied)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	return s.copy(ctx)
}

// copyFile copies a file, which may be large, to one that its owner alone can read.
func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}

// Memory returns an empty store in memory.
func Memory(ctx context.Context) (*Store, error) {
	return openPassing(ctx, ":memory:")
}

// passing is how a store is opened that goes with the process.
const passing = "_pragma=foreign_keys(1)&_pragma=journal_mode(MEMORY)"

func openPassing(ctx context.Context, path string) (*Store, error) {
	db, err := openFile(path, passing)
	if err != nil {
		return nil, err
	}
	s := &Store{db, sqliteDialect, noLocks}
	if err := s.migrate(ctx, nil); err != nil {
		db.Close()
		return nil, err
	}
	return s, nil
}

// Draft implements scheduler.Store.
func (s *Store) Draft(ctx context.Context) (scheduler.Store, error) {
	d, err := s.copy(ctx)
	if err != nil {
		return nil, err
	}
	return d, nil
}

// copy returns what s is at this moment, in a store that goes with the process.
func (s *Store) copy(ctx context.Context) (*Store, error) {
	c, err := s.dialect.copy(ctx, s)
	if err != nil {
		return nil, fmt.Errorf("copy the store: %w", err)
	}
	return c, nil
}
