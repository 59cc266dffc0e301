package folder

import (
	"cmp"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/peerslot/peerslot/calendar"
)

// A listing is what lies in the folder of all calendars, sorted by whose it is, which no
// case tells apart, then by name.
type listing []entry

// An entry is something that lies there. Whose it is its name says, less its ending; of
// folders the whole name.
type entry struct{ owner, name string }

// A dated listing is what lay there when the folder had been changed last.
type dated struct {
	listing
	changed time.Time
}

// list returns the listing. Without one, which is nil, the usual names are tried. It is
// made anew when something came or went: a run asks for some people at a time.
func (b *Backend) list() listing {
	b.mu.Lock()
	defer b.mu.Unlock()
	at := b.changed()
	if b.listed.listing != nil && at.Equal(b.listed.changed) {
		return b.listed.listing
	}
	b.listed = dated{}
	l, err := readListing(b.Path)
	// What comes within one tick of the file system's clock looks as if it had been there.
	if err == nil && time.Since(at) > clockTick {
		b.listed = dated{l, at}
	}
	return l
}

// readListing reads a folder, some of it at a time. The listing is nil if it cannot.
func readListing(path string) (listing, error) {
	folder, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer folder.Close()
	l := listing{}
	for {
		entries, err := folder.ReadDir(1000)
		for _, e := range entries {
			l = append(l, entry{owner(e), e.Name()})
		}
		switch {
		case errors.Is(err, io.EOF):
			slices.SortFunc(l, func(a, b entry) int {
				return cmp.Or(strings.Compare(a.owner, b.owner), strings.Compare(a.name, b.name))
			})
			return slices.Clone(l), nil // without room for more
		case err != nil:
			return nil, err
		}
	}
}

// clockTick is the coarsest clock of a file system in use: that of FAT.
const clockTick = 2 * time.Second

// owner returns what the name of an entry says of whose it is.
func owner(e fs.DirEntry) string {
	name := strings.ToLower(e.Name())
	if e.IsDir() { // a domain may end in .zip
		return strings.TrimSuffix(name, suffix)
	}
	return strings.TrimSuffix(name, ending(name))
}

// of returns the paths of a person's calendars.
func (b *Backend) of(l listing, a calendar.Address) []string {
	if l == nil {
		return []string{filepath.Join(b.Path, string(a)), filepath.Join(b.Path, string(a)+suffix)}
	}
	var paths []string
	first, _ := slices.BinarySearchFunc(l, string(a), func(e entry, owner string) int { return strings.Compare(e.owner, owner) })
	for _, e := range l[first:] {
		if e.owner != string(a) {
			break
		}
		paths = append(paths, filepath.Join(b.Path, e.name))
	}
	return paths
}

// readable are the endings of calendars, packed ones among them.
var readable = []string{".ics.gz", ".ics", ".ical", ".vcs"}

// mistaken are the endings of what calendars are handed over in, and what to do.
var mistaken = map[string]string{
	".zip": "is packed (zip), and not read: unpack it here, and move it away",
	".eml": "is a mail, and not read: save the .ics that is attached to it here, and move the mail away",
	".msg": "is a mail, and not read: save the .ics that is attached to it here, and move the mail away",
	".pst": "is Outlook's own archive, and not read: in Outlook save the calendar as iCalendar (.ics) here, and move the archive away",
	".olm": "is Outlook's own archive, and not read: in Outlook drag the calendar out of the window as .ics, and move the archive away",
}

// ending returns which of these a name in lower case has, "" if none.
func ending(name string) string {
	for _, e := range readable {
		if strings.HasSuffix(name, e) {
			return e
		}
	}
	if e := filepath.Ext(name); mistaken[e] != "" {
		return e
	}
	return ""
}
