package busy

import (
	"bytes"

	"github.com/peerslot/peerslot/calendar/ical/internal/line"
)

// A property is one that tells when somebody is busy.
type property uint8

const (
	propNone property = iota
	propAttendee
	propBusyStatus
	propDuration
	propEnd
	propExDate
	propExRule
	propFreeBusy
	propID
	propOrganizer
	propOurs // of our own events
	propRDate
	propRule
	propSequence
	propStart
	propStatus
	propSummary
	propTransp
	propUID
)

// propertyOf returns the property of that name, in any case.
func propertyOf(name []byte) property {
	switch line.Upper(name[0]) {
	case 'A', 'D', 'E', 'F', 'O', 'R', 'S', 'T', 'U', 'X':
	default:
		return propNone
	}
	if p := upperProperty(name); p != propNone || len(name) > 32 {
		return p
	}
	for _, b := range name {
		if b != line.Upper(b) {
			var buf [32]byte
			return upperProperty(line.AppendUpper(buf[:0], name))
		}
	}
	return propNone
}

func upperProperty(name []byte) property {
	switch string(name) {
	case "ATTENDEE":
		return propAttendee
	case "DTEND":
		return propEnd
	case "DTSTART":
		return propStart
	case "DURATION":
		return propDuration
	case "EXDATE":
		return propExDate
	case "EXRULE":
		return propExRule
	case "FREEBUSY":
		return propFreeBusy
	case "ORGANIZER":
		return propOrganizer
	case Wrote:
		return propOurs
	case "RDATE":
		return propRDate
	case "RECURRENCE-ID":
		return propID
	case "RRULE":
		return propRule
	case "SEQUENCE":
		return propSequence
	case "STATUS":
		return propStatus
	case "SUMMARY":
		return propSummary
	case "TRANSP":
		return propTransp
	case "UID":
		return propUID
	case busyStatus:
		return propBusyStatus
	}
	return propNone
}

// Wrote is the property of our own events.
const Wrote = "X-PEERSLOT-WROTE"

const busyStatus = "X-MICROSOFT-CDO-BUSYSTATUS"

// propertyName returns a name for a warning. What is no known name is not
// repeated: it may be a part of a note.
func propertyName(name []byte) string {
	if len(name) == 0 || propertyOf(name) == propNone {
		return "a line"
	}
	return string(bytes.ToUpper(name))
}
