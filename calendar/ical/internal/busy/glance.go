package busy

import (
	"bytes"
	"hash/maphash"
	"strconv"

	"github.com/peerslot/peerslot/calendar/ical/internal/line"
	"github.com/peerslot/peerslot/calendar/ical/internal/rrule"
	"github.com/peerslot/peerslot/calendar/ical/internal/zones"
)

// A glance is what can be told of an event without reading it: when a plain one is,
// of another bounds in days. What has an uncommon form makes it unclear.
type glance struct {
	uid        uint64 // a hash; 0 if there is none
	excepted   bool   // it is of a series that does not count
	start, end line.Stamp
	hasStart   bool
	hasEnd     bool
	more       bool  // than start and end, as they stand here, says when it is
	length     int64 // days of DURATION
	recurs     bool
	until      int64 // the last day of all rules
	unbounded  bool  // a rule has no UNTIL
	unclear    bool
	status     status
	off        bool // a message says that the series is cancelled
	unnamed    bool // it may be a session of ours under another UID
	override   bool
	future     bool // RANGE=THISANDFUTURE
	id         line.Stamp
	sequence   int32
}

// plain reports whether the glance says all of when the event is. It takes place once.
func (e *glance) plain() bool { return e.hasStart && !e.more && !e.unclear }

// note takes in one line, of which h is what stands before the value, which is raw.
func (e *glance) note(p property, h head, text, raw []byte, s *scan) {
	value := bytes.TrimSpace(raw)
	e.more = e.more || p != propStart && p != propEnd || len(value) != len(raw)
	switch p {
	case propStart:
		e.unclear = e.unclear || e.hasStart
		e.start = e.stamp(h, value)
		e.hasStart = true
	case propEnd:
		e.unclear = e.unclear || e.hasEnd
		e.end = e.stamp(h, value)
		e.hasEnd = true
	case propDuration:
		l, ok := line.ParseLength(string(value))
		e.length = max(e.length, l.Days+l.Seconds/rrule.SecondsPerDay+1)
		e.unclear = e.unclear || !ok || l.Days < 0 || l.Seconds < 0
	case propRule:
		e.noteRule(value)
	case propRDate, propExRule:
		e.recurs, e.unclear = true, true
	case propID:
		e.noteID(text, s)
	}
}

func (e *glance) noteSequence(value []byte) {
	n, _ := strconv.ParseInt(string(value), 10, 32)
	e.sequence = int32(max(n, 0))
}

func (e *glance) noteUID(text []byte, s *scan) {
	value := bytes.TrimSpace(text[min(len("UID:"), len(text)):])
	if text[len("UID")] == ';' { // it may hold colons
		if s.line.Parse(text) != nil {
			return
		}
		value = bytes.TrimSpace(s.line.Value)
	}
	if len(value) == 0 {
		return
	}
	e.uid = maphash.Bytes(s.seed, value) | 1
	e.excepted = s.except.has(value)
}

func (e *glance) noteRule(value []byte) {
	e.recurs = true
	i := bytes.Index(value, []byte("UNTIL="))
	if i < 0 || len(value) < i+14 {
		e.unbounded = true
		return
	}
	day, ok := line.ParseDay(value[i+6 : i+14])
	e.until, e.unclear = max(e.until, day), e.unclear || !ok
}

func (e *glance) noteID(text []byte, s *scan) {
	e.override = true
	if err := s.line.Parse(text); err != nil || len(s.line.Params) > 2 {
		e.unclear = true
		return
	}
	ok := false
	if e.id, ok = line.ParseStamp(string(s.line.Value)); !ok || e.id.Vague {
		e.unclear = true
	}
	for _, p := range s.line.Params {
		switch {
		case line.EqualFold(p.Name, "TZID") && e.id.Form == line.Floating:
			e.id.Form, e.id.TZID = line.Zoned, zones.Name(string(p.Value))
		case line.EqualFold(p.Name, "RANGE"):
			e.future = true
		}
	}
}

// stamp reads the value of a start or an end.
func (e *glance) stamp(h head, value []byte) line.Stamp {
	at, ok := line.PlainStamp(value)
	e.unclear = e.unclear || !ok
	e.more = e.more || h.typed && at.Form != line.WholeDay
	if h.zoned && at.Form == line.Floating {
		at.Form, at.TZID = line.Zoned, h.tzid
	}
	return at
}

// unlike reports whether start and end do not go together.
func (e *glance) unlike() bool {
	return (e.start.Form == line.WholeDay) != (e.end.Form == line.WholeDay) || dayOf(e.end) < dayOf(e.start)
}

func dayOf(s line.Stamp) int64 { return rrule.FloorDiv(s.Wall, rrule.SecondsPerDay) }

// outside reports whether all of the event lies outside of the days.
func (e *glance) outside(from, to int64) bool {
	if e.recurs { // an override may move all that follows it
		from, to = from-100, to+100
	}
	start := dayOf(e.start)
	last := start + 1 + e.length
	if e.hasEnd {
		last = max(dayOf(e.end), start) + 1
	}
	switch {
	case start > to:
		return true
	case e.recurs && e.unbounded:
		return false
	case e.recurs:
		last += max(e.until-start, 0)
	}
	return last < from
}
