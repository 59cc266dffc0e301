package folder

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/calendartest"
)

// A folder that is not mounted looks like one from which everything was deleted; what
// people delete leaves the lock, and the organizer's folder.
func TestFolderThatIsAway(t *testing.T) {
	h := newHands(t)
	h.Organizer = calendartest.Organizer
	h.put(sample())
	aside := filepath.Join(t.TempDir(), "mounted")
	get := func(what string, away bool) {
		t.Helper()
		switch _, err := h.Get(t.Context(), uid); {
		case !errors.Is(err, calendar.ErrNotFound):
			t.Errorf("Get of %s: %v; want ErrNotFound", what, err)
		case errors.Is(err, calendar.ErrAway) != away:
			t.Errorf("Get of %s: %v; want it to be ErrAway: %v", what, err, away)
		}
		if uids, err := h.List(t.Context(), h.Organizer); len(uids) > 0 || errors.Is(err, calendar.ErrAway) != away {
			t.Errorf("List of %s: %v, %v; want it to be ErrAway: %v", what, uids, err, away)
		}
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(os.Rename(h.Path, aside))
	get("a folder that is not there", true)
	must(os.Mkdir(h.Path, 0o777))
	get("an empty folder", true)
	must(os.Mkdir(h.folderOf(h.Organizer), 0o777))
	get("a folder in which the organizer has one", false)

	must(os.RemoveAll(h.Path))
	must(os.Rename(aside, h.Path))
	if _, err := h.Get(t.Context(), uid); err != nil {
		t.Errorf("Get once it is back: %v", err)
	}
	must(os.RemoveAll(h.folderOf(h.Organizer)))
	must(os.RemoveAll(h.folderOf(ana)))
	must(os.RemoveAll(h.folderOf(bo)))
	get("series that were deleted", false)
}
