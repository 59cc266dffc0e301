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
	if stands := windowszone.IANA(name); s.InZone(stands).Slot.Zone != stands {
		return "", fmt.Errorf("zone %s: the nearest of Windows, %q, shows another time on some dates; anchor the series in another zone", s.Slot.Zone, name)
	}
	return name, nil
}

// wall writes an instant as the clock of loc shows it, under the name that Exchange
// has for that zone.
func wall(t time.Time, loc *time.Location, zone string) *dateTime {
	return &dateTime{DateTime: t.In(loc).Format("2006-01-02T15:04:05"), TimeZone: zone}
}
