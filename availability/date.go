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
func (d Date) DaysUntil(o Date) int { return int((o.wall() - d.wall()) / secondsPerDay) }

// Monday returns the first day of d's ISO week.
func (d Date) Monday() Date { return d.AddDays(-((int(d.Weekday()) + 6) % 7)) }

// In returns the instants of the day in loc, from its first to the first of the
// next day: 23, 24 or 25 hours, and empty if loc skipped the date.
func (d Date) In(loc *time.Location) Interval {
	var room [4]piece
	wall := d.wall()
	clock := appendClock(room[:0], loc, wall, wall+secondsPerDay)
	start, end := clock.reach(wall), clock.reach(wall+secondsPerDay)
	return Interval{time.Unix(start, 0).In(loc), time.Unix(end, 0).In(loc)}
}

// At returns the instant at which the clocks of loc show the given time on d;
// clock counts from 00:00 and may pass 24 hours. Of a time that clocks show
// twice it is the first. A time that they skip does not exist: then the
// instant is the one that the offset before the change gives (RFC 5545, section
// 3.3.5) and exists is false.
func At(d Date, clock time.Duration, loc *time.Location) (t time.Time, exists bool) {
	var room [4]piece
	wall := d.wall() + int64(clock/time.Second)
	instant, exists := appendClock(room[:0], loc, wall, wall).at(wall)
	return time.Unix(instant, int64(clock%time.Second)).In(loc), exists
}

func (d Date) utc() time.Time { return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC) }

// wall returns the wall seconds of the first moment of the date.
func (d Date) wall() int64 { return d.utc().Unix() }
