package ical

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
)

// november is the window of most tests: two weeks after the clocks of Europe
// changed.
var november = availability.Interval{
	Start: time.Date(2026, 11, 1, 23, 0, 0, 0, time.UTC),
	End:   time.Date(2026, 11, 15, 23, 0, 0, 0, time.UTC),
}

func zoneNamed(t testing.TB, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

// inCalendar returns a calendar of the lines.
func inCalendar(lines ...string) string {
	return "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n" + strings.Join(lines, "\r\n") + "\r\nEND:VCALENDAR\r\n"
}

// inEvent returns an event of the lines.
func inEvent(lines ...string) string {
	return "BEGIN:VEVENT\r\n" + strings.Join(lines, "\r\n") + "\r\nEND:VEVENT"
}

// read returns what Ana, in Berlin, is known to do in november.
func read(t *testing.T, text string, except ...calendar.UID) availability.Busy {
	t.Helper()
	b, err := ReadBusy(strings.NewReader(text), ReadOptions{
		Zone: zoneNamed(t, "Europe/Berlin"), Window: november, Owner: "ana@example.org", Except: NewUIDs(except),
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// spansOf writes spans as "busy 03 09:00-10:00" in UTC, with the day of the end
// if it is another.
func spansOf(b availability.Busy) (list []string) {
	for _, s := range b.Spans {
		kind := s.Kind.String()
		if s.AllDay {
			kind = "all-day " + kind
		}
		end := s.End.Format("15:04")
		if s.End.Day() != s.Start.Day() {
			end = s.End.Format("02 15:04")
		}
		list = append(list, fmt.Sprintf("%s %s-%s", kind, s.Start.Format("02 15:04"), end))
	}
	return list
}

// A readCase is a calendar and when its owner is busy. A warning, if one is
// wanted, must be among the warnings; else there must be none.
type readCase struct {
	name    string
	text    string
	want    []string
	warning string
}

func runReadCases(t *testing.T, cases []readCase) {
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			b := read(t, c.text)
			if diff := cmp.Diff(c.want, spansOf(b)); diff != "" {
				t.Errorf("(-want +got):\n%s\n%s", diff, c.text)
			}
			all := strings.Join(b.Warnings, "\n")
			if !strings.Contains(all, c.warning) || (c.warning == "") != (all == "") {
				t.Errorf("got warnings %q, want %q", all, c.warning)
			}
		})
	}
}

// TestReadBusyEqualsPlain reads generated calendars of all shapes in several
// zones.
func TestReadBusyEqualsPlain(t *testing.T) {
	for seed := range uint64(30) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		s := shapes[seed%3]
		s.singles, s.series, s.overrides = s.singles/20, s.series/2, s.overrides/2
		loc := zoneNamed(t, []string{"Europe/Berlin", "America/New_York", "Australia/Sydney", "Asia/Kolkata", "UTC"}[seed%5])
		text := generated(rnd, s, loc)
		o := ReadOptions{Zone: loc, Window: window}
		got, err := ReadBusy(strings.NewReader(text), o)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(plainBusy(t, text, o), got); diff != "" {
			t.Fatalf("seed %d, %s (-plain +got):\n%s", seed, loc, diff)
		}
	}
}

func ExampleReadBusy() {
	text := `BEGIN:VCALENDAR
BEGIN:VEVENT
DTSTART;TZID=Europe/Berlin:20261103T100000
DURATION:PT1H
RRULE:FREQ=WEEKLY;COUNT=2
END:VEVENT
END:VCALENDAR
`
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		panic(err)
	}
	busy, err := ReadBusy(strings.NewReader(text), ReadOptions{Zone: berlin, Window: november})
	if err != nil {
		panic(err)
	}
	for _, s := range busy.Spans {
		fmt.Println(s.Kind, s.Start.Format(time.RFC3339), s.End.Format(time.RFC3339))
	}
	// Output:
	// busy 2026-11-03T09:00:00Z 2026-11-03T10:00:00Z
	// busy 2026-11-10T09:00:00Z 2026-11-10T10:00:00Z
}

// BenchmarkReadBusy compares with reading as in plainBusy: how many times as
// long that takes and how many times as many bytes it allocates.
func BenchmarkReadBusy(b *testing.B) {
	loc := zoneNamed(b, "Europe/Berlin")
	for _, s := range shapes {
		text := generated(rand.New(rand.NewPCG(1, 1)), s, loc)
		o := ReadOptions{Zone: loc, Window: window}
		got, err := ReadBusy(strings.NewReader(text), o)
		if diff := cmp.Diff(plainBusy(b, text, o), got); err != nil || diff != "" {
			b.Fatal(err, diff)
		}
		b.Run(s.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(text)))
			var ours, plain cost
			for b.Loop() {
				ours.add(func() { _, err = ReadBusy(strings.NewReader(text), o) })
				if err != nil {
					b.Fatal(err)
				}
				if b.StopTimer(); plain.times < 20 {
					plain.add(func() { plainBusy(b, text, o) })
				}
				b.StartTimer()
			}
			b.ReportMetric(plain.time()/ours.time(), "x-time")
			b.ReportMetric(plain.bytes()/ours.bytes(), "x-bytes")
		})
	}
}

// A cost is what calls took so far.
type cost struct {
	times     float64
	took      time.Duration
	allocated uint64
}

func (c *cost) add(call func()) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	begin := time.Now()
	call()
	c.took += time.Since(begin)
	runtime.ReadMemStats(&after)
	c.allocated += after.TotalAlloc - before.TotalAlloc
	c.times++
}

func (c *cost) time() float64  { return float64(c.took) / c.times }
func (c *cost) bytes() float64 { return float64(c.allocated) / c.times }
