package store_test

import (
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/account"
	"github.com/peerslot/peerslot/scheduler/schedulertest"
	"github.com/peerslot/peerslot/scheduler/store"
)

// files returns what is in the folder, byte for byte.
func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		out[e.Name()] = string(data)
	}
	return out
}

func TestReadChangesNothing(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "peerslot.db")
	if _, err := store.Read(t.Context(), path); !errors.Is(err, scheduler.ErrNoStore) {
		t.Errorf("Read of nothing: %v; want ErrNoStore", err)
	}
	s := open(t, path)
	if _, err := commit(t, s, schedulertest.Booking("a", 1)); err != nil {
		t.Fatal(err)
	}
	s.Close()
	before := files(t, dir)
	r, err := store.Read(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if got, err := r.Bookings(t.Context()); err != nil || len(got) != 1 {
		t.Errorf("Bookings: %d, %v; want the one", len(got), err)
	}
	if _, err := commit(t, r, schedulertest.Booking("b", 1)); err == nil {
		t.Error("a store that was opened to be read took a booking")
	}
	draft, err := r.Draft(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer draft.Close()
	if _, err := draft.Commit(t.Context(), scheduler.Batch{Bookings: []scheduler.Booking{schedulertest.Booking("b", 1)}}); err != nil {
		t.Errorf("a draft took no booking: %v", err)
	}
	if diff := cmp.Diff(before, files(t, dir)); diff != "" {
		t.Error("reading changed a file")
	}
}

// What an older peerslot wrote is read as it will be, and left as it is.
func TestReadOfAnOlderStore(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "peerslot.db")
	s := open(t, path)
	if _, err := commit(t, s, schedulertest.Booking("a", 1)); err != nil {
		t.Fatal(err)
	}
	s.Close()
	store.DownTo(t, path, 4)
	before := files(t, dir)
	r, err := store.Read(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	draft, err := r.Draft(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer draft.Close()
	for name, read := range map[string]scheduler.Store{"the store": r, "a draft of it": draft} {
		if got, err := read.Bookings(t.Context()); err != nil || len(got) != 1 {
			t.Errorf("Bookings of %s: %d, %v; want the one", name, len(got), err)
		}
	}
	if diff := cmp.Diff(before, files(t, dir)); diff != "" {
		t.Error("reading changed a file")
	}
}

func TestReadRefusesWhatIsNoStore(t *testing.T) {
	path := filepath.Join(t.TempDir(), "other.db")
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(`CREATE TABLE other (x TEXT)`); err != nil {
		t.Fatal(err)
	}
	db.Close()
	if _, err := store.Read(t.Context(), path); err == nil || errors.Is(err, scheduler.ErrNoStore) {
		t.Errorf("Read of another program's database: %v; want an error that says so", err)
	}
}

func TestMemory(t *testing.T) {
	contract := func(t *testing.T) scheduler.Store {
		s, err := store.Memory(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	s := contract(t)
	defer s.Close()
	if _, err := commit(t, s.(*store.Store), schedulertest.Booking("a", 1)); err != nil {
		t.Error(err)
	}
}

// A backup holds all tables, and restoring it brings all of it back.
func TestBackupAndRestore(t *testing.T) {
	dir := t.TempDir()
	s := open(t, filepath.Join(dir, "peerslot.db"))
	defer s.Close()
	r := schedulertest.LargeRound("circles", 1, 501)
	batch := schedulertest.Batch()
	batch.Round = &r
	if _, err := s.Commit(t.Context(), batch); err != nil {
		t.Fatal(err)
	}
	if err := s.Answer(t.Context(), batch.Bookings[0].Series.UID, "key", "token", nil); err != nil {
		t.Fatal(err)
	}
	if err := s.SaveFeed(t.Context(), account.Feed{ID: "0000000000000001", Person: "ana@acme.example", Serial: 1}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Bind(t.Context(), "https://login.acme.example", "17", "ana@acme.example"); err != nil {
		t.Fatal(err)
	}
	began := time.Date(2026, 1, 2, 9, 0, 0, 0, time.UTC)
	if err := s.Begin(t.Context(), account.SignInSession{Hash: "ended later", Person: "ana@acme.example", Began: began, Used: began}); err != nil {
		t.Fatal(err)
	}
	backup := filepath.Join(dir, "backup.db")
	if err := s.Backup(t.Context(), backup); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(backup); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the backup's mode is %v, %v; want 0600", info.Mode(), err)
	}
	want := dump(t, filepath.Join(dir, "peerslot.db"))
	for table, rows := range want {
		if rows == 0 {
			t.Errorf("the test has nothing in table %s", table)
		}
	}
	if _, err := commit(t, s, schedulertest.Booking("later", 1)); err != nil {
		t.Fatal(err)
	}
	if err := s.EndAll(t.Context(), "ana@acme.example"); err != nil {
		t.Fatal(err)
	}
	if err := s.Restore(t.Context(), backup); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Session(t.Context(), "ended later"); !errors.Is(err, account.ErrNoSession) {
		t.Errorf("a session that ended after the backup: %v; want that it stays ended", err)
	}
	if diff := cmp.Diff(want, dump(t, filepath.Join(dir, "peerslot.db"))); diff != "" {
		t.Errorf("rows by table once it is restored (-want +got):\n%s", diff)
	}
	if err := s.Backup(t.Context(), backup); err != nil {
		t.Errorf("a second backup to the same file: %v", err)
	}
}

// dump counts the rows of all tables but the migrations', and those of who is signed in,
// which are in no backup.
func dump(t *testing.T, path string) map[string]int {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.Query(`SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'goose%' AND name NOT LIKE 'sqlite%' AND name NOT IN ('sign_in_link', 'sign_in_session')`)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]int{}
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		out[name] = 0
	}
	rows.Close()
	for name := range out {
		var n int
		if err := db.QueryRow(`SELECT COUNT(*) FROM ` + name).Scan(&n); err != nil {
			t.Fatal(err)
		}
		out[name] = n
	}
	return out
}

func TestBackupReplacesNothingElse(t *testing.T) {
	dir := t.TempDir()
	s := open(t, filepath.Join(dir, "peerslot.db"))
	defer s.Close()
	config := filepath.Join(dir, "peerslot.yaml")
	if err := os.WriteFile(config, []byte("organizer: me@acme.example\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	other := filepath.Join(dir, "places.sqlite")
	db, err := sql.Open("sqlite", other)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(`CREATE TABLE place (name TEXT)`); err != nil {
		t.Fatal(err)
	}
	live := open(t, filepath.Join(dir, "other.db"))
	defer live.Close()
	unlock, err := live.Lock(t.Context(), 0) // as whoever changes something does
	if err != nil {
		t.Fatal(err)
	}
	unlock()
	for path, what := range map[string]string{config: "the configuration", other: "another program's database", filepath.Join(dir, "other.db"): "a workspace's store"} {
		if err := s.Backup(t.Context(), path); err == nil {
			t.Errorf("a backup took the place of %s", what)
		}
	}
	if data, err := os.ReadFile(config); err != nil || string(data) != "organizer: me@acme.example\n" {
		t.Errorf("the configuration is now %q, %v", data, err)
	}
}
