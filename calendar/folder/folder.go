// Package folder is a backend of plain files: one .ics file an event, in one
// folder a person, as vdirsyncer and khal keep them, or a whole calendar exported
// to one file.
//
//	calendars/ana@acme.example/    one .ics file an event; folders in it count, too
//	calendars/ana@acme.example.ics a whole calendar
//
// Both may be there; then both count. Names are alike in any case, and may end in
// .ical, .vcs and .ics.gz, too; packed files, mails and archives, in which calendars
// are often handed over, are named as such, and what else lies there, or begins with
// a dot, is not read.
//
// A series lives as <uid>.ics in the folder of its organizer and of every
// attendee. The organizer's copy is the series: what a person changes there by
// hand counts. An attendee's copy is theirs to reply in, and what else they
// change there lasts until the next Put. Files of other programs are never
// touched.
//
// Whoever has no folder gets one for the invitation. It is marked, and no
// calendar: as long as it holds nothing but what was put there, nothing is known
// of its owner.
//
// Every file is replaced whole, the organizer's first, so that a kill at any
// point leaves the old series or the new one, and copies that the same Put, or
// any later one, brings in line. Processes that change the folder take turns by a
// lock on it; reading needs none.
package folder

import (
	"path/filepath"
	"sync"
	"time"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/ical"
)

// A Backend keeps calendars below Path. Its methods may be called from several
// goroutines and processes at once.
type Backend struct {
	// Path is the folder that holds those of the people. It is made by the first
	// Put if only it is missing.
	Path string

	// Zone returns the zone in which a person's all-day and floating times are
	// meant. Where it, or what it returns, is nil, they are taken for UTC.
	Zone func(calendar.Address) *time.Location

	// Aliases returns a person's other addresses. It may be nil.
	Aliases func(calendar.Address) []calendar.Address

	// Organizer owns the series: what they invite to may be a copy of one.
	Organizer calendar.Address

	// beforeStep is called before each change on the disk, for tests that stop
	// there.
	beforeStep func(step string)

	// Known is what backends of one path know of it, where a process makes one after the
	// other; nil for what this one finds by itself.
	Known *Known
	own   Known
}

// A Known is what was found in the folder of all calendars. Its index is made anew after
// some minutes. The zero Known is empty.
type Known struct {
	mu     sync.Mutex
	index  *index // nil before it is needed
	made   time.Time
	listed dated
}

// knownFor is how long an index may lack what others put.
const knownFor = 10 * time.Minute

// knows returns what is known.
func (b *Backend) knows() *Known {
	if b.Known != nil {
		return b.Known
	}
	return &b.own
}

// Capabilities implements calendar.Backend. A file tells nobody that it is there.
func (b *Backend) Capabilities() calendar.Capabilities {
	return calendar.Capabilities{TracksRSVP: true, TellsApart: true}
}

const (
	suffix     = ".ics"
	markerName = ".peerslot"
	lockName   = ".peerslot.lock"
)

// markerText is for people who wonder about the file.
const markerText = `peerslot made this folder to put invitations in. While this file is here and all
events are invitations, the folder does not count as a calendar: its owner's times
are unknown. Delete the file once a calendar is kept here.
`

// folderOf returns the person's folder; the whole calendar has the same name
// with a suffix.
func (b *Backend) folderOf(a calendar.Address) string { return filepath.Join(b.Path, string(a)) }

// copyOf returns the person's copy of a series.
func (b *Backend) copyOf(a calendar.Address, uid calendar.UID) string {
	return filepath.Join(b.folderOf(a), ical.UIDText(uid)+suffix)
}

func (b *Backend) step(what string) {
	if b.beforeStep != nil {
		b.beforeStep(what)
	}
}
