// Package zones finds the time zones that calendars name, whatever they call them, and
// turns wall clock into instants.
package zones

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar/ical/internal/line"
	"github.com/peerslot/peerslot/calendar/windowszone"
)

// Max is how many names are looked up for one text.
const Max = 100

const maxGuesses = 20 // of them that may be display names, which are many names to try

// A Table finds the zones that a calendar names. In this order a name is
// the IANA zone of that name, even if the calendar defines one of that name,
// whose definition is often cut short; the zone that the calendar defines, if need be in
// other letters; a Windows zone; /vendor/version/Area/City; one of these names in other letters; the
// zone that a display name of Windows tells of. X-WR-TIMEZONE is not looked at: times without a zone are in
// the viewer's by RFC 5545, and that of an unknown name would be a guess.
type Table struct {
	defined map[string]*line.Component
	found   map[string]Finding
	shared  *Table // looked at for what is not defined here; may be nil
	built   map[*line.Component]builtZone
	guessed map[string]*time.Location // what names mean that nothing defines in a way that can be read
	guesses int                       // of display names
}

// A builtZone is what came of a definition.
type builtZone struct {
	loc *time.Location
	err error
}

// A Finding is what a zone's name stands for.
type Finding struct {
	Loc  *time.Location // nil if nobody knows
	Note string         // what to warn of; "" if nothing
}

// NewTable returns a table of the zones that the VTIMEZONE among the components
// define. What is not defined there is looked up in shared, if that is not nil.
func NewTable(components []*line.Component, shared *Table) *Table {
	z := &Table{
		shared:  shared,
		defined: map[string]*line.Component{},
		found:   map[string]Finding{},
		built:   map[*line.Component]builtZone{},
		guessed: map[string]*time.Location{},
	}
	for _, c := range components {
		if c.Name != "VTIMEZONE" {
			continue
		}
		if id := c.Get("TZID"); id != nil {
			name := Name(unescapeZone.Replace(id.Value))
			if _, twice := z.defined[name]; !twice {
				z.defined[name] = c
			}
		}
	}
	return z
}

var unescapeZone = strings.NewReplacer(`\,`, `,`, `\;`, `;`, `\\`, `\`)

// Name returns a zone's name without what programs put around it.
func Name(tzid string) string { return strings.Trim(strings.TrimSpace(tzid), `"`) }

// Find returns the zone of that name, as a parameter TZID has it. Of a zone that
// is known it warns once.
func (z *Table) Find(tzid string) Finding {
	f, ok := z.found[tzid]
	if ok {
		return f
	}
	name := Name(tzid)
	if len(z.found) >= Max {
		return Finding{Note: fmt.Sprintf("unknown time zone %q", name)}
	}
	if f = z.lookup(name); f.Loc == nil {
		z.found[tzid] = f
		return f
	}
	if f.Note == "" && strings.TrimSpace(tzid) != tzid {
		f.Note = fmt.Sprintf("time zone %q is written with blanks", name)
	}
	z.found[tzid] = Finding{Loc: f.Loc}
	return f
}

func (z *Table) lookup(name string) Finding {
	if loc := IANA(name); loc != nil {
		return Finding{Loc: loc}
	}
	unknown := fmt.Sprintf("unknown time zone %q", name)
	c, ok := z.defined[name]
	if !ok {
		if other := z.inOtherLetters(name); other != "" {
			return z.lookup(other)
		}
	}
	if !ok && z.shared != nil {
		return z.shared.Find(name)
	}
	if ok {
		built := z.build(name, c)
		if built.err == nil {
			return Finding{Loc: built.loc}
		}
		unknown = fmt.Sprintf("unknown time zone %q: %v", name, built.err)
	}
	loc := z.guess(name)
	if loc == nil {
		return Finding{Note: unknown}
	}
	if _, offset := line.ParseOffset(name); offset { // which a time is written with
		return Finding{Loc: loc}
	}
	return Finding{loc, fmt.Sprintf("time zone %q is not defined in the calendar: read as %s", name, loc)}
}

// inOtherLetters returns the one name among those defined that differs from name in
// nothing but case, which makes no difference in a parameter (RFC 5545, section 2), or "".
func (z *Table) inOtherLetters(name string) (found string) {
	for n := range z.defined {
		switch {
		case !strings.EqualFold(n, name):
		case found != "":
			return ""
		default:
			found = n
		}
	}
	return found
}

// build returns the zone that c defines. Tables that share one build it once.
func (z *Table) build(name string, c *line.Component) builtZone {
	if z.shared != nil {
		return z.shared.build(name, c)
	}
	b, ok := z.built[c]
	switch {
	case ok:
	case len(z.built) == Max:
		return builtZone{err: errors.New("too many zones are defined")}
	default:
		b.loc, b.err = definedZone(name, c)
		z.built[c] = b
	}
	return b
}

// guess returns the zone that programs mean by a name of their own, or nil. Tables that
// share one ask once: most names that nobody knows are looked for in many places.
func (z *Table) guess(name string) *time.Location {
	if z.shared != nil {
		return z.shared.guess(name)
	}
	loc, ok := z.guessed[name]
	if ok || len(z.guessed) == Max {
		return loc
	}
	loc = firstZone(name, windowsZone, vendorZone, microsoftZone, offsetZone, anyCaseZone)
	if loc == nil && z.guesses < maxGuesses {
		z.guesses++
		loc = displayedZone(name)
	}
	z.guessed[name] = loc
	return loc
}

// Renamed returns the IANA zone that a program may have given another name, or nil.
func Renamed(name string) *time.Location {
	return firstZone(name, IANA, windowsZone, vendorZone, microsoftZone, displayedZone)
}

func firstZone(name string, finders ...func(string) *time.Location) *time.Location {
	for _, find := range finders {
		if loc := find(name); loc != nil {
			return loc
		}
	}
	return nil
}

// microsoftZone returns the zone of tzone://Microsoft/Utc, or nil.
func microsoftZone(name string) *time.Location {
	if strings.EqualFold(name, "tzone://Microsoft/Utc") {
		return time.UTC
	}
	return nil
}

// IANA returns the IANA zone of that name, or nil. Besides zones the
// directory of the zone data holds the zone of this machine and zones that
// count leap seconds; these are no answer.
func IANA(name string) *time.Location {
	odd := func(r rune) bool {
		return r > 'z' || r < 'a' && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("/_+-", r)
	}
	switch first, _, _ := strings.Cut(name, "/"); {
	case len(name) > 64, strings.ContainsFunc(name, odd):
		return nil
	case slices.Contains([]string{"", "localtime", "posixrules", "posix", "right", "Factory"}, first):
		return nil
	}
	loc, err := availability.LoadZone(name)
	if err != nil {
		return nil
	}
	return loc
}

// windowsZone returns the zone that Windows knows by that name, or nil.
func windowsZone(name string) *time.Location {
	if iana := windowszone.IANA(name); iana != "" {
		return IANA(iana)
	}
	return nil
}

// anyCaseZone returns the zone of Windows or of the IANA of that name in other letters,
// or nil. RFC 5545 3.8.3.1 leaves names to the calendar, which defines none here.
func anyCaseZone(name string) *time.Location { return IANA(windowszone.AnyCase(name)) }

// vendorZone returns the zone at the end of a path, such as
// /citadel.org/20210210_1/Europe/Berlin, or nil.
func vendorZone(name string) *time.Location {
	path, ok := strings.CutPrefix(name, "/")
	for ; ok; _, path, ok = strings.Cut(path, "/") {
		if loc := IANA(path); loc != nil {
			return loc
		}
	}
	return nil
}

// offsetZone returns the zone of a name that is an offset, such as UTC+01, GMT-0400 or
// +0530, or nil.
func offsetZone(name string) *time.Location {
	text := strings.TrimPrefix(strings.TrimPrefix(name, "UTC"), "GMT")
	digits := strings.Replace(text, ":", "", 1)
	switch len(digits) {
	case 2: // +1
		digits = digits[:1] + "0" + digits[1:] + "00"
	case 3:
		digits += "00"
	}
	seconds, ok := line.ParseOffset(digits)
	if !ok || seconds > 14*3600 || seconds < -12*3600 {
		return nil
	}
	return time.FixedZone(name, int(seconds))
}
