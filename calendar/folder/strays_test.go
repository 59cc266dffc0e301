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
	h.write("bo/zzz.ics", meeting(at(9)))
	h.write("dee@elsewhere.example.zip", "whatever")
	h.write("Archive.ics", "no calendar")
	for _, none := range []string{"notes.txt", ".hidden.ics", "empty/readme.md", "gone@acme.example/.peerslot", "gone@acme.example/ps-1.ics"} {
		h.write(none, "whatever")
	}
	strays, err := h.Strays([]calendar.Address{ana})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]ical.Signs{}
	for _, s := range strays {
		got[s.Path] = s.Signs
	}
	nothing := map[calendar.Address]int{}
	want := map[string]ical.Signs{
		filepath.Join(h.Path, "Home.ICS.gz"):               {Name: "Bo Ek", Named: nothing},
		filepath.Join(h.Path, "bo"):                        {Named: map[calendar.Address]int{bo: 1, calendartest.Cem: 1}},
		filepath.Join(h.Path, "dee@elsewhere.example.zip"): {Named: nothing},
		filepath.Join(h.Path, "Archive.ics"):               {Named: nothing},
	}
	if diff := cmp.Diff(want, got); diff != "" {
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
