package booking_test

import (
	"testing"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/booking"
	"github.com/peerslot/peerslot/scheduler/planning"
	"github.com/peerslot/peerslot/scheduler/schedulertest"
)

// inProgram returns requests for pairs of ana with each other person, in a program
// of its own.
func inProgram(w *world, p scheduler.Program, others ...calendar.Address) []scheduler.Request {
	base := scheduler.DefaultProgram()
	base.Name, base.Kind = "pairs", scheduler.OneOnOne
	base.MaxSessionsPerWeek, base.GroupDays = p.MaxSessionsPerWeek, p.GroupDays
	w.Workspace.Programs = append(w.Workspace.Programs, base)
	var out []scheduler.Request
	for _, o := range others {
		r := w.NewGroup("ana-"+o.Local(), ana, o)
		r.Group.Program = "pairs"
		w.Workspace.Groups[len(w.Workspace.Groups)-1] = r.Group
		r.Search = booking.NewSearch(w.Workspace, base, start)
		out = append(out, r)
	}
	return out
}

func TestMaxSessionsPerWeekIsHard(t *testing.T) {
	w := newWorld(t, ana, bo, cem, dee)
	requests := inProgram(w, scheduler.Program{MaxSessionsPerWeek: 2}, bo, cem, dee)
	plans := w.Plan(t, requests...)
	var bookings []scheduler.Booking
	for _, p := range plans {
		if p.Problem == nil {
			bookings = append(bookings, p.Booking)
		}
	}
	berlin, err := availability.LoadZone("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range planning.Loads(bookings, w.Workspace.Roster.Aliases(), berlin, now) {
		if l.Person == ana && len(bookings) == 2 && l.Sessions != 2 {
			t.Errorf("ana has %d sessions a week; want 2", l.Sessions)
		}
	}
	third := plans[2] // ana cannot attend any of it
	if third.Problem == nil && third.Attendance() > 13 {
		t.Errorf("the third group has attendance %d; ana's weeks are full", third.Attendance())
	}
}

// Sessions that a member declined count in no week's load.
func TestDeclinedSessionsFillNoWeek(t *testing.T) {
	for reply, want := range map[calendar.RSVP]int{calendar.Accepted: 13, calendar.Declined: 26} {
		w := newWorld(t, ana, bo, cem)
		b := w.BookAt(t, "one", "tue 15:00", ana, bo)
		w.Fake.Reply(b.Series.UID, ana, time.Time{}, reply)
		there, err := w.Backend.Get(t.Context(), b.Series.UID)
		if err != nil {
			t.Fatal(err)
		}
		b.Series = there
		if _, err := w.Store.Commit(t.Context(), scheduler.Batch{Bookings: []scheduler.Booking{b}}); err != nil {
			t.Fatal(err)
		}
		r := inProgram(w, scheduler.Program{MaxSessionsPerWeek: 1}, cem)[0]
		r.Slot = schedulertest.Slot(t, "wed 11:00")
		if p := w.Plan(t, r)[0]; p.Candidate.Attendance != want {
			t.Errorf("ana %s the one session that she may have a week: %d of 26 attendances at another one; want %d", reply, p.Candidate.Attendance, want)
		}
	}
}

func TestGroupDays(t *testing.T) {
	days := func(grouped bool) map[time.Weekday]bool {
		w := newWorld(t, ana, bo, cem, dee)
		for week := range 13 { // dee is free on Thursdays alone, and there are none better
			monday := at(1, 5, 0).Start.AddDate(0, 0, 7*week)
			w.Fake.Meet(dee, availability.Interval{Start: monday, End: monday.AddDate(0, 0, 3)})
			w.Fake.Meet(dee, availability.Interval{Start: monday.AddDate(0, 0, 4), End: monday.AddDate(0, 0, 7)})
		}
		got := map[time.Weekday]bool{}
		for _, p := range w.Plan(t, inProgram(w, scheduler.Program{GroupDays: grouped}, bo, cem, dee)...) {
			if p.Problem != nil || p.Attendance() != 26 {
				t.Fatalf("%s: attendance %d, %v; want 26", p.Group.Name, p.Attendance(), p.Problem)
			}
			got[p.Candidate.Slot.Day] = true
		}
		return got
	}
	if got := days(true); len(got) != 1 || !got[time.Thursday] {
		t.Errorf("with group_days the sessions are on %v; want Thursday alone", got)
	}
	if got := days(false); len(got) < 2 {
		t.Errorf("without it they are on %v; the test tests nothing", got)
	}
}

// The day of a group's own series, which another follows, is no reason for that day.
func TestGroupDaysAreThoseOfOthers(t *testing.T) {
	w := newWorld(t, ana, bo)
	r := inProgram(w, scheduler.Program{GroupDays: true}, bo)[0]
	free := r
	r.Slot = schedulertest.Slot(t, "wed 15:00")
	b := w.MustBook(t, w.Plan(t, r)[0])
	w.NearEnd(b)
	free.Follows, free.Search.Start = b.Series.UID, b.Series.First.Monday().AddDays(91)
	if p := w.Plan(t, free)[0]; p.Problem != nil || p.Candidate.Slot.Day != time.Monday {
		t.Errorf("the next series is at %s, %v; want the best slot, on Monday", p.Candidate.Slot, p.Problem)
	}
}

// Days on which somebody meets in another program are not made the program's own.
func TestGroupDaysAreOfOneProgram(t *testing.T) {
	w := newWorld(t, ana, bo, cem)
	w.BookAt(t, "elsewhere", "thu 15:00", ana, bo)
	r := inProgram(w, scheduler.Program{GroupDays: true}, cem)[0]
	if p := w.Plan(t, r)[0]; p.Candidate.Slot.Day != time.Monday {
		t.Errorf("meets %s; want Monday, the first of equal days", p.Candidate.Slot)
	}
}
