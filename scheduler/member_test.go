package scheduler_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/attendance"
	"github.com/peerslot/peerslot/scheduler/pile"
	"github.com/peerslot/peerslot/scheduler/repair"
	"github.com/peerslot/peerslot/scheduler/schedulertest"
)

// What a member sets wins over the roster until they take it back, also under the
// present name of a program.
func TestSettingsWin(t *testing.T) {
	w := schedulertest.Unbooked(t)
	w.Workspace.Programs[0].Was = []string{"leads"}
	own := scheduler.OwnHours{Zone: "Europe/Lisbon", Hours: availability.OfficeHours()}
	set := scheduler.Settings{Person: bo, Own: &own, Paused: availability.Date{Year: 2026, Month: 5, Day: 1}, Left: []string{"leads", "leads"}}
	if err := w.Set(t.Context(), set, "set hours"); err != nil {
		t.Fatal(err)
	}
	got, err := w.SettingsOf(t.Context(), bo)
	if err != nil || got.Version == 0 || !got.Set.Equal(now) || len(got.Left) != 1 {
		t.Fatalf("SettingsOf: %+v, %v; want what was set, once, now", got, err)
	}
	if err := w.Set(t.Context(), set, "set hours"); !errors.Is(err, scheduler.ErrStale) {
		t.Errorf("set from what is not there any more: got %v, want ErrStale", err)
	}
	stranger := scheduler.Settings{Person: "eve@evil.example", Own: &own}
	with := w.Workspace.With([]scheduler.Settings{got, stranger})
	p := with.Roster.Of(bo)
	if p.Zone != "Europe/Lisbon" || p.PausedUntil != set.Paused || len(p.Left) != 1 || p.Left[0] != "circles" {
		t.Errorf("bo is %+v; want it as they set it, under the program's present name", p)
	}
	if diff := cmp.Diff([]calendar.Address{ana, cem}, with.Groups[0].Members); diff != "" {
		t.Errorf("members (-want +got):\n%s", diff)
	}
	if part := with.Participants(with.Programs[0]); len(part) != 2 {
		t.Errorf("%v take part; want the two who did not leave", part)
	}
	if with.Roster.Len() != w.Workspace.Roster.Len() || w.Workspace.Roster.Of(bo).Zone != "Europe/Berlin" || len(w.Workspace.Groups[0].Members) != 3 {
		t.Error("settings changed the workspace that they were put on, or added a stranger")
	}
	if none, err := w.SettingsOf(t.Context(), ana); err != nil || none.Person != ana || none.Own != nil || none.Version != 0 {
		t.Errorf("of who set nothing: %+v, %v", none, err)
	}
	events, err := w.Store.History(t.Context(), "", time.Time{})
	if err != nil || len(events) != 1 || events[0].By != bo || !strings.Contains(events[0].Why, "set hours") {
		t.Errorf("history %+v, %v; want one event, by bo", events, err)
	}
}

// What a night found of sessions that are over stays when a later one looks at the
// rest, for the members who are still there.
func TestAttendedStays(t *testing.T) {
	w := newWorld(t, ana, bo)
	session := func(day int, verdicts ...availability.Verdict) attendance.Session {
		return attendance.Session{Original: at(1, day, 15).Start.UTC(), Interval: at(1, day, 15), Verdicts: verdicts}
	}
	yes, no := availability.Verdict{Can: availability.Yes}, availability.Verdict{Can: availability.No, Why: availability.BusyThen}
	first := attendance.Found{UID: "u", Group: "g", At: at(1, 5, 3).Start.UTC(), Members: []calendar.Address{ana, bo}, Sessions: []attendance.Session{session(6, yes, no), session(13, yes, yes), session(20, yes, yes), session(27, yes, yes)}}
	second := attendance.Found{UID: "u", Group: "g", At: at(1, 14, 3).Start.UTC(), Members: []calendar.Address{bo}, Sessions: []attendance.Session{session(20, no)}}
	for _, found := range []attendance.Found{first, second} {
		var all pile.Pile[attendance.Found]
		if err := errors.Join(all.Add(found), repair.KeepAttended(t.Context(), w.Service, &all)); err != nil {
			t.Fatal(err)
		}
	}
	kept, err := w.Store.Attended(t.Context(), "u")
	if err != nil || len(kept) != 1 || len(kept[0].Sessions) != 3 {
		t.Fatalf("kept %+v, %v; want three sessions: that of the 27th is off by then", kept, err)
	}
	for day, want := range map[int]availability.Verdict{6: no, 13: yes, 20: no} {
		o := calendar.Occurrence{Original: at(1, day, 15).Start, Interval: at(1, day, 15)}
		if got, ok := kept[0].Verdict(bo, o); !ok || got.Can != want.Can {
			t.Errorf("bo on %d January: %+v, %v; want %v", day, got, ok, want.Can)
		}
		if got, ok := kept[0].Verdict(ana, o); ok || got.Can != availability.Maybe {
			t.Errorf("of ana, who left, on %d January: %+v, %v; want nothing known", day, got, ok)
		}
	}
	elsewhere := calendar.Occurrence{Original: at(1, 20, 15).Start, Interval: at(1, 21, 15)}
	if got, ok := kept[0].Verdict(bo, elsewhere); ok || got.Can != availability.Maybe {
		t.Errorf("of a session that moved since: %+v, %v; want nothing known", got, ok)
	}
	if err := repair.KeepAttended(t.Context(), w.Service, nil); err != nil {
		t.Errorf("nothing to keep: %v", err)
	}
}

// Work that was given up is a finding, of its group where it has one.
func TestUnattended(t *testing.T) {
	w := newWorld(t, ana)
	if err := w.Pass(t.Context(), now, time.Time{}); err != nil {
		t.Fatal(err)
	}
	if err := w.Pass(t.Context(), now.Add(-time.Hour), now); err != nil {
		t.Fatal(err)
	}
	got, err := w.Store.Unattended(t.Context())
	if err != nil || !got.Repaired.Equal(now) || !got.Reviewed.Equal(now) {
		t.Errorf("%+v, %v; want that the later moment stays", got, err)
	}
	u := scheduler.Unattended{Dead: []scheduler.FailedJob{{Kind: "series", Subject: "g", At: now, Why: "no answer"}, {Kind: "night", Subject: "2026-01-01", At: now, Why: "full"}, {Kind: "night", Subject: "2026-01-02", At: now, Why: "away", Again: true}}}
	findings := u.Findings()
	if len(findings) != 3 || findings[2].Kind != scheduler.JobFails || findings[0].Group != "g" || findings[1].Group != "" || findings[0].Kind != scheduler.JobDead || !strings.Contains(findings[0].Err.Error(), "no answer") {
		t.Errorf("findings %+v; want all three, the first of group g", findings)
	}
}
