package ical

import (
	"flag"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/calendartest"
)

func TestDecodeReadsBackWhatEncodeWrote(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := seriesOf(plainRunes).Draw(t, "series")
		text := encoded(t, WriteOptions{}, s)
		got, err := Decode(strings.NewReader(text))
		if err != nil {
			t.Fatalf("decode: %v\n%s", err, text)
		}
		if diff := cmp.Diff([]calendar.Series{s}, got); diff != "" {
			t.Fatalf("series (-written +read):\n%s\n%s", diff, text)
		}
		if again := encoded(t, WriteOptions{}, got...); again != text {
			t.Fatalf("bytes (-first +second):\n%s", cmp.Diff(text, again))
		}
	})
}

// What no text can hold is lost, and nothing else.
func TestHostileText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := seriesOf(hostileRunes).Draw(t, "series")
		text := encoded(t, WriteOptions{}, s)
		checkLines(t, text)
		got, err := Decode(strings.NewReader(text))
		if err != nil {
			t.Fatalf("decode: %v\n%s", err, text)
		}
		if diff := cmp.Diff([]calendar.Series{Plain(s)}, got); diff != "" {
			t.Fatalf("series (-plain +read):\n%s\n%s", diff, text)
		}
	})
}

// checkLines checks what RFC 5545, section 3.1, wants of a text.
func checkLines(t rapid.TB, text string) {
	t.Helper()
	if !strings.HasSuffix(text, "END:VCALENDAR\r\n") || strings.Count(text, "\n") != strings.Count(text, "\r\n") || strings.Count(text, "\r") != strings.Count(text, "\n") {
		t.Error("lines do not end in CRLF")
	}
	for line := range strings.SplitSeq(text, "\r\n") {
		if len(line) > 75 || !utf8.ValidString(line) || strings.ContainsAny(line, "\x00\x7f\x1b\v\f\u0085\u2028\u2029") {
			t.Errorf("line of %d octets: %q", len(line), line)
		}
	}
}

// update rewrites the sample: go test ./calendar/ical -run Sample -update
var update = flag.Bool("update", false, "rewrite testdata/series.ics")

// The sample is there to be read: it shows what other programs get. It has LF for
// line ends.
func TestSample(t *testing.T) {
	s, _ := full(t)
	got := strings.ReplaceAll(encoded(t, WriteOptions{Name: "Peer circles"}, s), "\r\n", "\n")
	file := filepath.Join("testdata", "series.ics")
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if diff := cmp.Diff(string(want), got); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

func TestWriteOptions(t *testing.T) {
	s, _ := full(t)
	for _, c := range []struct {
		o             WriteOptions
		want, without string
	}{
		{WriteOptions{}, "\nMETHOD:PUBLISH\n", "X-WR-CALNAME"},
		{WriteOptions{}, "\nREFRESH-INTERVAL;VALUE=DURATION:PT6H\n", "SCHEDULE-AGENT"},
		{WriteOptions{}, "\nX-PUBLISHED-TTL:PT6H\n", "CLASS"},
		{WriteOptions{Method: Request}, "\nMETHOD:REQUEST\n", "REFRESH-INTERVAL"},
		{WriteOptions{Method: Cancel}, "\nMETHOD:CANCEL\n", "X-PUBLISHED-TTL"},
		{WriteOptions{Method: Stored}, "\nVERSION:2.0\n", "METHOD"},
		{WriteOptions{Name: "a,b"}, "\nX-WR-CALNAME:a\\,b\n", "CLASS"},
		{WriteOptions{Name: "a\r\nb"}, "\nNAME:a\\nb\n", "CLASS"},
		{WriteOptions{Private: true}, "\nCLASS:PRIVATE\n", "SCHEDULE-AGENT"},
		{WriteOptions{Quiet: true}, ";SCHEDULE-AGENT=CLIENT:mailto:ana@acme.example\n", "CLASS"},
	} {
		text := strings.NewReplacer("\r\n ", "", "\r\n", "\n").Replace(encoded(t, c.o, s))
		if !strings.Contains(text, c.want) || strings.Contains(text, c.without) {
			t.Errorf("%+v: want %q and no %q in\n%s", c.o, c.want, c.without, text)
		}
		if diff := cmp.Diff(s, decodeOne(t, text)); diff != "" {
			t.Errorf("%+v (-want +got):\n%s", c.o, diff)
		}
	}
}

func TestEncodeDefinesEachZoneOnce(t *testing.T) {
	var list []calendar.Series
	for _, zone := range []string{"Europe/Berlin", "UTC", "America/New_York", "Europe/Berlin"} {
		list = append(list, on(t, zone, "2026-03-03", "10:00", 3))
	}
	list[3].First = list[3].First.AddDays(3 * 364)
	text := encoded(t, WriteOptions{}, list...)
	var got []string
	for line := range strings.SplitSeq(text, "\r\n") {
		if zone, ok := strings.CutPrefix(line, "TZID:"); ok {
			got = append(got, zone)
		}
	}
	if diff := cmp.Diff([]string{"America/New_York", "Europe/Berlin"}, got); diff != "" {
		t.Errorf("zones (-want +got):\n%s", diff)
	}
}

// A session that other programs might see elsewhere is put down in UTC, and that
// is no override.
func TestSessionsDuringAClockChange(t *testing.T) {
	for _, c := range []struct {
		first, start string
		want         []string
	}{
		{"2026-03-22", "01:30", []string{"DTSTART:20260329T003000Z", "DTEND:20260329T013000Z", "RECURRENCE-ID;TZID=Europe/Berlin:20260329T013000"}},
		{"2026-10-18", "02:30", []string{"DTSTART:20261025T003000Z", "DTEND:20261025T013000Z"}},
		{"2026-10-18", "01:00", []string{"DTSTART:20261024T230000Z", "DTEND:20261025T000000Z"}},
		{"2026-10-25", "02:30", []string{"DTSTART;TZID=Europe/Berlin:20261025T023000", "DURATION:PT1H", "DTSTART:20261025T003000Z"}},
	} {
		s := on(t, "Europe/Berlin", c.first, c.start, 3)
		text := encoded(t, WriteOptions{Method: Stored}, s)
		for _, line := range c.want {
			if !strings.Contains(text, "\r\n"+line+"\r\n") {
				t.Errorf("%s %s: no %s in\n%s", c.first, c.start, line, text)
			}
		}
		if diff := cmp.Diff(s, decodeOne(t, text)); diff != "" {
			t.Errorf("%s %s (-want +got):\n%s", c.first, c.start, diff)
		}
	}
}

func TestPlainLeavesOutWhatHasNoForm(t *testing.T) {
	s, _ := full(t)
	want := s
	s.Version = "17"
	s.Updated = s.Updated.Add(300 * time.Millisecond)
	s.Attendees = slices.Clone(s.Attendees)
	s.Attendees[0].Name = " Ana \\ \r\n Lima"
	s.Overrides = slices.Clone(s.Overrides)
	s.Overrides[0].RSVPs = map[calendar.Address]calendar.RSVP{calendartest.Ana: calendar.Declined, calendartest.Stranger: calendar.Accepted}
	s = s.WithOverride(calendar.Override{Original: calendartest.CancelOne(s, 1).Original})
	s = s.WithOverride(calendartest.Move(s, 2, 0))
	want.Attendees = slices.Clone(want.Attendees)
	want.Attendees[0].Name = "Ana /   Lima"
	if diff := cmp.Diff(want, decodeOne(t, encoded(t, WriteOptions{}, s))); diff != "" {
		t.Errorf("series (-want +got):\n%s", diff)
	}
}

func TestEncodeRefuses(t *testing.T) {
	for name, spoil := range map[string]func(*calendar.Series){
		"bad UID":        func(s *calendar.Series) { s.UID = "a b" },
		"no sessions":    func(s *calendar.Series) { s.Count = 0 },
		"this machine":   func(s *calendar.Series) { s.Slot.Zone = "Local" },
		"half a second":  func(s *calendar.Series) { s.Slot.Length += time.Second / 2 },
		"negative alarm": func(s *calendar.Series) { s.Reminder = -time.Minute },
		"moved by a blink": func(s *calendar.Series) {
			s.Overrides = []calendar.Override{calendartest.Move(*s, 1, time.Millisecond)}
		},
		"far future":      func(s *calendar.Series) { s.First = s.First.AddDays(9000 * 364) },
		"negative number": func(s *calendar.Series) { s.Sequence = -1 },
		"odd reply":       func(s *calendar.Series) { s.Attendees[1].RSVP = "perhaps" },
		"odd reply once": func(s *calendar.Series) {
			s.Overrides = []calendar.Override{calendartest.CancelOne(*s, 1)}
			s.Overrides[0].RSVPs = map[calendar.Address]calendar.RSVP{calendartest.Ana: "perhaps"}
		},
		"long text": func(s *calendar.Series) { s.Description = strings.Repeat("a", maxText+1) },
		"long name": func(s *calendar.Series) { s.Attendees[0].Name = strings.Repeat("a", maxName+1) },
	} {
		s := calendartest.Series(calendartest.UID(1))
		spoil(&s)
		if err := Encode(io.Discard, WriteOptions{}, s); err == nil {
			t.Errorf("%s: got no error", name)
		}
	}
	if err := Encode(io.Discard, WriteOptions{}); err == nil {
		t.Error("no series: got no error")
	}
	r, w := io.Pipe()
	r.Close()
	if err := Encode(w, WriteOptions{}, calendartest.Series(calendartest.UID(1))); err != io.ErrClosedPipe {
		t.Errorf("closed writer: got %v, want %v", err, io.ErrClosedPipe)
	}
}

func BenchmarkEncode(b *testing.B) {
	s := calendartest.Series(calendartest.UID(1))
	s = s.WithOverride(calendartest.Move(s, 3, time.Hour))
	b.ReportAllocs()
	for b.Loop() {
		if err := Encode(io.Discard, WriteOptions{}, s); err != nil {
			b.Fatal(err)
		}
	}
}
