package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/folder"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/console"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/report"
	"github.com/peerslot/peerslot/scheduler/store"
)

// A fellow is somebody of a random workspace, as the test knows them: what is written
// into the configuration and the calendars is made of it, and who can attend is worked
// out from it without the program.
type fellow struct {
	address    calendar.Address
	zone       *time.Location
	hours      []clockHours
	stretch    []clockHours
	away       []string // first and last date
	holidays   []string
	events     []entry
	unreadable bool
}

// clockHours are hours of the days from mon to fri.
type clockHours struct{ from, to time.Duration }

// An entry is one event of a calendar.
type entry struct {
	start, end time.Time
	allDay     bool
	lines      string // what else stands in it
	busy       bool
}

// germany has the public holidays of the weeks of the test.
var germany = []string{"2026-04-03", "2026-04-06", "2026-05-01", "2026-05-14", "2026-05-25"}

var fellowZones = []string{"Europe/Berlin", "Europe/Lisbon", "America/New_York", "Australia/Sydney", "Africa/Cairo"}

// A randomWorld is a workspace of groups that share members, with calendars made by
// chance over weeks in which clocks change on either side of the equator.
type randomWorld struct {
	lifeWorld
	*rand.Rand
	fellows map[calendar.Address]*fellow
	order   []calendar.Address
	groups  map[string][]calendar.Address
	said    map[string]map[time.Time]map[calendar.Address]calendar.RSVP // by group and original start; zero for the series
}

func newRandomWorld(t *testing.T, seed uint64) *randomWorld {
	t.Helper()
	w := &randomWorld{lifeWorld: lifeWorld{t.TempDir()}, Rand: rand.New(rand.NewPCG(seed, 8)), fellows: map[calendar.Address]*fellow{}, said: map[string]map[time.Time]map[calendar.Address]calendar.RSVP{}}
	text := "organizer: robot@acme.example\ntimezone: Europe/Berlin\npeople:\n"
	for i := range 8 {
		f := w.fellow(t, i)
		w.fellows[f.address], w.order = f, append(w.order, f.address)
		text += f.configured(i)
	}
	w.groups = map[string][]calendar.Address{"first": w.order[:3], "second": w.order[2:6], "third": {w.order[0], w.order[3], w.order[6]}}
	text += "programs:\n  - {name: pairs, kind: pair, people: {role: lead}}\ngroups:\n"
	for _, g := range []string{"first", "second", "third"} {
		text += fmt.Sprintf("  - {name: %s, members: [%s]}\n", g, strings.Join(report.Addresses(w.groups[g]), ", "))
	}
	write(t, filepath.Join(w.dir, "peerslot.yaml"), text)
	for _, f := range w.fellows {
		w.writeCalendar(t, f)
	}
	return w
}

func (w *randomWorld) fellow(t *testing.T, i int) *fellow {
	t.Helper()
	name := fellowZones[w.IntN(len(fellowZones))]
	if w.IntN(2) == 0 {
		name = fellowZones[0]
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	f := &fellow{address: calendar.Address(fmt.Sprintf("p%d@acme.example", i)), zone: zone, unreadable: w.IntN(6) == 0}
	f.hours = [][]clockHours{{{9, 17}}, {{8, 12}, {13, 19}}, {{14, 23}}}[w.IntN(3)]
	if w.IntN(2) == 0 {
		f.stretch = []clockHours{{7, 20}}
	}
	if w.IntN(3) == 0 {
		f.away = []string{"2026-03-10", "2026-03-19"}
	}
	if name == fellowZones[0] && w.IntN(2) == 0 {
		f.holidays = germany
	}
	for range 4 {
		w.weekly(f, 9+w.IntN(9), 1+w.IntN(5))
	}
	for range 12 {
		w.once(f, time.Date(2026, 3, 1+w.IntN(95), 0, 0, 0, 0, time.UTC))
	}
	return f
}

// weekly gives somebody a meeting at the same hour of thirteen weeks.
func (w *randomWorld) weekly(f *fellow, hour, day int) {
	from := time.Date(2026, 3, 1+day, hour, 15*w.IntN(4), 0, 0, f.zone)
	class := w.class(f)
	for week := range 13 {
		e := class
		e.start, e.end = from.AddDate(0, 0, 7*week), from.AddDate(0, 0, 7*week).Add(45*time.Minute)
		f.events = append(f.events, e)
	}
}

// once gives somebody an event on or after a day.
func (w *randomWorld) once(f *fellow, day time.Time) {
	e := w.class(f)
	e.start = time.Date(day.Year(), day.Month(), day.Day(), 7+w.IntN(12), 0, 0, 0, f.zone)
	e.end = e.start.Add(time.Duration(1+w.IntN(16)) * 15 * time.Minute)
	if e.allDay = w.IntN(5) == 0; e.allDay {
		e.start = time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, f.zone)
		e.end = e.start.AddDate(0, 0, 1+w.IntN(2))
	}
	f.events = append(f.events, e)
}

// class returns an event without a time: busy, tentative, free, off or declined.
func (w *randomWorld) class(f *fellow) entry {
	return []entry{
		{lines: "TRANSP:OPAQUE\r\n", busy: true},
		{lines: "STATUS:TENTATIVE\r\nTRANSP:OPAQUE\r\n", busy: true},
		{lines: "TRANSP:TRANSPARENT\r\n"},
		{lines: "STATUS:CANCELLED\r\n"},
		{lines: "ORGANIZER:mailto:zoe@acme.example\r\nATTENDEE;PARTSTAT=DECLINED:mailto:" + string(f.address) + "\r\n"},
	}[[]int{0, 0, 1, 2, 3, 4}[w.IntN(6)]]
}

func (f *fellow) configured(i int) string {
	line := fmt.Sprintf("  - email: %s\n    timezone: %s\n    hours: {mon-fri: %q}\n", f.address, f.zone, hoursText(f.hours))
	if len(f.stretch) > 0 {
		line += fmt.Sprintf("    stretch: {mon-fri: %q}\n", hoursText(f.stretch))
	}
	if len(f.away) > 0 {
		line += fmt.Sprintf("    away: [%q]\n", strings.Join(f.away, "/"))
	}
	if len(f.holidays) > 0 {
		line += "    holidays: DE\n"
	}
	if i < 4 {
		line += "    role: lead\n"
	}
	return line
}

func hoursText(hours []clockHours) string {
	var out []string
	for _, h := range hours {
		out = append(out, fmt.Sprintf("%02d:00-%02d:00", h.from, h.to))
	}
	return strings.Join(out, " ")
}

func (w *randomWorld) writeCalendar(t *testing.T, f *fellow) {
	t.Helper()
	var events []string
	for _, e := range f.events {
		lines := e.lines + "DTSTART:" + e.start.UTC().Format("20060102T150405Z") + "\r\nDTEND:" + e.end.UTC().Format("20060102T150405Z")
		if e.allDay {
			lines = e.lines + "DTSTART;VALUE=DATE:" + e.start.Format("20060102") + "\r\nDTEND;VALUE=DATE:" + e.end.Format("20060102")
		}
		events = append(events, lines)
	}
	person := strings.TrimSuffix(string(f.address), "@acme.example")
	w.calendar(t, person, events...)
	if f.unreadable {
		path := filepath.Join(w.dir, "calendars", string(f.address)+".ics")
		write(t, path, readText(t, path)[:40])
	}
}

// can answers who can attend: contract, "Can attend", written down once more, slowly.
// busy are the person's other sessions.
func (f *fellow) can(iv availability.Interval, busy []availability.Interval) availability.Verdict {
	no := func(why availability.Why) availability.Verdict { return availability.Verdict{Why: why} }
	within, stretched, off := true, true, availability.NoReason
	for at := iv.Start.In(f.zone); at.Before(iv.End); at = at.Add(15 * time.Minute) {
		date := at.Format(time.DateOnly)
		if len(f.away) > 0 && date >= f.away[0] && date <= f.away[1] {
			off = availability.Away
		} else if off == "" && slices.Contains(f.holidays, date) {
			off = availability.Holiday
		}
		own := at.Weekday() != time.Saturday && at.Weekday() != time.Sunday
		inside := func(hours []clockHours) bool {
			return own && slices.ContainsFunc(hours, func(h clockHours) bool { return at.Hour() >= int(h.from) && at.Hour() < int(h.to) })
		}
		within = within && inside(f.hours)
		stretched = stretched && (inside(f.hours) || inside(f.stretch))
	}
	taken := slices.ContainsFunc(busy, iv.Overlaps)
	for _, e := range f.events {
		taken = taken || !f.unreadable && e.busy && iv.Overlaps(availability.Interval{Start: e.start, End: e.end})
	}
	switch {
	case off != "":
		return no(off)
	case !stretched:
		return no(availability.OutOfHours)
	case taken:
		return no(availability.BusyThen)
	case f.unreadable:
		return availability.Verdict{Can: availability.Maybe, Why: availability.NotReadable}
	case !within:
		return availability.Verdict{Can: availability.Stretch}
	}
	return availability.Verdict{Can: availability.Yes}
}

// replied returns what somebody said of a session: of where it is, if it was moved.
func (w *randomWorld) replied(group string, o calendar.Occurrence, a calendar.Address) calendar.RSVP {
	whole := w.said[group][time.Time{}][a]
	if one, ok := w.said[group][o.Original.UTC()][a]; ok && !o.Moved {
		return one
	}
	if o.Moved && whole != calendar.Declined {
		return calendar.NoReply
	}
	return whole
}

// others returns when somebody has sessions of other groups that they did not decline.
func (w *randomWorld) others(t *testing.T, series []calendar.Series, group string, a calendar.Address) (out []availability.Interval) {
	t.Helper()
	for _, s := range series {
		if s.Group == group || !slices.Contains(w.groups[s.Group], a) {
			continue
		}
		for _, o := range occurrences(t, s) {
			if !o.Cancelled && w.replied(s.Group, o, a) != calendar.Declined {
				out = append(out, o.Interval)
			}
		}
	}
	return out
}

func occurrences(t *testing.T, s calendar.Series) []calendar.Occurrence {
	t.Helper()
	all, err := s.Occurrences()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// attends answers who attends a session of a group's series at now.
func (w *randomWorld) attends(t *testing.T, all []calendar.Series, s calendar.Series, o calendar.Occurrence, a calendar.Address, now time.Time) availability.Verdict {
	t.Helper()
	switch r := w.replied(s.Group, o, a); {
	case r == calendar.Declined:
		return availability.Verdict{Why: scheduler.Declined}
	case r != calendar.NoReply && !o.End.After(now):
		return availability.Verdict{Can: availability.Yes}
	}
	return w.fellows[a].can(o.Interval, w.others(t, all, s.Group, a))
}

// expected returns who counts in the attendance of a group's series.
func (w *randomWorld) expected(group string) []calendar.Address {
	return slices.DeleteFunc(slices.Clone(w.groups[group]), func(a calendar.Address) bool {
		return w.said[group][time.Time{}][a] == calendar.Declined
	})
}

func (w *randomWorld) series(t *testing.T) (out []calendar.Series) {
	t.Helper()
	for _, b := range w.bookings(t) {
		b.Series.Group = b.Group
		out = append(out, b.Series)
	}
	return out
}

// reply writes a reply into the copies of a series; a zero session is the whole of it.
func (w *randomWorld) reply(t *testing.T, s calendar.Series, original time.Time, a calendar.Address, r calendar.RSVP) {
	t.Helper()
	home := &folder.Backend{Path: filepath.Join(w.dir, "calendars"), Organizer: "robot@acme.example"}
	if err := home.Reply(t.Context(), s.UID, a, original, r); err != nil {
		t.Fatal(err)
	}
	if w.said[s.Group] == nil {
		w.said[s.Group] = map[time.Time]map[calendar.Address]calendar.RSVP{}
	}
	key := original
	if !key.IsZero() {
		key = key.UTC()
	}
	if w.said[s.Group][key] == nil {
		w.said[s.Group][key] = map[calendar.Address]calendar.RSVP{}
	}
	w.said[s.Group][key][a] = r
}

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

// Issue 8, part 3: of the same session all commands say the same: who can attend it, and
// why others cannot.
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
					want.Missing = append(want.Missing, report.Missing{Person: string(a), Why: string(v.Why)})
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
