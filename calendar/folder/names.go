package folder

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/peerslot/peerslot/calendar"
)

// A listing is what lies in the folder of all calendars: the names of entries by
// whose they are, which no case tells apart. Whose an entry is its name says, less
// its ending; of folders the whole name.
type listing map[string][]string

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
	entries, err := os.ReadDir(b.Path)
	if err != nil {
		return nil
	}
	l := make(listing, len(entries))
	for _, e := range entries { // sorted
		whose := owner(e)
		l[whose] = append(l[whose], e.Name())
	}
	// What comes within one tick of the file system's clock looks as if it had been there.
	if time.Since(at) > clockTick {
		b.listed = dated{l, at}
	}
	return l
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
	names := l[string(a)]
	if l == nil {
		names = []string{string(a), string(a) + suffix}
	}
	paths := make([]string, 0, len(names))
	for _, name := range names {
		paths = append(paths, filepath.Join(b.Path, name))
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
