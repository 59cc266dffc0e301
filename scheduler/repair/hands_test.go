package repair_test

import (
	"strings"
	"testing"

	"github.com/peerslot/peerslot/calendar"
)

// edit changes a series on the calendar as a person would.
func (w *world) edit(t *testing.T, uid calendar.UID, change func(*calendar.Series)) {
	t.Helper()
	s, err := w.Backend.Get(t.Context(), uid)
	if err != nil {
		t.Fatal(err)
	}
	change(&s)
	s.Sequence++
	if _, err := w.Backend.Put(t.Context(), s); err != nil {
		t.Fatal(err)
	}
}

// Each kind of edit is told in its own words.
func TestHandsInWords(t *testing.T) {
	w, b := booked(t, ana, bo)
	w.Fake.Meet(bo, at(1, 13, 15))
	w.repair(t) // which moves 13 January
	w.Fake.ByHand(b.Series.UID, calendar.Override{Original: at(1, 20, 15).Start, Cancelled: true})
	w.Fake.ByHand(b.Series.UID, calendar.Override{Original: at(1, 27, 15).Start, Moved: at(1, 28, 10)})
	w.Fake.ByHand(b.Series.UID, calendar.Override{Original: at(2, 3, 15).Start, Note: "bring a question"})
	w.edit(t, b.Series.UID, func(s *calendar.Series) { s.Title = "Our circle" })
	var all []string
	for _, c := range w.repair(t).Changes {
		all = append(all, c.Why)
	}
	for _, want := range []string{"cancelled it", "moved it", "edited it", "edited the series"} {
		if !strings.Contains(strings.Join(all, "\n"), want) {
			t.Errorf("%q; want a line about %q", all, want)
		}
	}
	w.Fake.ByHand(b.Series.UID, calendar.Override{Original: at(1, 20, 15).Start})
	if plan := w.repair(t); len(plan.Changes) != 1 || !strings.Contains(plan.Changes[0].Why, "put it back") {
		t.Errorf("changes %+v; want the session that somebody put back", plan.Changes)
	}
}
