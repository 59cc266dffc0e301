package ical

import (
	"slices"
	"strings"
	"testing"
)

// definition defines a zone as Exchange does.
func definition(name, standard, daylight string) string {
	return "BEGIN:VTIMEZONE\r\nTZID:" + name + "\r\n" +
		"BEGIN:STANDARD\r\nDTSTART:16010101T030000\r\nTZOFFSETFROM:" + daylight + "\r\nTZOFFSETTO:" + standard +
		"\r\nRRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10\r\nEND:STANDARD\r\n" +
		"BEGIN:DAYLIGHT\r\nDTSTART:16010101T020000\r\nTZOFFSETFROM:" + standard + "\r\nTZOFFSETTO:" + daylight +
		"\r\nRRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3\r\nEND:DAYLIGHT\r\nEND:VTIMEZONE"
}

// history defines a zone by its changes: the day of each, the offset before and after it.
func history(name string, changes ...string) string {
	text := "BEGIN:VTIMEZONE\r\nTZID:" + name + "\r\n"
	for c := range slices.Chunk(changes, 3) {
		text += "BEGIN:STANDARD\r\nDTSTART:" + c[0] + "T000000\r\nTZOFFSETFROM:" + c[1] + "\r\nTZOFFSETTO:" + c[2] + "\r\nEND:STANDARD\r\n"
	}
	return text + "END:VTIMEZONE"
}

func TestZones(t *testing.T) {
	at9 := func(tzid string) string {
		return inEvent("DTSTART;TZID="+tzid+":20261104T090000", "DTEND;TZID="+tzid+":20261104T100000")
	}
	undefined := "is not defined in the calendar"
	runReadCases(t, []readCase{
		{"IANA", inCalendar(at9("America/New_York")), []string{"busy 04 14:00-15:00"}, ""},
		{"IANA outweighs a definition", inCalendar(definition("America/New_York", "+0100", "+0200"), at9("America/New_York")), []string{"busy 04 14:00-15:00"}, ""},
		{"defined", inCalendar(definition("Bureau", "-0330", "-0230"), at9("Bureau")), []string{"busy 04 12:30-13:30"}, ""},
		{"defined after its use", inCalendar(at9("Bureau"), definition("Bureau", "-0330", "-0230")), []string{"busy 04 12:30-13:30"}, ""},
		{"defined with escapes", inCalendar(definition(`(UTC+01:00) Bern\, Rome`, "-0330", "-0230"), at9(`"(UTC+01:00) Bern, Rome"`)), []string{"busy 04 12:30-13:30"}, ""},
		{"defined, in summer", inCalendar(definition("Bureau", "-0330", "-0230"),
			inEvent("DTSTART;TZID=Bureau:20261020T090000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;COUNT=4")),
			[]string{"busy 03 12:30-13:30", "busy 10 12:30-13:30"}, ""},
		{"defined, with the changes of long ago and none since", inCalendar(history("Bureau", "19411001", "+0530", "+0630", "19420515", "+0630", "+0530", "19420901", "+0530", "+0630", "19451015", "+0630", "+0530"), at9("Bureau")),
			[]string{"busy 04 03:30-04:30"}, ""},
		{"defined, with a rule that ended long ago", inCalendar(strings.Replace(history("Bureau", "19401001", "+0530", "+0630", "19410515", "+0630", "+0530"), "TZOFFSETTO:+0530", "TZOFFSETTO:+0530\r\nRRULE:FREQ=YEARLY;BYMONTH=5;BYDAY=3TH;UNTIL=19450517T000000Z", 1), at9("Bureau")),
			[]string{"busy 04 03:30-04:30"}, ""},
		{"each calendar has its own", inCalendar(definition("Bureau", "-0330", "-0230"), at9("Bureau")) + inCalendar(definition("Bureau", "-0800", "-0700"), at9("Bureau")),
			[]string{"busy 04 12:30-13:30", "busy 04 17:00-18:00"}, ""},
		{"Windows", inCalendar(at9("Pacific Standard Time")), []string{"busy 04 17:00-18:00"}, undefined},
		{"Windows, defined", inCalendar(definition("Pacific Standard Time", "+0100", "+0200"), at9("Pacific Standard Time")), []string{"busy 04 08:00-09:00"}, ""},
		{"in other letters", inCalendar(at9("america/new_york")), []string{"busy 04 14:00-15:00"}, "read as America/New_York"},
		{"Windows, in other letters", inCalendar(at9("pacific standard time")), []string{"busy 04 17:00-18:00"}, undefined},
		{"in other letters, defined", inCalendar(definition("europe/berlin", "-0330", "-0230"), at9("europe/berlin")), []string{"busy 04 12:30-13:30"}, ""},
		{"defined in other letters", inCalendar(definition("BUREAU", "-0330", "-0230"), at9("Bureau")), []string{"busy 04 12:30-13:30"}, ""},
		{"defined in other letters, as IANA has it", inCalendar(definition("America/New_York", "+0100", "+0200"), at9("america/new_york")), []string{"busy 04 14:00-15:00"}, undefined},
		{"path", inCalendar(at9("/citadel.org/20210210_1/Asia/Tokyo")), []string{"busy 04 00:00-01:00"}, undefined},
		{"path of the zone alone", inCalendar(at9("/Europe/Stockholm")), []string{"busy 04 08:00-09:00"}, undefined},
		{"Microsoft's UTC", inCalendar(at9("tzone://Microsoft/Utc")), []string{"busy 04 09:00-10:00"}, undefined},
		{"offset", inCalendar(at9("UTC+01")), []string{"busy 04 08:00-09:00"}, undefined},
		{"offset in words", inCalendar(at9("GMT-04:30")), []string{"busy 04 13:30-14:30"}, undefined},
		{"display name with and", inCalendar(at9(`"(UTC-05:00) Eastern Time (US and Canada)"`)), []string{"busy 04 14:00-15:00"}, undefined},
		{"path of three", inCalendar(at9("/freeassociation/Tzfile/America/Argentina/Ushuaia")), []string{"busy 04 12:00-13:00"}, undefined},
		{"display name", inCalendar(at9(`"(UTC-05:00) Eastern Time (US & Canada)"`)), []string{"busy 04 14:00-15:00"}, undefined},
		{"display name, not quoted", inCalendar(at9("(UTC-05:00) Eastern Time (US & Canada)")), []string{"busy 04 14:00-15:00"}, undefined},
		{"display name of cities", inCalendar(at9(`"(GMT+10:00) Canberra, Melbourne, Sydney"`)), []string{"busy 03 22:00-23:00"}, undefined},
		{"cities", inCalendar(at9(`"Greenwich Mean Time:Dublin; Edinburgh; Lisbon; London"`)), []string{"busy 04 09:00-10:00"}, undefined},
		{"Z outweighs TZID", inCalendar(inEvent("DTSTART;TZID=America/New_York:20261104T090000Z", "DTEND;TZID=Nowhere:20261104T100000Z")), []string{"busy 04 09:00-10:00"}, ""},
		{"blanks", inCalendar(at9(" Europe/Berlin")), []string{"busy 04 08:00-09:00"}, "blanks"},
		{"floating", inCalendar("X-WR-TIMEZONE:America/New_York", inEvent("DTSTART:20261104T090000", "DTEND:20261104T100000")), []string{"busy 04 08:00-09:00"}, ""},
		{"two zones", inCalendar(inEvent("DTSTART;TZID=Europe/Berlin:20261104T090000", "DTEND;TZID=America/New_York:20261104T040000")), []string{"busy 04 08:00-09:00"}, ""},
		{"end without zone", inCalendar(inEvent("DTSTART;TZID=America/New_York:20261104T090000", "DTEND:20261104T100000")), []string{"busy 04 14:00-15:00"}, ""},
	})
}

// An event in a zone that nobody knows is unknown wherever on earth it may be.
func TestUnknownZones(t *testing.T) {
	everywhere := []string{"unknown 03 19:00-04 22:00"}
	for _, tzid := range []string{
		"Mars/Olympus", "", "Local", "local", "localtime", "posixrules", "right/Europe/Berlin", "../Europe/Berlin", "Factory",
		"Customized Time Zone", `"(UTC+05:00) Eastern Time (US & Canada)"`, `"Atlantis, Utopia"`, `"Berlin, Tokyo"`,
	} {
		event := inEvent("DTSTART;TZID="+tzid+":20261104T090000", "DTEND;TZID="+tzid+":20261104T100000")
		runReadCases(t, []readCase{{tzid, inCalendar(event), everywhere, "line 3: unknown time zone"}})
	}
	for _, definition := range []string{
		"TZOFFSETTO:+0100", "TZOFFSETFROM:+0100\r\nTZOFFSETTO:one", "TZOFFSETFROM:+0100\r\nTZOFFSETTO:+0100\r\nRRULE:FREQ=SECONDLY",
		"TZOFFSETFROM:+0100\r\nTZOFFSETTO:+9900", "TZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\nRDATE:never",
	} {
		event := inEvent("DTSTART;TZID=Odd:20261104T090000", "DTEND;TZID=Odd:20261104T100000")
		text := inCalendar("BEGIN:VTIMEZONE\r\nTZID:Odd\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000", definition, "END:STANDARD\r\nEND:VTIMEZONE", event)
		runReadCases(t, []readCase{{definition, text, everywhere, `unknown time zone "Odd": its definition`}})
	}
	series := inEvent("DTSTART;TZID=Mars/Olympus:20260901T090000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;UNTIL=20261110T120000Z",
		"EXDATE;TZID=Mars/Olympus:20261103T090000")
	runReadCases(t, []readCase{{"series", inCalendar(series), []string{"unknown 09 19:00-10 22:00"}, "unknown time zone"}})
	free := inEvent("DTSTART;TZID=Mars/Olympus:20261104T090000", "DURATION:PT1H", "TRANSP:TRANSPARENT")
	runReadCases(t, []readCase{{"free", inCalendar(free), nil, ""}})
}
