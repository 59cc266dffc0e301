package ical

import (
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
)

// Rules that never end, never match or match every second cost little; what is
// not found of them is unknown.
func TestBombs(t *testing.T) {
	all := []string{"busy 01 23:00-15 23:00"}
	in := func(start, length, rule string) string {
		return inCalendar(inEvent("DTSTART:"+start, "DURATION:"+length, "RRULE:"+rule))
	}
	second := "BYSECOND=" + numbersTo(59) + ";BYMINUTE=" + numbersTo(59) + ";BYHOUR=" + numbersTo(23)
	runReadCases(t, []readCase{
		{"every second since 1970", in("19700101T000000Z", "PT1S", "FREQ=SECONDLY"), all, ""},
		{"every second since 1601", in("16010101T000000Z", "PT1S", "FREQ=SECONDLY"), all, ""},
		{"every second, until", in("19700101T000000Z", "PT1M", "FREQ=SECONDLY;INTERVAL=30;UNTIL=20261102T000000Z"), []string{"busy 01 23:00-02 00:01"}, ""},
		{"every second, takes nothing", in("19700101T000000Z", "PT0S", "FREQ=SECONDLY;COUNT=2147483647"), nil, ""},
		{"never", in("20260228T090000Z", "PT1H", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"), nil, ""},
		{"never, by the hour", in("16010228T090000Z", "PT1H", "FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30;COUNT=5"), nil, ""},
		{"never the same hour", in("20261101T090000Z", "PT1H", "FREQ=HOURLY;INTERVAL=24;BYHOUR=5"), nil, ""},
		{"the last second of 31 million", in("20260101T000000Z", "PT1S", "FREQ=YEARLY;BYSETPOS=-1;BYMONTHDAY="+numbersFrom(1, 31)+";"+second), nil, ""},
		{"years apart", in("20240229T090000Z", "PT1H", "FREQ=YEARLY;INTERVAL=9223372036854775807;BYMONTH=2;BYMONTHDAY=29"), nil, ""},
		{"since the year 1", in("00010101T090000Z", "PT1H", "FREQ=YEARLY;BYMONTH=11;BYMONTHDAY=4"), []string{"busy 04 09:00-10:00"}, ""},
		{"so many", in("19700101T090000Z", "PT1H", "FREQ=DAILY;INTERVAL=7;COUNT=9223372036854775807"), []string{"busy 05 09:00-10:00", "busy 12 09:00-10:00"}, ""},
		{"the 53rd Monday of a month", in("20261104T090000Z", "PT1H", "FREQ=MONTHLY;BYDAY=53MO"), []string{"busy 04 09:00-10:00"}, ""},
	})
	for _, rule := range []string{
		"FREQ=SECONDLY;INTERVAL=2", "FREQ=SECONDLY;COUNT=2147483647;BYDAY=MO,TU,WE", "FREQ=DAILY;" + second, "FREQ=MINUTELY;COUNT=2147483647;BYHOUR=1,2,3,4",
	} {
		b := read(t, in("16010101T000000Z", "PT1S", rule))
		if _, free := b.At(availability.Interval{Start: november.End.Add(-7 * 24 * 3600e9), End: november.End}); free || len(b.Spans) > 60_000 {
			t.Errorf("%s: the last week is free, or there are too many spans: %d", rule, len(b.Spans))
		}
	}
}

func numbersTo(n int) string { return numbersFrom(0, n) }

func numbersFrom(from, to int) string {
	var list []string
	for n := from; n <= to; n++ {
		list = append(list, fmt.Sprint(n))
	}
	return strings.Join(list, ",")
}

// Five thousand daily series are a normal load: all of it is found.
func TestManySeries(t *testing.T) {
	var events []string
	for i := range 5000 {
		events = append(events, inEvent(fmt.Sprintf("UID:%d", i), fmt.Sprintf("DTSTART:2010%02d01T%02d%02d00Z", 1+i%12, i/60%24, i%60), "DURATION:PT1M", "RRULE:FREQ=DAILY"))
	}
	b := read(t, inCalendar(events...))
	if diff := cmp.Diff([]string{"busy 01 23:00-15 23:00"}, spansOf(b)); diff != "" || len(b.Warnings) > 0 {
		t.Errorf("%q (-want +got):\n%s", b.Warnings, diff)
	}
}

// A repeater gives a text over and over, for ever.
type repeater struct {
	text string
	read int
}

func (r *repeater) Read(p []byte) (int, error) {
	n := 0
	for n < len(p) {
		k := copy(p[n:], r.text[r.read%len(r.text):])
		n += k
		r.read += k
	}
	return n, nil
}

// What has no end is given up soon, and is not kept.
func TestEndless(t *testing.T) {
	for _, c := range []struct{ head, body, want string }{
		{"BEGIN:VCALENDAR\r\nX-A:", "x", "longer than 32 MB"},
		{"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART;X=", "x", "longer than 32 MB"},
		{"BEGIN:VCALENDAR\r\n", "BEGIN:X\r\n", "nest deeper"},
		{"", "BEGIN:X\r\n", "not a calendar"},
		{"", "x", "longer than 32 MB"},
		{"", "x\n", "not a calendar"},
		{"BEGIN:VCALENDAR\r\n", "x\r\n", "lines"},
		{"BEGIN:VCALENDAR\r\n", "\r\n", "lines"},
		{"BEGIN:VCALENDAR\r\nX-A:", "\n x", "lines"},
		{"BEGIN:VCALENDAR\r\n", "BEGIN:VFREEBUSY\r\nFREEBUSY:20261104T090000Z/PT1H\r\nEND:VFREEBUSY\r\n", "matter"},
		{"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n", "RDATE:20261104T090000Z\r\n", "matter"},
		{"BEGIN:VCALENDAR\r\n", "BEGIN:VEVENT\r\nDTSTART:20261104T090000Z\r\nEND:VEVENT\r\n", "matter"},
		{"BEGIN:VCALENDAR\r\nBEGIN:VFREEBUSY\r\n", "FREEBUSY:20261104T090000Z/PT1H\r\n", "a VFREEBUSY is longer"},
	} {
		r := &repeater{text: c.body}
		_, err := ReadBusy(io.MultiReader(strings.NewReader(c.head), r), ReadOptions{Zone: zoneNamed(t, "UTC"), Window: november})
		if err == nil || !strings.Contains(err.Error(), c.want) || r.read > 129<<20 {
			t.Errorf("%q: got %v after %d bytes, want %q", c.head+c.body, err, r.read, c.want)
		}
	}
}

// What is kept whole is bounded by all of its text: by parameters and calendars, too.
func TestEndlessWhole(t *testing.T) {
	for _, c := range []struct{ head, body string }{
		{"BEGIN:VCALENDAR\r\n", "X" + strings.Repeat(";A=b", 1000) + ":\r\n"},
		{"", "BEGIN:VCALENDAR\r\nX:" + strings.Repeat("y", 1000) + "\r\nEND:VCALENDAR\r\n"},
	} {
		r := &repeater{text: c.body}
		_, err := Decode(io.MultiReader(strings.NewReader(c.head), r))
		if err == nil || !strings.Contains(err.Error(), "larger than 32 MB") || r.read > 33<<20 {
			t.Errorf("%.40q: got %v after %d bytes", c.head+c.body, err, r.read)
		}
	}
}

// Of many components for one session the last is read, however long the texts are that they
// would be compared with.
func TestManyComponentsOfOneSession(t *testing.T) {
	const event = "UID:a-peerslot\r\nORGANIZER:mailto:robot@acme.example\r\nSUMMARY:Peers\r\n"
	text := inCalendar(inEvent(event+"DTSTART;TZID=Europe/Berlin:20260303T150000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;COUNT=3", "DESCRIPTION:"+strings.Repeat("a line\\n", 20_000)),
		strings.Repeat(inEvent(event+"RECURRENCE-ID:20260310T140000Z", "DTSTART:20260310T150000Z", "DESCRIPTION:first")+"\r\n", 1_000),
		inEvent(event+"RECURRENCE-ID:20260310T140000Z", "DTSTART:20260310T160000Z", "DESCRIPTION:last"))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	all, err := Decode(strings.NewReader(text))
	runtime.ReadMemStats(&after)
	if err != nil || len(all) != 1 || len(all[0].Overrides) != 1 || all[0].Overrides[0].Note != "last" {
		t.Fatalf("got %v, %v", all, err)
	}
	if took := after.TotalAlloc - before.TotalAlloc; took > 50<<20 {
		t.Errorf("took %d MB for %d kB", took>>20, len(text)>>10)
	}
}

// Who is asked by the master is looked up once, not for each attendee of each session.
func TestManyAttendees(t *testing.T) {
	const event, many = "UID:a-peerslot\r\nORGANIZER:mailto:robot@acme.example\r\nSUMMARY:Peers\r\n", 1_500
	attendees := func(params string) string {
		var b strings.Builder
		for i := range many {
			fmt.Fprintf(&b, "ATTENDEE;PARTSTAT=ACCEPTED;RSVP=%s:mailto:a%d@acme.example\r\n", params, i)
		}
		return b.String()
	}
	text := inCalendar(inEvent(event+attendees("TRUE")+"DTSTART;TZID=Europe/Berlin:20260303T150000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;COUNT=3"),
		inEvent(event+attendees("FALSE")+"RECURRENCE-ID:20260310T140000Z", "DTSTART:20260310T150000Z"))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	all, err := Decode(strings.NewReader(text))
	runtime.ReadMemStats(&after)
	if err != nil || len(all) != 1 || len(all[0].Overrides) != 1 || len(all[0].Overrides[0].RSVPs) != many {
		t.Fatalf("got %d series, %v", len(all), err)
	}
	if took := after.TotalAlloc - before.TotalAlloc; took > 20<<20 {
		t.Errorf("took %d MB for %d kB", took>>20, len(text)>>10)
	}
}

// Of the definition of a zone that is too long no more is kept than of the longest.
func TestLongZoneIsNotKept(t *testing.T) {
	for _, more := range []string{"RDATE:20261104T090000\r\n", "BEGIN:STANDARD\r\nEND:STANDARD\r\n"} {
		text := inCalendar("BEGIN:VTIMEZONE\r\nTZID:Bureau\r\n"+strings.Repeat(more, 200_000)+"END:VTIMEZONE", inEvent("DTSTART;TZID=Bureau:20261104T090000", "DURATION:PT1H"))
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		b := read(t, text)
		runtime.ReadMemStats(&after)
		if len(b.Warnings) != 2 || !strings.Contains(b.Warnings[0], "too long") {
			t.Errorf("got warnings %q", b.Warnings)
		}
		if kept := after.Mallocs - before.Mallocs; kept > 50_000 {
			t.Errorf("%q: %d allocations", more, kept)
		}
	}
}

// A reader that fails or stutters is no other calendar.
func TestReaders(t *testing.T) {
	text := inCalendar(standup(), inEvent("DESCRIPTION:"+strings.Repeat("0123456789 ", 20_000), "DTSTART:20261103T120000Z", "DTEND:20261103T130000Z"))
	o := ReadOptions{Zone: zoneNamed(t, "UTC"), Window: november}
	want, err := ReadBusy(strings.NewReader(text), o)
	if err != nil || len(want.Spans) != 5 {
		t.Fatal(err, want)
	}
	for name, r := range map[string]io.Reader{
		"one byte at a time": iotest.OneByteReader(strings.NewReader(text)),
		"halves":             iotest.HalfReader(strings.NewReader(text)),
		"end with the data":  iotest.DataErrReader(strings.NewReader(text)),
	} {
		if got, err := ReadBusy(r, o); err != nil || cmp.Diff(want, got) != "" {
			t.Errorf("%s: %v\n%s", name, err, cmp.Diff(want, got))
		}
	}
	broken := errors.New("the line is dead")
	if _, err := ReadBusy(io.MultiReader(strings.NewReader(text), iotest.ErrReader(broken)), o); !errors.Is(err, broken) {
		t.Errorf("got %v, want %v", err, broken)
	}
	if _, err := ReadBusy(iotest.TimeoutReader(iotest.HalfReader(strings.NewReader(text))), o); err == nil {
		t.Error("a reader that timed out: no error")
	}
	if _, err := ReadBusy(&stuck{}, o); !errors.Is(err, io.ErrNoProgress) {
		t.Errorf("a reader that is stuck: got %v", err)
	}
}

type stuck struct{}

func (*stuck) Read([]byte) (int, error) { return 0, nil }

func FuzzReadBusy(f *testing.F) {
	f.Add(inCalendar(standup("EXDATE:20261104T080000Z", "RDATE;VALUE=PERIOD:20261103T120000Z/PT1H"), override(";RANGE=THISANDFUTURE:20261109T080000Z", "DTSTART:20261109T100000Z", "DURATION:PT1H")))
	f.Add(inCalendar(definition("Bureau", "-0330", "-0230"), inEvent("DTSTART;TZID=Bureau:20261104T090000", "DTEND:20261104T100000", "ATTENDEE;PARTSTAT=DECLINED:mailto:ana@example.org")))
	f.Add(inCalendar("BEGIN:VFREEBUSY\nFREEBUSY;FBTYPE=BUSY:20261104T090000Z/PT1H,x/y\nEND:VFREEBUSY", inEvent("DTSTART;TZID=\"a:b\";VALUE=DATE:2026-11-04", "DURATION:-P1W2DT3H")))
	f.Add(inCalendar(inEvent("DTSTART:19700101T000000Z", "DURATION:PT1S", "RRULE:FREQ=SECONDLY;BYSETPOS=-1;BYDAY=-1MO;BYWEEKNO=53;BYHOUR=5;COUNT=9;INTERVAL=3;UNTIL=20300101")))
	loc := zoneNamed(f, "Europe/Berlin")
	f.Fuzz(func(t *testing.T, text string) {
		b, err := ReadBusy(strings.NewReader(text), ReadOptions{Zone: loc, Window: november, Owner: "ana@example.org", Except: NewUIDs([]calendar.UID{"x"})})
		if err != nil {
			return
		}
		if len(b.Warnings) > 21 || len(b.Spans) > 300_000 {
			t.Errorf("%d warnings, %d spans", len(b.Warnings), len(b.Spans))
		}
		for _, s := range b.Spans {
			if s.Empty() || !november.Contains(s.Interval) {
				t.Errorf("%v is not in the window", s)
			}
		}
		again := b
		again.Spans = append([]availability.Span(nil), b.Spans...)
		again.Normalize()
		if diff := cmp.Diff(b, again); diff != "" {
			t.Errorf("not normalized:\n%s", diff)
		}
	})
}

// manyCancelled is a text of n messages that cancel a series, and n that make it anew.
func manyCancelled(n int) string {
	var cancelled, anew []string
	for i := range n {
		cancelled = append(cancelled, inEvent("UID:a", "STATUS:CANCELLED", fmt.Sprintf("SEQUENCE:%d", i%2)))
		anew = append(anew, inEvent("UID:a", fmt.Sprintf("SEQUENCE:%d", i%4), fmt.Sprintf("DTSTART:20261103T%02d0000Z", i%4), "DURATION:PT1H"))
	}
	return inCalendar(append([]string{"METHOD:CANCEL"}, cancelled...)...) + inCalendar(anew...)
}

// What comes later and has a higher SEQUENCE is no more cancelled.
func TestManyCancelled(t *testing.T) {
	b := read(t, manyCancelled(40)+inCalendar("METHOD:CANCEL", inEvent("UID:a", "SEQUENCE:2")))
	if diff := cmp.Diff([]string{"busy 03 03:00-04:00"}, spansOf(b)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A UID that many overrides have, in more zones than the work for one calendar allows,
// is unknown where that ends, not free.
func TestManyOverridesInManyZones(t *testing.T) {
	var events []string
	for i := range 40_000 {
		events = append(events, inEvent("UID:a", "DTSTART:20000101T000000Z", "RECURRENCE-ID:"+time.Unix(int64(i)*1000, 0).UTC().Format("20060102T150405Z")))
	}
	for _, zone := range strings.Fields("Berlin Paris Rome Madrid London Dublin Lisbon Vienna Oslo Stockholm Helsinki Athens Sofia Warsaw Prague Riga") {
		events = append(events, inEvent("UID:a", "DTSTART;TZID=Europe/"+zone+":20261104T090000", "DURATION:PT1H", "RRULE:FREQ=DAILY"))
	}
	b := read(t, inCalendar(events...))
	if !strings.Contains(b.Reason, "the rest is unknown") {
		t.Errorf("got reason %q and %v", b.Reason, spansOf(b))
	}
}

// manyLater is a text of n series of one UID and as many overrides of all later sessions.
func manyLater(n int) string {
	events := make([]string, 0, 2*n)
	for i := range n {
		id := time.Unix(int64(i)*1000, 0).UTC().Format("20060102T150405Z")
		events = append(events, inEvent("UID:a", "DTSTART:20261104T090000Z", "DURATION:PT1H", "RRULE:FREQ=WEEKLY"),
			inEvent("UID:a", "DTSTART:"+id, "RECURRENCE-ID;RANGE=THISANDFUTURE:"+id))
	}
	return inCalendar(events...)
}

// Cost grows straight: ns/series stays what it is.
func BenchmarkLater(b *testing.B) {
	for _, n := range []int{1_000, 4_000, 16_000} {
		text, o := manyLater(n), ReadOptions{Zone: time.UTC, Window: november}
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				if _, err := ReadBusy(strings.NewReader(text), o); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/series")
		})
	}
}

// Cost grows straight: ns/message stays what it is.
func BenchmarkCancelled(b *testing.B) {
	for _, n := range []int{1_000, 4_000, 16_000} {
		text, o := manyCancelled(n), ReadOptions{Zone: time.UTC, Window: november}
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				if _, err := ReadBusy(strings.NewReader(text), o); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*2*n), "ns/message")
		})
	}
}
