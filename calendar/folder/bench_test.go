package folder

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/calendartest"
)

// export returns a calendar of three years with 5,000 events, 2.7 MB: single
// meetings with what real programs write beside the times.
func export() string {
	var text strings.Builder
	text.WriteString("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Other//Program//EN\r\n")
	start := time.Date(2024, 1, 1, 8, 0, 0, 0, time.UTC)
	note := strings.Repeat("Agenda\\, notes and a link to join\\; ", 9)
	for i := range 5000 {
		at := start.AddDate(0, 0, i*3*365/5000).Add(time.Duration(i%9) * time.Hour)
		fmt.Fprintf(&text, "BEGIN:VEVENT\r\nUID:%d@other.example\r\nDTSTAMP:20240101T000000Z\r\nDTSTART:%s\r\nDTEND:%s\r\nSUMMARY:Meeting %d\r\n",
			i, at.Format("20060102T150405Z"), at.Add(30*time.Minute).Format("20060102T150405Z"), i)
		for rest := "DESCRIPTION:" + note; rest != ""; {
			n := min(len(rest), 74)
			text.WriteString(rest[:n] + "\r\n")
			if rest = rest[n:]; rest != "" {
				text.WriteByte(' ')
			}
		}
		text.WriteString("STATUS:CONFIRMED\r\nTRANSP:OPAQUE\r\nSEQUENCE:0\r\nEND:VEVENT\r\n")
	}
	text.WriteString("END:VCALENDAR\r\n")
	return text.String()
}

// crowd returns n people.
func crowd(n int) (people []calendar.Address) {
	for i := range n {
		people = append(people, calendar.Address(fmt.Sprintf("p%02d@acme.example", i)))
	}
	return people
}

func benchmarkBusy(b *testing.B, people []calendar.Address, root string, bytes int) {
	backend := &Backend{Path: root}
	b.SetBytes(int64(bytes))
	b.ReportAllocs()
	for b.Loop() {
		got, err := backend.Busy(b.Context(), people, calendartest.Window())
		if err != nil {
			b.Fatal(err)
		}
		for a, busy := range got {
			if busy.Reason != "" || len(busy.Spans) == 0 {
				b.Fatalf("%s: %d spans, reason %q", a, len(busy.Spans), busy.Reason)
			}
		}
	}
}

// 60 people, each with one file of a whole calendar.
func BenchmarkBusyOfExports(b *testing.B) {
	root, text, people := b.TempDir(), export(), crowd(60)
	for _, a := range people {
		if err := os.WriteFile(root+"/"+string(a)+suffix, []byte(text), 0o644); err != nil {
			b.Fatal(err)
		}
	}
	benchmarkBusy(b, people, root, len(text)*len(people))
}

// One person with as many events, each in a file.
func BenchmarkBusyOfAFolder(b *testing.B) {
	root, people := b.TempDir(), crowd(1)
	dir := root + "/" + string(people[0])
	if err := os.Mkdir(dir, 0o755); err != nil {
		b.Fatal(err)
	}
	head, events, _ := strings.Cut(export(), "BEGIN:VEVENT\r\n")
	size := 0
	for i, event := range strings.Split(strings.TrimSuffix(events, "END:VCALENDAR\r\n"), "BEGIN:VEVENT\r\n") {
		text := head + "BEGIN:VEVENT\r\n" + event + "END:VCALENDAR\r\n"
		size += len(text)
		if err := os.WriteFile(fmt.Sprintf("%s/%d.ics", dir, i), []byte(text), 0o644); err != nil {
			b.Fatal(err)
		}
	}
	benchmarkBusy(b, people, root, size)
}

// A group of five and the organizer, among 60 people: created, and put again.
func BenchmarkPut(b *testing.B) {
	for _, name := range []string{"create", "same"} {
		b.Run(name, func(b *testing.B) {
			backend := &Backend{Path: b.TempDir()}
			people := crowd(60)
			for _, a := range people {
				if err := os.Mkdir(backend.folderOf(a), 0o755); err != nil {
					b.Fatal(err)
				}
			}
			s := calendartest.With(sample(), people[:5]...)
			for i := 0; b.Loop(); i++ {
				if name == "create" {
					s.UID = calendar.UID(fmt.Sprintf("ps%d", i))
				}
				if _, err := backend.Put(b.Context(), s); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkGet(b *testing.B) {
	backend := &Backend{Path: b.TempDir()}
	if _, err := backend.Put(b.Context(), calendartest.With(sample(), crowd(5)...)); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := backend.Get(b.Context(), uid); err != nil {
			b.Fatal(err)
		}
	}
}
