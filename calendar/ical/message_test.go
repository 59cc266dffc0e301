package ical

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
)

var made = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// mailed is a series over the weeks in which Berlin's clocks change, with one
// session moved and one cancelled.
func mailed(t *testing.T) calendar.Series {
	t.Helper()
	s := calendar.Series{
		UID: "ps1", Title: "Circle", Description: "Agenda", Organizer: calendar.Attendee{Address: "ops@acme.example"},
		Attendees: []calendar.Attendee{{Address: "ana@acme.example", Name: "Ana", RSVP: calendar.Accepted}, {Address: "bo@acme.example"}},
		Slot:      availability.Slot{Day: time.Tuesday, Start: 15 * time.Hour, Length: time.Hour, Zone: "Europe/Berlin"},
		First:     availability.Date{Year: 2026, Month: 3, Day: 17}, Cadence: availability.Weekly, Count: 4,
		Sequence: 3, Updated: made, Reminder: 10 * time.Minute, Group: "leads",
	}
	moved := time.Date(2026, 3, 24, 14, 0, 0, 0, time.UTC)
	s = s.WithOverride(calendar.Override{Original: moved, Moved: availability.Interval{Start: moved.Add(24 * time.Hour), End: moved.Add(25 * time.Hour)}, Note: "Moved."})
	return s.WithOverride(calendar.Override{Original: time.Date(2026, 4, 7, 13, 0, 0, 0, time.UTC), Cancelled: true})
}

func written(t *testing.T, m Message, s calendar.Series) string {
	t.Helper()
	m.Made = made
	var b bytes.Buffer
	if err := WriteMessage(&b, m, s); err != nil {
		t.Fatalf("WriteMessage(%+v): %v", m, err)
	}
	return strings.ReplaceAll(b.String(), "\r\n ", "")
}

func wantLines(t *testing.T, text string, lines ...string) {
	t.Helper()
	for _, l := range lines {
		if !strings.Contains(text, l+"\r\n") {
			t.Errorf("the message lacks %q:\n%s", l, text)
		}
	}
}

func wantNone(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if strings.Contains(text, p) {
			t.Errorf("the message has %q:\n%s", p, text)
		}
	}
}

func TestMessageOfASeriesHasOneEventWithItsRule(t *testing.T) {
	text := written(t, Message{Method: Request}, mailed(t))
	if n := strings.Count(text, "BEGIN:VEVENT"); n != 1 {
		t.Errorf("got %d events, want 1", n)
	}
	wantLines(t, text, "METHOD:REQUEST", "RRULE:FREQ=WEEKLY;INTERVAL=1;COUNT=4;BYDAY=TU", "EXDATE;TZID=Europe/Berlin:20260407T150000",
		"DTSTART;TZID=Europe/Berlin:20260317T150000", "SEQUENCE:3", "DTSTAMP:20260301T120000Z", "BEGIN:VTIMEZONE")
	wantNone(t, text, "X-PEERSLOT", "RECURRENCE-ID", "20260324", "X-WR-", "REFRESH", "SCHEDULE-", "LAST-MODIFIED")
}

func TestMessageOfAMovedSessionAsksForANewAnswer(t *testing.T) {
	s := mailed(t)
	text := written(t, Message{Method: Request, Original: s.Overrides[0].Original}, s)
	wantLines(t, text, "RECURRENCE-ID;TZID=Europe/Berlin:20260324T150000", "DTSTART;TZID=Europe/Berlin:20260325T150000", `DESCRIPTION:Moved.\n\nAgenda`)
	wantNone(t, text, "RRULE:FREQ=WEEKLY;INTERVAL", "PARTSTAT=ACCEPTED", "X-PEERSLOT")
	if n := strings.Count(text, "PARTSTAT=NEEDS-ACTION"); n != 2 {
		t.Errorf("got %d attendees that are asked, want 2:\n%s", n, text)
	}
}

func TestMessageOfAnUnmovedSessionKeepsTheAnswers(t *testing.T) {
	s := mailed(t)
	text := written(t, Message{Method: Request, Original: time.Date(2026, 3, 31, 13, 0, 0, 0, time.UTC)}, s)
	wantLines(t, text, "RECURRENCE-ID;TZID=Europe/Berlin:20260331T150000", "DTSTART;TZID=Europe/Berlin:20260331T150000")
	if !strings.Contains(text, "PARTSTAT=ACCEPTED") {
		t.Errorf("Ana's answer to the series looks lost:\n%s", text)
	}
}

func TestCancelNamesWhatIsOff(t *testing.T) {
	s := mailed(t)
	session := written(t, Message{Method: Cancel, Original: s.Overrides[1].Original}, s)
	wantLines(t, session, "METHOD:CANCEL", "STATUS:CANCELLED", "RECURRENCE-ID;TZID=Europe/Berlin:20260407T150000")
	whole := written(t, Message{Method: Cancel}, s)
	wantLines(t, whole, "STATUS:CANCELLED", "RRULE:FREQ=WEEKLY;INTERVAL=1;COUNT=4;BYDAY=TU")
	wantNone(t, whole, "RECURRENCE-ID", "VALARM")
}

func TestCancelOfALeaverIsForThemAlone(t *testing.T) {
	text := written(t, Message{Method: Cancel, Leaver: "cem@acme.example"}, mailed(t))
	wantNone(t, text, "STATUS:", "ana@acme.example", "bo@acme.example")
	if !strings.Contains(text, "mailto:cem@acme.example") {
		t.Errorf("the leaver is not its attendee:\n%s", text)
	}
}

func TestTheOrganizerIsNotInvited(t *testing.T) {
	s := mailed(t)
	s.Attendees = append(s.Attendees, calendar.Attendee{Address: s.Organizer.Address})
	text := written(t, Message{Method: Request}, s)
	if n := strings.Count(text, "\r\nATTENDEE"); n != 2 {
		t.Errorf("got %d attendees, want 2:\n%s", n, text)
	}
}

func TestMessageIsTheSameTwice(t *testing.T) {
	s := mailed(t)
	if a, b := written(t, Message{Method: Request}, s), written(t, Message{Method: Request}, s); a != b {
		t.Errorf("got other bytes the second time:\n%s", cmp.Diff(a, b))
	}
}

func TestAMessageAboutNoSessionIsAnError(t *testing.T) {
	if err := WriteMessage(&bytes.Buffer{}, Message{Method: Request, Original: made, Made: made}, mailed(t)); err == nil {
		t.Error("got no error for a session that the series does not have")
	}
}

func TestReadMessageOfManyKinds(t *testing.T) {
	event := func(lines ...string) string {
		return "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nMETHOD:reply\r\nBEGIN:VEVENT\r\nUID:ps1-peerslot\r\n" + strings.Join(lines, "\r\n") + "\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
	}
	original := time.Date(2026, 3, 24, 14, 0, 0, 0, time.UTC)
	for name, row := range map[string]struct {
		text string
		want ReceivedEvent
	}{
		"outlook: no organizer, a Windows zone, a rule beside the id": {
			event("RECURRENCE-ID;TZID=W. Europe Standard Time:20260324T150000", "RRULE:FREQ=WEEKLY;COUNT=4", "DTSTART;TZID=W. Europe Standard Time:20260324T150000",
				"SUMMARY:Angenommen: Circle", "ATTENDEE;PARTSTAT=ACCEPTED:MAILTO:Ana@acme.example", "SEQUENCE:3", "DTSTAMP:20260302T080000Z"),
			ReceivedEvent{UID: "ps1", Original: original, Sequence: 3, Made: made.Add(20 * time.Hour),
				Attendees: []Answered{{calendar.Attendee{Address: "ana@acme.example", RSVP: calendar.Accepted}, "ACCEPTED"}}},
		},
		"google: a session in UTC": {
			event("RECURRENCE-ID:20260324T140000Z", "ORGANIZER:mailto:ops@acme.example", "ATTENDEE;CN=Bo;PARTSTAT=DECLINED:mailto:bo@acme.example", "SEQUENCE:0"),
			ReceivedEvent{UID: "ps1", Original: original, Attendees: []Answered{{calendar.Attendee{Address: "bo@acme.example", Name: "Bo", RSVP: calendar.Declined}, "DECLINED"}}},
		},
		"of the series, with nothing but the answer": {
			event("ATTENDEE;PARTSTAT=TENTATIVE:mailto:ana%40acme.example"),
			ReceivedEvent{UID: "ps1", Sequence: -1, Attendees: []Answered{{calendar.Attendee{Address: "ana@acme.example", RSVP: calendar.Tentative}, "TENTATIVE"}}},
		},
	} {
		got, err := ReadMessage(strings.NewReader(row.text))
		if err != nil || got.Method != "REPLY" || len(got.Events) != 1 {
			t.Errorf("%s: got %+v, %v, want one event of a REPLY", name, got, err)
			continue
		}
		if d := cmp.Diff(row.want, got.Events[0], cmp.Comparer(time.Time.Equal)); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
	}
}

func TestReadMessageSaysWhichSessionItCannotTell(t *testing.T) {
	text := "BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nBEGIN:VEVENT\r\nUID:ps1-peerslot\r\nRECURRENCE-ID;TZID=Nowhere/Town:20260324T150000\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
	got, err := ReadMessage(strings.NewReader(text))
	if err != nil || len(got.Events) != 1 || got.Events[0].Err == nil {
		t.Errorf("got %+v, %v, want an event with an error", got, err)
	}
}

func FuzzReadMessage(f *testing.F) {
	f.Add("BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nBEGIN:VEVENT\r\nUID:a-peerslot\r\nATTENDEE;PARTSTAT=ACCEPTED:mailto:a@b.example\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n")
	f.Fuzz(func(t *testing.T, text string) {
		got, err := ReadMessage(strings.NewReader(text))
		if err != nil && (got.Method != "" || got.Events != nil) {
			t.Errorf("an error with an answer: %+v, %v", got, err)
		}
	})
}
