package folder

import (
	_ "embed"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/calendartest"
)

// editedByKhal is the organizer's copy of plannedForKhal after khal 0.10.5 wrote
// it: session 5 deleted, the title changed. X-PEERSLOT-WROTE was added since, where
// khal leaves it as it leaves the other properties that it does not know.
//
//go:embed testdata/edited-by-khal.ics
var editedByKhal string

func plannedForKhal() calendar.Series {
	s := sample()
	moved := calendartest.Move(s, 2, 24*time.Hour)
	moved.Note = "Bo is away"
	return s.WithOverride(moved).WithOverride(calendartest.CancelOne(s, 1))
}

// A program that writes the whole file its own way changes what the person
// changed, and nothing else.
func TestEditedByKhal(t *testing.T) {
	h := newHands(t)
	put := h.put(plannedForKhal())
	h.write(fileOf(calendartest.Organizer), editedByKhal)

	want := plannedForKhal().WithOverride(calendartest.CancelOne(put, 5))
	want.Title, want.Sequence = "Renamed by hand", 1
	got, err := h.Get(t.Context(), uid)
	if err != nil || got.Version == put.Version {
		t.Fatalf("Get: version %q, %v, want another than %q", got.Version, err, put.Version)
	}
	if !got.Same(want) || got.Sequence != want.Sequence {
		t.Errorf("Get (-want +got):\n%s", cmp.Diff(want, got))
	}

	// The next Put of a run that has not seen it leaves it, and tells the others.
	h.put(plannedForKhal())
	if h.read(fileOf(calendartest.Organizer)) != editedByKhal {
		t.Error("the organizer's copy was written again, though it says the same")
	}
	if text := h.read(fileOf(ana)); !strings.Contains(text, "SUMMARY:Renamed by hand\r\n") {
		t.Errorf("ana's copy does not follow:\n%s", text)
	}
}
