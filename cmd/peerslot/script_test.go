package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/spf13/cobra"

	"github.com/peerslot/peerslot/cmd/peerslot/internal/config"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/console"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/demo"
)

var update = flag.Bool("update", false, "write what the commands print into the scripts")

func TestMain(m *testing.M) {
	testscript.Main(program{m}, map[string]func(){"peerslot": func() { os.Exit(run()) }})
}

// raced reports whether the race detector watches the tests.
func raced() bool {
	info, ok := debug.ReadBuildInfo()
	return ok && slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"})
}

// A program runs the tests with peerslot in the path. Processes of its own are the
// program as it is built for people where the race detector watches: it would make
// them ten times slower, and sees of them nothing that the tests of the packages do
// not show it. Garbage is collected less often than by Go's own rule: cobra keeps all commands
// that there were, in the end 70 MB, through which each collection goes.
type program struct{ m *testing.M }

func (p program) Run() int {
	debug.SetGCPercent(200)
	if !raced() {
		return p.inMemory()
	}
	dir, err := os.MkdirTemp("", "peerslot-plain")
	if err == nil {
		defer os.RemoveAll(dir)
		err = exec.Command("go", "build", "-race=false", "-o", dir, ".").Run()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "build peerslot without the race detector:", err)
		return 1
	}
	os.Setenv("PATH", dir+string(filepath.ListSeparator)+os.Getenv("PATH"))
	return p.inMemory()
}

// inMemory runs the tests with their files in memory where the system has a place there: they
// save so often that most would mainly wait for the disk. The place is of 64 MB in a container;
// two tests at once need 22 MB of it, sixteen 49 (2026-11).
func (p program) inMemory() int {
	if runtime.GOMAXPROCS(0) <= 8 {
		if dir, err := os.MkdirTemp("/dev/shm", "peerslot"); err == nil {
			defer os.RemoveAll(dir)
			os.Setenv("TMPDIR", dir)
		}
	}
	return p.m.Run()
}

// TestScripts runs the program as a user would. Each script is in a folder of its
// own, with the files that it brings.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "script"),
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup:               setUpScript,
		Cmds:                serveCommands,
	})
}

// setUpScript gives a script a home of its own, and no wish for colours.
func setUpScript(env *testscript.Env) error {
	env.Setenv("HOME", env.WorkDir)
	env.Setenv("XDG_CACHE_HOME", filepath.Join(env.WorkDir, ".cache"))
	env.Setenv("NO_COLOR", "1")
	env.Values[visitor{}] = &visitor{}
	return nil
}

// TestEveryCommandHasAnExample keeps the help of every command useful.
func TestEveryCommandHasAnExample(t *testing.T) {
	root := newRootCmd(&console.App{})
	for _, cmd := range root.Commands() {
		if cmd.Example == "" || !strings.Contains(cmd.Example, cmd.CommandPath()) {
			t.Errorf("%s has no example of itself in its help", cmd.CommandPath())
		}
		if cmd.Short == "" || strings.HasSuffix(cmd.Short, ".") {
			t.Errorf("%s: short help %q; want a line without a full stop", cmd.CommandPath(), cmd.Short)
		}
	}
}

// TestExamplesCanBeTyped keeps the examples to names that are there after init or
// demo.
func TestExamplesCanBeTyped(t *testing.T) {
	start := string(config.Starting())
	named := regexp.MustCompile(`peerslot (?:slots|book|export|cancel|review|history|answer|form|repair --rebook) ([a-z][a-z0-9-]*)`)
	people := regexp.MustCompile(`[a-z.]+@acme\.example`)
	var visit func(*cobra.Command)
	visit = func(cmd *cobra.Command) {
		for _, m := range named.FindAllStringSubmatch(cmd.Example, -1) {
			if !strings.Contains(start, "name: "+m[1]) && m[1] != demo.Group {
				t.Errorf("%s: its example names %s, which neither init nor demo makes", cmd.CommandPath(), m[1])
			}
		}
		for _, address := range people.FindAllString(cmd.Example, -1) {
			if !strings.Contains(start, address) {
				t.Errorf("%s: its example names %s, whom init does not name", cmd.CommandPath(), address)
			}
		}
		for _, child := range cmd.Commands() {
			visit(child)
		}
	}
	visit(newRootCmd(&console.App{}))
}
