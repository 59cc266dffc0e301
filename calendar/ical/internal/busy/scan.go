package busy

import (
	"bytes"
	"fmt"
	"hash/maphash"
	"io"
	"slices"
	"strings"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/ical/internal/line"
	"github.com/peerslot/peerslot/calendar/ical/internal/rrule"
	"github.com/peerslot/peerslot/calendar/ical/internal/zones"
)

const (
	maxExcerpts = 16 << 20 // bytes of a calendar that may matter
	excerptCost = 80       // bytes of text that take as much room as an event without any
	maxZoneText = 64 << 10 // bytes of one definition of a zone
	maxFreeBusy = 1 << 20  // bytes of one VFREEBUSY
)

// A scan reads the files of a calendar once and keeps of them what may matter to a
// window: the events that may touch it and, of those, the lines that say when. They are
// few, so that a calendar is never in memory as a whole. Everything that cannot
// be told at a glance is kept and left to who reads the excerpts.
type scan struct {
	line.Reader
	file      string   // that is read
	first     int      // calendars before it
	from, to  int64    // days that may matter
	owner     []string // and their aliases; none if not known
	organizer string
	days      bool // only events of whole days count, also those marked as free
	except    UIDs

	open      line.Outline
	calendars int
	method    string            // of the calendar: what a message is (RFC 5546)
	kind      kind              // of the component directly in the calendar
	begin     place             // where it began
	text      []byte            // its lines that matter, unfolded
	zone      []*line.Component // the definition of a zone, and what is open in it
	event     glance
	skipZone  bool // it defines a zone that is known anyway
	events    bool // the file holds events, kept or not
	excepted  bool // and some that do not count
	counted   bool // it holds something else, or could not be read

	zonesTried int // names of such zones

	finds
	stock     *stock
	eventful  map[string]bool // files that hold events
	zones     []string        // that ghosts name
	seed      maphash.Seed
	line      line.Content
	known     [8]head // of lines whose parameters are as they should be
	nextKnown int
}

// A head is what a line says before its value.
type head struct {
	text  string // with the last colon
	tzid  string
	zoned bool // it has a TZID
	typed bool // its VALUE is not DATE-TIME, which is what a time is without one
}

// finds are what a scan keeps.
type finds struct {
	excerpts    []excerpt // events and VFREEBUSY
	definitions []excerpt // of zones
	kept        int       // bytes
	ghosts      []ghost
	warn        warnings
}

// A kind of component.
type kind uint8

const (
	other kind = iota
	eventKind
	freeBusyKind
	timezoneKind
)

// An excerpt is one component, with the properties that matter: none of a plain event,
// of which the glance is enough.
type excerpt struct {
	line.Component
	glance
	kind     kind
	calendar int    // from 1
	place    place  // where it begins
	text     string // of the definition of a zone
}

// A ghost is what is known of an event that cannot touch the window: it may
// still take the place of one that does.
type ghost struct {
	uid      uint64
	id       line.Stamp // of an override, the occurrence that it replaces
	sequence int32
	override bool
}

func newScan(o Options) *scan {
	s := &scan{eventful: map[string]bool{}, organizer: string(o.Organizer), days: o.Days, except: o.Except, seed: maphash.MakeSeed(), stock: stocks.Get().(*stock)}
	s.excerpts = s.stock.excerpts
	// No zone is further than a day from UTC; rounding takes another.
	for _, a := range slices.Concat([]calendar.Address{o.Owner}, o.Aliases) {
		if a != "" {
			s.owner = append(s.owner, string(a))
		}
	}
	s.from = rrule.FloorDiv(o.Window.Start.Unix(), rrule.SecondsPerDay) - 2
	s.to = rrule.FloorDiv(o.Window.End.Unix(), rrule.SecondsPerDay) + 2
	return s
}

// free lets go of what was kept.
func (s *scan) free() {
	s.stock.excerpts, s.excerpts = s.excerpts, nil
	s.stock.free()
	s.stock = nil
}

// add reads a file to its end. On an error all that was kept of it is gone.
func (s *scan) add(file string, r io.Reader) error {
	text, err := line.Unpack(r)
	if err != nil {
		return err
	}
	s.Reset(text)
	defer s.Free()
	s.file, s.first, s.open, s.kind = file, s.calendars, line.Outline{}, other
	s.events, s.excepted, s.counted = false, false, false
	before := s.finds
	if err = s.run(); err != nil {
		s.finds = before
	}
	if s.events {
		s.eventful[file] = true
	}
	s.counted = s.counted || err != nil || len(s.warn.list) > len(before.warn.list) || s.warn.more > before.warn.more
	return err
}

// here returns the place of the line that was read last.
func (s *scan) here() place { return place{s.file, s.Number} }

// run reads the file to its end.
func (s *scan) run() error {
	for s.Next() {
		if err := s.take(); err != nil {
			return err
		}
	}
	switch err := s.Err(); {
	case err != nil:
		return err
	case s.calendars == s.first:
		return line.NotCalendar(nil)
	case s.open.Depth() > 0:
		return line.ErrCutOff
	}
	return nil
}

// take reads one line.
func (s *scan) take() error {
	n := line.NameLength(s.Head)
	if n < 0 && s.Folded { // a fold in the name
		n = line.NameLength(s.Whole())
	}
	if s.calendars == s.first && (n < 0 || !line.EqualFold(s.Head[:n], "BEGIN")) {
		return line.NotCalendar(s.Head)
	}
	if n < 0 {
		s.warn.add(s.here(), "no property: the line is left out")
		return nil
	}
	name := s.Head[:n]
	switch c := line.Upper(name[0]); {
	case c == 'B' && line.EqualFold(name, "BEGIN"):
		return s.takeBegin(n)
	case c == 'E' && line.EqualFold(name, "END"):
		return s.takeEnd(n)
	}
	switch depth := s.open.Depth(); {
	case depth == 0:
		s.warn.add(s.here(), "the line stands outside of the calendar and is left out")
	case depth == 1:
		if err := s.line.Parse(s.Whole()); err != nil || s.line.Flawed {
			s.warn.add(s.here(), "no property: the line is left out")
		} else if s.line.Named("METHOD") {
			s.method = strings.ToUpper(strings.TrimSpace(string(s.line.Value)))
		}
	case depth == 2 && s.kind == eventKind && !s.event.excepted:
		return s.takeEvent(propertyOf(name), n)
	case depth == 2 && s.kind == freeBusyKind:
		return s.takeFreeBusy(propertyOf(name))
	case s.kind == timezoneKind && !s.skipZone && len(s.text) <= maxZoneText:
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
	if s.open.Depth() >= 2 && s.kind != other && kindOf(name) != other {
		s.warn.add(s.begin, "the component has no end")
		if err := s.open.EndInner(s.Number); err != nil {
			return err
		}
		if err := s.finish(); err != nil {
			return err
		}
	}
	if err := s.open.Begin(name, s.Number); err != nil {
		if s.calendars == s.first {
			return line.NotCalendar(s.Head)
		}
		return err
	}
	switch s.open.Depth() {
	case 1:
		s.calendars++
		s.method = ""
	case 2:
		if line.EqualFold(name, "VAVAILABILITY") {
			s.warn.add(s.here(), "VAVAILABILITY is not read: say in the roster at which hours the person can meet")
		}
		s.kind, s.begin, s.text, s.event, s.skipZone = kindOf(name), s.here(), s.text[:0], glance{}, false
		s.zone = s.zone[:0]
	}
	if s.kind == timezoneKind && !s.skipZone {
		s.beginZone(name)
	}
	return nil
}

// componentName returns what a BEGIN or END names. It is an error if that cannot
// be told: what belongs to what cannot be known then.
func (s *scan) componentName(n int) ([]byte, error) {
	text := s.Whole()
	if text[n] == ':' && !s.Cut {
		return bytes.TrimSpace(text[n+1:]), nil
	}
	if err := s.line.Parse(text); err != nil || s.Cut {
		return nil, fmt.Errorf("line %d: a component without a name", s.Number)
	}
	return bytes.TrimSpace(s.line.Value), nil
}

func kindOf(name []byte) kind {
	switch {
	case line.EqualFold(name, "VEVENT"):
		return eventKind
	case line.EqualFold(name, "VFREEBUSY"):
		return freeBusyKind
	case line.EqualFold(name, "VTIMEZONE"):
		return timezoneKind
	}
	return other
}

// takeEnd reads END:NAME.
func (s *scan) takeEnd(n int) error {
	depth := s.open.Depth()
	name, err := s.componentName(n)
	if err != nil {
		return err
	}
	closed, fits, err := s.open.End(name, s.Number)
	if err != nil {
		return err
	}
	if !fits {
		s.warn.add(s.here(), "END does not fit what began before it")
	}
	switch now := s.open.Depth(); {
	case depth >= 2 && now == 1:
		return s.finish()
	case now >= 2 && s.kind == timezoneKind && !s.skipZone:
		s.zone = s.zone[:len(s.zone)-closed]
	}
	return nil
}

// keepLine appends the line to the text of the component.
func (s *scan) keepLine() { s.text = append(append(s.text, s.Whole()...), '\n') }

// takeEvent reads a line of an event.
func (s *scan) takeEvent(p property, n int) error {
	e := &s.event
	switch p {
	case propNone:
		if s.Head[n] == ';' && bytes.IndexByte(s.Head, ':') < 0 && !s.Folded {
			s.warn.add(s.here(), "no property: the line is left out")
		}
	case propUID:
		e.noteUID(s.Whole(), s)
	case propSequence:
		e.noteSequence(line.AfterColon(s.Whole()))
	case propStatus, propTransp, propBusyStatus:
		e.status.note(p, line.AfterColon(s.Whole()))
	case propAttendee:
		if len(s.owner) > 0 && mayMatter(s.Whole()) && s.line.Parse(s.Head) == nil && slices.ContainsFunc(s.owner, s.line.Names) {
			e.status.answered(s.line.Param("PARTSTAT"))
		}
	case propSummary:
		e.unnamed = e.unnamed || SaysOnlyBusy(s.Whole())
	case propOrganizer:
		e.unnamed = e.unnamed || s.organizer != "" && s.line.Parse(s.Whole()) == nil && s.line.Names(s.organizer)
	case propOurs:
		e.unnamed = true
	case propFreeBusy:
	default:
		text := s.Whole()
		if s.Cut {
			s.warn.add(s.here(), "%v", line.ErrLong)
			e.unclear = true
		}
		h, value := head{}, bytes.LastIndexByte(text, ':')+1
		if text[n] == ';' {
			ok := false
			if h, ok = s.headOf(text, text[:value]); !ok {
				e.unclear = true
			}
		}
		e.note(p, h, text, text[value:], s)
		if s.keepLine(); len(s.text) > maxExcerpts {
			return errTooMuch
		}
	}
	return nil
}

// headOf returns the head of a line with parameters, and whether they are written as
// they should be. Most lines begin, up to the last colon, like one before.
func (s *scan) headOf(text, begins []byte) (h head, ok bool) {
	for i := range s.known {
		if known := &s.known[i]; string(begins) == known.text {
			return *known, true
		}
	}
	if s.line.Parse(text) != nil || s.line.Flawed {
		return head{}, false
	}
	s.line.MendZone()
	h = head{text: string(begins)}
	p := s.line.Prop(nil)
	h.tzid, h.zoned = p.Lookup("TZID")
	value, typed := p.Lookup("VALUE")
	h.typed = typed && !strings.EqualFold(value, "DATE-TIME")
	if len(begins) <= 100 {
		s.known[s.nextKnown%len(s.known)] = h
		s.nextKnown++
	}
	return h, true
}

// takeFreeBusy reads a line of a VFREEBUSY.
func (s *scan) takeFreeBusy(p property) error {
	switch p {
	case propStart, propEnd, propDuration, propFreeBusy:
		s.keepLine()
		if len(s.text) > maxFreeBusy {
			return fmt.Errorf("line %d: a VFREEBUSY is longer than %d MB", s.Number, maxFreeBusy>>20)
		}
	case propSummary: // that it is there matters, what it says does not
		s.text = append(s.text, "SUMMARY:\n"...)
	}
	return nil
}

// takeTimezone reads a line of a VTIMEZONE. Of one that is too long no more is kept.
func (s *scan) takeTimezone(name []byte) {
	switch string(bytes.ToUpper(name)) {
	case "TZID":
		if s.zonesTried < zones.Max && s.line.Parse(s.Whole()) == nil {
			s.zonesTried++
			s.skipZone = zones.IANA(zones.Name(string(s.line.Value))) != nil
		}
		s.keepZoneLine()
	case "DTSTART", "RRULE", "RDATE", "TZOFFSETFROM", "TZOFFSETTO":
		s.keepZoneLine()
	}
}

// beginZone opens the definition of a zone, or a component in it.
func (s *scan) beginZone(name []byte) {
	var c *line.Component // none where the definition is too long
	if len(s.text) <= maxZoneText {
		c = &line.Component{Name: string(bytes.ToUpper(name))}
		s.text = append(append(s.text, name...), '\n')
		if n := len(s.zone); n > 0 {
			s.zone[n-1].Children = append(s.zone[n-1].Children, c)
		}
	}
	s.zone = append(s.zone, c)
}

func (s *scan) keepZoneLine() {
	s.keepLine()
	c := s.zone[len(s.zone)-1]
	c.Props = append(c.Props, s.prop(s.Whole()))
}

// finish ends the component directly in the calendar.
func (s *scan) finish() error {
	kind := s.kind
	s.kind = other
	s.excepted = s.excepted || s.event.excepted
	s.counted = s.counted || kind != other && !s.event.excepted && !s.skipZone
	switch kind {
	case other:
		return nil
	case eventKind:
		s.events = true
		switch s.method {
		case "CANCEL":
			s.event.status.cancelled, s.event.off = true, !s.event.override
		case "COUNTER", "DECLINECOUNTER", "REPLY", "REFRESH": // about an event, but none
			return nil
		}
		if s.days {
			s.event.status = status{cancelled: s.event.status.cancelled}
		}
		if s.event.excepted || s.dropped() {
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

var errTooMuch = fmt.Errorf("more of the calendar matters than fits into %d MB", maxExcerpts>>20)

// keep makes an excerpt of the component.
func (s *scan) keep(kind kind) error {
	if s.kept += len(s.text) + excerptCost; s.kept > maxExcerpts {
		return errTooMuch
	}
	if kind == timezoneKind {
		s.definitions = append(s.definitions, excerpt{Component: *s.zone[0], kind: kind, calendar: s.calendars, place: s.begin, text: string(s.text)})
		return nil
	}
	s.excerpts = append(s.excerpts, excerpt{})
	x := &s.excerpts[len(s.excerpts)-1]
	x.glance, x.kind, x.calendar, x.place = s.event, kind, s.calendars, s.begin
	if !x.plain() {
		x.Props = s.stock.propsOf(bytes.Count(s.text, []byte("\n")))
		for text := range bytes.Lines(s.text) {
			x.Props = append(x.Props, s.prop(bytes.TrimSuffix(text, []byte("\n"))))
		}
	}
	return nil
}

// prop returns a line as a property, with the parameters that matter. Of a line
// that cannot be read the value is what follows the last colon, and its zone is
// not known.
func (s *scan) prop(text []byte) line.Prop {
	if err := s.line.Parse(text); err != nil {
		s.warn.add(s.begin, "%s: %v", propertyName(s.line.Name), err)
		s.line.Params = append(s.line.Params[:0], line.Param{Name: []byte("TZID")})
		s.line.Value = line.AfterColon(text)
		return s.line.Prop(nil)
	}
	if s.line.Flawed {
		s.warn.add(s.begin, "%s: a parameter without a value is left out", propertyName(s.line.Name))
	}
	s.line.MendZone()
	return s.line.Prop(s.matters)
}

// matters reports whether that parameter of the line says when something is.
func (s *scan) matters(p line.Param) bool {
	if line.EqualFold(p.Name, "VALUE") { // the form of the value tells what it is
		return len(s.line.Value) != len("20260303")
	}
	return line.EqualFold(p.Name, "TZID") || line.EqualFold(p.Name, "RANGE") || line.EqualFold(p.Name, "FBTYPE")
}

// dropped reports whether the event cannot touch the window, or takes no time
// of anybody. It leaves a ghost if that may matter.
func (s *scan) dropped() bool {
	e := &s.event
	if e.unclear || e.future || e.off || !e.hasStart || e.hasEnd && e.unlike() {
		return false
	}
	if away := e.outside(s.from, s.to); !away && (e.recurs || e.status.takesTime()) {
		return false
	}
	if e.uid == 0 || !e.override && e.sequence == 0 && !e.recurs {
		return true
	}
	if e.override {
		e.id.TZID = s.intern(e.id.TZID)
	}
	s.ghosts = append(s.ghosts, ghost{e.uid, e.id, e.sequence, e.override})
	return true
}

// intern returns the one copy of a zone's name.
func (s *scan) intern(name string) string {
	if i := slices.Index(s.zones, name); i >= 0 {
		return s.zones[i]
	}
	if len(s.zones) < zones.Max {
		s.zones = append(s.zones, name)
	}
	return name
}
