package config_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"github.com/peerslot/peerslot/cmd/peerslot/internal/config"
)

func FuzzParse(f *testing.F) {
	f.Add([]byte(full))
	f.Add(config.Starting())
	f.Add([]byte("a: &a [*a]\n<<: {b: *a}\n? c\n: |\n  d\n---\n%YAML 1.2\n"))
	f.Add([]byte("organizer: !!str \"\\0\"\npeople: [{email: a@b.example, hours: {mon: , tue: ~}, away: 1/2}]\n"))
	dir := f.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "past.csv"), nil, 0o600); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := config.Parse("peerslot.yaml", data, dir)
		check(t, c, err)
	})
}

func FuzzCSV(f *testing.F) {
	f.Add("email;name;hours;away\nana@acme.example;\"A\"\"na\";mon 09:00-10:00;2026-01-01\n")
	f.Add("email,team\nana@acme.example,\"a\nbo@acme.example,b\n,\"c\"d\n")
	f.Add("email,travel,calendar\na@b.example,2026-05-04 UTC hours: mon 09:00-10:00; 2026-06-01,a.ics; google: x\n")
	f.Add("\ufeffEmail\tlevel\r\nbo@acme.example\t5\r\n")
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, people string) {
		if err := os.WriteFile(filepath.Join(dir, "people.csv"), []byte(people), 0o600); err != nil {
			t.Fatal(err)
		}
		c, err := config.Parse("peerslot.yaml", []byte(start+"people: people.csv\n"), dir)
		check(t, c, err)
	})
}

// check holds what is true of every answer.
func check(t *testing.T, c *config.Config, err error) {
	t.Helper()
	if (c == nil) == (err == nil) {
		t.Fatalf("Parse = %v, %v, want one of them", c, err)
	}
	if err == nil {
		if c.Workspace.Organizer.Address == "" || c.Workspace.Zone == "" {
			t.Errorf("no problems, but no organizer or zone: %+v", c.Workspace)
		}
		return
	}
	var found config.Errors
	if !errors.As(err, &found) || len(found) == 0 {
		t.Fatalf("Parse = %v, want Errors", err)
	}
	for _, p := range found {
		if p.Line < 1 || p.Column < 1 || p.File == "" || p.Message == "" || strings.ContainsFunc(p.String(), unicode.IsControl) {
			t.Errorf("not a problem that can be shown: %+v", p)
		}
	}
}
