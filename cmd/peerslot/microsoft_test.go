package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/peerslot/peerslot/calendar/graph/graphtest"
	"github.com/peerslot/peerslot/scheduler/report"
)

// A microsoftWorld is a workspace whose calendars are on a stand-in for Microsoft 365.
type microsoftWorld struct {
	*graphtest.Server
	manyWorld
}

const microsoftSecret = "PEERSLOT_MICROSOFT_SECRET"

// newMicrosoftWorld makes a workspace of two groups. how is what of the sign-in the
// configuration names.
func newMicrosoftWorld(t *testing.T, how string) *microsoftWorld {
	t.Helper()
	w := &microsoftWorld{
		graphtest.New(t, "robot@acme.example", "ana@acme.example", "bo@acme.example", "cem@acme.example"),
		manyWorld{t.TempDir(), []string{microsoftSecret + "=" + graphtest.Secret}},
	}
	w.Start()
	w.write(t, "peerslot.yaml", fmt.Sprintf(`organizer: robot@acme.example
timezone: Europe/Vienna
calendar:
  %s
people:
  - {email: ana@acme.example}
  - {email: bo@acme.example}
  - {email: cem@acme.example}
groups:
  - {name: leads, members: [ana@acme.example, bo@acme.example]}
  - {name: peers, members: [bo@acme.example, cem@acme.example]}
`, microsoftConfig(w.Server, how)))
	return w
}

func microsoftConfig(s *graphtest.Server, how string) string {
	return fmt.Sprintf("backend: microsoft\n  microsoft: {tenant: %s, client_id: %s, %s, token: token.json, teams: true, endpoint: %q, login: %q}",
		graphtest.Tenant, graphtest.ClientID, how, s.Endpoint(), s.Login())
}

// signIn runs auth microsoft and plays the browser.
func (w microsoftWorld) signIn(t *testing.T, flags ...string) (status int, stderr string) {
	t.Helper()
	cmd := w.command(t, append([]string{"auth", "microsoft"}, flags...)...)
	pipe, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var said strings.Builder
	lines := bufio.NewScanner(pipe)
	for lines.Scan() {
		said.WriteString(lines.Text() + "\n")
		if strings.HasPrefix(lines.Text(), "http") && strings.Contains(lines.Text(), "authorize") {
			resp, err := http.Get(lines.Text())
			if err != nil {
				t.Fatalf("the browser: %v", err)
			}
			resp.Body.Close()
		}
	}
	_, _ = io.Copy(io.Discard, pipe)
	_ = cmd.Wait()
	return cmd.ProcessState.ExitCode(), said.String()
}

const asApplication = "secret_env: " + microsoftSecret

func TestMicrosoftFromCheckToCancel(t *testing.T) {
	t.Parallel()
	w := newMicrosoftWorld(t, asApplication)
	if out := w.must(t, "check", "--now", "2026-02-26T09:00:00Z"); !strings.Contains(out, "ok   microsoft") || strings.Contains(out, "mend") {
		t.Errorf("check:\n%s", out)
	}
	if out := w.must(t, "slots", "leads", "--now", "2026-02-26T09:00:00Z"); !strings.Contains(out, "26 of 26") {
		t.Errorf("slots:\n%s", out)
	}
	if status, _, _ := w.run(t, "book", "--all", "--now", "2026-02-26T09:00:00Z", "--dry-run"); status != 0 || w.Events() != 0 {
		t.Errorf("a rehearsal: status %d, %d series; want 0 and none", status, w.Events())
	}
	var booked struct{ Series []report.Series }
	if err := json.Unmarshal([]byte(w.must(t, "book", "--all", "--yes", "--json", "--now", "2026-02-26T09:00:00Z")), &booked); err != nil || len(booked.Series) != 2 {
		t.Fatalf("book: %v, %+v", err, booked)
	}
	for _, s := range booked.Series {
		if !strings.HasPrefix(s.Link, "https://teams.microsoft.com/") || s.Zone != "Europe/Vienna" {
			t.Errorf("booked %+v, want a Teams link, and the zone that was asked for", s)
		}
	}
	mails := len(w.Mails(""))
	w.must(t, "book", "--all", "--yes", "--now", "2026-02-26T09:00:00Z")
	if n := w.Events(); n != 2 || len(w.Mails("")) != mails || mails != 4 {
		t.Errorf("booked twice: %d series, %d mails; want 2, and 4 invitations", n, len(w.Mails("")))
	}
	second := booked.Series[0].First.AddDate(0, 0, 7)
	w.Meet("ana@acme.example", graphtest.Meeting{Start: second, End: second.Add(time.Hour)})
	night := second.Add(-70 * time.Hour).Format(time.RFC3339)
	if status, out, stderr := w.run(t, "repair", "--yes", "--json", "--now", night); strings.Count(out, `"action": "move"`) != 1 {
		t.Errorf("repair: status %d, want one move:\n%s%s", status, out, stderr)
	}
	if status, out, _ := w.run(t, "repair", "--yes", "--json", "--now", night); strings.Contains(out, `"action"`) {
		t.Errorf("repair again: status %d, want no change:\n%s", status, out)
	}
	w.must(t, "cancel", "leads", "--yes", "--now", night)
	if got := w.Event(booked.Series[0].UID); got["count"] != "1" {
		t.Errorf("the series after cancel: %v, want the session that was held", got)
	}
	w.must(t, "cancel", "peers", "--yes", "--now", "2026-02-26T09:00:00Z")
	if n := w.Events(); n != 1 {
		t.Errorf("%d series after both were cancelled, want 1", n)
	}
}

// A second book of booked groups, and a quiet night, write nothing and ask little.
func TestMicrosoftCosts(t *testing.T) {
	t.Parallel()
	w := newMicrosoftWorld(t, asApplication)
	w.must(t, "book", "--all", "--yes", "--now", "2026-02-26T09:00:00Z")
	w.must(t, "repair", "--yes", "--now", "2026-02-26T09:00:00Z") // the first night reads everything
	for what, args := range map[string][]string{
		"a quiet night": {"repair", "--yes", "-v", "--now", "2026-02-27T03:00:00Z"},
		"a second book": {"book", "--all", "--yes", "-v", "--now", "2026-02-26T09:00:00Z"},
	} {
		before := w.Calls()
		_, _, stderr := w.run(t, args...)
		total := 0
		for method, n := range w.Calls() {
			d := n - before[method]
			total += d
			if d > 0 && method != "getSchedule" && method != "calendarView.delta" {
				t.Errorf("%s called %s %d times", what, method, d)
			}
			if d > 0 && !strings.Contains(stderr, method) {
				t.Errorf("%s: -v does not count %s:\n%s", what, method, stderr)
			}
		}
		if total > 3 {
			t.Errorf("%s took %d calls, want at most 3", what, total)
		}
	}
}

func TestMicrosoftSignIn(t *testing.T) {
	t.Parallel()
	w := newMicrosoftWorld(t, "secret_env: ''")
	if status, _, stderr := w.run(t, "slots", "leads", "--now", "2026-02-26T09:00:00Z"); status != 1 || !strings.Contains(stderr, "peerslot auth microsoft") {
		t.Errorf("before signing in: status %d, %q; want 1 and the next step", status, stderr)
	}
	w.Set(func() { w.Auth.Account = "ana@acme.example" })
	if status, stderr := w.signIn(t, "--no-browser"); status != 1 || !strings.Contains(stderr, "robot@acme.example") {
		t.Errorf("another account: status %d, %q", status, stderr)
	}
	w.Set(func() { w.Auth.Account = "" })
	for _, flags := range [][]string{{"--no-browser"}, {"--device"}} {
		w.Set(func() { w.Auth.Pending = 1 })
		if status, stderr := w.signIn(t, flags...); status != 0 || flags[0] == "--device" && !strings.Contains(stderr, "ABCD-EFGH") {
			t.Fatalf("auth microsoft %s: status %d\n%s", flags[0], status, stderr)
		}
		if info, err := os.Stat(filepath.Join(w.dir, "token.json")); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("token file: %v, %v; want mode 0600", info, err)
		}
		w.must(t, "check", "--now", "2026-02-26T09:00:00Z")
		if err := os.Remove(filepath.Join(w.dir, "token.json")); err != nil {
			t.Fatal(err)
		}
	}
}

// What is wrong with the application is said in plain words, and nothing is booked.
func TestMicrosoftRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		set    func(*microsoftWorld)
		status int
		want   string
	}{
		"no secret":      {func(w *microsoftWorld) { w.env = nil }, 2, microsoftSecret},
		"a wrong secret": {func(w *microsoftWorld) { w.env = []string{microsoftSecret + "=other"} }, 1, "the client secret is wrong (AADSTS7000215)"},
		"no consent":     {func(w *microsoftWorld) { w.Set(func() { w.Auth.Without = true }) }, 1, "Calendars.ReadWrite"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newMicrosoftWorld(t, asApplication)
			c.set(w)
			for _, args := range [][]string{{"book", "leads", "--yes"}, {"check"}} {
				status, stdout, stderr := w.run(t, append(args, "--now", "2026-02-26T09:00:00Z")...)
				if args[0] == "book" && status != c.status || status == 0 || !strings.Contains(stdout+stderr, c.want) || strings.Contains(stdout+stderr, "SECRET that") {
					t.Errorf("%s: status %d, want %d and %q:\n%s%s", args[0], status, c.status, c.want, stdout, stderr)
				}
			}
			if w.Events() != 0 {
				t.Error("something was booked")
			}
		})
	}
}

// A killed pass ends as an undisturbed one, also where every tenth call fails.
func TestAKilledPassOnMicrosoft(t *testing.T) {
	t.Parallel()
	killPasses(t, func(t *testing.T, groups int) killable {
		var people []string
		for i := range groups {
			people = append(people, address(i))
		}
		s, w := graphtest.New(t, "robot@acme.example", people...), manyWorld{t.TempDir(), []string{microsoftSecret + "=" + graphtest.Secret}}
		s.Start()
		w.write(t, "peerslot.yaml", manyConfig(groups, microsoftConfig(s, asApplication)))
		w.must(t, "book", "--all", "--yes", "--start", "2026-03-02", "--now", manyNow)
		for i, busy := range manyConflicts(t, w) {
			s.Meet(address(i), graphtest.Meeting{Start: busy, End: busy.Add(time.Hour)})
		}
		s.Fail(func(_ string, n int) *graphtest.Fault {
			if n%10 != 0 {
				return nil
			}
			return []*graphtest.Fault{{Status: 503, Reason: "ErrorServerBusy"}, {Drop: graphtest.After}, {Half: true}, {Drop: graphtest.Before}}[n/10%4]
		})
		return killable{w, func() map[string]string {
			s.Fail(nil)
			var mails []string
			for _, m := range s.Mails("") {
				mails = append(mails, fmt.Sprintln(m))
			}
			if n := s.Events(); n != groups {
				t.Errorf("%d series, want %d", n, groups)
			}
			return w.everything(t, mails)
		}}
	})
}
