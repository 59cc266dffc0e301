package ical

import (
	"strings"
	"testing"
)

// standup is a series on weekdays at 9 in Berlin, since September.
func standup(more ...string) string {
	return inEvent(append([]string{"UID:s@example.org", "DTSTART;TZID=Europe/Berlin:20260907T090000", "DTEND;TZID=Europe/Berlin:20260907T100000",
		"RRULE:FREQ=WEEKLY;BYDAY=MO,WE"}, more...)...)
}

func override(id string, lines ...string) string {
	return inEvent(append([]string{"UID:s@example.org", "RECURRENCE-ID" + id}, lines...)...)
}

func TestOverrides(t *testing.T) {
	const (
		mon2, wed4, mon9, wed11 = "busy 02 08:00-09:00", "busy 04 08:00-09:00", "busy 09 08:00-09:00", "busy 11 08:00-09:00"
		id4                     = ";TZID=Europe/Berlin:20261104T090000"
	)
	moved := []string{"DTSTART;TZID=Europe/Berlin:20261105T110000", "DTEND;TZID=Europe/Berlin:20261105T113000"}
	runReadCases(t, []readCase{
		{"none", inCalendar(standup()), []string{mon2, wed4, mon9, wed11}, ""},
		{"moved", inCalendar(standup(), override(id4, moved...)), []string{mon2, "busy 05 10:00-10:30", mon9, wed11}, ""},
		{"before its series", inCalendar(override(id4, moved...), standup()), []string{mon2, "busy 05 10:00-10:30", mon9, wed11}, ""},
		{"without its series", inCalendar(override(id4, moved...)), []string{"busy 05 10:00-10:30"}, ""},
		{"of no occurrence", inCalendar(standup(), override(":20261103T080000Z", moved...)), []string{mon2, wed4, "busy 05 10:00-10:30", mon9, wed11}, ""},
		{"cancelled", inCalendar(standup(), override(id4, "DTSTART;TZID=Europe/Berlin:20261104T090000", "STATUS:CANCELLED")), []string{mon2, mon9, wed11}, ""},
		{"free", inCalendar(standup(), override(id4, append(moved, "TRANSP:TRANSPARENT")...)), []string{mon2, mon9, wed11}, ""},
		{"tentative", inCalendar(standup(), override(id4, append(moved, "STATUS:TENTATIVE")...)), []string{mon2, "tentative 05 10:00-10:30", mon9, wed11}, ""},
		{"busy in a free series", inCalendar(standup("TRANSP:TRANSPARENT"), override(id4, moved...)), []string{"busy 05 10:00-10:30"}, ""},
		{"moved out of the window", inCalendar(standup(), override(id4, "DTSTART:20270405T080000Z", "DTEND:20270405T090000Z")), []string{mon2, mon9, wed11}, ""},
		{"moved into the window", inCalendar(standup(), override(":20260907T070000Z", moved...)), []string{mon2, wed4, "busy 05 10:00-10:30", mon9, wed11}, ""},
		{"of an ended series, moved into the window",
			inCalendar(inEvent("UID:s@example.org", "DTSTART:20260101T090000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=3"), override(":20260102T090000Z", moved...)),
			[]string{"busy 05 10:00-10:30"}, ""},
		{"named in UTC", inCalendar(standup(), override(":20261104T080000Z", moved...)), []string{mon2, "busy 05 10:00-10:30", mon9, wed11}, ""},
		{"named in another zone", inCalendar(standup(), override(";TZID=America/New_York:20261104T030000", moved...)), []string{mon2, "busy 05 10:00-10:30", mon9, wed11}, ""},
		{"named without a zone", inCalendar(standup(), override(":20261104T090000", moved...)), []string{mon2, "busy 05 10:00-10:30", mon9, wed11}, "without a zone"},
		{"named by its day", inCalendar(standup(), override(";VALUE=DATE:20261104", moved...)), []string{mon2, "busy 05 10:00-10:30", mon9, wed11}, ""},
		{"a higher SEQUENCE wins", inCalendar(standup(), override(id4, append(moved, "SEQUENCE:2")...), override(":20261104T080000Z", "DTSTART:20261106T080000Z", "DURATION:PT1H", "SEQUENCE:1")),
			[]string{mon2, "busy 05 10:00-10:30", mon9, wed11}, ""},
		{"a higher SEQUENCE, out of the window", inCalendar(standup(), override(id4, moved...), override(id4, "DTSTART:20270405T080000Z", "DTEND:20270405T090000Z", "SEQUENCE:1")),
			[]string{mon2, mon9, wed11}, ""},
		{"with a rule", inCalendar(standup(), override(id4, append(moved, "RRULE:FREQ=DAILY")...)), []string{mon2, "busy 05 10:00-10:30", mon9, wed11}, "the rule of an override"},
		{"that cannot be read", inCalendar(standup(), override(":garbage", moved...)), []string{mon2, wed4, "busy 05 10:00-10:30", mon9, wed11}, "RECURRENCE-ID cannot be read"},
		{"without a start", inCalendar(standup(), override(id4, "SUMMARY:x")), []string{mon2, wed4, mon9, wed11}, "without a DTSTART"},
		{"cancelled without a start", inCalendar(standup(), override(id4, "STATUS:CANCELLED")), []string{mon2, mon9, wed11}, ""},
		{"with a rule, its series elsewhere", inCalendar(inEvent("UID:r", "RECURRENCE-ID:20261103T140000Z", "DTSTART:20261103T140000Z", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;COUNT=2")),
			[]string{"busy 03 14:00-15:00", "unknown 03 14:00-15:00", "unknown 10 14:00-15:00"}, "when it repeats is unknown"},
	})
}

func TestMessages(t *testing.T) {
	message := func(method string, lines ...string) string {
		return inCalendar("METHOD:"+method, inEvent(append([]string{"UID:s@example.org"}, lines...)...))
	}
	request := message("REQUEST", "SEQUENCE:1", "DTSTART:20261103T140000Z", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;COUNT=2")
	first, second := "busy 03 14:00-15:00", "busy 10 14:00-15:00"
	runReadCases(t, []readCase{
		{"cancelled", request + message("CANCEL", "SEQUENCE:1"), nil, ""},
		{"cancelled, older", request + message("CANCEL", "SEQUENCE:0"), []string{first, second}, ""},
		{"cancelled and asked for again", request + message("CANCEL", "SEQUENCE:1") + request, []string{first, second}, ""},
		{"one cancelled", request + message("CANCEL", "SEQUENCE:2", "RECURRENCE-ID:20261103T140000Z"), []string{second}, ""},
		{"the rest cancelled", request + message("CANCEL", "SEQUENCE:2", "RECURRENCE-ID;RANGE=THISANDFUTURE:20261110T140000Z"), []string{first}, ""},
		{"counter-proposal", message("COUNTER", "DTSTART:20261103T140000Z", "DURATION:PT1H"), nil, ""},
		{"reply", request + message("REPLY", "RECURRENCE-ID:20261103T140000Z", "DTSTART:20261103T140000Z", "DURATION:PT1H"), []string{first, second}, ""},
		{"delegated", message("REQUEST", "DTSTART:20261103T140000Z", "DURATION:PT1H", "ATTENDEE;PARTSTAT=DELEGATED:mailto:ana@example.org"), nil, ""},
		{"perhaps", message("REQUEST", "DTSTART:20261103T140000Z", "DURATION:PT1H", "ATTENDEE;PARTSTAT=TENTATIVE:mailto:ana%40example.org"), []string{"tentative 03 14:00-15:00"}, ""},
		{"typo in END", strings.Replace(message("REQUEST", "DTSTART:20261103T140000Z", "DURATION:PT1H"), "END:VEVENT", "END:VEVNET", 1), []string{first}, "END does not fit"},
		{"for ever", inCalendar(inEvent("DTSTART:20261115T140000Z", "DTEND:99991231T235959Z")), []string{"busy 15 14:00-23:00"}, ""},
		{"availability", inCalendar("BEGIN:VAVAILABILITY\r\nEND:VAVAILABILITY"), nil, "VAVAILABILITY is not read"},
	})
}

func TestThisAndFuture(t *testing.T) {
	later := ";RANGE=THISANDFUTURE;TZID=Europe/Berlin:"
	runReadCases(t, []readCase{
		{"moved and longer",
			inCalendar(standup(), override(later+"20261104T090000", "DTSTART;TZID=Europe/Berlin:20261105T140000", "DURATION:PT2H")),
			[]string{"busy 02 08:00-09:00", "busy 05 13:00-15:00", "busy 10 13:00-15:00", "busy 12 13:00-15:00"}, ""},
		{"long ago, through a change of the clocks",
			inCalendar(standup(), override(later+"20260914T090000", "DTSTART:20260914T120000Z", "DTEND:20260914T130000Z")),
			[]string{"busy 02 13:00-14:00", "busy 04 13:00-14:00", "busy 09 13:00-14:00", "busy 11 13:00-14:00"}, ""},
		{"and one of them alone",
			inCalendar(standup(), override(later+"20261104T090000", "DTSTART;TZID=Europe/Berlin:20261104T140000", "DURATION:PT1H"),
				override(":20261109T080000Z", "DTSTART:20261110T080000Z", "DURATION:PT1H")),
			[]string{"busy 02 08:00-09:00", "busy 04 13:00-14:00", "busy 10 08:00-09:00", "busy 11 13:00-14:00"}, ""},
		{"twice",
			inCalendar(standup(), override(later+"20261109T090000", "DTSTART:20261109T100000Z", "DURATION:PT1H"), override(later+"20261104T090000", "DTSTART:20261104T090000Z", "DURATION:PT1H")),
			[]string{"busy 02 08:00-09:00", "busy 04 09:00-10:00", "busy 09 10:00-11:00", "busy 11 10:00-11:00"}, ""},
		{"free from then on", inCalendar(standup(), override(later+"20261109T090000", "DTSTART:20261109T080000Z", "DURATION:PT1H", "TRANSP:TRANSPARENT")),
			[]string{"busy 02 08:00-09:00", "busy 04 08:00-09:00"}, ""},
		{"of a range that is not known", inCalendar(standup(), override(";RANGE=THISANDPRIOR:20261104T080000Z", "DTSTART:20261104T100000Z", "DURATION:PT1H")),
			[]string{"busy 02 08:00-09:00", "busy 04 10:00-11:00", "busy 09 08:00-09:00", "busy 11 08:00-09:00"}, "RANGE"},
	})
}

func TestExceptions(t *testing.T) {
	const mon2, mon9, wed11 = "busy 02 08:00-09:00", "busy 09 08:00-09:00", "busy 11 08:00-09:00"
	for exdate, warning := range map[string]string{
		";TZID=Europe/Berlin:20261104T090000": "", ":20261104T080000Z": "", ";TZID=Asia/Tokyo:20261104T170000": "", ":20261104T090000": "without a zone", ";VALUE=DATE:20261104": "",
		":20261104": "", ";TZID=Nowhere:20261104T090000": "unknown time zone", ";TZID=Europe/Berlin:20261028T090000,20261104T090000": "", ":20261028T080000Z,20261104T080000Z,": "",
	} {
		runReadCases(t, []readCase{{exdate, inCalendar(standup("EXDATE" + exdate)), []string{mon2, mon9, wed11}, warning}})
	}
	runReadCases(t, []readCase{
		{"not an occurrence", inCalendar(standup("EXDATE:20261104T090000Z")), []string{mon2, "busy 04 08:00-09:00", mon9, wed11}, ""},
		{"one of a list cannot be read", inCalendar(standup("EXDATE:garbage,20261104T080000Z")), []string{mon2, mon9, wed11}, "EXDATE cannot be read"},
		{"EXRULE", inCalendar(standup("EXRULE:FREQ=WEEKLY;BYDAY=WE")), []string{mon2, mon9}, ""},
		{"RDATE", inCalendar(standup("RDATE:20261103T120000Z,20261104T080000Z")), []string{mon2, "busy 03 12:00-13:00", "busy 04 08:00-09:00", mon9, wed11}, ""},
		{"RDATE without a rule", inCalendar(inEvent("DTSTART:20260101T080000Z", "DURATION:PT1H", "RDATE:20261103T120000Z")), []string{"busy 03 12:00-13:00"}, ""},
		{"RDATE in another zone", inCalendar(standup("RDATE;TZID=America/New_York:20261103T070000", "EXDATE;VALUE=DATE:20261104")),
			[]string{mon2, "busy 03 12:00-13:00", mon9, wed11}, ""},
		{"RDATE as a day", inCalendar(standup("RDATE;VALUE=DATE:20261105")), []string{mon2, "busy 04 08:00-09:00", "busy 05 08:00-09:00", mon9, wed11}, ""},
		{"RDATE that EXDATE takes back", inCalendar(standup("RDATE:20261103T120000Z", "EXDATE:20261103T120000Z")), []string{mon2, "busy 04 08:00-09:00", mon9, wed11}, ""},
		{"RDATE as a period", inCalendar(standup("RDATE;VALUE=PERIOD:20261103T120000Z/20261103T124500Z,20261105T120000Z/PT15M")),
			[]string{mon2, "busy 03 12:00-12:45", "busy 04 08:00-09:00", "busy 05 12:00-12:15", mon9, wed11}, ""},
		{"RDATE of which only the day can be read", inCalendar(standup("RDATE:20261105T9")),
			[]string{mon2, "busy 04 08:00-09:00", "all-day unknown 04 23:00-05 23:00", mon9, wed11}, "RDATE cannot be read"},
		{"several rules", inCalendar(inEvent("DTSTART:20261102T080000Z", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;COUNT=2", "RRULE:FREQ=WEEKLY;BYDAY=TU;COUNT=1")),
			[]string{mon2, "busy 03 08:00-09:00", mon9}, ""},
	})
}

func TestOneUIDTwice(t *testing.T) {
	event := func(uid, start, sequence string) string {
		return inEvent(uid, "DTSTART:"+start, "DURATION:PT1H", "SEQUENCE:"+sequence)
	}
	runReadCases(t, []readCase{
		{"the higher SEQUENCE wins", inCalendar(event("UID:a", "20261103T080000Z", "2"), event("UID:a", "20261104T080000Z", "1")), []string{"busy 03 08:00-09:00"}, ""},
		{"also out of the window", inCalendar(event("UID:a", "20261103T080000Z", "0"), event("UID:a", "20270104T080000Z", "1")), nil, ""},
		{"also in another calendar", inCalendar(event("UID:a", "20261103T080000Z", "0")) + inCalendar(event("UID:a", "20261104T080000Z", "1")), []string{"busy 04 08:00-09:00"}, ""},
		{"equal ones both count", inCalendar(event("UID:a", "20261103T080000Z", "0"), event("UID:a", "20261104T080000Z", "0")), []string{"busy 03 08:00-09:00", "busy 04 08:00-09:00"}, ""},
		{"none is none", inCalendar(event("UID:", "20261103T080000Z", "0"), event("UID:", "20261104T080000Z", "1")), []string{"busy 03 08:00-09:00", "busy 04 08:00-09:00"}, ""},
		{"with colons", inCalendar(event("UID:urn:uuid:1", "20261103T080000Z", "0"), event("UID:urn:oid:1", "20261104T080000Z", "1")), []string{"busy 03 08:00-09:00", "busy 04 08:00-09:00"}, ""},
	})
}
