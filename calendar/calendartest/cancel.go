package calendartest

import (
	"errors"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
)

var cancelTests = []test{
	{"Whole", cancelWhole},
	{"Partly", cancelPartly},
	{"MovedSessions", cancelMovedSessions},
	{"Unknown", cancelUnknown},
	{"IsNotUndone", cancelIsNotUndone},
	{"LeavesOthers", cancelLeavesOthers},
}

// held returns the sessions that the calendar still shows.
func (t subject) held(uid calendar.UID) []availability.Interval {
	t.Helper()
	s, err := t.Get(t.Context(), uid)
	if errors.Is(err, calendar.ErrNotFound) {
		return nil
	}
	if err != nil {
		t.Fatalf("Get of %s: %v", uid, err)
	}
	return Sessions(s)
}

func (t subject) wantHeld(what string, uid calendar.UID, want []availability.Interval) {
	t.Helper()
	if diff := cmp.Diff(want, t.held(uid)); diff != "" {
		t.Errorf("%s: sessions (-want +got):\n%s", what, diff)
	}
}

func cancelWhole(t subject) {
	s := t.put(Series(UID(0)).WithOverride(Move(Series(UID(0)), 3, time.Hour)))
	for _, what := range []string{"cancelled", "cancelled again"} {
		t.cancel(s.UID, Sessions(s)[0].Start)
		t.wantHeld(what, s.UID, nil)
		t.wantAll(free, Ana, Sessions(s))
		t.wantAll(free, Organizer, Sessions(s))
	}
}

func cancelPartly(t subject) {
	s := t.put(Series(UID(0)))
	before := Sessions(s)
	for _, from := range []time.Time{before[5].Start, before[5].Start, before[4].Start.Add(time.Minute), before[12].Start} {
		t.cancel(s.UID, from)
		t.wantHeld("from "+from.String(), s.UID, before[:5])
	}
	t.wantAll(busy, Bo, before[:5])
	t.wantAll(free, Bo, before[5:])
}

// Where a session is counts, not where it was.
func cancelMovedSessions(t subject) {
	s := Series(UID(0))
	plain := Sessions(s)
	s = t.put(s.WithOverride(Move(s, 5, 36*time.Hour)))
	t.cancel(s.UID, plain[5].Start.Add(24*time.Hour))
	t.wantHeld("after one that moved back", s.UID, plain[:5])

	s = Series(UID(1))
	ahead := Move(s, 6, -36*time.Hour)
	s = t.put(s.WithOverride(ahead))
	t.cancel(s.UID, plain[6].Start.Add(-24*time.Hour))
	t.wantHeld("after one that moved ahead", s.UID, append(plain[:6:6], ahead.Moved))
}

func cancelUnknown(t subject) {
	t.cancel(UID(0), Window().Start)
	s := t.put(Series(UID(1)))
	t.cancel(UID(0), Window().Start)
	t.cancel(s.UID, Window().End)
	t.wantSeries("after nothing was cancelled", s, t.get(s.UID))
}

// A run that died before the cancellation must not invite people again when it
// is made up for.
func cancelIsNotUndone(t subject) {
	put := t.put(Series(UID(0)))
	t.cancel(put.UID, Window().Start)
	if _, err := t.Put(t.Context(), Series(UID(0))); err != nil {
		t.Errorf("the same Put, its outcome lost: %v", err)
	}
	t.wantHeld("after the same Put", put.UID, nil)
	t.want(free, Ana, Sessions(put)[0])

	put.Title, put.Sequence = "Ours", put.Sequence+1
	if got, err := t.Put(t.Context(), put); !errors.Is(err, calendar.ErrChanged) && !errors.Is(err, calendar.ErrNotFound) {
		t.Errorf("Put of a cancelled series with its old Version: got %v, %v, want ErrChanged", got, err)
	}
}

func cancelLeavesOthers(t subject) {
	s, other := t.put(Series(UID(0))), t.put(Series(UID(1)))
	meeting := availability.Interval{Start: Sessions(s)[2].End, End: Sessions(s)[2].End.Add(time.Hour)}
	t.Meet(Ana, meeting)
	t.cancel(s.UID, Window().Start)
	t.wantSeries("the other series", other, t.get(other.UID))
	t.want(busy, Ana, meeting)
	t.want(busy, Ana, Sessions(other)[2])
}
