package scheduler

import (
	"time"

	"github.com/peerslot/peerslot/calendar"
)

// Unknown is a person of whose time something is not known, and why.
type Unknown struct {
	Person calendar.Address
	Reason string
	Since  time.Time // the first pass that found it so; zero where that is not known
}

// Name returns what people call the person with that address.
func (w Workspace) Name(a calendar.Address) string {
	if p, ok := w.Roster[a]; ok {
		return p.DisplayName()
	}
	return a.Local()
}
