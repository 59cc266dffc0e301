package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/console"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/chat/chattest"
	"github.com/peerslot/peerslot/scheduler/store"
)

// A lifeWorld is a workspace in the middle of its life: one series ends soon, one has
// a session in conflict, one was changed by hand, a program has a round, and there is
// more to form and to book.
type lifeWorld struct{ dir string }

const lifeNow = "2026-05-20T09:00:00Z"

// A changer is a command that changes something. before, unless nil, is what happened to the
// workspace, so that there is something to do.
type changer struct {
	args   []string
	before func(t *testing.T, w lifeWorld)
}

var changers = map[string]changer{
	"book":     {args: []string{"book", "--all"}},
	"with":     {args: []string{"book", "--with", "ana,bo", "--name", "ana-bo", "--duration", "30m"}},
	"form":     {args: []string{"form", "circles"}},
	"rounds":   {args: []string{"form", "circles", "--rounds", "3"}},
	"place":    {args: []string{"form", "circles", "--place", "gil"}},
	"swap":     {args: []string{"form", "circles", "--swap", "ana,dee"}},
	"keep":     {args: []string{"form", "circles", "--keep", "circles-1-amber"}},
	"repair":   {args: []string{"repair"}},
	"rebook":   {args: []string{"repair", "--rebook", "clash"}},
	"review":   {args: []string{"review"}},
	"cancel":   {args: []string{"cancel", "clash"}},
	"answer":   {args: []string{"answer", "ending", "keep", "--as", "ana"}},
	"slack":    {args: []string{"slack"}},
	"restore":  {args: []string{"restore", "DIR/backup.db"}},
	"handover": {[]string{"handover"}, inFile("peerslot.yaml", "organizer: robot@", "organizer: ops@")},
	"adopt": {[]string{"adopt"}, func(t *testing.T, w lifeWorld) {
		t.Helper()
		if err := os.Rename(filepath.Join(w.dir, "peerslot.db"), filepath.Join(w.dir, "lost.db")); err != nil {
			t.Fatal(err)
		}
	}},
}

// leftoversOrNot returns whether a run died in the workspaces that a test tries. Short
// runs try the harder half.
func leftoversOrNot() []bool {
	if testing.Short() {
		return []bool{true}
	}
	return []bool{false, true}
}

// newLifeWorld makes the workspace; with leftovers, a run died in it in three ways.
func newLifeWorld(t *testing.T, leftovers bool) lifeWorld {
	t.Helper()
	w := lifeWorld{t.TempDir()}
	slack := chattest.New("xoxb-secret", "ana@acme.example", "bo@acme.example", "cem@acme.example")
	config := fmt.Sprintf(`organizer: robot@acme.example
timezone: Europe/Berlin
slack: {token_env: CHAT_TOKEN, endpoint: %q}
people:
  - {email: ana@acme.example, role: em}
  - {email: bo@acme.example, role: em}
  - {email: cem@acme.example, role: em}
  - {email: dee@acme.example, role: em}
  - {email: eva@acme.example}
  - {email: fay@acme.example}
programs:
  - {name: circles, people: {role: em}, size: 2-3}
groups:
`, slack.Start(t))
	groups := map[string]string{"ending": "ana, bo, cem", "clash": "ana, bo, dee", "handmade": "bo, cem", "unbooked": "cem, dee"}
	for _, g := range []string{"begun", "halfway", "going"} {
		groups[g] = "eva, fay"
	}
	for _, name := range []string{"ending", "clash", "handmade", "unbooked", "begun", "halfway", "going"} {
		config += fmt.Sprintf("  - {name: %s, members: [%s@acme.example]}\n", name, strings.ReplaceAll(groups[name], ", ", "@acme.example, "))
	}
	write(t, filepath.Join(w.dir, "peerslot.yaml"), config)
	for _, p := range []string{"ana", "bo", "cem", "dee", "eva", "fay", "gil"} {
		w.calendar(t, p)
	}
	w.must(t, "form", "circles", "--yes", "--start", "2026-03-02", "--now", "2026-02-20T09:00:00Z")
	w.must(t, "book", "ending", "--yes", "--start", "2026-03-02", "--slot", "tue 15:00", "--now", "2026-02-20T09:00:00Z")
	w.must(t, "book", "clash", "--yes", "--start", "2026-04-20", "--slot", "wed 11:00", "--now", "2026-04-15T09:00:00Z")
	w.must(t, "book", "handmade", "--yes", "--start", "2026-04-20", "--slot", "thu 13:00", "--now", "2026-04-15T09:00:00Z")
	w.must(t, "backup", "DIR/backup.db")
	w.must(t, "book", "begun", "halfway", "going", "--yes", "--start", "2026-05-04", "--now", "2026-04-30T09:00:00Z")
	w.calendar(t, "ana", "DTSTART:20260527T083000Z\r\nDTEND:20260527T100000Z")
	w.calendar(t, "dee", "DTSTART:20260527T083000Z\r\nDTEND:20260527T100000Z")
	w.moveByHand(t, "handmade")
	inFile("peerslot.yaml", "  - {email: eva@", "  - {email: gil@acme.example, role: em}\n  - {email: eva@")(t, w)
	if leftovers {
		w.leaveHalfDone(t)
	}
	return w
}

func (w lifeWorld) calendar(t *testing.T, person string, events ...string) {
	t.Helper()
	text := emptyCalendar
	for i, e := range events {
		text = strings.Replace(text, "END:VCALENDAR", fmt.Sprintf("BEGIN:VEVENT\r\nUID:%s-%d\r\nDTSTAMP:20260101T000000Z\r\n%s\r\nEND:VEVENT\r\nEND:VCALENDAR", person, i, e), 1)
	}
	write(t, filepath.Join(w.dir, "calendars", person+"@acme.example.ics"), text)
}

// moveByHand has the organizer move the session of 28 May by an hour.
func (w lifeWorld) moveByHand(t *testing.T, group string) {
	t.Helper()
	for _, b := range w.bookings(t) {
		if b.Group != group {
			continue
		}
		files, err := filepath.Glob(filepath.Join(w.dir, "calendars", "*", string(b.Series.UID)+"*.ics"))
		if err != nil || len(files) == 0 {
			t.Fatalf("no file of %s: %v", b.Series.UID, err)
		}
		for _, f := range files {
			text := readText(t, f)
			event := text[strings.Index(text, "BEGIN:VEVENT"):strings.Index(text, "END:VEVENT")] + "END:VEVENT\r\n"
			var moved []string
			for line := range strings.SplitSeq(event, "\r\n") {
				switch {
				case strings.HasPrefix(line, "RRULE"):
					moved = append(moved, "RECURRENCE-ID;TZID=Europe/Berlin:20260528T130000")
				case strings.HasPrefix(line, "DTSTART"):
					moved = append(moved, "DTSTART;TZID=Europe/Berlin:20260528T140000")
				case strings.HasPrefix(line, "DTEND"):
					moved = append(moved, "DTEND;TZID=Europe/Berlin:20260528T150000")
				default:
					moved = append(moved, line)
				}
			}
			write(t, f, strings.Replace(text, event, event+strings.Join(moved, "\r\n"), 1))
		}
	}
}

// leaveHalfDone makes the store look as three runs left it that died: one before a
// series was recorded, one before a change and one before a cancellation reached the
// calendar.
func (w lifeWorld) leaveHalfDone(t *testing.T) {
	t.Helper()
	s, err := store.Open(t.Context(), filepath.Join(w.dir, "peerslot.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for _, b := range w.bookings(t) {
		switch b.Group {
		case "begun":
			b.State = scheduler.Intended
		case "halfway":
			next := b.Series
			sessions, err := next.Occurrences()
			if err != nil {
				t.Fatal(err)
			}
			o := sessions[5]
			moved := o.Interval
			moved.Start, moved.End = moved.Start.Add(26*time.Hour), moved.End.Add(26*time.Hour)
			next = next.WithOverride(calendar.Override{Original: o.Original, Moved: moved, Note: "moved"})
			next.Sequence++
			b.Next, b.State = &next, scheduler.Changing
		case "going":
			b.State, b.CancelFrom = scheduler.Cancelling, time.Date(2026, 5, 20, 8, 0, 0, 0, time.UTC)
		default:
			continue
		}
		if _, err := s.Commit(t.Context(), scheduler.Batch{Bookings: []scheduler.Booking{b}}); err != nil {
			t.Fatal(err)
		}
	}
}

func (w lifeWorld) bookings(t *testing.T) scheduler.Bookings {
	t.Helper()
	s, err := store.Read(t.Context(), filepath.Join(w.dir, "peerslot.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	bookings, err := s.Bookings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return bookings
}

// copied returns a copy of the workspace.
func (w lifeWorld) copied(t *testing.T) lifeWorld {
	t.Helper()
	c := lifeWorld{filepath.Join(t.TempDir(), "copy")}
	if err := os.CopyFS(c.dir, os.DirFS(w.dir)); err != nil {
		t.Fatal(err)
	}
	return c
}

// toChange returns a copy of the workspace in which the changer has something to do.
func (w lifeWorld) toChange(t *testing.T, c changer) lifeWorld {
	t.Helper()
	w = w.copied(t)
	if c.before != nil {
		c.before(t, w)
	}
	return w
}

// A ran is what a run left behind.
type ran struct {
	status         int
	stdout, stderr string
}

// app returns a program whose output goes to the buffers.
func (w lifeWorld) app(stdout, stderr io.Writer) *console.App {
	return &console.App{
		Stdin: strings.NewReader(""), Stdout: stdout, Stderr: stderr, Now: time.Now,
		Getenv: func(name string) string { return map[string]string{"CHAT_TOKEN": "xoxb-secret", "NO_COLOR": "1"}[name] },
	}
}

// args returns the arguments as the program gets them; DIR in them is the workspace's
// folder.
func (w lifeWorld) args(args ...string) []string {
	out := []string{"-c", filepath.Join(w.dir, "peerslot.yaml")}
	for _, a := range args {
		out = append(out, strings.Replace(a, "DIR", w.dir, 1))
	}
	if !slices.Contains(args, "--now") {
		out = append(out, "--now", lifeNow)
	}
	return out
}

// run runs the program without a terminal.
func (w lifeWorld) run(t *testing.T, args ...string) ran {
	t.Helper()
	var out, errs bytes.Buffer
	status := execute(t.Context(), w.app(&out, &errs), w.args(args...))
	return ran{status, out.String(), errs.String()}
}

func (w lifeWorld) must(t *testing.T, args ...string) ran {
	t.Helper()
	r := w.run(t, args...)
	if r.status != console.ExitDone && r.status != console.ExitPerson {
		t.Fatalf("peerslot %s: exit status %d\n%s%s", strings.Join(args, " "), r.status, r.stdout, r.stderr)
	}
	return r
}

// ask runs the program on a terminal on which somebody answers.
func (w lifeWorld) ask(t *testing.T, answer string, args ...string) ran {
	t.Helper()
	var out, errs bytes.Buffer
	a := w.app(&out, &errs)
	a.Interactive, a.Terminal, a.Stdin = true, true, strings.NewReader(answer)
	status := execute(t.Context(), a, w.args(args...))
	return ran{status, out.String(), errs.String()}
}

// interrupt runs the program on a terminal, and stops it at the question.
func (w lifeWorld) interrupt(t *testing.T, args ...string) ran {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	silent, _ := io.Pipe()
	var out bytes.Buffer
	errs := &watcher{say: "[y/N]", then: stop}
	a := w.app(&out, errs)
	a.Interactive, a.Terminal, a.Stdin = true, true, silent
	status := execute(ctx, a, w.args(args...))
	return ran{status, out.String(), errs.text.String()}
}

// A watcher does something when it is told something.
type watcher struct {
	say  string
	then func()
	mu   sync.Mutex
	text bytes.Buffer
}

func (w *watcher) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.text.Write(p)
	if strings.Contains(w.text.String(), w.say) {
		w.then()
	}
	return len(p), nil
}

// files returns the mode and bytes of all files.
func (w lifeWorld) files(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(w.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		text := ""
		if d.Type().IsRegular() {
			text = readText(t, path)
		}
		out[strings.TrimPrefix(path, w.dir)] = info.Mode().String() + " " + text
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func readText(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// changed returns the names of the files that differ.
func changedFiles(before, after map[string]string) []string {
	var out []string
	for name, text := range after {
		if before[name] != text {
			out = append(out, name)
		}
	}
	for name := range before {
		if _, ok := after[name]; !ok {
			out = append(out, "no "+name)
		}
	}
	slices.Sort(out)
	return out
}

// Whatever is not agreed to leaves the store and every file byte for
// byte, for every command that changes something.
func TestNothingChangesWithoutLeave(t *testing.T) {
	t.Parallel()
	ways := map[string]func(w lifeWorld, t *testing.T, args ...string) ran{
		"dry-run":     func(w lifeWorld, t *testing.T, args ...string) ran { return w.run(t, append(args, "--dry-run")...) },
		"no terminal": func(w lifeWorld, t *testing.T, args ...string) ran { return w.run(t, args...) },
		"no":          func(w lifeWorld, t *testing.T, args ...string) ran { return w.ask(t, "no\n", args...) },
		"end of file": func(w lifeWorld, t *testing.T, args ...string) ran { return w.ask(t, "", args...) },
		"Ctrl-C":      func(w lifeWorld, t *testing.T, args ...string) ran { return w.interrupt(t, args...) },
	}
	status := map[string]int{"dry-run": console.ExitDone, "no terminal": console.ExitPerson, "no": console.ExitPerson, "end of file": console.ExitPerson, "Ctrl-C": console.ExitError}
	for _, leftovers := range leftoversOrNot() {
		world := newLifeWorld(t, leftovers)
		for name, c := range changers {
			t.Run(fmt.Sprintf("%s leftovers %v", name, leftovers), func(t *testing.T) {
				t.Parallel()
				w := world.toChange(t, c)
				before := w.files(t)
				answers := [][]string{nil, {"--json"}}
				if testing.Short() {
					answers = answers[:1]
				}
				for way, run := range ways {
					for _, more := range answers {
						got := run(w, t, slices.Concat(c.args, more)...)
						if changed := changedFiles(before, w.files(t)); len(changed) > 0 {
							t.Fatalf("%s %v: changed %v\n%s%s", way, more, changed, got.stdout, got.stderr)
						}
						if got.status != status[way] && !(way == "dry-run" && got.status == console.ExitPerson) {
							t.Errorf("%s %v: exit status %d, want %d\n%s%s", way, more, got.status, status[way], got.stdout, got.stderr)
						}
						if got.stdout == "" && (way != "Ctrl-C" || more == nil) {
							t.Errorf("%s %v: no plan was shown\n%s", way, more, got.stderr)
						}
					}
				}
			})
		}
	}
}

// What fails before it has something to keep makes neither a store nor anything else, and
// what follows makes one as if nothing had been.
func TestWhatFailsMakesNoStore(t *testing.T) {
	t.Parallel()
	w := lifeWorld{t.TempDir()}
	write(t, filepath.Join(w.dir, "peerslot.yaml"), `organizer: robot@acme.example
timezone: Europe/Berlin
web: {oidc: {issuer: "https://login.acme.example", client_id: peerslot, secret_env: NOT_SET}}
people: [{email: ana@acme.example}, {email: bo@acme.example}, {email: cem@acme.example, role: em}]
programs:
  - {name: circles, people: {role: em}, size: 2-4}
groups:
  - {name: leads, members: [ana@acme.example, bo@acme.example]}
  - {name: lost, program: gone, members: [ana@acme.example, bo@acme.example]}
`)
	w.calendar(t, "ana")
	w.calendar(t, "bo")
	before := w.files(t)
	for _, c := range []struct{ args, says string }{
		{"book nobody --yes", `no group "nobody"`},
		{"book nobody --yes --json", `no group \"nobody\"`},
		{"book leads --yes --slot fri", "--slot"},
		{"book lost --yes", "nothing could be booked"},
		{"book --with ana,zoe --name two --yes", "zoe"},
		{"form nobody --yes", `no program "nobody"`},
		{"form circles --yes", "circles"},
		{"slack --yes", "Slack is not set up"},
		{"restore DIR/none.db --yes", "no backup"},
		{"repair --yes", "no store"},
		{"review --yes", "no store"},
		{"cancel leads --yes", "no store"},
		{"answer leads keep --as ana --yes", "no store"},
		{"handover --yes", "no store"},
		{"backup DIR/copy.db", "no store"},
		{"mail", "no store"},
		{"link ana", "no store"},
		{"serve --listen 8080", "--listen"},
		{"serve --metrics 9090", "--metrics"},
		{"serve --listen 127.0.0.1:0", "NOT_SET"},
		{"serve --listen 127.0.0.1:0 --jobs 0", "--jobs"},
		{"work --metrics 9090", "--metrics"},
	} {
		got := w.run(t, strings.Fields(c.args)...)
		if got.status == console.ExitDone || got.status == console.ExitPerson || !strings.Contains(got.stdout+got.stderr, c.says) {
			t.Errorf("peerslot %s: status %d\n%s%s\nwant that it fails, and %q", c.args, got.status, got.stdout, got.stderr, c.says)
		}
		if changed := changedFiles(before, w.files(t)); len(changed) > 0 {
			t.Fatalf("peerslot %s changed %v", c.args, changed)
		}
	}
	first, again := w.must(t, "book", "leads", "--yes"), w.must(t, "book", "leads", "--yes")
	if !strings.Contains(first.stdout, "Booked leads") || !strings.Contains(again.stdout, "has a series already") {
		t.Errorf("book: %q, and again: %q; want it booked once", first.stdout, again.stdout)
	}
}

// What a rehearsal prints is what the real run prints and does, whatever a dead run
// left.
func TestARehearsalIsTrue(t *testing.T) {
	t.Parallel()
	for _, leftovers := range leftoversOrNot() {
		world := newLifeWorld(t, leftovers)
		for name, c := range changers {
			t.Run(fmt.Sprintf("%s leftovers %v", name, leftovers), func(t *testing.T) {
				t.Parallel()
				w, args := world.toChange(t, c), c.args
				rehearsed := w.run(t, append(args, "--dry-run")...)
				real := w.copied(t)
				before := real.files(t)
				done := real.run(t, append(args, "--yes")...)
				if !strings.HasPrefix(done.stdout, rehearsed.stdout) {
					t.Errorf("the rehearsal shows\n%s\nthe real run\n%s%s", rehearsed.stdout, done.stdout, done.stderr)
				}
				if name != "slack" && len(changedFiles(before, real.files(t))) == 0 {
					t.Errorf("the real run changed nothing:\n%s%s", done.stdout, done.stderr)
				}
				if !strings.Contains(rehearsed.stderr, "warning") && rehearsed.status == console.ExitDone && done.status == console.ExitError {
					t.Errorf("the rehearsal ends with %d, the real run with %d", rehearsed.status, done.status)
				}
				answered := w.copied(t)
				plan, outcome := w.run(t, append(args, "--dry-run", "--json")...), answered.run(t, append(args, "--yes", "--json")...)
				if diff := cmp.Diff(withoutLeave(t, plan.stdout), withoutLeave(t, outcome.stdout)); diff != "" && name != "slack" {
					t.Errorf("the JSON of the rehearsal and of the real run differ (-rehearsal +real):\n%s", diff)
				}
				agreed := w.copied(t)
				asked := agreed.ask(t, "y\n", args...)
				if asked.status != done.status {
					t.Errorf("asked and told yes: exit status %d, want %d\n%s%s", asked.status, done.status, asked.stdout, asked.stderr)
				}
				if diff := cmp.Diff(real.state(t), agreed.state(t)); diff != "" {
					t.Errorf("told yes it does something else than with --yes (-yes +asked):\n%s", diff)
				}
			})
		}
	}
}

// withoutLeave returns a JSON answer without what says whether it was done.
func withoutLeave(t *testing.T, text string) any {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	var strip func(any)
	strip = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			for _, key := range []string{"plan", "created", "recorded"} {
				delete(v, key)
			}
			for _, one := range v {
				strip(one)
			}
		case []any:
			for _, one := range v {
				strip(one)
			}
		}
	}
	strip(v)
	return v
}

// state returns the bookings and the calendars, which the same changes leave alike.
func (w lifeWorld) state(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	for name, text := range w.files(t) {
		if strings.HasSuffix(name, ".ics") {
			out[name] = text
		}
	}
	for _, b := range w.bookings(t) {
		b.Version = 0
		text, err := json.Marshal(b)
		if err != nil {
			t.Fatal(err)
		}
		out[fmt.Sprint(b.Group, b.Generation)] = string(text)
	}
	return out
}

// Somebody who takes long to answer agrees to what they saw, and to nothing else.
func TestAPlanThatChangedWhileSomebodyThoughtIsAskedAgain(t *testing.T) {
	t.Parallel()
	w := newLifeWorld(t, false)
	answers, say := io.Pipe()
	var out bytes.Buffer
	questions := 0
	errs := &watcher{say: "\x00"}
	stderr := writerFunc(func(p []byte) (int, error) {
		if bytes.Contains(p, []byte("[y/N]")) {
			questions++
			if questions == 1 {
				w.calendar(t, "bo", "DTSTART:20260527T060000Z\r\nDTEND:20260527T170000Z")
			}
			go func() { _, _ = say.Write([]byte("yes\n")) }()
		}
		return errs.Write(p)
	})
	a := w.app(&out, stderr)
	a.Interactive, a.Stdin = true, answers
	status := execute(t.Context(), a, w.args("repair"))
	if questions != 2 || !strings.Contains(errs.text.String(), "things changed meanwhile") {
		t.Errorf("exit status %d after %d questions, want 2\n%s%s", status, questions, out.String(), errs.text.String())
	}
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }
