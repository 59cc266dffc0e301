package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"github.com/peerslot/peerslot/cmd/peerslot/internal/console"
	"github.com/peerslot/peerslot/scheduler/mail/mailtest"
)

// A mailWorld is a workspace of calendars in files, in which all are told by mail.
type mailWorld struct {
	lifeWorld
	*mailtest.PostOffice
	inbox *mailtest.Mailroom
}

func newMailWorld(t *testing.T, more string) *mailWorld {
	t.Helper()
	w := &mailWorld{lifeWorld{t.TempDir()}, &mailtest.PostOffice{Auth: []string{"PLAIN"}, Token: "right"}, mailtest.NewMailroom(t)}
	config := fmt.Sprintf(`organizer: ops@acme.example
timezone: Europe/Berlin
people:
  - {email: ana@acme.example, name: Ana Lima, timezone: Europe/Lisbon}
  - {email: bo@acme.example, name: Bo Berg}
  - {email: cem@acme.example, name: Cem Kaya}
programs:
  - {name: circles, kind: circle, size: 2-4}
groups:
  - {name: leads, program: circles, members: [ana@acme.example, bo@acme.example, cem@acme.example]}
mail: {server: %q, replies: %q, password_env: MAIL_PASSWORD%s}
`, w.Open(t, "smtp", nil), w.inbox.URL, more)
	if err := os.WriteFile(filepath.Join(w.dir, "peerslot.yaml"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(w.dir, "calendars"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"ana", "bo", "cem"} {
		text := "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nEND:VCALENDAR\r\n"
		if err := os.WriteFile(filepath.Join(w.dir, "calendars", name+"@acme.example.ics"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return w
}

func (w *mailWorld) at(t *testing.T, now string, args ...string) ran {
	t.Helper()
	a := w.args(append(args, "--now", now)...)
	var out, errs strings.Builder
	program := w.app(&out, &errs)
	program.Getenv = func(name string) string { return map[string]string{"MAIL_PASSWORD": "right"}[name] }
	status := execute(t.Context(), program, a)
	return ran{status, out.String(), errs.String()}
}

// letters returns recipient and subject of what was sent since the last call.
func (w *mailWorld) letters() (out []string) {
	for i, raw := range w.Raw {
		subject := ""
		for line := range strings.Lines(raw) {
			if rest, ok := strings.CutPrefix(line, "Subject: "); ok {
				subject = strings.TrimSpace(rest)
			}
		}
		to, _, _ := strings.Cut(w.Taken[i], "@")
		out = append(out, to+": "+subject)
	}
	w.Raw, w.Taken = nil, nil
	slices.Sort(out)
	return out
}

// uid returns the UID property of the only series.
func (w *mailWorld) uid(t *testing.T) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(w.dir, "calendars", "ops@acme.example", "*.ics"))
	if err != nil || len(files) != 1 {
		t.Fatalf("the organizer's series: %v, %v; want one", files, err)
	}
	return strings.TrimSuffix(filepath.Base(files[0]), ".ics")
}

func (w *mailWorld) replies(t *testing.T, who, answer, session, at string) {
	t.Helper()
	if session != "" {
		session = "RECURRENCE-ID:" + session + "\n"
	}
	when, err := time.Parse(time.RFC3339, at)
	if err != nil {
		t.Fatal(err)
	}
	w.inbox.Deliver(t, fmt.Sprintf("From: %s\nTo: ops@acme.example\nContent-Type: text/calendar; method=REPLY; charset=utf-8\n\nBEGIN:VCALENDAR\nMETHOD:REPLY\nBEGIN:VEVENT\nUID:%s\n%sATTENDEE;PARTSTAT=%s:mailto:%s\nDTSTAMP:%s\nEND:VEVENT\nEND:VCALENDAR\n",
		who, w.uid(t), session, answer, who, when.UTC().Format("20060102T150405Z")), when)
}

func TestAWholeLifeByMail(t *testing.T) {
	t.Parallel()
	w := newMailWorld(t, "")
	if r := w.at(t, "2026-03-02T08:00:00Z", "book", "leads", "--slot", "tue 15:00", "--start", "2026-03-09", "--yes"); r.status != console.ExitDone || !strings.Contains(r.stderr, "3 messages sent") {
		t.Fatalf("book: %+v", r)
	}
	invited := []string{
		"ana: Invitation: Peer circle: leads, Tuesdays at 14:00, weekly", "bo: Invitation: Peer circle: leads, Tuesdays at 15:00, weekly",
		"cem: Invitation: Peer circle: leads, Tuesdays at 15:00, weekly",
	}
	if got := w.letters(); !slices.Equal(got, invited) {
		t.Errorf("booked: %q, want %q", got, invited)
	}
	if r := w.at(t, "2026-03-02T09:00:00Z", "repair", "--yes"); len(w.letters()) > 0 {
		t.Errorf("a night in which nothing happened sent mail: %+v", r)
	}

	w.replies(t, "ana@acme.example", "ACCEPTED", "", "2026-03-02T10:00:00Z")
	w.replies(t, "ana@acme.example", "DECLINED", "20260317T140000Z", "2026-03-02T11:00:00Z")
	w.replies(t, "eve@evil.example", "ACCEPTED", "", "2026-03-02T11:00:00Z")
	r := w.at(t, "2026-03-14T09:00:00Z", "repair", "--yes")
	if r.status != console.ExitPerson || !strings.Contains(r.stdout+r.stderr, "not a member") {
		t.Errorf("a stranger's reply: %+v, want that it is named", r)
	}
	moved := w.letters()
	if len(moved) != 3 || !strings.Contains(moved[0], "Moved") {
		t.Fatalf("after a decline: %q, want each told of the move\n%s%s", moved, r.stdout, r.stderr)
	}
	if again := w.at(t, "2026-03-14T10:00:00Z", "repair", "--yes"); len(w.letters()) > 0 {
		t.Errorf("the second run sent mail: %+v", again)
	}
	history := w.at(t, "2026-03-14T10:00:00Z", "history", "leads")
	for _, want := range []string{"accepted", "declined", "bo@acme.example, invited by mail"} {
		if !strings.Contains(history.stdout, want) {
			t.Errorf("the history lacks %q:\n%s", want, history.stdout)
		}
	}

	for _, day := range []string{"2026-05-06T10:00:00Z", "2026-05-07T10:00:00Z"} {
		if r := w.at(t, day, "review", "--yes"); r.status == console.ExitError {
			t.Errorf("review: %+v", r)
		}
	}
	if asked := w.letters(); len(asked) != 3 || !strings.Contains(asked[0], "What should follow") {
		t.Errorf("four weeks before the end: %q, want each asked once", asked)
	}
	if r := w.at(t, "2026-05-08T10:00:00Z", "cancel", "leads", "--yes"); r.status != console.ExitDone {
		t.Errorf("cancel: %+v", r)
	}
	if ended := w.letters(); len(ended) != 3 || !strings.Contains(ended[0], "Ended") {
		t.Errorf("cancelled: %q, want each told", ended)
	}
}

// What somebody does by hand on a calendar that tells nobody is told by mail, once, and
// counts as a change.
func TestWhatIsDoneByHandIsMailed(t *testing.T) {
	t.Parallel()
	w := newMailWorld(t, "")
	w.at(t, "2026-03-02T08:00:00Z", "book", "leads", "--slot", "thu 13:00", "--start", "2026-03-09", "--yes")
	w.letters()
	w.moveByHand(t, "leads")
	w.at(t, "2026-03-03T09:00:00Z", "repair", "--yes")
	if got := w.letters(); len(got) != 3 || !strings.Contains(got[0], "Moved") {
		t.Errorf("%q; want each told of the move", got)
	}
	if b := w.bookings(t)[0]; b.Series.Sequence != 1 || b.Heard != nil {
		t.Errorf("sequence %d, heard of %+v; want 1, and that all is told", b.Series.Sequence, b.Heard)
	}
	w.at(t, "2026-03-04T09:00:00Z", "repair", "--yes")
	if got := w.letters(); len(got) > 0 {
		t.Errorf("the next night wrote %q", got)
	}
}

// Without leave nobody is written to, and what members answered is noted nowhere; what
// is shown counts it all the same.
func TestNothingIsMailedWithoutLeave(t *testing.T) {
	t.Parallel()
	w := newMailWorld(t, "")
	w.at(t, "2026-03-02T08:00:00Z", "book", "leads", "--slot", "tue 15:00", "--start", "2026-03-09", "--yes")
	w.letters()
	w.replies(t, "ana@acme.example", "DECLINED", "20260317T140000Z", "2026-03-02T11:00:00Z")
	before := w.files(t)
	const night = "2026-03-14T09:00:00Z"
	for _, args := range [][]string{{"repair", "--dry-run"}, {"repair"}, {"review", "--dry-run"}, {"cancel", "leads", "--dry-run"}, {"cancel", "leads"}, {"mail", "--dry-run"}} {
		r := w.at(t, night, args...)
		if changed, sent := changedFiles(before, w.files(t)), w.letters(); len(changed)+len(sent) > 0 {
			t.Errorf("%v: changed %v and sent %v\n%+v", args, changed, sent, r)
		}
	}
	shown, done := w.at(t, night, "repair", "--dry-run"), w.at(t, night, "repair", "--yes")
	if !strings.Contains(shown.stdout, "1 change") || !strings.HasPrefix(done.stdout, shown.stdout) || len(w.letters()) != 3 {
		t.Errorf("the rehearsal shows\n%s\nthe real run\n%s%s", shown.stdout, done.stdout, done.stderr)
	}
}

func TestWhatTheServerDoesNotTakeWaits(t *testing.T) {
	w := newMailWorld(t, "")
	w.Refuse = map[string]*smtp.SMTPError{"": {Code: 451, Message: "ill"}}
	r := w.at(t, "2026-03-02T08:00:00Z", "book", "leads", "--yes")
	if r.status != console.ExitPerson || !strings.Contains(r.stderr, "mail server is in trouble") {
		t.Errorf("book: %+v, want status 3 and the trouble named", r)
	}
	before := w.files(t)
	if shown := w.at(t, "2026-03-02T08:01:00Z", "mail", "--dry-run"); strings.Count(shown.stdout, "leads") != 3 || len(changedFiles(before, w.files(t))) > 0 {
		t.Errorf("mail --dry-run: %+v, want three that wait, and no file changed", shown)
	}
	w.Refuse = nil
	sent := w.at(t, "2026-03-02T09:00:00Z", "mail")
	if got := w.letters(); sent.status != console.ExitDone || len(got) != 3 || !strings.Contains(sent.stdout, "3 messages sent") {
		t.Errorf("mail: %+v, sent %q; want three", sent, got)
	}
}

func TestMailReadTakesOneMessage(t *testing.T) {
	w := newMailWorld(t, "")
	w.at(t, "2026-03-02T08:00:00Z", "book", "leads", "--yes")
	path := filepath.Join(w.dir, "reply.eml")
	text := fmt.Sprintf("From bo@acme.example Mon Mar  2\nFrom: bo@acme.example\nContent-Type: text/calendar; method=REPLY\n\nBEGIN:VCALENDAR\nMETHOD:REPLY\nBEGIN:VEVENT\nUID:%s\nATTENDEE;PARTSTAT=ACCEPTED:mailto:bo@acme.example\nEND:VEVENT\nEND:VCALENDAR\n", w.uid(t))
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	r := w.at(t, "2026-03-02T09:00:00Z", "mail", "--read", path)
	if r.status != console.ExitDone || !strings.Contains(r.stdout, "1 reply noted") {
		t.Errorf("mail --read: %+v, want the reply noted", r)
	}
	file, err := os.ReadFile(filepath.Join(w.dir, "calendars", "ops@acme.example", w.uid(t)+".ics"))
	if err != nil || !strings.Contains(strings.ReplaceAll(string(file), "\r\n ", ""), "PARTSTAT=ACCEPTED;ROLE=REQ-PARTICIPANT;RSVP=TRUE;SCHEDULE-AGENT=CLIENT:mailto:bo@acme.example") {
		t.Errorf("the organizer's file does not say that Bo accepted: %v\n%s", err, file)
	}
}

func TestABrokenMailTemplateChangesNothing(t *testing.T) {
	w := newMailWorld(t, ", templates: letters")
	if err := os.Mkdir(filepath.Join(w.dir, "letters"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(w.dir, "letters", "message.txt.tmpl"), []byte("{{.Nothing}}"), 0o600); err != nil {
		t.Fatal(err)
	}
	before := w.files(t)
	r := w.at(t, "2026-03-02T08:00:00Z", "book", "leads", "--yes")
	if r.status != console.ExitError || !strings.Contains(r.stderr, "Nothing") || len(w.files(t)) != len(before) {
		t.Errorf("book with a broken template: %+v, want an error that names the fault, and no new file", r)
	}
}

func TestCheckSignsInToTheMailServers(t *testing.T) {
	w := newMailWorld(t, "")
	if r := w.at(t, "2026-03-02T08:00:00Z", "check", "--sample", "me@acme.example"); r.status != console.ExitDone {
		t.Errorf("check: %+v, want all in order", r)
	}
	if got := w.letters(); len(got) != 2 || !strings.HasPrefix(got[0], "me: Cancelled") || !strings.HasPrefix(got[1], "me: Invitation") {
		t.Errorf("the sample is %q, want an invitation and its cancellation", got)
	}
	w.Token = "another"
	r := w.at(t, "2026-03-02T08:00:00Z", "check")
	if r.status != console.ExitPerson || !strings.Contains(r.stdout, "refused the sign-in") || strings.Contains(r.stdout, "right") {
		t.Errorf("check with a wrong password: %+v, want status 3 and the refusal", r)
	}
}

func TestStatusNamesWhomNothingReaches(t *testing.T) {
	w := newMailWorld(t, "")
	w.Refuse = map[string]*smtp.SMTPError{"bo@acme.example": {Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "unknown"}, "cem@acme.example": {Code: 450, Message: "grey"}}
	w.at(t, "2026-03-02T08:00:00Z", "book", "leads", "--yes")
	r := w.at(t, "2026-03-02T08:01:00Z", "status")
	if r.status != console.ExitPerson || !strings.Contains(r.stdout, "bo@acme.example") || !strings.Contains(r.stdout, "1 message waits") {
		t.Errorf("status: %+v, want Bo's dead address and one that waits", r)
	}
}

func TestMailSignsInWithATokenOfItsOwn(t *testing.T) {
	for name, row := range map[string]struct{ mail, calendar, want string }{
		"no application":             {`, oauth: {provider: microsoft}`, "", "client_id is missing"},
		"Microsoft's of calendar":    {`, oauth: {provider: microsoft}`, "calendar: {microsoft: {tenant: acme.example, client_id: abc}}\n", "mail-token.json"},
		"Google's credentials there": {`, oauth: {provider: google}`, "", "credentials.json"},
		"no token at all":            {`, password_env: X`, "", "does not sign in with a token"},
	} {
		w := newMailWorld(t, "")
		path := filepath.Join(w.dir, "peerslot.yaml")
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		changed := strings.Replace(string(text), ", password_env: MAIL_PASSWORD", row.mail, 1) + row.calendar
		if err := os.WriteFile(path, []byte(changed), 0o600); err != nil {
			t.Fatal(err)
		}
		before := w.files(t)
		if r := w.at(t, "2026-03-02T08:00:00Z", "auth", "mail", "--dry-run"); !strings.Contains(r.stdout+r.stderr, row.want) || len(changedFiles(before, w.files(t))) > 0 {
			t.Errorf("%s: %+v, want %q, and no file changed", name, r, row.want)
		}
	}
}
