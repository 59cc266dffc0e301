package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"testing"

	"github.com/peerslot/peerslot/scheduler"
)

// Each kind of error has its status and says the next step, also with --json and in
// a log of JSON.
func TestErrorsSayTheNextStep(t *testing.T) {
	for _, c := range []struct {
		err    error
		status int
		hint   string
	}{
		{usagef("look there", "no such thing"), exitUsage, "look there"},
		{fmt.Errorf("book: %w", withHint(errors.New("full"), "make room")), exitError, "make room"},
		{&scheduler.UnknownGroupError{Name: "x"}, exitUsage, "form PROGRAM"},
		{&scheduler.UnknownGroupError{Name: "x", Known: []scheduler.Group{{Name: "leads"}}}, exitUsage, "leads"},
		{fmt.Errorf("wait: %w", scheduler.ErrBusy), exitError, "it holds the store"},
		{scheduler.ErrStore, exitError, "full disk"},
		{&scheduler.ClockError{}, exitError, "--accept-clock"},
		{context.Canceled, exitError, "stopped at a clean point"},
		{&outputError{io.ErrClosedPipe}, exitError, "stopped at a clean point"},
	} {
		if got := exitStatus(c.err); got != c.status {
			t.Errorf("%v: status %d, want %d", c.err, got, c.status)
		}
		for _, way := range []func(*app){func(*app) {}, func(a *app) { a.json = true }, func(a *app) { a.logFormat = "json" }} {
			var out, errs bytes.Buffer
			a := &app{stderr: &errs, out: &output{w: &out}}
			a.stdout = a.out
			way(a)
			a.report(c.err)
			if said := out.String() + errs.String(); !strings.Contains(said, c.hint) {
				t.Errorf("%v: it says %q, want a hint with %q", c.err, said, c.hint)
			}
		}
	}
}

func TestKnownGroupsAreFew(t *testing.T) {
	var many []scheduler.Group
	for i := range 40 {
		many = append(many, scheduler.Group{Name: fmt.Sprintf("g%02d", i)})
	}
	if got := knownGroups(many); !strings.Contains(got, "g11") || strings.Contains(got, "g12") || !strings.Contains(got, "28 more") {
		t.Errorf("got %q, want twelve and how many more", got)
	}
}

// NO_COLOR means no escape at all; without it a terminal gets colours, and tables
// that fit.
func TestTerminals(t *testing.T) {
	t.Parallel()
	w := newLifeWorld(t, false)
	for _, noColor := range []string{"", "1"} {
		var out, errs bytes.Buffer
		a := w.app(&out, &errs)
		a.terminal, a.interactive, a.width = true, true, 60
		a.getenv = func(name string) string { return map[string]string{"NO_COLOR": noColor}[name] }
		if status := a.main(t.Context(), w.args("slots", "clash")); status != exitDone {
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
