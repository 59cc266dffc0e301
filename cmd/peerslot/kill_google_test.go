//go:build !nogoogle

package main

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

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
