package main

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/folder"
	"github.com/peerslot/peerslot/scheduler/report"
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
		} else if off == availability.NoReason && slices.Contains(f.holidays, date) {
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
	case off != availability.NoReason:
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
		return availability.Verdict{Why: availability.Declined}
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
