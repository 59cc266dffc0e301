package availability

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Hours are the wall-clock times of a week at which a person is willing to
// meet, by time.Weekday of the day on which they start. The zero Hours are
// none.
type Hours [7][]ClockRange

// A ClockRange is a half-open span of wall-clock time, counted from 00:00 of its
// day. To may pass 24 h: then the range ends on the next day.
type ClockRange struct{ From, To time.Duration }

// OfficeHours returns Monday to Friday, 09:00 to 17:00.
func OfficeHours() Hours {
	var h Hours
	for d := time.Monday; d <= time.Friday; d++ {
		h[d] = []ClockRange{{9 * time.Hour, 17 * time.Hour}}
	}
	return h
}

// Set puts the ranges that text names, such as "09:00-12:00 13:00-15:00", on
// the days that days names, such as "mon-thu" or "mon,wed". An empty text means
// no hours on those days. A range whose end is not after its start ends on the
// next day: "22:00-02:00".
func (h *Hours) Set(days, text string) error {
	ds, err := ParseDays(days)
	if err != nil {
		return err
	}
	var ranges []ClockRange
	for word := range strings.FieldsSeq(strings.ReplaceAll(text, ",", " ")) {
		r, err := parseClockRange(word)
		if err != nil {
			return err
		}
		ranges = append(ranges, r)
	}
	slices.SortFunc(ranges, func(a, b ClockRange) int { return int(a.From - b.From) })
	for i := 1; i < len(ranges); i++ {
		if ranges[i].From < ranges[i-1].To {
			return fmt.Errorf("hours %q: the ranges overlap", text)
		}
	}
	for d := range h {
		if ds.Has(time.Weekday(d)) {
			h[d] = ranges
		}
	}
	return nil
}

func parseClockRange(s string) (ClockRange, error) {
	from, to, ok := strings.Cut(s, "-")
	f, err := ParseClock(from)
	t, err2 := ParseClock(to)
	if !ok || err != nil || err2 != nil || f >= 24*time.Hour || f == t {
		return ClockRange{}, fmt.Errorf("hours %q: want a range such as 09:00-17:30", s)
	}
	if t < f {
		t += 24 * time.Hour
	}
	return ClockRange{f, t}, nil
}

// In returns the instants of h in loc during window, sorted and joined, with
// ends as [At] gives them.
func (h Hours) In(loc *time.Location, window Interval) []Interval {
	var out []Interval
	last := DateOf(window.End.In(loc))
	// A range that began two days before cannot reach the window: its end is
	// below 48 h of its own day.
	for d := DateOf(window.Start.In(loc)).AddDays(-2); d.Compare(last) <= 0; d = d.AddDays(1) {
		for _, r := range h[d.Weekday()] {
			from, _ := At(d, r.From, loc)
			to, _ := At(d, r.To, loc)
			out = append(out, Interval{from, to}.Clip(window))
		}
	}
	return Union(out)
}

// Days is a set of weekdays. The zero Days is empty.
type Days uint8

// DaysOf returns the set of the given days.
func DaysOf(days ...time.Weekday) (s Days) {
	for _, d := range days {
		s |= 1 << d
	}
	return s
}

// Has reports whether d is in the set.
func (s Days) Has(d time.Weekday) bool { return s&(1<<d) != 0 }

// ParseDays reads days and ranges of days: "tue", "mon-thu", "sat,mon", and
// "fri-mon", which goes over the end of the week.
func ParseDays(s string) (Days, error) {
	var set Days
	for part := range strings.SplitSeq(s, ",") {
		from, to, isRange := strings.Cut(strings.TrimSpace(part), "-")
		first, err := ParseWeekday(strings.TrimSpace(from))
		if err != nil {
			return 0, err
		}
		last := first
		if isRange {
			if last, err = ParseWeekday(strings.TrimSpace(to)); err != nil {
				return 0, err
			}
		}
		for d := first; ; d = (d + 1) % 7 {
			set |= 1 << d
			if d == last {
				break
			}
		}
	}
	return set, nil
}

// String returns the days from Monday on, such as "mon,tue".
func (s Days) String() string {
	var names []string
	for i := range 7 {
		if d := time.Weekday((i + 1) % 7); s.Has(d) {
			names = append(names, weekdayName(d))
		}
	}
	return strings.Join(names, ",")
}

// ParseWeekday reads the English name of a day or its first three letters.
func ParseWeekday(s string) (time.Weekday, error) {
	for d := time.Sunday; d <= time.Saturday; d++ {
		if strings.EqualFold(s, weekdayName(d)) || strings.EqualFold(s, d.String()) {
			return d, nil
		}
	}
	return 0, fmt.Errorf("weekday %q: want one of mon, tue, wed, thu, fri, sat, sun", s)
}

func weekdayName(d time.Weekday) string { return strings.ToLower(d.String()[:3]) }

// ParseClock reads a wall-clock time as 09:30, up to 24:00, as the time from
// midnight.
func ParseClock(s string) (time.Duration, error) {
	h, m, ok := strings.Cut(s, ":")
	hours, err := strconv.ParseUint(h, 10, 8)
	minutes, err2 := strconv.ParseUint(m, 10, 8)
	if !ok || err != nil || err2 != nil || len(m) != 2 || len(h) > 2 || minutes > 59 || hours > 24 || hours == 24 && minutes > 0 {
		return 0, fmt.Errorf("time %q: want hours and minutes such as 09:30", s)
	}
	return time.Duration(hours)*time.Hour + time.Duration(minutes)*time.Minute, nil
}

// FormatClock returns the time from midnight as 09:30. Past 24 h it counts from
// the next midnight.
func FormatClock(c time.Duration) string {
	c %= 24 * time.Hour
	return fmt.Sprintf("%02d:%02d", int(c.Hours()), int(c.Minutes())%60)
}
