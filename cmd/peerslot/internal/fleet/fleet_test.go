package fleet

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/peerslot/peerslot/cmd/peerslot/internal/console"
)

// A job is done by the files as they are when it is begun: changed, new, gone, or
// broken, whatever was read before.
func TestMemberFollowsItsFile(t *testing.T) {
	dir := t.TempDir()
	write := func(name, zone string) {
		t.Helper()
		text := "organizer: robot@acme.example\ntimezone: " + zone + "\nworkspace: " + name + "\nstore: " + name + ".db\npeople: [{email: ana@acme.example}]\n"
		if err := os.WriteFile(filepath.Join(dir, name+".yaml"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("a", "UTC")
	write("b", "UTC")
	f, err := OpenFleet(&console.App{ConfigPath: dir, Getenv: func(string) string { return "" }, Now: time.Now, Stderr: t.Output()}, 1, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	members, err := f.Members()
	if err != nil || len(members) != 2 {
		t.Fatalf("the folder has %v, %v; want two workspaces", members, err)
	}
	jobs, err := f.openJobs(t.Context(), members[0].config)
	if err != nil {
		t.Fatal(err)
	}
	c := &crew{Fleet: f, jobs: jobs}
	is := func(key, zone string) {
		t.Helper()
		m, ok := c.member(t.Context(), key)
		if ok != (zone != "") || ok && m.config.Workspace.Zone != zone {
			t.Errorf("member(%s): %v, %v; want one in the zone %q", key, m, ok, zone)
		}
	}
	is("a", "UTC")
	write("a", "Europe/Berlin")
	is("a", "Europe/Berlin")
	is("c", "")
	write("c", "Asia/Tokyo")
	is("c", "Asia/Tokyo")
	write("b", "Nowhere")
	is("b", "")
	if err := os.Remove(filepath.Join(dir, "a.yaml")); err != nil {
		t.Fatal(err)
	}
	is("a", "")
	is("c", "Asia/Tokyo")
}
