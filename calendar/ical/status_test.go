package ical

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/peerslot/peerslot/calendar"
)

func TestStatus(t *testing.T) {
	busy, tentative := []string{"busy 04 09:00-10:00"}, []string{"tentative 04 09:00-10:00"}
	for lines, want := range map[string][]string{
		"":                                            busy,
		"STATUS:CONFIRMED\r\nTRANSP:OPAQUE":           busy,
		"STATUS:CANCELLED":                            nil,
		"status:cancelled":                            nil,
		"STATUS:TENTATIVE":                            tentative,
		"TRANSP:TRANSPARENT":                          nil,
		"TRANSP;X-A=b:transparent ":                   nil,
		"X-MICROSOFT-CDO-BUSYSTATUS:FREE":             nil,
		"X-MICROSOFT-CDO-BUSYSTATUS:TENTATIVE":        tentative,
		"X-MICROSOFT-CDO-BUSYSTATUS:OOF":              busy,
		"X-MICROSOFT-CDO-BUSYSTATUS:WORKINGELSEWHERE": nil,
		"TRANSP:OPAQUE\r\nX-MICROSOFT-CDO-BUSYSTATUS:WORKINGELSEWHERE":                                              busy,
		"X-MICROSOFT-CDO-INTENDEDSTATUS:FREE":                                                                       busy,
		"TRANSP:TRANSPARENT\r\nX-MICROSOFT-CDO-BUSYSTATUS:BUSY":                                                     nil,
		"ATTENDEE;PARTSTAT=DECLINED:mailto:ana@example.org":                                                         nil,
		"ATTENDEE;CN=\"Lima, Ana\";PARTSTAT=declined;RSVP=FALSE:MAILTO:Ana@Example.org":                             nil,
		"ATTENDEE;PARTSTAT=\"DECLINED\";EMAIL=ana@example.org:urn:uuid:7":                                           nil,
		"ATTENDEE;CN=Ana;ROLE=REQ-PARTICIPANT;CUTYPE=INDIVIDUAL;PARTSTA\r\n T=DECLINED:mailto:ana@ex\r\n ample.org": nil,
		"ATTENDEE;PARTSTAT=ACCEPTED:mailto:ana@example.org":                                                         busy,
		"ATTENDEE;PARTSTAT=DECLINED:mailto:bo@example.org":                                                          busy,
		"ATTENDEE;PARTSTAT=DECLINED:mailto:diana@example.org":                                                       busy,
		"ATTENDEE;CN=DECLINED:mailto:ana@example.org":                                                               busy,
		"ATTENDEE;PARTSTAT=DECLINED;SENT-BY=\"mailto:ana@example.org\":mailto:bo@example.org":                       busy,
	} {
		text := inCalendar(inEvent("DTSTART:20261104T090000Z", "DTEND:20261104T100000Z", lines))
		if diff := cmp.Diff(want, spansOf(read(t, text))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", lines, diff)
		}
	}
}

// Who declines one occurrence is busy in the others.
func TestDeclinedOccurrence(t *testing.T) {
	declined := override(":20261104T080000Z", "DTSTART:20261104T080000Z", "DTEND:20261104T090000Z", "ATTENDEE;PARTSTAT=DECLINED:mailto:ana@example.org")
	runReadCases(t, []readCase{
		{"one", inCalendar(standup(), declined), []string{"busy 02 08:00-09:00", "busy 09 08:00-09:00", "busy 11 08:00-09:00"}, ""},
		{"all but one", inCalendar(standup("ATTENDEE;PARTSTAT=DECLINED:mailto:ana@example.org"), strings.ReplaceAll(declined, "DECLINED", "ACCEPTED")),
			[]string{"busy 04 08:00-09:00"}, ""},
	})
}

func TestExcept(t *testing.T) {
	text := inCalendar(standup(), override(":20261104T080000Z", "DTSTART:20261105T080000Z", "DTEND:20261105T090000Z"),
		inEvent("UID:other@example.org", "DTSTART:20261103T120000Z", "DTEND:20261103T130000Z"))
	for _, except := range []calendar.UID{"s", "s@example.org", "s@elsewhere"} {
		if diff := cmp.Diff([]string{"busy 03 12:00-13:00"}, spansOf(read(t, text, except))); diff != "" {
			t.Errorf("except %s (-want +got):\n%s", except, diff)
		}
	}
	if got := len(read(t, text, "S", "x", "").Spans); got != 5 {
		t.Errorf("except others: got %d spans, want 5", got)
	}
}
