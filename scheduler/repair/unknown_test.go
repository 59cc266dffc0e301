package repair_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/peerslot/peerslot/calendar/calendartest"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/repair"
)

// Since when a calendar is unreadable is kept over the nights, and told when it ends.
func TestUnreadableSince(t *testing.T) {
	w, _ := booked(t, ana, bo)
	keep := func(unknown ...scheduler.Unknown) []scheduler.Unknown {
		t.Helper()
		if err := errors.Join(repair.DateUnknown(t.Context(), w.Service, unknown), repair.KeepUnknown(t.Context(), w.Service, unknown)); err != nil {
			t.Fatal(err)
		}
		return unknown
	}
	since := keep(scheduler.Unknown{Person: bo, Reason: "no answer"})[0].Since
	w.Now = func() time.Time { return now.AddDate(0, 0, 1) }
	if later := keep(scheduler.Unknown{Person: bo, Reason: "no answer"})[0].Since; !later.Equal(since) || since.IsZero() {
		t.Errorf("unreadable since %v, a day later since %v; want the first", since, later)
	}
	keep()
	events, err := w.Store.History(t.Context(), "", now)
	if err != nil {
		t.Fatal(err)
	}
	var what []string
	for _, e := range events {
		if strings.Contains(e.Why, string(bo)) {
			what = append(what, e.What)
		}
	}
	if strings.Join(what, " ") != "unreadable readable" {
		t.Errorf("the history says %v; want unreadable once, then readable", what)
	}
}

// A series that is over, and waits for its review, has no session of which anything
// could be asked.
func TestNothingToComeIsNotNothingRead(t *testing.T) {
	w, b := booked(t, ana, bo)
	last := calendartest.Sessions(b.Series)[b.Series.Count-1]
	w.Now = func() time.Time { return last.End.AddDate(0, 0, 20) }
	_, plan, err := repair.Status(t.Context(), w.Service)
	if err != nil || len(plan.Findings) != 0 {
		t.Errorf("findings %+v, %v; want none", plan.Findings, err)
	}
}
