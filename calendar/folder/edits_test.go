package folder

import (
	"strings"
	"testing"
	"time"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/calendartest"
	"github.com/peerslot/peerslot/calendar/ical"
)

// Who edits one session in the organizer's copy, in whatever way, changes its
// override. That stays, and is told to everybody, when other sessions change.
func TestEditedSessionStays(t *testing.T) {
	for name, c := range map[string]struct{ property, note string }{
		"title":       {"SUMMARY:Walk in the park", "Title: Walk in the park"},
		"place":       {"LOCATION:Room 5", "Location: Room 5"},
		"description": {"DESCRIPTION:Bring boots.", "Bring boots."},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHands(t)
			put := h.put(sample())
			h.editText(calendartest.Organizer, uid, "END:VCALENDAR", strings.Join([]string{
				"BEGIN:VEVENT", "UID:" + ical.UIDText(uid), "RECURRENCE-ID;TZID=Europe/Berlin:20260310T150000",
				"DTSTART;TZID=Europe/Berlin:20260310T150000", "DTEND;TZID=Europe/Berlin:20260310T160000",
				c.property, "END:VEVENT", "END:VCALENDAR",
			}, "\r\n"))
			none := calendar.Override{Original: calendartest.Move(put, 1, 0).Original}

			got, err := h.Get(t.Context(), uid)
			edit := got.Override(none.Original)
			if err != nil || edit.Same(none) || got.Version == put.Version || edit.Note != c.note {
				t.Fatalf("Get: %v, override %+v, want one with the note %q", err, edit, c.note)
			}
			got.Sequence++
			got = h.put(got.WithOverride(calendartest.Move(got, 4, time.Hour)))
			h.wantCopies(got)
			again, err := h.Get(t.Context(), uid)
			if err != nil || !again.Override(none.Original).Same(edit) || len(again.Overrides) != 2 {
				t.Errorf("after a move: %v, overrides %+v, want the move and %+v", err, again.Overrides, edit)
			}
			text := strings.ReplaceAll(h.read(fileOf(ana)), "\r\n ", "")
			if !strings.Contains(text, "\r\nDESCRIPTION:"+c.note+`\n\nOne hour`) {
				t.Errorf("ana's copy does not say %q above the agenda:\n%s", c.note, text)
			}
		})
	}
}
