package store

import (
	"database/sql"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"testing"

	"github.com/pressly/goose/v3"

	"github.com/peerslot/peerslot/scheduler"
)

// migrations returns what brings a database from one version to another.
func migrations(t *testing.T, dialect goose.Dialect, db *sql.DB) *goose.Provider {
	t.Helper()
	files, err := fs.Sub(migrationFiles, "migrations")
	if err != nil {
		t.Fatal(err)
	}
	p, err := goose.NewProvider(dialect, db, files)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// DownTo makes the store at path what it was at that version.
func DownTo(t *testing.T, path string, version int64) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := migrations(t, goose.DialectSQLite3, db).DownTo(t.Context(), version); err != nil {
		t.Fatal(err)
	}
}

// An older store is copied before it is changed, and nothing in it is lost.
func TestBackupBeforeMigration(t *testing.T) {
	path := filepath.Join(t.TempDir(), "peerslot.db")
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := migrations(t, goose.DialectSQLite3, db).UpTo(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(`INSERT INTO setting (name, value) VALUES ('kept', 'yes')`); err != nil {
		t.Fatal(err)
	}
	db.Close()

	s, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for name, file := range map[string]string{"the store": path, "its copy": path + ".before-1"} {
		if got := setting(t, file); got != "yes" {
			t.Errorf("%s says %q; want what was in it before", name, got)
		}
	}
	if info, err := os.Stat(path + ".before-1"); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the copy: %v, %v; want a file for its owner alone", info, err)
	}
}

func setting(t *testing.T, path string) string {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var value string
	if err := db.QueryRow(`SELECT value FROM setting WHERE name = 'kept'`).Scan(&value); err != nil {
		t.Errorf("%s: %v", path, err)
	}
	return value
}

// A booking that an older peerslot wrote, in columns of its own, is read as it was.
func TestBookingsBecomeRecords(t *testing.T) {
	path := filepath.Join(t.TempDir(), "peerslot.db")
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	becomeRecords(t, db, goose.DialectSQLite3, path)
}

// becomeRecords brings an empty database to version 3 with a booking, then up to date.
func becomeRecords(t *testing.T, db *sql.DB, dialect goose.Dialect, location string) {
	t.Helper()
	if _, err := migrations(t, dialect, db).UpTo(t.Context(), 3); err != nil {
		t.Fatal(err)
	}
	_, err := db.Exec(`INSERT INTO booking (uid, group_name, program, generation, state, series, next, attendance, possible, by_hand, facilitators, reviewed, cancel_from, created, version, refused, invited)
		VALUES ('psabc', 'g', 'em', 2, 'booked', '{"UID": "psabc", "Title": "a ''title''", "Count": 13}', 'null', 61, 65, '["2026-01-06T14:00:00Z"]', '["ana@acme.example"]', 0, 0, 1767344400, 3, '[]', 'null')`)
	if err != nil {
		t.Fatal(err)
	}
	db.Close()
	s, err := Open(t.Context(), location)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	all, err := s.Bookings(t.Context())
	if err != nil || len(all) != 1 || all[0].Fault != nil {
		t.Fatalf("Bookings: %+v, %v; want the one", all, err)
	}
	b := all[0]
	if b.Group != "g" || b.Generation != 2 || b.Series.Title != "a 'title'" || b.Series.Count != 13 || b.Attendance != 61 || b.Possible != 65 || len(b.ByHand) != 1 || len(b.Facilitators) != 1 || b.Version != 3 || b.Next != nil {
		t.Errorf("booking %+v; want what was in the columns", b)
	}
}

// TestPostgresIsReadAndCopied runs where a server is named, as TestPostgres does.
func TestPostgresIsReadAndCopied(t *testing.T) {
	server := os.Getenv("PEERSLOT_TEST_POSTGRES")
	if server == "" {
		t.Skip("PEERSLOT_TEST_POSTGRES names no server; CI does")
	}
	db, err := sql.Open("pgx", server)
	if err != nil {
		t.Fatal(err)
	}
	const name = "peerslot_records"
	if _, err := db.Exec(`DROP DATABASE IF EXISTS ` + name); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(`CREATE DATABASE ` + name); err != nil {
		t.Fatal(err)
	}
	db.Close()
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/" + name
	location := u.String()
	if _, err := Read(t.Context(), location); !errors.Is(err, scheduler.ErrNoStore) {
		t.Errorf("Read of an empty database: %v; want ErrNoStore", err)
	}
	own, err := sql.Open("pgx", location)
	if err != nil {
		t.Fatal(err)
	}
	becomeRecords(t, own, goose.DialectPostgres, location)
	r, err := Read(t.Context(), location)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if _, err := r.Commit(t.Context(), scheduler.Batch{Events: []scheduler.Event{{What: "x"}}}); err == nil {
		t.Error("a store that was opened to be read took an event")
	}
	backup := filepath.Join(t.TempDir(), "backup.db")
	if err := r.Backup(t.Context(), backup); err != nil {
		t.Fatal(err)
	}
	w, err := Open(t.Context(), location)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if err := w.Restore(t.Context(), backup); err != nil {
		t.Fatal(err)
	}
	if all, err := w.Bookings(t.Context()); err != nil || len(all) != 1 || all[0].Attendance != 61 {
		t.Errorf("once it is restored: %+v, %v; want the booking", all, err)
	}
}

// A store that an older peerslot wrote in a schema is copied to one beside it before it
// is changed. It runs where a server is named, as TestPostgres does.
func TestPostgresBackupBeforeMigration(t *testing.T) {
	server := os.Getenv("PEERSLOT_TEST_POSTGRES")
	if server == "" {
		t.Skip("PEERSLOT_TEST_POSTGRES names no server; CI does")
	}
	const schema = "peerslot_older"
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	with := func(key string) string {
		v := *u
		q := v.Query()
		q.Set(key, schema)
		v.RawQuery = q.Encode()
		return v.String()
	}
	db, err := sql.Open("pgx", with("search_path"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, text := range []string{`DROP SCHEMA IF EXISTS ` + schema + ` CASCADE`, `DROP SCHEMA IF EXISTS ` + schema + `_before_4 CASCADE`, `CREATE SCHEMA ` + schema} {
		if _, err := db.Exec(text); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := migrations(t, goose.DialectPostgres, db).UpTo(t.Context(), 4); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(`INSERT INTO setting (name, value) VALUES ('kept', 'yes')`); err != nil {
		t.Fatal(err)
	}
	s, err := Open(t.Context(), with("schema"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for _, from := range []string{schema, schema + "_before_4"} {
		var kept string
		if err := db.QueryRow(`SELECT value FROM ` + from + `.setting WHERE name = 'kept'`).Scan(&kept); err != nil || kept != "yes" {
			t.Errorf("%s says %q, %v; want what was in the store", from, kept, err)
		}
	}
}
