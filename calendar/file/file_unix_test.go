//go:build unix

package file

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func TestReplaceWritesThroughLinks(t *testing.T) {
	dir, far := t.TempDir(), t.TempDir()
	for _, c := range []struct{ name, old string }{{"there", "old"}, {"dangling", ""}} {
		link, target := filepath.Join(dir, c.name), filepath.Join(far, c.name)
		if c.old != "" {
			if err := os.WriteFile(target, []byte(c.old), 0o640); err != nil {
				t.Fatal(err)
			}
		}
		middle := link + "-middle"
		if err := errors.Join(os.Symlink(target, middle), os.Symlink(filepath.Base(middle), link)); err != nil {
			t.Fatal(err)
		}
		if err := Replace(link, []byte("new"), 0o644); err != nil {
			t.Fatal(err)
		}
		if info, err := os.Lstat(link); err != nil || info.Mode()&fs.ModeSymlink == 0 {
			t.Errorf("%s is no link any more", c.name)
		}
		if got := contents(t, target); got != "new" {
			t.Errorf("%s leads to %q, want the new text", c.name, got)
		}
	}
	loop := filepath.Join(dir, "loop")
	if err := os.Symlink("loop", loop); err != nil {
		t.Fatal(err)
	}
	if err := Replace(loop, nil, 0o644); err == nil {
		t.Error("a link to itself was written to")
	}
}

func TestModes(t *testing.T) {
	old := unix.Umask(0o027)
	defer unix.Umask(old)
	for _, c := range []struct{ perm, had, want fs.FileMode }{
		{0o666, 0, 0o640},     // a new file follows the umask
		{0o666, 0o644, 0o644}, // an old one keeps its mode
		{0o600, 0, 0o600},
		{0o600, 0o644, 0o600}, // a secret is for its owner alone
		{0o600, 0o400, 0o400},
	} {
		path := filepath.Join(t.TempDir(), "a")
		if c.had != 0 {
			if err := errors.Join(os.WriteFile(path, nil, 0o600), os.Chmod(path, c.had)); err != nil {
				t.Fatal(err)
			}
		}
		if err := Replace(path, []byte("x"), c.perm); err != nil {
			t.Fatal(err)
		}
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != c.want {
			t.Errorf("asked for %o over %o: got %o, %v; want %o", c.perm, c.had, info.Mode().Perm(), err, c.want)
		}
	}
}

func TestDevicesAndPipesAreNeverReplaced(t *testing.T) {
	if err := Replace("/dev/null", []byte("x"), 0o644); err != nil {
		t.Errorf("/dev/null: %v", err)
	}
	if info, err := os.Stat("/dev/null"); err != nil || info.Mode()&fs.ModeDevice == 0 {
		t.Error("/dev/null is no device any more")
	}
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := unix.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Replace(pipe, []byte("x"), 0o644); err == nil || !strings.Contains(err.Error(), "pipe: nobody reads from this pipe") {
		t.Errorf("a pipe that nobody reads was written to: %v", err)
	}
	if _, err := Read(pipe, 10); err == nil || err.(*fs.PathError).Err.Error() != "is a pipe, not a plain file" {
		t.Errorf("reading a pipe: got %v, want that it is a pipe", err)
	}
	reader, err := os.OpenFile(pipe, os.O_RDONLY|unix.O_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	if err := Replace(pipe, []byte("hello"), 0o644); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, 5)
	if _, err := reader.Read(got); err != nil || string(got) != "hello" {
		t.Errorf("the reader of the pipe got %q, %v", got, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(10*time.Millisecond, cancel)
	large := func(w io.Writer) error { _, err := w.Write(make([]byte, 1<<20)); return err }
	if err := ReplaceUntil(ctx, pipe, 0o644, large); !errors.Is(err, context.Canceled) {
		t.Errorf("a reader that stands still was waited for: %v", err)
	}
}

// A killed run's file goes with the next run; one that is being written stays.
func TestLeftoversAreRemoved(t *testing.T) {
	dir := t.TempDir()
	if os.Getenv("FILE_TEST_KILLED") != "" {
		_ = ReplaceWith(filepath.Join(os.Getenv("FILE_TEST_KILLED"), "a"), 0o644, func(*os.File) error {
			return unix.Kill(os.Getpid(), unix.SIGKILL)
		})
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestLeftoversAreRemoved$")
	cmd.Env = append(os.Environ(), "FILE_TEST_KILLED="+dir)
	if err := cmd.Run(); err == nil {
		t.Fatal("the writer was not killed")
	}
	if names(t, dir) == "" {
		t.Fatal("the killed writer left nothing; this test shows nothing")
	}
	err := ReplaceWith(filepath.Join(dir, "b"), 0o644, func(f *os.File) error {
		during := names(t, dir)
		swept.Clear()
		if err := Replace(filepath.Join(dir, "c"), nil, 0o644); err != nil {
			return err
		}
		if got := names(t, dir); got != during+" c" {
			t.Errorf("while b is written the folder holds %q, want %q and c", got, during)
		}
		return write(f, []byte("whole"))
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := names(t, dir); got != "b c" {
		t.Errorf("the folder holds %s, want b and c", got)
	}
}

// Nobody can make us write into a file of their choice by a link in our way.
func TestTemporaryNamesCannotBeForeseen(t *testing.T) {
	dir := t.TempDir()
	seen := map[string]bool{}
	for range 3 {
		err := ReplaceWith(filepath.Join(dir, "a"), 0o644, func(f *os.File) error {
			if base := filepath.Base(f.Name()); seen[base] || len(base) < 20 {
				t.Errorf("the name %s came twice, or is short", base)
			}
			seen[filepath.Base(f.Name())] = true
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
