package ical

import (
	"bytes"
	"compress/gzip"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// packed returns a text as gzip packs it.
func packed(text string) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	io.WriteString(z, text)
	z.Close()
	return b.String()
}

func TestPackedCalendars(t *testing.T) {
	text := inCalendar(standup(), inEvent("SUMMARY:Überblick", "DTSTART:20261103T120000Z", "DTEND:20261103T130000Z"))
	want := read(t, text)
	for name, packed := range map[string]string{
		"gzip":                 packed(text),
		"gzip, in two members": packed(text[:100]) + packed(text[100:]),
	} {
		if diff := cmp.Diff(want, read(t, packed)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// What is packed may be cut off, damaged, or far larger than it looks.
func TestPackedCalendarsThatAreNone(t *testing.T) {
	text := packed(inCalendar(standup()))
	for name, c := range map[string]struct{ text, want string }{
		"cut off":      {text[:len(text)-20], "gzip, and damaged"},
		"damaged":      {text[:len(text)-3] + "xyz", "gzip, and damaged"},
		"a large one":  {packed("BEGIN:VCALENDAR\r\nX-A:" + strings.Repeat("x", 40<<20)), "longer than 32 MB"},
		"a single one": {"\x1f", "not a calendar"},
	} {
		_, err := ReadBusy(strings.NewReader(c.text), ReadOptions{Zone: time.UTC, Window: november})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
	}
}
