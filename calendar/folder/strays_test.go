package folder

import (
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/calendartest"
	"github.com/peerslot/peerslot/calendar/ical"
)

func TestStrays(t *testing.T) {
	h := newHands(t)
	named := inEvent("DTSTART:20260303T090000Z", "ATTENDEE;CN=\"Ek, Bo\":MAILTO:Bo@acme.example", "ORGANIZER:mailto:cem%40acme.example", "ATTENDEE;CUTYPE=ROOM:mailto:room@acme.example", "ATTENDEE:x")
	h.write("Ana@ACME.example.ICS", named)
	h.write("Home.ICS.gz", zipped("BEGIN:VCALENDAR\nX-WR-CALNAME: Bo Ek \nEND:VCALENDAR"))
	h.write("bo/Work.ics", named)
	h.write("bo/zzz.ics", inEvent("DTSTART:20260304T090000Z", "ORGANIZER:mailto:cem@acme.example"))
	h.write("bo/notes.txt", "whatever")
	h.write("two/a.ics", "BEGIN:VCALENDAR\nX-WR-CALNAME:Bo Ek\nEND:VCALENDAR")
	h.write("two/b.ics", "BEGIN:VCALENDAR\nX-WR-CALNAME:Cem\nEND:VCALENDAR")
	h.write("alike/a.ics", "BEGIN:VCALENDAR\nX-WR-CALNAME:Bo Ek\nEND:VCALENDAR")
	h.write("alike/b.ics", "BEGIN:VCALENDAR\nX-WR-CALNAME:Bo Ek\nEND:VCALENDAR")
	h.write("dee@elsewhere.example.zip", "whatever")
	h.write("Archive.ics", "no calendar")
	for _, none := range []string{"notes.txt", ".hidden.ics", "empty/readme.md", "gone@acme.example/.peerslot", "gone@acme.example/ps-1.ics"} {
		h.write(none, "whatever")
	}
	strays, err := h.Strays([]calendar.Address{ana})
	if err != nil {
		t.Fatal(err)
	}
	nothing := map[calendar.Address]int{}
	want := []Stray{
		{filepath.Join(h.Path, "Archive.ics"), nil, ical.Signs{Named: nothing}},
		{filepath.Join(h.Path, "Home.ICS.gz"), nil, ical.Signs{Name: "Bo Ek", Named: nothing}},
		{filepath.Join(h.Path, "alike"), []string{"a.ics", "b.ics"}, ical.Signs{Name: "Bo Ek", Named: nothing}},
		{filepath.Join(h.Path, "bo"), []string{"Work.ics", "zzz.ics"}, ical.Signs{Named: map[calendar.Address]int{bo: 1, calendartest.Cem: 2}}},
		{filepath.Join(h.Path, "dee@elsewhere.example.zip"), nil, ical.Signs{Named: nothing}},
		{filepath.Join(h.Path, "two"), []string{"a.ics", "b.ics"}, ical.Signs{Named: nothing}},
	}
	if diff := cmp.Diff(want, strays); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestPathOfAStray(t *testing.T) {
	for path, want := range map[string]string{
		"calendars/Home.ICS.gz": "calendars/ana@acme.example.ics.gz", "calendars/Home.zip": "calendars/ana@acme.example.zip", "calendars/ana.lima": "calendars/ana@acme.example",
	} {
		if got := (Stray{Path: filepath.FromSlash(path)}).PathOf(ana); got != filepath.FromSlash(want) {
			t.Errorf("%s: got %s, want %s", path, got, want)
		}
	}
}
