package line

import (
	"bytes"
	"strconv"
	"strings"

	"github.com/peerslot/peerslot/calendar/ical/internal/rrule"
)

// A Stamp is a DATE or DATE-TIME as it is written, before its zone is known.
type Stamp struct {
	Wall  int64 // wall clock in seconds since 1970, as if it were UTC; midnight of a DATE
	Form  Form
	TZID  string // of a Zoned one
	Odd   bool   // not as RFC 5545 writes it, but clear
	Vague bool   // only the day can be read
}

// A Form tells which instant a Stamp means.
type Form uint8

// The forms.
const (
	Floating Form = iota // what the viewer's clocks show
	WholeDay
	UTC
	Zoned
)

// PlainStamp reads a value in one of the three forms of RFC 5545, sections 3.3.4 and
// 3.3.5: 20260303, 20260303T090000 and 20260303T090000Z.
func PlainStamp[text string | []byte](value text) (s Stamp, ok bool) {
	switch {
	case len(value) == len("20260303"):
		s.Form = WholeDay
	case len(value) == len("20260303T090000Z") && value[15] == 'Z':
		s.Form = UTC
	case len(value) != len("20260303T090000"):
		return s, false
	}
	day, ok := ParseDay(value[:8])
	if s.Wall = day * rrule.SecondsPerDay; !ok || s.Form == WholeDay {
		return s, ok
	}
	hour, minute, second := twoDigits(value[9:11]), twoDigits(value[11:13]), twoDigits(value[13:15])
	s.Wall += hour*3600 + minute*60 + second
	return s, value[8] == 'T' && hour < 24 && minute < 60 && second <= 60
}

// twoDigits returns the number that two digits are, or a larger one if they are none.
func twoDigits[text string | []byte](d text) int64 {
	tens, ones := d[0]-'0', d[1]-'0'
	if tens > 9 || ones > 9 {
		return 100
	}
	return int64(10*tens + ones)
}

// ParseStamp reads a DATE or DATE-TIME. It is not ok if not even the day can be
// read. The second 60 is the first of the next minute; hour 24 is midnight.
func ParseStamp(text string) (s Stamp, ok bool) {
	if s, ok = PlainStamp(text); ok {
		return s, true
	}
	s = Stamp{}
	trimmed := strings.TrimSpace(text)
	s.Odd = trimmed != text
	digits, rest, dashes := cutDate(trimmed)
	day, ok := ParseDay(digits)
	if !ok {
		return Stamp{}, false
	}
	s.Wall = day * rrule.SecondsPerDay
	s.Odd = s.Odd || dashes
	if rest == "" {
		s.Form = WholeDay
		return s, true
	}
	if last := rest[len(rest)-1]; last == 'Z' || last == 'z' {
		s.Form, rest = UTC, rest[:len(rest)-1]
	}
	if rest == "" || rest[0] != 'T' && rest[0] != 't' && rest[0] != ' ' {
		s.Vague = true
		return s, true
	}
	if s.Form == Floating {
		rest = s.cutOffset(rest)
	}
	clock, odd, ok := parseClock(rest[1:])
	s.Wall += clock
	s.Odd, s.Vague = s.Odd || odd, !ok
	return s, true
}

// cutOffset takes +0200, +02:00 or +02 off a time, as ISO 8601 writes it, and makes +0200
// the zone.
func (s *Stamp) cutOffset(clock string) string {
	i := strings.LastIndexAny(clock, "+-")
	if i < 0 {
		return clock
	}
	digits := strings.Replace(clock[i:], ":", "", 1)
	if len(digits) == 3 {
		digits += "00"
	}
	if _, ok := ParseOffset(digits); !ok {
		return clock
	}
	s.Odd, s.Form, s.TZID = true, Zoned, digits
	return clock[:i]
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

// ParseDay returns the number of the day that 20260303 names.
func ParseDay[text string | []byte](digits text) (number int64, ok bool) {
	if len(digits) != 8 {
		return 0, false
	}
	century, year := twoDigits(digits[:2]), twoDigits(digits[2:4])
	month, day := int(twoDigits(digits[4:6])), int(twoDigits(digits[6:]))
	if max(century, year) > 99 || century+year < 1 || month < 1 || month > 12 {
		return 0, false
	}
	full := int(100*century + year)
	if day < 1 || day > rrule.MonthLength(full, month) {
		return 0, false
	}
	return rrule.DayNumber(full, month, day), true
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

// StampOf reads the value of a property that holds one DATE or DATE-TIME.
func StampOf(p *Prop) (Stamp, bool) { return withParams(p, p.Value) }

// withParams reads one value of a property. Z and an offset outweigh TZID.
func withParams(p *Prop, value string) (s Stamp, ok bool) {
	if s, ok = ParseStamp(value); !ok {
		return s, false
	}
	if strings.EqualFold(p.Param("VALUE"), "DATE") && s.Form != WholeDay {
		if s.Odd = true; s.Wall == Midnight(s.Wall) {
			s.Form = WholeDay
		}
	}
	if id, ok := p.Lookup("TZID"); ok && s.Form == Floating {
		s.Form, s.TZID = Zoned, id
	}
	return s, true
}

// A Period is one value of a list: a time, and for a PERIOD its end.
type Period struct {
	Stamp
	End string // DATE-TIME or DURATION as written; "" if it is not a PERIOD
	OK  bool   // it could be read
}

// PeriodsIn reads the values of a property that holds a list.
func PeriodsIn(p *Prop) (list []Period) {
	for text := range strings.SplitSeq(p.Value, ",") {
		if text == "" {
			continue
		}
		start, end, isPeriod := strings.Cut(text, "/")
		s, ok := withParams(p, start)
		list = append(list, Period{s, end, ok && isPeriod == (end != "")})
	}
	return list
}

// A Length is how long an event takes: whole days on the wall clock, and time.
type Length struct{ Days, Seconds int64 }

// MaxDays is how long an event may take: some end in the year 9999.
const MaxDays = 3_700_000

// Most returns more seconds than the length can take.
func (l Length) Most() int64 { return (l.Days+1)*rrule.SecondsPerDay + max(l.Seconds, 0) }

// ParseLength reads a DURATION. Its parts have one sign.
func ParseLength(text string) (l Length, ok bool) {
	text = strings.ToUpper(strings.TrimSpace(text))
	sign := int64(1)
	if rest, minus := strings.CutPrefix(text, "-"); minus {
		text, sign = rest, -1
	}
	text, ok = strings.CutPrefix(strings.TrimPrefix(text, "+"), "P")
	text = strings.TrimSuffix(text, "T") // some write P1DT
	if !ok || text == "" {
		return Length{}, false
	}
	for text != "" {
		text = strings.TrimPrefix(text, "T")
		i := strings.IndexAny(text, "WDHMS")
		if i < 1 {
			return Length{}, false
		}
		n, err := strconv.ParseInt(text[:i], 10, 64)
		if err != nil || n < 0 || n > 1<<40 {
			return Length{}, false
		}
		n *= sign
		switch text[i] {
		case 'W':
			l.Days += 7 * n
		case 'D':
			l.Days += n
		case 'H':
			l.Seconds += n * 3600
		case 'M':
			l.Seconds += n * 60
		case 'S':
			l.Seconds += n
		}
		text = text[i+1:]
	}
	if total := l.Days + l.Seconds/rrule.SecondsPerDay; total > MaxDays || total < -MaxDays {
		return Length{}, false
	}
	return l, true
}

// ParseOffset reads a UTC offset such as +0530 or -002320, in seconds.
func ParseOffset(text string) (int64, bool) {
	text = strings.TrimSpace(text)
	if len(text) != 5 && len(text) != 7 || text[0] != '+' && text[0] != '-' {
		return 0, false
	}
	n, err := strconv.ParseUint(text[1:]+"00"[:7-len(text)], 10, 32)
	seconds := int64(n/10000*3600 + n/100%100*60 + n%100)
	if err != nil || seconds >= rrule.SecondsPerDay {
		return 0, false
	}
	if text[0] == '-' {
		seconds = -seconds
	}
	return seconds, true
}

// AfterColon returns what follows the last colon of a line, without blanks.
func AfterColon(line []byte) []byte {
	return bytes.TrimSpace(line[bytes.LastIndexByte(line, ':')+1:])
}

// Midnight returns the beginning of the day of a wall clock time.
func Midnight(wall int64) int64 { return wall - rrule.FloorMod(wall, rrule.SecondsPerDay) }
