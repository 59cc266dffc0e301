package planning_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/calendartest"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/planning"
	"github.com/peerslot/peerslot/scheduler/repair"
)

func TestLoads(t *testing.T) {
	w := newWorld(t, ana, bo, cem)
	var bookings []scheduler.Booking
	for i, other := range []calendar.Address{bo, cem} {
		bookings = append(bookings, w.MustBook(t, w.Plan(t, w.NewGroup(fmt.Sprint("g", i), ana, other))[0]))
	}
	berlin, err := availability.LoadZone("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	loads := planning.Loads(bookings, w.Workspace.Roster.Aliases(), berlin, now)
	if len(loads) != 3 || loads[0].Person != ana || loads[0].Sessions != 2 || loads[0].Average != 2 || loads[0].Week != start || loads[1].Sessions != 1 {
		t.Errorf("loads %+v; want ana with 2 a week from %s on, the others with 1", loads, start)
	}
	b := w.Workspace.Roster.Of(bo)
	b.Aliases = []calendar.Address{"bo.old@acme.example"}
	w.Workspace.Roster.Put(b)
	bookings[1].Series.Attendees = slices.Clone(bookings[1].Series.Attendees)
	bookings[1].Series.Attendees[1].Address = "bo.old@acme.example" // whom somebody invited there
	if loads := planning.Loads(bookings, w.Workspace.Roster.Aliases(), berlin, now); len(loads) != 2 || loads[1].Person != bo || loads[1].Sessions != 2 {
		t.Errorf("loads %+v; want both sessions of bo, whichever address was invited", loads)
	}
	sessions := calendartest.Sessions(bookings[0].Series)
	last := sessions[len(sessions)-1]
	for at, want := range map[time.Time]int{last.Start.Add(time.Minute): 2, last.End: 0} {
		if got := planning.Loads(bookings[:1], nil, berlin, at); len(got) != want {
			t.Errorf("at %v, of the last session at %v: %+v; want %d people", at, last.Start, got, want)
		}
	}
}

// Of two series, also of one that has ended, the sessions that were held since a day
// are told with who could attend them.
func TestHeldSince(t *testing.T) {
	w := newWorld(t, ana, bo, cem)
	b := w.BookAt(t, "g", "tue 15:00", ana, bo)
	w.BookAt(t, "h", "wed 15:00", bo, cem)
	w.Fake.Meet(bo, at(1, 13, 15))
	w.Now = func() time.Time { return at(1, 21, 17).Start }
	if err := w.Cancel(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	var got []string
	for held, err := range planning.HeldSince(t.Context(), w.Service, at(1, 12, 0).Start) {
		if err != nil {
			t.Fatal(err)
		}
		for _, h := range held {
			line := h.Group + " " + h.Start.Format(time.DateOnly)
			for i, a := range h.Members {
				if h.Verdicts[i].Can != availability.Yes {
					line += " without " + a.Local()
				}
			}
			got = append(got, line)
		}
	}
	want := []string{"g 2026-01-13 without bo", "g 2026-01-20", "h 2026-01-14", "h 2026-01-21"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("held (-want +got):\n%s", diff)
	}
}

// A group that has not met yet has all its sessions ahead, whatever is known of its
// members' holidays.
func TestStatusBeforeTheFirstSession(t *testing.T) {
	w := newWorld(t, ana, bo)
	person := w.Workspace.Roster.Of(ana)
	person.Holidays = "DE-BE"
	w.Workspace.Roster.Put(person)
	w.MustBook(t, w.Plan(t, w.NewGroup("g", ana, bo))[0])
	groups, _, err := repair.Status(t.Context(), w.Service, 0)
	if err != nil {
		t.Fatal(err)
	}
	all := slices.Collect(groups.Status())
	if err != nil || len(all) != 1 || all[0].Left != 13 || all[0].Held != 0 || all[0].Next.Empty() {
		t.Errorf("Status: %+v, %v; want thirteen sessions to come", all, err)
	}
}

func TestStatus(t *testing.T) {
	w := newWorld(t, ana, bo, cem)
	w.NewGroup("idle", bo, cem)
	b := w.MustBook(t, w.Plan(t, w.NewGroup("g", ana, bo))[0])
	sessions, err := b.Series.Occurrences()
	if err != nil {
		t.Fatal(err)
	}
	w.Fake.Reply(b.Series.UID, ana, sessions[0].Original, calendar.Declined)
	w.Fake.Reply(b.Series.UID, bo, sessions[3].Original, calendar.Declined)
	w.Now = func() time.Time { return sessions[1].End }
	groups, _, err := repair.Status(t.Context(), w.Service, 0)
	if err != nil {
		t.Fatal(err)
	}
	all := slices.Collect(groups.Status())
	if err != nil || len(all) != 2 {
		t.Fatalf("Status: %d groups, %v; want 2", len(all), err)
	}
	if all[0].UID != "" {
		t.Errorf("idle has a booking")
	}
	g := all[1]
	if g.Held != 2 || g.Left != 11 || g.Attendance != (scheduler.Share{Yes: 3, No: 1}) || !g.Next.Start.Equal(sessions[2].Start) {
		t.Errorf("status %+v; want 2 held, 11 left, 3 of 4 attended, the third session next", g)
	}
}
