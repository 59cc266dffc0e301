package google

import (
	"strconv"
	"strings"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
)

// parseRecurrence sets the cadence and count of s, whose slot and first date are
// known, from the recurrence lines of its event.
func parseRecurrence(s *calendar.Series, lines []string, zone *time.Location) error {
	rules := 0
	for _, line := range lines {
		name, value := splitLine(line)
		switch name {
		case "RRULE":
			rules++
			if err := parseRule(s, value, zone); err != nil {
				return err
			}
		case "EXDATE": // see leftOut
		default:
			return changedByHand("it has dates besides the weekly ones")
		}
	}
	if rules != 1 {
		return changedByHand("it does not recur by one rule")
	}
	return nil
}

// splitLine returns the name of a line, without its parameters, and its value.
func splitLine(line string) (name, value string) {
	name, value, _ = strings.Cut(line, ":")
	name, _, _ = strings.Cut(name, ";")
	return strings.ToUpper(name), value
}

// parseRule reads a rule that recurs by weeks on the day on which s starts.
func parseRule(s *calendar.Series, rule string, zone *time.Location) error {
	s.Cadence = availability.Weekly
	until := ""
	for part := range strings.SplitSeq(strings.ToUpper(rule), ";") {
		name, value, _ := strings.Cut(part, "=")
		n, _ := strconv.Atoi(value)
		switch {
		case name == "FREQ" && value == "WEEKLY", name == "WKST":
		case name == "INTERVAL":
			s.Cadence = availability.Cadence(n)
		case name == "COUNT":
			s.Count = n
		case name == "UNTIL":
			until = value
		case name == "BYDAY" && value == strings.ToUpper(s.Slot.Day.String()[:2]):
		default:
			return changedByHand("it recurs by the rule " + part)
		}
	}
	if !s.Cadence.Valid() {
		return changedByHand("its sessions are neither 1, 2 nor 4 weeks apart")
	}
	if until != "" {
		s.Count = countUntil(*s, until, zone)
	}
	if s.Count < 1 || s.Count > s.Cadence.MaxCount() {
		return changedByHand("it does not end within three months")
	}
	return nil
}

// countUntil returns how many sessions start up to and including until, which is
// an instant or a date; 0 if it is neither, or beyond any series.
func countUntil(s calendar.Series, until string, zone *time.Location) int {
	end, ok := parseStamp(until, zone)
	if len(until) == len("20060102") {
		end = end.AddDate(0, 0, 1).Add(-time.Second)
	}
	if !ok {
		return 0
	}
	for n := range s.Cadence.MaxCount() + 1 {
		iv, err := s.Slot.On(s.First.AddDays(n * s.Cadence.Days()))
		if err == nil && iv.Start.After(end) {
			return n
		}
	}
	return 0
}

// leftOut returns whether the EXDATE lines leave out the occurrence with that
// original start. Google itself keeps a cancelled occurrence as an event, but
// other programs write EXDATE, for whole days, too.
func leftOut(lines []string, zone *time.Location) func(original time.Time) bool {
	instants, days := map[int64]bool{}, map[availability.Date]bool{}
	for _, line := range lines {
		name, values := splitLine(line)
		if name != "EXDATE" {
			continue
		}
		in := zone
		if _, rest, ok := strings.Cut(line, "TZID="); ok {
			id, _, _ := strings.Cut(rest, ":")
			if z, err := availability.LoadZone(id); err == nil {
				in = z
			}
		}
		for value := range strings.SplitSeq(values, ",") {
			t, ok := parseStamp(value, in)
			switch {
			case !ok:
			case len(value) == len("20060102"):
				days[availability.DateOf(t)] = true
			default:
				instants[t.Unix()] = true
			}
		}
	}
	return func(original time.Time) bool {
		return instants[original.Unix()] || days[availability.DateOf(original.In(zone))]
	}
}

// parseStamp reads a date or time of iCalendar; without a Z it is in zone.
func parseStamp(s string, zone *time.Location) (time.Time, bool) {
	for _, layout := range []string{"20060102T150405Z", "20060102T150405", "20060102"} {
		in := zone
		if strings.HasSuffix(layout, "Z") {
			in = time.UTC
		}
		if t, err := time.ParseInLocation(layout, s, in); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}
