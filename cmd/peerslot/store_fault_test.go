package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A store that cannot be written ends a pass with a clear error before a calendar is
// touched, and loses nothing: the next pass does it all.
func TestAStoreThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	undisturbed := newManyWorld(t, 12)
	faults := map[string]func(t *testing.T, w manyWorld) *exec.Cmd{
		"no room at all":       full(8),
		"no room for the plan": full(64),
		"a store that is a folder": func(t *testing.T, w manyWorld) *exec.Cmd {
			if err := os.Rename(filepath.Join(w.dir, "peerslot.db"), filepath.Join(w.dir, "kept.db")); err != nil {
				t.Fatal(err)
			}
			if err := os.Mkdir(filepath.Join(w.dir, "peerslot.db"), 0o755); err != nil {
				t.Fatal(err)
			}
			return w.command(t, nightly...)
		},
	}
	if os.Geteuid() != 0 { // who may write what is read-only
		faults["a store that is read-only"] = func(t *testing.T, w manyWorld) *exec.Cmd {
			if err := os.Chmod(filepath.Join(w.dir, "peerslot.db"), 0o444); err != nil {
				t.Fatal(err)
			}
			return w.command(t, nightly...)
		}
	}
	before := undisturbed.copied(t)
	undisturbed.must(t, nightly...)
	want := undisturbed.state(t)
	for name, fault := range faults {
		t.Run(name, func(t *testing.T) {
			w := before.copied(t)
			out, err := fault(t, w).CombinedOutput()
			what, next := "the store cannot be written", "full disk"
			if name == "a store that is a folder" {
				what, next = "open the store peerslot.db: open peerslot.db: is a folder", "move it away"
			}
			if err == nil || !strings.Contains(string(out), what) || !strings.Contains(string(out), next) || strings.Contains(string(out), "goroutine") {
				t.Errorf("the pass: %v\n%s\nwant %q, and a hint: %q", err, out, what, next)
			}
			w.mend(t)
			w.must(t, nightly...)
			if diff := cmp.Diff(want, w.state(t)); diff != "" {
				t.Errorf("after the fault the state differs (-undisturbed +after):\n%s", diff)
			}
		})
	}
}

// full returns a pass that can write no file beyond so many blocks of 512 bytes,
// which stands for a full disk: the log of the store cannot grow. Its signal is
// ignored, so that it is an error of the write.
func full(blocks int) func(*testing.T, manyWorld) *exec.Cmd {
	return func(t *testing.T, w manyWorld) *exec.Cmd {
		script := fmt.Sprintf(`trap '' XFSZ; ulimit -f %d; exec peerslot "$@"`, blocks)
		cmd := exec.CommandContext(t.Context(), "sh", append([]string{"-c", script, "sh"}, nightly...)...)
		cmd.Dir = w.dir
		return cmd
	}
}

// mend undoes what a fault did to the store.
func (w manyWorld) mend(t *testing.T) {
	t.Helper()
	kept := filepath.Join(w.dir, "kept.db")
	if _, err := os.Stat(kept); err == nil {
		if err := os.RemoveAll(filepath.Join(w.dir, "peerslot.db")); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(kept, filepath.Join(w.dir, "peerslot.db")); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(filepath.Join(w.dir, "peerslot.db"), 0o600); err != nil {
		t.Fatal(err)
	}
}
