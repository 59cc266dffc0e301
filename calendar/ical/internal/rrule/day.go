package rrule

import (
	"time"

	"github.com/peerslot/peerslot/availability"
)

// A day is one day of the Gregorian calendar, with what rules ask of it.
type day struct {
	number           int64 // days since 1970-01-01
	year, month, day int
	weekday          int // from Monday, 0
	yearDay          int // from 1
	monthLength      int
	yearLength       int
}

// SecondsPerDay is the length of a day on a clock that never changes.
const SecondsPerDay = 24 * 60 * 60

// DateOf returns the date of the day with that number, counted from 1970-01-01.
func DateOf(number int64) availability.Date {
	d := dayOf(number)
	return availability.Date{Year: d.year, Month: time.Month(d.month), Day: d.day}
}

// dayOf returns the day with that number.
func dayOf(number int64) day {
	// The arithmetic counts years from March of year 0, in eras of 400.
	z := number + 719468
	era := FloorDiv(z, 146097)
	ofEra := z - era*146097
	year := (ofEra - ofEra/1460 + ofEra/36524 - ofEra/146096) / 365
	ofYear := ofEra - (365*year + year/4 - year/100)
	m := (5*ofYear + 2) / 153
	d := day{number: number, day: int(ofYear-(153*m+2)/5) + 1, month: int(m) + 3}
	d.year = int(year + era*400)
	if d.month > 12 {
		d.month -= 12
		d.year++
	}
	d.weekday = int(FloorMod(number+3, 7))
	d.yearDay = int(number-DayNumber(d.year, 1, 1)) + 1
	d.yearLength = 365
	if leap(d.year) {
		d.yearLength = 366
	}
	d.monthLength = MonthLength(d.year, d.month)
	return d
}

// next returns the day after d.
func (d day) next() day {
	d.number++
	d.weekday++
	if d.weekday == 7 {
		d.weekday = 0
	}
	if d.day == d.monthLength {
		return dayOf(d.number)
	}
	d.day++
	d.yearDay++
	return d
}

// DayNumber returns the days from 1970-01-01 to the date.
func DayNumber(year, month, dayOfMonth int) int64 {
	y := int64(year)
	m := int64(month)
	if m <= 2 {
		y--
		m += 12
	}
	era := FloorDiv(y, 400)
	ofEra := y - era*400
	return era*146097 + ofEra*365 + ofEra/4 - ofEra/100 + (153*(m-3)+2)/5 + int64(dayOfMonth) - 1 - 719468
}

// MonthLength returns how many days a month has, counted from 1.
func MonthLength(year, month int) int {
	switch month {
	case 2:
		if leap(year) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

func leap(year int) bool { return year%4 == 0 && (year%100 != 0 || year%400 == 0) }

// FloorDiv is a / b rounded down, also below zero; b is positive.
func FloorDiv(a, b int64) int64 {
	if q := a / b; q*b <= a {
		return q
	}
	return a/b - 1
}

// FloorMod is what FloorDiv leaves: from 0 to b - 1.
func FloorMod(a, b int64) int64 { return a - FloorDiv(a, b)*b }
