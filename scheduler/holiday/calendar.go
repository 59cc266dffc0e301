package holiday

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/teambition/rrule-go"

	"github.com/peerslot/peerslot/availability"
)

// What a calendar may hold at most. Holidays of a century fit.
const (
	maxCalendar = 4 << 20 // bytes
	maxEvents   = 10_000  // events and their further dates
	maxDays     = 366     // of one event
	maxRule     = 500     // bytes of a recurrence
)

// A Calendar is the public holidays of somewhere, read from an iCalendar file.
// It may be used by several goroutines.
type Calendar struct {
	events []event

	mu    sync.Mutex
	years map[int][]availability.Date // of the yearly events, as far as they were asked for
}

// An event is one holiday: a day or a few, once or every year.
type event struct {
	start     availability.Date
	end       availability.Date // the day after the last one; zero if duration says it
	duration  int               // days; 0 if not given
	rule      *rrule.ROption    // nil for once
	until     availability.Date
	more      []availability.Date
	except    map[availability.Date]bool
	cancelled bool
}

// Read reads a calendar whose all-day events are the holidays, whether they are
// marked as busy or as free. Timed events do not count. Events may recur yearly;
// another recurrence is an error, as is a calendar without any holiday.
//
// It reads the few properties that matter by itself: a calendar that must be
// understood whole or not at all needs none of the tolerance of calendar/ical, and
// go-ical does not survive every input.
func Read(r io.Reader) (*Calendar, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxCalendar+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxCalendar {
		return nil, fmt.Errorf("the calendar is larger than %d MB", maxCalendar>>20)
	}
	lines := unfold(data)
	if len(lines) == 0 || !strings.EqualFold(lines[0], "BEGIN:VCALENDAR") {
		return nil, errors.New("this is not a calendar: want an .ics file, which begins with BEGIN:VCALENDAR")
	}
	c := &Calendar{years: map[int][]availability.Date{}}
	if err := c.read(lines); err != nil {
		return nil, err
	}
	if len(c.events) == 0 {
		return nil, errors.New("the calendar has no events of whole days")
	}
	return c, nil
}

// unfold returns the non-empty lines, with those joined that RFC 5545 (section
// 3.1) lets programs break.
func unfold(data []byte) []string {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	text := strings.NewReplacer("\r\n ", "", "\r\n\t", "", "\n ", "", "\n\t", "", "\r", "\n").Replace(string(data))
	return strings.FieldsFunc(text, func(r rune) bool { return r == '\n' })
}

func (c *Calendar) read(lines []string) error {
	var e event
	depth, dates := 0, 0 // of components, counted from a VEVENT; of all events
	for _, line := range lines {
		name, value := property(line)
		switch {
		case name == "BEGIN" && (depth > 0 || strings.EqualFold(value, "VEVENT")):
			if depth++; depth == 1 {
				e = event{except: map[availability.Date]bool{}}
			}
		case name == "END" && depth > 0:
			if depth--; depth == 0 && !e.start.IsZero() && !e.cancelled {
				c.events = append(c.events, e)
				dates += 1 + len(e.more)
			}
			if dates > maxEvents {
				return fmt.Errorf("the calendar has more than %d events", maxEvents)
			}
		case depth == 1:
			if err := e.set(name, value); err != nil {
				return err
			}
		}
	}
	return nil
}

// property splits a line into the upper-case name, without parameters, and the value.
func property(line string) (name, value string) {
	quoted := false
	for i, r := range line {
		switch {
		case r == '"':
			quoted = !quoted
		case r == ':' && !quoted:
			name, _, _ = strings.Cut(line[:i], ";")
			return strings.ToUpper(name), strings.TrimSpace(line[i+1:])
		}
	}
	return "", ""
}

func (e *event) set(name, value string) error {
	switch name {
	case "DTSTART":
		e.start, _ = parseDay(value)
	case "DTEND":
		e.end, _ = parseDay(value)
	case "DURATION":
		e.duration, _ = strconv.Atoi(strings.TrimSuffix(strings.TrimPrefix(value, "P"), "D"))
	case "STATUS":
		e.cancelled = strings.EqualFold(value, "CANCELLED")
	case "RDATE":
		e.more = append(e.more, parseDays(value)...)
	case "EXDATE":
		for _, d := range parseDays(value) {
			e.except[d] = true
		}
	case "RRULE":
		return e.setRule(value)
	}
	return nil
}

func (e *event) setRule(value string) error {
	o, err := rrule.StrToROption(value[:min(len(value), maxRule)])
	if err != nil || len(value) > maxRule || o.Freq != rrule.YEARLY || len(o.Byhour)+len(o.Byminute)+len(o.Bysecond) > 0 {
		return fmt.Errorf("an event recurs by %.60q: want holidays that recur yearly, or once", value)
	}
	if !o.Until.IsZero() {
		e.until = availability.DateOf(o.Until)
	}
	e.rule = o
	return nil
}

// parseDay reads 20260303; times of day are not ok.
func parseDay(s string) (d availability.Date, ok bool) {
	t, err := time.Parse("20060102", s)
	if err != nil {
		return d, false
	}
	return availability.DateOf(t), true
}

// parseDays reads dates, or the dates of times, with commas between them.
func parseDays(s string) (days []availability.Date) {
	for part := range strings.SplitSeq(s, ",") {
		if d, ok := parseDay(strings.TrimSpace(part[:min(len(part), 8)])); ok {
			days = append(days, d)
		}
	}
	return days
}

// Dates returns the holidays from first to last, both inclusive, sorted and each
// once.
func (c *Calendar) Dates(first, last availability.Date) []availability.Date {
	var dates []availability.Date
	// A holiday of some days may begin in the year before.
	for year := max(first.Year-1, 1); year <= min(last.Year, 9999); year++ {
		dates = append(dates, c.year(year)...)
	}
	return between(dates, first, last)
}

// year returns the days of holidays that begin in the year.
func (c *Calendar) year(year int) []availability.Date {
	c.mu.Lock()
	defer c.mu.Unlock()
	if dates, ok := c.years[year]; ok {
		return dates
	}
	var dates []availability.Date
	for _, e := range c.events {
		for _, start := range e.starts(year) {
			for i := range e.days() {
				dates = append(dates, start.AddDays(i))
			}
		}
	}
	c.years[year] = dates
	return dates
}

// days returns how many days the holiday lasts. Writers that end a day on itself
// mean that day.
func (e *event) days() int {
	n := e.duration
	if !e.end.IsZero() {
		n = e.start.DaysUntil(e.end)
	}
	return min(max(n, 1), maxDays)
}

// starts returns the first days of the holiday in the year.
func (e *event) starts(year int) []availability.Date {
	starts := append([]availability.Date{e.start}, e.more...)
	if e.rule != nil {
		starts = append(starts, e.recur(year)...)
	}
	return slices.DeleteFunc(starts, func(d availability.Date) bool {
		return d.Year != year || d.Compare(e.start) < 0 || e.except[d]
	})
}

// recur expands the rule over one year alone, so that no rule, however it was
// meant, takes longer than that.
func (e *event) recur(year int) (dates []availability.Date) {
	every, passed := max(e.rule.Interval, 1), year-e.start.Year
	if passed < 0 || passed%every != 0 || e.rule.Count > 0 && passed/every >= e.rule.Count {
		return nil
	}
	o := *e.rule
	o.Interval, o.Count = 1, 0
	o.Dtstart = time.Date(year, time.January, 1, 0, 0, 0, 0, time.UTC)
	o.Until = time.Date(year, time.December, 31, 0, 0, 0, 0, time.UTC)
	if len(o.Bymonthday)+len(o.Byweekday)+len(o.Byyearday)+len(o.Byweekno)+len(o.Byeaster) == 0 {
		o.Bymonthday = []int{e.start.Day}
		if len(o.Bymonth) == 0 {
			o.Bymonth = []int{int(e.start.Month)}
		}
	}
	rule, err := rrule.NewRRule(o)
	if err != nil {
		return nil
	}
	for _, t := range rule.All() {
		if d := availability.DateOf(t); e.until.IsZero() || d.Compare(e.until) <= 0 {
			dates = append(dates, d)
		}
	}
	return dates
}
