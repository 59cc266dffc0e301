package ical

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// What is damaged is never free in silence: what can be told of it is unknown.
func TestBrokenEvents(t *testing.T) {
	const day4 = "all-day unknown 03 23:00-04 23:00"
	event := func(lines ...string) string { return inCalendar(inEvent(lines...)) }
	daily := []string{
		"busy 09 08:00-09:00", "unknown 10 08:00-09:00", "unknown 11 08:00-09:00", "unknown 12 08:00-09:00",
		"unknown 13 08:00-09:00", "unknown 14 08:00-09:00", "unknown 15 08:00-09:00",
	}
	rule := func(rule string) string { return event("DTSTART:20261109T080000Z", "DURATION:PT1H", rule) }
	runReadCases(t, []readCase{
		{"no start", event("SUMMARY:x"), nil, "without a DTSTART"},
		{"no start but an end", event("DTEND:20261104T100000Z"), []string{"unknown 03 10:00-04 10:00"}, "DTSTART cannot be read"},
		{"month 13", event("DTSTART:20261304T090000Z", "DTEND:20261104T100000Z"), []string{"unknown 03 10:00-04 10:00"}, "DTSTART cannot be read"},
		{"a series without a start but an end", event("DTEND:20261104T100000Z", "RRULE:FREQ=WEEKLY"), []string{"unknown 03 10:00-04 10:00"}, "left out after its first day"},
		{"month 13, and no end", event("DTSTART:20261304T090000Z", "DURATION:PT1H"), nil, "without a DTSTART"},
		{"five digits of year", event("DTSTART:120261104T090000Z"), nil, "without a DTSTART"},
		{"hour 25", event("DTSTART:20261104T250000", "DURATION:PT1H"), []string{"unknown 03 23:00-05 00:00"}, "only the day"},
		{"hour 24", event("DTSTART:20261103T240000Z", "DURATION:PT1H"), []string{"busy 04 00:00-01:00"}, "not written"},
		{"second 60", event("DTSTART:20261104T085960Z", "DURATION:PT1H"), []string{"busy 04 09:00-10:00"}, ""},
		{"no seconds", event("DTSTART:20261104T0900Z", "DURATION:PT1H"), []string{"busy 04 09:00-10:00"}, "not written"},
		{"dashes", event("DTSTART:2026-11-04T09:00:00Z", "DTEND:2026-11-04 10:00:00Z"), []string{"busy 04 09:00-10:00"}, "not written"},
		{"blanks", event("DTSTART: 20261104T090000Z ", "DTEND:20261104T100000Z"), []string{"busy 04 09:00-10:00"}, "not written"},
		{"only the hour", event("DTSTART;TZID=Europe/Berlin:20261104T09", "DURATION:PT1H"), []string{"unknown 03 23:00-05 00:00"}, "only the day"},
		{"an offset", event("DTSTART:20261104T090000+0200", "DTEND:20261104T110000+0200"), []string{"busy 04 07:00-09:00"}, "not written"},
		{"an offset with colons", event("DTSTART:2026-11-04T09:00:00-03:30", "DURATION:PT1H"), []string{"busy 04 12:30-13:30"}, "not written"},
		{"an offset of hours, and an end in UTC", event("DTSTART:20261104T010000+02", "DTEND:20261104T000000Z"), []string{"busy 03 23:00-04 00:00"}, "not written"},
		{"an offset outweighs TZID", event("DTSTART;TZID=Asia/Tokyo:20261104T090000+0000", "DURATION:PT1H"), []string{"busy 04 09:00-10:00"}, "not written"},
		{"a series at an offset", event("DTSTART:20261109T010000+0200", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;BYDAY=MO,TU;COUNT=4", "EXDATE:20261116T010000+0200"),
			[]string{"busy 08 23:00-09 00:00", "busy 09 23:00-10 00:00"}, "not written"},
		{"an offset that is none", event("DTSTART:20261104T090000+9900", "DURATION:PT1H"), []string{"unknown 03 23:00-05 00:00"}, "only the day"},
		{"a date with Z", event("DTSTART:20261104Z"), []string{"unknown 04 00:00-05 00:00"}, "only the day"},
		{"30 February", event("DTSTART:20260230T090000Z", "DURATION:PT1H"), nil, "without a DTSTART"},
		{"an end that cannot be read", event("DTSTART:20261104T090000Z", "DTEND:garbage"), []string{"unknown 04 09:00-05 09:00"}, "DTEND cannot be read"},
		{"an end before the start", event("DTSTART:20261104T090000Z", "DTEND:20261104T080000Z"), []string{"unknown 04 08:00-09:00"}, "the end lies before"},
		{"a date that ends at a time", event("DTSTART;VALUE=DATE:20261104", "DTEND:20261104T100000Z"), []string{day4}, "only one of"},
		{"a time that ends on a date", event("DTSTART:20261104T090000Z", "DTEND;VALUE=DATE:20261105"), []string{day4}, "only one of"},
		{"too long", event("DTSTART:20261104T090000Z", "DURATION:P99999999999999999999D"), []string{"unknown 04 09:00-05 09:00"}, "DURATION cannot be read"},
		{"a length below nothing", event("DTSTART:20261104T090000Z", "DURATION:-PT1H"), []string{"unknown 04 08:00-09:00"}, "negative"},
		{"a quote not closed", event(`DTSTART;TZID="Europe/Berlin:20261104T090000`, "DURATION:PT1H"), []string{"unknown 03 19:00-04 22:00"}, "a quote is not closed"},
		{"a parameter without a value", event("DTSTART;X-SAKE;TZID=Europe/Berlin:20261104T090000", "DURATION:PT1H"), []string{"busy 04 08:00-09:00"}, "a parameter without a value"},
		{"a value without a colon", event("DTSTART;TZID=Europe/Berlin", "DTEND:20261104T100000Z"), []string{"unknown 03 10:00-04 10:00"}, "DTSTART cannot be read"},
		{"a free one", event("DTSTART:20261304T090000Z", "DTEND:20261104T100000Z", "TRANSP:TRANSPARENT"), nil, "DTSTART cannot be read"},

		{"no FREQ", rule("RRULE:INTERVAL=2"), daily, "its rule cannot be read: no FREQ"},
		{"INTERVAL 0", rule("RRULE:FREQ=DAILY;INTERVAL=0"), daily, "its rule cannot be read: INTERVAL"},
		{"COUNT 0", rule("RRULE:FREQ=DAILY;COUNT=0"), daily, "its rule cannot be read: COUNT"},
		{"a day that is none", rule("RRULE:FREQ=WEEKLY;BYDAY=MO,XX"), daily, "its rule cannot be read: BYDAY"},
		{"another calendar", rule("RRULE:RSCALE=CHINESE;FREQ=YEARLY"), daily, "its rule cannot be read: RSCALE"},
		{"vCalendar 1.0", rule("RRULE:W1 TU #4"), daily, "its rule cannot be read"},
		{"a rule twice broken", rule("RRULE:RRULE:FREQ=WEEKLY;ODD"), []string{"busy 09 08:00-09:00"}, "not written"},
		{"blanks in a rule", rule("RRULE:FREQ = WEEKLY; BYDAY=MO, TU;"), []string{"busy 09 08:00-09:00", "busy 10 08:00-09:00"}, "not written"},
		{"an end that is none", rule("RRULE:FREQ=DAILY;INTERVAL=5;UNTIL=soon"), []string{"busy 09 08:00-09:00", "busy 14 08:00-09:00"}, "UNTIL"},
		{"an end before the start", rule("RRULE:FREQ=DAILY;UNTIL=20260101T000000Z"), []string{"busy 09 08:00-09:00"}, ""},
		{"of whole days", event("DTSTART;VALUE=DATE:20261110", "RRULE:FREQ=SOMETIMES"), []string{"all-day busy 09 23:00-10 23:00", "all-day unknown 10 23:00-15 23:00"}, "its rule cannot be read"},
		{"of whole days, long ago", event("DTSTART;VALUE=DATE:20011110", "RRULE:FREQ=SOMETIMES"), nil, "its rule cannot be read"},
	})
}

// A damaged line or component takes nothing else with it.
func TestBrokenLines(t *testing.T) {
	good := inEvent("DTSTART:20261103T090000Z", "DTEND:20261103T100000Z")
	more := "DTSTART:20261104T090000Z\r\nDTEND:20261104T100000Z"
	both := []string{"busy 03 09:00-10:00", "busy 04 09:00-10:00"}
	long := strings.Repeat("x", 1<<20)
	runReadCases(t, []readCase{
		{"in an event", inCalendar(good, inEvent("DESCRIPTION:first", "second line", more)), both, "line 9: no property"},
		{"in the calendar", inCalendar("DESCRIPTION;;:x", good, inEvent(more)), both, "line 3: no property"},
		{"in an attendee", inCalendar(good, inEvent(`ATTENDEE;CN="A "B" C;PARTSTAT=DECLINED:mailto:ana@example.org`, more)), both, ""},
		{"too long", inCalendar(good, inEvent("DESCRIPTION:"+long, more)), both, ""},
		{"too long a parameter", inCalendar(good, inEvent("ATTENDEE;CN="+long+";PARTSTAT=DECLINED:mailto:ana@example.org", more)), both, ""},
		{"too long a start", inCalendar(good, inEvent("DTSTART;X-A="+long+":20261104T090000Z", "DTEND:20261104T100000Z")), []string{"busy 03 09:00-10:00", "unknown 03 10:00-04 10:00"}, "line too long"},
		{"an alarm without end", inCalendar(good, inEvent(more, "BEGIN:VALARM", "TRIGGER:-PT5M")), both, "END does not fit"},
		{"an event without end", inCalendar("BEGIN:VEVENT", more, good), both, "line 3: the component has no end"},
		{"an event without end in an alarm", inCalendar("BEGIN:VEVENT", more, "BEGIN:VALARM", good), both, "line 3: the component has no end"},
		{"an end too many", inCalendar(good, "END:VEVENT", inEvent(more)), both, "END does not fit"},
		{"after the end", inCalendar(good, inEvent(more)) + "</body>\r\nX:y\r\n", both, "outside of the calendar"},
	})
}

func TestNotACalendar(t *testing.T) {
	good := inCalendar(inEvent("DTSTART:20261103T090000Z", "DTEND:20261103T100000Z"))
	for text, want := range map[string]string{
		"":                             "not a calendar",
		" \r\n\r\n":                    "not a calendar",
		"<!doctype html><html>":        "not a calendar",
		`{"error": "expired"}`:         "not a calendar",
		"From: a@b\r\n\r\n" + good:     "not a calendar",
		"BEGIN:VCARD\r\nEND:VCARD\r\n": "not a calendar",
		"BEGIN:VEVENT\r\nDTSTART:20261103T090000Z\r\nEND:VEVENT\r\n": "not a calendar",
		"\xff\xfeB\x00E\x00G\x00I\x00N\x00:\x00":                     "not a calendar",
		strings.TrimSuffix(good, "END:VCALENDAR\r\n"):                "cut off",
		good[:80]:                    "cut off",
		good + "BEGIN:VCALENDAR\r\n": "cut off",
		strings.ReplaceAll(good, "END:VEVENT\r\n", ""):                       "line 6: the calendar ends before",
		strings.ReplaceAll(good, "BEGIN:VEVENT", "BEGIN:VCALENDAR"):          "line 3: a calendar begins",
		strings.ReplaceAll(good, "END:VEVENT", "END:DAYLIGHT\r\nEND:VEVENT"): "line 6: END fits nothing",
		good + "BEGIN:VEVENT\r\n":                                            "line 8: a component stands outside",
	} {
		b, err := ReadBusy(strings.NewReader(text), ReadOptions{Zone: zoneNamed(t, "Europe/Berlin"), Window: november})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, %v; want %q", text, b, err, want)
		}
		if b.Readable() {
			t.Errorf("%q: something is known of it: %v", text, b)
		}
	}
}

// The same calendar in all the ways that programs write it.
func TestForms(t *testing.T) {
	text := inCalendar(inEvent("SUMMARY:a\u2028b\x00c", "DTSTART;TZID=Europe/Berlin:20261103T100000", "DTEND;TZID=Europe/Berlin:20261103T110000"))
	folded := strings.NewReplacer("DTSTART", "DT\r\n STA\r\n\tRT", "Berlin", "Ber\r\n lin", "T110000", "T11\r\n 0000").Replace(text)
	for name, form := range map[string]string{
		"as it should be": text,
		"LF":              strings.ReplaceAll(text, "\r\n", "\n"),
		"CR":              strings.ReplaceAll(text, "\r\n", "\r"),
		"CR twice":        strings.ReplaceAll(text, "\r\n", "\r\r\n"),
		"LF and CRLF":     strings.Replace(text, "\r\n", "\n", 3),
		"mark":            "\ufeff" + text,
		"blanks in front": "\r\n   \r\n  " + text,
		"blank lines":     strings.ReplaceAll(text, "\r\n", "\r\n\r\n"),
		"no last end":     strings.TrimSpace(text),
		"lower case":      strings.NewReplacer("begin:vcalendar", "begin:vcalendar", "europe/berlin", "Europe/Berlin").Replace(strings.ToLower(text)),
		"folded":          folded,
		"folded, LF":      strings.ReplaceAll(folded, "\r\n", "\n"),
		"folded, CR":      strings.ReplaceAll(folded, "\r\n", "\r"),
	} {
		b := read(t, form)
		if diff := cmp.Diff([]string{"busy 03 09:00-10:00"}, spansOf(b)); diff != "" || len(b.Warnings) > 0 {
			t.Errorf("%s: %q (-want +got):\n%s", name, b.Warnings, diff)
		}
	}
}

// A title or a note is in no warning and no error, whatever is damaged.
func TestWarningsTellNothingPrivate(t *testing.T) {
	secret := "Dismissal of Bo"
	text := inCalendar(secret, inEvent("SUMMARY "+secret, secret, "DTSTART;CN="+secret+":"+secret, "DTEND:"+secret, "RRULE:"+secret+"="+secret,
		"RDATE:"+secret, "EXDATE;"+secret+":"+secret, "DURATION:"+secret, "RECURRENCE-ID:"+secret, secret+":"+secret),
		inEvent("DTSTART:20261104T090000Z", "DTEND:"+secret, "RRULE:FREQ="+secret+";UNTIL="+secret), "END:"+secret)
	b := read(t, text)
	if all := strings.Join(append(b.Warnings, b.Reason), "\n"); len(b.Warnings) < 5 || strings.Contains(strings.ToLower(all), "dismissal") {
		t.Errorf("got %s", all)
	}
	_, err := ReadBusy(strings.NewReader(strings.ReplaceAll(text, "END:VCALENDAR", "END:"+secret+"\r\nBEGIN:"+secret)), ReadOptions{Zone: zoneNamed(t, "UTC"), Window: november})
	if err == nil || strings.Contains(err.Error(), secret) {
		t.Errorf("got error %v", err)
	}
}

func TestWarningsAreBounded(t *testing.T) {
	b := read(t, inCalendar(strings.Repeat("garbage\r\n", 5000)+"X:y"))
	if n := len(b.Warnings); n != 21 || b.Warnings[20] != "and 4980 more" {
		t.Errorf("got %d warnings, the last %q", n, b.Warnings[n-1])
	}
}

func TestReason(t *testing.T) {
	event := inEvent("DTSTART;TZID=Mars/Olympus:20261104T090000", "DURATION:PT1H")
	if got, want := read(t, inCalendar(event)).Reason, `line 3: unknown time zone "Mars/Olympus"`; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := read(t, inCalendar(standup())).Reason; got != "" {
		t.Errorf("all is known, but because of %q", got)
	}
}

func TestWhatIsNoCalendar(t *testing.T) {
	for text, want := range map[string]string{
		"\x1f\x8b\x08rest": "packed with gzip, and damaged", "PK\x03\x04rest": "zip", packed("packed twice"): "want BEGIN:VCALENDAR", packed(packed("twice")): "gzip", "\xff\xfeB\x00": "UTF-16", "\x00B\x00E\x00G\x00I\x00N": "save it as UTF-8", "B\x00E\x00": "UTF-16", "<!DOCTYPE html>": "a web page", "%PDF-1.7": "PDF", "{\"items\": []}": "JSON", "": "it is empty", "PK\x03\x04\x14\x00\x06\x00": "xlsx",
		"BEGIN:VCARD\n": "contacts", "Received: from a\n": "a mail", "hello\n": "want BEGIN:VCALENDAR",
	} {
		_, err := ReadBusy(strings.NewReader(text), ReadOptions{Zone: time.UTC, Window: november})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", text, err, want)
		}
	}
}

// What takes time that nobody can tell is said to be lost, apart from what is unknown.
func TestLostEvents(t *testing.T) {
	for want, events := range map[bool][]string{
		true: {
			inEvent("DTSTART:20261304T090000Z", "DURATION:PT1H"), inEvent("DTSTART:soon", "DTEND:later"),
			inEvent("DTEND:20261104T100000Z", "RRULE:FREQ=WEEKLY"), inEvent("RECURRENCE-ID:20261103T090000Z", "DTSTART:soon"),
		},
		false: {
			standup(), inEvent("DTEND:20261104T100000Z"), inEvent("DTSTART:20261104T2500"), inEvent("DTSTART:soon", "TRANSP:TRANSPARENT"),
			inEvent("DTSTART:soon", "STATUS:CANCELLED"),
		},
	} {
		for _, event := range events {
			if b := read(t, inCalendar(event)); b.Lost != want || !b.Readable() {
				t.Errorf("%s: lost is %t, want %t (%q)", event, b.Lost, want, b.Warnings)
			}
		}
	}
}
