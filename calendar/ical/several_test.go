package ical

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/peerslot/peerslot/availability"
)

// together reads texts as the files of one calendar.
func together(o ReadOptions, texts ...string) (availability.Busy, error) {
	c := NewCalendar(o)
	for i, text := range texts {
		if err := c.Add(string(rune('a'+i))+".ics", strings.NewReader(text)); err != nil {
			return availability.Busy{}, err
		}
	}
	return c.Busy()
}

// Warnings name the file; so does the reason.
func TestSeveralFilesAreNamed(t *testing.T) {
	mars := inCalendar(inEvent("DTSTART;TZID=Mars:20261104T090000", "DURATION:PT1H"))
	b, err := together(ReadOptions{Zone: zoneNamed(t, "UTC"), Window: november}, inCalendar("garbage"), mars)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"a.ics: line 3: no property: the line is left out", `b.ics: line 3: unknown time zone "Mars": the event is unknown`}
	if diff := cmp.Diff(want, b.Warnings); diff != "" || !strings.HasPrefix(b.Reason, "b.ics: line 3") {
		t.Errorf("reason %q, warnings (-want +got):\n%s", b.Reason, diff)
	}
}

// What a file gave that breaks off is taken back whole: its zones and warnings, too.
func TestAFileThatBreaksOffGivesNothing(t *testing.T) {
	c := NewCalendar(ReadOptions{Zone: zoneNamed(t, "UTC"), Window: november})
	office := inCalendar(definition("Office", "-0330", "-0330"), inEvent("DTSTART;TZID=Office:20261104T090000", "DURATION:PT1H"), "garbage")
	if err := c.Add("a.ics", strings.NewReader(strings.TrimSuffix(office, "END:VCALENDAR\r\n"))); err == nil {
		t.Error("a file that breaks off was read")
	}
	if err := c.Add("b.ics", strings.NewReader(inCalendar(standup()))); err != nil {
		t.Fatal(err)
	}
	b, err := c.Busy()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(read(t, inCalendar(standup())), b); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Two files say what one says in which they follow each other, unless they tell of
// free and busy time, which is that of the file.
func FuzzSeveralFiles(f *testing.F) {
	f.Add(inCalendar(standup()), inCalendar(override(":20261104T080000Z", "DTSTART:20261104T100000Z", "DURATION:PT1H")))
	f.Add(inCalendar(definition("Bureau", "-0330", "-0230"), inEvent("UID:x", "DTSTART;TZID=Bureau:20261104T090000")), inCalendar(definition("Bureau", "+0330", "+0230"), inEvent("UID:x", "SEQUENCE:2", "DTSTART;TZID=Bureau:20261104T090000", "DURATION:PT1H")))
	o := ReadOptions{Zone: zoneNamed(f, "Europe/Berlin"), Window: november}
	f.Fuzz(func(t *testing.T, a, b string) {
		if strings.Contains(strings.ToUpper(a+b), "FREEBUSY") || strings.Contains(a+b, "\x1f\x8b") || strings.HasPrefix(b, " ") || strings.HasPrefix(b, "\t") || strings.Count(a, "\n") == 0 || strings.Count(b, "\n") == 0 {
			t.Skip("one text may mean another thing after the other")
		}
		for _, text := range []string{a, b} {
			if _, err := ReadBusy(strings.NewReader(text), o); err != nil {
				t.Skip("no calendar by itself")
			}
		}
		whole, err := ReadBusy(strings.NewReader(a+"\n"+b), o)
		if err != nil {
			t.Skip("no calendar together: folds, or one line end in each")
		}
		parts, err := together(o, a, b)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(whole.Spans, parts.Spans); diff != "" {
			t.Errorf("%q and %q (-whole +parts):\n%s", a, b, diff)
		}
	})
}
