package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/peerslot/peerslot/calendar/file"
	"github.com/peerslot/peerslot/scheduler/report"
)

// A davWorld is a workspace whose calendars are on a real CalDAV server.
type davWorld struct {
	name, root, dir string
	place           string // of a person's calendar
	wrong           string // password of the organizer, in the environment, instead of the right one
}

const davNow = "2026-02-26T09:00:00Z" // .ci/caldav/servers has Cyrus live then

var davPlaces = map[string]string{
	"radicale": "/%s/calendar/", "xandikos": "/robot/calendars/calendar/", "cyrus": "/dav/calendars/user/%s/Default/",
	"sogo": "/SOGo/dav/%s/Calendar/personal/", "davical": "/caldav.php/%s/calendar/",
}

// newDavWorld returns a workspace on the server of that name that .ci/run has
// started, with empty calendars.
func newDavWorld(t *testing.T, name string) davWorld {
	t.Helper()
	if testing.Short() {
		t.Skip("real servers take minutes: not with -short")
	}
	servers := os.Getenv("PEERSLOT_TEST_CALDAV")
	if servers == "" {
		t.Skip("PEERSLOT_TEST_CALDAV is not set: .ci/run starts Radicale, Xandikos, Cyrus, SOGo and DAViCal for this test")
	}
	found := regexp.MustCompile(`(?:^| )` + name + `=(\S+)`).FindStringSubmatch(servers)
	if found == nil {
		t.Fatalf("PEERSLOT_TEST_CALDAV has no %s", name)
	}
	// Other tests, which may run beside this one, use the same accounts.
	unlock, err := file.Lock(t.Context(), filepath.Join(os.TempDir(), "peerslot-test-"+url.PathEscape(found[1])))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(unlock)
	w := davWorld{name, found[1], t.TempDir(), davPlaces[name], ""}
	for _, user := range []string{"robot", "ana", "bo", "cem"} {
		for _, path := range w.list(t, user) {
			w.do(t, user, http.MethodDelete, path, "")
		}
	}
	config := fmt.Sprintf(`organizer: People Ops <robot@acme.example>
timezone: Europe/Berlin
calendar:
  backend: caldav
  caldav: {url: %q, username: robot, password_env: ROBOT_PASSWORD}
  allow_hosts: [127.0.0.1]
people:
  - {email: ana@acme.example, name: Ana Lima}
  - {email: bo@acme.example, name: Bo Ek}
  - {email: cem@acme.example, name: Cem Su}
groups:
  - {name: leads, members: [ana@acme.example, bo@acme.example]}
  - {name: peers, members: [bo@acme.example, cem@acme.example]}
`, w.root)
	if err := os.WriteFile(filepath.Join(w.dir, "peerslot.yaml"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w davWorld) home(user string) string {
	if strings.Contains(w.place, "%s") {
		return fmt.Sprintf(w.place, user)
	}
	return w.place
}

// do makes a request as a person's own program does.
func (w davWorld) do(t *testing.T, user, method, path, body string) (status int, answer string) {
	t.Helper()
	u, err := url.Parse(w.root)
	if err != nil {
		t.Fatal(err)
	}
	u.Path = path
	req, err := http.NewRequestWithContext(t.Context(), method, u.String(), strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.SetBasicAuth(user, user+"-pw")
	req.Header.Set("Depth", "1")
	req.Header.Set("Content-Type", "text/calendar; charset=utf-8")
	if method == "PROPFIND" {
		req.Header.Set("Content-Type", "application/xml")
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil { // SOGo breaks off now and then
		req.Body, _ = req.GetBody()
		resp, err = http.DefaultClient.Do(req)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(text)
}

var hrefs = regexp.MustCompile(`href[^>]*>([^<]*\.ics)<`)

// list returns the paths of what is on a person's calendar.
func (w davWorld) list(t *testing.T, user string) (paths []string) {
	t.Helper()
	_, text := w.do(t, user, "PROPFIND", w.home(user), `<D:propfind xmlns:D="DAV:"><D:prop><D:getetag/></D:prop></D:propfind>`)
	for _, m := range hrefs.FindAllStringSubmatch(text, -1) {
		paths = append(paths, m[1])
	}
	return paths
}

// texts returns what is on a person's calendar, unfolded.
func (w davWorld) texts(t *testing.T, user string) string {
	t.Helper()
	var all strings.Builder
	for _, path := range w.list(t, user) {
		_, text := w.do(t, user, http.MethodGet, path, "")
		all.WriteString(regexp.MustCompile(`\r?\n[ \t]`).ReplaceAllString(text, ""))
	}
	return all.String()
}

func (w davWorld) meet(t *testing.T, user string, from, to time.Time) {
	t.Helper()
	const form = "20060102T150405Z"
	name := "other-" + from.UTC().Format(form)
	status, answer := w.do(t, user, http.MethodPut, w.home(user)+name+".ics", strings.Join([]string{
		"BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Other//Program//EN", "BEGIN:VEVENT", "UID:" + name, "DTSTAMP:20260101T000000Z",
		"DTSTART:" + from.UTC().Format(form), "DTEND:" + to.UTC().Format(form), "SUMMARY:Dentist", "END:VEVENT", "END:VCALENDAR", "",
	}, "\r\n"))
	if status/100 != 2 {
		t.Fatalf("a meeting of %s: %d %s", user, status, answer)
	}
}

func (w davWorld) command(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "peerslot", append(args, "--now", davNow)...)
	cmd.Dir = w.dir
	cmd.Env = append(os.Environ(), "ROBOT_PASSWORD=robot-pw", "ANA_PASSWORD=ana-pw", "CEM_PASSWORD=cem-pw", w.wrong)
	return cmd
}

// run runs the program and returns its exit status and output.
func (w davWorld) run(t *testing.T, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	status, stdout, stderr = outcome(t, w.command(t, args...))
	if strings.Contains(stdout+stderr, "robot-pw") {
		t.Errorf("peerslot %v shows the password", args)
	}
	return status, stdout, stderr
}

// must runs the program, which must end with one of the statuses 0 and 3.
func (w davWorld) must(t *testing.T, args ...string) (stdout, stderr string) {
	t.Helper()
	status, stdout, stderr := w.run(t, args...)
	if status != 0 && status != 3 {
		t.Fatalf("peerslot %s: status %d\n%s%s", strings.Join(args, " "), status, stdout, stderr)
	}
	return stdout, stderr
}

// From an empty calendar to a cancelled series, on servers as they are.
func TestCalDAVFromCheckToCancel(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"radicale", "cyrus", "sogo", "davical"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			lifeOnCalDAV(t, newDavWorld(t, name))
		})
	}
}

func lifeOnCalDAV(t *testing.T, w davWorld) {
	invites := w.name == "cyrus" || w.name == "sogo"
	if out, _ := w.must(t, "check"); !strings.Contains(strings.ToLower(out), "server is "+w.name) || strings.Contains(out, "mend caldav") {
		t.Errorf("check says:\n%s", out)
	}
	w.must(t, "slots", "leads")
	if texts := w.texts(t, "robot"); texts != "" {
		t.Errorf("slots wrote:\n%s", texts)
	}
	booked, _ := w.must(t, "book", "--all", "--yes", "--json")
	var answer report.Book
	if err := json.Unmarshal([]byte(booked), &answer); err != nil || len(answer.Series) != 2 || !answer.Series[0].Created {
		t.Fatalf("book: %v\n%s", err, booked)
	}
	if n := len(w.list(t, "robot")); n != 2 {
		t.Errorf("the organizer has %d events, want 2", n)
	}
	if copies := strings.Count(w.texts(t, "bo"), "-peerslot"); (copies > 0) != invites {
		t.Errorf("bo's calendar names our series %d times; the server invites: %v", copies, invites)
	}
	again, log := w.must(t, "book", "--all", "--yes", "-v")
	if !strings.Contains(again, "has a series already") || strings.Contains(log, "method=PUT") {
		t.Errorf("the second book writes, or does not say that there is nothing to do:\n%s%s", again, log)
	}
	first := answer.Series[0].First
	w.meet(t, "ana", first.Add(-time.Hour), first.Add(30*time.Minute))
	out, _ := w.must(t, "repair", "--yes", "--json")
	var night report.Repair
	if err := json.Unmarshal([]byte(out), &night); err != nil || len(night.Changes) == 0 {
		t.Fatalf("repair of a clash: %v\n%s", err, out)
	}
	to := night.Changes[0].To.UTC()
	moved := regexp.MustCompile(fmt.Sprintf(`DTSTART[^:\n]*:%s`, to.In(berlin(t)).Format("20060102T150405")))
	if !moved.MatchString(w.texts(t, "robot")) || invites && !moved.MatchString(w.texts(t, "bo")) {
		t.Errorf("the session that moved to %s is not there on everybody's calendar", to)
	}
	w.must(t, "status")
	w.must(t, "cancel", "leads", "--yes")
	if texts := w.texts(t, "robot"); strings.Count(texts, "STATUS:CANCELLED") != 1 {
		t.Errorf("after cancelling one of two groups, want one cancelled series:\n%s", texts)
	}
}

func berlin(t *testing.T) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

func TestCalDAVWrongPassword(t *testing.T) {
	t.Parallel()
	w := newDavWorld(t, "radicale")
	cmd := exec.CommandContext(t.Context(), "peerslot", "slots", "leads", "--now", davNow)
	cmd.Dir, cmd.Env = w.dir, append(os.Environ(), "ROBOT_PASSWORD=wrong-pw")
	out, err := cmd.CombinedOutput()
	if err == nil || !strings.Contains(string(out), "not signed in") || strings.Contains(string(out), "wrong-pw") {
		t.Errorf("slots with a wrong password: %v\n%s", err, out)
	}
	cmd = exec.CommandContext(t.Context(), "peerslot", "check", "--now", davNow)
	cmd.Dir = w.dir
	if out, err = cmd.CombinedOutput(); err == nil || !strings.Contains(string(out), "ROBOT_PASSWORD is not set") {
		t.Errorf("check without a password: %v\n%s", err, out)
	}
}

// A person's own account is read with their own sign-in, whatever the workspace's
// backend; also as one of several calendars.
func TestAPersonsOwnCalDAVAccount(t *testing.T) {
	t.Parallel()
	w := newDavWorld(t, "radicale")
	w.do(t, "ana", http.MethodPut, w.home("ana")+"meeting.ics", strings.ReplaceAll(`BEGIN:VCALENDAR
VERSION:2.0
PRODID:x
BEGIN:VEVENT
UID:meeting
DTSTAMP:20260301T000000Z
DTSTART:20260303T090000Z
DTEND:20260303T100000Z
SUMMARY:Hush
END:VEVENT
END:VCALENDAR
`, "\n", "\r\n"))
	own := fmt.Sprintf("caldav: %q, username: ana, password_env: ANA_PASSWORD", w.root)
	for name, calendar := range map[string]string{"alone": "{" + own + "}", "in a list": "[{" + own + "}, extra.ics]"} {
		config := fmt.Sprintf("organizer: robot@acme.example\ntimezone: UTC\ncalendar: {allow_hosts: [127.0.0.1]}\npeople: [{email: ana@acme.example, calendar: %s}]\n", calendar)
		for file, text := range map[string]string{"peerslot.yaml": config, "extra.ics": "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nEND:VCALENDAR\r\n"} {
			if err := os.WriteFile(filepath.Join(w.dir, file), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		out, _ := w.must(t, "freebusy", "ana", "--from", "2026-03-03", "--to", "2026-03-04", "--json")
		if !strings.Contains(out, "2026-03-03T09:00:00Z") || strings.Contains(out, `"unknown": true`) || strings.Contains(out, "Hush") {
			t.Errorf("%s: ana's own calendar says\n%s", name, out)
		}
	}
}
