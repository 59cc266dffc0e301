package screen

// A fate is what becomes of a property in the copy of a calendar. The zero fate is
// that it is left out: a name that no standard knows may be the middle of a note
// whose lines were not folded.
type fate uint8

const (
	kept    fate = 1 + iota // as it is
	blanked                 // only that it is there
)

// fates are those of the properties that are known.
var fates = map[string]fate{
	"BEGIN": kept, "END": kept, "VERSION": kept, "PRODID": kept, "CALSCALE": kept, "METHOD": kept,
	"UID": kept, "SEQUENCE": kept, "DTSTAMP": kept, "CREATED": kept, "LAST-MODIFIED": kept, "RELATED-TO": kept,
	"DTSTART": kept, "DTEND": kept, "DURATION": kept, "DUE": kept, "COMPLETED": kept, "FREEBUSY": kept,
	"RRULE": kept, "RDATE": kept, "EXRULE": kept, "EXDATE": kept, "RECURRENCE-ID": kept,
	"STATUS": kept, "TRANSP": kept, "BUSYTYPE": kept, "CLASS": kept, "PRIORITY": kept, "PERCENT-COMPLETE": kept,
	"TZID": kept, "TZNAME": kept, "TZOFFSETFROM": kept, "TZOFFSETTO": kept, "TZURL": kept, "TZUNTIL": kept, "TZID-ALIAS-OF": kept,
	"ACTION": kept, "TRIGGER": kept, "REPEAT": kept, "ACKNOWLEDGED": kept, "REFRESH-INTERVAL": kept, "COLOR": kept,
	"X-WR-TIMEZONE": kept,

	"SUMMARY": blanked, "DESCRIPTION": blanked, "LOCATION": blanked, "COMMENT": blanked, "CONTACT": blanked,
	"ATTACH": blanked, "CATEGORIES": blanked, "URL": blanked, "GEO": blanked, "RESOURCES": blanked, "ORGANIZER": blanked,
	"CONFERENCE": blanked, "STYLED-DESCRIPTION": blanked, "STRUCTURED-DATA": blanked,
	"NAME": blanked, "IMAGE": blanked, "REQUEST-STATUS": blanked, "CALENDAR-ADDRESS": blanked,
}
