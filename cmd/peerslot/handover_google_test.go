//go:build !nogoogle

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/peerslot/peerslot/cmd/peerslot/internal/console"
)

// TestHandoverOnGoogle lets a service account act for the old organizer once more, and
// tells members once; without leave to do so, the old series is named, and stays.
func TestHandoverOnGoogle(t *testing.T) {
	t.Parallel()
	for name, lost := range map[string]bool{"signs in": false, "lost": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := newGoogleWorld(t)
			g.Add("new@acme.example")
			g.WriteServiceAccount(filepath.Join(g.dir, "credentials.json"))
			g.organizer(t, "robot@acme.example", "robot@acme.example")
			g.must(t, "book", "--all", "--yes", "--start", "2026-03-02", "--now", googleNow)
			before := len(g.Mails("bo@acme.example"))
			g.Set(func() { g.Quiet = true })

			if lost {
				g.Set(func() { g.Auth.Suspended = "robot@acme.example" })
			}
			g.organizer(t, "new@acme.example", "new@acme.example")
			status, stdout, stderr := g.run(t, "handover", "--yes", "--now", "2026-03-12T00:00:00Z")
			want, left := 0, 2 // the part of each old series that was held
			if lost {
				want = console.ExitPerson
			}
			if status != want {
				t.Fatalf("handover: status %d, want %d\n%s%s", status, want, stdout, stderr)
			}
			if got := g.Events("new@acme.example"); got != 2 {
				t.Errorf("the new organizer has %d events; want 2 series", got)
			}
			if got := g.Events("robot@acme.example"); !lost && got != left {
				t.Errorf("the old organizer has %d events; want what was held of %d", got, left)
			}
			if got := len(g.Mails("bo@acme.example")) - before; got != 2 {
				t.Errorf("bo, who is in two groups, was told %d times; want twice, of the new series", got)
			}
			if lost && !strings.Contains(stdout, "the old series stays on the calendars") {
				t.Errorf("handover says\n%s\nand not that the old series stays", stdout)
			}
			status, stdout, stderr = g.run(t, "repair", "--yes", "--now", "2026-03-12T12:00:00Z")
			if status != want || strings.Contains(stdout, "move") {
				t.Errorf("the night after it: status %d, want %d and no move\n%s%s", status, want, stdout, stderr)
			}
		})
	}
}

// organizer changes who is the organizer, and for whom the service account acts.
func (g googleWorld) organizer(t *testing.T, organizer, subject string) {
	t.Helper()
	path := filepath.Join(g.dir, "peerslot.yaml")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for line := range strings.Lines(string(text)) {
		switch {
		case strings.HasPrefix(line, "organizer:"):
			line = "organizer: " + organizer + "\n"
		case strings.Contains(line, "google: {"):
			line = "  google: {credentials: credentials.json, subject: " + subject + ", endpoint: " + line[strings.Index(line, `"http`):]
		}
		lines = append(lines, line)
	}
	if err := os.WriteFile(path, []byte(strings.Join(lines, "")), 0o600); err != nil {
		t.Fatal(err)
	}
}
