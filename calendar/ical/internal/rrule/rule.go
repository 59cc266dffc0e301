package rrule

import (
	"errors"
	"fmt"
	"math/bits"
	"slices"
	"strconv"
	"strings"
)

// A Rule is a recurrence rule (RFC 5545, section 3.3.10). It is read for the
// clocks of one zone without a zone: its times are wall clock.
type Rule struct {
	Freq     Frequency
	Interval int64
	Count    int64  // 0 if there is none
	Until    string // as written; "" if there is none
	wkst     int    // first day of the week, from Monday

	months    set // 1 to 12
	Weeks     []int
	yearDays  []int
	monthDays []int
	days      set         // 0 to 6 from Monday, without a number
	numbered  []numberDay // such as 2TU
	hours     set         // 0 to 23
	minutes   set         // 0 to 59
	seconds   set         // 0 to 59
	positions []int       // of BYSETPOS, not 0
}

// A Frequency is the FREQ of a rule, the longest first.
type Frequency int

// The frequencies (RFC 5545, section 3.3.10).
const (
	Yearly Frequency = iota + 1
	Monthly
	Weekly
	Daily
	Hourly
	Minutely
	Secondly
)

var frequencies = map[string]Frequency{
	"YEARLY": Yearly, "MONTHLY": Monthly, "WEEKLY": Weekly, "DAILY": Daily,
	"HOURLY": Hourly, "MINUTELY": Minutely, "SECONDLY": Secondly,
}

var dayNames = []string{"MO", "TU", "WE", "TH", "FR", "SA", "SU"}

// A set holds small numbers.
type set uint64

func (s set) has(n int) bool { return s>>n&1 != 0 }
func (s set) len() int       { return bits.OnesCount64(uint64(s)) }

// A numberDay is the nth of a weekday in a month or year, from its end if n is
// negative.
type numberDay struct{ n, day int }

// ErrRule says that nobody can tell the dates of a rule.
var ErrRule = errors.New("its rule cannot be read")

// Parse reads a rule. What may be left out without changing its sense is;
// odd says so. A rule that cannot be read, or whose sense calendar programs do
// not agree on, is an error.
func Parse(text string) (r Rule, odd bool, err error) {
	r.Interval = 1
	text = strings.ToUpper(strings.TrimSpace(text))
	if rest, ok := strings.CutPrefix(text, "RRULE:"); ok {
		text, odd = rest, true
	}
	for part := range strings.SplitSeq(text, ";") {
		name, value, ok := strings.Cut(part, "=")
		if !ok {
			odd = odd || part != ""
			continue
		}
		plain := strings.Trim(strings.Join(strings.Fields(value), ""), ",")
		odd = odd || plain != value
		if plain == "" {
			odd = true
			continue
		}
		if err := r.set(strings.TrimSpace(name), plain, &odd); err != nil {
			return Rule{}, odd, err
		}
	}
	if r.Freq == 0 {
		return Rule{}, odd, fmt.Errorf("%w: no FREQ", ErrRule)
	}
	return r, odd, nil
}

// set reads one part of a rule.
func (r *Rule) set(name, value string, odd *bool) (err error) {
	switch name {
	case "FREQ":
		r.Freq = frequencies[value]
	case "INTERVAL":
		r.Interval, err = positive(value)
	case "COUNT":
		r.Count, err = positive(value)
	case "UNTIL":
		r.Until = value
	case "WKST":
		if r.wkst = slices.Index(dayNames, value); r.wkst < 0 {
			r.wkst, *odd = 0, true
		}
	case "BYMONTH":
		err = setOf(&r.months, value, 1, 12)
	case "BYWEEKNO":
		r.Weeks, err = numbers(value, 53)
	case "BYYEARDAY":
		r.yearDays, err = numbers(value, 366)
	case "BYMONTHDAY":
		r.monthDays, err = numbers(value, 31)
	case "BYDAY":
		err = r.setDays(value)
	case "BYHOUR":
		err = setOf(&r.hours, value, 0, 23)
	case "BYMINUTE":
		err = setOf(&r.minutes, value, 0, 59)
	case "BYSECOND":
		err = setOf(&r.seconds, value, 0, 60)
	case "BYSETPOS":
		r.positions, err = numbers(value, 366)
	case "RSCALE":
		if value != "GREGORIAN" {
			err = errors.New("another calendar than the Gregorian")
		}
	case "SKIP":
		if value != "OMIT" {
			err = errors.New("SKIP")
		}
	case "BYEASTER":
		err = errors.New("BYEASTER")
	default:
		*odd = true
	}
	if err != nil {
		return fmt.Errorf("%w: %s", ErrRule, name)
	}
	return nil
}

// setDays reads BYDAY.
func (r *Rule) setDays(value string) error {
	r.days, r.numbered = 0, nil
	for text := range strings.SplitSeq(value, ",") {
		if len(text) < 2 {
			return ErrRule
		}
		number, name := text[:len(text)-2], text[len(text)-2:]
		day := slices.Index(dayNames, name)
		if day < 0 {
			return ErrRule
		}
		if number == "" {
			r.days |= 1 << day
			continue
		}
		n, err := strconv.Atoi(number)
		if err != nil || n == 0 || n < -53 || n > 53 {
			return ErrRule
		}
		r.numbered = append(r.numbered, numberDay{n, day})
	}
	return nil
}

// numbers reads a list of numbers from 1 to limit, or from -1 to -limit.
func numbers(value string, limit int) ([]int, error) {
	var list []int
	for text := range strings.SplitSeq(value, ",") {
		n, err := strconv.Atoi(text)
		if err != nil || n == 0 || n < -limit || n > limit {
			return nil, ErrRule
		}
		if len(list) < 1000 {
			list = append(list, n)
		}
	}
	return list, nil
}

// setOf reads a list of numbers from low to high. The 60th second, which only a
// leap second has, is left out of it.
func setOf(s *set, value string, low, high int) error {
	*s = 0
	for text := range strings.SplitSeq(value, ",") {
		n, err := strconv.Atoi(text)
		if err != nil || n < low || n > high {
			return ErrRule
		}
		if n < 60 {
			*s |= 1 << n
		}
	}
	return nil
}

func positive(value string) (int64, error) {
	n, err := strconv.ParseInt(value, 10, 64)
	if err != nil || n < 1 {
		return 0, ErrRule
	}
	return min(n, 1<<40), nil
}

// fill makes explicit what the rule takes from the start of the series.
func (r *Rule) fill(start day) {
	if r.Freq != Yearly && r.Freq != Monthly || r.Freq == Yearly && len(r.Weeks) > 0 {
		for _, n := range r.numbered { // a number has no sense here
			r.days |= 1 << n.day
		}
		r.numbered = nil
	}
	if len(r.yearDays) > 0 || len(r.monthDays) > 0 || r.days != 0 || len(r.numbered) > 0 {
		return
	}
	switch {
	case len(r.Weeks) > 0 && r.Freq == Yearly, r.Freq == Weekly:
		r.days = 1 << start.weekday
	case r.Freq == Yearly && r.months == 0:
		r.months = 1 << start.month
		r.monthDays = []int{start.day}
	case r.Freq == Yearly, r.Freq == Monthly:
		r.monthDays = []int{start.day}
	}
}

// OfDays returns the rule without what it says of the time of day.
func (r Rule) OfDays() Rule {
	r.hours, r.minutes, r.seconds = 0, 0, 0
	return r
}

// Limited reports whether the rule says more than how often it repeats.
func (r *Rule) Limited() bool {
	return r.months != 0 || r.days|r.hours|r.minutes|r.seconds != 0 ||
		len(r.Weeks)+len(r.yearDays)+len(r.monthDays)+len(r.numbered)+len(r.positions) > 0
}
