package booking_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar/calendartest"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/booking"
	"github.com/peerslot/peerslot/scheduler/repair"
	"github.com/peerslot/peerslot/scheduler/review"
	"github.com/peerslot/peerslot/scheduler/schedulertest"
)

// A run that dies between the end of the old series and the new one is finished by
// the next, with all the sessions that were left.
func TestInterruptedRebookIsFinished(t *testing.T) {
	for _, method := range []string{"Cancel", "Put"} {
		for _, fault := range []string{"before", "after"} {
			t.Run(method+" "+fault, func(t *testing.T) {
				w, b := booked(t, ana, bo)
				w.Now = func() time.Time { return at(2, 1, 9).Start }
				w.BusyAtItsSlot(bo, b)
				plan, err := booking.PlanRebook(t.Context(), w.Service, b)
				if err != nil {
					t.Fatal(err)
				}
				if fault == "before" {
					w.Fake.Before = schedulertest.Failing(method, 1)
				} else {
					w.Fake.After = schedulertest.Failing(method, 1)
				}
				if _, err := w.Rebook(t.Context(), b, plan); !errors.Is(err, schedulertest.ErrFault) {
					t.Fatalf("Rebook: %v; want the fault", err)
				}
				w.Fake.Before, w.Fake.After = nil, nil
				w.OpenStore(t)
				if err := w.Resume(t.Context()); err != nil {
					t.Fatal(err)
				}
				open, err := w.Store.Bookings(t.Context())
				if err != nil || len(open) != 1 || open[0].State != scheduler.Booked || open[0].Series.Count != 9 {
					t.Fatalf("after Resume: %+v, %v; want the new series alone, with the 9 sessions that were left", open, err)
				}
				if got := w.Fake.Told(ana); got != 3 {
					t.Errorf("ana was told %d times; want 3: booked, ended, booked anew", got)
				}
				if plan, err := repair.PlanNight(t.Context(), w.Service); err != nil || plan.Bookings.Len() != 0 {
					t.Errorf("a pass after it changes %+v, %v; want nothing", plan.Changes, err)
				}
			})
		}
	}
}

// A rebooking is of the booking that it was planned from: what another run saved since
// then is not overwritten, and no calendar is touched.
func TestRebookLeavesWhatAnotherRunSaved(t *testing.T) {
	w, b := booked(t, ana, bo)
	w.BusyAtItsSlot(bo, b)
	plan, err := booking.PlanRebook(t.Context(), w.Service, b)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Store.Commit(t.Context(), scheduler.Batch{Bookings: []scheduler.Booking{b}}); err != nil { // another run saves it
		t.Fatal(err)
	}
	told := w.Fake.Told(ana)
	if _, err := w.Rebook(t.Context(), b, plan); !errors.Is(err, scheduler.ErrStale) {
		t.Errorf("Rebook: %v; want ErrStale", err)
	}
	open, err := w.Store.Bookings(t.Context())
	if err != nil || len(open) != 1 || open[0].State != scheduler.Booked || open[0].Series.UID != b.Series.UID {
		t.Errorf("bookings %+v, %v; want the old one alone, as it was", open, err)
	}
	if got := w.Fake.Told(ana); got != told {
		t.Errorf("ana was told %d times, want %d", got, told)
	}
}

// What another slot gains is told of as many sessions as it has.
func TestRebookComparesEqualNumbersOfSessions(t *testing.T) {
	w, b := booked(t, ana, bo)
	w.Now = func() time.Time { return at(2, 1, 9).Start }
	w.BusyAtItsSlot(bo, b)
	for range 2 {
		plan, err := booking.PlanRebook(t.Context(), w.Service, b)
		if err != nil {
			t.Fatal(err)
		}
		if want := (scheduler.Share{Yes: plan.Candidate.Count, No: plan.Candidate.Count}); plan.Was != want || plan.Attendance() != 2*plan.Candidate.Count {
			t.Errorf("%d sessions with %d attendances instead of %+v; want %+v: ana alone could come", plan.Candidate.Count, plan.Attendance(), plan.Was, want)
		}
		w.Now = func() time.Time { return at(3, 20, 9).Start } // when the last one does not fit any more
	}
}

// However often a series is rebooked, and whenever, the last session stays within
// the 13 weeks from the first session of the first one.
func TestRebookingNeverOutgrowsTheThreeMonths(t *testing.T) {
	w, b := booked(t, ana, bo)
	end := b.Series.First.AddDays(91)
	for _, clock := range []time.Time{at(1, 5, 10).Start, at(1, 13, 8).Start, at(2, 16, 10).Start} {
		w.Now = func() time.Time { return clock }
		w.BusyAtItsSlot(bo, b)
		plan, err := booking.PlanRebook(t.Context(), w.Service, b)
		if err != nil {
			t.Fatal(err)
		}
		if b, err = w.Rebook(t.Context(), b, plan); err != nil {
			t.Fatal(err)
		}
		sessions := calendartest.Sessions(b.Series)
		if last := availability.DateOf(sessions[len(sessions)-1].Start); last.Compare(end) >= 0 {
			t.Errorf("rebooked on %s: the last of %d sessions is on %s; want it before %s", clock.Format(time.DateOnly), len(sessions), last, end)
		}
	}
}

func TestRebookOfASeriesThatIsFollowed(t *testing.T) {
	w, b := booked(t, ana, bo)
	w.NearEnd(b)
	if _, err := review.Apply(t.Context(), w.Service, w.Review(t)); err != nil {
		t.Fatal(err)
	}
	bookings, err := w.Store.Bookings(t.Context())
	if err != nil || len(bookings) != 2 {
		t.Fatalf("%d bookings, %v; want the old one and the next", len(bookings), err)
	}
	if _, err := booking.PlanRebook(t.Context(), w.Service, bookings[0]); err == nil || !strings.Contains(err.Error(), "next series") {
		t.Errorf("PlanRebook of a series that has a next one: %v; want an error that says so", err)
	}
}

// What is at the best slot stays there: nobody is invited anew for nothing.
func TestRebookOfTheBestSlot(t *testing.T) {
	w := newWorld(t, ana, bo)
	b := w.BookAt(t, "g", "mon 09:00", ana, bo)
	if _, err := booking.PlanRebook(t.Context(), w.Service, b); !errors.Is(err, booking.ErrBestAlready) {
		t.Errorf("PlanRebook: %v; want that it is at the best slot", err)
	}
}

// What is rebooked keeps its rhythm: in a week whose session was held there is no other, and
// a series that begins later begins no sooner.
func TestRebookKeepsTheRhythm(t *testing.T) {
	for _, cadence := range []availability.Cadence{availability.Weekly, availability.Biweekly, availability.Monthly} {
		for held := range 3 {
			w := newWorld(t, ana, bo)
			r := w.NewGroup("g", ana, bo)
			r.Search.Cadence, r.Search.Count, r.Search.Start = cadence, cadence.MaxCount(), start.AddDays(21)
			b := w.MustBook(t, w.Plan(t, r)[0])
			w.BusyAtItsSlot(bo, b)
			if held > 0 {
				over := calendartest.Sessions(b.Series)[held-1]
				w.Now = func() time.Time { return over.End }
			}
			plan, err := booking.PlanRebook(t.Context(), w.Service, b)
			if err != nil {
				t.Fatal(err)
			}
			if gap := b.Series.First.Monday().DaysUntil(plan.Candidate.First.Monday()); gap != held*cadence.Days() {
				t.Errorf("%s, %d held: what is left begins %d days after the first week", cadence, held, gap)
			}
		}
	}
}

// A series that runs out, since a new round took the place of its group, still does on
// another slot: it is not reviewed, and nobody misses its group.
func TestRebookOfASeriesThatRunsOut(t *testing.T) {
	w, b := booked(t, ana, bo)
	b.Reviewed, b.Decision = true, scheduler.Rotate
	saved, err := w.Store.Commit(t.Context(), scheduler.Batch{Bookings: []scheduler.Booking{b}})
	if err != nil {
		t.Fatal(err)
	}
	w.BusyAtItsSlot(bo, b)
	plan, err := booking.PlanRebook(t.Context(), w.Service, saved[0])
	if err != nil {
		t.Fatal(err)
	}
	next, err := w.Rebook(t.Context(), saved[0], plan)
	if err != nil || !next.Reviewed || next.Decision != scheduler.Rotate {
		t.Errorf("on another slot: reviewed %v, %q, %v; want that it runs out", next.Reviewed, next.Decision, err)
	}
}

// All sessions lie before the day on which the three months are over; one session less
// makes room for a slot where there would be none.
func TestBestBefore(t *testing.T) {
	berlin, err := availability.LoadZone("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	free := availability.Busy{Window: availability.Interval{Start: start.In(berlin).Start, End: start.AddDays(30).In(berlin).Start}}
	members := []availability.Member{{Name: "ana", Zone: berlin, Hours: availability.OfficeHours(), Busy: free}}
	for days, want := range map[int]int{14: 2, 8: 2, 7: 1} { // the first session is on a Monday at the earliest
		r := scheduler.Request{Search: booking.NewSearch(scheduler.Workspace{Zone: "Europe/Berlin"}, scheduler.DefaultProgram(), start), Before: start.AddDays(days)}
		r.Search.Count = 2
		c, err := booking.BestBefore(r, members)
		if err != nil || c.Count != want || c.First.AddDays(7*(c.Count-1)).Compare(r.Before) >= 0 {
			t.Errorf("within %d days: %d sessions from %s on, %v; want %d", days, c.Count, c.First, err, want)
		}
	}
}

// One session less is better where more come to all others together; not where a required
// member comes to fewer.
func TestBestBeforeWithOneLess(t *testing.T) {
	berlin, err := availability.LoadZone("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	only := func(day string) availability.Member {
		m := availability.Member{Zone: berlin, Busy: availability.Busy{Window: availability.Interval{Start: start.In(berlin).Start, End: start.AddDays(40).In(berlin).Start}}}
		if err := m.Hours.Set(day, "09:00-17:00"); err != nil {
			t.Fatal(err)
		}
		return m
	}
	for required, want := range map[bool]int{false: 2, true: 3} { // three Wednesdays, or two Mondays: the first one is a week later
		members := []availability.Member{only("wed"), only("mon"), only("mon")}
		members[0].Required = required
		r := scheduler.Request{Search: booking.NewSearch(scheduler.Workspace{Zone: "Europe/Berlin"}, scheduler.DefaultProgram(), start.AddDays(1)), Before: start.AddDays(21)}
		r.Search.Count = 3
		if c, err := booking.BestBefore(r, members); err != nil || c.Count != want {
			t.Errorf("with a required member %v: %d sessions at %s, %v; want %d", required, c.Count, c.Slot, err, want)
		}
	}
}
