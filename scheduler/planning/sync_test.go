package planning_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/calendartest"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/planning"
	"github.com/peerslot/peerslot/scheduler/schedulertest"
)

// What another run books, changes or ends after a night began is not planned in it.
func TestANightKnowsWhatWasThereWhenItBegan(t *testing.T) {
	w := newWorld(t, ana, bo, cem, dee)
	ended, changed := w.BookAt(t, "g", "tue 15:00", ana, bo), w.BookAt(t, "h", "wed 15:00", cem, dee)
	night, err := planning.Tonight(t.Context(), w.Service)
	if err != nil {
		t.Fatal(err)
	}
	version := changed.Version
	if changed, err = w.Save(t.Context(), changed); err != nil || changed.Version == version {
		t.Fatalf("Save: version %d, %v; want another one than before", changed.Version, err)
	}
	if err := w.Cancel(t.Context(), ended); err != nil {
		t.Fatal(err)
	}
	w.BookAt(t, "g", "mon 15:00", ana, bo)
	snapshot, err := night.Read(t.Context(), []string{"g", "h"})
	if err != nil || len(snapshot.Bookings) != 1 || snapshot.Bookings[0].Group != "h" || snapshot.Bookings[0].Version != version || len(snapshot.Current) != 1 {
		t.Errorf("bookings %+v, series %+v, %v; want those of h alone, of version %d", snapshot.Bookings, snapshot.Current, err, version)
	}
}

// A syncing backend tells what changed since a token.
type syncing struct {
	*calendartest.Fake
	told     map[calendar.UID]calendar.Series // as of the last Sync
	problems map[calendar.UID]error
	tokens   []string // that it was asked with
	own      int      // series that the last Snapshot was given
}

func (s *syncing) Sync(ctx context.Context, token string, ours []calendar.UID) (calendar.Changes, error) {
	s.tokens = append(s.tokens, token)
	out := calendar.Changes{Full: token == "", Token: "t" + token, Problems: map[calendar.UID]error{}}
	if out.Full {
		clear(s.told)
	}
	for _, uid := range ours {
		series, err := s.Fake.Get(ctx, uid)
		switch {
		case s.problems[uid] != nil:
			out.Problems[uid] = s.problems[uid]
		case errors.Is(err, calendar.ErrNotFound):
			out.Gone = append(out.Gone, uid)
		case err != nil:
			return out, err
		case !cmp.Equal(series, s.told[uid]):
			out.Series, s.told[uid] = append(out.Series, series), series
		}
	}
	return out, nil
}

func (s *syncing) Snapshot(_ context.Context, _ []calendar.Address, _ availability.Interval, own ...calendar.Series) (calendar.BusyReader, error) {
	s.own = len(own)
	return s.Fake, nil
}

// A backend that tells what has changed is asked for no more than that, and a night
// sees the same series as one that reads each by itself.
func TestANightThatReadsWhatChanged(t *testing.T) {
	w := newWorld(t, ana, bo, cem, dee)
	one, two := w.BookAt(t, "g", "tue 15:00", ana, bo), w.BookAt(t, "h", "wed 15:00", cem, dee)
	third := w.BookAt(t, "i", "thu 15:00", ana, dee)
	s := &syncing{Fake: w.Fake, told: map[calendar.UID]calendar.Series{}, problems: map[calendar.UID]error{}}
	w.Backend = s
	unusable := errors.New("a daily meeting by now")
	for night, happens := range []func(){
		func() {},
		func() {
			session := calendartest.Sessions(one.Series)[3]
			w.Fake.ByHand(one.Series.UID, calendar.Override{Original: session.Start, Moved: availability.Interval{Start: session.Start.Add(time.Hour), End: session.End.Add(time.Hour)}})
		},
		func() { s.problems[two.Series.UID] = unusable },
		func() { w.Fake.Reply(third.Series.UID, dee, time.Time{}, calendar.Accepted) },
		func() { delete(s.problems, two.Series.UID); clear(s.told) },
		func() {
			if _, err := w.Commit(t.Context(), scheduler.Batch{Seen: &scheduler.Seen{Token: "t", Gone: []calendar.UID{third.Series.UID}}}); err != nil {
				t.Fatal(err) // as if its copy could not be read back
			}
		},
		func() {},
	} {
		happens()
		snapshot := schedulertest.ReadNight(t, w.Service)
		w.Backend = w.Fake
		want, _, err := planning.Fetch(t.Context(), w.Service, snapshot.Bookings)
		w.Backend = s
		if err != nil {
			t.Fatal(err)
		}
		maps.DeleteFunc(want, func(uid calendar.UID, _ calendar.Series) bool { return s.problems[uid] != nil })
		if diff := cmp.Diff(want, snapshot.Current); diff != "" {
			t.Errorf("night %d sees other series (-each by itself +what changed):\n%s", night, diff)
		}
		if s.own != len(want) {
			t.Errorf("night %d: busy times were read beside %d own series, want %d", night, s.own, len(want))
		}
		if got := snapshot.Faults[two.Series.UID]; !errors.Is(got, s.problems[two.Series.UID]) {
			t.Errorf("night %d: h cannot be used: %v, want %v", night, got, s.problems[two.Series.UID])
		}
		if snapshot.Seen == nil {
			t.Fatalf("night %d keeps nothing of what it read", night)
		}
		if _, err := w.Commit(t.Context(), scheduler.Batch{Seen: snapshot.Seen}); err != nil {
			t.Fatal(err)
		}
	}
	if kept, err := w.Store.Seen(t.Context()); err != nil || len(kept.Series) != 3 {
		t.Errorf("%d series are kept, %v; want the three, the lost one, too", len(kept.Series), err)
	}
	if s.tokens[0] != "" || slices.Contains(s.tokens[1:], "") {
		t.Errorf("asked with tokens %q; want that only the first night reads all", s.tokens)
	}
}
