package windowszone

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestEveryWindowsZoneIsAnIANAZone(t *testing.T) {
	names := Names()
	if !slices.IsSorted(names) || len(names) < 130 {
		t.Errorf("got %d names, sorted: %v", len(names), slices.IsSorted(names))
	}
	for _, name := range names {
		if _, err := time.LoadLocation(IANA(name)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if back := Of(IANA(name)); back != name {
			t.Errorf("%s stands for %s, which is said to be %s", IANA(name), name, back)
		}
	}
	if got := IANA("Mars Standard Time"); got != "" {
		t.Errorf("a zone that is none: got %s", got)
	}
}

// One city a zone is not enough: people live elsewhere, and zones were renamed.
func TestCitiesAndOtherNames(t *testing.T) {
	for iana, want := range map[string]string{
		"Europe/Vienna": "W. Europe Standard Time", "Europe/Lisbon": "GMT Standard Time", "Europe/Madrid": "Romance Standard Time",
		"Europe/Kyiv": "FLE Standard Time", "Europe/Kiev": "FLE Standard Time", "Asia/Kolkata": "India Standard Time", "Asia/Calcutta": "India Standard Time",
		"America/Argentina/Buenos_Aires": "Argentina Standard Time", "Australia/Lord_Howe": "Lord Howe Standard Time", "Asia/Kathmandu": "Nepal Standard Time",
		"US/Eastern": "Eastern Standard Time", "UTC": "UTC", "Etc/UTC": "UTC", "Etc/GMT+2": "UTC-02", "Mars/Olympus": "",
	} {
		if got := Of(iana); got != want {
			t.Errorf("%s: got %q, want %q", iana, got, want)
		}
	}
}

// A zone may be taken for another only while both show the same time.
func TestZonesOfOneNameShowTheSameTime(t *testing.T) {
	different := 0
	for _, z := range table {
		stands, err := time.LoadLocation(z.iana)
		if err != nil {
			t.Fatal(err)
		}
		for name := range strings.FieldsSeq(z.all) {
			loc, err := time.LoadLocation(name)
			if err != nil {
				continue // a name that this system does not know
			}
			for month := time.January; month <= time.December; month++ {
				_, a := time.Date(2026, month, 15, 12, 0, 0, 0, stands).Zone()
				_, b := time.Date(2026, month, 15, 12, 0, 0, 0, loc).Zone()
				if a != b {
					different++
					t.Logf("%s and %s differ in %s", z.iana, name, month)
					break
				}
			}
		}
	}
	if different > 12 {
		t.Errorf("%d zones have other clocks than the one that stands for them; the table is not what it says", different)
	}
}

func TestNamesInAnyLetters(t *testing.T) {
	for name, want := range map[string]string{
		"europe/berlin": "Europe/Berlin", "AMERICA/PORT-AU-PRINCE": "America/Port-au-Prince", "africa/dar_es_salaam": "Africa/Dar_es_Salaam", "etc/gmt+2": "Etc/GMT+2",
		"w. europe standard time": "Europe/Berlin", "utc": "Etc/UTC", "local": "", "": "", "mars/olympus": "",
	} {
		if got := AnyCase(name); got != want {
			t.Errorf("%q: got %q, want %q", name, got, want)
		}
	}
}
