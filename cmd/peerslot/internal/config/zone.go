package config

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/peerslot/peerslot/availability"
)

// zone reads the IANA name of a time zone.
func (v value) zone() string {
	const want = "an IANA time zone such as Europe/Berlin"
	s, ok := v.scalar(want, text)
	if !ok {
		return ""
	}
	known, asked := v.r.zones[s]
	if !asked {
		known = knownZone(s)
		v.r.zones[s] = known
	}
	if known {
		return s
	}
	if better := likelyZone(s); better != "" {
		v.fail("want %s, not %s; did you mean %s?", want, quote(s), better)
	} else {
		v.fail("want %s, not %s", want, quote(s))
	}
	return ""
}

// knownZone reports whether s names a zone for people: not an abbreviation, which
// may stand for an offset without clock changes, and no file of the system's own
// such as posixrules.
func knownZone(s string) bool {
	first, _ := utf8.DecodeRuneInString(s)
	if _, short := zonesElsewhere[strings.ToLower(s)]; short || !unicode.IsUpper(first) {
		return false
	}
	_, err := availability.LoadZone(s)
	return err == nil
}

// likelyZone returns the zone that s was most likely meant to be, or "".
func likelyZone(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if zone, ok := zonesElsewhere[strings.ToLower(s)]; ok {
		return zone
	}
	if _, cities, ok := strings.Cut(s, ") "); ok && s[0] == '(' { // "(UTC+01:00) Amsterdam, Berlin, Bern"
		first, _, _ := strings.Cut(cities, ",")
		return likelyZone(first)
	}
	if len(s) > 40 || strings.ContainsAny(s, ".:+") {
		return ""
	}
	name := titled(s)
	for _, prefix := range []string{"", "Europe/", "America/", "Asia/", "Australia/", "Africa/", "Pacific/", "Atlantic/", "Indian/"} {
		if knownZone(prefix + name) {
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

// zonesElsewhere says what the names of other systems most likely mean: abbreviations, and the
// Windows names of many people's zones. Keys are in lower case.
var zonesElsewhere = map[string]string{
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

	"w. europe standard time": "Europe/Berlin", "central europe standard time": "Europe/Budapest", "central european standard time": "Europe/Warsaw",
	"romance standard time": "Europe/Paris", "gmt standard time": "Europe/London", "greenwich standard time": "Atlantic/Reykjavik",
	"e. europe standard time": "Europe/Chisinau", "fle standard time": "Europe/Kiev", "gtb standard time": "Europe/Bucharest",
	"russian standard time": "Europe/Moscow", "turkey standard time": "Europe/Istanbul",
	"eastern standard time": "America/New_York", "central standard time": "America/Chicago", "mountain standard time": "America/Denver",
	"us mountain standard time": "America/Phoenix", "pacific standard time": "America/Los_Angeles", "atlantic standard time": "America/Halifax",
	"e. south america standard time": "America/Sao_Paulo", "argentina standard time": "America/Argentina/Buenos_Aires", "sa pacific standard time": "America/Bogota",
	"india standard time": "Asia/Kolkata", "china standard time": "Asia/Shanghai", "tokyo standard time": "Asia/Tokyo", "korea standard time": "Asia/Seoul",
	"singapore standard time": "Asia/Singapore", "se asia standard time": "Asia/Bangkok", "arabian standard time": "Asia/Dubai", "israel standard time": "Asia/Jerusalem",
	"aus eastern standard time": "Australia/Sydney", "e. australia standard time": "Australia/Brisbane", "w. australia standard time": "Australia/Perth",
	"new zealand standard time": "Pacific/Auckland", "south africa standard time": "Africa/Johannesburg", "e. africa standard time": "Africa/Nairobi",
	"w. central africa standard time": "Africa/Lagos", "egypt standard time": "Africa/Cairo",
}
