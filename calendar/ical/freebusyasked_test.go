package ical

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/calendartest"
)

func answerOf(lines ...string) []byte {
	return []byte("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nMETHOD:REPLY\r\nBEGIN:VFREEBUSY\r\n" + strings.Join(append(lines, ""), "\r\n") + "END:VFREEBUSY\r\nEND:VCALENDAR\r\n")
}

// Servers write their periods in many ways; each is taken as it stands.
func TestReadFreeBusy(t *testing.T) {
	got, err := ReadFreeBusy(answerOf(
		"FREEBUSY:20260303T140000Z/20260303T150000Z,20260303T140000Z/PT1H",
		"FREEBUSY;FBTYPE=BUSY-TENTATIVE:20260304T000000Z/P1D",
		"FREEBUSY;FBTYPE=FREE:20260305T100000Z/20260305T110000Z",
		"FREEBUSY;FBTYPE=BUSY:20260306T100000Z/20260306T100000Z",
		"FREEBUSY;FBTYPE=BUSY-UNAVAILABLE:20260306T215500Z/20260306T225959Z",
	))
	at := func(day, hour, minute, second int) time.Time {
		return time.Date(2026, 3, day, hour, minute, second, 0, time.UTC)
	}
	want := []availability.Span{
		{Interval: availability.Interval{Start: at(3, 14, 0, 0), End: at(3, 15, 0, 0)}},
		{Interval: availability.Interval{Start: at(3, 14, 0, 0), End: at(3, 15, 0, 0)}},
		{Interval: availability.Interval{Start: at(4, 0, 0, 0), End: at(5, 0, 0, 0)}, Kind: availability.Tentative},
		{Interval: availability.Interval{Start: at(6, 21, 55, 0), End: at(6, 22, 59, 59)}},
	}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

func TestReadFreeBusyRefusesWhatItCannotRead(t *testing.T) {
	for name, text := range map[string][]byte{
		"no answer":   []byte("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n"),
		"local times": answerOf("FREEBUSY:20260303T140000/20260303T150000"),
		"no end":      answerOf("FREEBUSY:20260303T140000Z"),
		"odd end":     answerOf("FREEBUSY:20260303T140000Z/later"),
		"odd start":   answerOf("FREEBUSY:soon/PT1H"),
		"cut off":     answerOf("FREEBUSY:20260303T140000Z/PT1H")[:90],
	} {
		if got, err := ReadFreeBusy(text); err == nil {
			t.Errorf("%s: got %v, want an error", name, got)
		}
	}
}

func TestWriteFreeBusyRequest(t *testing.T) {
	var b bytes.Buffer
	long := calendar.Address(strings.Repeat("a", 60) + "@acme.example")
	err := WriteFreeBusyRequest(&b, FreeBusyRequest{UID: "u1", Made: calendartest.Window().Start, From: calendartest.Organizer,
		People: []calendar.Address{calendartest.Ana, long}, Window: calendartest.Window()})
	if err != nil {
		t.Fatal(err)
	}
	checkLines(t, b.String())
	text := strings.ReplaceAll(b.String(), "\r\n ", "")
	for _, line := range []string{"METHOD:REQUEST", "ORGANIZER:mailto:robot@acme.example", "ATTENDEE:mailto:ana@acme.example", "ATTENDEE:mailto:" + string(long), "DTSTART:20260201T000000Z", "DTEND:20260701T000000Z", "DTSTAMP:20260201T000000Z"} {
		if !strings.Contains(text, "\n"+line+"\r\n") {
			t.Errorf("no line %q in\n%s", line, text)
		}
	}
}
