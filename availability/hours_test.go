package availability

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func hours(days, text string) Hours {
	var h Hours
	if err := h.Set(days, text); err != nil {
		panic(err)
	}
	return h
}

func TestHoursSet(t *testing.T) {
	h := OfficeHours()
	for _, set := range [][2]string{{"fri", "13:00-15:00 09:00-12:00"}, {"sat", "22:00-02:00"}, {"mon,wed", ""}} {
		if err := h.Set(set[0], set[1]); err != nil {
			t.Fatal(err)
		}
	}
	office := []ClockRange{{clock(9, 0), clock(17, 0)}}
	want := HoursOf([7][]ClockRange{
		time.Tuesday: office, time.Thursday: office,
		time.Friday:   {{clock(9, 0), clock(12, 0)}, {clock(13, 0), clock(15, 0)}},
		time.Saturday: {{clock(22, 0), clock(26, 0)}},
	})
	if diff := cmp.Diff(want, h); diff != "" {
		t.Errorf("want - got +:\n%s", diff)
	}
}

func TestHoursSetErrors(t *testing.T) {
	for _, c := range []struct{ days, text, want string }{
		{"mon", "9-17", `hours "9-17": want a range such as 09:00-17:30`},
		{"mon", "09:00", `hours "09:00": want a range such as 09:00-17:30`},
		{"mon", "09:00-09:00", `hours "09:00-09:00": want a range such as 09:00-17:30`},
		{"mon", "24:00-25:00", `hours "24:00-25:00": want a range such as 09:00-17:30`},
		{"mon", "09:00-12:00 11:00-13:00", `hours "09:00-12:00 11:00-13:00": the ranges overlap`},
		{"moon", "09:00-17:00", `weekday "moon": want one of mon, tue, wed, thu, fri, sat, sun`},
	} {
		h := OfficeHours()
		err := h.Set(c.days, c.text)
		if err == nil || err.Error() != c.want {
			t.Errorf("Set(%q, %q): %v, want %s", c.days, c.text, err, c.want)
		}
		if diff := cmp.Diff(OfficeHours(), h); diff != "" {
			t.Errorf("Set(%q, %q) failed and changed the hours:\n%s", c.days, c.text, diff)
		}
	}
}

func TestHoursIn(t *testing.T) {
	for _, c := range []struct {
		name, zone string
		hours      Hours
		from, to   string // the window, as local dates: the days from from up to to
		want       []string
	}{
		{"summer time begins", "Europe/Berlin", hours("sat-sun", "09:00-10:00"), "2026-03-28", "2026-03-30",
			[]string{"2026-03-28T08:00:00Z", "2026-03-28T09:00:00Z", "2026-03-29T07:00:00Z", "2026-03-29T08:00:00Z"}},
		{"past midnight", "Europe/Berlin", hours("mon", "22:00-02:00"), "2026-03-02", "2026-03-09",
			[]string{"2026-03-02T21:00:00Z", "2026-03-03T01:00:00Z"}},
		{"from the evening before the window", "Europe/Berlin", hours("mon", "22:00-02:00"), "2026-03-03", "2026-03-04",
			[]string{"2026-03-02T23:00:00Z", "2026-03-03T01:00:00Z"}},
		{"joined at midnight", "UTC", hours("mon-tue", "00:00-24:00"), "2026-03-02", "2026-03-09",
			[]string{"2026-03-02T00:00:00Z", "2026-03-04T00:00:00Z"}},
		{"until a time that is skipped", "Europe/Berlin", hours("sun", "01:00-02:30"), "2026-03-29", "2026-03-30",
			[]string{"2026-03-29T00:00:00Z", "2026-03-29T01:00:00Z"}},
		{"from a time that is skipped", "Europe/Berlin", hours("sun", "02:30-04:00"), "2026-03-29", "2026-03-30",
			[]string{"2026-03-29T01:00:00Z", "2026-03-29T02:00:00Z"}},
		{"until a time that comes twice", "Europe/Berlin", hours("sun", "01:00-02:30"), "2026-10-25", "2026-10-26",
			[]string{"2026-10-24T23:00:00Z", "2026-10-25T00:30:00Z"}},
		{"from a time that comes twice", "Europe/Berlin", hours("sun", "02:30-04:00"), "2026-10-25", "2026-10-26",
			[]string{"2026-10-25T00:30:00Z", "2026-10-25T03:00:00Z"}},
		{"the Friday that Samoa skipped", "Pacific/Apia", hours("fri", "09:00-17:00"), "2011-12-26", "2012-01-02", nil},
		{"the Thursday before", "Pacific/Apia", hours("thu", "22:00-02:00"), "2011-12-26", "2012-01-02",
			[]string{"2011-12-30T08:00:00Z", "2011-12-30T10:00:00Z"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			zone := mustZone(c.zone)
			window := Interval{date(c.from).In(zone).Start, date(c.to).In(zone).Start}
			var got []string
			for _, iv := range c.hours.In(zone, window) {
				got = append(got, iv.Start.UTC().Format(time.RFC3339), iv.End.UTC().Format(time.RFC3339))
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("want - got +:\n%s", diff)
			}
		})
	}
	if got := OfficeHours().In(time.UTC, Interval{}); got != nil {
		t.Errorf("hours in no time at all: %v", got)
	}
}

func TestDays(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"tue", "tue"},
		{"mon-thu", "mon,tue,wed,thu"},
		{"sat,mon", "mon,sat"},
		{"fri-mon", "mon,fri,sat,sun"},
		{"Sunday", "sun"},
		{" tue - wed , sat", "tue,wed,sat"},
		{"mon-mon", "mon"},
	} {
		got, err := ParseDays(c.text)
		if err != nil || got.String() != c.want {
			t.Errorf("ParseDays(%q) = %v, %v; want %s", c.text, got, err, c.want)
		}
	}
	for _, bad := range []string{"", ",", "mon-", "-tue", "mon-tue-wed", "montag"} {
		if got, err := ParseDays(bad); err == nil {
			t.Errorf("ParseDays(%q) = %v, want an error", bad, got)
		}
	}
	if weekend := DaysOf(time.Saturday, time.Sunday); !weekend.Has(time.Sunday) || weekend.Has(time.Monday) {
		t.Errorf("the weekend is %s", weekend)
	}
}

func TestParseClock(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"00:00": 0, "09:30": clock(9, 30), "9:30": clock(9, 30), "23:59": clock(23, 59), "24:00": 24 * time.Hour,
	} {
		if got, err := ParseClock(text); err != nil || got != want {
			t.Errorf("ParseClock(%q) = %v, %v; want %v", text, got, err, want)
		}
	}
	for _, bad := range []string{"", "9", "9:5", "09:60", "24:01", "25:00", "-1:00", "+9:00", "009:00", "09:30:00", "9h"} {
		if got, err := ParseClock(bad); err == nil {
			t.Errorf("ParseClock(%q) = %v, want an error", bad, got)
		}
	}
	for c, want := range map[time.Duration]string{0: "00:00", clock(9, 5): "09:05", clock(23, 59): "23:59", clock(26, 0): "02:00"} {
		if got := FormatClock(c); got != want {
			t.Errorf("FormatClock(%v) = %s, want %s", c, got, want)
		}
	}
}

func FuzzParseClock(f *testing.F) {
	for _, s := range []string{"09:30", "24:00", "9:00", "24:01", "", ":", "٠٩:٣٠"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		c, err := ParseClock(s)
		if err != nil {
			return
		}
		if c < 0 || c > 24*time.Hour || c%time.Minute != 0 {
			t.Fatalf("ParseClock(%q) = %v", s, c)
		}
		again, err := ParseClock(FormatClock(c))
		if err != nil || again != c%(24*time.Hour) {
			t.Fatalf("ParseClock(%q) = %v, which is written %s and read %v, %v", s, c, FormatClock(c), again, err)
		}
	})
}

func FuzzParseDays(f *testing.F) {
	for _, s := range []string{"mon", "mon-thu", "sat,mon", "fri-mon", "Sunday", "", "mon--tue", "ſun"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		days, err := ParseDays(s)
		if err != nil {
			return
		}
		again, err := ParseDays(days.String())
		if err != nil || again != days || days == 0 {
			t.Fatalf("ParseDays(%q) = %v, read again %v, %v", s, days, again, err)
		}
	})
}
