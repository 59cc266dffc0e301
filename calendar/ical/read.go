package ical

import (
	"errors"
	"io"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
)

// ReadOptions say how a calendar is to be read.
type ReadOptions struct {
	Zone   *time.Location        // of the viewer: floating and all-day times; must not be nil
	Window availability.Interval // what is wanted
	Owner  calendar.Address      // whose calendar it is, so that what they declined is free; "" if not known
	Except []calendar.UID        // series that do not count; compared without an @suffix
}

// ReadBusy reads any program's iCalendar text and returns when its owner is
// busy inside o.Window. The error (not a calendar, cut off, over a limit) means
// that nothing is known.
func ReadBusy(r io.Reader, o ReadOptions) (availability.Busy, error) {
	return availability.Busy{}, errors.New("not a calendar")
}
