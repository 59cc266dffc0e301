package availability

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestAt(t *testing.T) {
	for _, c := range []struct {
		name, zone, date string
		clock            time.Duration
		want             string
		exists           bool
	}{
		{"ordinary", "Europe/Berlin", "2026-03-03", 15 * time.Hour, "2026-03-03T14:00:00Z", true},
		{"to the nanosecond", "Europe/Berlin", "2026-03-03", 15*time.Hour + 1, "2026-03-03T14:00:00.000000001Z", true},
		{"24:00 is the next day", "Europe/Berlin", "2026-03-03", 24 * time.Hour, "2026-03-03T23:00:00Z", true},
		{"skipped in the north", "Europe/Berlin", "2026-03-29", clock(2, 30), "2026-03-29T01:30:00Z", false},
		{"just before the gap", "Europe/Berlin", "2026-03-29", clock(1, 59), "2026-03-29T00:59:00Z", true},
		{"just after the gap", "Europe/Berlin", "2026-03-29", clock(3, 0), "2026-03-29T01:00:00Z", true},
		{"skipped, counted from the day before", "Europe/Berlin", "2026-03-28", clock(26, 30), "2026-03-29T01:30:00Z", false},
		{"twice in the north", "Europe/Berlin", "2026-10-25", clock(2, 30), "2026-10-25T00:30:00Z", true},
		{"after both", "Europe/Berlin", "2026-10-25", clock(3, 0), "2026-10-25T02:00:00Z", true},
		{"skipped in the south", "Australia/Sydney", "2026-10-04", clock(2, 30), "2026-10-03T16:30:00Z", false},
		{"twice in the south", "Australia/Sydney", "2026-04-05", clock(2, 30), "2026-04-04T15:30:00Z", true},
		{"half an hour skipped", "Australia/Lord_Howe", "2026-10-04", clock(2, 15), "2026-10-03T15:45:00Z", false},
		{"after that half hour", "Australia/Lord_Howe", "2026-10-04", clock(2, 30), "2026-10-03T15:30:00Z", true},
		{"half an hour twice", "Australia/Lord_Howe", "2026-04-05", clock(1, 45), "2026-04-04T14:45:00Z", true},
		{"half an hour before those", "Australia/Lord_Howe", "2026-04-05", clock(1, 15), "2026-04-04T14:15:00Z", true},
		{"a whole day skipped", "Pacific/Apia", "2011-12-30", clock(12, 0), "2011-12-30T22:00:00Z", false},
		{"the day before it", "Pacific/Apia", "2011-12-29", clock(23, 59), "2011-12-30T09:59:00Z", true},
		{"the day after it", "Pacific/Apia", "2011-12-31", 0, "2011-12-30T10:00:00Z", true},
		{"a day skipped at the date line", "Pacific/Kwajalein", "1993-08-21", clock(9, 0), "1993-08-21T21:00:00Z", false},
		{"midnight skipped", "America/Santiago", "2024-09-08", 0, "2024-09-08T04:00:00Z", false},
		{"midnight skipped in Cuba", "America/Havana", "2025-03-09", clock(0, 30), "2025-03-09T05:30:00Z", false},
		{"midnight twice in Cuba", "America/Havana", "2025-11-02", clock(0, 30), "2025-11-02T04:30:00Z", true},
		{"23:30 twice", "America/Santiago", "2024-04-06", clock(23, 30), "2024-04-07T02:30:00Z", true},
		{"midnight after that", "America/Santiago", "2024-04-07", 0, "2024-04-07T04:00:00Z", true},
		{"midnight, a minute before the clock goes back", "America/St_Johns", "2009-11-01", 0, "2009-11-01T02:30:00Z", true},
		{"no change at all", "Asia/Kathmandu", "2026-03-03", clock(9, 0), "2026-03-03T03:15:00Z", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, exists := At(date(c.date), c.clock, mustZone(c.zone))
			if s := got.UTC().Format(time.RFC3339Nano); s != c.want || exists != c.exists {
				t.Errorf("At(%s, %v, %s) = %s, %v; want %s, %v", c.date, c.clock, c.zone, s, exists, c.want, c.exists)
			}
			if got.Location().String() != c.zone {
				t.Errorf("At(%s, %v, %s) is in %s", c.date, c.clock, c.zone, got.Location())
			}
		})
	}
}

// clock is the time from midnight.
func clock(hours, minutes int) time.Duration {
	return time.Duration(hours)*time.Hour + time.Duration(minutes)*time.Minute
}

func date(s string) Date {
	d, err := ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

// instant reads an instant as 2026-03-03T14:00:00Z.
func instant(s string) time.Time {
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		panic(err)
	}
	return t
}

// drawZone draws a zone and the midnight in UTC of a day near a change of its
// clocks.
func drawZone(t *rapid.T) (*time.Location, time.Time) {
	z := rapid.SampledFrom(randomZones).Draw(t, "zone")
	zone := mustZone(z.name)
	day := time.Date(rapid.SampledFrom(z.years).Draw(t, "year"), 1, 1, 0, 0, 0, 0, time.UTC)
	day = day.AddDate(0, 0, rapid.IntRange(0, 365).Draw(t, "day"))
	if _, change := day.In(zone).ZoneBounds(); !change.IsZero() {
		day = change.UTC().Truncate(24*time.Hour).AddDate(0, 0, rapid.IntRange(-2, 1).Draw(t, "before"))
	}
	return zone, day
}

// TestAtShows compares At with what clocks show.
func TestAtShows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		zone, day := drawZone(t)
		clock := time.Duration(rapid.IntRange(0, 30*60).Draw(t, "minutes")) * time.Minute
		got, exists := At(DateOf(day), clock, zone)
		want, shown := plainStart(DateOf(day), clock, zone)
		if exists != shown || shown && !got.Equal(want) {
			t.Fatalf("At(%s, %v, %s) = %v, %v; want %v, %v", DateOf(day), clock, zone, got, exists, want, shown)
		}
	})
}

func TestDateIn(t *testing.T) {
	for _, c := range []struct {
		zone, date, start string
		want              time.Duration
	}{
		{"Europe/Berlin", "2026-03-03", "2026-03-02T23:00:00Z", 24 * time.Hour},
		{"Europe/Berlin", "2026-03-29", "2026-03-28T23:00:00Z", 23 * time.Hour},
		{"Europe/Berlin", "2026-10-25", "2026-10-24T22:00:00Z", 25 * time.Hour},
		{"Australia/Lord_Howe", "2026-04-05", "2026-04-04T13:00:00Z", clock(24, 30)},
		{"America/Santiago", "2024-09-08", "2024-09-08T04:00:00Z", 23 * time.Hour}, // begins at 01:00
		{"America/Santiago", "2024-04-06", "2024-04-06T03:00:00Z", 25 * time.Hour}, // ends with 23:00 twice
		{"America/Havana", "2025-11-02", "2025-11-02T04:00:00Z", 25 * time.Hour},
		{"Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00Z", 0},
		{"Pacific/Apia", "2011-12-31", "2011-12-30T10:00:00Z", 24 * time.Hour},
		{"Pacific/Kwajalein", "1993-08-21", "1993-08-21T12:00:00Z", 0},
	} {
		got := date(c.date).In(mustZone(c.zone))
		if !got.Start.Equal(instant(c.start)) || got.Length() != c.want {
			t.Errorf("%s in %s is from %v for %v, want from %v for %v", c.date, c.zone, got.Start.UTC(), got.Length(), c.start, c.want)
		}
	}
}

// TestDatesTile: one day ends when the next begins, whatever the clocks do.
func TestDatesTile(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		zone, day := drawZone(t)
		d := DateOf(day)
		today, tomorrow := d.In(zone), d.AddDays(1).In(zone)
		if !today.End.Equal(tomorrow.Start) {
			t.Fatalf("%s in %s ends at %v, the next day begins at %v", d, zone, today.End, tomorrow.Start)
		}
		if !today.Empty() && DateOf(today.Start) != d {
			t.Fatalf("%s in %s begins on %v", d, zone, DateOf(today.Start))
		}
	})
}

func TestDate(t *testing.T) {
	d := date("2026-03-03")
	if d.String() != "2026-03-03" || d.IsZero() || !(Date{}).IsZero() {
		t.Errorf("2026-03-03 came back as %s", d)
	}
	if got := d.AddDays(-3).String(); got != "2026-02-28" {
		t.Errorf("3 days before %s is %s", d, got)
	}
	if d.Weekday() != time.Tuesday || d.Monday() != date("2026-03-02") {
		t.Errorf("%s is a %v after Monday %s", d, d.Weekday(), d.Monday())
	}
	if got := date("2026-03-08").Monday(); got != date("2026-03-02") { // a Sunday ends its week
		t.Errorf("Monday of 2026-03-08 is %s", got)
	}
	if got := date("0001-01-01").DaysUntil(date("9999-12-31")); got != 3652058 {
		t.Errorf("the calendar has %d days", got)
	}
	if d.DaysUntil(date("2026-03-01")) != -2 || d.Compare(date("2026-03-01")) != 1 || d.Compare(d) != 0 {
		t.Errorf("%s is not 2 days after 2026-03-01", d)
	}
	for _, bad := range []string{"", "2026-3-3", "2026-02-30", "03.03.2026", "2026-03-03T00:00:00Z"} {
		if got, err := ParseDate(bad); err == nil {
			t.Errorf("ParseDate(%q) = %s, want an error", bad, got)
		}
	}
}

// Go's ZoneBounds ends before it begins on these days; time must go on all the
// same.
func TestLastDayOfLeapYears(t *testing.T) {
	for _, zone := range []string{"Europe/Berlin", "America/New_York", "Australia/Sydney", "Asia/Kolkata"} {
		loc, err := LoadZone(zone)
		if err != nil {
			t.Fatal(err)
		}
		for _, year := range []int{2036, 2040, 2044, 2096, 2400} {
			got, exists := At(Date{Year: year, Month: time.December, Day: 31}, 9*time.Hour, loc)
			if want := time.Date(year, 12, 31, 9, 0, 0, 0, loc); !exists || !got.Equal(want) {
				t.Errorf("%s: 31 December %d, 09:00 is %v, %v; want %v", zone, year, got, exists, want)
			}
		}
	}
}
