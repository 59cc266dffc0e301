package oauth

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/peerslot/peerslot/calendar"
)

var (
	service = Service{Key: "acme", Name: "Acme"}
	token   = Token{AccessToken: "secret-a", RefreshToken: "secret-r", TokenType: "Bearer", Expiry: time.Unix(1e9, 0).UTC(), Scope: "a b"}
)

func keep(t *testing.T, f File, tok Token) {
	t.Helper()
	if err := f.Keep(service, tok); err != nil {
		t.Fatal(err)
	}
}

func TestFileKeepsAToken(t *testing.T) {
	f := File(filepath.Join(t.TempDir(), "token.json"))
	keep(t, f, Token{RefreshToken: "older"})
	keep(t, f, token)
	got, err := f.read(service)
	if diff := cmp.Diff(token, got); diff != "" || err != nil {
		t.Errorf("got %v, (-want +got):\n%s", err, diff)
	}
	if info, err := os.Stat(string(f)); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("got %v, %v, want mode 0600", info, err)
	}
}

func TestFileOpenToOthersIsRefused(t *testing.T) {
	f := File(filepath.Join(t.TempDir(), "token.json"))
	keep(t, f, token)
	for _, mode := range []fs.FileMode{0o640, 0o604, 0o660} {
		if err := os.Chmod(string(f), mode); err != nil {
			t.Fatal(err)
		}
		_, err := f.read(service)
		e, ok := errors.AsType[*Error](err)
		if !ok || !errors.Is(err, calendar.ErrSignIn) || !strings.Contains(e.Hint(), "chmod 600") {
			t.Errorf("mode %04o: got %v, want an Error that says chmod 600", mode, err)
		}
	}
}

func TestLinkedFileStaysALink(t *testing.T) {
	dir := t.TempDir()
	real, link := filepath.Join(dir, "real.json"), filepath.Join(dir, "token.json")
	keep(t, File(real), Token{RefreshToken: "older"})
	if err := os.Symlink(real, link); err != nil {
		t.Fatal(err)
	}
	keep(t, File(link), token)
	if info, err := os.Lstat(link); err != nil || info.Mode()&fs.ModeSymlink == 0 {
		t.Errorf("got %v, %v, want a link", info, err)
	}
	if got, err := File(real).read(service); err != nil || got != token {
		t.Errorf("behind the link: got %+v, %v", got, err)
	}
}

func TestDamagedFilesAreNotQuoted(t *testing.T) {
	f := File(filepath.Join(t.TempDir(), "token.json"))
	for _, content := range []string{"", "secret-text", `{"access_token": "secret-text"}`, `{"refresh_token": 7, "access_token": "secret-text"}`} {
		if err := os.WriteFile(string(f), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := f.read(service)
		if e, ok := errors.AsType[*Error](err); !ok || !e.Again || strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: got %v, want an Error that quotes nothing", content, err)
		}
	}
}
