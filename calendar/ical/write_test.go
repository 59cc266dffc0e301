package ical

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/peerslot/peerslot/calendar"
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
		if diff := cmp.Diff([]calendar.Series{plain(s)}, got); diff != "" {
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
