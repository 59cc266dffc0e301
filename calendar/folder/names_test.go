package folder

import (
	"bytes"
	"compress/gzip"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/calendartest"
)

const bo = calendartest.Bo

func zipped(text string) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	z.Write([]byte(text))
	z.Close()
	return b.String()
}

func TestNamesInAnyCaseAndWithOtherEndings(t *testing.T) {
	h := newHands(t)
	h.write("Ana@Acme.example.ICS", meeting(at(9)))
	h.write("ANA@acme.example/One.Ics", meeting(at(10)))
	h.write("ana@acme.example.vcs", meeting(at(11)))
	h.write("bo@acme.example/a.ics.gz", zipped(meeting(at(9))))
	h.write("bo@acme.example/b.VCS", meeting(at(10)))
	for a, hours := range map[calendar.Address]map[int]rune{
		ana: {8: '-', 9: '+', 10: '+', 11: '+', 12: '-'},
		bo:  {8: '-', 9: '+', 10: '+', 11: '-'},
	} {
		if b := h.want(a, hours); b.Reason != "" || len(b.Warnings) > 0 {
			t.Errorf("%s: got reason %q and warnings %q, want none", a, b.Reason, b.Warnings)
		}
	}
}

// In what a calendar was handed over may be events that lie nowhere else.
func TestWhatCalendarsAreHandedOverIn(t *testing.T) {
	for _, c := range []struct{ name, want string }{
		{"ana@acme.example.zip", "packed (zip)"},
		{"Ana@acme.example.EML", "a mail"},
		{"ana@acme.example/invite.eml", "a mail"},
		{"ana@acme.example/Calendar.MSG", "a mail"},
		{"ana@acme.example/export/ana.ical.zip", "packed (zip)"},
		{"ana@acme.example/outlook.pst", "archive"},
	} {
		h := newHands(t)
		h.write("ana@acme.example/one.ics", meeting(at(9)))
		h.write(c.name, "whatever")
		b := h.want(ana, map[int]rune{8: '?', 9: '+'})
		if !strings.Contains(strings.ToLower(b.Reason), strings.ToLower(c.name)) || !strings.Contains(b.Reason, c.want) {
			t.Errorf("%s: got reason %q, want it to say %q", c.name, b.Reason, c.want)
		}
	}
}

// A UID in two files of a folder counts as in one.
func TestOneUIDInTwoFiles(t *testing.T) {
	h := newHands(t)
	h.write("ana@acme.example/series.ics", inEvent("UID:weekly", "DTSTART:20260224T090000Z", "DURATION:PT1H", "RRULE:FREQ=WEEKLY"))
	h.write("ana@acme.example/moved.ics", inEvent("UID:weekly", "RECURRENCE-ID:20260303T090000Z", "DTSTART:20260303T110000Z", "DURATION:PT1H"))
	h.write("ana@acme.example.ics", inEvent("UID:once", "SEQUENCE:1", "DTSTART:20260303T130000Z", "DURATION:PT1H"))
	h.write("ana@acme.example/once.ics", inEvent("UID:once", "DTSTART:20260303T150000Z", "DURATION:PT1H"))
	h.want(ana, map[int]rune{9: '-', 11: '+', 13: '+', 15: '-'})
}

// What cannot be read does not take the place of what can.
func TestOneUIDInTwoFilesOfWhichOneIsBroken(t *testing.T) {
	h := newHands(t)
	h.write("ana@acme.example/a.ics", inEvent("UID:once", "DTSTART:20260303T150000Z", "DURATION:PT1H"))
	h.write("ana@acme.example/b.ics", strings.TrimSuffix(inEvent("UID:once", "SEQUENCE:1", "DTSTART:20260301T130000Z", "DURATION:PT1H"), "END:VCALENDAR\r\n"))
	if b := h.want(ana, map[int]rune{9: '?', 15: '+'}); !strings.Contains(b.Reason, "b.ics") {
		t.Errorf("got reason %q, want b.ics named", b.Reason)
	}
}

// Two files define a zone of one name, each its own.
func TestZonesOfTwoFiles(t *testing.T) {
	h := newHands(t)
	for name, offset := range map[string]string{"a": "+0200", "b": "-0300"} {
		h.write("ana@acme.example/"+name+".ics", strings.Replace(inEvent("UID:"+name, "DTSTART;TZID=Office:20260303T120000", "DURATION:PT1H"), "BEGIN:VEVENT",
			"BEGIN:VTIMEZONE\r\nTZID:Office\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:"+offset+"\r\nTZOFFSETTO:"+offset+"\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\nBEGIN:VEVENT", 1))
	}
	h.want(ana, map[int]rune{10: '+', 12: '-', 15: '+'})
}

// A file of free and busy times speaks for its own days; what others say does not
// make it speak of more.
func TestFreeBusyBesideEvents(t *testing.T) {
	h := newHands(t)
	h.write("ana@acme.example/events.ics", meeting(at(9)))
	h.write("ana@acme.example/free.ics", strings.ReplaceAll(inEvent("DTSTART:20260303T100000Z", "DTEND:20260303T120000Z", "FREEBUSY:20260303T100000Z/PT1H"), "VEVENT", "VFREEBUSY"))
	h.want(ana, map[int]rune{8: '?', 9: '+', 10: '+', 11: '-', 12: '?'})
}

// inEvent returns a calendar with one event.
func inEvent(lines ...string) string {
	return "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Other//Program//EN\r\nBEGIN:VEVENT\r\nDTSTAMP:20260101T000000Z\r\n" +
		strings.Join(lines, "\r\n") + "\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
}

// TestCalendarsThatComeAreSeen reads twice, so that the second could rely on what lay
// there at the first: a folder that has long been as it is, and one that was just made.
func TestCalendarsThatComeAreSeen(t *testing.T) {
	for _, age := range []time.Duration{0, time.Hour} {
		h := newHands(t)
		h.write("ana@acme.example.ics", meeting(at(9)))
		then := time.Now().Add(-age)
		if err := os.Chtimes(h.Path, then, then); err != nil {
			t.Fatal(err)
		}
		h.want(ana, map[int]rune{9: '+', 10: '-'})
		h.write("ANA@acme.example/one.ics", meeting(at(10)))
		h.want(ana, map[int]rune{9: '+', 10: '+'})
	}
}
