package ical

import (
	"bytes"
	"fmt"
	"hash/maphash"
	"io"
	"slices"

	"github.com/emersion/go-ical"
)

const (
	maxExcerpts = 16 << 20 // bytes of a calendar that may matter
	maxZoneText = 64 << 10 // bytes of one definition of a zone
	maxFreeBusy = 1 << 20  // bytes of one VFREEBUSY
)

// A scan reads a calendar once and keeps of it what may matter to a window:
// the events that may touch it and, of those, the lines that say when. They are
// few, so that a calendar is never in memory as a whole. Everything that cannot
// be told at a glance is kept and left to who reads the excerpts.
type scan struct {
	*lines
	from, to int64 // days that may matter
	owner    string
	except   map[string]bool
	warn     warnings

	open      outline
	calendars int
	kind      kind   // of the component directly in the calendar
	begin     int    // the line in which it began
	text      []byte // its lines that matter, as they are
	event     glance
	skipZone  bool // it defines a zone that is known anyway

	zonesTried int // names of such zones

	excerpts    []excerpt // events and VFREEBUSY
	definitions []excerpt // of zones
	events      int       // how many there are, kept or not
	kept        int
	arena       []byte
	ghosts      []ghost
	zones       []string // that ghosts name
	seed        maphash.Seed
	line        contentLine
	known       [8]string // beginnings of lines whose parameters are as they should be
	nextKnown   int
	startZone   []byte // of the DTSTART before the line
}

// A kind of component.
type kind uint8

const (
	other kind = iota
	eventKind
	freeBusyKind
	timezoneKind
)

// An excerpt is one component, with the lines that matter in canonical form.
type excerpt struct {
	kind     kind
	calendar int // from 1
	line     int // in which it begins
	uid      uint64
	sequence int32
	status   status
	text     []byte
}

// A ghost is what is known of an event that cannot touch the window: it may
// still take the place of one that does.
type ghost struct {
	uid      uint64
	id       stamp // of an override, the occurrence that it replaces
	sequence int32
	override bool
}

func newScan(r io.Reader, o ReadOptions) *scan {
	s := &scan{lines: newLines(r), owner: string(o.Owner), except: map[string]bool{}, seed: maphash.MakeSeed()}
	// No zone is further than a day from UTC; rounding takes another.
	s.from = floorDiv(o.Window.Start.Unix(), secondsPerDay) - 2
	s.to = floorDiv(o.Window.End.Unix(), secondsPerDay) + 2
	for _, uid := range o.Except {
		if name := bareUID(string(uid)); name != "" {
			s.except[name] = true
		}
	}
	return s
}

// run reads the calendar to its end.
func (s *scan) run() error {
	for s.next() {
		if err := s.take(); err != nil {
			return err
		}
	}
	switch err := s.failed(); {
	case err != nil:
		return err
	case s.calendars == 0:
		return errNotCalendar
	case s.open.depth() > 0:
		return errCutOff
	}
	return nil
}

// take reads one line.
func (s *scan) take() error {
	n := nameLength(s.head)
	if n < 0 && s.folded { // a fold in the name
		n = nameLength(s.whole())
	}
	if s.calendars == 0 && (n < 0 || !equalFold(s.head[:n], "BEGIN")) {
		return errNotCalendar
	}
	if n < 0 {
		s.warn.add(s.number, "no property: the line is left out")
		return nil
	}
	name := s.head[:n]
	switch c := upper(name[0]); {
	case c == 'B' && equalFold(name, "BEGIN"):
		return s.takeBegin(n)
	case c == 'E' && equalFold(name, "END"):
		return s.takeEnd(n)
	}
	switch depth := s.open.depth(); {
	case depth == 0:
		s.warn.add(s.number, "the line stands outside of the calendar and is left out")
	case depth == 1:
		if err := s.line.parse(s.whole()); err != nil || s.line.flawed {
			s.warn.add(s.number, "no property: the line is left out")
		}
	case depth == 2 && s.kind == eventKind:
		s.takeEvent(propertyOf(name), n)
	case depth == 2 && s.kind == freeBusyKind:
		return s.takeFreeBusy(propertyOf(name))
	case s.kind == timezoneKind:
		s.takeTimezone(name)
	}
	return nil
}

// takeBegin reads BEGIN:NAME.
func (s *scan) takeBegin(n int) error {
	name, err := s.componentName(n)
	if err != nil {
		return err
	}
	if s.open.depth() >= 2 && s.kind != other && kindOf(name) != other {
		s.warn.add(s.begin, "the component has no end")
		if _, err := s.open.end(s.open.open[1], s.number); err != nil {
			return err
		}
		if err := s.finish(); err != nil {
			return err
		}
	}
	if err := s.open.begin(name, s.number); err != nil {
		if s.calendars == 0 {
			return errNotCalendar
		}
		return err
	}
	switch s.open.depth() {
	case 1:
		s.calendars++
	case 2:
		s.kind, s.begin, s.text, s.event, s.skipZone = kindOf(name), s.number, s.text[:0], glance{}, false
	default:
		if s.kind == timezoneKind {
			s.text = append(append(append(s.text, "BEGIN:"...), name...), '\n')
		}
	}
	return nil
}

// componentName returns what a BEGIN or END names. It is an error if that cannot
// be told: what belongs to what cannot be known then.
func (s *scan) componentName(n int) ([]byte, error) {
	line := s.whole()
	if line[n] == ':' && !s.cut {
		return bytes.TrimSpace(line[n+1:]), nil
	}
	if err := s.line.parse(line); err != nil || s.cut {
		return nil, fmt.Errorf("line %d: a component without a name", s.number)
	}
	return bytes.TrimSpace(s.line.value), nil
}

func kindOf(name []byte) kind {
	switch {
	case equalFold(name, ical.CompEvent):
		return eventKind
	case equalFold(name, ical.CompFreeBusy):
		return freeBusyKind
	case equalFold(name, ical.CompTimezone):
		return timezoneKind
	}
	return other
}

// takeEnd reads END:NAME.
func (s *scan) takeEnd(n int) error {
	depth := s.open.depth()
	name, err := s.componentName(n)
	if err != nil {
		return err
	}
	closed, err := s.open.end(name, s.number)
	if err != nil {
		return err
	}
	if len(closed) != 1 {
		s.warn.add(s.number, "END does not fit what began before it")
	}
	switch now := s.open.depth(); {
	case depth >= 2 && now == 1:
		return s.finish()
	case now >= 2 && s.kind == timezoneKind:
		for i := len(closed) - 1; i >= 0; i-- {
			s.text = append(append(append(s.text, "END:"...), closed[i]...), '\n')
		}
	}
	return nil
}

// keepLine appends the line to the text of the component.
func (s *scan) keepLine() { s.text = append(append(s.text, s.whole()...), '\n') }

// takeEvent reads a line of an event.
func (s *scan) takeEvent(p property, n int) {
	e := &s.event
	switch p {
	case propNone:
		if s.head[n] == ';' && bytes.IndexByte(s.head, ':') < 0 && !s.folded {
			s.warn.add(s.number, "no property: the line is left out")
		}
	case propUID:
		e.noteUID(s.whole(), s)
	case propSequence:
		e.noteSequence(afterColon(s.whole()))
	case propStatus, propTransp, propBusyStatus:
		e.status.note(p, afterColon(s.whole()))
	case propAttendee:
		if s.owner != "" && mayDecline(s.whole()) && s.line.parse(s.head) == nil {
			e.status.declined = e.status.declined || s.line.declinedBy(s.owner)
		}
	case propSummary, propFreeBusy:
	default:
		line := s.whole()
		if s.cut {
			s.warn.add(s.number, "%v", errLong)
			e.unclear = true
		}
		if s.head[n] == ';' && !s.plainParams(line) {
			e.unclear = true
		}
		e.note(p, line, s)
		s.keepLine()
	}
}

// plainParams reports whether the parameters of a line are written as they
// should be. Most lines begin like one before.
func (s *scan) plainParams(line []byte) bool {
	colon := bytes.LastIndexByte(line, ':')
	for _, known := range s.known {
		if len(known) == colon+1 && string(line[:colon+1]) == known {
			return true
		}
	}
	if s.line.parse(line) != nil || s.line.flawed {
		return false
	}
	if colon < 100 {
		s.known[s.nextKnown%len(s.known)] = string(line[:colon+1])
		s.nextKnown++
	}
	return true
}

// takeFreeBusy reads a line of a VFREEBUSY.
func (s *scan) takeFreeBusy(p property) error {
	switch p {
	case propStart, propEnd, propDuration, propFreeBusy:
		s.keepLine()
		if len(s.text) > maxFreeBusy {
			return fmt.Errorf("line %d: a VFREEBUSY is longer than %d MB", s.number, maxFreeBusy>>20)
		}
	case propSummary: // that it is there matters, what it says does not
		s.text = append(s.text, "SUMMARY:\n"...)
	}
	return nil
}

// takeTimezone reads a line of a VTIMEZONE.
func (s *scan) takeTimezone(name []byte) {
	switch string(bytes.ToUpper(name)) {
	case ical.PropTimezoneID:
		if s.zonesTried < maxZones && s.line.parse(s.whole()) == nil {
			s.zonesTried++
			s.skipZone = ianaZone(zoneName(string(s.line.value))) != nil
		}
		s.keepLine()
	case ical.PropDateTimeStart, ical.PropRecurrenceRule, ical.PropRecurrenceDates, ical.PropTimezoneOffsetFrom, ical.PropTimezoneOffsetTo:
		s.keepLine()
	}
}

// finish ends the component directly in the calendar.
func (s *scan) finish() error {
	kind := s.kind
	s.kind = other
	switch kind {
	case other:
		return nil
	case eventKind:
		s.events++
		if s.except[s.event.name] || s.dropped() {
			return nil
		}
	case timezoneKind:
		if s.skipZone {
			return nil
		}
		if len(s.text) > maxZoneText {
			s.warn.add(s.begin, "the definition of a zone is too long")
			return nil
		}
	}
	return s.keep(kind)
}

// keep makes an excerpt of the component.
func (s *scan) keep(kind kind) error {
	if s.kept += len(s.text); s.kept > maxExcerpts {
		return fmt.Errorf("more than %d MB of the calendar matter", maxExcerpts>>20)
	}
	if need := len(s.text) + len(s.text)/2 + 100; cap(s.arena)-len(s.arena) < need {
		s.arena = make([]byte, 0, max(need, bufferSize))
	}
	s.startZone = nil
	from, name := len(s.arena), [...]string{eventKind: ical.CompEvent, freeBusyKind: ical.CompFreeBusy, timezoneKind: ical.CompTimezone}[kind]
	s.arena = append(append(append(s.arena, "BEGIN:"...), name...), '\n')
	for line := range bytes.Lines(s.text) {
		s.arena = s.appendCanonical(s.arena, bytes.TrimSuffix(line, []byte("\n")))
	}
	s.arena = append(append(append(s.arena, "END:"...), name...), '\n')
	x := excerpt{
		kind: kind, calendar: s.calendars, line: s.begin,
		uid: s.event.uid, sequence: s.event.sequence, status: s.event.status,
		text: s.arena[from:len(s.arena):len(s.arena)],
	}
	if kind == timezoneKind {
		s.definitions = append(s.definitions, x)
	} else {
		s.excerpts = append(s.excerpts, x)
	}
	return nil
}

// appendCanonical appends a line so that go-ical reads it, with the parameters
// that matter. Of a line that cannot be read the value is what follows the last
// colon, and its zone is not known.
func (s *scan) appendCanonical(text, line []byte) []byte {
	err := s.line.parse(line)
	if err != nil {
		s.warn.add(s.begin, "%s: %v", propertyName(s.line.name), err)
		s.line.params = append(s.line.params[:0], param{[]byte(ical.PropTimezoneID), nil})
		s.line.value = afterColon(line)
		return s.line.append(text)
	}
	if s.line.flawed {
		s.warn.add(s.begin, "%s: a parameter without a value is left out", propertyName(s.line.name))
	}
	s.line.mendZone()
	s.line.params = slices.DeleteFunc(s.line.params, func(p param) bool {
		switch string(bytes.ToUpper(p.name)) {
		case ical.PropTimezoneID:
			return s.sameZone(p.value)
		case ical.ParamRange, ical.ParamFreeBusyType:
			return false
		case ical.ParamValue: // the form of the value tells what it is
			return len(s.line.value) == len("20260303")
		}
		return true
	})
	return s.line.append(text)
}

// sameZone reports whether the line is a DTEND that may leave out its zone: it
// is that of the DTSTART before it.
func (s *scan) sameZone(tzid []byte) bool {
	if s.line.named(ical.PropDateTimeStart) {
		s.startZone = tzid
	}
	return s.line.named(ical.PropDateTimeEnd) && len(tzid) > 0 && bytes.Equal(tzid, s.startZone)
}

// dropped reports whether the event cannot touch the window, or takes no time
// of anybody. It leaves a ghost if that may matter.
func (s *scan) dropped() bool {
	e := &s.event
	if e.unclear || e.future || !e.hasStart || e.hasEnd && e.unlike() {
		return false
	}
	if away := e.outside(s.from, s.to); !away && (e.recurs || e.status.takesTime()) {
		return false
	}
	if e.uid == 0 || !e.override && e.sequence == 0 {
		return true
	}
	if e.override {
		e.id.tzid = s.intern(e.id.tzid)
	}
	s.ghosts = append(s.ghosts, ghost{e.uid, e.id, e.sequence, e.override})
	return true
}

// intern returns the one copy of a zone's name.
func (s *scan) intern(name string) string {
	if i := slices.Index(s.zones, name); i >= 0 {
		return s.zones[i]
	}
	if len(s.zones) < maxZones {
		s.zones = append(s.zones, name)
	}
	return name
}
