//go:build !nogoogle && !nopostgres

package main

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/jackc/pgx/v5"

	"github.com/peerslot/peerslot/cmd/peerslot/internal/console"
	"github.com/peerslot/peerslot/scheduler/schedulertest"
	"github.com/peerslot/peerslot/scheduler/store"
)

// Workers get along with the rights that the README's statements give their role.
func TestLeastPrivileges(t *testing.T) {
	server := os.Getenv("PEERSLOT_TEST_POSTGRES")
	if server == "" {
		t.Skip("PEERSLOT_TEST_POSTGRES names no server; CI does")
	}
	t.Parallel()
	readme, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	statements := blocks(string(readme), "sql")
	if len(statements) != 1 {
		t.Fatalf("the README has %d blocks of SQL; want the one that makes the role", len(statements))
	}
	role := fmt.Sprintf("peerslot_role_%d", time.Now().UnixNano())
	at, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		runSQL(t, server, `DROP DATABASE IF EXISTS `+role+` WITH (FORCE)`)
		runSQL(t, server, `DROP ROLE IF EXISTS `+role)
	})
	for line := range strings.Lines(statements[0]) {
		statement, _, _ := strings.Cut(strings.ReplaceAll(line, "peerslot", role), ";")
		if runSQL(t, at.String(), statement); strings.HasPrefix(statement, "CREATE DATABASE") {
			at.Path = "/" + role // the rest is said there
		}
	}
	at.User = url.User(role)
	f := newFleetWorld(t, 1, 4, func(string, int) string { return schedulertest.InSchema(t, at.String(), "acme") })
	d := &store.Databases{}
	defer d.Close()
	cmd := f.start(t, 15*time.Minute, often)
	f.until(t, d, func() { time.Sleep(100 * time.Millisecond) })
	cmd.stop(t)
}

func runSQL(t *testing.T, location, statement string) {
	t.Helper()
	conn, err := pgx.Connect(context.Background(), location)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	if _, err := conn.Exec(context.Background(), statement); err != nil {
		t.Errorf("%s: %v", statement, err)
	}
}

// What the unit of systemd and the compose file start is what the program understands.
func TestUnitAndCompose(t *testing.T) {
	t.Parallel()
	understood := func(args []string) {
		t.Helper()
		root := newRootCmd(&console.App{})
		cmd, rest, err := root.Find(args)
		if err == nil {
			err = cmd.ParseFlags(rest)
		}
		if err == nil && cmd == root {
			err = fmt.Errorf("no command")
		}
		if err != nil {
			t.Errorf("peerslot %s: %v", strings.Join(args, " "), err)
		}
	}
	unit, err := os.ReadFile("peerslot.service")
	if err != nil {
		t.Fatal(err)
	}
	const installed = "/usr/local/bin/peerslot"
	for line := range strings.Lines(string(unit)) {
		if start, ok := strings.CutPrefix(line, "ExecStart="+installed); ok {
			understood(strings.Fields(start))
		}
	}
	var compose struct {
		Services map[string]struct {
			Build   struct{ Context, Dockerfile string }
			Command []string
		}
	}
	text, err := os.ReadFile("compose.yaml")
	if err == nil {
		err = yaml.Unmarshal(text, &compose)
	}
	if err != nil {
		t.Fatal(err)
	}
	work := compose.Services["work"]
	understood(work.Command)
	if _, err := os.Stat(filepath.Join("..", "..", work.Build.Dockerfile)); err != nil || work.Build.Context != "." {
		t.Errorf("compose.yaml builds %+v: %v", work.Build, err)
	}
	verify, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skip("no systemd-analyze to verify the unit")
	}
	path := filepath.Join(t.TempDir(), "peerslot.service")
	here := strings.ReplaceAll(string(unit), installed, verify) // a program that is there
	if err := os.WriteFile(path, []byte(here), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), verify, "verify", path).CombinedOutput(); err != nil || strings.Contains(string(out), "peerslot.service") {
		t.Errorf("systemd-analyze verify: %v\n%s", err, out)
	}
}
