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

// A manyGoogleWorld is a manyWorld on the stand-in for Google.
type manyGoogleWorld struct {
	googleWorld
	manyWorld
}

func newManyGoogleWorld(t *testing.T, groups int) manyGoogleWorld {
	t.Helper()
	var people []string
	for i := range groups {
		people = append(people, address(i))
	}
	dir := t.TempDir()
	w := manyGoogleWorld{googleWorld{googletest.New(t, "robot@acme.example", people...), dir}, manyWorld{dir}}
	backend := fmt.Sprintf("backend: google\n  google: {credentials: credentials.json, token: token.json, endpoint: %q, calls_per_minute: 1000000}", w.Start())
	w.write(t, "peerslot.yaml", manyConfig(groups, backend))
	w.WriteClient(filepath.Join(dir, "credentials.json"))
	w.signIn(t)
	w.manyWorld.must(t, "book", "--all", "--yes", "--start", "2026-03-02", "--now", manyNow)
	for i, busy := range manyConflicts(t, w.manyWorld) {
		w.Meet(address(i), googletest.Meeting{Start: busy, End: busy.Add(time.Hour)})
	}
	return w
}

// state is what everybody sees: the series with their sequence numbers, the history,
// and which mails were sent.
func (w manyGoogleWorld) state(t *testing.T) map[string]string {
	t.Helper()
	var series, mails []string
	for line := range strings.Lines(w.manyWorld.must(t, "export", "--all", "-o", "-", "--now", manyNight)) {
		if !strings.HasPrefix(line, "DTSTAMP") && !strings.HasPrefix(line, "LAST-MODIFIED") { // the time of the stand-in
			series = append(series, line)
		}
	}
	for _, m := range w.Mails("") {
		mails = append(mails, fmt.Sprintln(m))
	}
	slices.Sort(mails)
	return map[string]string{"history": w.history(t), "series": strings.Join(series, ""), "mails": strings.Join(mails, "")}
}

// What TestAKilledPassEndsAsAnUndisturbedOne says of files holds for Google too,
// where a call may have been answered to nobody: no change is made twice, and
// nobody gets a second mail.
func TestAKilledPassOnGoogle(t *testing.T) {
	groups, kills := killing()
	undisturbed := newManyGoogleWorld(t, groups)
	undisturbed.manyWorld.must(t, nightly...)
	want := undisturbed.state(t)
	random := rand.New(rand.NewPCG(7, 7))
	for killed := 0; killed < kills; {
		w := newManyGoogleWorld(t, groups)
		for killed < kills && !w.killed(t, random.IntN(3), time.Duration(random.IntN(40_000))*time.Microsecond) {
			killed++
		}
		w.manyWorld.must(t, nightly...)
		if diff := cmp.Diff(want, w.state(t)); diff != "" {
			t.Fatalf("after %d kills the state differs (-undisturbed +killed):\n%.4000s", killed, diff)
		}
	}
}
