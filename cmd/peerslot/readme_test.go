package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// TestReadme runs the console blocks of the README in an empty folder, one after
// the other, and compares what it shows of the demo with what the demo prints.
func TestReadme(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	var demo string
	ran := 0
	for _, block := range blocks(string(readme), "console") {
		for line := range strings.Lines(block) {
			command, ok := strings.CutPrefix(strings.TrimSpace(line), "$ ")
			if !ok {
				continue
			}
			command, _, _ = strings.Cut(command, " #")
			ran++
			if out := runReadme(t, dir, strings.TrimSpace(command)); strings.HasSuffix(command, " demo") {
				demo = out
			}
		}
	}
	if ran < 5 {
		t.Errorf("the README has %d commands in console blocks; want the tour", ran)
	}
	for _, block := range blocks(string(readme), "text") {
		if !strings.Contains(demo, strings.TrimRight(block, "\n")) {
			t.Errorf("the README shows what the demo does not print:\n%s\nthe demo prints:\n%s", block, demo)
		}
	}
}

// blocks returns the fenced blocks of that language.
func blocks(text, language string) []string {
	var out []string
	for _, m := range regexp.MustCompile("(?ms)^```"+language+"\n(.*?)^```$").FindAllStringSubmatch(text, -1) {
		out = append(out, m[1])
	}
	return out
}

// runReadme runs one command of the README in dir and returns what it prints. The
// tests that the README names are those that run now.
func runReadme(t *testing.T, dir, command string) string {
	t.Helper()
	switch {
	case command == "go test ./...", command == "go build -o peerslot ./cmd/peerslot":
		return ""
	case strings.HasPrefix(command, "go run ./cmd/peerslot "):
		command = strings.TrimPrefix(command, "go run ./cmd/")
	case strings.HasPrefix(command, "./peerslot "):
		command = strings.TrimPrefix(command, "./")
	default:
		t.Fatalf("the README has a command that this test does not know: %s", command)
	}
	addCalendars(t, dir)
	cmd := exec.CommandContext(t.Context(), "sh", "-c", command)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "HOME="+dir, "XDG_CACHE_HOME="+dir)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Errorf("$ %s: %v\n%s%s", command, err, stdout.String(), stderr.String())
	}
	return stdout.String()
}

// addCalendars plays the newcomer who exports the calendars of the three people in
// the starting configuration.
func addCalendars(t *testing.T, dir string) {
	t.Helper()
	if _, err := os.Stat(filepath.Join(dir, "peerslot.yaml")); err != nil {
		return
	}
	day := time.Now().Format("20060102")
	for _, who := range []string{"ana", "bo", "cem"} {
		text := fmt.Sprintf("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:test\r\nBEGIN:VEVENT\r\nUID:%s\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:%sT090000Z\r\nDTEND:%sT100000Z\r\nRRULE:FREQ=DAILY\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n", who, day, day)
		if err := os.WriteFile(filepath.Join(dir, "calendars", who+"@acme.example.ics"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
