package folder

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/file"
	"github.com/peerslot/peerslot/calendar/ical"
)

// A Stray is a calendar, or a folder of calendars, that belongs to nobody.
type Stray struct {
	Path  string
	Files []string   // the names of the calendars in a folder, sorted; nil for a single calendar
	Signs ical.Signs // of whose it may be: those of all its files together
}

// maxSampled bounds the files of a folder that are opened for signs: a year of
// somebody's meetings, one a file, tells enough.
const maxSampled = 200

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
		if known[ownerOf(e)] || strings.HasPrefix(e.Name(), ".") {
			continue
		}
		path := filepath.Join(b.Path, e.Name())
		switch {
		case isDir(e, path):
			if files := calendarsIn(path); len(files) > 0 {
				out = append(out, Stray{path, files, signsOf(path, files)})
			}
		case ending(strings.ToLower(e.Name())) != "":
			out = append(out, Stray{path, nil, signsIn(path)})
		}
	}
	return out, nil
}

// calendarsIn returns the names of the calendars in a folder, none if it was made for
// invitations or cannot be read.
func calendarsIn(dir string) (names []string) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil
	}
	if _, err := os.Lstat(filepath.Join(dir, markerName)); err == nil {
		return nil
	}
	for _, e := range entries {
		if ending(strings.ToLower(e.Name())) != "" {
			names = append(names, e.Name())
		}
	}
	return names
}

// signsOf adds up the signs of a folder's calendars. A name counts if none has another.
func signsOf(dir string, names []string) ical.Signs {
	all := ical.Signs{Named: map[calendar.Address]int{}}
	called := map[string]bool{}
	for _, name := range names[:min(len(names), maxSampled)] {
		signs := signsIn(filepath.Join(dir, name))
		for a, n := range signs.Named {
			all.Named[a] += n
		}
		if signs.Name != "" {
			called[signs.Name], all.Name = true, signs.Name
		}
	}
	if len(called) > 1 {
		all.Name = ""
	}
	return all
}

func signsIn(path string) ical.Signs {
	f, err := file.Open(path, maxSize)
	if err != nil {
		return ical.Signs{}
	}
	defer f.Close()
	return ical.ReadSigns(f)
}
