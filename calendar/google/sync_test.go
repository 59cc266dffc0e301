package google_test

import (
	"errors"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/calendartest"
	"github.com/peerslot/peerslot/calendar/google"
	"github.com/peerslot/peerslot/calendar/google/googletest"
)

// booked puts n series and returns their UIDs, and those of two that never were.
func booked(t *testing.T, b *google.Backend, n int) []calendar.UID {
	t.Helper()
	var uids []calendar.UID
	for i := range n {
		s := calendartest.Series(calendartest.UID(i))
		put(t, b, s.WithOverride(calendartest.Move(s, 3, time.Hour)).WithOverride(calendartest.CancelOne(s, 5)))
		uids = append(uids, s.UID)
	}
	return append(uids, calendartest.UID(90), calendartest.UID(91))
}

func syncAll(t *testing.T, b *google.Backend, token string, uids []calendar.UID) calendar.Changes {
	t.Helper()
	c, err := b.Sync(t.Context(), token, uids)
	if err != nil {
		t.Fatal(err)
	}
	if c.Token == "" {
		t.Error("Sync: got no token for the next one")
	}
	return c
}

func uidsOf(series []calendar.Series) (out []calendar.UID) {
	for _, s := range series {
		out = append(out, s.UID)
	}
	return out
}

func TestSyncReadsAllAtFirst(t *testing.T) {
	for _, page := range []int{0, 3} {
		s := standIn(t)
		s.Page = page
		b := open(t, s)
		uids := booked(t, b, 4)
		s.Meet(string(calendartest.Organizer), googletest.Meeting{Start: clock(3, 9, 0), End: clock(3, 10, 0)})
		s.Reply(string(uids[1]), ana, time.Time{}, "accepted")
		s.Delete(string(uids[2]))

		c := syncAll(t, b, "", uids)
		if diff := cmp.Diff([]calendar.UID{uids[0], uids[1], uids[3]}, uidsOf(c.Series)); diff != "" || !c.Full {
			t.Errorf("full: %v, series (-want +got):\n%s", c.Full, diff)
		}
		if diff := cmp.Diff([]calendar.UID{uids[2], uids[4], uids[5]}, c.Gone); diff != "" {
			t.Errorf("gone (-want +got):\n%s", diff)
		}
		for _, series := range c.Series {
			got, err := b.Get(t.Context(), series.UID)
			if diff := cmp.Diff(got, series); diff != "" || err != nil {
				t.Errorf("Sync and Get differ, %v (-Get +Sync):\n%s", err, diff)
			}
		}
	}
}

// A night in which nothing happened costs one call.
func TestSyncReadsChangesAfterwards(t *testing.T) {
	s := standIn(t)
	b := open(t, s)
	uids := booked(t, b, 6)
	token := syncAll(t, b, "", uids).Token

	var c calendar.Changes
	wantCalls(t, "nothing changed", calls(b, func() { c = syncAll(t, b, token, uids) }), map[string]int{"events.list": 1})
	if len(c.Series) != 0 || len(c.Gone) != 0 || c.Full {
		t.Errorf("nothing changed: got %+v", c)
	}
	session := calendartest.Sessions(sample)[8]
	s.Reply(string(uids[0]), bo, session.Start, "declined")
	s.Move(string(uids[1]), session.Start, session.Start.Add(time.Hour), session.End.Add(time.Hour))
	s.Delete(string(uids[2]))
	s.Edit(string(uids[3]), map[string]any{"recurrence": []any{"RRULE:FREQ=DAILY;COUNT=3"}})
	s.Meet(string(calendartest.Organizer), googletest.Meeting{Start: clock(3, 9, 0), End: clock(3, 10, 0)})

	c = syncAll(t, b, c.Token, uids)
	if diff := cmp.Diff([]calendar.UID{uids[0], uids[1]}, uidsOf(c.Series)); diff != "" {
		t.Fatalf("series (-want +got):\n%s", diff)
	}
	if got := c.Series[0].RSVP(calendartest.Bo, session.Start); got != calendar.Declined {
		t.Errorf("bo's answer: got %q", got)
	}
	if got := c.Series[1].Override(session.Start).Moved.Start; !got.Equal(session.Start.Add(time.Hour)) {
		t.Errorf("moved by hand: got %v", got)
	}
	if diff := cmp.Diff([]calendar.UID{uids[2]}, c.Gone); diff != "" {
		t.Errorf("gone (-want +got):\n%s", diff)
	}
	if got := slices.Collect(maps.Keys(c.Problems)); !slices.Equal(got, []calendar.UID{uids[3]}) || !errors.Is(c.Problems[uids[3]], calendar.ErrChanged) {
		t.Errorf("problems: got %v", c.Problems)
	}
	if again := syncAll(t, b, c.Token, uids); len(again.Series)+len(again.Gone)+len(again.Problems) != 0 {
		t.Errorf("the next time: got %+v, want nothing", again)
	}
}

// When many have changed, reading all costs less than reading each of them.
func TestSyncAfterManyChanges(t *testing.T) {
	s := standIn(t)
	b := open(t, s)
	uids := booked(t, b, 12)
	token := syncAll(t, b, "", uids).Token
	for _, uid := range uids[:12] {
		s.Reply(string(uid), bo, time.Time{}, "accepted")
	}
	var c calendar.Changes
	wantCalls(t, "all changed", calls(b, func() { c = syncAll(t, b, token, uids) }), map[string]int{"events.list": 2})
	if !c.Full || len(c.Series) != 12 || c.Series[3].RSVP(calendartest.Bo, time.Time{}) != calendar.Accepted {
		t.Errorf("got %+v, want all as they are", c)
	}
}

func TestSyncStartsOver(t *testing.T) {
	s := standIn(t)
	b := open(t, s)
	uids := booked(t, b, 2)
	token := syncAll(t, b, "", uids).Token
	s.ExpireSyncTokens()
	if c := syncAll(t, b, token, uids); !c.Full || len(c.Series) != 2 {
		t.Errorf("with a token that expired: got %+v, want all", c)
	}
}

// A lost store is rebuilt from what bears our mark.
func TestList(t *testing.T) {
	for _, page := range []int{0, 2} {
		s := standIn(t)
		s.Page = page
		b := open(t, s)
		uids := booked(t, b, 3)[:3]
		s.Meet(string(calendartest.Organizer), googletest.Meeting{Start: clock(3, 9, 0), End: clock(3, 10, 0)})
		s.Split(string(uids[1]), calendartest.Sessions(sample)[8].Start, time.Hour)
		got, err := b.List(t.Context(), calendartest.Organizer)
		if diff := cmp.Diff(uids, got); diff != "" || err != nil {
			t.Errorf("got %v (-want +got):\n%s", err, diff)
		}
		if _, err := b.List(t.Context(), calendartest.Ana); err == nil {
			t.Error("of another organizer: got no error")
		}
	}
}
