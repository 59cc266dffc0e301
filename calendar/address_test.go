package calendar_test

import (
	"math"
	"net/mail"
	"strings"
	"testing"

	"github.com/peerslot/peerslot/calendar"
)

func TestParseAddress(t *testing.T) {
	for in, want := range map[string]calendar.Address{
		"ana@acme.example":       "ana@acme.example",
		" Ana.Lima@ACME.example": "ana.lima@acme.example",
		"o'brien+x@acme.example": "o'brien+x@acme.example",
		"jörg@müller.example":    "jörg@müller.example",
	} {
		if got, err := calendar.ParseAddress(in); err != nil || got != want {
			t.Errorf("ParseAddress(%q) = %q, %v, want %q", in, got, err, want)
		}
	}
}

// An address names a folder, stands in headers and in iCalendar text: nothing
// that means more than a letter in one of them may pass.
func TestParseAddressRefuses(t *testing.T) {
	for _, in := range []string{
		"", "ana", "@acme.example", "ana@", "Ana <ana@acme.example>", "ana@acme.example, bo@acme.example",
		"../ana@acme.example", ".ana@acme.example", "a/b@acme.example", `a\b@acme.example`, "a:b@acme.example",
		"ana@acme.example\r\nATTENDEE:x", "ana\x00@acme.example", `"a b"@acme.example`, "a*@acme.example", "%2e@acme.example",
		strings.Repeat("a", 250) + "@acme.example",
	} {
		if got, err := calendar.ParseAddress(in); err == nil {
			t.Errorf("ParseAddress(%q) = %q, want an error", in, got)
		} else if got != "" {
			t.Errorf("ParseAddress(%q) = %q with error %v, want no address", in, got, err)
		}
	}
}

// Plain addresses, which are told by themselves, are those that net/mail takes, too.
func TestParseAddressIsThatOfMail(t *testing.T) {
	const letters, length = "a.-@", 6
	for n := range int(math.Pow(float64(len(letters)), length)) {
		var text string
		for range length {
			text, n = text+letters[n%len(letters):][:1], n/len(letters)
		}
		if got, err := calendar.ParseAddress(text); err == nil {
			if a, err := mail.ParseAddress(text); err != nil || a.Address != string(got) {
				t.Errorf("ParseAddress(%q) = %q; net/mail says %v, %v", text, got, a, err)
			}
		}
	}
}

func TestLocal(t *testing.T) {
	for in, want := range map[calendar.Address]string{"ana@acme.example": "ana", "": "", "ana": "ana"} {
		if got := in.Local(); got != want {
			t.Errorf("%q.Local() = %q, want %q", in, got, want)
		}
	}
}

func TestHasAddress(t *testing.T) {
	for text, want := range map[string]bool{
		"": false, "Ana Lima": false, "Ana @ Berlin": false, "Ana (@ana)": false,
		"ana@acme.example": true, "Ana@Acme.example": true, "Ana Lima <ana@acme.example>": true, "Ana (ana@acme.example)": true, "mailto:ana@acme.example": true,
	} {
		if got := calendar.HasAddress(text); got != want {
			t.Errorf("%q: got %t, want %t", text, got, want)
		}
	}
}
