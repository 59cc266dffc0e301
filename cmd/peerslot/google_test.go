//go:build !nogoogle

package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/peerslot/peerslot/calendar/google/googletest"
	"github.com/peerslot/peerslot/scheduler/report"
)

// A googleWorld is a workspace whose calendars are on a stand-in for Google.
type googleWorld struct {
	*googletest.Server
	manyWorld
}

const googleNow = "2026-02-26T09:00:00Z"

func newGoogleWorld(t *testing.T) googleWorld {
	t.Helper()
	people := []string{"ana@acme.example", "bo@acme.example", "cem@acme.example"}
	g := googleWorld{googletest.New(t, "robot@acme.example", people...), manyWorld{dir: t.TempDir()}}
	endpoint := g.Start()
	g.WriteClient(filepath.Join(g.dir, "credentials.json"))
	config := fmt.Sprintf(`organizer: robot@acme.example
timezone: Europe/Berlin
repair: {horizon: 4w}
calendar:
  backend: google
  google: {credentials: credentials.json, token: token.json, endpoint: %q}
people:
  - {email: ana@acme.example}
  - {email: bo@acme.example}
  - {email: cem@acme.example}
groups:
  - {name: leads, members: [ana@acme.example, bo@acme.example]}
  - {name: peers, members: [bo@acme.example, cem@acme.example]}
`, endpoint)
	if err := os.WriteFile(filepath.Join(g.dir, "peerslot.yaml"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	return g
}

// signIn runs auth google and plays the browser.
func (g googleWorld) signIn(t *testing.T) {
	t.Helper()
	cmd := g.command(t, "auth", "google", "--no-browser")
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(stderr)
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), "http") {
			resp, err := http.Get(lines.Text())
			if err != nil {
				t.Fatalf("the browser: %v", err)
			}
			resp.Body.Close()
			break
		}
	}
	_, _ = io.Copy(io.Discard, stderr)
	if err := cmd.Wait(); err != nil {
		t.Fatalf("auth google: %v", err)
	}
	info, err := os.Stat(filepath.Join(g.dir, "token.json"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("token file: %v, %v; want mode 0600", info, err)
	}
}

// writes returns how many calls so far may have changed something.
func (g googleWorld) writes() int {
	n := 0
	for method, calls := range g.Calls() {
		for _, verb := range []string{"insert", "patch", "update", "delete"} {
			if strings.HasSuffix(method, "."+verb) {
				n += calls
			}
		}
	}
	return n
}

func TestGoogleFromSignInToCancel(t *testing.T) {
	t.Parallel()
	g := newGoogleWorld(t)
	if status, _, stderr := g.run(t, "slots", "leads", "--now", googleNow); status != 1 || !strings.Contains(stderr, "peerslot auth google") {
		t.Errorf("before signing in: status %d, %q; want 1 and the next step", status, stderr)
	}
	g.signIn(t)
	if out := g.must(t, "check", "--now", googleNow); !strings.Contains(out, "ok   google") || strings.Contains(out, "mend") {
		t.Errorf("check says:\n%s", out)
	}
	busy := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	g.Meet("ana@acme.example", googletest.Meeting{Start: busy, End: busy.Add(24 * time.Hour)})

	g.must(t, "slots", "leads", "--now", googleNow)
	if g.writes() != 0 {
		t.Errorf("slots made %d writing calls; want none", g.writes())
	}
	booked := g.must(t, "book", "--all", "--yes", "--json", "--now", googleNow)
	var answer report.Book
	if err := json.Unmarshal([]byte(booked), &answer); err != nil || len(answer.Series) != 2 || !answer.Series[0].Created {
		t.Fatalf("book: %v\n%s", err, booked)
	}
	if g.Events("robot@acme.example") != 2 || len(g.Mails("bo@acme.example")) < 2 {
		t.Errorf("the organizer has %d events, bo %d mails; want 2, and one for each group", g.Events("robot@acme.example"), len(g.Mails("bo@acme.example")))
	}
	writes := g.writes()
	if again := g.must(t, "book", "--all", "--yes", "--now", googleNow); !strings.Contains(again, "has a series already") || g.writes() != writes {
		t.Errorf("second book: %d more writing calls; want none\n%s", g.writes()-writes, again)
	}
	g.must(t, "repair", "--yes", "--now", googleNow)
	if g.writes() != writes {
		t.Errorf("repair of an undisturbed calendar made %d writing calls", g.writes()-writes)
	}
	first := answer.Series[0]
	second := first.First.AddDate(0, 0, 7)
	g.Meet("bo@acme.example", googletest.Meeting{Start: second, End: second.Add(time.Hour)})
	g.Meet("bo@acme.example", googletest.Meeting{Start: second.Add(-time.Hour), End: second.Add(30 * time.Minute)})
	if out := g.must(t, "repair", "--yes", "--now", googleNow); !strings.Contains(out, "1 change,") {
		t.Errorf("repair of a clash hidden in the session's own time says:\n%s", out)
	}
	if ics := g.must(t, "export", "leads", "-o", "-"); !strings.Contains(ics, "RECURRENCE-ID") {
		t.Errorf("the export has no moved session:\n%s", ics)
	}
	g.must(t, "status", "--now", googleNow)
	g.must(t, "cancel", "leads", "--yes", "--now", googleNow)
	if g.Events("robot@acme.example") != 1 {
		t.Errorf("after cancelling one of two groups the organizer has %d events", g.Events("robot@acme.example"))
	}
}

// check tells everything that it can find out, each fault with its own next step.
func TestGoogleCheckGoesOn(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		set  func(googleWorld)
		want string
	}{
		"not signed in":  {func(googleWorld) {}, "peerslot auth google"},
		"no credentials": {func(g googleWorld) { _ = os.Remove(filepath.Join(g.dir, "credentials.json")) }, "OAuth client"},
		"not enabled": {func(g googleWorld) {
			g.signIn(t)
			g.Fail(func(string, int) *googletest.Fault {
				return &googletest.Fault{Status: 403, Reason: "accessNotConfigured"}
			})
		}, "enable it"},
	} {
		t.Run(name, func(t *testing.T) {
			g := newGoogleWorld(t)
			feed := "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\nEND:VCALENDAR\r\n"
			config, err := os.ReadFile(filepath.Join(g.dir, "peerslot.yaml"))
			config = []byte(strings.Replace(string(config), "{email: cem@acme.example}", "{email: cem@acme.example, calendar: cem.ics}", 1))
			if err := errors.Join(err, os.WriteFile(filepath.Join(g.dir, "peerslot.yaml"), config, 0o600), os.WriteFile(filepath.Join(g.dir, "cem.ics"), []byte(feed), 0o600)); err != nil {
				t.Fatal(err)
			}
			c.set(g)
			status, out, _ := g.run(t, "check", "--now", googleNow)
			for _, want := range []string{c.want, "ok   calendar of cem@acme.example", "ok   agendas"} {
				if status != 3 || !strings.Contains(out, want) {
					t.Errorf("status %d, want 3 and %q:\n%s", status, want, out)
				}
			}
		})
	}
}

func TestGoogleWrongAccount(t *testing.T) {
	t.Parallel()
	g := newGoogleWorld(t)
	g.signIn(t)
	g.must(t, "book", "leads", "--yes", "--now", googleNow)
	g.Set(func() { g.Account = "ana@acme.example" })
	g.WriteToken(filepath.Join(g.dir, "token.json"))
	for _, args := range [][]string{{"book", "peers", "--yes"}, {"repair", "--yes"}, {"cancel", "leads", "--yes"}} {
		writes := g.writes()
		status, out, stderr := g.run(t, append(args, "--now", googleNow)...)
		if status != 1 || g.writes() != writes || !strings.Contains(stderr, "ana@acme.example is not the organizer") || strings.Contains(out, "Cancelled") {
			t.Errorf("%v: status %d, %d writes, want 1, none and who is signed in:\n%s%s", args, status, g.writes()-writes, out, stderr)
		}
	}
}

func TestGoogleRevoked(t *testing.T) {
	t.Parallel()
	g := newGoogleWorld(t)
	g.signIn(t)
	g.must(t, "book", "leads", "--yes", "--now", googleNow)
	g.Revoke()
	writes := g.writes()
	status, _, stderr := g.run(t, "repair", "--yes", "--now", googleNow)
	if status != 1 || !strings.Contains(stderr, "peerslot auth google") || g.writes() != writes {
		t.Errorf("nightly run without access: status %d, %d writing calls, %q; want 1, none, and the next step", status, g.writes()-writes, stderr)
	}
	if requests := g.Requests(); len(requests) > 4 {
		t.Errorf("the token endpoint was asked %v; a revoked token is not retried", requests)
	}
}

// A night in which no calendar could be read is not done, and says so.
func TestGoogleNightThatReadsNobody(t *testing.T) {
	t.Parallel()
	g := newGoogleWorld(t)
	g.signIn(t)
	g.must(t, "book", "--all", "--yes", "--now", googleNow)
	for _, a := range []string{"ana@acme.example", "bo@acme.example", "cem@acme.example"} {
		g.Share(a, "none")
	}
	status, out, _ := g.run(t, "repair", "--yes", "--heartbeat", "beat.json", "--now", googleNow)
	beat, err := os.ReadFile(filepath.Join(g.dir, "beat.json"))
	if status != 3 || !strings.Contains(out, "none of 3 calendars could be read") || !strings.Contains(string(beat), `"attention"`) || err != nil {
		t.Errorf("status %d, heartbeat %s, %v; want 3 and attention:\n%s", status, beat, err, out)
	}
}

// What somebody did to a whole series by hand is told every night until it is
// settled, and nothing is done against it.
func TestGoogleSeriesChangedByHand(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		hand func(g googleWorld, id string)
		want string
	}{
		"split": {func(g googleWorld, id string) {
			g.Split(id, time.Date(2026, 4, 7, 7, 0, 0, 0, time.UTC), 2*time.Hour)
		}, "all that follow by hand"},
		"ended early": {func(g googleWorld, id string) {
			g.Edit(id, map[string]any{"recurrence": []any{"RRULE:FREQ=WEEKLY;COUNT=4"}})
		}, "after 4 of its 13 sessions"},
		"edited into something else": {func(g googleWorld, id string) {
			g.Edit(id, map[string]any{"recurrence": []any{"RRULE:FREQ=DAILY;COUNT=4"}})
		}, "cannot be used"},
		"a guest removed": {func(g googleWorld, id string) {
			g.Edit(id, map[string]any{"attendees": []any{map[string]any{"email": "ana@acme.example", "responseStatus": "needsAction"}}})
		}, "off the series by hand"},
		"deleted": {func(g googleWorld, id string) { g.Delete(id) }, "peerslot cancel"},
	} {
		t.Run(name, func(t *testing.T) {
			g := newGoogleWorld(t)
			g.signIn(t)
			g.must(t, "book", "leads", "--slot", "tue 09:00", "--yes", "--now", googleNow)
			g.must(t, "repair", "--yes", "--now", googleNow)
			c.hand(g, eventOf(t, g))
			mails := len(g.Mails(""))
			for night := range 3 {
				writes := g.writes()
				status, out, stderr := g.run(t, "repair", "--yes", "--now", googleNow)
				if status != 3 || !strings.Contains(out, c.want) || night > 0 && g.writes() != writes {
					t.Fatalf("repair: status %d, %d writes, want 3, none and %q:\n%s%s", status, g.writes()-writes, c.want, out, stderr)
				}
			}
			if n := len(g.Mails("")); n != mails {
				t.Errorf("members got %d mails of it, want none", n-mails)
			}
			g.must(t, "cancel", "leads", "--yes", "--now", googleNow)
			g.must(t, "book", "leads", "--yes", "--now", googleNow)
			if status, out, stderr := g.run(t, "repair", "--yes", "--now", googleNow); status != 0 {
				t.Errorf("after cancel and book: status %d, want 0:\n%s%s", status, out, stderr)
			}
		})
	}
}

func TestGoogleUnreadableIsUnknown(t *testing.T) {
	t.Parallel()
	g := newGoogleWorld(t)
	g.signIn(t)
	g.Share("bo@acme.example", "none")
	status, stdout, _ := g.run(t, "check", "--now", googleNow)
	if status != 3 || !strings.Contains(stdout, "mend calendar of bo@acme.example") {
		t.Errorf("check: status %d\n%s", status, stdout)
	}
	out := g.must(t, "slots", "leads", "--top", "1", "--json", "--now", googleNow)
	var slots report.Slots
	if err := json.Unmarshal([]byte(out), &slots); err != nil || len(slots.Unknown) != 1 || slots.Candidates[0].Attendance != 13 {
		t.Errorf("slots: %v, unknown %v; want bo unknown and ana's 13 alone", err, slots.Unknown)
	}
}

func TestGoogleServiceAccountWithoutDelegation(t *testing.T) {
	t.Parallel()
	g := newGoogleWorld(t)
	g.WriteServiceAccount(filepath.Join(g.dir, "credentials.json"))
	status, stdout, stderr := g.run(t, "check", "--now", googleNow)
	if status == 0 || !strings.Contains(stdout+stderr, "delegation") {
		t.Errorf("check: status %d; want a word about domain-wide delegation\n%s%s", status, stdout, stderr)
	}
	if status, _, _ := g.run(t, "book", "leads", "--yes", "--now", googleNow); status != 1 || g.writes() != 0 {
		t.Errorf("book: status %d, %d writing calls; want 1 and none", status, g.writes())
	}
}

// A night in which nothing changed costs what the contract allows, and writes
// nothing.
func TestGoogleQuietNight(t *testing.T) {
	t.Parallel()
	g := newGoogleWorld(t)
	g.signIn(t)
	g.must(t, "book", "--all", "--yes", "--now", googleNow)
	g.must(t, "repair", "--yes", "--now", googleNow) // the first night reads everything
	before := g.Calls()
	g.must(t, "repair", "--yes", "--now", "2026-02-27T03:00:00Z")
	cost := map[string]int{}
	total := 0
	for method, n := range g.Calls() {
		if d := n - before[method]; d > 0 {
			cost[method] = d
			total += d
		}
	}
	if most := 2 + 1 + 3; total > most || cost["events.list"] < 1 {
		t.Errorf("a quiet night cost %v; want at most 2 windows of busy times, 1 sync and a list for each of 3 members", cost)
	}
	for method := range cost {
		if method != "freebusy.query" && method != "events.list" {
			t.Errorf("a quiet night called %s %d times", method, cost[method])
		}
	}
	g.Reply(eventOf(t, g), "ana@acme.example", time.Time{}, "declined")
	if status, out, _ := g.run(t, "repair", "--yes", "--json", "--now", "2026-02-27T04:00:00Z"); status != 3 || !strings.Contains(out, "ana declined the whole series") {
		t.Errorf("a decline since the last night: status %d, want 3 and a word about it:\n%s", status, out)
	}
	if status, out, _ := g.run(t, "repair", "--yes", "--json", "--now", "2026-02-27T04:30:00Z"); status != 3 || strings.Contains(out, "declined") || !strings.Contains(out, "bo would meet alone") {
		t.Errorf("once more: status %d, want 3, for bo would meet alone, and the decline not said twice:\n%s", status, out)
	}
}

// What is booked already is seen by one list, and costs no more than that.
func TestGoogleCallsOfBookedGroups(t *testing.T) {
	t.Parallel()
	g := newGoogleWorld(t)
	g.signIn(t) // looks whose calendar it is, too
	g.must(t, "book", "--all", "--yes", "--now", googleNow)
	first := map[string]int{"freebusy.query": 2, "events.list": 2, "events.insert": 2}
	if diff := cmp.Diff(first, g.Calls()); diff != "" {
		t.Errorf("book: calls (-want +got):\n%s", diff)
	}
	for _, c := range []struct {
		args []string
		want map[string]int
	}{
		{[]string{"status"}, map[string]int{"events.list": 4, "freebusy.query": 2}}, // one list of all, and what a night costs
		{[]string{"export", "--all", "-o", "-"}, map[string]int{"events.list": 1}},
		{[]string{"book", "--all", "--yes"}, map[string]int{"events.list": 1}}, // whether all can be used
	} {
		before := g.Calls()
		g.must(t, append(c.args, "--now", googleNow)...)
		cost := map[string]int{}
		for method, n := range g.Calls() {
			if d := n - before[method]; d > 0 {
				cost[method] = d
			}
		}
		if diff := cmp.Diff(c.want, cost); diff != "" {
			t.Errorf("%v: calls (-want +got):\n%s", c.args, diff)
		}
	}
}

// eventOf returns the id of the series of the group leads.
func eventOf(t *testing.T, g googleWorld) string {
	t.Helper()
	var status struct {
		Groups []report.Status `json:"groups"`
	}
	if err := json.Unmarshal([]byte(g.must(t, "status", "--json", "--now", googleNow)), &status); err != nil {
		t.Fatal(err)
	}
	return status.Groups[0].UID
}

// When the usage limits are reached the run ends, in one way whatever it has done
// before, and the next one goes on.
func TestGoogleQuota(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"book", "--all", "--yes"}, {"repair", "--yes", "--heartbeat", "beat.json"}} {
		for n := 1; n <= 6; n++ {
			g := newGoogleWorld(t)
			g.signIn(t)
			if args[0] == "repair" {
				g.must(t, "book", "--all", "--yes", "--slot", "tue 09:00", "--anyway", "--now", googleNow)
				for _, a := range []string{"ana@acme.example", "cem@acme.example"} {
					g.Meet(a, googletest.Meeting{Start: time.Date(2026, 3, 3, 8, 30, 0, 0, time.UTC), End: time.Date(2026, 3, 3, 9, 30, 0, 0, time.UTC)})
				}
			}
			var made atomic.Int64
			g.Fail(func(string, int) *googletest.Fault {
				if made.Add(1) < int64(n) {
					return nil
				}
				return &googletest.Fault{Status: 403, Reason: "quotaExceeded"}
			})
			status, out, stderr := g.run(t, append(args, "--now", googleNow)...)
			g.Fail(nil)
			if made.Load() < int64(n) {
				break // it needs fewer calls
			}
			if status != 1 || !strings.Contains(stderr, "usage limits") || !strings.Contains(stderr, "hint:") {
				t.Errorf("%v, limits reached at call %d: status %d, want 1 and when to go on:\n%s%s", args, n, status, out, stderr)
			}
			if again, out, stderr := g.run(t, append(args, "--now", googleNow)...); again == 1 {
				t.Errorf("%v, after a stop at call %d: status %d\n%s%s", args, n, again, out, stderr)
			}
		}
	}
}
