package fleet

import (
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/peerslot/peerslot/cmd/peerslot/internal/account"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/console"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/worker"
)

// A job is done by the files as they are when it is begun: changed, new, gone, or
// broken, whatever was read before.
func TestMemberFollowsItsFile(t *testing.T) {
	dir := t.TempDir()
	write := func(name, zone string) {
		t.Helper()
		text := "organizer: robot@acme.example\ntimezone: " + zone + "\nworkspace: " + name + "\nstore: " + name + ".db\npeople: [{email: ana@acme.example}]\n"
		if err := os.WriteFile(filepath.Join(dir, name+".yaml"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("a", "UTC")
	write("b", "UTC")
	f, err := OpenFleet(&console.App{ConfigPath: dir, Getenv: func(string) string { return "" }, Now: time.Now, Stderr: t.Output()}, 1, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	members, err := f.Members()
	if err != nil || len(members) != 2 {
		t.Fatalf("the folder has %v, %v; want two workspaces", members, err)
	}
	jobs, err := f.openJobs(t.Context(), members[0].config)
	if err != nil {
		t.Fatal(err)
	}
	c := &crew{Fleet: f, jobs: jobs}
	is := func(key, zone string) {
		t.Helper()
		m, ok := c.member(t.Context(), key)
		if ok != (zone != "") || ok && m.config.Workspace.Zone != zone {
			t.Errorf("member(%s): %v, %v; want one in the zone %q", key, m, ok, zone)
		}
	}
	is("a", "UTC")
	write("a", "Europe/Berlin")
	is("a", "Europe/Berlin")
	is("c", "")
	write("c", "Asia/Tokyo")
	is("c", "Asia/Tokyo")
	write("b", "Nowhere")
	is("b", "")
	if err := os.Remove(filepath.Join(dir, "a.yaml")); err != nil {
		t.Fatal(err)
	}
	is("a", "")
	is("c", "Asia/Tokyo")
}

// A night whose moment cannot be read is made once more, and once.
func TestANightThatCannotBeRead(t *testing.T) {
	c, m := newCrew(t, "web: {url: \"http://localhost\", admins: [ana@acme.example], nightly: \"00:00\"}\n")
	c.App.Now = func() time.Time { return time.Date(2026, 3, 3, 12, 0, 0, 0, time.UTC) }
	var done []worker.Kind
	for range 8 {
		for _, j := range c.Find(t.Context()) {
			if _, err := c.Do(t.Context(), j); err != nil {
				t.Fatal(err)
			}
			done = append(done, j.Kind)
		}
		if len(done) != 2 {
			continue
		}
		db, err := sql.Open("sqlite", account.StoreURL(m.config))
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		if _, err := db.Exec(`UPDATE setting SET value = 'soon' WHERE name IN ('unattended repaired', 'unattended reviewed')`); err != nil {
			t.Fatal(err)
		}
	}
	if want := []worker.Kind{worker.Night, worker.Review, worker.Night, worker.Review}; !slices.Equal(done, want) {
		t.Errorf("done are %q; want %q", done, want)
	}
}

// newCrew returns the crew of a folder with one workspace, with further lines of its file.
func newCrew(t *testing.T, lines string) (*crew, member) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a.yaml"), []byte("organizer: robot@acme.example\ntimezone: UTC\nworkspace: a\nstore: a.db\npeople: [{email: ana@acme.example}]\n"+lines), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := OpenFleet(&console.App{ConfigPath: dir, Getenv: func(string) string { return "" }, Now: time.Now, Stderr: t.Output()}, 1, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	members, err := f.Members()
	if err != nil || len(members) != 1 {
		t.Fatalf("the folder has %v, %v; want a workspace", members, err)
	}
	jobs, err := f.openJobs(t.Context(), members[0].config)
	if err != nil {
		t.Fatal(err)
	}
	return &crew{Fleet: f, jobs: jobs}, members[0]
}

// A job that was given up is known until one of its kind and subject is done.
func TestGivenUp(t *testing.T) {
	c, m := newCrew(t, "")
	dead := func() []scheduler.FailedJob {
		t.Helper()
		st, err := c.Databases.Open(t.Context(), account.StoreURL(m.config))
		if err != nil {
			t.Fatal(err)
		}
		defer st.Close()
		known, err := st.Unattended(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return known.Dead
	}
	series := worker.Job{Kind: worker.Series, Workspace: "a", Subject: "leads"}
	c.GiveUp(t.Context(), worker.Job{Kind: worker.Series, Workspace: "gone", Subject: "leads"}, errors.New("no such workspace"))
	c.GiveUp(t.Context(), series, errors.New("the calendar is away"))
	if got := dead(); len(got) != 1 || got[0].Kind != "series" || got[0].Subject != "leads" || got[0].Why != "the calendar is away" {
		t.Errorf("given up: %+v; want the job, and why", got)
	}
	for _, other := range []worker.Job{{Kind: worker.Series, Workspace: "a", Subject: "others"}, {Kind: worker.Review, Workspace: "a", Subject: time.Now().Format(time.RFC3339)}} {
		if _, err := c.Do(t.Context(), other); err != nil || len(dead()) != 1 {
			t.Errorf("%s of %s: %v, and given up are %+v; want the first still", other.Kind, other.Subject, err, dead())
		}
	}
	if next, err := c.Do(t.Context(), series); err != nil || len(next) > 0 || len(dead()) > 0 {
		t.Errorf("the job once it can be done: %v, %v, and given up are %+v; want none", next, err, dead())
	}
	if _, err := c.Do(t.Context(), worker.Job{Kind: "dance", Workspace: "a"}); err == nil || !strings.Contains(err.Error(), `no jobs of the kind "dance"`) {
		t.Errorf("a job of a kind that is not known: %v", err)
	}
	var put *worker.LaterError
	if _, err := c.Do(t.Context(), worker.Job{Kind: worker.Series, Workspace: "gone"}); !errors.As(err, &put) {
		t.Errorf("a job of a workspace that is not here: %v; want it put off", err)
	}
}

// A night that fails needs a person while it is tried again, too: the workspace's pages
// say so, and what to do, until it went through.
func TestANightThatFails(t *testing.T) {
	c, m := newCrew(t, "web: {url: \"http://localhost\", admins: [ana@acme.example], nightly: \"00:00\"}\ncalendar: {backend: google, google: {credentials: c.json, token: t.json}}\n")
	c.App.Now = func() time.Time { return time.Date(2026, 3, 3, 12, 0, 0, 0, time.UTC) }
	failing := func(want ...string) {
		t.Helper()
		st, err := c.Databases.Open(t.Context(), account.StoreURL(m.config))
		if err != nil {
			t.Fatal(err)
		}
		defer st.Close()
		known, err := st.Unattended(t.Context())
		if err != nil || len(known.Dead) != len(want) {
			t.Fatalf("known are %+v, %v; want %d", known.Dead, err, len(want))
		}
		for i, f := range known.Findings() {
			if f.Kind != scheduler.JobFails || !strings.Contains(f.Err.Error(), want[i]) {
				t.Errorf("%s: %v; want that it is tried again, and %q", f.Kind, f.Err, want[i])
			}
		}
	}
	jobs := c.Find(t.Context())
	if len(jobs) != 1 || jobs[0].Kind != worker.Night {
		t.Fatalf("due is %v; want the night", jobs)
	}
	for range 2 {
		if _, err := c.Do(t.Context(), jobs[0]); err == nil {
			t.Fatal("a night without credentials went through")
		}
		failing("c.json")
	}
	text := "organizer: robot@acme.example\ntimezone: UTC\nworkspace: a\nstore: a.db\npeople: [{email: ana@acme.example}]\n"
	if err := os.WriteFile(filepath.Join(m.config.Dir, "a.yaml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Do(t.Context(), jobs[0]); err != nil {
		t.Fatal(err)
	}
	failing()
}
