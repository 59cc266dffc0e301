package holiday_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/peerslot/peerslot/scheduler/holiday"
)

// What governments gave out, or almanacs say.
func TestDatesByTheMoon(t *testing.T) {
	for _, tt := range []struct{ region, first, last, want string }{
		{"KR", "2025-01-01", "2025-12-31", "2025-01-01 2025-01-28 2025-01-29 2025-01-30 2025-03-01 2025-03-03 2025-05-05 2025-05-06 2025-06-06 2025-08-15 2025-10-03 2025-10-05 2025-10-06 2025-10-07 2025-10-08 2025-10-09 2025-12-25"},
		{"KR", "2027-02-01", "2027-02-28", "2027-02-06 2027-02-07 2027-02-08 2027-02-09"}, // a day after China's, with a Sunday in it
		{"KR", "2028-10-01", "2028-10-08", "2028-10-02 2028-10-03 2028-10-04 2028-10-05"}, // Foundation Day is in it
		{"KR", "2025-07-01", "2025-07-31", ""},
		{"KR", "2027-07-01", "2027-07-31", "2027-07-17 2027-07-19"},
		{"SG", "2026-01-01", "2026-03-01", "2026-01-01 2026-02-17 2026-02-18"},
		{"SG", "2026-05-28", "2026-06-30", "2026-05-28 2026-05-31 2026-06-01"}, // the 28th, if the moon is late
		{"SG", "2026-08-01", "2026-12-31", "2026-08-09 2026-08-10 2026-11-08 2026-11-09 2026-12-25"},
		{"SG", "2027-02-01", "2027-02-28", "2027-02-06 2027-02-07 2027-02-08"},
		{"IN", "2026-06-01", "2026-12-31", "2026-08-15 2026-10-02 2026-11-08 2026-11-09 2026-12-25"},
		{"IN-KA", "2026-01-01", "2026-02-28", "2026-01-26"},
		{"SG", "2036-01-02", "2036-12-31", "2036-01-28 2036-01-29 2036-02-07 2036-02-08 2036-04-11 2036-05-01 2036-05-10 2036-08-09 2036-10-17 2036-10-18 2036-10-19 2036-10-20 2036-11-19 2036-11-20 2036-12-25"},
		{"IN", "2033-10-01", "2033-12-31", "2033-10-02 2033-10-22 2033-12-23 2033-12-24 2033-12-25"},
		{"TR", "2026-03-01", "2026-04-30", "2026-03-19 2026-03-20 2026-03-21 2026-03-22 2026-04-23"},
		{"IL", "2026-01-01", "2026-12-31", "2026-04-02 2026-04-08 2026-04-22 2026-05-22 2026-09-12 2026-09-13 2026-09-21 2026-09-26 2026-10-03"},
		{"IL", "2028-04-01", "2028-05-31", "2028-04-11 2028-04-17 2028-05-02 2028-05-31"}, // not on a Monday
		{"FI", "2026-06-01", "2026-12-31", "2026-06-19 2026-06-20 2026-10-31 2026-12-06 2026-12-24 2026-12-25 2026-12-26"},
		{"HU", "2026-03-01", "2026-04-30", "2026-03-15 2026-04-03 2026-04-05 2026-04-06"},
		{"IS", "2026-04-20", "2026-08-31", "2026-04-23 2026-05-01 2026-05-14 2026-05-24 2026-05-25 2026-06-17 2026-08-03"},
		{"MX", "2026-01-01", "2026-12-31", "2026-01-01 2026-02-02 2026-03-16 2026-05-01 2026-09-16 2026-11-16 2026-12-25"},
		{"LU", "2026-05-01", "2026-06-30", "2026-05-01 2026-05-09 2026-05-14 2026-05-25 2026-06-23"},
		{"EE", "2026-02-01", "2026-06-30", "2026-02-24 2026-04-03 2026-04-05 2026-05-01 2026-05-24 2026-06-23 2026-06-24"},
	} {
		dates, err := holiday.Dates(tt.region, date(t, tt.first), date(t, tt.last))
		if got := join(dates); err != nil || got != tt.want {
			t.Errorf("Dates(%s, %s, %s) = %s, %v, want %s", tt.region, tt.first, tt.last, got, err, tt.want)
		}
	}
}

// The first day of Passover, from almanacs.
func TestPassover(t *testing.T) {
	for word := range strings.FieldsSeq("1950-04-02 1991-03-30 2000-04-20 2013-03-26 2024-04-23 2025-04-13 2026-04-02 2027-04-22 2028-04-11 2029-03-31 2030-04-18 2031-04-08 2032-03-27 2033-04-14 2034-04-04 2035-04-24 2036-04-12 2037-03-31 2038-04-20 2039-04-09 2040-03-29 2089-03-26") {
		day := date(t, word)
		dates, err := holiday.Dates("IL", day.AddDays(-20), day.AddDays(5))
		if got := join(dates); err != nil || got != word {
			t.Errorf("%d: got %s, %v, want %s", day.Year, got, err, word)
		}
	}
}

func TestNotes(t *testing.T) {
	for region, want := range map[string]string{"in-ka": "each state", "KR": "elections", "PT": "", "NZ": "", "XX": ""} {
		if got := holiday.Note(region); !strings.Contains(got, want) || want == "" && got != "" {
			t.Errorf("%s: got %q, want %q", region, got, want)
		}
	}
}

// Each festival stands in every year that is said to be known, and in none after it.
func TestKnownTo(t *testing.T) {
	for region, days := range map[string]int{"IN": 5, "kr": 7, "SG": 8, "TR": 9, "NZ-AUK": 1} {
		last := holiday.KnownTo(region)
		if last < 2040 {
			t.Fatalf("%s is known to %d, want 2040 or later", region, last)
		}
		after, err := holiday.Dates(region, date(t, fmt.Sprint(last+1, "-01-02")), date(t, fmt.Sprint(last+1, "-12-31")))
		if err != nil {
			t.Fatal(err)
		}
		for year := 2026; year <= last; year++ {
			dates, err := holiday.Dates(region, date(t, fmt.Sprint(year, "-01-02")), date(t, fmt.Sprint(year, "-12-31")))
			if err != nil || len(dates) < len(after)+days-1 { // two may fall on one day
				t.Errorf("%s, %d: %v, %v; want %d days by the moon beside %v", region, year, dates, err, days, after)
			}
		}
	}
	for _, region := range []string{"DE", "IL", "PT-30", "XX"} {
		if got := holiday.KnownTo(region); got != 0 {
			t.Errorf("%s: known to %d, want no end", region, got)
		}
	}
}
