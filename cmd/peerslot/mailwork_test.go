package main

import (
	"bytes"
	"context"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/console"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/store"
)

// Messages that waited for the server are sent by workers. Each is killed as soon as
// somebody has a message; whoever comes next sends what is left, and what the server may
// have had already as the same message, byte for byte.
func TestKilledWorkersTellOnce(t *testing.T) {
	if os.Getenv("PEERSLOT_TEST_FLEET") == "" {
		t.Skip("PEERSLOT_TEST_FLEET is not set: a job of a killed worker is taken over after a minute")
	}
	t.Parallel()
	w := newMailWorld(t, "")
	w.Refuse = map[string]*smtp.SMTPError{"": {Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "come again"}}
	if r := w.at(t, "2026-03-02T08:00:00Z", "book", "leads", "--slot", "tue 15:00", "--start", "2026-03-09", "--yes"); r.status != console.ExitPerson || len(w.letters()) > 0 {
		t.Fatalf("book without a mail server: %+v; want that a person is told", r)
	}
	w.Refuse = nil
	people := []calendar.Address{"ana@acme.example", "bo@acme.example", "cem@acme.example"}
	told := func() (n int) {
		for _, p := range people {
			if w.Letter(string(p)) != "" {
				n++
			}
		}
		return n
	}
	for before := 0; before < len(people); before = told() {
		worker := endingWithTests(exec.CommandContext(t.Context(), "peerslot", "work", "--every", "1s", "--jobs", "1", "--now", "2026-03-02T10:00:00Z"))
		worker.Dir, worker.Env = w.dir, append(os.Environ(), "MAIL_PASSWORD=right")
		if err := worker.Start(); err != nil {
			t.Fatal(err)
		}
		for deadline := time.Now().Add(3 * time.Minute); told() == before && time.Now().Before(deadline); {
			time.Sleep(2 * time.Millisecond)
		}
		_ = worker.Process.Kill()
		_ = worker.Wait()
		if told() == before {
			t.Fatalf("%d people are told after three minutes; want more", before)
		}
	}
	if r := w.at(t, "2026-03-02T12:00:00Z", "mail"); r.status != console.ExitDone {
		t.Errorf("mail after the workers: %+v; want nothing for a person", r)
	}
	letters := map[string]map[string]bool{}
	for i, raw := range w.Raw {
		to, _, _ := strings.Cut(w.Taken[i], " ")
		if letters[to] == nil {
			letters[to] = map[string]bool{}
		}
		letters[to][raw] = true
	}
	if got := slices.Sorted(maps.Keys(letters)); len(got) != len(people) {
		t.Errorf("letters to %q; want one to each of %q", got, people)
	}
	for to, texts := range letters {
		if len(texts) != 1 {
			t.Errorf("%s has %d different messages; want one", to, len(texts))
		}
	}
}

// Workers send what waits, each message once, and hear what members answer. What they
// cannot judge is kept for a person, since nobody looks on.
func TestWorkersSendAndHear(t *testing.T) {
	t.Parallel()
	w := newMailWorld(t, "")
	w.Refuse = map[string]*smtp.SMTPError{"": {Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "come again"}}
	if r := w.at(t, "2026-03-02T08:00:00Z", "book", "leads", "--slot", "tue 15:00", "--start", "2026-03-09", "--yes"); r.status != console.ExitPerson {
		t.Fatalf("book without a mail server: %+v; want that a person is told", r)
	}
	w.Refuse = nil
	w.replies(t, "bo@acme.example", "DELEGATED", "", "2026-03-02T09:00:00Z")
	w.replies(t, "ana@acme.example", "ACCEPTED", "", "2026-03-02T09:00:00Z")
	ctx, stop := context.WithCancel(t.Context())
	var out, errs bytes.Buffer
	worker := w.app(&out, &errs)
	worker.Getenv = func(name string) string { return map[string]string{"MAIL_PASSWORD": "right"}[name] }
	ended := make(chan int, 1)
	go func() {
		ended <- execute(ctx, worker, w.args("work", "--every", "1s", "--now", "2026-03-02T10:00:00Z"))
	}()
	done := func() bool {
		return strings.Count(w.at(t, "2026-03-02T12:00:00Z", "history", "leads").stdout, "invited by mail") == 3 &&
			strings.Contains(w.at(t, "2026-03-02T12:00:00Z", "history", "leads").stdout, "accepted")
	}
	for deadline := time.Now().Add(time.Minute); !done() && time.Now().Before(deadline); {
		time.Sleep(50 * time.Millisecond)
	}
	stop()
	if status := <-ended; status != console.ExitDone || !done() {
		t.Errorf("work: status %d\n%s\nand the history is\n%s", status, errs.String(), w.at(t, "2026-03-02T12:00:00Z", "history", "leads").stdout)
	}
	s, err := store.Read(t.Context(), filepath.Join(w.dir, "peerslot.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if nights, err := s.Nights(t.Context()); err != nil || !slices.ContainsFunc(nights, func(n scheduler.Night) bool {
		return len(n.Findings) == 1 && n.Findings[0].Kind == scheduler.ReplyUnclear && n.Findings[0].Person == "bo@acme.example"
	}) {
		t.Errorf("kept: %+v, %v; want that a message of Bo wants to be read", nights, err)
	}
	if got := w.letters(); len(got) != 3 {
		t.Errorf("letters: %q; want an invitation to each member", got)
	}
	if r := w.at(t, "2026-03-02T12:00:00Z", "mail"); r.status != console.ExitDone || len(w.letters()) > 0 {
		t.Errorf("mail after the workers: %+v; want nothing to do", r)
	}
}
