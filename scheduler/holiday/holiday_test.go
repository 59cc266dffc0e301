package holiday_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rickar/cal/v2"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/holiday"
)

var _ scheduler.HolidayFunc = holiday.Dates

func ExampleDates() {
	first, last := availability.Date{Year: 2026, Month: 4, Day: 1}, availability.Date{Year: 2026, Month: 5, Day: 31}
	dates, err := holiday.Dates("PT", first, last)
	fmt.Println(dates, err)
	// Output: [2026-04-03 2026-04-05 2026-04-25 2026-05-01] <nil>
}

func TestDates(t *testing.T) {
	tests := []struct {
		region, first, last, want string
	}{
		{"PT", "2026-01-01", "2026-12-31", "2026-01-01 2026-04-03 2026-04-05 2026-04-25 2026-05-01 2026-06-04 2026-06-10 2026-08-15 2026-10-05 2026-11-01 2026-12-01 2026-12-08 2026-12-25"},
		{"PT", "2014-06-01", "2014-12-31", "2014-06-10 2014-08-15 2014-12-08 2014-12-25"},
		{"PT-30", "2026-06-15", "2026-08-01", "2026-07-01"}, // Madeira has one more
		{"PT-11", "2026-06-15", "2026-08-01", ""},           // no days of its own: those of the country
		{"pt-30", "2026-12-20", "2026-12-31", "2026-12-25 2026-12-26"},
		{"DE", "2027-03-01", "2027-03-31", "2027-03-26 2027-03-29"},
		{"DE-BE", "2027-03-01", "2027-03-31", "2027-03-08 2027-03-26 2027-03-29"},
		{"DE-MV", "2027-03-01", "2027-03-31", "2027-03-08 2027-03-26 2027-03-29"},
		{"DE-MV", "2022-03-01", "2022-03-31", ""},                   // before the law
		{"US", "2026-07-01", "2026-07-31", "2026-07-03 2026-07-04"}, // a Saturday, observed on Friday
		{"ZA", "2026-08-01", "2026-08-31", "2026-08-09 2026-08-10"}, // a Sunday, observed on Monday
		{"US", "2027-12-30", "2027-12-31", "2027-12-31"},            // New Year's Day of 2028, observed in 2027
		{"GB", "2026-12-27", "2027-01-05", "2026-12-28 2027-01-01"},
		{"UK", "2026-12-27", "2027-01-05", "2026-12-28 2027-01-01"},
		{"GB-SCT", "2027-01-01", "2027-01-10", "2027-01-01 2027-01-02 2027-01-04"},
		{"GB-SCT", "2026-11-01", "2026-11-30", "2026-11-30"},
		{"GB-NIR", "2026-07-01", "2026-07-31", "2026-07-12 2026-07-13"},
		{"CH-GE", "2026-09-01", "2026-09-30", "2026-09-10"},
		{"CH-VD", "2026-09-01", "2026-09-30", "2026-09-21"},
		{"AU", "2027-01-20", "2027-01-31", "2027-01-26"},
		{"AU-VIC", "2026-11-01", "2026-11-30", "2026-11-03"},
		{"NZ", "2026-07-01", "2026-07-31", "2026-07-10"},
		{"AR", "2026-06-10", "2026-06-18", "2026-06-15 2026-06-17"}, // a Wednesday, and the Monday to which it is moved
		{"AR", "2026-11-01", "2026-11-30", "2026-11-20 2026-11-23"}, // a Friday
		{"AU-NSW", "2026-04-10", "2026-04-30", "2026-04-25 2026-04-27"},
		{"AU-NSW", "2032-04-10", "2032-04-30", "2032-04-25"},
		{"CH-FR", "2026-12-01", "2026-12-24", "2026-12-08"},
		{"CH-JU", "2026-06-15", "2026-07-31", "2026-06-23"},
		{"CH-OW", "2026-09-01", "2026-09-30", "2026-09-25"},
		{"RU", "2026-01-01", "2026-01-31", "2026-01-01 2026-01-02 2026-01-03 2026-01-04 2026-01-05 2026-01-06 2026-01-07 2026-01-08"},
		{"IT", "2027-10-01", "2027-10-31", "2027-10-04"},
		{"PL", "2026-12-20", "2026-12-31", "2026-12-24 2026-12-25 2026-12-26"},
		{"US", "2026-07-04", "2026-07-01", ""}, // an empty span
	}
	for _, tt := range tests {
		t.Run(tt.region+" "+tt.first, func(t *testing.T) {
			dates, err := holiday.Dates(tt.region, date(t, tt.first), date(t, tt.last))
			if err != nil {
				t.Fatal(err)
			}
			if got := join(dates); got != tt.want {
				t.Errorf("Dates(%s, %s, %s) = %s, want %s", tt.region, tt.first, tt.last, got, tt.want)
			}
		})
	}
}

func TestUnknownRegion(t *testing.T) {
	for _, region := range []string{"", "XX", "XX-1", "Portugal", "PT-", "PT-LONG", "PT-3 0", "PT-é", "DE-BE-1", "india.ics", "-"} {
		if holiday.Known(region) {
			t.Errorf("Known(%q) = true", region)
		}
		dates, err := holiday.Dates(region, date(t, "2026-01-01"), date(t, "2026-12-31"))
		if err == nil || dates != nil {
			t.Fatalf("Dates(%q) = %v, %v, want an error", region, dates, err)
		}
		for _, word := range []string{fmt.Sprintf("%q", region), "AT, AU, BE", "DE-BE", ".ics", "away"} {
			if !strings.Contains(err.Error(), word) {
				t.Errorf("Dates(%q): the error %q does not say %q", region, err, word)
			}
		}
	}
}

func TestRegions(t *testing.T) {
	regions := holiday.Regions()
	if !slices.IsSorted(regions) {
		t.Errorf("Regions() = %v, want them sorted", regions)
	}
	for _, r := range regions {
		if !holiday.Known(r) || !holiday.Known(strings.ToLower(r)) {
			t.Errorf("Known(%q) = false", r)
		}
		country, _, _ := strings.Cut(r, "-")
		if !holiday.Known(country) || !holiday.Known(country+"-ZZZ") {
			t.Errorf("%s is known, but %s is not", r, country)
		}
		dates, err := holiday.Dates(r, date(t, "2026-01-01"), date(t, "2026-12-31"))
		if err != nil || len(dates) < 6 || len(dates) > 30 {
			t.Errorf("Dates(%s) of 2026 = %v, %v", r, dates, err)
		}
	}
}

// The library counts in the zone of the machine; the answer must not. Zones that
// skipped midnights are where that would show.
func TestDatesDoNotDependOnTheMachine(t *testing.T) {
	defer func(loc *time.Location) { cal.DefaultLoc = loc }(cal.DefaultLoc)
	first, last := date(t, "2000-01-01"), date(t, "2040-12-31")
	for _, region := range holiday.Regions() {
		cal.DefaultLoc = time.UTC
		want, _ := holiday.Dates(region, first, last)
		for _, name := range []string{"America/Sao_Paulo", "Asia/Beirut", "Africa/Cairo", "America/Santiago", "America/Havana"} {
			loc, err := time.LoadLocation(name)
			if err != nil {
				t.Fatal(err)
			}
			cal.DefaultLoc = loc
			got, _ := holiday.Dates(region, first, last)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s, on a machine in %s (-want +got):\n%s", region, name, diff)
			}
		}
	}
}

func BenchmarkDates(b *testing.B) {
	first := availability.Date{Year: 2026, Month: 1, Day: 5}
	for b.Loop() {
		if _, err := holiday.Dates("DE-BE", first, first.AddDays(91)); err != nil {
			b.Fatal(err)
		}
	}
}

func date(t *testing.T, s string) availability.Date {
	t.Helper()
	d, err := availability.ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func join(dates []availability.Date) string {
	words := make([]string, len(dates))
	for i, d := range dates {
		words[i] = d.String()
	}
	return strings.Join(words, " ")
}
