package console

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"syscall"
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
		{Usagef("look there", "no such thing"), exitUsage, "look there"},
		{fmt.Errorf("book: %w", WithHint(errors.New("full"), "make room")), ExitError, "make room"},
		{&scheduler.UnknownGroupError{Name: "x"}, exitUsage, "form PROGRAM"},
		{&scheduler.UnknownGroupError{Name: "x", Known: []scheduler.Group{{Name: "leads"}}}, exitUsage, "leads"},
		{fmt.Errorf("wait: %w", scheduler.ErrBusy), ExitError, "it holds the store"},
		{scheduler.ErrStore, ExitError, "full disk"},
		{&scheduler.ClockError{}, ExitError, "--accept-clock"},
		{fmt.Errorf("rebook: %w", &scheduler.HalfwayError{State: scheduler.Cancelling}), ExitError, "with 'peerslot repair'"},
		{context.Canceled, ExitError, "stopped at a clean point"},
		{&outputError{io.ErrClosedPipe}, ExitError, "stopped at a clean point"},
		{&outputError{syscall.ENOSPC}, ExitError, "the disk is full"},
	} {
		if got := ExitStatus(c.err); got != c.status {
			t.Errorf("%v: status %d, want %d", c.err, got, c.status)
		}
		for _, way := range []func(*App){func(*App) {}, func(a *App) { a.Json = true }, func(a *App) { a.LogFormat = "json" }} {
			var out, errs bytes.Buffer
			a := &App{Stderr: &errs, Out: &Output{W: &out}}
			a.Stdout = a.Out
			way(a)
			a.Report(c.err)
			if said := out.String() + errs.String(); !strings.Contains(said, c.hint) {
				t.Errorf("%v: it says %q, want a hint with %q", c.err, said, c.hint)
			}
		}
	}
}

// A program reads one object a call, also if the answer is followed by an error.
func TestOneObjectACall(t *testing.T) {
	var out, errs bytes.Buffer
	a := &App{Json: true, Stderr: &errs, Out: &Output{W: &out}}
	if err := a.Answer(struct{}{}); err != nil {
		t.Fatal(err)
	}
	a.Report(errors.New("full"))
	if out.String() != "{}\n" || !strings.Contains(errs.String(), "full") {
		t.Errorf("stdout is %q, stderr %q; want {} and the error", &out, &errs)
	}
}

func TestKnownGroupsAreFew(t *testing.T) {
	var many []scheduler.Group
	for i := range 40 {
		many = append(many, scheduler.Group{Name: fmt.Sprintf("g%02d", i)})
	}
	if got := KnownGroups(many); !strings.Contains(got, "g11") || strings.Contains(got, "g12") || !strings.Contains(got, "28 more") {
		t.Errorf("got %q, want twelve and how many more", got)
	}
}
