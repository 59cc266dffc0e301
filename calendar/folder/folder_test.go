package folder

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/calendartest"
	"github.com/peerslot/peerslot/calendar/ical"
)

func TestBackend(t *testing.T) {
	calendartest.TestBackend(t, func(t *testing.T) calendartest.Harness { return newHands(t).harness() })
}

// hands reach the files of a backend as other programs do.
type hands struct {
	*testing.T
	*Backend
}

// newHands returns a backend with an empty calendar for everybody.
func newHands(t *testing.T) hands {
	h := hands{t, &Backend{Path: filepath.Join(t.TempDir(), "calendars"), Organizer: calendartest.Organizer}}
	for _, a := range calendartest.People() {
		if err := os.MkdirAll(h.folderOf(a), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return h
}

func (h hands) harness() calendartest.Harness {
	return calendartest.Harness{
		Backend: h.Backend,
		Meet: func(a calendar.Address, iv availability.Interval) {
			h.write(string(a)+"/"+iv.Start.Format("meeting-20060102T1504.ics"), meeting(iv))
		},
		Break: func(a calendar.Address) { h.write(string(a)+"/broken.ics", "BEGIN:VCALENDAR\r\nBEGIN:VEV") },
		Reply: func(uid calendar.UID, a calendar.Address, original time.Time, r calendar.RSVP) {
			h.edit(a, uid, func(s calendar.Series) calendar.Series { return calendartest.WithReply(s, a, original, r) })
		},
		ByHand: func(uid calendar.UID, o calendar.Override) {
			h.edit(calendartest.Organizer, uid, func(s calendar.Series) calendar.Series { return s.WithOverride(o) })
		},
	}
}

// meeting returns a calendar of another program with one event.
func meeting(iv availability.Interval) string {
	return event("DTSTART:"+iv.Start.UTC().Format("20060102T150405Z"), "DTEND:"+iv.End.UTC().Format("20060102T150405Z"))
}

func event(lines ...string) string {
	return inEvent(append([]string{"UID:other-" + fmt.Sprint(len(lines), lines[0]), "SUMMARY:Dentist"}, lines...)...)
}

// write makes a file, and the folders it is in.
func (h hands) write(name, text string) {
	h.Helper()
	path := filepath.Join(h.Path, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		h.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		h.Fatal(err)
	}
}

func (h hands) read(name string) string {
	h.Helper()
	text, err := os.ReadFile(filepath.Join(h.Path, filepath.FromSlash(name)))
	if err != nil {
		h.Fatal(err)
	}
	return string(text)
}

// edit changes a's copy of a series as a calendar program does.
func (h hands) edit(a calendar.Address, uid calendar.UID, change func(calendar.Series) calendar.Series) {
	h.Helper()
	s, err := h.readCopy(a, uid)
	if err != nil {
		h.Fatal(err)
	}
	var text bytes.Buffer
	if err := ical.Encode(&text, ical.WriteOptions{Method: ical.Stored}, change(s)); err != nil {
		h.Fatal(err)
	}
	h.write(fileOfSeries(a, uid), text.String())
}

// fileOfSeries names a person's copy within the root.
func fileOfSeries(a calendar.Address, uid calendar.UID) string {
	return string(a) + "/" + ical.UIDText(uid) + suffix
}

// editText changes the text of a's copy, which must hold old.
func (h hands) editText(a calendar.Address, uid calendar.UID, old, new string) {
	h.Helper()
	name := fileOfSeries(a, uid)
	text := h.read(name)
	if !strings.Contains(text, old) {
		h.Fatalf("%s holds no %q:\n%s", name, old, text)
	}
	h.write(name, strings.Replace(text, old, new, 1))
}

func (h hands) put(s calendar.Series) calendar.Series {
	h.Helper()
	s, err := h.Put(h.Context(), s)
	if err != nil {
		h.Fatal(err)
	}
	return s
}

func (h hands) busy(a calendar.Address) availability.Busy {
	h.Helper()
	answers, err := h.Busy(h.Context(), []calendar.Address{a}, calendartest.Window())
	if err != nil {
		h.Fatal(err)
	}
	return answers[a]
}

// files returns the names of all files below the root but the lock, with their
// content.
func (h hands) files() map[string]string {
	h.Helper()
	found := map[string]string{}
	err := filepath.WalkDir(h.Path, func(path string, e os.DirEntry, err error) error {
		if err == nil && e.Type().IsRegular() && e.Name() != lockName {
			name, _ := filepath.Rel(h.Path, path)
			found[filepath.ToSlash(name)] = h.read(filepath.ToSlash(name))
		}
		return err
	})
	if err != nil {
		h.Fatal(err)
	}
	return found
}

// readCopy returns what a person's copy says.
func (h hands) readCopy(a calendar.Address, uid calendar.UID) (calendar.Series, error) {
	h.Helper()
	return copyIn([]byte(h.read(fileOfSeries(a, uid))), uid)
}
