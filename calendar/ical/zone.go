package ical

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/emersion/go-ical"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar/internal/windowszone"
)

const (
	maxZones   = 100 // names looked up for one text
	maxGuesses = 20  // of them that may be display names, which are many names to try
)

// A zoneTable finds the zones that a calendar names. In this order a name is
// the IANA zone of that name, even if the calendar defines one of that name,
// whose definition is often cut short; the zone that the calendar defines; a
// Windows zone; /vendor/version/Area/City; the zone that a display name of
// Windows tells of. X-WR-TIMEZONE is not looked at: times without a zone are in
// the viewer's by RFC 5545, and that of an unknown name would be a guess.
type zoneTable struct {
	defined map[string]*ical.Component
	found   map[string]zoneFinding
	shared  *zoneTable // looked at for what is not defined here; may be nil
	built   map[*ical.Component]builtZone
	guesses int
}

// A builtZone is what came of a definition.
type builtZone struct {
	loc *time.Location
	err error
}

// A zoneFinding is what a zone's name stands for.
type zoneFinding struct {
	loc  *time.Location // nil if nobody knows
	note string         // what to warn of; "" if nothing
}

// newZoneTable returns a table of the zones that the VTIMEZONE among the
// components define.
func newZoneTable(components []*ical.Component) *zoneTable {
	z := &zoneTable{
		defined: map[string]*ical.Component{},
		found:   map[string]zoneFinding{},
		built:   map[*ical.Component]builtZone{},
	}
	for _, c := range components {
		if c.Name != ical.CompTimezone {
			continue
		}
		if id := c.Props.Get(ical.PropTimezoneID); id != nil {
			name := zoneName(unescapeZone.Replace(id.Value))
			if _, twice := z.defined[name]; !twice {
				z.defined[name] = c
			}
		}
	}
	return z
}

var unescapeZone = strings.NewReplacer(`\,`, `,`, `\;`, `;`, `\\`, `\`)

func zoneName(tzid string) string { return strings.Trim(strings.TrimSpace(tzid), `"`) }

// find returns the zone of that name, as a parameter TZID has it. Of a zone that
// is known it warns once.
func (z *zoneTable) find(tzid string) zoneFinding {
	f, ok := z.found[tzid]
	if ok {
		return f
	}
	name := zoneName(tzid)
	if len(z.found) >= maxZones {
		return zoneFinding{note: fmt.Sprintf("unknown time zone %q", name)}
	}
	if f = z.lookup(name); f.loc == nil {
		z.found[tzid] = f
		return f
	}
	if f.note == "" && strings.TrimSpace(tzid) != tzid {
		f.note = fmt.Sprintf("time zone %q is written with blanks", name)
	}
	z.found[tzid] = zoneFinding{loc: f.loc}
	return f
}

func (z *zoneTable) lookup(name string) zoneFinding {
	if loc := ianaZone(name); loc != nil {
		return zoneFinding{loc: loc}
	}
	unknown := fmt.Sprintf("unknown time zone %q", name)
	c, ok := z.defined[name]
	if !ok && z.shared != nil {
		return z.shared.find(name)
	}
	if ok {
		built := z.build(name, c)
		if built.err == nil {
			return zoneFinding{loc: built.loc}
		}
		unknown = fmt.Sprintf("unknown time zone %q: %v", name, built.err)
	}
	loc := cmp.Or(windowsZone(name), vendorZone(name))
	if loc == nil && z.guesses < maxGuesses {
		z.guesses++
		loc = displayedZone(name)
	}
	if loc == nil {
		return zoneFinding{note: unknown}
	}
	return zoneFinding{loc, fmt.Sprintf("time zone %q is not defined in the calendar: read as %s", name, loc)}
}

// build returns the zone that c defines. Tables that share one build it once.
func (z *zoneTable) build(name string, c *ical.Component) builtZone {
	if z.shared != nil {
		return z.shared.build(name, c)
	}
	b, ok := z.built[c]
	switch {
	case ok:
	case len(z.built) == maxZones:
		return builtZone{err: errors.New("too many zones are defined")}
	default:
		b.loc, b.err = definedZone(name, c)
		z.built[c] = b
	}
	return b
}

// ianaZone returns the IANA zone of that name, or nil. Besides zones the
// directory of the zone data holds the zone of this machine and zones that
// count leap seconds; these are no answer.
func ianaZone(name string) *time.Location {
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
		return ianaZone(iana)
	}
	return nil
}

// vendorZone returns the zone at the end of a path, such as
// /citadel.org/20210210_1/Europe/Berlin, or nil.
func vendorZone(name string) *time.Location {
	path, ok := strings.CutPrefix(name, "/")
	for ok {
		if _, path, ok = strings.Cut(path, "/"); ok {
			if loc := ianaZone(path); loc != nil {
				return loc
			}
		}
	}
	return nil
}

// A zone turns wall clock into instants, quickly for times that lie close
// together. Both are counted in seconds; wall clock as if it were UTC.
type zone struct {
	loc      *time.Location
	from, to int64 // wall clock between these has the offset, without doubt
	offset   int64
}

func newZone(loc *time.Location) *zone { return &zone{loc: loc} }

// instant returns when clocks show wall: the first of two times; of a time that
// is skipped, what the offset before the change gives (RFC 5545, section 3.3.5).
func (z *zone) instant(wall int64) int64 {
	if wall >= z.from && wall < z.to {
		return wall - z.offset
	}
	t, _ := z.find(wall)
	return t
}

// dayStart returns the first instant of the day that begins at wall.
func (z *zone) dayStart(wall int64) int64 {
	if wall >= z.from && wall < z.to {
		return wall - z.offset
	}
	t, exists := z.find(wall)
	if exists {
		return t
	}
	// Midnight is skipped: the day begins with the change, somewhere before t.
	before, after := t-secondsPerDay, t
	for before+1 < after {
		if middle := (before + after) / 2; z.offsetAt(middle) == z.offsetAt(t) {
			after = middle
		} else {
			before = middle
		}
	}
	return after
}

// find returns the instant of wall and whether clocks show it at all. It tries
// the offsets of the day before and after, because the bounds that Go tells are
// no base for it: on the last day of leap years after 2037 they do not hold the
// instant itself.
func (z *zone) find(wall int64) (instant int64, exists bool) {
	before, after := z.offsetAt(wall-26*3600), z.offsetAt(wall+26*3600)
	instant, exists = wall-before, true
	if z.offsetAt(instant) != before {
		if t := wall - after; z.offsetAt(t) == after {
			instant = t
		} else {
			exists = false
		}
	}
	z.remember(time.Unix(instant, 0).In(z.loc))
	return instant, exists
}

func (z *zone) offsetAt(instant int64) int64 {
	_, offset := time.Unix(instant, 0).In(z.loc).Zone()
	return int64(offset)
}

// remember keeps the offset at t and for how long it holds, but for the first
// day, whose times clocks may have shown before.
func (z *zone) remember(t time.Time) {
	_, offset := t.Zone()
	start, end := t.ZoneBounds()
	z.offset, z.from, z.to = int64(offset), math.MinInt64, math.MaxInt64
	if !start.IsZero() {
		z.from = start.Unix() + z.offset + 26*3600
	}
	if !end.IsZero() {
		z.to = end.Unix() + z.offset
	}
}

// wall returns what clocks show at an instant.
func (z *zone) wall(instant int64) int64 { return instant + z.offsetAt(instant) }
