package repair_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
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
	_, plan, err := repair.Status(t.Context(), w.Service, 0)
	if err != nil || len(plan.Findings) != 0 {
		t.Errorf("findings %+v, %v; want none", plan.Findings, err)
	}
}

// A vagueBackend does not know what one person does at some times.
type vagueBackend struct {
	calendar.Backend
	who calendar.Address
	at  []availability.Interval
}

func (b vagueBackend) Busy(ctx context.Context, people []calendar.Address, iv availability.Interval, except ...calendar.UID) (map[calendar.Address]availability.Busy, error) {
	all, err := b.Backend.Busy(ctx, people, iv, except...)
	if busy, asked := all[b.who]; asked {
		for _, at := range b.at {
			busy.Spans = append(busy.Spans, availability.Span{Interval: at, Kind: availability.Unknown})
		}
		busy.Normalize()
		all[b.who] = busy
	}
	return all, err
}

// What is not known of members is no conflict: no other slot is suggested for it, though
// they are known to be free there.
func TestUnknownSuggestsNoSlot(t *testing.T) {
	w, b := booked(t, ana, bo)
	w.Backend = vagueBackend{w.Fake, bo, calendartest.Sessions(b.Series)}
	if plan := w.repair(t); actions(plan) != "" || len(plan.Unknown) != 1 {
		t.Errorf("changes %+v, unknown %+v; want bo named, and nothing else", plan.Changes, plan.Unknown)
	}
	w.BusyAtItsSlot(bo, b)
	w.Backend = w.Fake
	if plan := w.repair(t); !strings.Contains(actions(plan), "suggest") {
		t.Errorf("once bo is known to be busy: %+v; want a suggestion", plan.Changes)
	}
}

// A series whose program is gone keeps the rules that it was booked with; those of a
// program that is there are its own as they are now.
func TestRulesOfAProgramThatIsGone(t *testing.T) {
	w, b := booked(t, ana, bo)
	b.Program, b.Rules = "circles", scheduler.DefaultProgram()
	b.Rules.OnlyDays = availability.DaysOf(time.Tuesday)
	if _, err := w.Save(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	first := calendartest.Sessions(b.Series)[0]
	w.Fake.Meet(bo, availability.Interval{Start: first.Start.Add(-8 * time.Hour), End: first.End.Add(8 * time.Hour)})
	if plan := w.planOnly(t); actions(plan) != "" || !strings.Contains(words(plan), `its program "circles" is not configured any more`) {
		t.Errorf("the program is gone: %s\n%s\nwant no move to another day, and that it is named", actions(plan), words(plan))
	}
	p := scheduler.DefaultProgram()
	p.Name = "circles"
	w.Workspace.Programs = append(w.Workspace.Programs, p)
	if plan := w.planOnly(t); actions(plan) != "move" {
		t.Errorf("the program allows all days: %q; want a move to another day", actions(plan))
	}
}
