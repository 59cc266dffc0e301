// Package zone tells the names of time zones for people from others, and guesses what
// those were meant to be.
package zone

import (
	"cmp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar/ical"
	"github.com/peerslot/peerslot/calendar/windowszone"
)

// Known reports whether s names a zone for people: not an abbreviation, which
// may stand for an offset without clock changes, and no file of the system's own
// such as posixrules.
func Known(s string) bool {
	first, _ := utf8.DecodeRuneInString(s)
	if _, short := shortNames[strings.ToLower(s)]; short || !unicode.IsUpper(first) {
		return false
	}
	_, err := availability.LoadZone(s)
	return err == nil
}

// Read returns the IANA name of the zone that s names for certain. Where none is it is
// "", and likely the one that was probably meant, such as America/New_York by EST, which
// would be an offset without clock changes; "" for none.
func Read(s string) (name, likely string) {
	if Known(s) {
		return s, ""
	}
	if name = Meant(s); name != "" {
		return name, ""
	}
	return "", Likely(s)
}

// Meant returns the IANA name of the zone that s, as HR systems write it, names in other
// words: those of Windows, a city, or the city at the end of a longer name. It is "" for
// abbreviations, and where nothing is certain.
func Meant(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if _, short := shortNames[strings.ToLower(s)]; short {
		return ""
	}
	inside, closed := strings.CutSuffix(s, ")") // "GMT-08:00 Pacific Time (Los Angeles)"
	_, inside, opened := cutLast(inside, "(")
	_, after, dash := cutLast(s, " - ") // "(GMT+01:00) Central European Time - Berlin"
	for _, name := range []struct {
		text string
		ok   bool
	}{{s, true}, {inside, closed && opened}, {after, dash}} {
		if !name.ok {
			continue
		}
		if zone := cmp.Or(ical.Zone(name.text), Likely(name.text)); zone != "" {
			return zone
		}
	}
	return ""
}

// cutLast is strings.Cut at the last separator.
func cutLast(s, sep string) (before, after string, ok bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

// Likely returns the IANA name of the zone that s was most likely meant to be, or "".
func Likely(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if zone, ok := shortNames[strings.ToLower(s)]; ok {
		return zone
	}
	if zone := windowszone.AnyCase(s); zone != "" {
		return zone
	}
	if _, cities, ok := strings.Cut(s, ") "); ok && s[0] == '(' { // "(UTC+01:00) Amsterdam, Berlin, Bern"
		first, _, _ := strings.Cut(cities, ",")
		return Likely(first)
	}
	if len(s) > 40 || strings.ContainsAny(s, ".:+") {
		return ""
	}
	name := titled(s)
	for _, prefix := range []string{"", "Europe/", "America/", "Asia/", "Australia/", "Africa/", "Pacific/", "Atlantic/", "Indian/"} {
		if Known(prefix + name) {
			return prefix + name
		}
	}
	return ""
}

// titled writes a zone as zones are written: each word with a capital, joined by
// underscores.
func titled(s string) string {
	start := true
	return strings.Map(func(c rune) rune {
		capital := start
		start = c == '/' || c == ' ' || c == '_' || c == '-'
		switch {
		case c == ' ':
			return '_'
		case capital:
			return unicode.ToUpper(c)
		}
		return unicode.ToLower(c)
	}, s)
}

// shortNames says what abbreviations and the names of cities most likely mean. Keys are
// in lower case.
var shortNames = map[string]string{
	"cet": "Europe/Berlin", "cest": "Europe/Berlin", "met": "Europe/Berlin", "mez": "Europe/Berlin", "mesz": "Europe/Berlin",
	"wet": "Europe/Lisbon", "west": "Europe/Lisbon", "eet": "Europe/Helsinki", "eest": "Europe/Helsinki",
	"gmt": "Europe/London", "bst": "Europe/London", "msk": "Europe/Moscow", "trt": "Europe/Istanbul",
	"est": "America/New_York", "edt": "America/New_York", "et": "America/New_York", "est5edt": "America/New_York", "eastern": "America/New_York",
	"cst": "America/Chicago", "cdt": "America/Chicago", "ct": "America/Chicago", "cst6cdt": "America/Chicago", "central": "America/Chicago",
	"mst": "America/Denver", "mdt": "America/Denver", "mt": "America/Denver", "mst7mdt": "America/Denver", "mountain": "America/Denver",
	"pst": "America/Los_Angeles", "pdt": "America/Los_Angeles", "pt": "America/Los_Angeles", "pst8pdt": "America/Los_Angeles", "pacific": "America/Los_Angeles",
	"hst": "Pacific/Honolulu", "brt": "America/Sao_Paulo", "art": "America/Argentina/Buenos_Aires",
	"ist": "Asia/Kolkata", "jst": "Asia/Tokyo", "kst": "Asia/Seoul", "sgt": "Asia/Singapore", "hkt": "Asia/Hong_Kong", "pht": "Asia/Manila",
	"aest": "Australia/Sydney", "aedt": "Australia/Sydney", "acst": "Australia/Adelaide", "awst": "Australia/Perth",
	"nzst": "Pacific/Auckland", "nzdt": "Pacific/Auckland", "sast": "Africa/Johannesburg", "eat": "Africa/Nairobi", "wat": "Africa/Lagos",
	"z": "UTC", "utc+0": "UTC", "gmt+0": "UTC", "bangalore": "Asia/Kolkata", "bengaluru": "Asia/Kolkata", "mumbai": "Asia/Kolkata", "san francisco": "America/Los_Angeles",
}
