package file

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

func contents(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func names(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range entries {
		out = append(out, e.Name())
	}
	return strings.Join(out, " ")
}

func TestReplaceMakesAndReplaces(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.svg")
	for _, text := range []string{"one", "two, which is longer", ""} {
		if err := Replace(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		if got := contents(t, path); got != text {
			t.Errorf("got %q, want %q", got, text)
		}
	}
	if got := names(t, dir); got != "a.svg" {
		t.Errorf("the folder holds %s, want a.svg alone", got)
	}
}

func TestReplaceThatFailsChangesNothing(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a")
	if err := Replace(path, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	full := errors.New("full")
	err := ReplaceWith(path, 0o600, func(f *os.File) error {
		_, _ = f.WriteString("half")
		return full
	})
	if !errors.Is(err, full) {
		t.Errorf("got error %v, want %v", err, full)
	}
	if got := contents(t, path); got != "old" || names(t, dir) != "a" {
		t.Errorf("got %q in %s; want the old file alone", got, names(t, dir))
	}
}

// What cannot be written is named, not the temporary file in its place.
func TestErrorsNameTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "missing", "a.svg")
	for what, err := range map[string]error{
		"Replace": Replace(path, nil, 0o600), "ReplaceHere": ReplaceHere(path, nil, 0o600), "Create": Create(path, nil, 0o600),
	} {
		if named, ok := errors.AsType[*fs.PathError](err); !ok || named.Path != path || !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: got %v, want an error that names %s", what, err, path)
		}
	}
}

func TestCreateLeavesWhatIsThere(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "key")
	if err := Create(path, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Create(path, []byte("yours"), 0o600); !errors.Is(err, fs.ErrExist) {
		t.Errorf("got error %v, want that it exists", err)
	}
	if got := contents(t, path); got != "mine" || names(t, dir) != "key" {
		t.Errorf("got %q in %s; want the first file alone", got, names(t, dir))
	}
}

func TestOneOfManyCreatesWins(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key")
	var wg sync.WaitGroup
	made := make([]bool, 8)
	for i := range made {
		wg.Go(func() { made[i] = Create(path, []byte{byte('a' + i)}, 0o600) == nil })
	}
	wg.Wait()
	winner := ""
	for i, ok := range made {
		if ok {
			winner += string(rune('a' + i))
		}
	}
	if got := contents(t, path); got != winner {
		t.Errorf("the file holds %q, and these were told that they made it: %q", got, winner)
	}
}

func TestReadIsBounded(t *testing.T) {
	path := filepath.Join(t.TempDir(), "big")
	if err := os.WriteFile(path, make([]byte, 2<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Read(path, 1<<20); err == nil || !strings.HasSuffix(err.Error(), "is larger than 1 MB") {
		t.Errorf("got error %v, want that it is larger than 1 MB", err)
	}
	if data, err := Read(path, 2<<20); err != nil || len(data) != 2<<20 {
		t.Errorf("got %d bytes, %v; want all", len(data), err)
	}
	var kind *KindError
	if _, err := Read(filepath.Dir(path), 1<<20); !errors.As(err, &kind) || kind.Error() != "is a folder, not a plain file" {
		t.Errorf("got error %v, want that it is a folder", err)
	}
	if err := Replace(filepath.Dir(path), nil, 0o600); !errors.As(err, &kind) {
		t.Errorf("got error %v, want that it is a folder", err)
	}
}
