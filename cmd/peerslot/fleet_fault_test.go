//go:build !nogoogle && !nopostgres

package main

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/peerslot/peerslot/calendar/calendartest"
	"github.com/peerslot/peerslot/calendar/google/googletest"
	"github.com/peerslot/peerslot/scheduler/schedulertest"
	"github.com/peerslot/peerslot/scheduler/store"
)

// Workers of an older version are replaced one after the other by those of this one,
// which brings the tables up to date under them: the nights are those of cron's commands
// all the same, but for the words of invitations, which are each version's own.
// PEERSLOT_TEST_OLDER is a program from before the newest migration.
func TestRollingUpgrade(t *testing.T) {
	server, older := os.Getenv("PEERSLOT_TEST_POSTGRES"), os.Getenv("PEERSLOT_TEST_OLDER")
	if server == "" || older == "" {
		t.Skip("PEERSLOT_TEST_POSTGRES names no server, or PEERSLOT_TEST_OLDER no older program; CI does")
	}
	ours, before := os.Getenv("PATH"), t.TempDir()
	if err := os.Symlink(older, filepath.Join(before, "peerslot")); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", before+string(os.PathListSeparator)+ours) // programs are those of before, at first
	const workspaces, groups = 16, 4
	location := schedulertest.NewDatabase(t, server)
	in := func(prefix string) func(string, int) string {
		return func(_ string, i int) string {
			return schedulertest.InSchema(t, location, fmt.Sprintf("%s_%03d", prefix, i))
		}
	}
	byHand, byJobs := newFleetWorld(t, workspaces, groups, in("cron")), newFleetWorld(t, workspaces, groups, in("jobs"))
	t.Setenv("PATH", ours)
	byHand.byHand(t)
	byJobs.Fail(func(string, int) *googletest.Fault { return &googletest.Fault{Delay: 150 * time.Millisecond} })
	work := func() crewMember { return byJobs.start(t, 15*time.Minute, often, "-v") }
	t.Setenv("PATH", before+string(os.PathListSeparator)+ours)
	olders := []crewMember{work(), work()}
	for byJobs.Calls()["events.patch"] == 0 {
		time.Sleep(20 * time.Millisecond)
	}
	t.Setenv("PATH", ours)
	var newers []crewMember
	for _, was := range olders {
		newers = append(newers, work())
		<-newers[len(newers)-1].says.said
		time.Sleep(2 * time.Second) // side by side
		was.stop(t)
	}
	d := &store.Databases{}
	defer d.Close()
	byJobs.until(t, d, func() { time.Sleep(200 * time.Millisecond) })
	for _, cmd := range newers {
		cmd.stop(t)
	}
	byOlder, byNewer := jobsOf(olders...), jobsOf(newers...)
	if t.Logf("%d jobs by the older ones, %d by the newer", byOlder, byNewer); byOlder == 0 || byNewer == 0 {
		t.Error("one version did all; the test tests too little")
	}
	if diff := cmp.Diff(withoutWords(byHand.seen(t)), withoutWords(byJobs.seen(t))); diff != "" {
		t.Errorf("the fleet differs from cron's commands (-cron +jobs):\n%.6000s", diff)
	}
}

// withoutWords leaves of what is seen when sessions are and who is invited, what was
// decided, and the mails.
func withoutWords(seen map[string]string) map[string]string {
	for what, text := range seen {
		switch {
		case strings.HasSuffix(what, " series"):
			seen[what] = strings.Join(slices.DeleteFunc(strings.Split(strings.ReplaceAll(text, "\r\n ", ""), "\r\n"), func(line string) bool {
				return !whenOrWho.MatchString(line)
			}), "\n")
		case strings.HasSuffix(what, " history"):
			seen[what] = strings.Join(slices.DeleteFunc(strings.Split(text, "\n"), func(line string) bool { return strings.HasSuffix(line, "\tchanged\ton the calendar") }), "\n")
		}
	}
	return seen
}

var whenOrWho = regexp.MustCompile(`^(UID|DTSTART|DTEND|RRULE|EXDATE|RECURRENCE-ID|STATUS|ORGANIZER|ATTENDEE)\b`)

// A worker that is cut off from the database while it is at its jobs, for longer than it
// may be silent, leaves them to another: when it is back, nothing is done twice.
func TestPartitionedWorker(t *testing.T) {
	server := os.Getenv("PEERSLOT_TEST_POSTGRES")
	switch {
	case server == "":
		t.Skip("PEERSLOT_TEST_POSTGRES names no server; CI does")
	case !calendartest.Long():
		t.Skip("PEERSLOT_TEST_LONG is not set: it waits for more than a minute")
	}
	t.Parallel()
	const workspaces, groups = 8, 4
	location := schedulertest.NewDatabase(t, server)
	in := func(prefix string) func(string, int) string {
		return func(_ string, i int) string {
			return schedulertest.InSchema(t, location, fmt.Sprintf("%s_%03d", prefix, i))
		}
	}
	byHand, byJobs := newFleetWorld(t, workspaces, groups, in("cron")), newFleetWorld(t, workspaces, groups, in("jobs"))
	byHand.byHand(t)
	byJobs.Fail(func(string, int) *googletest.Fault { return &googletest.Fault{Delay: 100 * time.Millisecond} })
	var between wire
	cutOff := between.over(t, byJobs, location).start(t, 15*time.Minute, often, "-v")
	for byJobs.Calls()["events.patch"] == 0 {
		time.Sleep(20 * time.Millisecond)
	}
	between.Lock()
	other := byJobs.start(t, 15*time.Minute, often, "-v")
	time.Sleep(time.Minute)
	between.Unlock()
	d := &store.Databases{}
	defer d.Close()
	byJobs.until(t, d, func() { time.Sleep(200 * time.Millisecond) })
	cutOff.stop(t)
	other.stop(t)
	if t.Logf("%d jobs by the one, %d by the other", jobsOf(cutOff), jobsOf(other)); jobsOf(other) == 0 {
		t.Error("the other one did nothing; the test tests too little")
	}
	if diff := cmp.Diff(byHand.seen(t), byJobs.seen(t)); diff != "" {
		t.Errorf("the fleet differs from cron's commands (-cron +jobs):\n%.6000s", diff)
	}
}

// A wire leads to a database, and nothing goes through while it is locked.
type wire struct{ sync.RWMutex }

// over returns the fleet with its files in a folder of their own, by which the wire
// leads to its database.
func (w *wire) over(t *testing.T, f fleetWorld, location string) fleetWorld {
	t.Helper()
	u, err := url.Parse(location)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go w.serve(listener, u.Host)
	there := fleetWorld{Server: f.Server, dir: t.TempDir()}
	if err := errors.Join(os.CopyFS(there.dir, os.DirFS(f.dir)), os.Chmod(filepath.Join(there.dir, "token.json"), 0o600)); err != nil {
		t.Fatal(err)
	}
	for _, world := range f.all {
		name := filepath.Base(strings.TrimPrefix(world.env[0], "PEERSLOT_CONFIG="))
		text, err := os.ReadFile(filepath.Join(there.dir, name))
		if err != nil {
			t.Fatal(err)
		}
		manyWorld{dir: there.dir}.write(t, name, strings.ReplaceAll(string(text), u.Host, listener.Addr().String()))
	}
	return there
}

// serve leads each connection on.
func (w *wire) serve(listener net.Listener, to string) {
	for {
		near, err := listener.Accept()
		if err != nil {
			return
		}
		far, err := net.Dial("tcp", to)
		if err != nil {
			near.Close()
			continue
		}
		go w.lead(near, far)
		go w.lead(far, near)
	}
}

func (w *wire) lead(from, to net.Conn) {
	defer to.Close()
	buffer := make([]byte, 1<<16)
	for {
		n, err := from.Read(buffer)
		if err != nil {
			return
		}
		w.RLock()
		_, err = to.Write(buffer[:n])
		w.RUnlock()
		if err != nil {
			return
		}
	}
}

// jobsOf returns how many jobs processes did that ended, and that were started with -v.
func jobsOf(crew ...crewMember) (n int) {
	for _, c := range crew {
		n += strings.Count(c.says.text.String(), "msg=done")
	}
	return n
}
