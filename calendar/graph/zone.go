package graph

import (
	"fmt"
	"time"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/windowszone"
)

// windowsZone returns the zone of Windows in which s is sent: Exchange takes few
// names of the IANA. The clocks that stand for it must show the same at all sessions.
func windowsZone(s calendar.Series) (string, error) {
	name := windowszone.Of(s.Slot.Zone)
	if name == "" {
		return "", fmt.Errorf("zone %s: Windows has no such zone, so Exchange cannot keep a series in it; anchor the series in another", s.Slot.Zone)
	}
	if stands := windowszone.IANA(name); inZone(s, stands).Slot.Zone != stands {
		return "", fmt.Errorf("zone %s: the nearest of Windows, %q, shows another time on some dates; anchor the series in another zone", s.Slot.Zone, name)
	}
	return name, nil
}

// inZone returns s in another zone if its clocks show the same at all sessions, else
// s as it is.
func inZone(s calendar.Series, zone string) calendar.Series {
	if zone == s.Slot.Zone {
		return s
	}
	other := s
	other.Slot.Zone = zone
	here, err := plain(s).Occurrences()
	there, err2 := plain(other).Occurrences()
	if err != nil || err2 != nil || len(here) != len(there) {
		return s
	}
	for i := range here {
		if !here[i].Start.Equal(there[i].Start) {
			return s
		}
	}
	return other
}

// plain returns s without its overrides.
func plain(s calendar.Series) calendar.Series {
	s.Overrides = nil
	return s
}

// wall writes an instant as the clock of loc shows it, under the name that Exchange
// has for that zone.
func wall(t time.Time, loc *time.Location, zone string) *dateTime {
	return &dateTime{DateTime: t.In(loc).Format("2006-01-02T15:04:05"), TimeZone: zone}
}
