package availability

import (
	"fmt"
	"time"
)

// A Date is a day of the Gregorian calendar, without a zone. Dates are
// comparable. The zero Date is not valid.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// ParseDate reads a date as 2026-03-03.
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return Date{}, fmt.Errorf("date %q: want a date such as 2026-03-03", s)
	}
	return DateOf(t), nil
}

// DateOf returns the date that t shows in its own location.
func DateOf(t time.Time) Date {
	y, m, d := t.Date()
	return Date{y, m, d}
}

// String returns the date as 2026-03-03.
func (d Date) String() string { return d.utc().Format(time.DateOnly) }

// IsZero reports whether d is the zero Date.
func (d Date) IsZero() bool { return d == Date{} }

// AddDays returns the date n days later, or earlier if n is negative.
func (d Date) AddDays(n int) Date { return DateOf(d.utc().AddDate(0, 0, n)) }

// Weekday returns the day of the week.
func (d Date) Weekday() time.Weekday { return d.utc().Weekday() }

// Compare returns -1, 0 or +1 as d is before, equal to or after o.
func (d Date) Compare(o Date) int { return d.utc().Compare(o.utc()) }

// DaysUntil returns the number of days from d to o, negative if o is earlier.
func (d Date) DaysUntil(o Date) int { return int(o.utc().Sub(d.utc()) / (24 * time.Hour)) }

// Monday returns the first day of d's ISO week.
func (d Date) Monday() Date { return d.AddDays(-((int(d.Weekday()) + 6) % 7)) }

// In returns the instants of the day in loc, from its first to the first of the
// next day: 23, 24 or 25 hours, and empty if loc skipped the date.
func (d Date) In(loc *time.Location) Interval {
	return Interval{startOfDay(d, loc), startOfDay(d.AddDays(1), loc)}
}

func (d Date) utc() time.Time { return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC) }

// startOfDay returns the first instant at which loc shows d or a later date.
func startOfDay(d Date, loc *time.Location) time.Time {
	t, exists := At(d, 0, loc)
	if exists {
		return t
	}
	// Midnight is skipped: t lies as far after the change as midnight lay
	// after the last wall clock before it.
	start, _ := t.ZoneBounds()
	return start
}

// At returns the instant at which the clocks of loc show the given time on d;
// clock counts from 00:00 and may pass 24 hours. Of a time that clocks show
// twice it is the first. A time that they skip does not exist: then the
// instant is the one that the offset before the change gives (RFC 5545, section
// 3.3.5) and exists is false.
func At(d Date, clock time.Duration, loc *time.Location) (t time.Time, exists bool) {
	wall := d.utc().Add(clock)
	// No zone is further than this from UTC, so all candidates lie behind.
	t = wall.Add(-26 * time.Hour).In(loc)
	for {
		_, end := t.ZoneBounds()
		_, offset := t.Zone()
		candidate := wall.Add(-time.Duration(offset) * time.Second)
		if end.IsZero() || candidate.Before(end) {
			return candidate.In(loc), true
		}
		_, next := end.Zone()
		if wall.Add(-time.Duration(next) * time.Second).Before(end) {
			return candidate.In(loc), false
		}
		t = end
	}
}
