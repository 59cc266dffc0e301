package line

import "strings"

// words are what most names, parameters and short values are.
var words = byText(strings.Fields(`
	VEVENT VALARM VTIMEZONE STANDARD DAYLIGHT
	DTSTART DTEND DTSTAMP CREATED LAST-MODIFIED RECURRENCE-ID RRULE EXDATE SEQUENCE STATUS TRANSP UID CLASS
	SUMMARY DESCRIPTION LOCATION ORGANIZER ATTENDEE ACTION TRIGGER TZNAME TZOFFSETFROM TZOFFSETTO
	X-MICROSOFT-CDO-BUSYSTATUS X-PEERSLOT-WROTE
	TZID VALUE CN CUTYPE PARTSTAT ROLE RSVP SCHEDULE-AGENT
	INDIVIDUAL NEEDS-ACTION ACCEPTED DECLINED TENTATIVE REQ-PARTICIPANT OPT-PARTICIPANT TRUE FALSE CLIENT SERVER
	OPAQUE TRANSPARENT CONFIRMED CANCELLED BUSY DISPLAY DATE 0`))

const longestWord = len("X-MICROSOFT-CDO-BUSYSTATUS")

func byText(list []string) map[string]string {
	of := make(map[string]string, len(list))
	for _, w := range list {
		of[w] = w
	}
	return of
}

// interned returns a text, for which there is memory already if it is one of the words.
func interned(text []byte) string {
	if len(text) <= longestWord {
		if w, ok := words[string(text)]; ok {
			return w
		}
	}
	return string(text)
}
