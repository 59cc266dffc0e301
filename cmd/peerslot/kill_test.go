package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
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

	"github.com/peerslot/peerslot/calendar/calendartest"
)

// A manyWorld is a workspace with many groups on the folder backend, booked, and
// with something to repair for each.
type manyWorld struct {
	dir string
	env []string // what its programs have in theirs, too
}

const (
	manyNow   = "2026-02-26T09:00:00Z"
	manyNight = "2026-03-01T02:00:00Z"
)

// newManyWorld makes groups of three out of as many people; each is in three of
// them.
func newManyWorld(t testing.TB, groups int) manyWorld {
	t.Helper()
	w := manyWorld{dir: t.TempDir()}
	w.write(t, "peerslot.yaml", manyConfig(groups, "backend: folder\n  folder: {path: calendars}"))
	for i := range groups {
		w.write(t, filepath.Join("calendars", address(i)+".ics"), emptyCalendar)
	}
	w.must(t, "book", "--all", "--yes", "--start", "2026-03-02", "--now", manyNow)
	for i, busy := range manyConflicts(t, w) {
		text := strings.Replace(emptyCalendar, "END:VCALENDAR", fmt.Sprintf(
			"BEGIN:VEVENT\r\nUID:other%d\r\nDTSTAMP:20260226T090000Z\r\nDTSTART:%s\r\nDTEND:%s\r\nEND:VEVENT\r\nEND:VCALENDAR",
			i, busy.Format("20060102T150405Z"), busy.Add(time.Hour).Format("20060102T150405Z")), 1)
		w.write(t, filepath.Join("calendars", address(i)+".ics"), text)
	}
	return w
}

const emptyCalendar = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:test\r\nEND:VCALENDAR\r\n"

func address(i int) string { return fmt.Sprintf("p%03d@acme.example", i) }

func manyConfig(groups int, backend string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "organizer: robot@acme.example\ntimezone: Europe/Berlin\nrepair: {horizon: 4w, per_month: 100}\ncalendar:\n  %s\npeople:\n", backend)
	for i := range groups {
		fmt.Fprintf(&b, "  - {email: %s}\n", address(i))
	}
	b.WriteString("groups:\n")
	for i := range groups {
		fmt.Fprintf(&b, "  - {name: g%03d, members: [%s, %s, %s]}\n", i, address(i), address((i+1)%groups), address((i+7)%groups))
	}
	return b.String()
}

// manyConflicts returns a time at which each person is to be busy: that of the
// second session of the group named after them.
func manyConflicts(t testing.TB, w manyWorld) []time.Time {
	t.Helper()
	var status struct {
		Groups []struct {
			Next time.Time `json:"next"`
		} `json:"groups"`
	}
	out := w.must(t, "status", "--json", "--now", manyNow)
	if err := json.Unmarshal([]byte(out), &status); err != nil {
		t.Fatalf("status: %v\n%s", err, out)
	}
	var busy []time.Time
	for _, g := range status.Groups {
		busy = append(busy, g.Next.AddDate(0, 0, 7))
	}
	return busy
}

func (w manyWorld) write(t testing.TB, name, text string) {
	t.Helper()
	path := filepath.Join(w.dir, name)
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o644)); err != nil {
		t.Fatal(err)
	}
}

func (w manyWorld) command(t testing.TB, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "peerslot", args...)
	cmd.Dir, cmd.Env = w.dir, append(os.Environ(), w.env...)
	return cmd
}

// withKill returns the command as one that kill ends at any moment of its run, also from
// a server that it calls. When kill returns, the signal is sent.
func withKill(t testing.TB, cmd *exec.Cmd) (again *exec.Cmd, kill func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	again = exec.CommandContext(ctx, cmd.Path, cmd.Args[1:]...)
	again.Dir, again.Env = cmd.Dir, cmd.Env
	killed := make(chan struct{})
	again.Cancel = func() error {
		defer close(killed)
		return again.Process.Kill()
	}
	return again, func() {
		cancel()
		<-killed
	}
}

// run runs the program and returns its exit status and output.
func (w manyWorld) run(t testing.TB, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	return outcome(t, w.command(t, args...))
}

// outcome runs a program and returns its exit status and output.
func outcome(t testing.TB, cmd *exec.Cmd) (status int, stdout, stderr string) {
	t.Helper()
	var out, errs strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	if _, exited := errors.AsType[*exec.ExitError](err); err != nil && !exited {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), out.String(), errs.String()
}

// must runs the program, which must succeed, and returns what it prints.
func (w manyWorld) must(t testing.TB, args ...string) string {
	t.Helper()
	status, stdout, stderr := w.run(t, args...)
	if status != 0 {
		t.Fatalf("peerslot %s: status %d\n%s%s", strings.Join(args, " "), status, stdout, stderr)
	}
	return stdout
}

// copied returns a copy of the workspace.
func (w manyWorld) copied(t testing.TB) manyWorld {
	t.Helper()
	c := manyWorld{filepath.Join(t.TempDir(), "copy"), w.env}
	if err := os.CopyFS(c.dir, os.DirFS(w.dir)); err != nil {
		t.Fatal(err)
	}
	return c
}

// state is everything that a run leaves behind, but for when it was.
func (w manyWorld) state(t testing.TB) map[string]string {
	t.Helper()
	state := map[string]string{"history": w.history(t)}
	root := filepath.Join(w.dir, "calendars")
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		name, _ := filepath.Rel(root, path)
		state[name] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return state
}

// history returns what was decided, in an order of its own: a run that was killed
// may find things in another.
func (w manyWorld) history(t testing.TB) string {
	t.Helper()
	lines := strings.Split(w.must(t, "history", "--now", manyNight), "\n")
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// nightly is the command of the night. It says on stderr what it has changed.
var nightly = []string{"repair", "--yes", "-v", "--log-format", "json", "--now", manyNight}

// killed runs the pass and kills it once it has made some changes, and a moment
// later. It reports whether the run was over before that.
func (w manyWorld) killed(t *testing.T, changes int, moment time.Duration) (over bool) {
	t.Helper()
	cmd := w.command(t, nightly...)
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(stderr)
	for changes > 0 && lines.Scan() {
		if strings.Contains(lines.Text(), `"changed"`) {
			changes--
		}
	}
	time.Sleep(moment)
	_ = cmd.Process.Kill() // it may be over already
	err = cmd.Wait()
	if err != nil && cmd.ProcessState.Exited() {
		t.Fatalf("the pass failed: %v", err)
	}
	return err == nil
}

// killing returns how many series are repaired, and how often the pass is killed.
func killing() (groups, kills int) {
	if calendartest.Long() {
		return 100, 100
	}
	return 40, 15
}

// A pass that is killed again and again, anywhere, and started again ends as one
// that nobody disturbed: the same files, with the same sequence numbers, and the
// same history.
func TestAKilledPassEndsAsAnUndisturbedOne(t *testing.T) {
	t.Parallel()
	groups, kills := killing()
	undisturbed := newManyWorld(t, groups)
	world := undisturbed.copied(t)
	undisturbed.must(t, nightly...)
	want := undisturbed.state(t)
	if n := strings.Count(want["history"], "\tmove\t"); n < groups/3 {
		t.Fatalf("an undisturbed pass makes %d moves; the test tests too little", n)
	}
	random := rand.New(rand.NewPCG(6, 6))
	killed, rounds := 0, 0
	for ; killed < kills; rounds++ {
		w := world.copied(t)
		for killed < kills && !w.killed(t, random.IntN(4), time.Duration(random.IntN(40_000))*time.Microsecond) {
			killed++
		}
		w.must(t, nightly...)
		if diff := cmp.Diff(want, w.state(t)); diff != "" {
			t.Fatalf("after %d kills the state differs (-undisturbed +killed):\n%s", killed, diff)
		}
	}
	t.Logf("%d kills in %d passes over %d series", killed, rounds, groups)
	undisturbed.must(t, nightly...)
	if diff := cmp.Diff(want, undisturbed.state(t)); diff != "" {
		t.Errorf("another pass changes something (-want +got):\n%s", diff)
	}
}

// Two passes at once take turns, and nothing is doubled.
func TestTwoPassesAtOnce(t *testing.T) {
	t.Parallel()
	one := newManyWorld(t, 40)
	two := one.copied(t)
	one.must(t, nightly...)
	var wg sync.WaitGroup
	errs := make([]error, 2)
	for i := range errs {
		cmd := two.command(t, nightly...)
		wg.Go(func() { errs[i] = cmd.Run() })
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Errorf("two passes at once: %v; want both to end well", err)
	}
	if diff := cmp.Diff(one.state(t), two.state(t)); diff != "" {
		t.Errorf("two passes at once differ from one (-one +two):\n%s", diff)
	}
}

// everything is what everybody sees of series on a service: the series with their
// sequence numbers, the history, and which mails were sent.
func (w manyWorld) everything(t *testing.T, mails []string) map[string]string {
	t.Helper()
	var series []string
	for line := range strings.Lines(w.must(t, "export", "--all", "-o", "-", "--now", manyNight)) {
		if !strings.HasPrefix(line, "DTSTAMP") && !strings.HasPrefix(line, "LAST-MODIFIED") { // the time of the stand-in
			series = append(series, line)
		}
	}
	slices.Sort(mails)
	return map[string]string{"history": w.history(t), "series": strings.Join(series, ""), "mails": strings.Join(mails, "")}
}

// A killable is a workspace on a service, and what everybody sees of it.
type killable struct {
	manyWorld
	seen func() map[string]string
}

// killPasses kills the nightly pass again and again, and compares how it ends with
// one that nobody disturbed.
func killPasses(t *testing.T, open func(t *testing.T, groups int) killable) {
	t.Helper()
	groups, kills := killing()
	undisturbed := open(t, groups)
	undisturbed.must(t, nightly...)
	want := undisturbed.seen()
	random := rand.New(rand.NewPCG(7, 7))
	for killed := 0; killed < kills; {
		w := open(t, groups)
		for killed < kills && !w.killed(t, random.IntN(3), time.Duration(random.IntN(40_000))*time.Microsecond) {
			killed++
		}
		w.must(t, nightly...)
		if diff := cmp.Diff(want, w.seen()); diff != "" {
			t.Fatalf("after %d kills the state differs (-undisturbed +killed):\n%.4000s", killed, diff)
		}
	}
}

// BenchmarkNight is a night over 200 series on the folder backend, end to end: the
// program is started, reads, plans, and moves sessions of most series.
func BenchmarkNight(b *testing.B) {
	world := newManyWorld(b, 200)
	for b.Loop() {
		b.StopTimer()
		w := world.copied(b)
		b.StartTimer()
		w.must(b, nightly...)
	}
}
