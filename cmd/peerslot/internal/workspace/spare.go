package workspace

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/peerslot/peerslot/cmd/peerslot/internal/account"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/config"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/console"
)

// Spare is an error if what is to be written to path, a file or a folder, would take the
// place of what the workspace itself lives by, or lie among the members' calendars. Nothing
// is written to "", and to "-" for stdout.
func (w *Workspace) Spare(path string) error {
	if path == "" || path == "-" {
		return nil
	}
	if calendars := w.Calendar; calendars.Backend == config.Folder && under(account.InDir(w.Dir, calendars.Folder.Path), path) {
		return console.Usagef("", "%s is where the members' calendars are; name another place", path)
	}
	at, err := os.Stat(path)
	if err != nil {
		return nil // nothing is there, or the writer says what is wrong
	}
	needed := append(slices.Clone(w.Files), account.StoreURL(w.Config))
	for _, p := range w.Workspace.Programs {
		if p.History != "" {
			needed = append(needed, account.InDir(w.Dir, p.History))
		}
	}
	for _, own := range needed {
		if info, err := os.Stat(own); err == nil && os.SameFile(at, info) {
			return console.Usagef("", "%s is a file of the workspace itself; name another", path)
		}
	}
	return nil
}

// under reports whether path is the folder, or in it.
func under(folder, path string) bool {
	folder, err := filepath.Abs(folder)
	path, err2 := filepath.Abs(path)
	return err == nil && err2 == nil && strings.HasPrefix(path+string(filepath.Separator), folder+string(filepath.Separator))
}
