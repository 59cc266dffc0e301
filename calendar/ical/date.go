package ical

import (
	"bytes"
	"strconv"
	"strings"

	"github.com/emersion/go-ical"
)

// A stamp is a DATE or DATE-TIME as it is written, before its zone is known.
type stamp struct {
	wall  int64 // wall clock in seconds since 1970, as if it were UTC; midnight of a DATE
	form  form
	tzid  string // of a zoned one
	odd   bool   // not as RFC 5545 writes it, but clear
	vague bool   // only the day can be read
}

// A form tells which instant a stamp means.
type form uint8

const (
	floating form = iota // what the viewer's clocks show
	wholeDay
	utc
	zoned
)

// parseStamp reads a DATE or DATE-TIME. It is not ok if not even the day can be
// read. The second 60 is the first of the next minute; hour 24 is midnight.
func parseStamp(text string) (s stamp, ok bool) {
	trimmed := strings.TrimSpace(text)
	s.odd = trimmed != text
	digits, rest, dashes := cutDate(trimmed)
	day, ok := parseDay(digits)
	if !ok {
		return stamp{}, false
	}
	s.wall = day * secondsPerDay
	s.odd = s.odd || dashes
	if rest == "" {
		s.form = wholeDay
		return s, true
	}
	if last := rest[len(rest)-1]; last == 'Z' || last == 'z' {
		s.form, rest = utc, rest[:len(rest)-1]
	}
	if rest == "" || rest[0] != 'T' && rest[0] != 't' && rest[0] != ' ' {
		s.vague = true
		return s, true
	}
	clock, odd, ok := parseClock(rest[1:])
	s.wall += clock
	s.odd, s.vague = s.odd || odd, !ok
	return s, true
}

// cutDate takes 20260303 or 2026-03-03 off a text.
func cutDate(text string) (digits, rest string, dashes bool) {
	if len(text) >= 10 && text[4] == '-' && text[7] == '-' {
		return text[:4] + text[5:7] + text[8:10], text[10:], true
	}
	if len(text) < 8 {
		return "", "", false
	}
	return text[:8], text[8:], false
}

// parseDay returns the number of the day that 20260303 names.
func parseDay[text string | []byte](digits text) (number int64, ok bool) {
	if len(digits) != 8 {
		return 0, false
	}
	n := 0
	for i := range 8 {
		c := digits[i]
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	year, month, day := n/10000, n/100%100, n%100
	if year < 1 || month < 1 || month > 12 || day < 1 || day > monthLength(year, month) {
		return 0, false
	}
	return dayNumber(year, month, day), true
}

// parseClock reads 090000, or 0900 or 09:00:00, which are odd.
func parseClock(text string) (seconds int64, odd, ok bool) {
	digits := strings.ReplaceAll(text, ":", "")
	odd = len(digits) != len(text) || len(digits) == 4
	if len(digits) == 4 {
		digits += "00"
	}
	n, err := strconv.ParseUint(digits, 10, 32)
	h, m, s := int64(n/10000), int64(n/100%100), int64(n%100)
	if len(digits) != 6 || err != nil || h > 24 || m > 59 || s > 60 || h == 24 && m+s > 0 {
		return 0, false, false
	}
	return h*3600 + m*60 + s, odd || h == 24, true
}

// stampOf reads the value of a property that holds one DATE or DATE-TIME.
func stampOf(p *ical.Prop) (stamp, bool) { return withParams(p, p.Value) }

// withParams reads one value of a property. Z outweighs TZID.
func withParams(p *ical.Prop, value string) (s stamp, ok bool) {
	if s, ok = parseStamp(value); !ok {
		return s, false
	}
	if strings.EqualFold(p.Params.Get(ical.ParamValue), string(ical.ValueDate)) && s.form != wholeDay {
		if s.odd = true; s.wall == midnight(s.wall) {
			s.form = wholeDay
		}
	}
	if ids := p.Params[ical.PropTimezoneID]; len(ids) > 0 && s.form == floating {
		s.form, s.tzid = zoned, strings.Join(ids, ",")
	}
	return s, true
}

// A period is one value of a list: a time, and for a PERIOD its end.
type period struct {
	stamp
	end string // DATE-TIME or DURATION as written; "" if it is not a PERIOD
	ok  bool
}

// periodsIn reads the values of a property that holds a list.
func periodsIn(p *ical.Prop) (list []period) {
	for text := range strings.SplitSeq(p.Value, ",") {
		if text == "" {
			continue
		}
		start, end, isPeriod := strings.Cut(text, "/")
		s, ok := withParams(p, start)
		list = append(list, period{s, end, ok && isPeriod == (end != "")})
	}
	return list
}

// A length is how long an event takes: whole days on the wall clock, and time.
type length struct{ days, seconds int64 }

const maxDays = 200_000 // of an event; more than five hundred years

// parseLength reads a DURATION. Its parts have one sign.
func parseLength(text string) (l length, ok bool) {
	text = strings.ToUpper(strings.TrimSpace(text))
	sign := int64(1)
	if rest, minus := strings.CutPrefix(text, "-"); minus {
		text, sign = rest, -1
	}
	text, ok = strings.CutPrefix(strings.TrimPrefix(text, "+"), "P")
	text = strings.TrimSuffix(text, "T") // some write P1DT
	if !ok || text == "" {
		return length{}, false
	}
	for text != "" {
		text = strings.TrimPrefix(text, "T")
		i := strings.IndexAny(text, "WDHMS")
		if i < 1 {
			return length{}, false
		}
		n, err := strconv.ParseInt(text[:i], 10, 64)
		if err != nil || n < 0 || n > 1<<40 {
			return length{}, false
		}
		n *= sign
		switch text[i] {
		case 'W':
			l.days += 7 * n
		case 'D':
			l.days += n
		case 'H':
			l.seconds += n * 3600
		case 'M':
			l.seconds += n * 60
		case 'S':
			l.seconds += n
		}
		text = text[i+1:]
	}
	if total := l.days + l.seconds/secondsPerDay; total > maxDays || total < -maxDays {
		return length{}, false
	}
	return l, true
}

// parseOffset reads a UTC offset such as +0530 or -002320, in seconds.
func parseOffset(text string) (int64, bool) {
	text = strings.TrimSpace(text)
	if len(text) != 5 && len(text) != 7 || text[0] != '+' && text[0] != '-' {
		return 0, false
	}
	n, err := strconv.ParseUint(text[1:]+"00"[:7-len(text)], 10, 32)
	seconds := int64(n/10000*3600 + n/100%100*60 + n%100)
	if err != nil || seconds >= secondsPerDay {
		return 0, false
	}
	if text[0] == '-' {
		seconds = -seconds
	}
	return seconds, true
}

// afterColon returns what follows the last colon of a line, without blanks.
func afterColon(line []byte) []byte {
	return bytes.TrimSpace(line[bytes.LastIndexByte(line, ':')+1:])
}
