package rrule

import (
	"testing"
	"time"
)

func TestDay(t *testing.T) {
	for number := DayNumber(1, 1, 1); number < DayNumber(2500, 1, 1); number += 13 {
		want := time.Unix(number*SecondsPerDay, 0).UTC()
		d := dayOf(number)
		if d.year != want.Year() || d.month != int(want.Month()) || d.day != want.Day() ||
			d.weekday != (int(want.Weekday())+6)%7 || d.yearDay != want.YearDay() || DayNumber(d.year, d.month, d.day) != number {
			t.Fatalf("day %d: got %+v, want %s", number, d, want)
		}
		if year, week := want.ISOWeek(); d.next() != dayOf(number+1) {
			t.Fatalf("the day after %+v: got %+v", d, d.next())
		} else if got, of := d.weekNumber(0); got != week || of != weeksOf(year) {
			t.Fatalf("%s: got week %d of %d, want %d of %d", want, got, of, week, weeksOf(year))
		}
	}
}

func weeksOf(year int) int {
	_, last := time.Date(year, 12, 28, 0, 0, 0, 0, time.UTC).ISOWeek()
	return last
}
