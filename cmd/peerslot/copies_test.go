package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/peerslot/peerslot/cmd/peerslot/internal/console"
)

// copyOf returns the path of a member's copy of the only series, made by book.
func (w manyWorld) copyOf(t *testing.T, address string) string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(w.dir, "calendars", address, "ps*.ics"))
	if err != nil || len(found) != 1 {
		t.Fatalf("copies of %s: %v, %v; want one", address, found, err)
	}
	return found[0]
}

// decline answers the series, or one of its sessions, as a calendar program would.
func decline(t *testing.T, path, address string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	plain := strings.ReplaceAll(string(text), "\r\n ", "")
	lines := strings.Split(plain, "\r\n")
	for i, l := range lines {
		if strings.HasPrefix(l, "ATTENDEE") && strings.HasSuffix(l, "mailto:"+address) {
			lines[i] = strings.Replace(l, "PARTSTAT=NEEDS-ACTION", "PARTSTAT=DECLINED", 1)
		}
	}
	if err := os.WriteFile(path, []byte(strings.Join(lines, "\r\n")), 0o644); err != nil {
		t.Fatal(err)
	}
}

func newTrioWorld(t *testing.T) manyWorld {
	t.Helper()
	w := manyWorld{dir: t.TempDir()}
	w.write(t, "peerslot.yaml", "organizer: robot@acme.example\ntimezone: Europe/Berlin\npeople:\n  - {email: ana@acme.example, name: Ana}\n  - {email: bo@acme.example, name: Bo}\n  - {email: cem@acme.example, name: Cem}\ngroups:\n  - {name: leads, members: [ana@acme.example, bo@acme.example, cem@acme.example]}\n")
	w.write(t, "calendars/ana@acme.example.ics", emptyCalendar)
	w.write(t, "calendars/bo@acme.example.ics", emptyCalendar)
	w.write(t, "calendars/cem@acme.example.ics", emptyCalendar)
	w.must(t, "book", "--all", "--yes", "--start", "2026-03-02", "--now", manyNow)
	return w
}

// Who deletes their copy without a word gets it back, once.
func TestADeletedCopyComesBackOnce(t *testing.T) {
	t.Parallel()
	w := newTrioWorld(t)
	path := w.copyOf(t, "bo@acme.example")
	before, err := os.ReadFile(path)
	if err != nil || os.Remove(path) != nil {
		t.Fatal(err)
	}
	if status, out, _ := w.run(t, "repair", "--dry-run", "--now", "2026-03-01T02:00:00Z"); status != 0 || !strings.Contains(out, "Bo deleted the series from their calendar") {
		t.Errorf("the rehearsal: status %d\n%s\nwant that Bo gets it back", status, out)
	}
	w.must(t, "repair", "--yes", "--now", "2026-03-01T02:00:00Z")
	if after, err := os.ReadFile(path); err != nil || string(after) != string(before) {
		t.Errorf("bo's copy is\n%s\n%v; want what it was:\n%s", after, err, before)
	}
	if out := w.must(t, "repair", "--yes", "--now", "2026-03-02T02:00:00Z"); !strings.Contains(out, "0 changes") {
		t.Errorf("the next night:\n%s\nwant nothing", out)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		status, out, _ := w.run(t, "repair", "--yes", "--now", "2026-03-03T02:00:00Z")
		if status != console.ExitPerson || !strings.Contains(out, "leads: Bo deleted the series from their calendar again") {
			t.Errorf("deleted again: status %d\n%s\nwant a finding", status, out)
		}
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("bo's copy came back a second time")
	}
}

// Who declined and then deleted the series has said so: they are reported once, and get
// no other copy, whatever else changes.
func TestADeclinedAndDeletedCopyStaysAway(t *testing.T) {
	t.Parallel()
	w := newTrioWorld(t)
	path := w.copyOf(t, "bo@acme.example")
	decline(t, path, "bo@acme.example")
	if status, out, _ := w.run(t, "repair", "--yes", "--now", "2026-03-01T02:00:00Z"); status != console.ExitPerson || !strings.Contains(out, "Bo declined the whole series") {
		t.Fatalf("declined: status %d\n%s\nwant a finding", status, out)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	for _, now := range []string{"2026-03-02T02:00:00Z", "2026-03-03T02:00:00Z"} {
		if out := w.must(t, "repair", "--yes", "--now", now); !strings.Contains(out, "0 changes, 0 things") {
			t.Errorf("deleted, too:\n%s\nwant nothing new", out)
		}
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("bo's copy came back though it was declined")
	}
	robots, err := os.ReadFile(w.copyOf(t, "robot@acme.example"))
	if err != nil || !strings.Contains(strings.ReplaceAll(string(robots), "\r\n ", ""), "PARTSTAT=DECLINED") {
		t.Errorf("the organizer's copy is\n%s\n%v; want bo's decline in it", robots, err)
	}
	if out := w.must(t, "status", "--json", "--now", "2026-03-04T02:00:00Z"); strings.Contains(out, "deleted") {
		t.Errorf("status:\n%s\nwant no more of it", out)
	}
}
