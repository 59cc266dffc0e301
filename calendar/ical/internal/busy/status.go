package busy

import (
	"bytes"
	"strings"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar/ical/internal/line"
)

// A status is what an event says of whether it takes time, and how firmly.
type status struct {
	cancelled, transparent, free bool // free: for Outlook
	declined                     bool // by the calendar's owner, or given to somebody else
	tentative                    bool
	elsewhere, opaque            bool // Outlook's "working elsewhere", which is free unless TRANSP says other (MS-OXCICAL 2.1.3.1.1.20.25)
}

// note takes in the value of a line.
func (s *status) note(p property, value []byte) {
	switch p {
	case propStatus:
		s.cancelled = s.cancelled || line.EqualFold(value, "CANCELLED")
		s.tentative = s.tentative || line.EqualFold(value, "TENTATIVE")
	case propTransp:
		s.transparent = s.transparent || line.EqualFold(value, "TRANSPARENT")
		s.opaque = s.opaque || line.EqualFold(value, "OPAQUE")
	case propBusyStatus:
		s.free = s.free || line.EqualFold(value, "FREE")
		s.elsewhere = s.elsewhere || line.EqualFold(value, "WORKINGELSEWHERE")
		s.tentative = s.tentative || line.EqualFold(value, "TENTATIVE")
	}
}

// takesTime reports whether the event counts.
func (s status) takesTime() bool {
	return !s.cancelled && !s.transparent && !s.free && !s.declined && (!s.elsewhere || s.opaque)
}

// answered takes in the PARTSTAT of the calendar's owner.
func (s *status) answered(partstat string) {
	switch strings.ToUpper(partstat) {
	case "DECLINED", "DELEGATED":
		s.declined = true
	case "TENTATIVE":
		s.tentative = true
	}
}

func (s status) kind() availability.Kind {
	if s.tentative {
		return availability.Tentative
	}
	return availability.Firm
}

// mayMatter reports whether an attendee's line may say that they do not come, or
// perhaps. Most can be told from the first PARTSTAT.
func mayMatter(line []byte) bool {
	const partstat = "PARTSTAT="
	i := bytes.Index(line, []byte(partstat))
	if i < 0 {
		return true
	}
	value := line[i+len(partstat):]
	return len(value) > 0 && bytes.IndexByte([]byte(`dDtT"`), value[0]) >= 0
}
