package schedulertest

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/attendance"
)

func testSettings(t *testing.T, s scheduler.Store) {
	set := scheduler.Settings{
		Person: "ana@acme.example", Set: time.Date(2026, 1, 2, 9, 0, 0, 0, time.UTC), Left: []string{"circles"}, Paused: availability.Date{Year: 2026, Month: 3, Day: 1},
		Own: &scheduler.OwnHours{Zone: "Europe/Lisbon", Hours: availability.OfficeHours(), Away: []scheduler.DateRange{{First: availability.Date{Year: 2026, Month: 2, Day: 1}, Last: availability.Date{Year: 2026, Month: 2, Day: 3}}}},
	}
	before := revision(t, s)
	commit := func(one scheduler.Settings) error {
		_, err := s.Commit(t.Context(), scheduler.Batch{Settings: []scheduler.Settings{one}, Events: []scheduler.Event{event("x", "settings")}})
		return err
	}
	if err := commit(set); err != nil {
		t.Fatal(err)
	}
	set.Version = 1
	got, err := s.Settings(t.Context())
	if diff := cmp.Diff([]scheduler.Settings{set}, got); err != nil || diff != "" {
		t.Errorf("Settings: %v (-want +got):\n%s", err, diff)
	}
	if after := revision(t, s); after == before {
		t.Errorf("the revision is %q before and after a member's settings", after)
	}
	old := set
	old.Version = 0
	if err := commit(old); !errors.Is(err, scheduler.ErrStale) {
		t.Errorf("Commit of settings that were made from none: %v; want ErrStale", err)
	}
	set.Own = nil
	if err := commit(set); err != nil {
		t.Fatal(err)
	}
	if err := commit(set); !errors.Is(err, scheduler.ErrStale) {
		t.Errorf("Commit of settings that were made from older ones: %v; want ErrStale", err)
	}
	if history, err := s.History(t.Context(), "x", time.Time{}); err != nil || len(history) != 2 {
		t.Errorf("History = %v, %v; want an event for each that was kept", history, err)
	}
}

func revision(t *testing.T, s scheduler.Store) string {
	t.Helper()
	r, err := s.Revision(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func testRevision(t *testing.T, s scheduler.Store) {
	seen := map[string]string{revision(t, s): "nothing"}
	news := func(what string) {
		t.Helper()
		r := revision(t, s)
		if before, again := seen[r]; again {
			t.Errorf("after %s the revision is %q, as it was after %s", what, r, before)
		}
		seen[r] = what
	}
	b := save(t, s, Booking("a", 1))
	news("a booking")
	save(t, s, b)
	news("a change of it")
	r := Round("circles", 1)
	if _, err := s.Commit(t.Context(), scheduler.Batch{Round: &r}); err != nil {
		t.Fatal(err)
	}
	news("a round")
	if same := revision(t, s); seen[same] != "a round" {
		t.Errorf("the revision is another one, %q, after nothing", same)
	}
}

func testAttended(t *testing.T, s scheduler.Store) {
	start := time.Date(2026, 1, 6, 14, 0, 0, 0, time.UTC)
	found := attendance.Found{
		UID: "ps1", Group: "a", At: start.AddDate(0, 0, -1), Members: Round("circles", 1).Groups[0].Members,
		Sessions: []attendance.Session{{Original: start, Interval: availability.Interval{Start: start, End: start.Add(time.Hour)}, Verdicts: []availability.Verdict{{Can: availability.Yes}, {Can: availability.No, Why: availability.BusyThen}}}},
	}
	found.Week = attendance.Week{
		Search:   availability.Search{Zone: "Europe/Berlin", Start: availability.Date{Year: 2026, Month: 1, Day: 5}, Cadence: availability.Weekly, Count: 1, Length: time.Hour, Step: time.Hour, Preferred: availability.DaysOf(time.Tuesday)},
		Possible: 2, From: 15 * time.Hour,
		Attendance: [][]int16{{-1, -1}, {1, -1}, {-1, -1}, {-1, -1}, {-1, -1}, {-1, -1}, {-1, 0}},
		Unknown:    [][]int16{{0, 0}, {0, 0}, {0, 0}, {0, 0}, {0, 0}, {0, 0}, {0, 1}},
	}
	other := found
	other.UID = "ps2"
	for range 2 { // what is kept is replaced
		if _, err := s.Commit(t.Context(), scheduler.Batch{Attended: []attendance.Found{other, found}}); err != nil {
			t.Fatal(err)
		}
	}
	got, err := s.Attended(t.Context(), "ps1")
	if diff := cmp.Diff([]attendance.Found{found}, got); err != nil || diff != "" {
		t.Errorf("Attended of one series: %v (-want +got):\n%s", err, diff)
	}
	if got, err := s.Attended(t.Context()); err != nil || len(got) != 2 || got[1].UID != "ps2" {
		t.Errorf("Attended of all series: %v, %v; want both, by UID", got, err)
	}
}
