package ical

import "github.com/peerslot/peerslot/calendar/ical/internal/zones"

// Zone returns the IANA name of the zone that programs mean by a name of their own, such
// as "W. Europe Standard Time" or "(UTC-05:00) Eastern Time (US & Canada)"; "" where
// that is not certain.
func Zone(name string) string {
	if loc := zones.Renamed(zones.Name(name)); loc != nil {
		return loc.String()
	}
	return ""
}
