package ical

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/calendartest"
)

const (
	agenda = `One hour\, one case each.\n\n1. Check-in\; 2. Cases\, with questions\\answers`
	title  = `Peer circle: Führung\, „aus der Ferne“`
)

// session returns the text of full with a component for the second session, which
// another program made a copy of the series for, and then changed to hold lines.
func session(t *testing.T, lines ...string) (calendar.Series, string) {
	t.Helper()
	s, text := full(t)
	c := append([]string{"BEGIN:VEVENT", "UID:" + UIDText(s.UID), "RECURRENCE-ID;TZID=Europe/Berlin:20260310T150000",
		"DTSTART;TZID=Europe/Berlin:20260310T150000", "DTEND;TZID=Europe/Berlin:20260310T160000"}, lines...)
	return s, strings.Replace(text, "END:VCALENDAR", strings.Join(append(c, "END:VEVENT", "END:VCALENDAR"), "\n"), 1)
}

// What a person writes into one session alone becomes its note, once.
func TestDecodeEdits(t *testing.T) {
	const link = "LOCATION:https://meet.example/abc"
	for name, c := range map[string]struct {
		lines []string
		want  string
	}{
		"title":             {[]string{"SUMMARY:Guest\\, from  Rome", link, "DESCRIPTION:" + agenda}, "Title: Guest, from Rome"},
		"place":             {[]string{"SUMMARY:" + title, "LOCATION:Room 5", "URL:https://meet.example/abc"}, "Location: Room 5"},
		"link":              {[]string{"LOCATION:https://meet.example/x", "URL:https://meet.example/x"}, "Location: https://meet.example/x"},
		"line above":        {[]string{`DESCRIPTION:Bring a laptop.\n\n` + agenda}, "Bring a laptop."},
		"line above, close": {[]string{`DESCRIPTION:Bring a laptop.\n` + agenda}, "Bring a laptop."},
		"line below":        {[]string{`DESCRIPTION:` + agenda + `\n\nBring a laptop.\n`}, "Bring a laptop."},
		"line in between":   {[]string{`DESCRIPTION:One hour\, one case each.\nBring a laptop.\n\n1. Check-in\; 2. Cases\, with questions\\answers`}, "Bring a laptop."},
		"another agenda":    {[]string{`DESCRIPTION:We walk.\n\n\n\nBring boots.`}, "We walk.\n\nBring boots."},
		"lines taken out":   {[]string{`DESCRIPTION:One hour\, one case each.`}, "One hour, one case each."},
		"all of it":         {[]string{"SUMMARY:Walk", "LOCATION:Park", "DESCRIPTION:Bring boots."}, "Title: Walk\nLocation: Park\nBring boots."},
		"told already":      {[]string{"SUMMARY:Walk", `DESCRIPTION:Title: Walk\n\n` + agenda}, "Title: Walk"},
		"far too long":      {[]string{"DESCRIPTION:" + strings.Repeat("x", 2*maxText)}, strings.Repeat("x", maxText)},
	} {
		t.Run(name, func(t *testing.T) {
			s, text := session(t, c.lines...)
			o := calendar.Override{Original: calendartest.CancelOne(s, 1).Original, Note: c.want}
			want, got := s.WithOverride(o), decodeOne(t, text)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("series (-want +got):\n%s", diff)
			}
			again := encoded(t, WriteOptions{Method: Stored}, got)
			if diff := cmp.Diff(want, decodeOne(t, again)); diff != "" {
				t.Errorf("written and read again (-want +got):\n%s", diff)
			}
		})
	}
}

// None of this is an edit.
func TestDecodeCopiesOfASession(t *testing.T) {
	for name, lines := range map[string][]string{
		"bare":            {"DTSTAMP:20260210T000000Z", "LAST-MODIFIED:20260210T000000Z", "SEQUENCE:1"},
		"alarm dismissed": {"SUMMARY:" + title, "DESCRIPTION:" + agenda, "SEQUENCE:2", "X-MOZ-LASTACK:20260310T135000Z", "BEGIN:VALARM", "ACTION:DISPLAY", "DESCRIPTION:Now", "TRIGGER:-PT5M", "END:VALARM"},
		"other escapes":   {`SUMMARY:Peer circle\: Führung\, „aus der Ferne“`, `DESCRIPTION:One hour\, one case each.\N\N1. Check-in\; 2. Cases\, with questions\\answers`},
		"other blanks":    {"SUMMARY: " + title + " ", "LOCATION: https://meet.example/abc ", `DESCRIPTION:One hour\, one case each. \n1. Check-in\;  2. Cases\, with questions\\answers\n\n`},
		"no link twice":   {"URL:https://meet.example/abc"},
		"emptied":         {"SUMMARY:", "LOCATION:", "DESCRIPTION:"},
	} {
		s, text := session(t, lines...)
		if diff := cmp.Diff(s, decodeOne(t, text)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestDecodeAReplyToOneSession(t *testing.T) {
	s, text := session(t, "SUMMARY:"+title, "DESCRIPTION:"+agenda, "ATTENDEE;PARTSTAT=DECLINED:mailto:bo@acme.example")
	want := s.WithOverride(calendar.Override{
		Original: calendartest.CancelOne(s, 1).Original,
		RSVPs:    map[calendar.Address]calendar.RSVP{calendartest.Bo: calendar.Declined},
	})
	if diff := cmp.Diff(want, decodeOne(t, text)); diff != "" {
		t.Errorf("series (-want +got):\n%s", diff)
	}
}

// Programs that edit the series leave the overrides as they were.
func TestDecodeEditsOfTheSeriesAlone(t *testing.T) {
	want, text := full(t)
	want.Title, want.Description, want.Link = "Walk", "Bring boots.", "https://meet.example/x"
	text = edited(t, text, [][2]string{
		{`^SUMMARY:.*`, "SUMMARY:Walk"}, {`^DESCRIPTION:One.*`, "DESCRIPTION:Bring boots."},
		{`^LOCATION:.*`, "LOCATION:https://meet.example/x"}, {`^URL:.*`, "URL:https://meet.example/x"},
	})
	if diff := cmp.Diff(want, decodeOne(t, text)); diff != "" {
		t.Errorf("series (-want +got):\n%s", diff)
	}

	want.Overrides[0].Note = "Title: Run\nAna is away"
	text = edited(t, text, [][2]string{{`^SUMMARY:Peer.*`, "SUMMARY:Run"}})
	if diff := cmp.Diff(want, decodeOne(t, text)); diff != "" {
		t.Errorf("the override edited as well (-want +got):\n%s", diff)
	}
}
