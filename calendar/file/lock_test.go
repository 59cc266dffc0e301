package file

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestLock(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	unlock, err := Lock(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := Lock(ctx, path); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("while it is held: got %v, want to wait", err)
	}
	unlock()
	again, err := Lock(t.Context(), path)
	if err != nil {
		t.Fatalf("once it is free: %v", err)
	}
	again()
}

// Whoever may write to the folder must not choose what is overwritten.
func TestReplaceHereFollowsNoLink(t *testing.T) {
	dir := t.TempDir()
	secret, path := filepath.Join(dir, "secret"), filepath.Join(dir, "x.ics")
	if err := errors.Join(os.WriteFile(secret, []byte("theirs"), 0o600), os.Symlink("secret", path)); err != nil {
		t.Fatal(err)
	}
	if err := ReplaceHere(path, []byte("ours"), 0o644); err != nil {
		t.Fatal(err)
	}
	if got := contents(t, path) + contents(t, secret); got != "ourstheirs" {
		t.Errorf("got %q", got)
	}
	if info, err := os.Lstat(path); err != nil || !info.Mode().IsRegular() {
		t.Errorf("the link is %v, %v, want a plain file", info.Mode(), err)
	}
}
