package main

import (
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/peerslot/peerslot/scheduler/mail"
)

// realServers names real mail servers: the address for mail that goes out, that of the
// organizer's mailbox, and the certificate of both, beside which the mailboxes lie.
// .ci/mail/servers starts them, and .ci/run fails without.
func realServers(t *testing.T) (smtp, imap, certificate string) {
	t.Helper()
	where := strings.Fields(os.Getenv("PEERSLOT_TEST_MAIL"))
	if len(where) != 3 {
		t.Skip("PEERSLOT_TEST_MAIL names no real mail servers; .ci/run starts them")
	}
	return where[0], where[1], where[2]
}

func TestRealMailServers(t *testing.T) {
	t.Parallel()
	smtp, imap, certificate := realServers(t)
	boxes := filepath.Join(filepath.Dir(certificate), "boxes")
	dir := t.TempDir()
	config := fmt.Sprintf(`organizer: ops@acme.example
timezone: Europe/Berlin
people: [{email: ana@acme.example, name: Ana Lima, timezone: Europe/Lisbon}, {email: bo@acme.example}, {email: cem@acme.example}]
programs: [{name: circles, kind: circle, size: 2-4}]
groups: [{name: leads, program: circles, members: [ana@acme.example, bo@acme.example, cem@acme.example]}]
mail: {server: %q, replies: %q, password_env: MAIL_PASSWORD}
`, smtp, imap)
	write := func(name, text string) {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("peerslot.yaml", config)
	for _, name := range []string{"ana", "bo", "cem"} {
		write("calendars/"+name+"@acme.example.ics", "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nEND:VCALENDAR\r\n")
	}
	peerslot := func(now string, args ...string) string {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), "peerslot", append(args, "--now", now)...)
		cmd.Dir, cmd.Env = dir, append(os.Environ(), "SSL_CERT_FILE="+certificate, "MAIL_PASSWORD=right")
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("peerslot %s: %v\n%s", strings.Join(args, " "), err, out)
		}
		return string(out)
	}
	now := time.Now().UTC()
	at := func(d time.Duration) string { return now.Add(d).Format(time.RFC3339) }

	for _, box := range []string{"ana", "ops"} { // what an earlier run of the tests left
		for _, name := range slices.Concat(messages(t, filepath.Join(boxes, box, "new")), messages(t, filepath.Join(boxes, box, "cur"))) {
			if err := os.Remove(name); err != nil {
				t.Fatal(err)
			}
		}
	}
	peerslot(at(0), "check")
	if out := peerslot(at(0), "book", "leads", "--yes"); !strings.Contains(out, "3 messages sent") {
		t.Errorf("book: %s", out)
	}
	files, err := filepath.Glob(filepath.Join(dir, "calendars", "ops@acme.example", "*.ics"))
	if err != nil || len(files) != 1 {
		t.Fatalf("the organizer's series: %v, %v", files, err)
	}
	uid := strings.TrimSuffix(filepath.Base(files[0]), ".ics")
	invitation := delivered(t, filepath.Join(boxes, "ana", "new"))
	if !strings.Contains(invitation, "method=REQUEST") || !strings.Contains(invitation, "Subject: Invitation") {
		t.Fatalf("what came to Ana's mailbox is no invitation:\n%s", invitation)
	}
	reply := strings.ReplaceAll(fmt.Sprintf("From: ana@acme.example\nTo: ops@acme.example\nSubject: Accepted\nContent-Type: text/calendar; method=REPLY; charset=utf-8\n\nBEGIN:VCALENDAR\nMETHOD:REPLY\nBEGIN:VEVENT\nUID:%s\nATTENDEE;PARTSTAT=ACCEPTED:mailto:ana@acme.example\nEND:VEVENT\nEND:VCALENDAR\n", uid), "\n", "\r\n")
	u, err := url.Parse(smtp)
	if err != nil {
		t.Fatal(err)
	}
	if err := (mail.Server{URL: u, Username: "ops@acme.example", Password: "right"}).SendAll(t.Context(), "ana@acme.example", "ops@acme.example", []byte(reply)); err != nil {
		t.Fatal(err)
	}
	noted := ""
	for range 100 {
		if noted = peerslot(at(time.Hour), "mail"); strings.Contains(noted, "1 reply noted") {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	if !strings.Contains(noted, "1 reply noted") {
		t.Errorf("mail: %s, want Ana's reply noted", noted)
	}
	if out := peerslot(at(2*time.Hour), "mail"); !strings.Contains(out, "0 replies noted") {
		t.Errorf("mail once more: %s, want nothing new", out)
	}
	if out := peerslot(at(3*time.Hour), "cancel", "leads", "--yes"); !strings.Contains(out, "3 messages sent") {
		t.Errorf("cancel: %s", out)
	}
}

// messages are the files in a folder of a mailbox.
func messages(t *testing.T, folder string) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(folder, "*"))
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// delivered is the message that came to a folder. The server delivers after it took a
// message, so it waits.
func delivered(t *testing.T, folder string) string {
	t.Helper()
	for range 300 {
		if found := messages(t, folder); len(found) == 1 {
			text, err := os.ReadFile(found[0])
			if err != nil {
				t.Fatal(err)
			}
			return string(text)
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatalf("no message came to %s", folder)
	return ""
}
