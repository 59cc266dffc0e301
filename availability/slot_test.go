package availability

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestParseSlot(t *testing.T) {
	want := Slot{Day: time.Tuesday, Start: clock(15, 0), Length: time.Hour, Zone: "Europe/Berlin"}
	for _, text := range []string{"tue 15:00", "Tuesday 15:00", "  TUE   15:00 "} {
		got, err := ParseSlot(text, time.Hour, "Europe/Berlin")
		if err != nil || got != want {
			t.Errorf("ParseSlot(%q) = %+v, %v; want %+v", text, got, err, want)
		}
	}
	for _, bad := range []string{"", "tue", "15:00", "tue 24:00", "tue 15", "tue15:00", "die 15:00", "tue 15:00 h"} {
		_, err := ParseSlot(bad, time.Hour, "Europe/Berlin")
		if err == nil || !strings.Contains(err.Error(), `such as "tue 15:00"`) {
			t.Errorf("ParseSlot(%q): %v", bad, err)
		}
	}
}

func FuzzParseSlot(f *testing.F) {
	for _, s := range []string{"tue 15:00", "Sunday 00:00", "sat 23:59", "tue", "tue 24:00", "mon  9:00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		slot, err := ParseSlot(s, time.Hour, "UTC")
		if err != nil {
			return
		}
		again, err := ParseSlot(slot.String(), time.Hour, "UTC")
		if err != nil || again != slot {
			t.Fatalf("ParseSlot(%q) = %+v, which is written %s and read %+v, %v", s, slot, slot, again, err)
		}
	})
}

func slot(text, zone string) Slot {
	s, err := ParseSlot(text, time.Hour, zone)
	if err != nil {
		panic(err)
	}
	return s
}

// TestSlotOccurrences: 15:00 stays 15:00 when the clocks change.
func TestSlotOccurrences(t *testing.T) {
	ivs, err := slot("tue 15:00", "Europe/Berlin").Occurrences(date("2026-10-20"), Weekly, 3)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, iv := range ivs {
		got = append(got, iv.Start.UTC().Format(time.RFC3339))
		if iv.Length() != time.Hour {
			t.Errorf("%v lasts %v", iv, iv.Length())
		}
	}
	want := []string{"2026-10-20T13:00:00Z", "2026-10-27T14:00:00Z", "2026-11-03T14:00:00Z"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("want - got +:\n%s", diff)
	}
}

func TestSlotErrors(t *testing.T) {
	occurrences := func(text, zone, first string, c Cadence, count int) error {
		_, err := slot(text, zone).Occurrences(date(first), c, count)
		return err
	}
	for _, c := range []struct {
		err  error
		want string
	}{
		{occurrences("sun 02:30", "Europe/Berlin", "2026-03-22", Weekly, 2), "slot sun 02:30: the clocks of Europe/Berlin skip it on 2026-03-29"},
		{occurrences("mon 09:00", "Europe/Berlin", "2026-03-22", Weekly, 2), "slot mon 09:00: the first date 2026-03-22 is a Sunday"},
		{occurrences("mon 09:00", "Europe/Berlin", "2026-03-23", Monthly, 5), "slot mon 09:00: 5 monthly sessions: want 1 to 4"},
		{occurrences("mon 09:00", "Europe/Berlin", "2026-03-23", Weekly, 0), "slot mon 09:00: 0 weekly sessions: want 1 to 13"},
		{occurrences("mon 09:00", "Europe/Berlin", "2026-03-23", 3, 1), "slot mon 09:00: cadence 3: want 1, 2 or 4 weeks"},
		{occurrences("mon 09:00", "Europe/Bonn", "2026-03-23", Weekly, 1), `time zone "Europe/Bonn" is not known: want an IANA name such as Europe/Berlin`},
		{occurrences("mon 09:00", "", "2026-03-23", Weekly, 1), `time zone "": want an IANA name such as Europe/Berlin`},
	} {
		if c.err == nil || c.err.Error() != c.want {
			t.Errorf("got %v, want %s", c.err, c.want)
		}
	}
}

func TestLoadZone(t *testing.T) {
	for _, bad := range []string{"", "Local", "local", "CET+1", "../etc/passwd", "Europe", "Europe//Berlin", "Europe/./Berlin", "Customized Time Zone"} {
		if loc, err := LoadZone(bad); err == nil {
			t.Errorf("LoadZone(%q) = %v, want an error", bad, loc)
		}
	}
	first, err := LoadZone("Asia/Kathmandu")
	again, err2 := LoadZone("Asia/Kathmandu")
	if err != nil || err2 != nil || first != again || first.String() != "Asia/Kathmandu" {
		t.Errorf("LoadZone(Asia/Kathmandu) = %v, %v and %v, %v", first, err, again, err2)
	}
}

func TestCadence(t *testing.T) {
	for _, c := range []struct {
		cadence   Cadence
		text      string
		days, max int
	}{
		{Weekly, "weekly", 7, 13}, {Biweekly, "biweekly", 14, 7}, {Monthly, "monthly", 28, 4},
	} {
		got, err := ParseCadence(c.text)
		if err != nil || got != c.cadence || c.cadence.String() != c.text || !c.cadence.Valid() {
			t.Errorf("ParseCadence(%q) = %v, %v", c.text, got, err)
		}
		if c.cadence.Days() != c.days || c.cadence.MaxCount() != c.max {
			t.Errorf("%v: %d days, at most %d", c.cadence, c.cadence.Days(), c.cadence.MaxCount())
		}
		// Three months: the last session is at most 12 weeks after the first.
		if (c.cadence.MaxCount()-1)*c.cadence.Days() > 12*7 {
			t.Errorf("a %v series of %d lasts longer than three months", c.cadence, c.cadence.MaxCount())
		}
	}
	if _, err := ParseCadence("yearly"); err == nil || Cadence(3).Valid() || Cadence(3).MaxCount() != 0 || Cadence(3).String() != "Cadence(3)" {
		t.Errorf("a cadence of 3 weeks is valid, or yearly is: %v", err)
	}
}
