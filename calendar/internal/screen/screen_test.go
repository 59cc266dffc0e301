package screen

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/ical"
)

const (
	ana   = calendar.Address("ana@acme.example")
	robot = calendar.Address("robot@acme.example")
)

// maxLine is the most bytes of a line that are read.
const maxLine = 256 << 10

func screened(t *testing.T, text string, owner calendar.Address) string {
	t.Helper()
	b, err := io.ReadAll(New(strings.NewReader(text), robot, owner))
	if err != nil {
		t.Fatal(err)
	}
	slow, err := io.ReadAll(New(iotest.OneByteReader(strings.NewReader(text)), robot, owner))
	if err != nil || string(slow) != string(b) {
		t.Errorf("byte by byte: got %q, %v, want %q", slow, err, b)
	}
	return string(b)
}

func TestScreenLines(t *testing.T) {
	for _, tt := range []struct{ name, line, want string }{
		{"title", "SUMMARY:Hush", "SUMMARY:-"},
		{"title of a calendar of times", "SUMMARY:Busy", "SUMMARY:busy"},
		{"title of a calendar of times, with a note", "SUMMARY;X-NOTE=\"Hush\":Out of office", "SUMMARY:busy"},
		{"title that ends like one of a calendar of times", "SUMMARY:Hush: busy", "SUMMARY:-"},
		{"title that ends like that, folded", "SUMMARY;LANGUAGE=de:Hu\r\n sh:Abwesend", "SUMMARY:-"},
		{"lower case", "summary;language=de:Hush", "SUMMARY:-"},
		{"folded value", "DESCRIPTION:Hush\r\n Hush\r\n\tHush:Hush", "DESCRIPTION:-"},
		{"folded name", "SUM\r\n MA\r\n\tRY:Hush", "SUMMARY:-"},
		{"folded before the colon", "LOCATION\r\n :Hush", "LOCATION:-"},
		{"quoted parameter", `DESCRIPTION;ALTREP="https://Hush:1/;a":Hush`, "DESCRIPTION:-"},
		{"organizer", "ORGANIZER;CN=Hush:mailto:Hush@acme.example", "ORGANIZER:-"},
		{"our organizer", "organizer;CN=Hush;SENT-BY=\"mailto:hush@acme.example\":MAILTO:Robot@acme.example", "ORGANIZER:mailto:robot@acme.example"},
		{"extension", "X-ALT-DESC;FMTTYPE=text/html:<b>Hush", "X-ALT-DESC:-"},
		{"zone of the calendar", "X-WR-TIMEZONE:Europe/Berlin", "X-WR-TIMEZONE:Europe/Berlin"},
		{"Outlook", "x-microsoft-cdo-busystatus:FREE", "x-microsoft-cdo-busystatus:FREE"},
		{"folded time", "dtstart;TZID=\"a:b\":2026\r\n 0303T140000", "dtstart;TZID=\"a:b\":20260303T140000"},
		{"time without a colon", "DTSTART;VALUE=DATE", "DTSTART;VALUE=DATE"},
		{"a name alone", "DTSTART", "-"},
		{"another attendee", "ATTENDEE;PARTSTAT=DECLINED;CN=Hush:mailto:Hush@acme.example", ""},
		{"another by a name like the owner's", `ATTENDEE;CN="mailto:ana@acme.example":mailto:Hush@acme.example`, ""},
		{"owner", `attendee;CN="Hush: ana";PARTSTAT=DECLINED;X-NOTE=Hush:MAILTO:Ana@Acme.example`, "ATTENDEE;PARTSTAT=DECLINED:mailto:ana@acme.example"},
		{"owner, folded", "ATTENDEE;CN=Hush;PART\r\n STAT=DECLINED:mailto:ana@ac\r\n me.example", "ATTENDEE;PARTSTAT=DECLINED:mailto:ana@acme.example"},
		{"owner by EMAIL", "ATTENDEE;PARTSTAT=ACCEPTED;EMAIL=ana@acme.example:urn:Hush", "ATTENDEE;PARTSTAT=ACCEPTED:mailto:ana@acme.example"},
		{"odd answer", `ATTENDEE;PARTSTAT="Hush:Hush":mailto:ana@acme.example`, "ATTENDEE:mailto:ana@acme.example"},
		{"attendee that cannot be read", `ATTENDEE;CN="Hush:mailto:ana@acme.example`, ""},
		{"rest of a note", "and Hush", "-"},
		{"word of a note", "Hush", "-"},
		{"line of a note", "Hush: and more", ""},
		{"after a blank line", "DESCRIPTION:Hush\r\n\r\n Hush", "DESCRIPTION:-\r\n\r\n-"},
		{"a CR within", "UID:1\rSUMMARY:Hush", "UID:1\r-"},
		{"a CR and blanks", "UID:1\r \t", "UID:1\r \t"},
		{"long title", "SUMMARY:" + strings.Repeat("Hush", maxLine), "SUMMARY:-"},
		{"long folded title", "SUMMARY:" + strings.Repeat("Hush\r\n ", maxLine), "SUMMARY:-"},
		{"long attendee", "ATTENDEE;CN=" + strings.Repeat("Hush", maxLine) + ":mailto:ana@acme.example", ""},
		{"long times", "FREEBUSY:" + strings.Repeat("20260303T140000Z/PT1H,\r\n ", maxLine/80), "FREEBUSY:" + strings.Repeat("20260303T140000Z/PT1H,", maxLine/80)},
	} {
		for end, name := range map[string]string{"\r\n": "CRLF", "\n": "LF", "\r": "CR"} {
			if end == "\r" && strings.HasPrefix(tt.name, "a CR ") || end == "\r" && len(tt.line) > maxLine {
				continue
			}
			text := strings.ReplaceAll("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n"+tt.line+"\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n", "\r\n", end)
			left := strings.Repeat("\r\n", 1+strings.Count(tt.line, "\r\n")-strings.Count(tt.want, "\r\n"))
			want := "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n" + tt.want + left + "END:VEVENT\r\nEND:VCALENDAR\r\n"
			if got := screened(t, text, ana); got != want {
				t.Errorf("%s, %s: got %.300q, want %.300q", tt.name, name, got, want)
			}
		}
	}
}

func TestScreenWithoutOwner(t *testing.T) {
	got := screened(t, "BEGIN:VCALENDAR\nATTENDEE;PARTSTAT=DECLINED:mailto:\nATTENDEE:mailto:ana@acme.example\nEND:VCALENDAR", "")
	if want := "BEGIN:VCALENDAR\r\n\r\n\r\nEND:VCALENDAR\r\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestScreenKnowsTheOwnersOtherAddresses(t *testing.T) {
	const text = "BEGIN:VCALENDAR\nATTENDEE;PARTSTAT=DECLINED:mailto:A.Lima@acme.example\nATTENDEE:mailto:bo@acme.example\nEND:VCALENDAR"
	b, err := io.ReadAll(New(strings.NewReader(text), "", ana, "a.lima@acme.example"))
	if want := "BEGIN:VCALENDAR\r\nATTENDEE;PARTSTAT=DECLINED:mailto:ana@acme.example\r\n\r\nEND:VCALENDAR\r\n"; err != nil || string(b) != want {
		t.Errorf("got %q, %v, want %q", b, err, want)
	}
}

func TestScreenPassesErrorsOn(t *testing.T) {
	broken := errors.New("broken")
	for _, text := range []string{"", "BEGIN:VCALENDAR\r\n", "BEGIN:VCALENDAR\r\nSUMMARY:Hu"} {
		got, err := io.ReadAll(New(io.MultiReader(strings.NewReader(text), iotest.ErrReader(broken)), "", ana))
		if err != broken {
			t.Errorf("%q: got %q, %v, want the error", text, got, err)
		}
	}
}

// talk is a calendar that says more than when Ana is busy.
const talk = "\ufeffBEGIN:VCALENDAR\r\nVERSION:2.0\r\nX-WR-CALNAME:Hush\r\nNAME:Hush\r\n" +
	"BEGIN:VTIMEZONE\r\nTZID:Odd\r\nX-LIC-LOCATION:Europe/Berlin\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:+0300\r\nTZOFFSETTO:+0300\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n" +
	"BEGIN:VEVENT\r\nUID:1\r\nDTSTART;TZID=Odd:20260302T100000\r\nDURATION:PT1H\r\nRRULE:FREQ=DAILY;COUNT=5\r\nSUMMARY:Hush\r\nDESCRIPTION:Hush\\nEND:VEVENT\r\n Hush\r\n" +
	"BEGIN:VALARM\r\nACTION:DISPLAY\r\nDESCRIPTION:Hush\r\nEND:VALARM\r\nEND:VEVENT\r\n" +
	"BEGIN:VEVENT\r\nUID:1\r\nRECURRENCE-ID;TZID=Odd:20260303T100000\r\nDTSTART;TZID=Odd:20260303T150000\r\nDURATION:PT2H\r\nSUMMARY:Hush\r\nEND:VEVENT\r\n" +
	"BEGIN:VEVENT\r\nUID:1\r\nRECURRENCE-ID;TZID=Odd:20260304T100000\r\nDTSTART;TZID=Odd:20260304T100000\r\nDURATION:PT1H\r\n" +
	"ATTENDEE;CN=\"Hush: A\";PARTSTAT=DECLINED:mailto:ANA@acme.example\r\nATTENDEE;CN=Hush:mailto:hush.Hush@acme.example\r\nEND:VEVENT\r\n" +
	"BEGIN:VEVENT\r\nUID:2\r\nDTSTART:20260306T200000Z\r\nDURATION:PT1H\r\nX-MICROSOFT-CDO-BUSYSTATUS:TENTATIVE\r\nATTENDEE;PARTSTAT=DECLINED:mailto:Hush@acme.example\r\nEND:VEVENT\r\n" +
	"BEGIN:VFREEBUSY\r\nDTSTART:20260305T170000Z\r\nDTEND:20260305T180000Z\r\nsummary:Hush\r\nEND:VFREEBUSY\r\n" +
	"END:VCALENDAR\r\n"

func TestScreenedIsAsBusy(t *testing.T) {
	for _, owner := range []calendar.Address{ana, "bo@acme.example", ""} {
		o := ical.ReadOptions{Window: availability.Interval{Start: time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC), End: time.Date(2026, 3, 9, 0, 0, 0, 0, time.UTC)}, Zone: time.UTC, Owner: owner}
		want, err := ical.ReadBusy(strings.NewReader(talk), o)
		if err != nil || len(want.Spans) < 5 {
			t.Fatalf("the sample: %+v, %v", want, err)
		}
		got, err := ical.ReadBusy(strings.NewReader(screened(t, talk, owner)), o)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("as %q: %v (-want +got)\n%s", owner, err, diff)
		}
	}
}

func TestScreenIsIdempotent(t *testing.T) {
	once := screened(t, talk, ana)
	if twice := screened(t, once, ana); twice != once {
		t.Errorf("got %q, want %q", twice, once)
	}
}

func BenchmarkScreen(b *testing.B) {
	text := strings.Repeat(talk, 2000)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := io.Copy(io.Discard, New(strings.NewReader(text), "", ana)); err != nil {
			b.Fatal(err)
		}
	}
}
