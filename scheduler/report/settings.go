package report

import (
	"strings"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/scheduler"
)

// Settings says in words what a member set about themselves, "" for nothing.
func Settings(s scheduler.Settings) string {
	var parts []string
	if s.Own != nil {
		parts = append(parts, "own hours in "+s.Own.Zone+" instead of the roster's")
	}
	if s.Paused != (availability.Date{}) {
		parts = append(parts, "paused until "+s.Paused.String())
	}
	if len(s.Left) > 0 {
		parts = append(parts, "left "+strings.Join(s.Left, ", "))
	}
	return strings.Join(parts, "; ")
}
