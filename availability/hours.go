package availability

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Hours are the wall-clock times of a week at which a person is willing to
// meet, by the day on which they start. The zero Hours are none. Copies share what
// they have in common, since most of a company have the same.
type Hours struct{ week *week }

// A week has the ranges of each time.Weekday, in their order. It is never changed.
type week [7][]ClockRange

// HoursOf returns the hours of a week, by time.Weekday.
func HoursOf(days [7][]ClockRange) Hours { return Hours{(*week)(&days)} }

// A ClockRange is a half-open span of wall-clock time, counted from 00:00 of its
// day in whole seconds. From is below 24 h. To is above From and below 48 h; past
// 24 h the range ends on the next day.
type ClockRange struct{ From, To time.Duration }

// OfficeHours returns Monday to Friday, 09:00 to 17:00.
func OfficeHours() Hours { return officeHours }

var officeHours = Hours{}.with(DaysOf(time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday), []ClockRange{{9 * time.Hour, 17 * time.Hour}})

// On returns the ranges of a day, which are not to be changed.
func (h Hours) On(d time.Weekday) []ClockRange {
	if h.week == nil {
		return nil
	}
	return h.week[d]
}

// IsZero reports whether there are no hours on any day.
func (h Hours) IsZero() bool {
	return h.week == nil || !slices.ContainsFunc(h.week[:], func(day []ClockRange) bool { return len(day) > 0 })
}

// Equal reports whether both are the same times.
func (h Hours) Equal(o Hours) bool {
	for d := time.Sunday; d <= time.Saturday; d++ {
		if !slices.Equal(h.On(d), o.On(d)) {
			return false
		}
	}
	return true
}

// With returns the hours with other ranges on a day.
func (h Hours) With(d time.Weekday, ranges ...ClockRange) Hours { return h.with(DaysOf(d), ranges) }

func (h Hours) with(days Days, ranges []ClockRange) Hours {
	var next week
	for d := range next {
		if next[d] = h.On(time.Weekday(d)); days.Has(time.Weekday(d)) {
			next[d] = ranges
		}
	}
	return Hours{&next}
}

// MarshalJSON writes the ranges of each day, from Sunday on.
func (h Hours) MarshalJSON() ([]byte, error) {
	if h.week == nil {
		h.week = &week{}
	}
	return json.Marshal(h.week)
}

// UnmarshalJSON reads what MarshalJSON writes.
func (h *Hours) UnmarshalJSON(text []byte) error {
	h.week = &week{}
	return json.Unmarshal(text, h.week)
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
	slices.SortFunc(ranges, func(a, b ClockRange) int { return cmp.Compare(a.From, b.From) })
	for i := 1; i < len(ranges); i++ {
		if ranges[i].From < ranges[i-1].To {
			return fmt.Errorf("hours %q: the ranges overlap", text)
		}
	}
	*h = h.with(ds, ranges)
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

// In returns the instants of h in loc during window, sorted and joined. A range
// lasts from the first instant at which the clocks show From or later to the
// first at which they show To or later; so a date that loc skipped has no hours.
func (h Hours) In(loc *time.Location, window Interval) []Interval {
	if window.Empty() {
		return nil
	}
	span := secondsOf(window)
	clock := appendClock(nil, loc, span.from, span.to)
	var out []Interval
	for _, s := range joinSeconds(h.appendSeconds(nil, clock, span)) {
		out = append(out, Interval{time.Unix(s.from, 0).In(loc), time.Unix(s.to, 0).In(loc)}.Clip(window))
	}
	return out
}

// appendSeconds appends the spans of h on clock that touch window, clipped to it,
// in the order of the days on which they start.
func (h Hours) appendSeconds(dst []seconds, clock wallClock, window seconds) []seconds {
	// A local date begins up to a day and a bit beside that of UTC, and a range
	// may have begun on the date before.
	first, last := window.from/secondsPerDay-3, window.to/secondsPerDay+2
	for day := first; day <= last; day++ {
		for _, r := range h.On(weekdayOf(day)) {
			from := clock.reach(day*secondsPerDay + int64(r.From/time.Second))
			to := clock.reach(day*secondsPerDay + int64(r.To/time.Second))
			if from, to = max(from, window.from), min(to, window.to); from < to {
				dst = append(dst, seconds{from, to})
			}
		}
	}
	return dst
}

// weekdayOf returns the weekday of the day that lies so many days after
// 1970-01-01, a Thursday.
func weekdayOf(day int64) time.Weekday { return time.Weekday(((day+4)%7 + 7) % 7) }

// joinSeconds is [Union] for seconds.
func joinSeconds(spans []seconds) []seconds {
	slices.SortFunc(spans, func(a, b seconds) int { return cmp.Compare(a.from, b.from) })
	out := spans[:0]
	for _, s := range spans {
		if last := len(out) - 1; last >= 0 && s.from <= out[last].to {
			out[last].to = max(out[last].to, s.to)
			continue
		}
		out = append(out, s)
	}
	return out
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

// ClockOf returns what the clocks of its zone show at t, as the time from 00:00 in whole
// seconds.
func ClockOf(t time.Time) time.Duration {
	return time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute + time.Duration(t.Second())*time.Second
}

// FormatClock returns the time from midnight as 09:30. Past 24 h it counts from
// the next midnight.
func FormatClock(c time.Duration) string {
	c %= 24 * time.Hour
	return fmt.Sprintf("%02d:%02d", c/time.Hour, c%time.Hour/time.Minute)
}
