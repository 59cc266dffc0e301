package busy

import (
	"bytes"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar/ical/internal/line"
)

// A status is what an event says of whether it takes time, and how firmly.
type status struct {
	cancelled, transparent, free bool // free: for Outlook
	declined                     bool // by the calendar's owner
	tentative                    bool
}

// note takes in the value of a line.
func (s *status) note(p property, value []byte) {
	switch p {
	case propStatus:
		s.cancelled = s.cancelled || line.EqualFold(value, "CANCELLED")
		s.tentative = s.tentative || line.EqualFold(value, "TENTATIVE")
	case propTransp:
		s.transparent = s.transparent || line.EqualFold(value, "TRANSPARENT")
	case propBusyStatus:
		s.free = s.free || line.EqualFold(value, "FREE")
		s.tentative = s.tentative || line.EqualFold(value, "TENTATIVE")
	}
}

// takesTime reports whether the event counts.
func (s status) takesTime() bool { return !s.cancelled && !s.transparent && !s.free && !s.declined }

func (s status) kind() availability.Kind {
	if s.tentative {
		return availability.Tentative
	}
	return availability.Firm
}

// mayDecline reports whether an attendee's line may say that they do not come.
// Most can be told from the first PARTSTAT.
func mayDecline(line []byte) bool {
	const partstat = "PARTSTAT="
	i := bytes.Index(line, []byte(partstat))
	if i < 0 {
		return true
	}
	value := line[i+len(partstat):]
	return len(value) > 0 && (value[0]|0x20 == 'd' || value[0] == '"')
}
