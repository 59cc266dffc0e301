package schedulertest

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/peerslot/peerslot/scheduler"
)

func testUnattended(t *testing.T, s scheduler.Store) {
	early := time.Date(2026, 3, 3, 1, 15, 0, 0, time.UTC)
	commit := func(b scheduler.Batch) {
		t.Helper()
		if _, err := s.Commit(t.Context(), b); err != nil {
			t.Fatal(err)
		}
	}
	dead := scheduler.FailedJob{Kind: "series", Subject: "a group", At: early, Why: "refused", Again: true}
	commit(scheduler.Batch{Unattended: &scheduler.Unattended{Repaired: early.Add(time.Hour), Reviewed: early}})
	commit(scheduler.Batch{Unattended: &scheduler.Unattended{Repaired: early, Dead: []scheduler.FailedJob{dead, {Kind: "night", Subject: "x", At: early, Why: "no"}}}})
	for _, of := range []struct {
		kind, subject string
		want          int
	}{{"series", "a group", 1}, {"series", "", 1}, {"series", "a", 0}, {"night", "x", 1}, {"night", "", 1}, {"n", "", 0}} {
		got, err := s.Failed(t.Context(), of.kind, of.subject)
		if err != nil || len(got) != of.want || len(got) > 0 && (got[0].Kind != of.kind || got[0].Why == "" || !got[0].At.Equal(early)) {
			t.Errorf("Failed(%q, %q): %+v, %v; want %d", of.kind, of.subject, got, err, of.want)
		}
	}
	dead.Why = "refused again"
	commit(scheduler.Batch{Unattended: &scheduler.Unattended{Dead: []scheduler.FailedJob{dead}}, Mended: &scheduler.FailedJob{Kind: "night", Subject: "x"}})
	got, err := s.Unattended(t.Context())
	want := scheduler.Unattended{Repaired: early.Add(time.Hour), Reviewed: early, Dead: []scheduler.FailedJob{dead}}
	if err != nil || !cmp.Equal(got, want) {
		t.Errorf("Unattended: %v; got, want:\n%s", err, cmp.Diff(got, want))
	}
}

func testNights(t *testing.T, s scheduler.Store) {
	first := time.Date(2026, 3, 3, 1, 15, 0, 0, time.UTC)
	found := []scheduler.Finding{{Kind: scheduler.SeriesGone, Group: "a", UID: "u", Share: scheduler.Share{Yes: 2}, At: first}}
	reviewed := scheduler.Night{At: first.AddDate(0, 0, 1), What: scheduler.ReviewNight, Checked: 2, Needs: 1, Findings: []scheduler.Finding{{Kind: scheduler.NeedsDecision, Group: "b", Err: errors.New("why")}}}
	last := scheduler.Night{At: first.AddDate(0, 0, 2), What: scheduler.RepairNight, Checked: 12, Changes: 3, Needs: 1, Findings: found}
	for _, n := range []scheduler.Night{
		{At: first.AddDate(0, -6, 0), What: scheduler.RepairNight, Checked: 1},
		{At: first, What: scheduler.RepairNight, Checked: 12, Needs: 1, Findings: []scheduler.Finding{{Kind: scheduler.SplitOff, Group: "c"}}},
		reviewed, last,
	} {
		if _, err := s.Commit(t.Context(), scheduler.Batch{Night: &n}); err != nil {
			t.Fatal(err)
		}
	}
	want := []scheduler.Night{last, reviewed, {At: first, What: scheduler.RepairNight, Checked: 12, Needs: 1}}
	got, err := s.Nights(t.Context())
	words := cmp.Transformer("words", func(err error) string { return err.Error() })
	if diff := cmp.Diff(want, got, cmp.FilterValues(func(a, b error) bool { return a != nil && b != nil }, words)); err != nil || diff != "" {
		t.Errorf("Nights: %v (-want +got):\n%s", err, diff)
	}
}

func testBegun(t *testing.T, s scheduler.Store) {
	save(t, s, Booking("a", 1))
	booked := save(t, s, Booking("b", 1))
	booked.State = scheduler.Booked
	save(t, s, booked)
	if got, err := s.Begun(t.Context(), 10); err != nil || !slices.Equal(got, []string{"a"}) {
		t.Errorf("Begun: %v, %v; want a, whose booking is only intended", got, err)
	}
	changing := save(t, s, Booking("0", 1))
	changing.State = scheduler.Changing
	save(t, s, changing)
	if got, err := s.Begun(t.Context(), 10); err != nil || !slices.Equal(got, []string{"0", "a"}) {
		t.Errorf("Begun: %v, %v; want 0 and a", got, err)
	}
	if got, err := s.Begun(t.Context(), 1); err != nil || len(got) != 1 {
		t.Errorf("Begun of at most one: %v, %v", got, err)
	}
}

func testDue(t *testing.T, s scheduler.Store) {
	booked := func(group string, state scheduler.State, sessions int) scheduler.Booking {
		t.Helper()
		b := Booking(group, 1)
		b.State, b.Series.Count = state, sessions
		return save(t, s, b)
	}
	booked("begun", scheduler.Changing, 13)
	booked("ended", scheduler.Ended, 12)
	booked("goes on", scheduler.Booked, 13)
	booked("endless", scheduler.Booked, 0)
	over := booked("over", scheduler.Booked, 12)
	end, err := over.Series.LastEnd()
	if err != nil {
		t.Fatal(err)
	}
	want := func(now time.Time, groups ...string) {
		t.Helper()
		due, err := s.Due(t.Context(), now)
		var got []string
		for _, b := range due {
			got = append(got, b.Group)
		}
		if err != nil || !slices.Equal(got, groups) {
			t.Errorf("Due at %v: %q, %v; want %q", now, got, err, groups)
		}
	}
	want(end.Add(-time.Second), "begun", "endless")
	want(end, "begun", "endless", "over")
	over.Series.Count++
	save(t, s, over)
	want(end, "begun", "endless")
}

func testLockGroup(t *testing.T, s scheduler.Store) {
	unlock, err := s.LockGroup(t.Context(), "a", 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.LockGroup(t.Context(), "a", 0); !errors.Is(err, scheduler.ErrBusy) {
		t.Errorf("a second LockGroup of the same: %v; want ErrBusy", err)
	}
	if _, err := s.Lock(t.Context(), 0); !errors.Is(err, scheduler.ErrBusy) {
		t.Errorf("Lock while a group is locked: %v; want ErrBusy", err)
	}
	unlock()
	all, err := s.Lock(t.Context(), 0)
	if err != nil {
		t.Fatalf("Lock once the group is free: %v", err)
	}
	if _, err := s.LockGroup(t.Context(), "b", 0); !errors.Is(err, scheduler.ErrBusy) {
		t.Errorf("LockGroup while all is locked: %v; want ErrBusy", err)
	}
	all()
}
