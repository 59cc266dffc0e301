//go:build !nogoogle

package main

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/peerslot/peerslot/calendar/google/googletest"
)

// newManyGoogleWorld makes a manyWorld on the stand-in for Google.
func newManyGoogleWorld(t *testing.T, groups int) googleWorld {
	t.Helper()
	var people []string
	for i := range groups {
		people = append(people, address(i))
	}
	w := googleWorld{googletest.New(t, "robot@acme.example", people...), manyWorld{dir: t.TempDir()}}
	backend := fmt.Sprintf("backend: google\n  google: {credentials: credentials.json, token: token.json, endpoint: %q, calls_per_minute: 1000000}", w.Start())
	w.write(t, "peerslot.yaml", manyConfig(groups, backend))
	w.WriteClient(filepath.Join(w.dir, "credentials.json"))
	w.signIn(t)
	w.must(t, "book", "--all", "--yes", "--start", "2026-03-02", "--now", manyNow)
	for i, busy := range manyConflicts(t, w.manyWorld) {
		w.Meet(address(i), googletest.Meeting{Start: busy, End: busy.Add(time.Hour)})
	}
	return w
}

func (w googleWorld) seen(t *testing.T) map[string]string {
	t.Helper()
	var mails []string
	for _, m := range w.Mails("") {
		mails = append(mails, fmt.Sprintln(m))
	}
	return w.everything(t, mails)
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

// What TestAKilledPassEndsAsAnUndisturbedOne says of files holds for Google too,
// where a call may have been answered to nobody: no change is made twice, and
// nobody gets a second mail.
func TestAKilledPassOnGoogle(t *testing.T) {
	t.Parallel()
	killPasses(t, func(t *testing.T, groups int) killable {
		w := newManyGoogleWorld(t, groups)
		return killable{w.manyWorld, func() map[string]string { return w.seen(t) }}
	})
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
