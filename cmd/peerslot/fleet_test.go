//go:build !nogoogle && !nopostgres

package main

import (
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/peerslot/peerslot/calendar/google/googletest"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/console"
	"github.com/peerslot/peerslot/scheduler/schedulertest"
	"github.com/peerslot/peerslot/scheduler/store"
)

// A fleetWorld is a folder of workspaces whose people are all on one stand-in for
// Google, each booked, and with something to repair in most groups.
type fleetWorld struct {
	*googletest.Server
	dir    string
	all    []manyWorld
	stores []string
}

// newFleetWorld makes the workspaces, with their stores where storeAt says. One
// organizer signed in for all of them.
func newFleetWorld(t testing.TB, workspaces, groups int, storeAt func(dir string, i int) string) fleetWorld {
	t.Helper()
	return newFleetWorldOf(t, workspaces, groups, storeAt, func(f fleetWorld) {
		f.WriteClient(filepath.Join(f.dir, "credentials.json"))
		f.WriteToken(filepath.Join(f.dir, "token.json"))
	}, func(_, text string) string { return text })
}

// newFleetWorldOfMany is newFleetWorld with an organizer for each workspace, for whom
// one service account acts.
func newFleetWorldOfMany(t testing.TB, workspaces, groups int, storeAt func(dir string, i int) string) fleetWorld {
	t.Helper()
	return newFleetWorldOf(t, workspaces, groups, storeAt, func(f fleetWorld) {
		f.WriteServiceAccount(filepath.Join(f.dir, "credentials.json"))
		for i := range workspaces {
			f.Add(fmt.Sprintf("w%03drobot@acme.example", i))
		}
	}, func(name, text string) string {
		text = strings.ReplaceAll(text, "robot@", name+"robot@")
		return strings.ReplaceAll(text, "token: token.json", "subject: "+name+"robot@acme.example")
	})
}

func newFleetWorldOf(t testing.TB, workspaces, groups int, storeAt func(dir string, i int) string, signIn func(fleetWorld), edit func(name, text string) string) fleetWorld {
	t.Helper()
	var people []string
	for i := range workspaces {
		for p := range groups {
			people = append(people, fleetAddress(i, p))
		}
	}
	f := fleetWorld{Server: googletest.New(t, "robot@acme.example", people...), dir: t.TempDir()}
	endpoint := f.Start()
	signIn(f)
	for i := range workspaces {
		name := fmt.Sprintf("w%03d", i)
		at := storeAt(f.dir, i)
		text := manyConfig(groups, fmt.Sprintf("backend: google\n  google: {credentials: credentials.json, token: token.json, endpoint: %q, calls_per_minute: 1000000}", endpoint))
		text = edit(name, strings.ReplaceAll(text, "p0", name+"p0"))
		text += fmt.Sprintf("workspace: %s\nstore: %q\nweb: {nightly: \"02:15\"}\n", name, at)
		w := manyWorld{f.dir, []string{"PEERSLOT_CONFIG=" + filepath.Join(f.dir, name+".yaml")}}
		w.write(t, name+".yaml", text)
		w.must(t, "book", "--all", "--yes", "--start", "2026-03-02", "--now", manyNow)
		for p, busy := range manyConflicts(t, w) {
			f.Meet(fleetAddress(i, p), googletest.Meeting{Start: busy, End: busy.Add(time.Hour)})
		}
		f.all, f.stores = append(f.all, w), append(f.stores, at)
	}
	return f
}

func fleetAddress(workspace, person int) string {
	return fmt.Sprintf("w%03d%s", workspace, address(person))
}

// seen is what everybody sees of the workspaces, but for when it was.
func (f fleetWorld) seen(t *testing.T) map[string]string {
	t.Helper()
	var mails []string
	for _, m := range f.Mails("") {
		mails = append(mails, fmt.Sprintln(m))
	}
	slices.Sort(mails)
	out := map[string]string{"mails": strings.Join(mails, "")}
	for _, w := range f.all {
		for what, text := range w.everything(t, nil) {
			if what == "history" {
				lines := strings.Split(text, "\n")
				for i, l := range lines {
					_, lines[i], _ = strings.Cut(l, "\t") // without the time
				}
				slices.Sort(lines)
				text = strings.Join(lines, "\n")
			}
			out[filepath.Base(w.env[0])+" "+what] = text
		}
	}
	return out
}

// byHand has cron's commands do the night, one workspace after the other.
func (f fleetWorld) byHand(t *testing.T) {
	t.Helper()
	for _, w := range f.all {
		w.must(t, nightly...)
		w.must(t, "review", "--yes", "--now", manyNight)
	}
}

// start starts a process that works on the folder, with a clock that many machines
// could have: ahead of the night by a part of a minute.
func (f fleetWorld) start(t testing.TB, ahead time.Duration, flags ...string) crewMember {
	t.Helper()
	now, err := time.Parse(time.RFC3339, manyNight)
	if err != nil {
		t.Fatal(err)
	}
	cmd := endingWithTests(exec.CommandContext(t.Context(), "peerslot", append([]string{"-c", f.dir, "work", "--jobs", "4", "--now", now.Add(ahead).Format(time.RFC3339)}, flags...)...))
	says := &firstWord{said: make(chan struct{}), log: io.Discard}
	if os.Getenv("PEERSLOT_TEST_VERBOSE") != "" {
		says.log = os.Stderr
	}
	cmd.Dir, cmd.Stderr = f.dir, says
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return crewMember{cmd, says}
}

// often has what is due looked for so often that a test need not wait.
const often = "--every=1s"

// A crewMember is a process that works.
type crewMember struct {
	*exec.Cmd
	says *firstWord
}

// stop ends it as Ctrl-C does. Before it says that it works, nobody hears Ctrl-C in it.
func (c crewMember) stop(t testing.TB) {
	t.Helper()
	<-c.says.said
	if err := c.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := c.Wait(); err != nil {
		t.Errorf("a worker ended with %v; want a clean stop", err)
	}
}

// A firstWord closes said once something was written, and keeps what was.
type firstWord struct {
	once sync.Once
	said chan struct{}
	text strings.Builder
	log  io.Writer
}

func (w *firstWord) Write(p []byte) (int, error) {
	w.once.Do(func() { close(w.said) })
	w.text.Write(p)
	return w.log.Write(p)
}

// done returns how many of the workspaces at places, from the first on, are through
// their night and review, with nothing that waits to be finished.
func (f fleetWorld) done(t testing.TB, d *store.Databases, places []string) int {
	t.Helper()
	for i, at := range places {
		st, err := d.Open(t.Context(), at)
		if err != nil {
			return i // the database is on its way back
		}
		known, err := st.Unattended(t.Context())
		begun, err2 := st.Begun(t.Context(), 1)
		st.Close()
		if err != nil || err2 != nil || known.Reviewed.IsZero() || len(begun) > 0 {
			return i
		}
		if len(known.Dead) > 0 {
			t.Fatalf("given up: %v", known.Dead)
		}
	}
	return len(places)
}

// until waits for the fleet, for as long as a night that is disturbed may take.
func (f fleetWorld) until(t testing.TB, d *store.Databases, meanwhile func()) {
	t.Helper()
	const patience = 8 * time.Minute // for the next workspace
	waits, deadline := f.stores, time.Now().Add(patience)
	for ; len(waits) > 0; meanwhile() {
		if n := f.done(t, d, waits); n > 0 {
			waits, deadline = waits[n:], time.Now().Add(patience)
		}
		if time.Now().After(deadline) {
			t.Fatalf("the nights of %d workspaces are not over after %s", len(waits), patience)
		}
	}
}

// One process on SQLite does what cron's commands do, for each workspace of a folder,
// and one that is broken hinders no other.
func TestWorkDoesTheNights(t *testing.T) {
	t.Parallel()
	const workspaces, groups = 2, 4
	inFile := func(dir string, i int) string { return filepath.Join(dir, fmt.Sprintf("w%03d.db", i)) }
	byHand, byJobs := newFleetWorld(t, workspaces, groups, inFile), newFleetWorld(t, workspaces, groups, inFile)
	byHand.byHand(t)
	if err := os.WriteFile(filepath.Join(byJobs.dir, "broken.yaml"), []byte("organizer: nobody\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	d := &store.Databases{}
	defer d.Close()
	cmd := byJobs.start(t, 15*time.Minute, often)
	byJobs.until(t, d, func() { time.Sleep(100 * time.Millisecond) })
	cmd.stop(t)
	if diff := cmp.Diff(byHand.seen(t), byJobs.seen(t)); diff != "" {
		t.Errorf("jobs differ from cron's commands (-cron +jobs):\n%.4000s", diff)
	}
	status, stdout, _ := manyWorld{dir: byJobs.dir}.run(t, "-c", byJobs.dir, "status", "--all-workspaces", "--json", "--now", manyNight)
	if status != console.ExitPerson || strings.Count(stdout, `"workspace":`) != workspaces+1 || !strings.Contains(stdout, `"error": `) {
		t.Errorf("status of all: %d\n%s\nwant three workspaces, one with an error", status, stdout)
	}
}

// Three processes whose clocks are a minute apart share one PostgreSQL, lose their
// connections to it, or it is stopped at once and started again where a command is named
// that does so, and are killed again and again: nothing is lost, nothing done twice, nobody told twice.
func TestKilledWorkersLoseNothing(t *testing.T) {
	server := os.Getenv("PEERSLOT_TEST_POSTGRES")
	if server == "" {
		t.Skip("PEERSLOT_TEST_POSTGRES names no server; CI does")
	}
	t.Parallel()
	workspaces, groups, kills := 4, 4, 8
	if size := os.Getenv("PEERSLOT_TEST_FLEET"); size != "" { // "workspaces groups kills"
		if _, err := fmt.Sscan(size, &workspaces, &groups, &kills); err != nil {
			t.Fatalf("PEERSLOT_TEST_FLEET: %v", err)
		}
	}
	location := schedulertest.NewDatabase(t, server)
	in := func(prefix string) func(string, int) string {
		return func(_ string, i int) string {
			return schedulertest.InSchema(t, location, fmt.Sprintf("%s_%03d", prefix, i))
		}
	}
	byHand := newFleetWorld(t, workspaces, groups, in("cron"))
	byJobs := newFleetWorld(t, workspaces, groups, in("jobs"))
	byHand.byHand(t)
	byJobs.Fail(func(string, int) *googletest.Fault { return &googletest.Fault{Delay: 20 * time.Millisecond} })
	d := &store.Databases{}
	defer d.Close()
	ahead := func(i int) time.Duration { return 15*time.Minute + time.Duration(i-1)*30*time.Second }
	var crew []crewMember
	for i := range 3 {
		crew = append(crew, byJobs.start(t, ahead(i), often))
	}
	random, killed := rand.New(rand.NewPCG(16, 16)), 0
	byJobs.until(t, d, func() {
		time.Sleep(time.Duration(200+random.IntN(1200)) * time.Millisecond)
		switch restart := os.Getenv("PEERSLOT_TEST_POSTGRES_RESTART"); {
		case killed%4 != 3 || killed == kills:
		case restart != "" && killed%8 == 7:
			if out, err := exec.CommandContext(t.Context(), restart).CombinedOutput(); err != nil {
				t.Fatalf("%s: %v\n%s", restart, err, out)
			}
		default:
			drop(t, d, location)
		}
		if killed < kills {
			i := random.IntN(len(crew))
			_ = crew[i].Process.Kill()
			_ = crew[i].Wait()
			crew[i] = byJobs.start(t, ahead(i), often)
			killed++
		}
	})
	for _, cmd := range crew {
		cmd.stop(t)
	}
	t.Logf("%d kills over %d workspaces of %d groups", killed, workspaces, groups)
	if diff := cmp.Diff(byHand.seen(t), byJobs.seen(t)); diff != "" {
		t.Errorf("after %d kills the fleet differs from cron's commands (-cron +jobs):\n%.6000s", killed, diff)
	}
}

// A command counts its calls with those of the workers of its database; where there are
// none, it makes no place to count them in.
func TestCommandsCountCallsWithWorkers(t *testing.T) {
	server := os.Getenv("PEERSLOT_TEST_POSTGRES")
	if server == "" {
		t.Skip("PEERSLOT_TEST_POSTGRES names no server; CI does")
	}
	t.Parallel()
	for _, workers := range []bool{false, true} {
		location := schedulertest.NewDatabase(t, server)
		d := &store.Databases{}
		defer d.Close()
		if workers {
			if _, err := d.Jobs(t.Context(), location); err != nil {
				t.Fatal(err)
			}
		}
		newFleetWorld(t, 1, 5, func(string, int) string { return schedulertest.InSchema(t, location, "acme") })
		jobs, err := d.JobsIfThere(t.Context(), location)
		if err != nil || (jobs != nil) != workers {
			t.Fatalf("with workers %v: the jobs are %v, %v", workers, jobs, err)
		}
		if !workers {
			continue
		}
		var accounts string
		if err := jobs.Postgres.QueryRow(t.Context(), `SELECT string_agg(account, ' ') FROM peerslot_jobs.call_budget`).Scan(&accounts); err != nil || accounts != "google of robot@acme.example" {
			t.Errorf("calls are counted for %q, %v; want the organizer's account", accounts, err)
		}
	}
}

// BenchmarkFleet times the nights of many workspaces on Google that answers after a
// tenth of a second, done by one process and by three.
func BenchmarkFleet(b *testing.B) {
	server := os.Getenv("PEERSLOT_TEST_POSTGRES")
	if server == "" {
		b.Skip("PEERSLOT_TEST_POSTGRES names no server; CI does")
	}
	workspaces, groups := 24, 4
	if size := os.Getenv("PEERSLOT_TEST_FLEET"); size != "" { // "workspaces groups kills"
		if _, err := fmt.Sscan(size, &workspaces, &groups); err != nil {
			b.Fatalf("PEERSLOT_TEST_FLEET: %v", err)
		}
	}
	for _, processes := range []int{1, 3} {
		b.Run(fmt.Sprintf("%d processes", processes), func(b *testing.B) {
			location := schedulertest.NewDatabase(b, server)
			f := newFleetWorldOfMany(b, workspaces, groups, func(_ string, i int) string { return schedulertest.InSchema(b, location, fmt.Sprintf("w_%03d", i)) })
			calls := 0
			f.Fail(func(string, int) *googletest.Fault { calls++; return &googletest.Fault{Delay: 100 * time.Millisecond} })
			d := &store.Databases{}
			defer d.Close()
			var cpu time.Duration // of the workers
			for b.Loop() {
				var crew []crewMember
				for range processes {
					crew = append(crew, f.start(b, 15*time.Minute))
				}
				f.until(b, d, func() { time.Sleep(200 * time.Millisecond) })
				for _, cmd := range crew {
					cmd.stop(b)
					cpu += cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
				}
			}
			b.ReportMetric(float64(cpu.Milliseconds())/float64(b.N*workspaces), "CPU-ms/workspace")
			b.ReportMetric(float64(calls)/float64(b.N*workspaces), "calls/workspace")
		})
	}
}

// drop breaks all connections to the database.
func drop(t *testing.T, d *store.Databases, location string) {
	t.Helper()
	jobs, err := d.Jobs(t.Context(), location)
	if err == nil {
		_, err = jobs.Postgres.Exec(t.Context(), `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`)
	}
	if err != nil && !strings.Contains(err.Error(), "terminating connection") {
		t.Log(err) // its own may have been among them a moment ago
	}
}
