package workspace

import (
	"sync/atomic"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
)

// zones are those of people, for who reads their calendars. They are opened before the
// store is, and follow what members set there.
type zones struct {
	workspace atomic.Pointer[scheduler.Workspace]
}

func newZones(w scheduler.Workspace) *zones {
	z := &zones{}
	z.follow(w)
	return z
}

// follow has the zones be those of w from now on.
func (z *zones) follow(w scheduler.Workspace) { z.workspace.Store(&w) }

func (z *zones) of(a calendar.Address) *time.Location { return ZoneOf(*z.workspace.Load())(a) }

// ZoneOf returns the zone of a person: their own, the workspace's if it cannot be used,
// and UTC last.
func ZoneOf(w scheduler.Workspace) func(calendar.Address) *time.Location {
	return func(a calendar.Address) *time.Location {
		for _, name := range []string{w.Roster.Of(a).Zone, w.Zone} {
			if loc, err := availability.LoadZone(name); err == nil {
				return loc
			}
		}
		return time.UTC
	}
}
