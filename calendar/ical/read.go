package ical

import (
	"io"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/ical/internal/busy"
)

// ReadOptions say how a calendar is to be read.
type ReadOptions = busy.Options

// UIDs are series that do not count. Make the set once for all calendars of a run.
type UIDs = busy.UIDs

// NewUIDs returns the set of some series.
func NewUIDs(list []calendar.UID) UIDs { return busy.NewUIDs(list) }

// ReadBusy reads any program's iCalendar text and returns when its owner is busy
// inside o.Window. It reads the text once, in bounded memory.
//
// What is CANCELLED, TRANSPARENT, free for Outlook or declined by the owner takes
// no time. A part of the text that cannot be used is named in Warnings and, if
// when it would be busy can be told, unknown in that time; it is never taken for
// free in silence:
//   - an event in a zone that nobody knows is unknown at all instants that it may
//     mean;
//   - of an event with a damaged start or end, the day of what can be read;
//   - of a series with a damaged rule the time of day is unknown on all days from
//     its start on, or of whole days all of its first year;
//   - of a rule that repeats too often, what was not found.
//
// Neither the warnings nor the error hold a title, a name or a note. The error
// (not a calendar, cut off, over a limit) means that nothing is known.
func ReadBusy(r io.Reader, o ReadOptions) (availability.Busy, error) { return busy.Read(r, o) }

// A Calendar puts together one person's calendar of the files that it lies in, which
// say together what one file with all of their events says to [ReadBusy]: a UID that
// is in several counts as in one.
type Calendar = busy.Calendar

// NewCalendar returns a calendar of no files. Add reads one, whose error means that
// nothing of it counts, and that others do; Busy is to be called once, after them.
func NewCalendar(o ReadOptions) *Calendar { return busy.NewCalendar(o) }
