package store

import (
	"database/sql"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/pressly/goose/v3"
)

// An older store is copied before it is changed, and nothing in it is lost.
func TestBackupBeforeMigration(t *testing.T) {
	path := filepath.Join(t.TempDir(), "peerslot.db")
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	files, err := fs.Sub(migrationFiles, "migrations")
	if err != nil {
		t.Fatal(err)
	}
	p, err := goose.NewProvider(goose.DialectSQLite3, db, files)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.UpTo(t.Context(), 1); err != nil {
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
