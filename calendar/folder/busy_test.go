package folder

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/calendartest"
)

const ana = calendartest.Ana

// at returns the hour that begins h hours into 3 March 2026, in UTC.
func at(h int) availability.Interval {
	start := time.Date(2026, 3, 3, h, 0, 0, 0, time.UTC)
	return availability.Interval{Start: start, End: start.Add(time.Hour)}
}

// want tests what is known of a's hours: + busy, - free, ? unknown.
func (h hands) want(a calendar.Address, hours map[int]rune) availability.Busy {
	h.Helper()
	b := h.busy(a)
	for hour, want := range hours {
		got := '+'
		if kind, free := b.At(at(hour)); free {
			got = '-'
		} else if kind == availability.Unknown {
			got = '?'
		}
		if got != want {
			h.Errorf("%s at %d:00: got %c, want %c (reason %q)", a, hour, got, want, b.Reason)
		}
	}
	return b
}

func TestBusyReadsFolderAndExport(t *testing.T) {
	h := newHands(t)
	h.write("ana@acme.example/one.ics", meeting(at(9)))
	h.write("ana@acme.example/TWO.ICS", meeting(at(10)))
	h.write("ana@acme.example/work/three.ics", meeting(at(11)))
	h.write("ana@acme.example.ics", meeting(at(12)))
	h.write("bo@acme.example/four.ics", meeting(at(13)))
	b := h.want(ana, map[int]rune{8: '-', 9: '+', 10: '+', 11: '+', 12: '+', 13: '-'})
	if b.Reason != "" || len(b.Warnings) > 0 {
		t.Errorf("got reason %q and warnings %q, want none", b.Reason, b.Warnings)
	}
	if err := os.RemoveAll(h.folderOf(ana)); err != nil {
		t.Fatal(err)
	}
	h.want(ana, map[int]rune{9: '-', 12: '+'})
}

func TestBusyPassesOverWhatIsNoEvent(t *testing.T) {
	h := newHands(t)
	for _, name := range []string{"displayname", "color", ".hidden.ics", "half.ics.tmp", ".collection/x.ics", "notes.txt"} {
		h.write("ana@acme.example/"+name, "not a calendar")
	}
	h.write("ana@acme.example/one.ics", meeting(at(9)))
	if b := h.want(ana, map[int]rune{9: '+', 10: '-'}); b.Reason != "" || len(b.Warnings) > 0 {
		t.Errorf("got reason %q and warnings %q, want none", b.Reason, b.Warnings)
	}
}

// An event that cannot be read could be at any time; those that can are no less
// busy for it.
func TestBusyWithABrokenFile(t *testing.T) {
	h := newHands(t)
	h.write("ana@acme.example/a.ics", meeting(at(9)))
	h.write("ana@acme.example/b.ics", "")
	h.write("ana@acme.example/c.ics", meeting(at(10))[:150])
	h.write("ana@acme.example.ics", meeting(at(12)))
	b := h.want(ana, map[int]rune{8: '?', 9: '+', 10: '?', 12: '+'})
	if !strings.Contains(b.Reason, "b.ics") || len(b.Warnings) != 1 || !strings.Contains(b.Warnings[0], "c.ics") {
		t.Errorf("got reason %q and warnings %q, want b.ics and c.ics named", b.Reason, b.Warnings)
	}
	if strings.Contains(b.Reason+b.Warnings[0], "Dentist") {
		t.Errorf("a title leaked: %q, %q", b.Reason, b.Warnings)
	}
}

func TestBusyWithABrokenExport(t *testing.T) {
	h := newHands(t)
	if err := os.RemoveAll(h.folderOf(ana)); err != nil {
		t.Fatal(err)
	}
	h.write("ana@acme.example.ics", "<html>Sign in</html>")
	if b := h.busy(ana); b.Readable() || !strings.Contains(b.Reason, "ana@acme.example.ics") {
		t.Errorf("got %+v, want unreadable, and the file named", b)
	}
}

func TestBusyNamesFilesThatAreUnknownInPart(t *testing.T) {
	h := newHands(t)
	h.write("ana@acme.example/odd.ics", event("DTSTART;TZID=Nowhere:20260303T090000", "DTEND;TZID=Nowhere:20260303T100000"))
	h.write("ana@acme.example/one.ics", meeting(at(15)))
	b := h.want(ana, map[int]rune{9: '?', 15: '+'})
	if !strings.Contains(b.Reason, "odd.ics: ") || len(b.Warnings) == 0 || !strings.Contains(b.Warnings[0], "odd.ics: ") {
		t.Errorf("got reason %q and warnings %q, want odd.ics named", b.Reason, b.Warnings)
	}
}

func TestBusyOfAnEmptyFolder(t *testing.T) {
	h := newHands(t)
	b := h.want(ana, map[int]rune{9: '-'})
	if b.Reason != "" || len(b.Warnings) != 1 || !strings.HasSuffix(b.Warnings[0], "holds no events") {
		t.Errorf("got reason %q and warnings %q, want a warning that there are no events", b.Reason, b.Warnings)
	}
}

func TestBusyOfNobody(t *testing.T) {
	h := newHands(t)
	for a, want := range map[calendar.Address]string{
		calendartest.Stranger: fmt.Sprintf("no calendar: expected %[1]s/ or %[1]s.ics", h.folderOf(calendartest.Stranger)),
		"../" + ana:           `"../ana@acme.example" is no mail address`,
		"Ana@acme.example":    `"Ana@acme.example" is no mail address`,
		"":                    `"" is no mail address`,
	} {
		if b := h.busy(a); b.Readable() || b.Reason != want {
			t.Errorf("Busy of %q: got %+v, want unreadable because %s", a, b, want)
		}
	}
	h.Path = filepath.Join(h.Path, "nowhere")
	if b := h.busy(ana); b.Readable() || !strings.Contains(b.Reason, "no calendar") {
		t.Errorf("without a root: got %+v, want unreadable", b)
	}
}

func TestBusyOfWhatCannotBeOpened(t *testing.T) {
	for name, spoil := range map[string]func(h hands, dir string) error{
		"a link to nowhere": func(_ hands, dir string) error { return os.Symlink("gone", filepath.Join(dir, "x.ics")) },
		"a folder":          func(_ hands, dir string) error { return os.Mkdir(filepath.Join(dir, "x.ics"), 0o755) },
		"a deep folder":     func(_ hands, dir string) error { return os.MkdirAll(filepath.Join(dir, "a", "b"), 0o755) },
		"an enormous file": func(h hands, dir string) error {
			h.write("ana@acme.example/x.ics", meeting(at(9)))
			return os.Truncate(filepath.Join(dir, "x.ics"), maxSize+1)
		},
		"an export that is a link to nowhere": func(_ hands, dir string) error { return os.Symlink("gone", dir+suffix) },
		"a pipe":                              func(_ hands, dir string) error { return mkfifo(filepath.Join(dir, "x.ics")) },
	} {
		h := newHands(t)
		h.write("ana@acme.example/one.ics", meeting(at(15)))
		if err := spoil(h, h.folderOf(ana)); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		b := h.want(ana, map[int]rune{9: '?', 15: '+'})
		if !strings.HasPrefix(b.Reason, h.folderOf(ana)) {
			t.Errorf("%s: got reason %q, want the path named", name, b.Reason)
		}
	}
}

func TestBusyFollowsLinks(t *testing.T) {
	h := newHands(t)
	elsewhere := t.TempDir()
	for name, iv := range map[string]availability.Interval{"one.ics": at(9), "all/two.ics": at(10)} {
		path := filepath.Join(elsewhere, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(meeting(iv)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for old, new := range map[string]string{"one.ics": "linked.ics", "all": "collection"} {
		if err := os.Symlink(filepath.Join(elsewhere, old), filepath.Join(h.folderOf(ana), new)); err != nil {
			t.Fatal(err)
		}
	}
	h.want(ana, map[int]rune{9: '+', 10: '+', 11: '-'})
}

func TestBusyReadsFloatingTimesInTheZoneOfThePerson(t *testing.T) {
	h := newHands(t)
	h.Zone = func(a calendar.Address) *time.Location {
		if a == ana {
			return time.FixedZone("", 2*3600)
		}
		return nil
	}
	for _, a := range []calendar.Address{ana, calendartest.Bo} {
		h.write(string(a)+"/one.ics", event("DTSTART:20260303T090000", "DTEND:20260303T100000"))
	}
	h.want(ana, map[int]rune{7: '+', 9: '-'})
	h.want(calendartest.Bo, map[int]rune{7: '-', 9: '+'})
}

// A folder that was made for an invitation tells nothing about its owner's time.
func TestBusyOfAFolderMadeForInvitations(t *testing.T) {
	h := newHands(t)
	if err := os.RemoveAll(h.folderOf(ana)); err != nil {
		t.Fatal(err)
	}
	h.put(calendartest.Series(calendartest.UID(0))) // first session at 14:00
	b := h.want(ana, map[int]rune{9: '?', 14: '+'})
	if !strings.HasPrefix(b.Reason, "no calendar: ") || !strings.Contains(b.Reason, "invitations") {
		t.Errorf("got reason %q, want that there are only invitations", b.Reason)
	}

	h.write("ana@acme.example.ics", meeting(at(9)))
	if b := h.want(ana, map[int]rune{9: '+', 10: '-', 14: '+'}); b.Reason != "" || len(b.Warnings) > 0 {
		t.Errorf("with an export: got reason %q and warnings %q, want none", b.Reason, b.Warnings)
	}
	if err := os.Remove(h.folderOf(ana) + suffix); err != nil {
		t.Fatal(err)
	}
	h.write("ana@acme.example/one.ics", meeting(at(10)))
	if b := h.want(ana, map[int]rune{9: '-', 10: '+', 14: '+'}); b.Reason != "" {
		t.Errorf("with an event of another program: got reason %q, want none", b.Reason)
	}
	for _, name := range []string{"one.ics", markerName} {
		if err := os.Remove(filepath.Join(h.folderOf(ana), name)); err != nil {
			t.Fatal(err)
		}
	}
	h.want(ana, map[int]rune{9: '-', 14: '+'})
}

func TestBusyBoundsItsWarnings(t *testing.T) {
	h := newHands(t)
	for i := range maxWarnings + 10 {
		h.write(fmt.Sprintf("ana@acme.example/%03d.ics", i), "")
	}
	b := h.busy(ana)
	if len(b.Warnings) != maxWarnings+1 || b.Warnings[maxWarnings] != "and 9 more" {
		t.Errorf("got %d warnings, the last %q, want %d and how many more", len(b.Warnings), b.Warnings[len(b.Warnings)-1], maxWarnings)
	}
}

// Copies that are alike are understood once. One that also holds an event of another
// program is not like that of somebody who declined it.
func TestBusyWithAnEventInCopies(t *testing.T) {
	h := newHands(t)
	people := []calendar.Address{calendartest.Ana, calendartest.Bo, calendartest.Cem}
	h.put(calendartest.With(sample(), people...))
	for _, a := range people {
		h.editText(a, uid, "END:VCALENDAR", strings.Join([]string{
			"BEGIN:VEVENT", "UID:other", "DTSTART:20260303T090000Z", "DTEND:20260303T100000Z",
			"ATTENDEE;PARTSTAT=DECLINED:mailto:" + string(ana), "END:VEVENT", "END:VCALENDAR",
		}, "\r\n"))
	}
	answers, err := h.Busy(t.Context(), people, calendartest.Window(), uid)
	if err != nil {
		t.Fatal(err)
	}
	for i, free := range []bool{true, false, false} {
		if _, got := answers[people[i]].At(at(9)); got != free {
			t.Errorf("%s is free: %t, want %t", people[i], got, free)
		}
		if _, free := answers[people[i]].At(at(14)); !free {
			t.Errorf("%s is not free while the series is, which does not count", people[i])
		}
	}
}

// Whoever has nothing but an invitation that others have alike has no calendar.
func TestBusyWithInvitationsAlone(t *testing.T) {
	h := hands{t, &Backend{Path: t.TempDir()}}
	people := []calendar.Address{calendartest.Ana, calendartest.Bo, calendartest.Cem}
	h.put(calendartest.With(sample(), people...))
	h.write("bo@acme.example/other.ics", meeting(at(9)))
	answers, err := h.Busy(t.Context(), people, calendartest.Window(), uid)
	if err != nil {
		t.Fatal(err)
	}
	for a, known := range map[calendar.Address]bool{calendartest.Ana: false, calendartest.Bo: true, calendartest.Cem: false} {
		if got := answers[a]; (got.Reason == "") != known {
			t.Errorf("%s: got reason %q, want that there is a calendar: %t", a, got.Reason, known)
		}
	}
}
