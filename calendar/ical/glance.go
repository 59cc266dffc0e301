package ical

import (
	"bytes"
	"hash/maphash"
	"strconv"
	"strings"

	"github.com/emersion/go-ical"
)

// A glance is what can be told of an event without reading it: bounds in days.
// What has an uncommon form makes it unclear.
type glance struct {
	uid        uint64 // a hash; 0 if there is none
	name       string // the UID up to its suffix, if series are to be left out
	start, end int64
	startForm  int // the length of its text
	endForm    int
	hasStart   bool
	hasEnd     bool
	length     int64 // of DURATION
	recurs     bool
	until      int64 // the last day of all rules
	unbounded  bool  // a rule has no UNTIL
	unclear    bool
	status     status
	override   bool
	future     bool // RANGE=THISANDFUTURE
	id         stamp
	sequence   int32
}

// note takes in one line.
func (e *glance) note(p property, line []byte, s *scan) {
	value := afterColon(line)
	switch p {
	case propStart:
		e.unclear = e.unclear || e.hasStart
		e.start, e.startForm = e.day(value)
		e.hasStart = true
	case propEnd:
		e.unclear = e.unclear || e.hasEnd
		e.end, e.endForm = e.day(value)
		e.hasEnd = true
	case propDuration:
		l, ok := parseLength(string(value))
		e.length = max(e.length, l.days+l.seconds/secondsPerDay+1)
		e.unclear = e.unclear || !ok || l.days < 0 || l.seconds < 0
	case propRule:
		e.noteRule(value)
	case propRDate, propExRule:
		e.recurs, e.unclear = true, true
	case propID:
		e.noteID(line, s)
	}
}

func (e *glance) noteSequence(value []byte) {
	n, _ := strconv.ParseInt(string(value), 10, 32)
	e.sequence = int32(max(n, 0))
}

func (e *glance) noteUID(line []byte, s *scan) {
	value := bytes.TrimSpace(line[min(len("UID:"), len(line)):])
	if line[len("UID")] == ';' { // it may hold colons
		if s.line.parse(line) != nil {
			return
		}
		value = bytes.TrimSpace(s.line.value)
	}
	if len(value) == 0 {
		return
	}
	e.uid = maphash.Bytes(s.seed, value) | 1
	if len(s.except) > 0 {
		e.name = bareUID(string(value))
	}
}

// bareUID returns what of a UID names the series in every calendar: a backend may
// have added a host, and we the suffix.
func bareUID(uid string) string {
	name, _, _ := strings.Cut(uid, "@")
	return strings.TrimSuffix(name, uidSuffix)
}

func (e *glance) noteRule(value []byte) {
	e.recurs = true
	i := bytes.Index(value, []byte("UNTIL="))
	if i < 0 || len(value) < i+14 {
		e.unbounded = true
		return
	}
	day, ok := parseDay(value[i+6 : i+14])
	e.until, e.unclear = max(e.until, day), e.unclear || !ok
}

func (e *glance) noteID(line []byte, s *scan) {
	e.override = true
	if err := s.line.parse(line); err != nil || len(s.line.params) > 2 {
		e.unclear = true
		return
	}
	ok := false
	if e.id, ok = parseStamp(string(s.line.value)); !ok || e.id.vague {
		e.unclear = true
	}
	for _, p := range s.line.params {
		switch {
		case equalFold(p.name, ical.PropTimezoneID) && e.id.form == floating:
			e.id.form, e.id.tzid = zoned, zoneName(string(p.value))
		case equalFold(p.name, ical.ParamRange):
			e.future = true
		}
	}
}

// day returns the day of a value in one of the three forms of RFC 5545, and
// which of them that is.
func (e *glance) day(value []byte) (number int64, form int) {
	form = len(value)
	switch {
	case form == len("20260303"):
	case form != len("20260303T090000") && (form != len("20260303T090000Z") || value[15] != 'Z'),
		value[8] != 'T' || !digits(value[9:15]):
		e.unclear = true
		return 0, 0
	}
	number, ok := parseDay(value[:8])
	e.unclear = e.unclear || !ok
	return number, form
}

func digits(text []byte) bool {
	for _, c := range text {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

// unlike reports whether start and end do not go together.
func (e *glance) unlike() bool {
	return (e.startForm == len("20260303")) != (e.endForm == len("20260303")) || e.end < e.start
}

// outside reports whether all of the event lies outside of the days.
func (e *glance) outside(from, to int64) bool {
	if e.recurs { // an override may move all that follows it
		from, to = from-100, to+100
	}
	last := e.start + 1 + e.length
	if e.hasEnd {
		last = max(e.end, e.start) + 1
	}
	switch {
	case e.start > to:
		return true
	case e.recurs && e.unbounded:
		return false
	case e.recurs:
		last += max(e.until-e.start, 0)
	}
	return last < from
}
