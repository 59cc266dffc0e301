package main

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"github.com/peerslot/peerslot/cmd/peerslot/internal/console"
)

// NO_COLOR means no escape at all; without it a terminal gets colours, and tables
// that fit.
func TestTerminals(t *testing.T) {
	t.Parallel()
	w := newLifeWorld(t, false)
	for _, noColor := range []string{"", "1"} {
		var out, errs bytes.Buffer
		a := w.app(&out, &errs)
		a.Terminal, a.Interactive, a.Width = true, true, 60
		a.Getenv = func(name string) string { return map[string]string{"NO_COLOR": noColor}[name] }
		if status := execute(t.Context(), a, w.args("slots", "clash")); status != console.ExitDone {
			t.Fatalf("exit status %d\n%s", status, errs.String())
		}
		if got := strings.Contains(out.String()+errs.String(), "\x1b"); got == (noColor != "") {
			t.Errorf("NO_COLOR=%q: escapes in the answer: %v", noColor, got)
		}
	}
}

// Whatever comes from a file or a name steers no terminal.
func TestNothingSteersATerminal(t *testing.T) {
	w := lifeWorld{t.TempDir()}
	write(t, filepath.Join(w.dir, "peerslot.yaml"), `organizer: robot@acme.example
timezone: Europe/Berlin
people:
  - {email: ana@acme.example, name: "Ana \e[2J\u202e", team: "t\u009b31m"}
  - {email: bo@acme.example, name: "Bo\u2028x"}
groups:
  - {name: g, members: [ana@acme.example, bo@acme.example]}
`)
	write(t, filepath.Join(w.dir, "calendars", "ana@acme.example.ics"), strings.Replace(emptyCalendar, "END:VCALENDAR", "BEGIN:VEVENT\r\nUID:1\x1b]0;x\x07\r\nDTSTART;TZID=No\x1b[2J/Where:20260527T083000\r\nDURATION:PT1H\r\nEND:VEVENT\r\nEND:VCALENDAR", 1))
	for _, args := range [][]string{{"groups"}, {"groups", "--json"}, {"groups", "--markdown"}, {"check"}, {"check", "--json"}, {"slots", "g"}, {"freebusy"}, {"book", "g", "--dry-run"}, {"slots", "\x1b[2J"}, {"\x1b]0;x\x07"}} {
		got := w.run(t, args...)
		for _, r := range got.stdout + got.stderr {
			if r != '\n' && r != '\t' && (r < ' ' || r >= 0x7f && r < 0xa0 || r == 0x202e || r == 0x2028) {
				t.Errorf("peerslot %q prints %q:\n%q\n%q", args, r, got.stdout, got.stderr)
				break
			}
		}
	}
}
