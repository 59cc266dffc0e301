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
	"github.com/peerslot/peerslot/scheduler/planning"
)

// An introduction says who is together, why, when they meet and who leads, as it is
// now.
func TestIntro(t *testing.T) {
	w := unbooked(t)
	w.Workspace.Programs[0].Focus = "Leading remote teams"
	w.Workspace.Programs[0].Apart = []scheduler.Rule{scheduler.ReportingLine}
	for i, a := range []calendar.Address{ana, bo, cem} {
		p := w.Workspace.Roster[a]
		p.Role, p.Team, p.Location = "engineering manager", []string{"payments", "ledger", "search"}[i], "Lisbon"
		w.Workspace.Roster[a] = p
	}
	intro := func() string {
		t.Helper()
		text, err := planning.Intro(t.Context(), w.Service, "g")
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	before := intro()
	for _, want := range []string{"Leading remote teams", "engineering manager, payments, Lisbon", "you do the same work (engineering manager) in 3 teams, and nobody here reports to anybody else here."} {
		if !strings.Contains(before, want) {
			t.Errorf("the introduction lacks %q:\n%s", want, before)
		}
	}
	if strings.Contains(before, "Europe/Berlin") {
		t.Errorf("a time, before anything is booked:\n%s", before)
	}
	b := w.book(t, w.plan(t, w.Request("g"))[0])
	if text := intro(); !strings.Contains(text, "Monday 09:00 (Europe/Berlin), weekly") || !strings.Contains(text, "Monday 5 January, 09:00") || !strings.Contains(text, w.Workspace.Name(b.Facilitators[0])) {
		t.Errorf("once it is booked:\n%s", text)
	}
	w.Now = func() time.Time { return at(1, 5, 11).Start }
	if text := intro(); !strings.Contains(text, "Monday 12 January, 09:00") {
		t.Errorf("after the first session:\n%s", text)
	}
	p := w.Workspace.Roster[cem]
	p.Role = "designer"
	w.Workspace.Roster[cem] = p
	if text := intro(); !strings.Contains(text, "you are peers in 3 teams") {
		t.Errorf("people of other work:\n%s", text)
	}
	if _, err := planning.Intro(t.Context(), w.Service, "nobody"); !errors.As(err, new(*scheduler.UnknownGroupError)) {
		t.Errorf("an unknown group: got %v", err)
	}
	w.Workspace.Programs = nil
	if _, err := planning.Intro(t.Context(), w.Service, "g"); err == nil || !strings.Contains(err.Error(), `no program "circles"`) {
		t.Errorf("without its program: got %v", err)
	}
}

// What a member sets wins over the roster until they take it back, also under the
// present name of a program.
func TestSettingsWin(t *testing.T) {
	w := unbooked(t)
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
	if says := got.Says(); says != "own hours in Europe/Lisbon instead of the roster's; paused until 2026-05-01; left leads" {
		t.Errorf("Says: %q", says)
	}
	if err := w.Set(t.Context(), set, "set hours"); !errors.Is(err, scheduler.ErrStale) {
		t.Errorf("set from what is not there any more: got %v, want ErrStale", err)
	}
	stranger := scheduler.Settings{Person: "eve@evil.example", Own: &own}
	with := w.Workspace.With([]scheduler.Settings{got, stranger})
	p := with.Roster[bo]
	if p.Zone != "Europe/Lisbon" || p.PausedUntil != set.Paused || len(p.Left) != 1 || p.Left[0] != "circles" {
		t.Errorf("bo is %+v; want it as they set it, under the program's present name", p)
	}
	if diff := cmp.Diff([]calendar.Address{ana, cem}, with.Groups[0].Members); diff != "" {
		t.Errorf("members (-want +got):\n%s", diff)
	}
	if part := with.Participants(with.Programs[0]); len(part) != 2 {
		t.Errorf("%v take part; want the two who did not leave", part)
	}
	if len(with.Roster) != len(w.Workspace.Roster) || w.Workspace.Roster[bo].Zone != "Europe/Berlin" || len(w.Workspace.Groups[0].Members) != 3 {
		t.Error("settings changed the workspace that they were put on, or added a stranger")
	}
	if none, err := w.SettingsOf(t.Context(), ana); err != nil || none.Person != ana || none.Says() != "" {
		t.Errorf("of who set nothing: %+v, %v", none, err)
	}
	events, err := w.Store.History(t.Context(), "", time.Time{})
	if err != nil || len(events) != 1 || events[0].By != bo || !strings.Contains(events[0].Why, "set hours") {
		t.Errorf("history %+v, %v; want one event, by bo", events, err)
	}
}

// A round that replaces groups lets their series run out, and is formed once.
func TestSaveRound(t *testing.T) {
	w, b := booked(t, ana, bo)
	other := w.bookAt(t, "h", "wed 15:00", ana, bo)
	w.Workspace.Programs = []scheduler.Program{{Name: "circles"}}
	round := scheduler.Round{Program: "circles", Number: 1, Start: start, Groups: []scheduler.Group{{Name: "circles-1-amber", Members: []calendar.Address{ana, bo}}}}
	if err := planning.SaveRound(t.Context(), w.Service, round, []string{"circles-1-amber"}, []string{"g"}); err != nil {
		t.Fatal(err)
	}
	bookings, err := w.Store.Bookings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, got := range bookings {
		if got.Reviewed != (got.Series.UID == b.Series.UID) || got.State != scheduler.Booked {
			t.Errorf("%s: reviewed %v, %s; want that g alone runs out", got.Group, got.Reviewed, got.State)
		}
	}
	if groups, err := w.Formed(t.Context()); err != nil || len(groups) != 1 || groups[0].Name != "circles-1-amber" {
		t.Errorf("formed %+v, %v; want the new group", groups, err)
	}
	if err := planning.SaveRound(t.Context(), w.Service, round, nil, nil); !errors.Is(err, scheduler.ErrFormed) {
		t.Errorf("the same round again: got %v, want ErrFormed", err)
	}
	running, err := planning.Running(t.Context(), w.Service, []string{"g"})
	last, _ := b.Series.LastEnd()
	if err != nil || len(running) != 1 || running["g"] != availability.DateOf(last) {
		t.Errorf("running %v, %v; want g until its last session", running, err)
	}
	w.Now = func() time.Time { return last.AddDate(0, 0, 14) }
	if running, err := planning.Running(t.Context(), w.Service, []string{"g", other.Group}); err != nil || len(running) != 0 {
		t.Errorf("running %v, %v; want none after the last session", running, err)
	}
}

// Of two series, also of one that has ended, the sessions that were held since a day
// are told with who could attend them.
func TestHeldSince(t *testing.T) {
	w := newWorld(t, ana, bo, cem)
	b := w.bookAt(t, "g", "tue 15:00", ana, bo)
	w.bookAt(t, "h", "wed 15:00", bo, cem)
	w.fake.Meet(bo, at(1, 13, 15))
	w.Now = func() time.Time { return at(1, 21, 17).Start }
	if err := w.Cancel(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	held, err := planning.HeldSince(t.Context(), w.Service, at(1, 12, 0).Start)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, h := range held {
		line := h.Group + " " + h.Start.Format(time.DateOnly)
		for i, a := range h.Members {
			if h.Verdicts[i].Can != availability.Yes {
				line += " without " + a.Local()
			}
		}
		got = append(got, line)
	}
	want := []string{"h 2026-01-14", "h 2026-01-21", "g 2026-01-13 without bo", "g 2026-01-20"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("held (-want +got):\n%s", diff)
	}
}

// What a night found of sessions that are over stays when a later one looks at the
// rest, for the members who are still there.
func TestAttendedStays(t *testing.T) {
	w := newWorld(t, ana, bo)
	session := func(day int, verdicts ...availability.Verdict) scheduler.AttendedSession {
		return scheduler.AttendedSession{Original: at(1, day, 15).Start.UTC(), Interval: at(1, day, 15), Verdicts: verdicts}
	}
	yes, no := availability.Verdict{Can: availability.Yes}, availability.Verdict{Can: availability.No, Why: availability.BusyThen}
	first := scheduler.Attended{UID: "u", Group: "g", At: at(1, 5, 3).Start.UTC(), Members: []calendar.Address{ana, bo}, Sessions: []scheduler.AttendedSession{session(6, yes, no), session(13, yes, yes), session(20, yes, yes)}}
	second := scheduler.Attended{UID: "u", Group: "g", At: at(1, 14, 3).Start.UTC(), Members: []calendar.Address{bo}, Sessions: []scheduler.AttendedSession{session(20, no)}}
	for _, found := range []scheduler.Attended{first, second} {
		if err := w.KeepAttended(t.Context(), []scheduler.Attended{found}); err != nil {
			t.Fatal(err)
		}
	}
	kept, err := w.Store.Attended(t.Context(), "u")
	if err != nil || len(kept) != 1 || len(kept[0].Sessions) != 3 {
		t.Fatalf("kept %+v, %v; want all three sessions", kept, err)
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
	if err := w.KeepAttended(t.Context(), nil); err != nil {
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
	u := scheduler.Unattended{Dead: []scheduler.FailedJob{{Kind: "series", Subject: "g", At: now, Why: "no answer"}, {Kind: "night", Subject: "2026-01-01", At: now, Why: "full"}}}
	findings := u.Findings()
	if len(findings) != 2 || findings[0].Group != "g" || findings[1].Group != "" || findings[0].Kind != scheduler.JobDead || !strings.Contains(findings[0].Err.Error(), "no answer") {
		t.Errorf("findings %+v; want both, the first of group g", findings)
	}
}
