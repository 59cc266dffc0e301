package handover_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/calendartest"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/booking"
	"github.com/peerslot/peerslot/scheduler/handover"
	"github.com/peerslot/peerslot/scheduler/repair"
	"github.com/peerslot/peerslot/scheduler/review"
	"github.com/peerslot/peerslot/scheduler/schedulertest"
)

func planHandover(t *testing.T, w *world) scheduler.Handover {
	t.Helper()
	plan, err := handover.Plan(t.Context(), w.Service)
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

// TestHandover keeps slot, dates, moves and hand-made changes, and ends the old series.
func TestHandover(t *testing.T) {
	w, old, b := schedulertest.HandedOver(t)
	sessions := calendartest.Sessions(b.Series)
	moved := availability.Interval{Start: sessions[6].Start.Add(time.Hour), End: sessions[6].End.Add(time.Hour)}
	old.ByHand(b.Series.UID, calendar.Override{Original: sessions[6].Start, Moved: moved})
	old.Reply(b.Series.UID, bo, sessions[8].Start, calendar.Declined)
	if _, err := handover.Apply(t.Context(), w.Service, planHandover(t, w)); err != nil {
		t.Fatal(err)
	}
	open, err := w.Store.Bookings(t.Context())
	if err != nil || len(open) != 1 {
		t.Fatalf("%d open bookings, %v; want one", len(open), err)
	}
	got := open[0]
	if got.State != scheduler.Booked || got.Series.Organizer.Address != w.Workspace.Organizer.Address || got.Series.Count != 9 || got.Series.Slot != b.Series.Slot || got.InPlaceOf != b.Series.UID {
		t.Errorf("the booking is now %+v; want 9 sessions at the same slot, booked by the new organizer", got)
	}
	there, err := w.Fake.Get(t.Context(), got.Series.UID)
	if err != nil {
		t.Fatal(err)
	}
	if is := calendartest.Sessions(there); !is[0].Start.Equal(sessions[4].Start) || !is[2].Start.Equal(moved.Start) || !is[8].Start.Equal(sessions[12].Start) {
		t.Errorf("its sessions are %v; want those that were left, the one that was moved where it is", is)
	}
	if !slices.ContainsFunc(got.ByHand, sessions[6].Start.Equal) {
		t.Errorf("made by hand are %v; want the session that was moved so since the last night", got.ByHand)
	}
	if len(got.Hours) != 1 || !got.Hours[0].Original.Equal(sessions[8].Start) {
		t.Errorf("declined hours %+v; want the one that bo declined", got.Hours)
	}
	if strings.Contains(there.Description, string(organizer)) {
		t.Errorf("the invite says\n%s\nand still names the old organizer", there.Description)
	}
	rest, err := old.Get(t.Context(), b.Series.UID)
	if err != nil || rest.Count != 4 {
		t.Errorf("the old series has %d sessions, %v; want the 4 that were held", rest.Count, err)
	}
	if m, err := w.Store.Mark(t.Context()); err != nil || m != w.Workspace.Mark() {
		t.Errorf("the store belongs to %v, %v; want the new organizer", m, err)
	}
	if told := w.Fake.Told(ana); told != 1 {
		t.Errorf("ana was told %d times of the new series; want once", told)
	}
	if plan, err := repair.PlanNight(t.Context(), w.Service); err != nil || plan.Bookings.Len()+len(plan.Findings) != 0 {
		t.Errorf("the next night changes %+v, finds %+v, %v; want nothing", plan.Changes, plan.Findings, err)
	}
	if again := planHandover(t, w); again.From != again.To || len(again.Series) != 0 {
		t.Errorf("a second handover plans %+v; want nothing", again)
	}
}

// Where the old series are kept may be away, and come back.
func TestHandoverWhileTheOldCalendarsAreAway(t *testing.T) {
	w, old, _ := schedulertest.HandedOver(t)
	w.Formerly = func(context.Context, calendar.Address) (calendar.Backend, error) { return away{old}, nil }
	if plan, err := handover.Plan(t.Context(), w.Service); !errors.Is(err, calendar.ErrAway) {
		t.Errorf("it plans %+v, %v; want ErrAway", plan, err)
	}
}

// away has no series, as its place is not there.
type away struct{ calendar.Backend }

func (away) Get(context.Context, calendar.UID) (calendar.Series, error) {
	return calendar.Series{}, errors.Join(calendar.ErrNotFound, calendar.ErrAway)
}

// What was handed over keeps to the three months in which it began, if it is rebooked.
func TestRebookOfWhatWasHandedOver(t *testing.T) {
	w, _, _ := schedulertest.HandedOver(t) // begun on 6 January
	if _, err := handover.Apply(t.Context(), w.Service, planHandover(t, w)); err != nil {
		t.Fatal(err)
	}
	open, err := w.Store.Bookings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	events, err := w.Store.History(t.Context(), "g", w.Now())
	if err != nil || len(events) == 0 || !strings.HasSuffix(events[len(events)-1].Why, "9 sessions, by the new organizer") {
		t.Errorf("history %+v, %v; want that the new organizer booked what was left", events, err)
	}
	for day := at(2, 3, 0).Start; day.Before(at(4, 30, 0).Start); day = day.AddDate(0, 0, 1) {
		if day.Weekday() != time.Monday {
			w.Fake.Meet(bo, availability.Interval{Start: day, End: day.AddDate(0, 0, 1)})
		}
	}
	plan, err := booking.PlanRebook(t.Context(), w.Service, open[0])
	if err != nil {
		t.Fatal(err)
	}
	sessions := calendartest.Sessions(plan.Booking.Series)
	if last := sessions[len(sessions)-1]; len(sessions) != 8 || sessions[0].Start.Weekday() != time.Monday || !last.Start.Before(at(4, 6, 0).Start) {
		t.Errorf("%d sessions from %v to %v; want the 8 Mondays until 6 April", len(sessions), sessions[0].Start, last.Start)
	}
}

// TestInterruptedHandoverGoesOn breaks off at every call to a calendar, before and after it.
func TestInterruptedHandoverGoesOn(t *testing.T) {
	type fault struct {
		method string
		onOld  bool
	}
	for _, f := range []fault{{"Cancel", true}, {"Put", false}} {
		for _, before := range []bool{true, false} {
			w, old, b := schedulertest.HandedOver(t)
			plan := planHandover(t, w)
			at := w.Fake
			if f.onOld {
				at = old
			}
			if before {
				at.Before = schedulertest.Failing(f.method, 1)
			} else {
				at.After = schedulertest.Failing(f.method, 1)
			}
			findings, err := handover.Apply(t.Context(), w.Service, plan)
			if err != nil || len(findings) != 1 {
				t.Fatalf("%+v: findings %+v, %v; want that one step failed", f, findings, err)
			}
			at.Before, at.After, w.Inherits = nil, nil, false
			w.OpenStore(t)
			if err := w.Resume(t.Context()); err != nil {
				t.Fatal(err)
			}
			open, err := w.Store.Bookings(t.Context())
			if err != nil || len(open) != 1 || open[0].State != scheduler.Booked || open[0].Series.Count != 9 {
				t.Fatalf("%+v, before %t: after Resume %+v, %v; want the new series alone", f, before, open, err)
			}
			if rest, err := old.Get(t.Context(), b.Series.UID); err != nil || rest.Count != 4 {
				t.Errorf("%+v, before %t: the old series has %d sessions, %v; want 4", f, before, rest.Count, err)
			}
			if a, b := old.Told(ana), w.Fake.Told(ana); a != 2 || b != 1 {
				t.Errorf("%+v, before %t: ana was told %d times by the old and %d by the new organizer; want 2 (booked, ended) and 1", f, before, a, b)
			}
		}
	}
}

// TestLateHandover finishes one that died before a session that it meant to keep: the
// sessions that are still to come are kept.
func TestLateHandover(t *testing.T) {
	w, _, _ := schedulertest.HandedOver(t)
	plan := planHandover(t, w)
	leaders := plan.Series[0].Next.Facilitators
	w.Fake.Before = schedulertest.Failing("Put", 1)
	if _, err := handover.Apply(t.Context(), w.Service, plan); err != nil {
		t.Fatal(err)
	}
	w.Fake.Before = nil
	w.Now = func() time.Time { return at(2, 12, 9).Start }
	if err := w.Resume(t.Context()); err != nil {
		t.Fatal(err)
	}
	open, err := w.Store.Bookings(t.Context())
	if err != nil || len(open) != 1 || open[0].Series.Count != 7 || open[0].State != scheduler.Booked {
		t.Errorf("%+v, %v; want the 7 sessions that are left by then", open, err)
	}
	if len(leaders) != 9 || !slices.Equal(open[0].Facilitators, leaders[2:]) {
		t.Errorf("they are led by %v; want by those who were to lead them, of %v", open[0].Facilitators, leaders)
	}
}

// TestHandoverFromALostAccount goes on without it: the old series is named until it is
// over or left, takes nobody's time, and hinders nothing else.
func TestHandoverFromALostAccount(t *testing.T) {
	w, old, b := schedulertest.HandedOver(t)
	lost := errors.Join(errors.New("the account is gone"), calendar.ErrSignIn)
	w.Formerly = func(context.Context, calendar.Address) (calendar.Backend, error) { return nil, lost }
	plan := planHandover(t, w)
	if len(plan.Series) != 1 || plan.Series[0].Err == nil || plan.Series[0].Next == nil {
		t.Fatalf("plan %+v; want the series handed over, and why the old one stays", plan)
	}
	if findings, err := handover.Apply(t.Context(), w.Service, plan); err != nil || len(findings) != 1 || !strings.Contains(findings[0].Err.Error(), "the account is gone") {
		t.Fatalf("findings %+v, %v; want that the old series could not be ended", findings, err)
	}
	for _, o := range calendartest.Sessions(b.Series) { // it is on the members' calendars still
		w.Fake.Meet(ana, o)
	}
	w.Inherits = false
	night := func() []scheduler.Finding {
		t.Helper()
		turn, err := w.Turn(t.Context(), scheduler.TurnOptions{})
		if err != nil {
			t.Fatal(err)
		}
		defer turn.End()
		return turn.Findings
	}
	if found := night(); len(found) != 1 {
		t.Errorf("the night finds %+v; want the old series", found)
	}
	again := planHandover(t, w)
	if len(again.Left) != 1 || len(again.Series) != 0 {
		t.Fatalf("a second handover plans %+v; want the old series alone", again)
	}
	if err := handover.Leave(t.Context(), w.Service, again.Left); err != nil {
		t.Fatal(err)
	}
	if found := night(); len(found) != 0 {
		t.Errorf("the night finds %+v after the series was left; want nothing", found)
	}
	if got, err := old.Get(t.Context(), b.Series.UID); err != nil || got.Count != 13 {
		t.Errorf("the old series has %d sessions, %v; want all 13, nobody could reach it", got.Count, err)
	}
	w.Now = func() time.Time { return at(5, 1, 9).Start }
	night()
	all, err := w.Store.BookingsOf(t.Context(), "g")
	if err != nil || len(all) != 2 || all[0].State != scheduler.Ended {
		t.Errorf("bookings %+v, %v; want that the old one has ended once it is over", all, err)
	}
}

// TestHandoverOfAGoneSeries does not bring back what somebody deleted.
func TestHandoverOfAGoneSeries(t *testing.T) {
	w, _, _ := schedulertest.HandedOver(t)
	empty := calendartest.NewFake(ana, bo, organizer)
	w.Formerly = func(context.Context, calendar.Address) (calendar.Backend, error) { return empty, nil }
	plan := planHandover(t, w)
	if len(plan.Series) != 1 || !plan.Series[0].Gone || plan.Series[0].Next != nil {
		t.Fatalf("plan %+v; want that the series is gone, and nothing follows", plan)
	}
	if _, err := handover.Apply(t.Context(), w.Service, plan); err != nil {
		t.Fatal(err)
	}
	if open, err := w.Store.Bookings(t.Context()); err != nil || len(open) != 0 {
		t.Errorf("open bookings %+v, %v; want none", open, err)
	}
}

// A series that is over and waits for its review goes on waiting: what members replied
// stays known, the next night misses nothing, and the review decides with the new organizer.
func TestHandoverKeepsTheReviewThatIsOwed(t *testing.T) {
	for name, lost := range map[string]error{"both accounts": nil, "the old account is lost": errors.New("no sign-in")} {
		t.Run(name, func(t *testing.T) {
			w, old, b := schedulertest.HandedOver(t)
			w.Now = func() time.Time { return at(4, 13, 9).Start } // the last session was on 31 March
			for _, o := range calendartest.Sessions(b.Series)[:11] {
				old.Reply(b.Series.UID, bo, o.Start, calendar.Declined)
			}
			if lost != nil {
				w.Formerly = func(context.Context, calendar.Address) (calendar.Backend, error) { return nil, lost }
			}
			plan := planHandover(t, w)
			if len(plan.Series) != 1 || !plan.Series[0].Waits || plan.Series[0].Err != nil {
				t.Fatalf("plan %+v; want that the series waits for its review", plan)
			}
			if findings, err := handover.Apply(t.Context(), w.Service, plan); err != nil || len(findings) != 0 {
				t.Fatalf("findings %+v, %v; want none", findings, err)
			}
			w.Formerly, w.Inherits = func(context.Context, calendar.Address) (calendar.Backend, error) { return nil, errors.New("gone") }, false
			if again := planHandover(t, w); len(again.Series) != 0 || again.From != again.To {
				t.Errorf("a second handover plans %+v; want nothing", again)
			}
			if err := w.Resume(t.Context()); err != nil {
				t.Error(err)
			}
			if night, err := repair.PlanNight(t.Context(), w.Service); err != nil || night.Bookings.Len()+len(night.Findings) != 0 {
				t.Errorf("the next night changes %+v, finds %+v, %v; want nothing", night.Changes, night.Findings, err)
			}
			reviews, err := review.Plan(t.Context(), w.Service, scheduler.ReviewOptions{})
			if err != nil || reviews.Reviews.Len() != 1 || len(reviews.Findings) != 0 {
				t.Fatalf("review %+v, %v; want the one that is owed", reviews, err)
			}
			r := schedulertest.Reviews(t, reviews)[0]
			if came := r.Evidence.Attendance; lost == nil && came.No != 11 {
				t.Errorf("%+v came; want that bo declined 11 sessions", came)
			}
			next, err := review.Apply(t.Context(), w.Service, r)
			if err != nil || next.Series.Organizer.Address != w.Workspace.Organizer.Address || next.Series.UID == b.Series.UID {
				t.Errorf("after it comes %+v, %v; want a series of the new organizer", next, err)
			}
			if err := w.Resume(t.Context()); err != nil {
				t.Error(err)
			}
			if open, err := w.Store.Bookings(t.Context()); err != nil || len(open) != 1 || open[0].Series.UID != next.Series.UID {
				t.Errorf("open are %+v, %v; want the new series alone", open, err)
			}
		})
	}
}
