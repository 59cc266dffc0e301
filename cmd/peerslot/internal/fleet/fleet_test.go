package fleet

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/peerslot/peerslot/cmd/peerslot/internal/account"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/config"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/console"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/console/consoletest"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/schedulertest"
	"github.com/peerslot/peerslot/scheduler/worker"
)

// The workspaces of a folder are its files, whatever it is called, but for hidden ones.
func TestPaths(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "acme [eu]")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	f := &Fleet{Path: dir, Folder: true}
	if _, err := f.Paths(); err == nil {
		t.Error("an empty folder: no error")
	}
	for _, name := range []string{"b.yaml", "a.yaml", "c.yml", "._a.yaml", ".#b.yaml", "notes.txt"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := f.Paths(); err != nil || !slices.Equal(got, []string{filepath.Join(dir, "a.yaml"), filepath.Join(dir, "b.yaml"), filepath.Join(dir, "c.yml")}) {
		t.Errorf("got %q, %v; want a.yaml, b.yaml and c.yml", got, err)
	}
}

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
	jobs, err := f.openJobs(t.Context(), members[0].Config)
	if err != nil {
		t.Fatal(err)
	}
	c := &crew{Fleet: f, jobs: jobs}
	is := func(key, zone string) {
		t.Helper()
		m, ok := c.member(key)
		if ok != (zone != "") || ok && m.Config.Workspace.Zone != zone {
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

// folderOf returns the fleet of a folder with these workspaces, by name, each with its store.
func folderOf(t testing.TB, stores map[string]string) (*Fleet, *consoletest.Output) {
	t.Helper()
	dir, log := t.TempDir(), &consoletest.Output{}
	for name, at := range stores {
		writeWorkspace(t, dir, name, at)
	}
	f, err := OpenFleet(&console.App{ConfigPath: dir, Getenv: func(string) string { return "" }, Now: time.Now, Stderr: log}, 1, time.Second)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f, log
}

func writeWorkspace(t testing.TB, dir, name, store string) {
	t.Helper()
	text := "organizer: robot@acme.example\ntimezone: UTC\nstore: \"" + store + "\"\npeople: [{email: ana@acme.example}]\n"
	if err := os.WriteFile(filepath.Join(dir, name+".yaml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// Of two workspaces with one store the second is none: each would take the groups of the
// other for gone.
func TestTwoWorkspacesInOneStore(t *testing.T) {
	f, log := folderOf(t, map[string]string{"a": "peerslot.db", "b": "./peerslot.db", "c": "c.db", "d": "postgres://db.example/x?schema=d", "e": "postgres://me@DB.example:5432/x?sslmode=require&schema=d", "f": "postgres://db.example/x?schema=f"})
	members, err := f.Members()
	var names []string
	for _, m := range members {
		names = append(names, m.Name)
	}
	if want := []string{"a", "c", "d", "f"}; err != nil || !slices.Equal(names, want) {
		t.Errorf("the folder has %v, %v; want %v", names, err, want)
	}
	for _, want := range []string{`workspace=b err="its store is that of the workspace a" hint="give each workspace of a folder a file of its own`, `workspace=e err="its store is that of the workspace d" hint="give each workspace a schema of its own`} {
		if got := strings.Count(log.String(), want); got != 1 {
			t.Errorf("said is %q; want %s in it, once", log, want)
		}
	}
}

// What is wrong with a workspace is said once, however often it is looked at.
func TestAFaultIsSaidOnce(t *testing.T) {
	f, log := folderOf(t, map[string]string{"a": "a.db", "b": "b.db"})
	b, err := f.Databases.Open(t.Context(), filepath.Join(f.Path, "b.db"))
	if err != nil {
		t.Fatal(err)
	}
	b.Close()
	db, err := sql.Open("sqlite", filepath.Join(f.Path, "b.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (999, 1)`); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	var g errgroup.Group
	for range 3 {
		if err := f.crewAll(ctx, &g); err != nil {
			t.Fatal(err)
		}
		f.working()[0].Find(ctx)
	}
	stop()
	if err := g.Wait(); err != nil {
		t.Error(err)
	}
	if got := strings.Count(log.String(), "a newer peerslot wrote it"); got != 1 {
		t.Errorf("the newer store is named %d times; want once\n%s", got, log)
	}
}

// Who looks for what is due in one database asks no other, which may hang.
func TestOtherDatabasesAreNotAsked(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	asked := make(chan net.Conn, 1)
	go func() {
		if conn, err := silent.Accept(); err == nil {
			asked <- conn
		}
	}()
	f, _ := folderOf(t, map[string]string{"a": "postgres://" + silent.Addr().String() + "/x?schema=a&connect_timeout=1", "b": "b.db"})
	members, err := f.Members()
	if err != nil || len(members) != 2 {
		t.Fatalf("the folder has %v, %v; want two workspaces", members, err)
	}
	jobs, err := f.openJobs(t.Context(), members[1].Config)
	if err != nil {
		t.Fatal(err)
	}
	c := &crew{Fleet: f, jobs: jobs}
	if got := c.Find(t.Context()); len(got) > 0 {
		t.Errorf("due is %v; want nothing", got)
	}
	if _, ok := c.member("a"); ok {
		t.Error("a workspace of another database is among this one's")
	}
	silent.Close()
	if len(asked) > 0 {
		t.Error("the other database was asked")
	}
}

// A database that could not be reached, or came with a workspace, is worked on once it is
// there.
func TestADatabaseThatComesLater(t *testing.T) {
	server := os.Getenv("PEERSLOT_TEST_POSTGRES")
	if server == "" {
		t.Skip("PEERSLOT_TEST_POSTGRES names no server; CI does")
	}
	f, log := folderOf(t, map[string]string{"a": "a.db", "b": "postgres://127.0.0.1:1/x?schema=b"})
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- f.Work(ctx) }()
	until := func(crews int) {
		t.Helper()
		for len(f.working()) < crews {
			select {
			case err := <-ended:
				t.Fatalf("it ended with %v\n%s", err, log)
			case <-time.After(10 * time.Millisecond):
			}
		}
	}
	until(1)
	writeWorkspace(t, f.Path, "b", schedulertest.InSchema(t, schedulertest.NewDatabase(t, server), "b"))
	until(2)
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if !strings.Contains(log.String(), "workspace=b") {
		t.Errorf("said is %q; want b named", log)
	}
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
		db, err := sql.Open("sqlite", account.StoreURL(m.Config))
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

// A night whose clock is behind the history is not done, unless that is said to be right.
func TestANightWithAClockThatIsBehind(t *testing.T) {
	c, m := newCrew(t, "web: {url: \"http://localhost\", admins: [ana@acme.example], nightly: \"00:00\"}\n")
	now := time.Date(2026, 3, 3, 12, 0, 0, 0, time.UTC)
	c.App.Now = func() time.Time { return now }
	st, err := c.Databases.Open(t.Context(), account.StoreURL(m.Config))
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	rehearsed := scheduler.Event{At: now.AddDate(0, 1, 0), Group: "leads", What: "booked"}
	if _, err := st.Commit(t.Context(), scheduler.Batch{Events: []scheduler.Event{rehearsed}}); err != nil {
		t.Fatal(err)
	}
	night := worker.Job{Kind: worker.Night, Workspace: "a", Subject: "2026-03-03T00:00:00Z"}
	var behind *scheduler.ClockError
	if _, err := c.Do(t.Context(), night); !errors.As(err, &behind) {
		t.Errorf("the night: %v; want a ClockError", err)
	}
	c.App.AcceptClock = true
	if _, err := c.Do(t.Context(), night); err != nil {
		t.Errorf("the night with --accept-clock: %v", err)
	}
}

// newCrew returns the crew of a folder with one workspace, with further lines of its file.
func newCrew(t *testing.T, lines string) (*crew, Member) {
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
	jobs, err := f.openJobs(t.Context(), members[0].Config)
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
		st, err := c.Databases.Open(t.Context(), account.StoreURL(m.Config))
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
		st, err := c.Databases.Open(t.Context(), account.StoreURL(m.Config))
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
	if err := os.WriteFile(filepath.Join(m.Config.Dir, "a.yaml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Do(t.Context(), jobs[0]); err != nil {
		t.Fatal(err)
	}
	failing()
}

// Of very many notices each comes in its turn, however long those before it wait, and no look
// reads more than it may queue.
func TestTurnsOfNotices(t *testing.T) {
	c, m := newCrew(t, "mail: {server: \"smtp://127.0.0.1:1\", from: robot@acme.example, password_env: SECRET}\n")
	c.noticed = map[string]string{}
	st, err := c.Databases.Open(t.Context(), account.StoreURL(m.Config))
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	var batch scheduler.Batch
	for i := range foundAtOnce + 7 {
		batch.Notices = append(batch.Notices, scheduler.Notice{ID: fmt.Sprint("n", i), UID: "u", To: "ana@acme.example", State: scheduler.NoticeWaits, Made: time.Unix(int64(i), 0)})
	}
	if _, err := st.Commit(t.Context(), batch); err != nil {
		t.Fatal(err)
	}
	for _, want := range []int{foundAtOnce, 7, foundAtOnce} {
		if jobs := c.Find(t.Context()); len(jobs) != want || jobs[0].Kind != worker.Message {
			t.Errorf("a look found %d; want %d messages", len(jobs), want)
		}
	}
	batch.Notices[0].Due = time.Now().Add(time.Hour)
	batch.Notices[foundAtOnce].Due = batch.Notices[0].Due
	if _, err := st.Commit(t.Context(), scheduler.Batch{Tried: batch.Notices[:foundAtOnce+1]}); err != nil {
		t.Fatal(err)
	}
	if jobs := c.Find(t.Context()); len(jobs) != 0 {
		t.Errorf("a look found %d; want none, as the first waits", len(jobs))
	}
}

// Of very many groups each comes in its turn, however long those before it take.
func TestTurns(t *testing.T) {
	c, m := &crew{passed: map[string]int{}}, Member{Name: "a", Config: &config.Config{}}
	few := []string{"a", "b"}
	if got := c.turnOf(m, few); !slices.Equal(got, few) {
		t.Errorf("of few: %v, want all", got)
	}
	var many []string
	for i := range 2*foundAtOnce + 7 {
		many = append(many, fmt.Sprintf("g%05d", i))
	}
	seen := map[string]bool{}
	for range 3 {
		some := c.turnOf(m, many)
		if len(some) != foundAtOnce {
			t.Fatalf("%d at once, want %d", len(some), foundAtOnce)
		}
		for _, group := range some {
			seen[group] = true
		}
	}
	if len(seen) != len(many) {
		t.Errorf("three looks queued %d of %d groups", len(seen), len(many))
	}
	many = many[:foundAtOnce+1] // the others are done meanwhile
	if some := c.turnOf(m, many); len(some) != foundAtOnce {
		t.Errorf("of fewer: %d, want %d", len(some), foundAtOnce)
	}
}
