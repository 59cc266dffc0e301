package holiday

import (
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar/ical"
)

const (
	maxCalendar = 4 << 20 // bytes; holidays of a century fit
	maxDays     = 366     // of holidays in a row
)

// The years in which the holidays of a calendar are looked for.
var (
	firstDay = availability.Date{Year: 1970, Month: time.January, Day: 1}
	lastDay  = availability.Date{Year: 2149, Month: time.December, Day: 31}
)

// A Calendar is the public holidays of somewhere, read from an iCalendar file:
// those of the years 1970 to 2149, sorted and each once.
type Calendar []availability.Date

// Read reads a calendar whose all-day events are the holidays, whether they are
// marked as busy or as free. Timed events do not count. It is an error if the
// calendar has no holiday, or one of which it cannot be told when it is.
func Read(r io.Reader) (Calendar, error) {
	limited := &io.LimitedReader{R: r, N: maxCalendar + 1}
	window := availability.Interval{Start: firstDay.In(time.UTC).Start, End: lastDay.In(time.UTC).End}
	busy, err := ical.ReadBusy(limited, ical.ReadOptions{Zone: time.UTC, Window: window, Days: true})
	switch {
	case limited.N == 0:
		return nil, fmt.Errorf("the calendar is larger than %d MB", maxCalendar>>20)
	case err != nil:
		return nil, err
	case busy.Reason != "":
		return nil, errors.New(busy.Reason)
	}
	var c Calendar
	for _, s := range busy.Spans {
		first, end := availability.DateOf(s.Start), availability.DateOf(s.End)
		if first.DaysUntil(end) > maxDays {
			return nil, fmt.Errorf("the holidays from %s on last longer than %d days", first, maxDays)
		}
		for d := first; d.Compare(end) < 0; d = d.AddDays(1) {
			c = append(c, d)
		}
	}
	if len(c) == 0 {
		return nil, errors.New("the calendar has no events of whole days")
	}
	return c, nil
}

// Dates returns the holidays from first to last, both inclusive, sorted and each
// once.
func (c Calendar) Dates(first, last availability.Date) []availability.Date {
	return between(append([]availability.Date(nil), c...), first, last)
}
