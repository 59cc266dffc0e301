//go:build !noslack

package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/peerslot/peerslot/cmd/peerslot/internal/changing"
	"github.com/peerslot/peerslot/scheduler/chat/chattest"
)

const (
	slackToken = "xoxb-1-secret"
	slackNow   = "2026-02-26T09:00:00Z"
)

// A slackWorld is a workspace whose groups have channels on a stand-in for Slack.
type slackWorld struct {
	*chattest.Server
	dir, endpoint string
	token         string
}

func newSlackWorld(t *testing.T) *slackWorld {
	t.Helper()
	server := chattest.New(slackToken, "ana@acme.example", "bo@acme.example", "cem@acme.example")
	w := &slackWorld{server, t.TempDir(), server.Start(t), slackToken}
	w.write(t, "leads: ana bo", "peers: bo cem")
	return w
}

// write writes the configuration with groups such as "leads: ana bo".
func (w *slackWorld) write(t *testing.T, groups ...string) {
	t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "organizer: people-ops@acme.example\ntimezone: Europe/Berlin\nslack: {token_env: CHAT_TOKEN, endpoint: %q}\npeople:\n", w.endpoint)
	for _, p := range []string{"ana", "bo", "cem", "dee"} {
		fmt.Fprintf(&b, "  - {email: %s@acme.example, calendar: none}\n", p)
	}
	for i, g := range groups {
		if i == 0 {
			b.WriteString("groups:\n")
		}
		name, members, _ := strings.Cut(g, ": ")
		fmt.Fprintf(&b, "  - {name: %s, members: [%s@acme.example]}\n", name, strings.ReplaceAll(members, " ", "@acme.example, "))
	}
	if err := os.WriteFile(filepath.Join(w.dir, "peerslot.yaml"), []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
}

// run runs peerslot slack and returns its exit status and output, neither of which
// may hold the token.
func (w *slackWorld) run(t *testing.T, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "peerslot", append([]string{"slack", "--now", slackNow}, args...)...)
	cmd.Dir = w.dir
	cmd.Env = append(os.Environ(), "CHAT_TOKEN="+w.token)
	status, stdout, stderr = outcome(t, cmd)
	if w.token != "" && strings.Contains(stdout+stderr, w.token) {
		t.Errorf("peerslot slack %v prints the token:\n%s%s", args, stdout, stderr)
	}
	return status, stdout, stderr
}

func (w *slackWorld) must(t *testing.T, args ...string) string {
	t.Helper()
	status, stdout, stderr := w.run(t, args...)
	if status != 0 {
		t.Fatalf("peerslot slack %v: status %d\n%s%s", args, status, stdout, stderr)
	}
	return stdout
}

func TestSlackFromPlanToArchive(t *testing.T) {
	t.Parallel()
	w := newSlackWorld(t)
	const plan = "GROUP\tCHANNEL\tCHANGE\tWHY\n" +
		"leads\t#leads\tcreate, invite 2, introduce\tthe group has no channel\n" +
		"peers\t#peers\tcreate, invite 2, introduce\tthe group has no channel\n"
	if out := w.must(t, "--dry-run"); out != plan {
		t.Errorf("--dry-run prints\n%s\nwant\n%s", out, plan)
	}
	if status, out, hint := w.run(t); status != 3 || out != plan || !strings.Contains(hint, "add --yes") {
		t.Errorf("without an answer: status %d, %q, %q; want 3, the plan and how to go on", status, out, hint)
	}
	if n := w.Channels(); n != 0 {
		t.Fatalf("planning made %d channels", n)
	}
	if out := w.must(t, "--yes", "--verbose"); out != plan+"Changed 2 channels.\n" {
		t.Errorf("--yes prints\n%s", out)
	}
	leads := w.Channel("leads")
	if !leads.Private || !slices.Equal(leads.Members, []string{chattest.Self, "UANA", "UBO"}) || len(leads.Posts) != 1 || !strings.Contains(leads.Posts[0], "Welcome to leads") {
		t.Errorf("leads: %+v; want a private channel with ana, bo and one introduction", leads)
	}
	if out := w.must(t, "--yes"); out != "Every group has its channel; nothing to do.\n" {
		t.Errorf("a second time it prints\n%s", out)
	}
	w.write(t, "tech-leads: ana bo")
	w.must(t, "--yes")
	if leads.Name != "tech-leads" || len(leads.Posts) != 1 || !w.Channel("peers").Archived {
		t.Errorf("after renaming leads and removing peers: %+v, %+v", leads, w.Channel("peers"))
	}
	w.write(t)
	if status, _, stderr := w.run(t, "--yes"); status != 1 || leads.Archived || !strings.Contains(stderr, "hint: if the store") {
		t.Errorf("without any group: status %d, archived %v, %q; want 1, nothing done, and what to do", status, leads.Archived, stderr)
	}
}

func TestSlackMemberNotFound(t *testing.T) {
	t.Parallel()
	w := newSlackWorld(t)
	w.write(t, "leads: ana dee bo")
	const missing = "! leads: dee@acme.example is not in the channel: nobody on Slack has that address\n"
	status, out, _ := w.run(t, "--yes")
	if status != 3 || !strings.HasSuffix(out, missing+"Changed 1 channel.\n") || len(w.Channel("leads").Members) != 3 {
		t.Errorf("status %d, members %v; want 3, the others invited, and dee named:\n%s", status, w.Channel("leads").Members, out)
	}
	status, out, _ = w.run(t, "--yes", "--json")
	var answer changing.JsonSlack
	if err := json.Unmarshal([]byte(out), &answer); err != nil || status != 3 || len(answer.Changes) != 0 || len(answer.Attention) != 1 {
		t.Errorf("again: status %d, %v; want 3, no change and dee named:\n%s", status, err, out)
	}
}

func TestSlackFinishesWhatWasInterrupted(t *testing.T) {
	t.Parallel()
	w := newSlackWorld(t)
	w.Fail("chat.postMessage", chattest.Fault{Drop: true})
	w.Fail("conversations.list", chattest.Fault{Status: 429, After: "1"}, chattest.Fault{Status: 500})
	status, out, stderr := w.run(t, "--yes", "--json")
	var answer changing.JsonSlack
	if err := json.Unmarshal([]byte(out), &answer); err != nil || status != 3 || len(answer.Changes) != 1 || len(answer.Failed) != 1 || answer.Failed[0].Group != "leads" {
		t.Errorf("a lost answer: status %d, %v; want 3, peers changed and leads failed:\n%s%s", status, err, out, stderr)
	}
	w.must(t, "--yes")
	if leads := w.Channel("leads"); len(leads.Posts) != 1 || w.Channels() != 2 {
		t.Errorf("%d introductions and %d channels; want one and two", len(leads.Posts), w.Channels())
	}
}

func TestSlackNotSetUp(t *testing.T) {
	t.Parallel()
	w := newSlackWorld(t)
	w.token = ""
	if status, _, stderr := w.run(t, "--yes"); status != 2 || !strings.Contains(stderr, "CHAT_TOKEN") {
		t.Errorf("without a token: status %d, %q; want 2 and the variable", status, stderr)
	}
	w.token = "xoxb-another"
	if status, _, stderr := w.run(t, "--yes"); status != 1 || !strings.Contains(stderr, "groups:write") {
		t.Errorf("with a wrong token: status %d, %q; want 1 and the scopes", status, stderr)
	}
	config := "organizer: people-ops@acme.example\ntimezone: UTC\npeople:\n  - {email: ana@acme.example}\n"
	if err := os.WriteFile(filepath.Join(w.dir, "peerslot.yaml"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	w.Calls()
	if status, _, stderr := w.run(t, "--yes"); status != 2 || !strings.Contains(stderr, "slack: {token_env: SLACK_TOKEN}") || len(w.Calls()) > 0 {
		t.Errorf("without the setting: status %d, %q; want 2, how to set it, and no call", status, stderr)
	}
}
