//go:build !nopostgres

package store_test

import (
	"context"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/schedulertest"
	"github.com/peerslot/peerslot/scheduler/store"
)

// Stores in schemas of one database, over one pool, each keep the whole contract.
func TestPostgresSchemas(t *testing.T) {
	server := os.Getenv("PEERSLOT_TEST_POSTGRES")
	if server == "" {
		t.Skip("PEERSLOT_TEST_POSTGRES names no server; CI does")
	}
	location := schedulertest.NewDatabase(t, server)
	databases := &store.Databases{Connections: 40}
	t.Cleanup(func() { databases.Close() })
	n := 0
	open := func(t *testing.T) scheduler.Store {
		n++
		s, err := databases.Open(t.Context(), schedulertest.InSchema(t, location, "acme_"+strings.Repeat("x", n)))
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	a, b := open(t), open(t)
	defer a.Close()
	defer b.Close()
	if _, err := a.Commit(t.Context(), scheduler.Batch{Bookings: []scheduler.Booking{schedulertest.Booking("a", 1)}}); err != nil {
		t.Fatal(err)
	}
	unlock, err := a.Lock(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unlock()
	if there, err := b.Bookings(t.Context()); err != nil || len(there) != 0 {
		t.Errorf("the other workspace has %v, %v; want nothing of this one", there, err)
	}
	free, err := b.Lock(t.Context(), 0)
	if err != nil {
		t.Fatalf("Lock of the other workspace: %v; want it free", err)
	}
	free()
	schedulertest.TestStore(t, open)
}

// Who only asks whether jobs wait beside a store makes no place for them.
func TestJobsIfThere(t *testing.T) {
	server := os.Getenv("PEERSLOT_TEST_POSTGRES")
	if server == "" {
		t.Skip("PEERSLOT_TEST_POSTGRES names no server; CI does")
	}
	location := schedulertest.InSchema(t, schedulertest.NewDatabase(t, server), "acme")
	d := &store.Databases{}
	t.Cleanup(func() { d.Close() })
	for range 2 {
		if j, err := d.JobsIfThere(t.Context(), location); err != nil || j != nil {
			t.Fatalf("JobsIfThere where nobody works: %v, %v; want none", j, err)
		}
	}
	jobs, err := d.Jobs(t.Context(), location)
	if err != nil {
		t.Fatal(err)
	}
	if j, err := d.JobsIfThere(t.Context(), location); err != nil || j != jobs {
		t.Errorf("JobsIfThere where somebody works: %v, %v; want the jobs", j, err)
	}
	for _, wrong := range []string{"postgres://me:secret@127.0.0.1:1/x", "postgres://me:secret@host:port/x"} {
		if _, err := d.JobsIfThere(t.Context(), wrong); err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("JobsIfThere at %s: %v; want an error without the password", wrong, err)
		}
	}
}

// A server elsewhere must prove who it is, unless the address says otherwise.
func TestRemoteDatabasesProveThemselves(t *testing.T) {
	for location, demanded := range map[string]bool{
		"postgres://me:secret@192.0.2.1:5432/x?connect_timeout=1":                 true,
		"postgres://me:secret@192.0.2.1:5432/x?connect_timeout=1&sslmode=disable": false,
		"postgres://me:secret@127.0.0.1:1/x":                                      false,
		"postgres://me:secret@127.0.0.1:1,192.0.2.1:5432/x":                       true,
		"postgres://me:secret@/x?host=192.0.2.1":                                  true,
	} {
		if got := store.DemandsTLS(location); got != demanded {
			t.Errorf("%s demands TLS: %v; want %v", location, got, demanded)
		}
	}
	if _, err := store.Open(t.Context(), "postgres://me:secret@127.0.0.1:1/x?schema=Acme%3B--"); err == nil || !strings.Contains(err.Error(), "small letters") || strings.Contains(err.Error(), "secret") {
		t.Errorf("Open in a schema with signs: %v; want what names may look like", err)
	}
	for _, taken := range []string{"pg_temp", "peerslot_jobs"} {
		if _, err := store.Open(t.Context(), "postgres://me@127.0.0.1:1/x?schema="+taken); err == nil || !strings.Contains(err.Error(), "has another use") {
			t.Errorf("Open in the schema %s: %v; want that it has another use", taken, err)
		}
	}
}

// A server that takes connections and says nothing is not waited for until somebody looks.
func TestSilentDatabasesAreGivenUp(t *testing.T) {
	for location, want := range map[string]time.Duration{
		"postgres://me:secret@127.0.0.1:1/x?schema=a":         10 * time.Second,
		"postgres://me:secret@192.0.2.1/x":                    10 * time.Second,
		"postgres://me:secret@192.0.2.1/x?connect_timeout=90": 90 * time.Second,
	} {
		if got := store.PatienceWith(location); got != want {
			t.Errorf("%s has %v to answer; want %v", location, got, want)
		}
	}
	t.Setenv("PGCONNECT_TIMEOUT", "30")
	if got := store.PatienceWith("postgres://me@192.0.2.1/x"); got != 30*time.Second {
		t.Errorf("with PGCONNECT_TIMEOUT it has %v; want what that says", got)
	}
}

// The password need not stand in the address.
func TestPasswordStandsElsewhere(t *testing.T) {
	file := filepath.Join(t.TempDir(), "passwords")
	if err := os.WriteFile(file, []byte("192.0.2.1:5432:x:me:from-a-file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	const location = "postgres://me@192.0.2.1:5432/x?schema=acme"
	if got := store.PasswordFor(location + "&passfile=" + url.QueryEscape(file)); got != "from-a-file" {
		t.Errorf("with passfile= the password is %q", got)
	}
	t.Setenv("PGPASSFILE", file)
	if got := store.PasswordFor(location); got != "from-a-file" {
		t.Errorf("with PGPASSFILE the password is %q", got)
	}
	t.Setenv("PGPASSWORD", "from-the-environment")
	if got := store.PasswordFor(location); got != "from-the-environment" {
		t.Errorf("with PGPASSWORD the password is %q", got)
	}
}

func TestBudget(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { testBudget(t, filepath.Join(t.TempDir(), "jobs.db")) })
	t.Run("postgres", func(t *testing.T) {
		server := os.Getenv("PEERSLOT_TEST_POSTGRES")
		if server == "" {
			t.Skip("PEERSLOT_TEST_POSTGRES names no server; CI does")
		}
		testBudget(t, schedulertest.NewDatabase(t, server))
	})
}

// testBudget has two processes use one account up: what one takes, the other lacks.
func testBudget(t *testing.T, location string) {
	var processes []store.Budget
	for range 2 {
		d := &store.Databases{}
		t.Cleanup(func() { d.Close() })
		jobs, err := d.Jobs(t.Context(), location)
		if err != nil {
			t.Fatal(err)
		}
		processes = append(processes, store.Budget{Jobs: jobs, Account: "google of ops", PerMinute: 60})
	}
	for i := range 6 { // a tenth of the minute at once
		if err := processes[i%2].Wait(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if left, err := processes[1].Left(t.Context()); err != nil || left > 1 {
		t.Errorf("Left: %d, %v; want none, or the one that time gave back", left, err)
	}
	soon, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	for range 2 { // two would need a second of time
		if err := processes[0].Wait(soon); errors.Is(err, context.DeadlineExceeded) {
			return
		}
	}
	t.Error("more calls were given out at once than a tenth of a minute's")
}
