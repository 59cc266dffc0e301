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
	weeks     numbers
	yearDays  []int // each once
	monthDays numbers
	days      set        // 0 to 6 from Monday, without a number
	numbered  [7]numbers // such as 2TU, by weekday from Monday
	hours     set        // 0 to 23
	minutes   set        // 0 to 59
	seconds   set        // 0 to 59
	positions []int      // of BYSETPOS, not 0, each once
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

// A numbers holds small numbers that count from 1, from the beginning or from the end.
type numbers struct{ ahead, back set }

// add takes in a number that is not 0, from the end if it is negative.
func (x *numbers) add(n int) {
	if n > 0 {
		x.ahead |= 1 << n
	} else {
		x.back |= 1 << -n
	}
}

// has reports whether the nth of that many is one of the numbers.
func (x numbers) has(n, of int) bool { return x.ahead.has(n) || x.back.has(of-n+1) }

// single returns the number, if it is the only one and counts from the beginning, or 0.
func (x numbers) single() int {
	if x.back != 0 || x.ahead.len() != 1 {
		return 0
	}
	return bits.TrailingZeros64(uint64(x.ahead))
}

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
		err = r.weeks.read(value, 53)
	case "BYYEARDAY":
		r.yearDays, err = listOf(value, 366)
	case "BYMONTHDAY":
		err = r.monthDays.read(value, 31)
	case "BYDAY":
		err = r.setDays(value)
	case "BYHOUR":
		err = setOf(&r.hours, value, 0, 23)
	case "BYMINUTE":
		err = setOf(&r.minutes, value, 0, 59)
	case "BYSECOND":
		err = setOf(&r.seconds, value, 0, 60)
	case "BYSETPOS":
		r.positions, err = listOf(value, 366)
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
	r.days, r.numbered = 0, [7]numbers{}
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
		n, err := numberIn(number, 53)
		if err != nil {
			return ErrRule
		}
		r.numbered[day].add(n)
	}
	return nil
}

// numberIn reads a number from 1 to limit, or from -1 to -limit.
func numberIn(text string, limit int) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n == 0 || n < -limit || n > limit {
		return 0, ErrRule
	}
	return n, nil
}

// read reads a list of numbers, of which the largest is less than 64.
func (x *numbers) read(value string, limit int) error {
	*x = numbers{}
	for text := range strings.SplitSeq(value, ",") {
		n, err := numberIn(text, limit)
		if err != nil {
			return err
		}
		x.add(n)
	}
	return nil
}

// listOf reads a list of numbers, each of which it returns once.
func listOf(value string, limit int) (list []int, err error) {
	seen := make([]bool, 2*limit+1)
	for text := range strings.SplitSeq(value, ",") {
		n, err := numberIn(text, limit)
		if err != nil {
			return nil, err
		}
		if !seen[limit+n] {
			seen[limit+n], list = true, append(list, n)
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
	if r.Freq != Yearly && r.Freq != Monthly || r.Freq == Yearly && r.weeks != (numbers{}) {
		for day, n := range r.numbered { // a number has no sense here
			if n != (numbers{}) {
				r.days |= 1 << day
			}
		}
		r.numbered = [7]numbers{}
	}
	if len(r.yearDays) > 0 || r.monthDays != (numbers{}) || r.days != 0 || r.numbered != [7]numbers{} {
		return
	}
	switch {
	case r.weeks != (numbers{}) && r.Freq == Yearly, r.Freq == Weekly:
		r.days = 1 << start.weekday
	case r.Freq == Yearly && r.months == 0:
		r.months = 1 << start.month
		r.monthDays.add(start.day)
	case r.Freq == Yearly, r.Freq == Monthly:
		r.monthDays.add(start.day)
	}
}

// AtTurnOfYear reports whether the rule names weeks of which calendar programs differ in
// what year they lie in.
func (r *Rule) AtTurnOfYear() bool {
	return r.weeks.back != 0 || r.weeks.ahead&(1<<1|1<<52|1<<53) != 0
}

// OfDays returns the rule without what it says of the time of day.
func (r Rule) OfDays() Rule {
	r.hours, r.minutes, r.seconds = 0, 0, 0
	return r
}

// Limited reports whether the rule says more than how often it repeats.
func (r *Rule) Limited() bool {
	return r.days|r.hours|r.minutes|r.seconds != 0 || r.limitsDays()
}

// limitsDays reports whether the rule says more than on which weekdays it repeats.
func (r *Rule) limitsDays() bool {
	return r.months != 0 || r.weeks != (numbers{}) || r.monthDays != (numbers{}) || r.numbered != [7]numbers{} ||
		len(r.yearDays)+len(r.positions) > 0
}
