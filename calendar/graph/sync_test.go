package graph_test

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/calendartest"
	"github.com/peerslot/peerslot/calendar/graph"
	"github.com/peerslot/peerslot/calendar/graph/graphtest"
)

// booked puts n series, every other one with changes, and returns their UIDs, and
// those of two that never were.
func booked(t *testing.T, b *graph.Backend, n int) []calendar.UID {
	t.Helper()
	var uids []calendar.UID
	for i := range n {
		s := calendartest.Series(calendartest.UID(i))
		if i%2 == 0 {
			s = s.WithOverride(calendartest.Move(s, 3, time.Hour)).WithOverride(calendartest.CancelOne(s, 5))
		}
		put(t, b, s)
		uids = append(uids, s.UID)
	}
	return append(uids, calendartest.UID(90), calendartest.UID(91))
}

func syncAll(t *testing.T, b *graph.Backend, token string, uids []calendar.UID) calendar.Changes {
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
		synctest.Test(t, func(t *testing.T) { // the batches are throttled
			s := standIn(t)
			s.Page = page
			uids := booked(t, open(t, s), 4)
			s.Reply(string(uids[1]), ana, time.Time{}, "accepted")
			s.Delete(string(uids[2]))
			b := open(t, s)
			c := syncAll(t, b, "", uids)
			if diff := cmp.Diff([]calendar.UID{uids[0], uids[1], uids[3]}, uidsOf(c.Series)); diff != "" || !c.Full {
				t.Errorf("full: %v, series (-want +got):\n%s", c.Full, diff)
			}
			if diff := cmp.Diff([]calendar.UID{uids[2], uids[4], uids[5]}, c.Gone); diff != "" {
				t.Errorf("gone (-want +got):\n%s", diff)
			}
			for _, series := range c.Series {
				got, err := open(t, s).Get(t.Context(), series.UID)
				if diff := cmp.Diff(got, series); diff != "" || err != nil {
					t.Errorf("Sync and Get differ, %v (-Get +Sync):\n%s", err, diff)
				}
			}
		})
	}
}

// A night in which nothing happened costs one call.
func TestSyncReadsChangesAfterwards(t *testing.T) {
	for _, touch := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			s := standIn(t)
			s.Touch = touch
			b := open(t, s)
			uids := booked(t, b, 8)[:8]
			token := syncAll(t, b, "", uids).Token
			b = open(t, s) // the next night

			var c calendar.Changes
			wantCalls(t, "nothing changed", calls(b, func() { c = syncAll(t, b, token, uids) }), map[string]int{"calendarView.delta": 1})
			if len(c.Series) != 0 || len(c.Gone) != 0 || c.Full {
				t.Errorf("nothing changed: got %+v", c)
			}
			third := calendartest.Sessions(sample)[8]
			s.Reply(string(uids[0]), bo, third.Start, "declined")
			s.Move(string(uids[1]), third.Start, third.Start.Add(time.Hour), third.End.Add(time.Hour))
			s.Delete(string(uids[2]))
			s.Edit(string(uids[3]), map[string]string{"daily": "1"})
			s.CancelOne(string(uids[4]), third.Start)
			s.Edit(string(uids[5]), map[string]string{"guests": bo})
			s.Meet(string(calendartest.Organizer), graphtest.Meeting{Start: third.Start, End: third.End})

			c = syncAll(t, b, c.Token, uids)
			if diff := cmp.Diff([]calendar.UID{uids[0], uids[1], uids[4], uids[5]}, uidsOf(c.Series)); diff != "" {
				t.Fatalf("touching %v: series (-want +got):\n%s", touch, diff)
			}
			if got := c.Series[0].RSVP(calendartest.Bo, third.Start); got != calendar.Declined {
				t.Errorf("bo's answer: got %q", got)
			}
			if got := c.Series[1].Override(third.Start).Moved.Start; !got.Equal(third.Start.Add(time.Hour)) {
				t.Errorf("moved by hand: got %v", got)
			}
			if !c.Series[2].Override(third.Start).Cancelled || len(c.Series[3].Attendees) != 1 {
				t.Errorf("cancelled by hand, and a guest removed: got %+v", c.Series[2:])
			}
			if diff := cmp.Diff([]calendar.UID{uids[2]}, c.Gone); diff != "" {
				t.Errorf("gone (-want +got):\n%s", diff)
			}
			if got := slices.Collect(maps.Keys(c.Problems)); !slices.Equal(got, []calendar.UID{uids[3]}) || !errors.Is(c.Problems[uids[3]], calendar.ErrChanged) {
				t.Errorf("problems: got %v", c.Problems)
			}
		})
	}
}

// A store that was lost finds all series again, however long their UIDs are.
func TestListFindsAllSeries(t *testing.T) {
	s := standIn(t)
	s.Page = 2
	long := calendartest.Series(calendar.UID(strings.Repeat("long", 40)))
	long.Group = "leads"
	put(t, open(t, s), long)
	want := append(booked(t, open(t, s), 4)[:4:4], long.UID)
	slices.Sort(want)
	s.Meet(string(calendartest.Organizer), graphtest.Meeting{Start: now(), End: now().Add(time.Hour)})
	b := open(t, s)
	got, err := b.List(t.Context(), calendartest.Organizer)
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v, series (-want +got):\n%s", err, diff)
	}
	if found, err := b.Get(t.Context(), long.UID); err != nil || found.Group != "leads" {
		t.Errorf("got %+v, %v", found, err)
	}
	if _, err := b.List(t.Context(), calendartest.Ana); err == nil {
		t.Error("somebody else's series were listed")
	}
}

// Tokens end: whenever Exchange likes, and when the window that they watch is over.
func TestSyncStartsOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := standIn(t)
		uids := booked(t, open(t, s), 2)
		token := syncAll(t, open(t, s), "", uids).Token
		s.Expire()
		if c := syncAll(t, open(t, s), token, uids); !c.Full || len(c.Series) != 2 {
			t.Errorf("with a token that expired: got %+v, want all", c)
		}
		token = syncAll(t, open(t, s), "", uids).Token
		cfg := config(s)
		cfg.Now = func() time.Time { return now().AddDate(0, 4, 0) }
		if c := syncAll(t, start(t, cfg), token, uids); !c.Full || len(c.Series) != 2 {
			t.Errorf("four months later: got %+v, want all", c)
		}
		if c := syncAll(t, open(t, s), "{damaged", uids); !c.Full {
			t.Error("with a damaged token: got no full reading")
		}
	})
}

// Changed series are read in batches, whose parts are throttled, fail and are
// answered singly.
func TestBatches(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := standIn(t)
		uids := booked(t, open(t, s), 30)[:30]
		token := syncAll(t, open(t, s), "", uids).Token
		b := open(t, s) // the next night
		for _, uid := range uids {
			s.Reply(string(uid), ana, time.Time{}, "accepted")
		}
		failed := 0
		s.Fail(func(method string, n int) *graphtest.Fault {
			if method == "batch" && failed < 2 {
				failed++
				return []*graphtest.Fault{{Drop: graphtest.Before}, {Half: true}}[failed-1]
			}
			return nil
		})
		c := syncAll(t, b, token, uids)
		if len(c.Series) != 30 {
			t.Fatalf("got %d series, want 30", len(c.Series))
		}
		for _, series := range c.Series {
			if series.RSVP(calendartest.Ana, time.Time{}) != calendar.Accepted {
				t.Errorf("%s: ana's answer is not there", series.UID)
			}
		}
		if n := b.Calls()["events.find"]; n > 0 {
			t.Errorf("%d series were looked for, though the changes tell where they are", n)
		}
		if s.Calls()["batch"] == 0 || b.Calls()["batch"] == 0 || b.Calls()["events.get"] < 30 {
			t.Errorf("calls %v, want batches, and what is in them", b.Calls())
		}
	})
}
