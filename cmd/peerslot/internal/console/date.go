package console

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/peerslot/peerslot/availability"
)

// Weekdays are the names of the days, from Monday.
var Weekdays = []string{"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"}

const dateWords = "want a date such as 2026-03-03, today, tomorrow, next monday or in 2 weeks"

// ParseDate reads a date, or words that count from today: today, tomorrow, yesterday,
// in 3 days, 2 weeks ago, monday (the first one from today on), next monday (the
// first one after today). Hyphens do as well as blanks, and need no quotes in a shell.
func ParseDate(s string, today availability.Date) (availability.Date, error) {
	words := strings.Fields(strings.ToLower(s))
	if len(words) == 1 {
		words = strings.Split(words[0], "-")
	}
	fail := fmt.Errorf("%q: %s", s, dateWords)
	if d, err := availability.ParseDate(strings.TrimSpace(s)); err == nil {
		return d, nil
	}
	switch {
	case len(words) == 1:
		if days, ok := map[string]int{"today": 0, "tomorrow": 1, "yesterday": -1}[words[0]]; ok {
			return today.AddDays(days), nil
		}
		if day, ok := Weekday(words[0]); ok {
			return onOrAfter(today, day), nil
		}
	case len(words) == 2 && words[0] == "next":
		if words[1] == "week" {
			return today.Monday().AddDays(7), nil
		}
		if day, ok := Weekday(words[1]); ok {
			return onOrAfter(today.AddDays(1), day), nil
		}
	case len(words) == 3 && words[0] == "in":
		if n, ok := days(words[1], words[2]); ok {
			return today.AddDays(n), nil
		}
	case len(words) == 3 && words[2] == "ago":
		if n, ok := days(words[0], words[1]); ok {
			return today.AddDays(-n), nil
		}
	}
	return availability.Date{}, fail
}

// Weekday returns the index of a day's name, or of its first three letters.
func Weekday(s string) (int, bool) {
	i := slices.IndexFunc(Weekdays, func(day string) bool { return s == day || s == day[:3] })
	return i, i >= 0
}

func onOrAfter(d availability.Date, day int) availability.Date {
	return d.AddDays((day - d.Monday().DaysUntil(d) + 7) % 7)
}

// days returns how many days a number of days or weeks are.
func days(number, unit string) (int, bool) {
	n, err := strconv.Atoi(number)
	length, ok := map[string]int{"day": 1, "week": 7}[strings.TrimSuffix(unit, "s")]
	return n * length, err == nil && ok && n >= 0 && n < 10_000
}

// ParseInstant reads a time, or a date, which means its midnight in loc.
func ParseInstant(s string, now time.Time, loc *time.Location) (time.Time, error) {
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t, nil
	}
	d, err := ParseDate(s, availability.DateOf(now.In(loc)))
	if err != nil {
		return time.Time{}, fmt.Errorf("%q: want a time such as 2026-03-03T14:00:00Z, or %s", s, strings.TrimPrefix(dateWords, "want "))
	}
	return d.In(loc).Start, nil
}
