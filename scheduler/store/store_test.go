package store_test

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/account"
	"github.com/peerslot/peerslot/scheduler/schedulertest"
	"github.com/peerslot/peerslot/scheduler/store"
)

func TestSQLite(t *testing.T) {
	schedulertest.TestStore(t, func(t *testing.T) scheduler.Store { return open(t, filepath.Join(t.TempDir(), "x?y %41.db")) })
	schedulertest.TestAccounts(t, func(t *testing.T) account.Accounts {
		s := open(t, filepath.Join(t.TempDir(), "accounts.db"))
		t.Cleanup(func() { s.Close() })
		return s
	})
}

// TestPostgres runs where a server is named: CI starts one.
func TestPostgres(t *testing.T) {
	server := os.Getenv("PEERSLOT_TEST_POSTGRES")
	if server == "" {
		t.Skip("PEERSLOT_TEST_POSTGRES names no server; CI does")
	}
	schedulertest.TestStore(t, func(t *testing.T) scheduler.Store { return open(t, schedulertest.NewDatabase(t, server)) })
	schedulertest.TestAccounts(t, func(t *testing.T) account.Accounts {
		s := open(t, schedulertest.NewDatabase(t, server))
		t.Cleanup(func() { s.Close() })
		return s
	})
}

func open(t *testing.T, location string) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), location)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func commit(t *testing.T, s *store.Store, b scheduler.Booking) (scheduler.Booking, error) {
	t.Helper()
	saved, err := s.Commit(t.Context(), scheduler.Batch{Bookings: []scheduler.Booking{b}})
	return append(saved, b)[0], err
}

func TestOpenKeepsWhatIsThere(t *testing.T) {
	path := filepath.Join(t.TempDir(), "peerslot.db")
	s := open(t, path)
	if _, err := commit(t, s, schedulertest.Booking("a", 1)); err != nil {
		t.Fatal(err)
	}
	s.Close()
	s = open(t, path)
	defer s.Close()
	if got, err := s.Bookings(t.Context()); err != nil || len(got) != 1 {
		t.Errorf("after reopening: %d bookings, %v; want 1", len(got), err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file's mode is %v, %v; want 0600", info.Mode(), err)
	}
}

func TestTwoProcesses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "peerslot.db")
	a, b := open(t, path), open(t, path)
	defer a.Close()
	defer b.Close()
	saved, err := commit(t, a, schedulertest.Booking("a", 1))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := commit(t, b, saved); err != nil {
		t.Errorf("the other process cannot save: %v", err)
	}
}

func TestOpenErrors(t *testing.T) {
	dir := t.TempDir()
	garbage := filepath.Join(dir, "garbage.db")
	if err := os.WriteFile(garbage, []byte(strings.Repeat("no database ", 400)), 0o600); err != nil {
		t.Fatal(err)
	}
	for location, want := range map[string]string{
		garbage:                               "garbage.db",
		filepath.Join(dir, "missing", "x.db"): "no such file",
		"mysql://host/x":                      "postgres://",
		"postgres://me:secret@127.0.0.1:1/x":  "127.0.0.1",
	} {
		_, err := store.Open(t.Context(), location)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("Open(%q): %v; want an error with %q and no password", location, err, want)
		}
	}
}

func TestNewerStoreIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "peerslot.db")
	open(t, path).Close()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, 1)`); err != nil {
		t.Fatal(err)
	}
	db.Close()
	for what, open := range map[string]func(context.Context, string) (*store.Store, error){"Open": store.Open, "Read": store.Read} {
		if _, err := open(t.Context(), path); !errors.Is(err, store.ErrNewer) {
			t.Errorf("%s of a store of version 9999: %v; want ErrNewer", what, err)
		}
	}
}

// Who is interrupted before the tables are made is told so, and the next one makes them.
func TestAnInterruptedOpen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "peerslot.db")
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, err := store.Open(ctx, path); !errors.Is(err, context.Canceled) {
		t.Errorf("Open, interrupted: %v; want context.Canceled", err)
	}
	open(t, path).Close()
}

// Runs that start at once on a new file all get a store.
func TestManyOpenANewStore(t *testing.T) {
	for range 5 {
		path := filepath.Join(t.TempDir(), "peerslot.db")
		errs := make(chan error)
		const runs = 6
		for range runs {
			go func() {
				s, err := store.Open(t.Context(), path)
				if err == nil {
					_, err = s.Bookings(t.Context())
					s.Close()
				}
				errs <- err
			}()
		}
		for range runs {
			if err := <-errs; err != nil {
				t.Errorf("Open at the same time as others: %v", err)
			}
		}
	}
}
