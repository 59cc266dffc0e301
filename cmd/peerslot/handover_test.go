package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/peerslot/peerslot/calendar/graph/graphtest"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/console"
)

const handoverNow = "2026-03-12T00:00:00Z" // two sessions of each series were held

// TestHandoverOnMicrosoft has each member hear once of the end, as Exchange tells of
// each, and once of the new series, also if the run is killed at any call of the new
// organizer; where the old account cannot sign in any more, of the new series alone.
func TestHandoverOnMicrosoft(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"signs in", "lost", "killed before", "killed after"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			old := newMicrosoftWorld(t, asApplication)
			old.must(t, "book", "--all", "--yes", "--start", "2026-03-02", "--now", manyNow)
			next := graphtest.New(t, "new@acme.example", "ana@acme.example", "bo@acme.example", "cem@acme.example")
			next.Start()
			old.handTo(t, next)
			before, want, left := len(old.Mails("bo@acme.example")), 0, 2
			switch name {
			case "lost":
				old.Set(func() { old.HideMailbox = true })
				want, left = console.ExitPerson, 0
			case "killed before", "killed after":
				old.killHandover(t, next, strings.TrimPrefix(name, "killed "))
			}
			if status, stdout, stderr := old.run(t, "handover", "--old", "before.yaml", "--yes", "--now", handoverNow); status != want {
				t.Fatalf("handover: status %d, want %d\n%s%s", status, want, stdout, stderr)
			}
			if name == "lost" {
				old.must(t, "handover", "--old", "before.yaml", "--leave", "--yes", "--now", handoverNow)
			}
			for range 2 {
				old.must(t, "repair", "--yes", "--now", handoverNow)
			}
			if got := next.Events(); got != 2 {
				t.Errorf("the new organizer has %d series; want 2", got)
			}
			ended, invited := len(old.Mails("bo@acme.example"))-before, len(next.Mails("bo@acme.example"))
			if ended != left || invited != 2 {
				t.Errorf("bo, who is in two groups, was told %d times of the end and %d times of the new series; want %d and 2", ended, invited, left)
			}
		})
	}
}

// handTo writes the configuration with another organizer; the one that was is before.yaml.
func (w *microsoftWorld) handTo(t *testing.T, next *graphtest.Server) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(w.dir, "peerslot.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	w.write(t, "before.yaml", string(text))
	w.write(t, "peerslot.yaml", strings.NewReplacer(
		"organizer: robot@", "organizer: new@", "token: token.json", "token: new.json",
		w.Endpoint(), next.Endpoint(), w.Login(), next.Login(),
	).Replace(string(text)))
}

// killHandover kills a handover while the new organizer makes a series, before that is
// done or after it.
func (w *microsoftWorld) killHandover(t *testing.T, next *graphtest.Server, when string) {
	t.Helper()
	cmd, kill := withKill(t, w.command(t, "handover", "--old", "before.yaml", "--yes", "--now", handoverNow))
	next.Fail(func(method string, _ int) *graphtest.Fault {
		if method != "events.create" {
			return nil
		}
		kill()
		if when == "before" {
			return &graphtest.Fault{Drop: graphtest.Before}
		}
		return &graphtest.Fault{Drop: graphtest.After}
	})
	if out, err := cmd.CombinedOutput(); err == nil {
		t.Fatalf("the handover was not killed:\n%s", out)
	}
	next.Fail(nil)
}

// TestHandoverOnCalDAV has the series of one account go on in that of another, and ends
// the old one if that account can sign in, also if the run is killed in between.
func TestHandoverOnCalDAV(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"radicale", "cyrus"} {
		for _, how := range []string{"signs in", "lost", "killed"} {
			t.Run(name+" "+how, func(t *testing.T) {
				t.Parallel()
				handOverOnCalDAV(t, newDavWorld(t, name), how)
			})
		}
	}
}

func handOverOnCalDAV(t *testing.T, w davWorld, how string) {
	w.configure(t, "peerslot.yaml", w.root, "robot")
	w.must(t, "book", "leads", "--yes")
	w.configure(t, "before.yaml", w.root, "robot")
	switch how {
	case "lost":
		w.wrong = "ROBOT_PASSWORD=changed"
	case "killed":
		w.killHandover(t)
	}
	w.configure(t, "peerslot.yaml", w.root, "cem")
	status, stdout, stderr := w.run(t, "handover", "--old", "before.yaml", "--yes")
	if want := map[bool]int{true: console.ExitPerson}[how == "lost"]; status != want {
		t.Fatalf("handover: status %d, want %d\n%s%s", status, want, stdout, stderr)
	}
	w.must(t, "repair", "--yes")
	if got := w.texts(t, "cem"); strings.Count(got, "mailto:cem@acme.example") != 1 || strings.Contains(got, "STATUS:CANCELLED") {
		t.Errorf("the new organizer's calendar has\n%s\nwant the series, once", got)
	}
	if got := w.texts(t, "bo"); w.name == "cyrus" && strings.Count(got, "mailto:cem@acme.example") != 1 { // which invites
		t.Errorf("bo's calendar has\n%s\nwant the new series, once", got)
	}
	if got := w.texts(t, "robot"); strings.Contains(got, "STATUS:CANCELLED") == (how == "lost") {
		t.Errorf("the account of the old organizer %s, and its calendar has\n%s", how, got)
	}
}

// configure writes a configuration of one group whose series are on that person's
// account.
func (w davWorld) configure(t *testing.T, name, root, organizer string) {
	t.Helper()
	text := fmt.Sprintf(`organizer: %[1]s@acme.example
timezone: Europe/Berlin
calendar:
  backend: caldav
  caldav: {url: %[2]q, username: %[1]s, password_env: %[3]s_PASSWORD}
  allow_hosts: [127.0.0.1]
people:
  - {email: ana@acme.example, name: Ana Lima}
  - {email: bo@acme.example, name: Bo Ek}
groups:
  - {name: leads, members: [ana@acme.example, bo@acme.example]}
`, organizer, root, strings.ToUpper(organizer))
	if err := os.WriteFile(filepath.Join(w.dir, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// killHandover kills a handover as soon as the server has what it puts.
func (w davWorld) killHandover(t *testing.T) {
	t.Helper()
	root, err := url.Parse(w.root)
	if err != nil {
		t.Fatal(err)
	}
	cmd, kill := withKill(t, w.command(t, "handover", "--old", "before.yaml", "--yes"))
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(root) },
		ModifyResponse: func(r *http.Response) error {
			if r.Request.Method == http.MethodPut {
				kill()
			}
			return nil
		},
	}
	s := httptest.NewServer(proxy)
	t.Cleanup(s.Close)
	w.configure(t, "peerslot.yaml", s.URL, "cem")
	if out, err := cmd.CombinedOutput(); err == nil {
		t.Fatalf("the handover was not killed:\n%s", out)
	}
}
