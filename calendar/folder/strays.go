package folder

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/file"
	"github.com/peerslot/peerslot/calendar/ical"
)

// A Stray is a calendar that belongs to nobody.
type Stray struct {
	Path  string
	Signs ical.Signs // of whose it may be
}

// PathOf returns the path that it would have if it were a's.
func (s Stray) PathOf(a calendar.Address) string {
	return filepath.Join(filepath.Dir(s.Path), string(a)+ending(strings.ToLower(s.Path)))
}

// Strays returns the calendars that belong to none of these people, sorted by path:
// files that could be one, and folders with such files. Folders that were made for
// invitations are none.
func (b *Backend) Strays(people []calendar.Address) ([]Stray, error) {
	entries, err := os.ReadDir(b.Path)
	if os.IsNotExist(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("calendars: %w", err)
	}
	known := map[string]bool{}
	for _, a := range people {
		known[string(a)] = true
	}
	var out []Stray
	for _, e := range entries {
		if known[owner(e)] || strings.HasPrefix(e.Name(), ".") {
			continue
		}
		path := filepath.Join(b.Path, e.Name())
		sample := path
		if isDir(e, path) {
			sample = sampleOf(path)
		} else if ending(strings.ToLower(e.Name())) == "" {
			sample = ""
		}
		if sample != "" {
			out = append(out, Stray{path, signsIn(sample)})
		}
	}
	return out, nil
}

// sampleOf returns a calendar in a folder, "" if that holds none.
func sampleOf(dir string) string {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return ""
	}
	if _, err := os.Lstat(filepath.Join(dir, markerName)); err == nil {
		return ""
	}
	i := slices.IndexFunc(entries, func(e os.DirEntry) bool { return ending(strings.ToLower(e.Name())) != "" })
	if i < 0 {
		return ""
	}
	return filepath.Join(dir, entries[i].Name())
}

func signsIn(path string) ical.Signs {
	f, err := file.Open(path, maxSize)
	if err != nil {
		return ical.Signs{}
	}
	defer f.Close()
	return ical.ReadSigns(f)
}
