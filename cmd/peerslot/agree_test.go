package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/console"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/report"
	"github.com/peerslot/peerslot/scheduler/store"
)

// answer runs a command that answers with JSON.
func answer[T any](t *testing.T, w lifeWorld, args ...string) T {
	t.Helper()
	r := w.run(t, append(args, "--json")...)
	var out T
	if err := json.Unmarshal([]byte(r.stdout), &out); err != nil || r.status != console.ExitDone && r.status != console.ExitPerson {
		t.Fatalf("peerslot %s: exit status %d, %v\n%s%s", strings.Join(args, " "), r.status, err, r.stdout, r.stderr)
	}
	return out
}

// Of the same session all commands say the same: who can attend it, and why others
// cannot.
func TestAllCommandsAgreeOnAttendance(t *testing.T) {
	t.Parallel()
	seeds := 5
	if testing.Short() {
		seeds = 2
	}
	if os.Getenv("PEERSLOT_TEST_LONG") != "" {
		seeds = 200
	}
	for seed := range uint64(seeds) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			w := newRandomWorld(t, seed)
			const before, midway, after = "2026-02-20T09:00:00Z", "2026-04-14T10:30:00Z", "2026-06-20T09:00:00Z"
			w.must(t, "book", "first", "--slot", "tue 15:00", "--anyway", "--yes", "--start", "2026-03-02", "--now", before)
			w.must(t, "book", "second", "--slot", []string{"tue 15:30", "wed 10:00"}[w.IntN(2)], "--anyway", "--yes", "--start", "2026-03-02", "--now", before)
			w.wantSlots(t, before)
			w.wantBooking(t, before)
			w.wantForm(t, before)
			w.must(t, "book", "third", "--slot", "thu 14:00", "--anyway", "--no-moves", "--yes", "--start", "2026-03-02", "--now", before)
			w.live(t)
			w.wantNight(t, midway)
			w.wantPast(t, after)
		})
	}
}

// wantSlots checks what slots says of a group that shares members with booked ones.
func (w *randomWorld) wantSlots(t *testing.T, now string) {
	t.Helper()
	all := w.series(t)
	got := answer[report.Slots](t, w.lifeWorld, "slots", "third", "--start", "2026-03-02", "--top", "3", "--now", now)
	if len(got.Candidates) == 0 {
		t.Error("slots finds none; the test tests nothing")
	}
	for _, c := range got.Candidates {
		attendance := 0
		for _, o := range c.Occurrences {
			want := report.Session{Start: o.Start, Attending: []string{}, Missing: []report.Missing{}}
			for _, a := range w.groups["third"] {
				v := w.fellows[a].can(availability.Interval{Start: o.Start, End: o.Start.Add(time.Hour)}, w.others(t, all, "third", a))
				if v.Can.Attends() {
					want.Attending = append(want.Attending, string(a))
				} else {
					want.Missing = append(want.Missing, report.Missing{Person: string(a), Why: v.Why.String()})
				}
			}
			attendance += len(want.Attending)
			if diff := cmp.Diff(want, o); diff != "" {
				t.Errorf("slots, %s (-want +got):\n%s", c.Slot, diff)
			}
		}
		if c.Attendance != attendance {
			t.Errorf("slots, %s: attendance %d, want %d", c.Slot, c.Attendance, attendance)
		}
	}
}

// planned returns how many attendances a series that is not booked yet has.
func (w *randomWorld) planned(t *testing.T, all []calendar.Series, s report.Series) (n int) {
	t.Helper()
	slot, err := availability.ParseSlot(s.Slot, time.Hour, s.Zone)
	if err != nil {
		t.Fatal(err)
	}
	zone, err := availability.LoadZone(s.Zone)
	if err != nil {
		t.Fatal(err)
	}
	sessions, err := slot.Occurrences(availability.DateOf(s.First.In(zone)), availability.Weekly, s.Count)
	if err != nil {
		t.Fatal(err)
	}
	for _, iv := range sessions {
		for _, m := range s.Moves {
			if m.From.Equal(iv.Start) {
				iv = availability.Interval{Start: m.To, End: m.To.Add(time.Hour)}
			}
		}
		for _, a := range s.Attendees {
			if w.fellows[calendar.Address(a)].can(iv, w.others(t, all, s.Group, calendar.Address(a))).Can.Attends() {
				n++
			}
		}
	}
	return n
}

// wantBooking checks what book would do for it.
func (w *randomWorld) wantBooking(t *testing.T, now string) {
	t.Helper()
	got := answer[report.Book](t, w.lifeWorld, "book", "third", "--dry-run", "--anyway", "--slot", "mon 16:00", "--start", "2026-03-02", "--now", now)
	if len(got.Series) != 1 {
		t.Fatalf("book: %+v; want one series", got)
	}
	if s := got.Series[0]; s.Attendance != w.planned(t, w.series(t), s) || s.Possible != s.Count*len(s.Attendees) {
		t.Errorf("book: %d of %d, want %d of %d", s.Attendance, s.Possible, w.planned(t, w.series(t), s), s.Count*len(s.Attendees))
	}
}

// wantForm checks that form tells who can attend at the slots of its groups, which are
// those at which they are booked.
func (w *randomWorld) wantForm(t *testing.T, now string) {
	t.Helper()
	c, all := w.copied(t), w.series(t)
	for _, g := range answer[report.Form](t, c, "form", "pairs", "--yes", "--start", "2026-03-02", "--now", now).Groups {
		if g.Problem != "" {
			if r := c.run(t, "book", g.Name, "--dry-run", "--start", "2026-03-02", "--now", now); !strings.Contains(r.stderr, g.Problem) {
				t.Errorf("form says of %s %s, book\n%s", g.Name, g.Problem, r.stderr)
			}
			continue
		}
		got := answer[report.Book](t, c, "book", g.Name, "--dry-run", "--start", "2026-03-02", "--now", now)
		if len(got.Series) != 1 || got.Series[0].Slot != g.Slot || got.Series[0].Possible != g.Possible {
			t.Errorf("form says %s with %d of %d, book %+v", g.Slot, g.Attendance, g.Possible, got)
			continue
		}
		s := got.Series[0]
		if want := w.planned(t, all, s); s.Attendance != want {
			t.Errorf("book: %d attendances at %s with %d moves, want %d", s.Attendance, s.Slot, len(s.Moves), want)
		}
		if s.Moves = nil; g.Attendance != w.planned(t, all, s) {
			t.Errorf("form: %d attendances at %s, want %d", g.Attendance, g.Slot, w.planned(t, all, s))
		}
	}
}

// live has members reply, and get other meetings.
func (w *randomWorld) live(t *testing.T) {
	t.Helper()
	for _, s := range w.series(t) {
		all := occurrences(t, s)
		for range 6 {
			o, members := all[w.IntN(len(all))], w.groups[s.Group]
			if !o.Moved {
				w.reply(t, s, o.Original, members[w.IntN(len(members))], []calendar.RSVP{calendar.Accepted, calendar.Tentative, calendar.Declined, calendar.Declined}[w.IntN(4)])
			}
		}
	}
	all := w.series(t)
	s := all[w.IntN(len(all))]
	w.reply(t, s, time.Time{}, w.groups[s.Group][0], []calendar.RSVP{calendar.Accepted, calendar.Declined}[w.IntN(2)])
	for _, f := range w.fellows {
		for range 6 {
			w.once(f, time.Date(2026, 4, 14+w.IntN(10), 0, 0, 0, 0, time.UTC))
		}
		w.writeCalendar(t, f)
	}
}

type statusAnswer struct {
	Groups    []report.Status    `json:"groups"`
	Attention []report.Attention `json:"attention"`
}

// wantNight checks that status shows what repair finds, and that what a night keeps for
// the pages, moves and finds is true.
func (w *randomWorld) wantNight(t *testing.T, at string) {
	t.Helper()
	now, err := time.Parse(time.RFC3339, at)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 2 { // the second night has nothing to move
		standing := answer[statusAnswer](t, w.lifeWorld, "status", "--now", at)
		night := answer[report.Repair](t, w.lifeWorld, "repair", "--yes", "--now", at)
		shown := standing.Attention
		for _, g := range standing.Groups {
			for _, what := range g.Attention {
				shown = append(shown, report.Attention{Group: g.Group, What: what})
			}
		}
		for _, a := range night.Attention {
			if !slices.Contains(shown, a) {
				t.Errorf("status does not show what repair finds: %+v\n%+v", a, shown)
			}
		}
		w.wantAttended(t, now)
		w.wantUnderQuorum(t, now, night)
		if i == 1 && len(night.Changes) > 0 {
			t.Errorf("a second night changes %+v", night.Changes)
		}
	}
}

// wantAttended checks who can attend what is to come, as the night kept it for the pages.
func (w *randomWorld) wantAttended(t *testing.T, now time.Time) {
	t.Helper()
	s, err := store.Read(t.Context(), filepath.Join(w.dir, "peerslot.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	all, looked := w.series(t), 0
	for _, series := range all {
		kept, err := s.Attended(t.Context(), series.UID)
		if err != nil || len(kept) != 1 {
			t.Fatalf("Attended of %s: %+v, %v", series.Group, kept, err)
		}
		for _, o := range occurrences(t, series) {
			if o.Cancelled || !o.End.After(now) {
				continue
			}
			for _, a := range w.groups[series.Group] {
				got, ok := kept[0].Verdict(a, o)
				if !slices.Contains(w.expected(series.Group), a) {
					if ok {
						t.Errorf("%s, who declined all of %s, counts in it", a, series.Group)
					}
					continue
				}
				if want := w.attends(t, all, series, o, a, now); !ok || got != want {
					t.Errorf("kept of %s at %s of %s: %+v, %v; want %+v", a, o.Start, series.Group, got, ok, want)
				}
				looked++
			}
		}
	}
	if looked == 0 {
		t.Error("nobody was looked at; the test tests nothing")
	}
}

// wantUnderQuorum checks that just the sessions under the quorum are told, with who is
// missing.
func (w *randomWorld) wantUnderQuorum(t *testing.T, now time.Time, night report.Repair) {
	t.Helper()
	all, space := w.series(t), scheduler.Workspace{Zone: "Europe/Berlin"}
	for _, s := range all {
		var want, got []string
		for _, o := range occurrences(t, s) {
			if o.Cancelled || !o.Start.After(now) || o.Start.After(now.AddDate(0, 0, 7)) {
				continue
			}
			f := scheduler.Finding{Kind: scheduler.UnderQuorum, Group: s.Group, At: o.Start}
			for _, a := range w.expected(s.Group) {
				v := w.attends(t, all, s, o, a, now)
				f.Share.Count(v.Can)
				if v.Can == availability.No {
					f.Missing = append(f.Missing, a)
				}
			}
			if 10*(f.Share.Yes+f.Share.Unknown) < 6*f.Share.All() {
				want = append(want, report.Words(space, f, nil))
			}
		}
		for _, a := range night.Attention {
			if a.Group == s.Group && strings.Contains(a.What, "quorum") {
				got = append(got, a.What)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("under the quorum in %s (-want +got):\n%s", s.Group, diff)
		}
	}
}

// wantPast checks that status and review count the same of what was held.
func (w *randomWorld) wantPast(t *testing.T, at string) {
	t.Helper()
	now, err := time.Parse(time.RFC3339, at)
	if err != nil {
		t.Fatal(err)
	}
	standing := answer[statusAnswer](t, w.lifeWorld, "status", "--now", at)
	reviews := answer[report.Reviews](t, w.lifeWorld, "review", "--dry-run", "--now", at)
	all := w.series(t)
	for _, s := range all {
		var want scheduler.Share
		held := 0
		for _, o := range occurrences(t, s) {
			if o.Cancelled {
				continue
			}
			held++
			for _, a := range w.expected(s.Group) {
				want.Count(w.attends(t, all, s, o, a, now).Can)
			}
		}
		i := slices.IndexFunc(standing.Groups, func(g report.Status) bool { return g.Group == s.Group })
		j := slices.IndexFunc(reviews.Reviews, func(r report.Review) bool { return r.Group == s.Group })
		if i < 0 || j < 0 {
			t.Fatalf("%s is missing in status or review", s.Group)
		}
		g, r := standing.Groups[i], reviews.Reviews[j]
		for name, got := range map[string]scheduler.Share{"status": share(g.Attendance, g.Known, g.Unknown), "review": share(r.Attendance, r.Known, r.Unknown)} {
			if got != want {
				t.Errorf("%s of %s: %+v, want %+v", name, s.Group, got, want)
			}
		}
		if why := strings.Join(r.Reasons, "; "); r.Next != nil && !strings.Contains(why, "; stays ") && !strings.Contains(why, "; meets ") {
			t.Errorf("review of %s: %s; want why what follows is at %s", s.Group, why, r.Next.Slot)
		}
		if g.Held != held || r.Held != held || g.Left != 0 {
			t.Errorf("%s: status counts %d sessions held and %d left, review %d; want %d", s.Group, g.Held, g.Left, r.Held, held)
		}
	}
}

// share returns the figures that an answer was made of.
func share(attendance *float64, known, unknown int) scheduler.Share {
	if attendance == nil {
		return scheduler.Share{Unknown: unknown}
	}
	yes := int(*attendance*float64(known) + 0.5)
	return scheduler.Share{Yes: yes, No: known - yes, Unknown: unknown}
}
