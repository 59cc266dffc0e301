package zone_test

import (
	"testing"

	"github.com/peerslot/peerslot/cmd/peerslot/internal/zone"
)

func TestLikely(t *testing.T) {
	for name, want := range map[string]string{
		"CET": "Europe/Berlin", "W. Europe Standard Time": "Europe/Berlin", "tasmania standard time": "Australia/Hobart",
		"(UTC+01:00) Amsterdam, Berlin, Bern": "Europe/Amsterdam", "new  york": "America/New_York", "europe/lisbon": "Europe/Lisbon",
		"UTC+01:00": "", "nowhere": "",
	} {
		if got := zone.Likely(name); got != want {
			t.Errorf("Likely(%q) = %q, want %q", name, got, want)
		}
	}
	for name, want := range map[string]string{
		"GMT Standard Time": "Europe/London", "(UTC+05:30) Chennai, Kolkata, Mumbai, New Delhi": "Asia/Calcutta", "Pacific Time (US & Canada)": "America/Los_Angeles",
		"Berlin": "Europe/Berlin", " new  york ": "America/New_York", "GMT-08:00 Pacific Time (Los Angeles)": "America/Los_Angeles",
		"(GMT+01:00) Central European Time - Berlin": "Europe/Berlin", "(GMT+01:00) Lisbon": "Europe/Lisbon",
		"EST": "", "CET": "", "ist": "", "GMT+01:00": "", "Remote": "", "": "", "()": "", " - ": "", "Local": "",
	} {
		if got := zone.Meant(name); got != want {
			t.Errorf("Meant(%q) = %q, want %q", name, got, want)
		}
	}
	for text, want := range map[string][2]string{"Europe/Berlin": {"Europe/Berlin", ""}, "new york": {"America/New_York", ""}, "CET": {"", "Europe/Berlin"}, "nowhere": {"", ""}} {
		if name, likely := zone.Read(text); [2]string{name, likely} != want {
			t.Errorf("Read(%q) = %q, %q; want %q", text, name, likely, want)
		}
	}
	for name, want := range map[string]bool{"Europe/Berlin": true, "UTC": true, "CET": false, "posixrules": false, "Europe/Berln": false} {
		if got := zone.Known(name); got != want {
			t.Errorf("Known(%q) = %v, want %v", name, got, want)
		}
	}
}
