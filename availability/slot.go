package availability

import (
	"fmt"
	"iter"
	"path"
	"strings"
	"sync"
	"time"
)

// A Slot is a weekly time on the wall clock of a zone. Slots are comparable.
// The zero Slot is not valid.
type Slot struct {
	Day    time.Weekday
	Start  time.Duration // wall clock, from 00:00; below 24 h
	Length time.Duration // exact time
	Zone   string        // IANA name
}

// ParseSlot reads a weekday and a start, such as "tue 15:00".
func ParseSlot(s string, length time.Duration, zone string) (Slot, error) {
	day, clock, ok := strings.Cut(strings.TrimSpace(strings.ToLower(s)), " ")
	d, err := ParseWeekday(day)
	start, err2 := ParseClock(strings.TrimSpace(clock))
	if !ok || err != nil || err2 != nil || start >= 24*time.Hour {
		return Slot{}, fmt.Errorf("slot %q: want a weekday and a start, such as \"tue 15:00\"", s)
	}
	return Slot{Day: d, Start: start, Length: length, Zone: zone}, nil
}

// String returns weekday and start, such as "tue 15:00".
func (s Slot) String() string { return weekdayName(s.Day) + " " + FormatClock(s.Start) }

// On returns the slot's interval on the given date. It is an error if the zone
// is unknown or its clocks skip the start on that date.
func (s Slot) On(d Date) (Interval, error) {
	loc, err := LoadZone(s.Zone)
	if err != nil {
		return Interval{}, err
	}
	start, exists := At(d, s.Start, loc)
	if !exists {
		return Interval{}, s.skipped(d)
	}
	return Interval{start, start.Add(s.Length)}, nil
}

func (s Slot) skipped(d Date) error {
	return fmt.Errorf("slot %s: the clocks of %s skip it on %s", s, s.Zone, d)
}

// Occurrences returns the intervals of a series of count sessions whose first is
// on the given date. It is an error if that is another weekday, if the series is
// longer than [Cadence.MaxCount] allows, or if the clocks skip the start on one of
// the dates.
func (s Slot) Occurrences(first Date, cadence Cadence, count int) ([]Interval, error) {
	if err := cadence.check(count); err != nil {
		return nil, fmt.Errorf("slot %s: %w", s, err)
	}
	if first.Weekday() != s.Day {
		return nil, fmt.Errorf("slot %s: the first date %s is a %s", s, first, first.Weekday())
	}
	out := make([]Interval, 0, count)
	for iv, err := range s.Every(first, cadence, count) {
		if err != nil {
			return nil, err
		}
		out = append(out, iv)
	}
	return out, nil
}

// Every returns the intervals of count sessions, of which the first is on the given
// date, whatever weekday that is. It ends with an error if the zone is unknown or its
// clocks skip the start on one of the dates.
func (s Slot) Every(first Date, cadence Cadence, count int) iter.Seq2[Interval, error] {
	return func(yield func(Interval, error) bool) {
		loc, err := LoadZone(s.Zone)
		if err != nil {
			yield(Interval{}, err)
			return
		}
		var room [4]piece
		wall, step := first.wall()+int64(s.Start/time.Second), int64(cadence.Days())*secondsPerDay
		clock := appendClock(room[:0], loc, wall, wall+int64(count-1)*step)
		for i := range count {
			instant, exists := clock.at(wall + int64(i)*step)
			if !exists {
				yield(Interval{}, s.skipped(first.AddDays(i*cadence.Days())))
				return
			}
			start := time.Unix(instant, int64(s.Start%time.Second)).In(loc)
			if !yield(Interval{start, start.Add(s.Length)}, nil) {
				return
			}
		}
	}
}

// zones keeps what LoadZone has loaded, which takes longer than all else that is
// done with a zone. There are about 600.
var zones sync.Map // of *time.Location by IANA name

// LoadZone returns the IANA zone of that name. Unlike time.LoadLocation it
// refuses "" and "Local", which would mean the zone of this machine.
func LoadZone(name string) (*time.Location, error) {
	if loc, ok := zones.Load(name); ok {
		return loc.(*time.Location), nil
	}
	if name == "" || strings.EqualFold(name, "local") {
		return nil, fmt.Errorf("time zone %q: want an IANA name such as Europe/Berlin", name)
	}
	loc, err := time.LoadLocation(name)
	if err != nil || path.Clean(name) != name { // one zone has one name, or zones could grow without end
		return nil, fmt.Errorf("time zone %q is not known: want an IANA name such as Europe/Berlin", name)
	}
	zones.Store(name, loc)
	return loc, nil
}

// A Cadence is the number of weeks from one session to the next: 1, 2 or 4. The
// zero Cadence is not valid.
type Cadence int

// The cadences of a series.
const (
	Weekly   Cadence = 1
	Biweekly Cadence = 2
	Monthly  Cadence = 4
)

// ParseCadence reads weekly, biweekly or monthly.
func ParseCadence(s string) (Cadence, error) {
	for _, c := range []Cadence{Weekly, Biweekly, Monthly} {
		if strings.EqualFold(s, c.String()) {
			return c, nil
		}
	}
	return 0, fmt.Errorf("cadence %q: want weekly, biweekly or monthly", s)
}

// String returns weekly, biweekly or monthly.
func (c Cadence) String() string {
	switch c {
	case Weekly:
		return "weekly"
	case Biweekly:
		return "biweekly"
	case Monthly:
		return "monthly"
	}
	return fmt.Sprintf("Cadence(%d)", int(c))
}

// Valid reports whether c is one of the three cadences.
func (c Cadence) Valid() bool { return c == Weekly || c == Biweekly || c == Monthly }

// check reports whether a series may have count sessions.
func (c Cadence) check(count int) error {
	if !c.Valid() {
		return fmt.Errorf("cadence %d: want 1, 2 or 4 weeks", int(c))
	}
	if count < 1 || count > c.MaxCount() {
		return fmt.Errorf("%d %s sessions: want 1 to %d", count, c, c.MaxCount())
	}
	return nil
}

// Days returns the days from one session to the next.
func (c Cadence) Days() int { return 7 * int(c) }

// maxSessions is the longest series of all, and ThreeMonths the days that it lasts.
const (
	maxSessions = 13
	ThreeMonths = 7 * maxSessions
)

// MaxCount returns how many sessions a series may have at most, so that it ends
// within three months: 13 weekly, 7 biweekly or 4 monthly ones.
func (c Cadence) MaxCount() int {
	switch c {
	case Weekly:
		return maxSessions
	case Biweekly:
		return 7
	case Monthly:
		return 4
	}
	return 0
}
