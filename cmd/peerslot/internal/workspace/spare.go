package workspace

import (
	"maps"
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
	if calendars := w.Calendar; calendars.Backend == config.Folder && under(w.Path(calendars.Folder.Path), path) {
		return console.Usagef("", "%s is where the members' calendars are; name another place", path)
	}
	at, err := os.Stat(path)
	if err != nil {
		return nil // nothing is there, or the writer says what is wrong
	}
	for _, own := range w.ownFiles() {
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

// ownFiles returns the paths of the files that the workspace lives by, whether they are
// there or not.
func (w *Workspace) ownFiles() []string {
	c := w.Config
	files := append(slices.Clone(w.Files), account.StoreURL(c))
	named := []string{c.AnswerKey, c.Calendar.Google.Credentials, c.Calendar.Google.Token, c.Calendar.Microsoft.Certificate, c.Calendar.Microsoft.Token, c.Mail.OAuth.Token}
	for _, p := range w.Workspace.Programs {
		named = append(named, p.History, p.Agenda)
	}
	for _, path := range named {
		if path != "" {
			files = append(files, w.Path(path))
		}
	}
	return slices.AppendSeq(files, maps.Keys(w.CalendarFiles()))
}

// CalendarFiles returns the paths of the files that people's calendar: names, among what is
// no path.
func (w *Workspace) CalendarFiles() map[string]bool {
	used := map[string]bool{}
	for _, p := range w.Workspace.Roster.All() {
		for _, source := range p.Calendars() {
			used[filepath.Clean(w.Path(source))] = true
		}
	}
	return used
}
