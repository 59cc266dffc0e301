package zones

import (
	"cmp"
	"encoding/binary"
	"errors"
	"slices"
	"time"

	"github.com/peerslot/peerslot/calendar/ical/internal/line"
	"github.com/peerslot/peerslot/calendar/ical/internal/rrule"
)

// A change is an instant from which clocks have an offset.
type change struct{ at, offset int64 }

const maxChanges = 5000 // of one zone

var (
	definedFrom  = rrule.DayNumber(1950, 1, 1) * rrule.SecondsPerDay
	definedUntil = rrule.DayNumber(2100, 1, 1) * rrule.SecondsPerDay
)

// definedZone returns the zone that a VTIMEZONE defines, for the years 1950 to
// 2100. Before its first change the offset is the one that the change ends. Of changes
// before 1950 those are known that lasted.
func definedZone(name string, c *line.Component) (*time.Location, error) {
	var (
		changes []change
		first   int64 // the offset before all changes
		since   int64 = rrule.Endless
	)
	b := rrule.Budget(100_000)
	for _, o := range c.Children {
		if o.Name != "STANDARD" && o.Name != "DAYLIGHT" {
			continue
		}
		from, err := offsetIn(o, "TZOFFSETFROM")
		to, err2 := offsetIn(o, "TZOFFSETTO")
		if err = cmp.Or(err, err2); err != nil {
			return nil, err
		}
		walls, err := onsetsOf(o, &b)
		if err != nil {
			return nil, err
		}
		for _, wall := range walls {
			changes = append(changes, change{wall - from, to})
			if wall-from < since {
				since, first = wall-from, from
			}
		}
	}
	if len(changes) == 0 || len(changes) > maxChanges {
		return nil, errors.New("its definition has no use")
	}
	slices.SortStableFunc(changes, func(a, b change) int { return cmp.Compare(a.at, b.at) })
	return time.LoadLocationFromTZData(name, zoneData(first, changes))
}

// onsetsOf returns the wall clock times, by the clocks before each change, at
// which an observance begins.
func onsetsOf(o *line.Component, b *rrule.Budget) (walls []int64, err error) {
	var start line.Stamp
	ok := false
	if p := o.Get("DTSTART"); p != nil {
		start, ok = line.StampOf(p)
	}
	if !ok || start.Vague {
		return nil, errors.New("its definition lacks a DTSTART")
	}
	rules := o.All("RRULE")
	if start.Wall >= definedFrom || len(rules) == 0 {
		walls = append(walls, start.Wall)
	}
	for _, p := range rules {
		r, _, err := rrule.Parse(p.Value)
		if err != nil || r.Freq != rrule.Yearly {
			return nil, errors.New("its definition has a rule that cannot be read")
		}
		from, to := definedFrom, definedUntil
		if until, ok := line.ParseStamp(r.Until); ok {
			to = min(to, until.Wall+rrule.SecondsPerDay)
		}
		if to <= from || r.Count > 0 { // it may be over by then
			from = start.Wall
		}
		if !r.Occur(start.Wall, from, to, b, func(wall int64) bool {
			walls = append(walls, wall)
			return len(walls) <= maxChanges
		}) {
			return nil, errors.New("its definition has too many changes")
		}
	}
	for _, p := range o.All("RDATE") {
		for _, x := range line.PeriodsIn(p) {
			if !x.OK || x.Vague {
				return nil, errors.New("its definition has a date that cannot be read")
			}
			walls = append(walls, x.Wall)
		}
	}
	slices.Sort(walls)
	return slices.Compact(walls), nil
}

func offsetIn(o *line.Component, name string) (int64, error) {
	if p := o.Get(name); p != nil {
		if seconds, ok := line.ParseOffset(p.Value); ok {
			return seconds, nil
		}
	}
	return 0, errors.New("its definition lacks an offset")
}

// zoneData returns the changes in the format of the zone data (RFC 8536), which
// is how a Location can be made. The offset before the first change has a type
// of its own: Go takes that for the time before.
func zoneData(first int64, changes []change) []byte {
	var indexes, types []byte
	kinds := []int64{first}
	for _, c := range changes {
		i := slices.Index(kinds[1:], c.offset)
		if i < 0 {
			i, kinds = len(kinds)-1, append(kinds, c.offset)
		}
		indexes = append(indexes, byte(i+1))
	}
	for _, offset := range kinds {
		types = binary.BigEndian.AppendUint32(types, uint32(int32(offset)))
		types = append(types, 0, 0)
	}
	header := func(changes, types, chars int) []byte {
		h := append([]byte("TZif2"), make([]byte, 15+3*4)...)
		for _, n := range []int{changes, types, chars} {
			h = binary.BigEndian.AppendUint32(h, uint32(n))
		}
		return h
	}
	data := append(header(0, 0, 0), header(len(changes), len(kinds), 1)...)
	for _, c := range changes {
		data = binary.BigEndian.AppendUint64(data, uint64(c.at))
	}
	return slices.Concat(data, indexes, types, []byte{0, '\n', '\n'})
}
