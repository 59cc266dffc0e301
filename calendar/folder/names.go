package folder

import (
	"errors"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/peerslot/peerslot/calendar"
)

// A listing is what lies in the folder of all calendars, by whose it is, which no case
// tells apart. Most people have a folder, a file or both that are named as they are, with
// an ending: of these it is kept which there are, in eight bytes a person, as there may be
// a hundred thousand. Of two people with the same hash, each seems to have what the other
// has, and is found to have not.
type listing struct {
	owners []uint64            // sorted: the hash of what each is called, and in its lowest bits one for each of endings
	odd    map[string][]string // names that are written otherwise, by owner
}

// endings are what the name of most calendars has behind whose it is; folders have none.
var endings = []string{"", ".ical", ".ics", ".ics.gz", ".vcs"}

// endingBits are the bits of all endings.
const endingBits = 1<<5 - 1

// hashOf returns the hash of a name, without a bit of endings.
func hashOf(name string) uint64 { return calendar.Hash(name) &^ endingBits }

// A dated listing is what lay there when the folder had been changed last.
type dated struct {
	*listing
	changed time.Time
}

// list returns the listing. Without one, which is nil, the usual names are tried. It is
// made anew when something came or went: a run asks for some people at a time.
func (b *Backend) list() *listing {
	known := b.knows()
	known.mu.Lock()
	defer known.mu.Unlock()
	at := b.changed()
	if known.listed.listing != nil && at.Equal(known.listed.changed) {
		return known.listed.listing
	}
	known.listed = dated{}
	l, err := readListing(b.Path)
	// What comes within one tick of the file system's clock looks as if it had been there.
	if err == nil && time.Since(at) > clockTick {
		known.listed = dated{l, at}
	}
	return l
}

// readListing reads a folder.
func readListing(path string) (*listing, error) {
	l := &listing{odd: map[string][]string{}}
	for e, err := range entriesOf(path) {
		if err != nil {
			return nil, err
		}
		whose := ownerOf(e)
		ending, cut := strings.CutPrefix(e.Name(), whose)
		if i := slices.Index(endings, ending); i < 0 || !cut {
			l.odd[whose] = append(l.odd[whose], e.Name())
		} else {
			l.owners = append(l.owners, hashOf(whose)|1<<i)
		}
	}
	l.sort()
	return l, nil
}

// entriesOf returns what is in a folder, in any order, some of it at a time. An error ends it.
func entriesOf(path string) iter.Seq2[fs.DirEntry, error] {
	return func(yield func(fs.DirEntry, error) bool) {
		folder, err := os.Open(path)
		if err != nil {
			yield(nil, err)
			return
		}
		defer folder.Close()
		for err == nil {
			var entries []fs.DirEntry
			entries, err = folder.ReadDir(1000)
			for _, e := range entries {
				if !yield(e, nil) {
					return
				}
			}
		}
		if !errors.Is(err, io.EOF) {
			yield(nil, err)
		}
	}
}

// sort has each owner stand once.
func (l *listing) sort() {
	slices.Sort(l.owners)
	once := l.owners[:0]
	for _, o := range l.owners {
		if n := len(once); n > 0 && (once[n-1]^o)&^endingBits == 0 {
			once[n-1] |= o
		} else {
			once = append(once, o)
		}
	}
	l.owners = slices.Clone(once) // without room for more
}

// endings returns the bits of what somebody has.
func (l *listing) endings(name string) uint64 {
	hash := hashOf(name)
	if i, _ := slices.BinarySearch(l.owners, hash); i < len(l.owners) && (l.owners[i]^hash)&^endingBits == 0 {
		return l.owners[i] & endingBits
	}
	return 0
}

// clockTick is the coarsest clock of a file system in use: that of FAT.
const clockTick = 2 * time.Second

// ownerOf returns what the name of an entry says of whose it is: its name less its ending,
// of folders the whole name.
func ownerOf(e fs.DirEntry) string {
	name := strings.ToLower(e.Name())
	if e.IsDir() { // a domain may end in .zip
		return strings.TrimSuffix(name, suffix)
	}
	return strings.TrimSuffix(name, ending(name))
}

// of returns the paths of a person's calendars.
func (b *Backend) of(l *listing, a calendar.Address) []string {
	if l == nil {
		return []string{filepath.Join(b.Path, string(a)), filepath.Join(b.Path, string(a)+suffix)}
	}
	paths, bits := slices.Clone(l.odd[string(a)]), l.endings(string(a))
	for i, ending := range endings {
		if bits>>i&1 == 1 {
			paths = append(paths, string(a)+ending)
		}
	}
	slices.Sort(paths)
	for i, name := range paths {
		paths[i] = filepath.Join(b.Path, name)
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
