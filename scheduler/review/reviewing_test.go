package review_test

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
	"github.com/peerslot/peerslot/scheduler/review"
	"github.com/peerslot/peerslot/scheduler/schedulertest"
)

func TestDecideAsksAPerson(t *testing.T) {
	for name, e := range map[string]scheduler.Evidence{
		"no session was held":             {Sessions: 13},
		"nothing is known":                {Sessions: 13, Held: 12, Attendance: scheduler.Share{Unknown: 24}},
		"nothing is known, and three say": {Sessions: 13, Held: 12, Attendance: scheduler.Share{Unknown: 24}, Answers: map[scheduler.Answer]int{scheduler.AnswerKeep: 3}},
		"three sessions":                  {Sessions: 3, Held: 2, Attendance: scheduler.Share{Yes: 4}},
	} {
		d, _, reasons := review.Decide(e, availability.Weekly)
		if d != scheduler.Ask || strings.Contains(strings.Join(reasons, ";"), "100%") && e.Attendance.Known() == 0 {
			t.Errorf("%s: %s, %v; want that a person is asked, and no figure from nothing", name, d, reasons)
		}
	}
	if d, _, _ := review.Decide(scheduler.Evidence{Sessions: 4, Held: 3, Attendance: scheduler.Share{Yes: 6}}, availability.Weekly); d != scheduler.Keep {
		t.Errorf("four sessions: %s; want them kept", d)
	}
	e := scheduler.Evidence{Sessions: 3, Age: 50 * 7 * 24 * time.Hour, RotateAfter: 6 * 7 * 24 * time.Hour}
	if d, _, _ := review.Decide(e, availability.Weekly); d != scheduler.Rotate {
		t.Errorf("an old group of three sessions: %s; want that it rotates", d)
	}
}

// Members may answer until ten days before the last session; who asks is told how many.
func TestReviewAsksFirst(t *testing.T) {
	w, _ := booked(t, ana, bo, cem) // the last session is on 31 March
	w.Now = func() time.Time { return time.Date(2026, 3, 10, 9, 0, 0, 0, time.UTC) }
	asking := func(unanswered int) {
		t.Helper()
		plan, err := review.Plan(t.Context(), w.Service, scheduler.ReviewOptions{})
		if err != nil || plan.Reviews.Len() != 0 || len(plan.Asking) != 1 || plan.Asking[0].Unanswered != unanswered || plan.Asking[0].Members != 3 {
			t.Errorf("review.Plan: %+v, %v; want that %d of 3 may still answer", plan, err, unanswered)
		}
	}
	asking(3)
	for i, who := range []calendar.Address{ana, bo} {
		if err := review.Answer(t.Context(), w.Service, "g", who, scheduler.AnswerStop); err != nil {
			t.Fatal(err)
		}
		asking(2 - i)
	}
	if err := review.Answer(t.Context(), w.Service, "g", cem, scheduler.AnswerKeep); err != nil {
		t.Fatal(err)
	}
	if r := w.Review(t); r.Decision != scheduler.Stop {
		t.Errorf("once all have answered: %s; want that it is decided, and stops", r.Decision)
	}
}

func TestReviewDecidesTenDaysBefore(t *testing.T) {
	w, b := booked(t, ana, bo)
	last := b.Series.Slot
	end, err := last.On(availability.Date{Year: 2026, Month: 3, Day: 31})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		before  time.Duration
		reviews int
	}{{10*24*time.Hour + time.Minute, 0}, {10 * 24 * time.Hour, 1}} {
		w.Now = func() time.Time { return end.Start.Add(-c.before) }
		if plan, err := review.Plan(t.Context(), w.Service, scheduler.ReviewOptions{}); err != nil || plan.Reviews.Len() != c.reviews {
			t.Errorf("%v before the last session: %d reviews, %v; want %d", c.before, plan.Reviews.Len(), err, c.reviews)
		}
	}
}

// A review that comes months late is still made, and plans nothing into the past.
func TestReviewLate(t *testing.T) {
	w, _ := booked(t, ana, bo)
	w.Now = func() time.Time { return time.Date(2026, 6, 10, 9, 0, 0, 0, time.UTC) }
	if err := w.Resume(t.Context()); err != nil {
		t.Fatal(err)
	}
	r := w.Review(t)
	if r.Decision != scheduler.Keep || r.Next == nil || r.Next.Problem != nil {
		t.Fatalf("review %+v; want keep, with a next series", r)
	}
	if first := r.Next.Booking.Series.First; first.Compare(availability.Date{Year: 2026, Month: 6, Day: 11}) < 0 {
		t.Errorf("the next series begins on %s; want it after today, 10 June", first)
	}
	if _, err := review.Apply(t.Context(), w.Service, r); err != nil {
		t.Fatal(err)
	}
	if err := w.Resume(t.Context()); err != nil {
		t.Fatal(err)
	}
	if all, err := w.Store.Bookings(t.Context()); err != nil || len(all) != 1 || all[0].Generation != 2 {
		t.Errorf("bookings %v, %v; want the next one alone", all, err)
	}
}

// Another slot must gain a tenth of the attendances; the old one stays for less.
func TestReviewStays(t *testing.T) {
	for _, c := range []struct {
		missed int // of 26 attendances at the old slot
		want   string
	}{{0, "tue 15:00"}, {2, "tue 15:00"}, {3, "mon 09:00"}} {
		w, b := booked(t, ana, bo)
		for week := range c.missed {
			from := at(4, 7, 15).Start.AddDate(0, 0, 7*week)
			w.Fake.Meet(ana, availability.Interval{Start: from, End: from.Add(time.Hour)})
		}
		w.NearEnd(b)
		r := w.Review(t)
		if got := r.Next.Candidate.Slot.String(); got != c.want {
			t.Errorf("%d of 26 missed: %s; want %s (%v)", c.missed, got, c.want, r.Reasons)
		}
		if said := strings.Join(r.Reasons, "; "); !strings.Contains(said, c.want) {
			t.Errorf("%d of 26 missed: reasons %s; want that they name %s", c.missed, said, c.want)
		}
	}
}

// A slot that the rules do not allow any more is not kept for a next series.
func TestReviewKeepsToOnlyDays(t *testing.T) {
	w, b := booked(t, ana, bo) // on a Tuesday
	ofProgram(t, w, b, func(p *scheduler.Program) { p.OnlyDays = availability.DaysOf(time.Wednesday) })
	w.NearEnd(b)
	r := w.Review(t)
	if got := r.Next.Candidate.Slot.Day; got != time.Wednesday || !strings.Contains(strings.Join(r.Reasons, "; "), "the rules allow no Tuesday") {
		t.Errorf("the next series is on a %s (%v); want a Wednesday, and why", got, r.Reasons)
	}
}

// An answer that comes after the decision is not kept for the review of the next series.
func TestAnswerAfterTheDecision(t *testing.T) {
	w, b := booked(t, ana, bo)
	w.NearEnd(b)
	if _, err := review.Apply(t.Context(), w.Service, w.Review(t)); err != nil {
		t.Fatal(err)
	}
	if err := review.MayAnswer(t.Context(), w.Service, "g", ana); err == nil || !strings.Contains(err.Error(), "is decided: keep") {
		t.Errorf("ana may answer: %v; want that it is decided", err)
	}
	w.Now = func() time.Time { return calendartest.Sessions(b.Series)[12].End.AddDate(0, 0, 30) }
	if err := review.MayAnswer(t.Context(), w.Service, "g", ana); err != nil {
		t.Errorf("ana may not answer about the next series: %v", err)
	}
}

func TestReviewOfSoManyWeeks(t *testing.T) {
	w, b := booked(t, ana, bo)
	w.NearEnd(b)
	plan, err := review.Plan(t.Context(), w.Service, scheduler.ReviewOptions{Weeks: 6})
	if err != nil || schedulertest.Reviews(t, plan)[0].Next.Booking.Series.Count != 6 {
		t.Errorf("review.Plan: %+v, %v; want six sessions to follow", plan, err)
	}
}

// Who was away, or out of hours, did not attend, whatever their calendar says.
func TestReviewCountsAbsence(t *testing.T) {
	w, b := booked(t, ana, bo)
	person := w.Workspace.Roster.Of(bo)
	person.Away = []scheduler.DateRange{{First: availability.Date{Year: 2026, Month: 1, Day: 1}, Last: availability.Date{Year: 2026, Month: 2, Day: 10}}}
	w.Workspace.Roster.Put(person)
	w.NearEnd(b)
	if r := w.Review(t); r.Evidence.Attendance != (scheduler.Share{Yes: 18, No: 6}) {
		t.Errorf("attendance %+v; want that bo missed six of twelve", r.Evidence.Attendance)
	}
}

// A single session, which is asked about before it is held, is no fault of anybody's.
func TestReviewBeforeAnythingWasHeld(t *testing.T) {
	w := newWorld(t, ana, bo)
	person := w.Workspace.Roster.Of(ana)
	person.Holidays = "DE-BE"
	w.Workspace.Roster.Put(person)
	w.Holidays = func(string, availability.Date, availability.Date) ([]availability.Date, error) { return nil, nil }
	r := w.NewGroup("g", ana, bo)
	r.Search.Count = 1
	w.MustBook(t, w.Plan(t, r)[0])
	plan, err := review.Plan(t.Context(), w.Service, scheduler.ReviewOptions{})
	if err != nil || plan.Reviews.Len()+len(plan.Asking) != 1 || plan.Reviews.Len() == 1 && schedulertest.Reviews(t, plan)[0].Decision != scheduler.Ask {
		t.Fatalf("review.Plan: %+v, %v; want that somebody is asked", plan, err)
	}
	for _, f := range plan.Findings {
		if f.Kind != scheduler.NeedsDecision {
			t.Errorf("finding %+v; want none but that", f)
		}
	}
}

// A broken series is named, and the others are reviewed.
func TestReviewGoesOnAfterAFault(t *testing.T) {
	w := newWorld(t, ana, bo, cem, dee)
	b, other := w.BookAt(t, "g", "tue 15:00", ana, bo), w.BookAt(t, "h", "tue 15:00", cem, dee)
	w.NearEnd(b)
	w.Fake.Before = func(_ context.Context, c calendartest.Call) error {
		if c.Method == "Get" && c.UID == b.Series.UID {
			return errors.New("truncated")
		}
		return nil
	}
	plan, err := review.Plan(t.Context(), w.Service, scheduler.ReviewOptions{})
	if err != nil || plan.Reviews.Len() != 1 || schedulertest.Reviews(t, plan)[0].Booking.UID != other.Series.UID {
		t.Fatalf("review.Plan: %+v, %v; want h alone", plan, err)
	}
	if len(plan.Findings) != 1 || plan.Findings[0].Kind != scheduler.BrokenSeries || plan.Findings[0].Group != "g" {
		t.Errorf("findings %+v; want g's series", plan.Findings)
	}
}

// nextPairs proposes one fixed round.
type nextPairs struct{ err error }

func (n *nextPairs) NextRound(_ context.Context, s *scheduler.Service, p scheduler.Program, start availability.Date) (scheduler.NextRound, error) {
	rounds, err := s.Store.Rounds(context.Background(), p.Name)
	if n.err != nil || err != nil {
		return scheduler.NextRound{}, errors.Join(n.err, err)
	}
	round := scheduler.Round{Program: p.Name, Number: len(rounds) + 1, Start: start, Groups: []scheduler.Group{{Name: "pairs-2", Program: p.Name, Members: []calendar.Address{ana, bo}}}}
	return scheduler.NextRound{Round: round, Fresh: []string{"pairs-2"}, Replaced: []string{"pairs-1"}}, nil
}

// firstRound keeps the first round of a program of pairs that rotates after so many weeks.
func firstRound(t *testing.T, w *schedulertest.World, after int, groups ...scheduler.Group) scheduler.Program {
	t.Helper()
	program := scheduler.DefaultProgram()
	program.Name, program.RotateAfter = "pairs", after
	w.Workspace.Programs, w.Workspace.Groups = []scheduler.Program{program}, groups
	round := scheduler.Round{Program: "pairs", Number: 1, Start: start, Groups: groups}
	if _, err := w.Store.Commit(t.Context(), scheduler.Batch{Round: &round}); err != nil {
		t.Fatal(err)
	}
	return program
}

// A rotation forms and books in one run, as its rehearsal says; what fails is tried
// again by the next run.
func TestRotation(t *testing.T) {
	w := newWorld(t, ana, bo)
	first := scheduler.Group{Name: "pairs-1", Program: "pairs", Members: []calendar.Address{ana, bo}}
	program := firstRound(t, w, 6, first)
	b := w.MustBook(t, w.Plan(t, scheduler.Request{Group: first, Search: booking.NewSearch(w.Workspace, program, start)})[0])
	w.NearEnd(b)
	former := &nextPairs{err: errors.New("no way")}
	w.Former = former
	plan, err := review.Plan(t.Context(), w.Service, scheduler.ReviewOptions{})
	if err != nil || plan.Reviews.Len() != 1 || schedulertest.Reviews(t, plan)[0].Decision != scheduler.Rotate || len(plan.Rotations) != 0 {
		t.Fatalf("review.Plan: %+v, %v; want the rotation of pairs-1, and no round", plan, err)
	}
	if len(plan.Findings) != 1 || plan.Findings[0].Kind != scheduler.NotFormed {
		t.Errorf("findings %+v; want that the round is not formed", plan.Findings)
	}
	if _, err := review.Apply(t.Context(), w.Service, schedulertest.Reviews(t, plan)[0]); err != nil {
		t.Fatal(err)
	}
	if there, err := w.Backend.Get(t.Context(), b.Series.UID); err != nil || len(there.Overrides) != 0 {
		t.Errorf("the series of a group that is formed anew: %+v, %v; want nobody told that it ends", there.Overrides, err)
	}
	former.err = nil
	if plan, err = review.Plan(t.Context(), w.Service, scheduler.ReviewOptions{}); err != nil || plan.Reviews.Len() != 0 || len(plan.Rotations) != 1 {
		t.Fatalf("the next run: %+v, %v; want the round", plan, err)
	}
	if rounds, err := w.Store.Rounds(t.Context(), "pairs"); err != nil || len(rounds) != 1 {
		t.Errorf("planning left %d rounds, %v; want nothing stored", len(rounds), err)
	}
	r := plan.Rotations[0]
	booked, findings, err := review.ApplyRotation(t.Context(), w.Service, r)
	if err != nil || len(findings) != 0 || len(booked) != 1 {
		t.Fatalf("ApplyRotation: %v, %v, %v; want one booking", booked, findings, err)
	}
	if !booked[0].Series.Same(r.Bookings[0].Booking.Series) && booked[0].Series.First != r.Bookings[0].Booking.Series.First {
		t.Errorf("booked %+v; want what was planned, %+v", booked[0].Series, r.Bookings[0].Booking.Series)
	}
	if plan, err = review.Plan(t.Context(), w.Service, scheduler.ReviewOptions{}); err != nil || len(plan.Rotations)+len(plan.Findings) != 0 {
		t.Errorf("once it is done: %+v, %v; want nothing", plan, err)
	}
}

// Who names groups has the rounds of their programs alone formed.
func TestRotationOfNamedGroups(t *testing.T) {
	w := newWorld(t, ana, bo, cem, dee)
	first := scheduler.Group{Name: "pairs-1", Program: "pairs", Members: []calendar.Address{ana, bo}}
	program := firstRound(t, w, 6, first)
	b := w.MustBook(t, w.Plan(t, scheduler.Request{Group: first, Search: booking.NewSearch(w.Workspace, program, start)})[0])
	other := w.NewGroup("other", cem, dee)
	other.Search.Count = b.Series.Count
	w.MustBook(t, w.Plan(t, other)[0])
	w.NearEnd(b)
	w.Former = &nextPairs{}
	for group, rotations := range map[string]int{"other": 0, "pairs-1": 1} {
		plan, err := review.Plan(t.Context(), w.Service, scheduler.ReviewOptions{Groups: []string{group}})
		if err != nil || plan.Reviews.Len() != 1 || len(plan.Rotations) != rotations {
			t.Errorf("review of %s: %+v, %v; want %d rotations", group, plan, err, rotations)
		}
	}
}

// A group of the next round that cannot be booked is named, and one that has its series keeps
// it; the others are booked.
func TestRotationWithAProblem(t *testing.T) {
	w := newWorld(t, ana, bo, cem, dee)
	there := w.BookAt(t, "there", "tue 15:00", ana, bo)
	plan := w.Plan(t, w.NewGroup("fresh", cem, dee))[0]
	bad := scheduler.BookingPlan{Group: scheduler.Group{Name: "bad"}, Problem: booking.ErrNoSlot}
	r := scheduler.Rotation{Program: "pairs", NextRound: scheduler.NextRound{Round: scheduler.Round{Program: "pairs", Number: 1, Start: start}}, Bookings: []scheduler.BookingPlan{bad, {Existing: &there}, plan}}
	booked, findings, err := review.ApplyRotation(t.Context(), w.Service, r)
	if err != nil || len(booked) != 2 || booked[0].Series.UID != there.Series.UID || booked[1].Group != "fresh" {
		t.Errorf("booked %+v, %v; want there as it is, and fresh", booked, err)
	}
	if len(findings) != 1 || findings[0].Kind != scheduler.NotBooked || findings[0].Group != "bad" || !errors.Is(findings[0].Err, booking.ErrNoSlot) {
		t.Errorf("findings %+v; want bad, which has no slot", findings)
	}
}

// A series that no slot can follow is named; its review is not carried out, and comes again.
func TestNothingCanFollow(t *testing.T) {
	w, b := booked(t, ana, bo)
	w.NearEnd(b)
	for _, a := range []calendar.Address{ana, bo} {
		w.Fake.Meet(a, availability.Interval{Start: w.Now().AddDate(0, 0, 7), End: w.Now().AddDate(0, 6, 0)})
	}
	plan, err := review.Plan(t.Context(), w.Service, scheduler.ReviewOptions{})
	if err != nil || len(plan.Findings) != 1 || plan.Findings[0].Kind != scheduler.Failed || plan.Findings[0].Group != "g" {
		t.Fatalf("findings %+v, %v; want that g has no next series", plan.Findings, err)
	}
	if _, err := review.Apply(t.Context(), w.Service, schedulertest.Reviews(t, plan)[0]); err == nil || !strings.Contains(err.Error(), `group "g": `+schedulertest.Reviews(t, plan)[0].Next.Problem.Error()) {
		t.Errorf("Apply: %v; want the problem, and the group", err)
	}
	if all, err := w.Store.BookingsOf(t.Context(), "g"); err != nil || len(all) != 1 || all[0].Reviewed {
		t.Errorf("bookings %+v, %v; want the old one, not reviewed", all, err)
	}
}

// Nobody answers about a series that there is not.
func TestAnswerWithoutASeries(t *testing.T) {
	w := newWorld(t, ana, bo)
	w.NewGroup("g", ana, bo)
	if err := review.MayAnswer(t.Context(), w.Service, "g", ana); err == nil || !strings.Contains(err.Error(), "no series to answer about") {
		t.Errorf("a group without a series: %v", err)
	}
	var unknown *scheduler.UnknownGroupError
	if err := review.MayAnswer(t.Context(), w.Service, "h", ana); !errors.As(err, &unknown) {
		t.Errorf("a group that there is not: %v; want an UnknownGroupError", err)
	}
}

// The groups of a round are formed anew together, though their series end on different
// days of a week, or one would go on: else the others wait for its whole next series.
func TestARoundIsRenewedAsOne(t *testing.T) {
	w := newWorld(t, ana, bo, cem, dee)
	groups := []scheduler.Group{{Name: "late", Program: "pairs", Members: []calendar.Address{ana, bo}}, {Name: "short", Program: "pairs", Members: []calendar.Address{cem, dee}}}
	program := firstRound(t, w, 13, groups...)
	var booked []scheduler.Booking
	for i, text := range []string{"thu 15:00", "tue 15:00"} {
		r := scheduler.Request{Group: groups[i], Search: booking.NewSearch(w.Workspace, program, start)}
		r.Search.Count -= i
		r.Slot = schedulertest.Slot(t, text)
		booked = append(booked, w.MustBook(t, w.Plan(t, r)[0]))
	}
	w.NearEnd(booked[0])
	plan, err := review.Plan(t.Context(), w.Service, scheduler.ReviewOptions{})
	if err != nil || plan.Reviews.Len() != 2 {
		t.Fatalf("%d reviews, %v; want both", plan.Reviews.Len(), err)
	}
	for _, r := range schedulertest.Reviews(t, plan) {
		if r.Decision != scheduler.Rotate || slices.Contains(r.Reasons, "nothing speaks against going on") {
			t.Errorf("%s: %s, %q; want that it is formed anew with its round", r.Booking.Group, r.Decision, r.Reasons)
		}
	}
}

// A group without a program is as old as it is, and stays.
func TestGroupsWithoutAProgramAreNotRotated(t *testing.T) {
	w, b := booked(t, ana, bo)
	w.NearEnd(b)
	r := w.Review(t)
	next, err := review.Apply(t.Context(), w.Service, r)
	if err != nil {
		t.Fatal(err)
	}
	w.NearEnd(next)
	if r := w.Review(t); r.Decision != scheduler.Keep {
		t.Errorf("after 26 weeks: %s (%v); want keep", r.Decision, r.Reasons)
	}
}

// A cadence that the rules got since the series was booked counts from the next one on.
func TestReviewFollowsTheRules(t *testing.T) {
	for _, c := range []struct {
		rules  availability.Cadence
		missed int // of 13 sessions by ana
		want   scheduler.Decision
		next   availability.Cadence
	}{
		{availability.Weekly, 0, scheduler.Keep, availability.Weekly},
		{availability.Biweekly, 0, scheduler.Keep, availability.Biweekly},
		{availability.Biweekly, 13, scheduler.Rarer, availability.Biweekly},
		{availability.Monthly, 13, scheduler.Rarer, availability.Monthly},
	} {
		w, b := booked(t, ana, bo)
		for week := range c.missed {
			from := at(1, 6, 15).Start.AddDate(0, 0, 7*week)
			w.Fake.Meet(ana, availability.Interval{Start: from, End: from.Add(time.Hour)})
		}
		ofProgram(t, w, b, func(p *scheduler.Program) { p.Cadence = c.rules })
		w.NearEnd(b)
		r := w.Review(t)
		if r.Decision != c.want || r.Cadence != c.next || r.Next.Booking.Series.Cadence != c.next {
			t.Errorf("%s since: %s %s, then %s; want %s %s (%v)", c.rules, r.Decision, r.Cadence, r.Next.Booking.Series.Cadence, c.want, c.next, r.Reasons)
		}
	}
}

// What members ask for, or their attendance, is not weakened by rules that changed the other way.
func TestRulesWeakenNoDecision(t *testing.T) {
	for _, c := range []struct {
		rules  availability.Cadence // since it was booked
		answer scheduler.Answer
		want   scheduler.Decision
		next   availability.Cadence
	}{
		{availability.Weekly, scheduler.AnswerRarer, scheduler.Rarer, availability.Monthly},
		{availability.Monthly, scheduler.AnswerOftener, scheduler.Oftener, availability.Weekly},
	} {
		w := newWorld(t, ana, bo, cem)
		r := w.NewGroup("g", ana, bo, cem)
		r.Search.Cadence, r.Search.Count = availability.Biweekly, 7
		b := w.MustBook(t, w.Plan(t, r)[0])
		b.Rules.Cadence = availability.Biweekly
		ofProgram(t, w, b, func(p *scheduler.Program) { p.Cadence = c.rules })
		w.NearEnd(b)
		for _, who := range []calendar.Address{ana, bo, cem} {
			if err := review.Answer(t.Context(), w.Service, "g", who, c.answer); err != nil {
				t.Fatal(err)
			}
		}
		if r := w.Review(t); r.Decision != c.want || r.Cadence != c.next {
			t.Errorf("all say %s, and the rules %s: %s, %s; want %s, %s", c.answer, c.rules, r.Decision, r.Cadence, c.want, c.next)
		}
	}
}

// Of a series that is over nobody is told that it ends: its last session is not touched.
func TestStoppingLateTouchesNothing(t *testing.T) {
	w, b := booked(t, ana, bo, cem)
	for _, who := range []calendar.Address{ana, bo, cem} {
		if err := review.Answer(t.Context(), w.Service, "g", who, scheduler.AnswerStop); err != nil {
			t.Fatal(err)
		}
	}
	sessions := calendartest.Sessions(b.Series)
	w.Now = func() time.Time { return sessions[len(sessions)-1].End.Add(time.Hour) }
	r, puts := w.Review(t), len(w.Puts())
	if _, err := review.Apply(t.Context(), w.Service, r); err != nil || r.Decision != scheduler.Stop || len(w.Puts()) != puts {
		t.Errorf("%s, %v, and %d puts; want it stopped, and the calendar as it was", r.Decision, err, len(w.Puts())-puts)
	}
}

// How old a group is does not come from a booking that cannot be read.
func TestAgeIsNotGuessed(t *testing.T) {
	w, b := booked(t, ana, bo)
	w.NearEnd(b)
	next, err := review.Apply(t.Context(), w.Service, w.Review(t))
	if err != nil {
		t.Fatal(err)
	}
	ofProgram(t, w, next, func(p *scheduler.Program) { p.RotateAfter = 26 })
	w.Store = spoiltFirst{w.Store}
	w.NearEnd(next)
	if r := w.Review(t); r.Decision != scheduler.Keep || r.Evidence.Age != 13*7*24*time.Hour {
		t.Errorf("%s at the age of %v; want it kept, after the 13 weeks of the one that can be read", r.Decision, r.Evidence.Age)
	}
}

// spoiltFirst is a store in which the first booking of each group cannot be read.
type spoiltFirst struct{ scheduler.Store }

func (s spoiltFirst) BookingsOf(ctx context.Context, group string) ([]scheduler.Booking, error) {
	all, err := s.Store.BookingsOf(ctx, group)
	if len(all) > 0 {
		all[0].Fault, all[0].Series = errors.New("not JSON"), calendar.Series{UID: all[0].Series.UID}
	}
	return all, err
}

// The next round waits for no group that stops, and begins once the last session of all
// groups is over.
func TestWhenTheNextRoundBegins(t *testing.T) {
	w := newWorld(t, ana, bo, cem, dee)
	groups := []scheduler.Group{{Name: "pairs-1", Program: "pairs", Members: []calendar.Address{ana, bo}}, {Name: "stops", Program: "pairs", Members: []calendar.Address{cem, dee}}}
	program := firstRound(t, w, 6, groups...)
	var booked []scheduler.Booking
	for i, g := range groups {
		r := scheduler.Request{Group: g, Search: booking.NewSearch(w.Workspace, program, start)}
		r.Search.Count -= 2 * i
		booked = append(booked, w.MustBook(t, w.Plan(t, r)[0]))
	}
	w.BusyAtItsSlot(cem, booked[1])
	w.BusyAtItsSlot(dee, booked[1])
	w.NearEnd(booked[1])
	w.Former = &nextPairs{}
	plan, err := review.Plan(t.Context(), w.Service, scheduler.ReviewOptions{})
	if err != nil || plan.Reviews.Len() != 1 || schedulertest.Reviews(t, plan)[0].Decision != scheduler.Stop || len(plan.Rotations) > 0 {
		t.Fatalf("review.Plan: %+v, %v; want that stops stops, and no round yet", plan, err)
	}
	if _, err := review.Apply(t.Context(), w.Service, schedulertest.Reviews(t, plan)[0]); err != nil {
		t.Fatal(err)
	}
	w.Now = func() time.Time { last, _ := booked[0].Series.LastEnd(); return last.AddDate(0, 0, -9) }
	plan, err = review.Plan(t.Context(), w.Service, scheduler.ReviewOptions{})
	last, _ := booked[0].Series.LastEnd()
	if want := availability.DateOf(last).Monday().AddDays(7); err != nil || len(plan.Rotations) != 1 || plan.Rotations[0].Start != want {
		t.Errorf("review.Plan: %+v, %v; want the round from %s on", plan, err, want)
	}
}

// ofProgram makes the booking one of a program, the rules of which are what they are now.
func ofProgram(t *testing.T, w *schedulertest.World, b scheduler.Booking, rules func(*scheduler.Program)) {
	t.Helper()
	p := scheduler.DefaultProgram()
	p.Name, b.Program = "circles", "circles"
	rules(&p)
	w.Workspace.Programs = append(w.Workspace.Programs, p)
	for i := range w.Workspace.Groups {
		w.Workspace.Groups[i].Program = p.Name
	}
	if _, err := w.Save(t.Context(), b); err != nil {
		t.Fatal(err)
	}
}

// What is asked for by name, and cannot be reviewed, is an error that says why; what is
// gone from the calendar, or off, is named among all.
func TestWhatCannotBeReviewed(t *testing.T) {
	w := newWorld(t, ana, bo)
	b := w.BookAt(t, "g", "tue 15:00", ana, bo)
	w.NewGroup("unbooked", ana, bo)
	for group, want := range map[string]string{"nobody": `no group "nobody"`, "unbooked": "no series to review", "g": "reviewed from"} {
		if _, err := review.Plan(t.Context(), w.Service, scheduler.ReviewOptions{Groups: []string{group}}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("review of %s: %v; want %q", group, err, want)
		}
	}
	w.NearEnd(b)
	uid := b.Series.UID
	if err := w.Backend.Cancel(t.Context(), uid, schedulertest.Now); err != nil {
		t.Fatal(err)
	}
	for _, want := range []scheduler.FindingKind{scheduler.SeriesOff, scheduler.SeriesGone} {
		plan, err := review.Plan(t.Context(), w.Service, scheduler.ReviewOptions{})
		if err != nil || plan.Reviews.Len() != 0 || len(plan.Findings) != 1 || plan.Findings[0].Kind != want {
			t.Errorf("review.Plan: %+v, %v; want %s", plan, err, want)
		}
		w.Fake.Before = func(_ context.Context, c calendartest.Call) error {
			if c.Method == "Get" && c.UID == uid {
				return calendar.ErrNotFound
			}
			return nil
		}
	}
}

// Who looks at answers with another key than theirs is told so, and decides nothing.
func TestAnswersUnderAnotherKey(t *testing.T) {
	w, b := booked(t, ana, bo)
	w.NearEnd(b)
	if err := review.Answer(t.Context(), w.Service, "g", ana, scheduler.AnswerKeep); err != nil {
		t.Fatal(err)
	}
	for want, key := range map[error]func(bool) ([]byte, error){
		scheduler.ErrOtherKey: func(bool) ([]byte, error) { return []byte("another"), nil },
		nil:                   nil,
	} {
		w.AnswerKey = key
		plan, err := review.Plan(t.Context(), w.Service, scheduler.ReviewOptions{})
		if err != nil || plan.Reviews.Len() != 0 || len(plan.Findings) != 1 || want != nil && !errors.Is(plan.Findings[0].Err, want) {
			t.Errorf("review.Plan: %+v, %v; want a finding, %v", plan, err, want)
		}
		if err := review.Answer(t.Context(), w.Service, "g", bo, scheduler.AnswerStop); err == nil || want != nil && !errors.Is(err, want) {
			t.Errorf("Answer: %v; want %v", err, want)
		}
	}
	if _, err := review.Apply(t.Context(), w.Service, scheduler.ReviewPlan{Review: scheduler.Review{Booking: b.Ref(), Decision: scheduler.Ask}}); err != nil {
		t.Error(err)
	}
	if all, err := w.Store.Bookings(t.Context()); err != nil || all[0].Reviewed {
		t.Errorf("once somebody is asked: %+v, %v; want it open", all, err)
	}
}
