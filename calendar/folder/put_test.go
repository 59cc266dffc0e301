package folder

import (
	"context"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/calendartest"
	"github.com/peerslot/peerslot/calendar/ical"
)

var uid = calendartest.UID(0)

func sample() calendar.Series { return calendartest.Series(uid) }

// fileOf returns the name of a person's copy.
func fileOf(a calendar.Address) string { return fileOfSeries(a, uid) }

func TestPutWritesOneFileAPerson(t *testing.T) {
	h := newHands(t)
	h.put(sample())
	files := h.files()
	want := []string{fileOf(calendartest.Ana), fileOf(calendartest.Bo), fileOf(calendartest.Organizer)}
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(files))); diff != "" {
		t.Fatalf("files (-want +got):\n%s", diff)
	}
	text := files[want[0]]
	if strings.Contains(text, "\nMETHOD") || !strings.HasPrefix(text, "BEGIN:VCALENDAR\r\n") || !strings.HasSuffix(text, "END:VCALENDAR\r\n") {
		t.Errorf("want a whole calendar without METHOD, got:\n%s", text)
	}
	if !strings.Contains(strings.ReplaceAll(text, "\r\n ", ""), "SCHEDULE-AGENT=CLIENT") {
		t.Errorf("want no server to invite a second time, got:\n%s", text)
	}
}

func TestPutMarksTheFoldersItMakes(t *testing.T) {
	h := hands{t, &Backend{Path: filepath.Join(t.TempDir(), "calendars")}}
	h.write("bo@acme.example/mine.ics", meeting(at(9)))
	h.put(sample())
	got := slices.Sorted(maps.Keys(h.files()))
	want := []string{
		"ana@acme.example/" + markerName, fileOf(calendartest.Ana),
		"bo@acme.example/mine.ics", fileOf(calendartest.Bo),
		"robot@acme.example/" + markerName, fileOf(calendartest.Organizer),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
}

func TestPutMakesTheRootAlone(t *testing.T) {
	dir := t.TempDir()
	h := hands{t, &Backend{Path: filepath.Join(dir, "calendars")}}
	h.put(sample())
	b := &Backend{Path: filepath.Join(dir, "no", "such")}
	if _, err := b.Put(t.Context(), sample()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("in a folder that is not there: got %v, want that it is not", err)
	}
	if _, err := b.Get(t.Context(), uid); !errors.Is(err, calendar.ErrNotFound) {
		t.Errorf("Get in a folder that is not there: got %v, want ErrNotFound", err)
	}
	if err := b.Cancel(t.Context(), uid, time.Time{}); err != nil {
		t.Errorf("Cancel in a folder that is not there: %v", err)
	}
}

// Calendar programs and synchronisers look at what was written: the same Put
// must not stir them.
func TestPutLeavesWhatIsTheSame(t *testing.T) {
	h := newHands(t)
	s := h.put(sample())
	before := h.stats()
	h.put(sample())
	h.put(s)
	if err := h.Cancel(t.Context(), uid, calendartest.Window().End); err != nil {
		t.Fatal(err)
	}
	for name, info := range h.stats() {
		if !os.SameFile(info, before[name]) || !info.ModTime().Equal(before[name].ModTime()) {
			t.Errorf("%s was written again", name)
		}
	}
}

func (h hands) stats() map[string]os.FileInfo {
	h.Helper()
	out := map[string]os.FileInfo{}
	for name := range h.files() {
		info, err := os.Stat(filepath.Join(h.Path, name))
		if err != nil {
			h.Fatal(err)
		}
		out[name] = info
	}
	return out
}

func TestPutKeepsTheModeOfAFile(t *testing.T) {
	h := newHands(t)
	s := h.put(sample())
	if err := os.Chmod(h.copyOf(ana, uid), 0o600); err != nil {
		t.Fatal(err)
	}
	s.Title = "Another title"
	h.put(s)
	if info := h.stats()[fileOf(ana)]; info.Mode().Perm() != 0o600 {
		t.Errorf("got mode %v, want 0600", info.Mode())
	}
}

// An attendee replies in their own copy, with a program that knows nothing of us.
func TestReplyInTheAttendeesCopy(t *testing.T) {
	h := newHands(t)
	h.put(sample())
	h.editText(ana, uid, "PARTSTAT=NEEDS-ACTION", "PARTSTAT=DECLINED") // ana is the first
	got, err := h.Get(t.Context(), uid)
	if err != nil || got.RSVP(ana, time.Time{}) != calendar.Declined || got.RSVP(calendartest.Bo, time.Time{}) != calendar.NoReply {
		t.Fatalf("Get: %v, attendees %+v, want ana to have declined", err, got.Attendees)
	}
	got.Title = "Another title"
	h.put(got)
	for _, a := range got.People() {
		own, err := h.readCopy(a, uid)
		if err != nil || own.RSVP(ana, time.Time{}) != calendar.Declined {
			t.Errorf("copy of %s: %v, attendees %+v, want ana to have declined", a, err, own.Attendees)
		}
	}
	h.want(ana, map[int]rune{14: '-'})
	h.want(calendartest.Bo, map[int]rune{14: '+'})
}

// Who declined one session, and later accepts it like the rest, comes.
func TestAnAttendeeChangesTheirMind(t *testing.T) {
	for name, aliases := range map[string][]calendar.Address{"own address": nil, "alias": {"a.lima@acme.example"}} {
		t.Run(name, func(t *testing.T) {
			h := newHands(t)
			h.Aliases = func(a calendar.Address) []calendar.Address {
				return map[calendar.Address][]calendar.Address{ana: aliases}[a]
			}
			second := calendartest.Move(h.put(sample()), 1, 0).Original
			h.edit(ana, uid, func(s calendar.Series) calendar.Series {
				return calendartest.WithReply(calendartest.WithReply(s, ana, time.Time{}, calendar.Accepted), ana, second, calendar.Declined)
			})
			got, err := h.Get(t.Context(), uid)
			if err != nil || got.RSVP(ana, second) != calendar.Declined {
				t.Fatalf("Get: %v, overrides %+v, want the second declined", err, got.Overrides)
			}
			got.Title = "Another title"
			h.put(got)
			text := strings.ReplaceAll(h.read(fileOf(ana)), "PARTSTAT=DECLINED", "PARTSTAT=ACCEPTED")
			for _, alias := range aliases {
				text = strings.ReplaceAll(text, string(ana), string(alias))
			}
			h.write(fileOf(ana), text)
			if got, err = h.Get(t.Context(), uid); err != nil || got.RSVP(ana, second) != calendar.Accepted {
				t.Errorf("Get: %v, overrides %+v, want the second accepted", err, got.Overrides)
			}
		})
	}
}

// A program replies under the address that it knows, which may be another one of the
// attendee.
func TestReplyUnderAnAlias(t *testing.T) {
	h := newHands(t)
	h.Aliases = func(a calendar.Address) []calendar.Address {
		return map[calendar.Address][]calendar.Address{ana: {"a.lima@acme.example"}}[a]
	}
	put := h.put(sample())
	second := calendartest.Move(put, 1, 0).Original
	h.edit(ana, uid, func(s calendar.Series) calendar.Series {
		s = calendartest.WithReply(s, ana, time.Time{}, calendar.Accepted)
		s = calendartest.WithReply(s, ana, second, calendar.Declined)
		return s.Renamed(ana, "a.lima@acme.example")
	})
	got, err := h.Get(t.Context(), uid)
	if err != nil || got.RSVP(ana, time.Time{}) != calendar.Accepted || got.RSVP(ana, second) != calendar.Declined {
		t.Errorf("Get: %v, attendees %+v, overrides %+v, want that ana comes, but not to the second session", err, got.Attendees, got.Overrides)
	}
	if len(got.Deleted) != 0 || got.Version != put.Version {
		t.Errorf("deleted %v, version %q, want nobody and still %q", got.Deleted, got.Version, put.Version)
	}
}

// A server may bring a reply into the organizer's copy alone.
func TestReplyInTheOrganizersCopy(t *testing.T) {
	h := newHands(t)
	h.put(sample())
	h.editText(calendartest.Organizer, uid, "PARTSTAT=NEEDS-ACTION", "PARTSTAT=ACCEPTED")
	got, err := h.Get(t.Context(), uid)
	if err != nil || got.RSVP(ana, time.Time{}) != calendar.Accepted {
		t.Fatalf("Get: %v, attendees %+v, want ana to have accepted", err, got.Attendees)
	}
	h.editText(ana, uid, "PARTSTAT=NEEDS-ACTION", "PARTSTAT=TENTATIVE")
	got, err = h.Get(t.Context(), uid)
	if err != nil || got.RSVP(ana, time.Time{}) != calendar.Tentative {
		t.Errorf("Get: %v, attendees %+v, want what ana says herself", err, got.Attendees)
	}
}

// Programs write into an event when a reminder is dismissed. That is no change.
func TestVersionIgnoresWhatSaysNothing(t *testing.T) {
	h := newHands(t)
	s := h.put(sample())
	h.editText(calendartest.Organizer, uid, "END:VALARM\r\n", "END:VALARM\r\nX-MOZ-LASTACK:20260303T140000Z\r\n")
	h.editText(calendartest.Organizer, uid, "LAST-MODIFIED:2026", "LAST-MODIFIED:2027")
	h.editText(calendartest.Organizer, uid, "PARTSTAT=NEEDS-ACTION", "PARTSTAT=ACCEPTED")
	got, err := h.Get(t.Context(), uid)
	if err != nil || got.Version != s.Version {
		t.Errorf("got version %q, %v, want still %q", got.Version, err, s.Version)
	}
	h.editText(calendartest.Organizer, uid, "SUMMARY:", "SUMMARY:New: ")
	got, err = h.Get(t.Context(), uid)
	if err != nil || got.Version == s.Version {
		t.Errorf("got version %q, %v, want another: the title was changed", got.Version, err)
	}
}

func TestPutTouchesNothingOfOthers(t *testing.T) {
	h := newHands(t)
	h.write(fileOf(calendartest.Bo), meeting(at(9)))
	h.write("ana@acme.example/mine.ics", meeting(at(9)))
	before := h.files()
	_, err := h.Put(t.Context(), sample())
	if err == nil || !strings.Contains(err.Error(), h.copyOf(calendartest.Bo, uid)) || !strings.Contains(err.Error(), "move it away") {
		t.Errorf("got %v, want an error that names the file in the way", err)
	}
	if diff := cmp.Diff(before, h.files()); diff != "" {
		t.Errorf("files (-before +after):\n%s", diff)
	}

	h.put(calendartest.With(sample(), ana))
	if err := h.Cancel(t.Context(), uid, time.Time{}); err != nil {
		t.Error(err)
	}
	after := h.files()
	for name, text := range before {
		if after[name] != text {
			t.Errorf("%s was changed", name)
		}
	}
}

// What fails half-way is finished by the same Put, once it can be.
func TestPutThatFailsHalfWay(t *testing.T) {
	h := newHands(t)
	last := h.put(sample())
	s := with(last, "new@acme.example", calendartest.Cem)
	obstacle := h.folderOf("new@acme.example")
	h.write("new@acme.example", "")
	if _, err := h.Put(t.Context(), s); err == nil || !strings.Contains(err.Error(), obstacle) {
		t.Fatalf("got %v, want an error that names what is in the way", err)
	}
	if err := os.Remove(obstacle); err != nil {
		t.Fatal(err)
	}
	s = h.put(s)
	h.wantCopies(s)
}

func TestPutRemovesTheCopyOfWhoLeft(t *testing.T) {
	h := newHands(t)
	s := h.put(sample())
	h.put(with(s, calendartest.Bo, calendartest.Cem))
	want := []string{fileOf(calendartest.Bo), fileOf(calendartest.Cem), fileOf(calendartest.Organizer)}
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(h.files()))); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
}

// with returns s with other attendees, as a change.
func with(s calendar.Series, people ...calendar.Address) calendar.Series {
	s = calendartest.With(s, people...)
	s.Sequence++
	return s
}

// Whose copies count says that of the organizer: nobody's folder is listed for it.
func TestGetReadsWhatTheOrganizersCopyNames(t *testing.T) {
	h := newHands(t)
	h.put(sample())
	h.own.index = nil // as a new process finds it
	got, err := h.Get(t.Context(), uid)
	if err != nil || len(got.Attendees) != 2 || len(got.Deleted) > 0 {
		t.Errorf("got %d attendees, of whom %v deleted their copies, %v; want both with theirs", len(got.Attendees), got.Deleted, err)
	}
	if h.own.index != nil {
		t.Error("all folders were looked into")
	}
	if _, err := h.Get(t.Context(), calendartest.UID(1)); !errors.Is(err, calendar.ErrNotFound) || h.own.index == nil {
		t.Errorf("got %v for a series of which the organizer has no copy; want that others were asked for theirs", err)
	}
}

func TestGetNamesABrokenCopy(t *testing.T) {
	h := newHands(t)
	h.put(sample())
	h.write(fileOf(calendartest.Bo), "BEGIN:VCALENDAR\r\n")
	if _, err := h.Get(t.Context(), uid); err != nil {
		t.Errorf("with a broken copy of an attendee: %v", err)
	}
	s := sample()
	s.Sequence++
	if _, err := h.Put(t.Context(), s); err == nil || !strings.Contains(err.Error(), h.copyOf(calendartest.Bo, uid)) {
		t.Errorf("Put over a broken copy: got %v, want the file named", err)
	}

	h.write(fileOf(calendartest.Organizer), "BEGIN:VCALENDAR\r\n")
	_, err := h.Get(t.Context(), uid)
	if err == nil || errors.Is(err, calendar.ErrNotFound) || !strings.Contains(err.Error(), h.copyOf(calendartest.Organizer, uid)) {
		t.Errorf("with the organizer's copy broken: got %v, want the file named", err)
	}
	if err := os.Remove(h.copyOf(ana, uid)); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Get(t.Context(), uid); err == nil || errors.Is(err, calendar.ErrNotFound) {
		t.Errorf("with all copies broken: got %v, want an error that names them", err)
	}
}

// A series that cannot be understood any more is taken off by the names of its files;
// what is of another program, and what could not be read, stays.
func TestCancelWithoutUnderstanding(t *testing.T) {
	for name, text := range map[string]string{"cut off": "BEGIN:VCALENDAR\r\n", "empty": "", "no calendar": "\x00\x01"} {
		h := newHands(t)
		h.put(sample())
		h.write(fileOf(calendartest.Organizer), text)
		h.write(fileOf(calendartest.Bo), text)
		if _, err := h.Get(t.Context(), uid); !errors.Is(err, calendar.ErrChanged) {
			t.Errorf("%s: Get: %v, want ErrChanged", name, err)
		}
		fresh := &Backend{Path: h.Path} // as the next run has it
		if err := fresh.Cancel(t.Context(), uid, calendartest.Window().Start); err != nil {
			t.Errorf("%s: Cancel: %v", name, err)
		}
		if files := h.files(); len(files) > 0 {
			t.Errorf("%s: Cancel left %v", name, slices.Sorted(maps.Keys(files)))
		}
	}

	h := newHands(t)
	h.put(sample())
	if err := os.Remove(h.copyOf(calendartest.Organizer, uid)); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(h.copyOf(calendartest.Organizer, uid), 0o755); err != nil {
		t.Fatal(err)
	}
	h.write(fileOf(calendartest.Bo), "BEGIN:VCALENDAR\r\n")
	before := h.files()
	if err := h.Cancel(t.Context(), uid, time.Time{}); err == nil || !maps.Equal(before, h.files()) {
		t.Errorf("Cancel of what cannot be read: %v; want an error, and everything left", err)
	}
}

// Who deletes the organizer's copy takes the series off.
func TestOrganizerDeletes(t *testing.T) {
	h := newHands(t)
	s := h.put(sample())
	if err := os.Remove(h.copyOf(calendartest.Organizer, uid)); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Get(t.Context(), uid); !errors.Is(err, calendar.ErrNotFound) {
		t.Errorf("Get: got %v, want ErrNotFound", err)
	}
	s.Title = "Another title"
	if _, err := h.Put(t.Context(), s); !errors.Is(err, calendar.ErrChanged) {
		t.Errorf("Put: got %v, want ErrChanged", err)
	}
	if err := h.Cancel(t.Context(), uid, time.Time{}); err != nil {
		t.Errorf("Cancel: %v", err)
	}
	if files := h.files(); len(files) > 0 {
		t.Errorf("Cancel left %v", slices.Sorted(maps.Keys(files)))
	}
}

// What an attendee changes but the reply is undone by the next Put.
func TestAttendeesCopyFollows(t *testing.T) {
	h := newHands(t)
	h.put(sample())
	h.edit(ana, uid, func(s calendar.Series) calendar.Series { return s.WithOverride(calendartest.CancelOne(s, 2)) })
	if err := os.Remove(h.copyOf(calendartest.Bo, uid)); err != nil {
		t.Fatal(err)
	}
	h.put(sample())
	files := h.files()
	for _, a := range sample().People() {
		if files[fileOf(a)] != files[fileOf(calendartest.Organizer)] {
			t.Errorf("the copy of %s is not that of the organizer", a)
		}
	}
}

func TestCancelledSeriesStayToBeSeen(t *testing.T) {
	h := newHands(t)
	h.put(sample())
	if err := h.Cancel(t.Context(), uid, time.Time{}); err != nil {
		t.Fatal(err)
	}
	for _, a := range sample().People() {
		if text := h.read(fileOf(a)); !strings.Contains(text, "\nSTATUS:CANCELLED\r\n") {
			t.Errorf("the copy of %s is not cancelled:\n%s", a, text)
		}
	}
	got, err := h.Get(t.Context(), uid)
	if err != nil || !got.Cancelled {
		t.Errorf("Get: %+v, %v, want a cancelled series", got, err)
	}
}

func TestLockIsWaitedFor(t *testing.T) {
	h := newHands(t)
	other := &Backend{Path: h.Path}
	unlock, err := other.lock(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Millisecond)
	defer cancel()
	if _, err := h.Put(ctx, sample()); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Put while another holds the lock: got %v, want context.DeadlineExceeded", err)
	}
	if _, err := h.Get(t.Context(), uid); !errors.Is(err, calendar.ErrNotFound) {
		t.Errorf("Get while another holds the lock: got %v, want ErrNotFound", err)
	}
	unlock()
	h.put(sample())
}

func TestPutIntoALinkedFolder(t *testing.T) {
	h := newHands(t)
	elsewhere := t.TempDir()
	if err := os.Remove(h.folderOf(ana)); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(elsewhere, h.folderOf(ana)); err != nil {
		t.Fatal(err)
	}
	h.put(sample())
	if _, err := os.Stat(filepath.Join(elsewhere, ical.UIDText(uid)+suffix)); err != nil {
		t.Error(err)
	}
	if got, err := h.Get(t.Context(), uid); err != nil || len(got.Attendees) != 2 {
		t.Errorf("Get: %+v, %v", got, err)
	}
}

// A file where a folder should be is somebody's, and in the way.
func TestPutWhereAFileIsInTheWay(t *testing.T) {
	h := newHands(t)
	if err := os.Remove(h.folderOf(ana)); err != nil {
		t.Fatal(err)
	}
	h.write(string(ana), "mine")
	if _, err := h.Put(t.Context(), sample()); err == nil || !strings.Contains(err.Error(), string(ana)) {
		t.Errorf("got %v, want an error that names the file", err)
	}
	if h.read(string(ana)) != "mine" {
		t.Error("the file was changed")
	}
}

// A copy is deleted by hand if the folder that it was in is there: one that is gone as
// a whole, as a disk that is not mounted, says nothing.
func TestDeletedCopies(t *testing.T) {
	h := newHands(t)
	h.put(sample())
	deleted := func() []calendar.Address {
		s, err := h.Get(t.Context(), uid)
		if err != nil {
			t.Fatal(err)
		}
		return s.Deleted
	}
	if err := os.Remove(filepath.Join(h.Path, fileOf(bo))); err != nil {
		t.Fatal(err)
	}
	if got := deleted(); !slices.Equal(got, []calendar.Address{bo}) {
		t.Errorf("got %v, want %s", got, bo)
	}
	if err := os.RemoveAll(h.folderOf(bo)); err != nil {
		t.Fatal(err)
	}
	if got := deleted(); len(got) > 0 {
		t.Errorf("got %v, though nothing is known", got)
	}
}

// A series has the version that its copy has, whatever of it has no form there, and
// another one as soon as a session of it is moved or off.
func TestVersionIsThatOfTheCopy(t *testing.T) {
	moved, off := calendartest.Move(sample(), 2, 26*time.Hour), calendartest.CancelOne(sample(), 5)
	odd := sample().WithOverride(moved)
	odd.Overrides[0].Note, odd.Overrides[0].Edited = "line\r\nbreak\x01", "by hand"
	odd.Title, odd.SplitOff, odd.Deleted, odd.Group = "a\x02b", []calendar.SplitOff{{Count: 2}}, []calendar.Address{ana}, "g"
	berlin := sample().WithOverride(moved)
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	berlin.Overrides[0].Original, berlin.Overrides[0].Moved.Start = moved.Original.In(zone), moved.Moved.Start.In(zone)
	replied := sample().WithOverride(off)
	replied.Attendees[0].RSVP = calendar.Accepted
	seen := map[string]int{}
	for i, s := range []calendar.Series{sample(), sample().WithOverride(moved), sample().WithOverride(off), odd, berlin, replied} {
		own, err := version(s)
		if err != nil {
			t.Fatal(err)
		}
		text, err := encode(s)
		if err != nil {
			t.Fatal(err)
		}
		read, err := copyIn(text, s.UID)
		if err != nil {
			t.Fatal(err)
		}
		if stored, err := storable(s); err != nil || !stored.Same(read) || !stored.Updated.Equal(read.Updated) {
			t.Errorf("series %d is stored as %+v, %v; want what its copy says: %+v", i, stored, err, read)
		}
		if copied, err := version(read); err != nil || copied != own {
			t.Errorf("series %d has version %s, and its copy %s, %v", i, own, copied, err)
		}
		seen[own]++
	}
	if len(seen) != 4 {
		t.Errorf("got %d versions; want those of the sample, the move, the session that is off, and the odd one", len(seen))
	}
}

// What one backend found others know, so that each need not look at all folders; what was
// put since by somebody else is found by the copies of the series' organizer.
func TestKnownByOthers(t *testing.T) {
	h := newHands(t)
	known := &Known{}
	another := func() *Backend { return &Backend{Path: h.Path, Organizer: h.Organizer, Known: known} }
	first, second := another(), another()
	series, err := first.Put(t.Context(), calendartest.Series(calendartest.UID(1)))
	if err != nil {
		t.Fatal(err)
	}
	index := known.index
	if index == nil {
		t.Fatal("the first backend noted nothing")
	}
	more := calendartest.Series(calendartest.UID(2))
	h.put(more)
	if busy := h.busy(more.Attendees[0].Address); len(busy.Spans) == 0 {
		t.Fatal("nobody is busy")
	}
	for _, s := range []calendar.Series{series, more} {
		got, err := second.Get(t.Context(), s.UID)
		if err != nil {
			t.Fatal(err)
		}
		if err := second.Cancel(t.Context(), got.UID, time.Time{}); err != nil {
			t.Fatal(err)
		}
	}
	for _, at := range more.Attendees {
		if busy := h.busy(at.Address); len(busy.Spans) > 0 {
			t.Errorf("%s is busy %v after both were cancelled", at.Address, busy.Spans)
		}
	}
	if known.index != index {
		t.Error("the second backend looked at all folders again")
	}
}
