package review_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/calendartest"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/booking"
	"github.com/peerslot/peerslot/scheduler/repair"
	"github.com/peerslot/peerslot/scheduler/review"
	"github.com/peerslot/peerslot/scheduler/schedulertest"
)

func TestDecide(t *testing.T) {
	const weekly, biweekly, monthly = availability.Weekly, availability.Biweekly, availability.Monthly
	answers := func(keep, rarer, oftener, stop int) map[scheduler.Answer]int {
		return map[scheduler.Answer]int{scheduler.AnswerKeep: keep, scheduler.AnswerRarer: rarer, scheduler.AnswerOftener: oftener, scheduler.AnswerStop: stop}
	}
	tests := []struct {
		name     string
		attended int // of 100
		answers  map[scheduler.Answer]int
		cadence  availability.Cadence
		weeks    int // of age
		want     scheduler.Decision
		next     availability.Cadence
	}{
		{"good attendance, no answers", 80, nil, weekly, 13, scheduler.Keep, weekly},
		{"exactly 60%", 60, nil, weekly, 13, scheduler.Keep, weekly},
		{"below 60%", 59, nil, weekly, 13, scheduler.Rarer, biweekly},
		{"exactly 30%", 30, nil, weekly, 13, scheduler.Rarer, biweekly},
		{"below 30%", 29, nil, weekly, 13, scheduler.Stop, weekly},
		{"most say stop", 100, answers(1, 0, 0, 2), weekly, 13, scheduler.Stop, weekly},
		{"half say stop", 100, answers(2, 0, 0, 2), weekly, 13, scheduler.Keep, weekly},
		{"two answers are too few", 100, answers(0, 0, 0, 2), weekly, 13, scheduler.Keep, weekly},
		{"rarer and stop together are most", 100, answers(1, 1, 0, 1), weekly, 13, scheduler.Rarer, biweekly},
		{"rarer than biweekly", 50, nil, biweekly, 13, scheduler.Rarer, monthly},
		{"rarer than monthly is stop", 50, nil, monthly, 13, scheduler.Stop, monthly},
		{"oftener", 80, answers(1, 0, 2, 0), monthly, 13, scheduler.Oftener, biweekly},
		{"oftener, but attendance is low", 79, answers(1, 0, 2, 0), monthly, 13, scheduler.Keep, monthly},
		{"oftener than weekly", 90, answers(0, 0, 3, 0), weekly, 13, scheduler.Keep, weekly},
		{"old groups rotate", 90, nil, weekly, 26, scheduler.Rotate, weekly},
		{"but what stops, stops", 20, nil, weekly, 26, scheduler.Stop, weekly},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e := scheduler.Evidence{Sessions: 13, Held: 10, Attendance: scheduler.Share{Yes: tt.attended, No: 100 - tt.attended, Unknown: 3}, Answers: tt.answers, Age: time.Duration(tt.weeks) * 7 * 24 * time.Hour, RotateAfter: 26 * 7 * 24 * time.Hour}
			got, next, reasons := review.Decide(e, tt.cadence)
			if got != tt.want || next != tt.next {
				t.Errorf("decision %s, then %s; want %s, then %s (%v)", got, next, tt.want, tt.next, reasons)
			}
			if len(reasons) < 3 {
				t.Errorf("reasons %v; want the figures, and what decided", reasons)
			}
		})
	}
}

func TestReviewIsNotDueEarly(t *testing.T) {
	w, b := booked(t, ana, bo)
	if plan, err := review.Plan(t.Context(), w.Service, scheduler.ReviewOptions{}); err != nil || plan.Reviews.Len()+len(plan.Asking) != 0 {
		t.Errorf("in the first week: %+v, %v; want none", plan, err)
	}
	if _, err := review.Plan(t.Context(), w.Service, scheduler.ReviewOptions{Groups: []string{"g"}}); err == nil || !strings.Contains(err.Error(), "2026-03-03") {
		t.Errorf("review of g: %v; want an error with the date from which on", err)
	}
	last, err := b.Series.Slot.On(availability.Date{Year: 2026, Month: 3, Day: 31})
	if err != nil {
		t.Fatal(err)
	}
	w.Now = func() time.Time { return last.Start.Add(-w.Workspace.Review.Ask) }
	if plan, err := review.Plan(t.Context(), w.Service, scheduler.ReviewOptions{}); err != nil || len(plan.Asking) != 1 {
		t.Errorf("from that moment on: %+v, %v; want its members asked", plan, err)
	}
}

func TestReviewKeepsTheSlotOnATie(t *testing.T) {
	w, b := booked(t, ana, bo) // tue 15:00, though mon 09:00 would be as good
	w.NearEnd(b)
	r := w.Review(t)
	if r.Decision != scheduler.Keep || r.Evidence.Held != 12 || r.Evidence.Attendance != (scheduler.Share{Yes: 24}) {
		t.Fatalf("review %+v; want keep, 12 held, all attended", r.Review)
	}
	next, err := review.Apply(t.Context(), w.Service, r)
	if err != nil {
		t.Fatal(err)
	}
	if next.Series.Slot.String() != "tue 15:00" || next.Series.First != (availability.Date{Year: 2026, Month: 4, Day: 7}) || next.Generation != 2 {
		t.Errorf("next series %s from %s, generation %d; want tue 15:00 from 2026-04-07, generation 2", next.Series.Slot, next.Series.First, next.Generation)
	}
	if plan, err := review.Plan(t.Context(), w.Service, scheduler.ReviewOptions{}); err != nil || plan.Reviews.Len() != 0 {
		t.Errorf("reviewed again: %+v, %v; want nothing", plan, err)
	}
	bookings, err := w.Store.Bookings(t.Context())
	if err != nil || len(bookings) != 2 {
		t.Errorf("bookings %d, %v; want the one that runs out and the next", len(bookings), err)
	}
	groups, _, err := repair.Status(t.Context(), w.Service, 0)
	if err != nil {
		t.Fatal(err)
	}
	all := slices.Collect(groups.Status())
	if err != nil || len(all) != 1 || !all[0].Next.Start.Equal(at(3, 31, 15).Start) {
		t.Errorf("status %+v, %v; want the last session of the series that runs out as the next one", all, err)
	}
}

func TestReviewTakesABetterSlot(t *testing.T) {
	w, b := booked(t, ana, bo)
	for week := range 13 {
		from := at(4, 7, 15).Start.AddDate(0, 0, 7*week)
		w.Fake.Meet(ana, availability.Interval{Start: from, End: from.Add(time.Hour)})
	}
	w.NearEnd(b)
	if r := w.Review(t); r.Next.Candidate.Slot.String() != "mon 09:00" {
		t.Errorf("next slot %s; want mon 09:00, ana is busy at the old one", r.Next.Candidate.Slot)
	}
}

func TestReviewCountsRepliesThenCalendars(t *testing.T) {
	w, b := booked(t, ana, bo)
	sessions, err := b.Series.Occurrences()
	if err != nil {
		t.Fatal(err)
	}
	for i, o := range sessions[:12] {
		w.Fake.Meet(bo, o.Interval) // bo was elsewhere…
		if i < 3 {
			w.Fake.Reply(b.Series.UID, bo, o.Original, calendar.Accepted) // …but accepted three
		}
	}
	w.Fake.Reply(b.Series.UID, ana, sessions[0].Original, calendar.Declined)
	w.NearEnd(b)
	r := w.Review(t)
	if want := (scheduler.Share{Yes: 11 + 3, No: 1 + 9}); r.Evidence.Attendance != want {
		t.Errorf("attendance %+v; want %+v", r.Evidence.Attendance, want)
	}
	if r.Decision != scheduler.Rarer || r.Cadence != availability.Biweekly || r.Next.Booking.Series.Count != 7 {
		t.Errorf("decision %s, %s; want rarer, biweekly, with 7 sessions", r.Decision, r.Cadence)
	}
}

func TestUnknownIsNoEvidence(t *testing.T) {
	w, b := booked(t, ana, bo)
	w.Fake.Break(bo)
	w.NearEnd(b)
	if r := w.Review(t); r.Evidence.Attendance != (scheduler.Share{Yes: 12, Unknown: 12}) {
		t.Errorf("attendance %+v; want ana's 12 alone", r.Evidence.Attendance)
	}
}

func TestStoppingTellsTheMembers(t *testing.T) {
	w, b := booked(t, ana, bo, cem)
	w.NearEnd(b)
	for _, who := range []calendar.Address{ana, bo, cem} {
		if err := review.Answer(t.Context(), w.Service, "g", who, scheduler.AnswerKeep); err != nil {
			t.Fatal(err)
		}
		if err := review.Answer(t.Context(), w.Service, "g", who, scheduler.AnswerStop); err != nil {
			t.Fatal(err)
		}
	}
	r := w.Review(t)
	if r.Decision != scheduler.Stop || r.Evidence.Answered() != 3 || r.Next != nil {
		t.Fatalf("review %+v; want stop by three answers, each replaced once", r.Review)
	}
	told := w.Fake.Told(ana)
	if _, err := review.Apply(t.Context(), w.Service, r); err != nil {
		t.Fatal(err)
	}
	there, err := w.Backend.Get(t.Context(), b.Series.UID)
	if err != nil || len(there.Overrides) != 1 || !strings.Contains(there.Overrides[0].Note, "last session") || w.Fake.Told(ana) != told+1 {
		t.Errorf("the last session says %+v, %v; want that the series ends, told once", there.Overrides, err)
	}
}

// What people changed by hand before the review stays theirs: their session is pinned, and
// the text of the last one is not written over.
func TestStoppingLeavesWhatIsByHand(t *testing.T) {
	for i, want := range map[int]string{11: "This is the last session: the series ends here.", 12: ""} {
		w, b := booked(t, ana, bo, cem)
		sessions := calendartest.Sessions(b.Series)
		w.Now = func() time.Time { return sessions[10].End }
		for _, who := range []calendar.Address{ana, bo, cem} {
			if err := review.Answer(t.Context(), w.Service, "g", who, scheduler.AnswerStop); err != nil {
				t.Fatal(err)
			}
		}
		to := availability.Interval{Start: sessions[i].Start.Add(time.Hour), End: sessions[i].End.Add(time.Hour)}
		w.Fake.ByHand(b.Series.UID, calendar.Override{Original: sessions[i].Start, Moved: to})
		if _, err := review.Apply(t.Context(), w.Service, w.Review(t)); err != nil {
			t.Fatal(err)
		}
		all, err := w.Store.BookingsOf(t.Context(), "g")
		if err != nil || !slices.ContainsFunc(all[0].ByHand, sessions[i].Start.Equal) {
			t.Errorf("session %d was moved by hand, %v; the booking knows %v", i, err, all[0].ByHand)
		}
		there, err := w.Backend.Get(t.Context(), b.Series.UID)
		if last := there.Override(sessions[12].Start); err != nil || last.Note != want {
			t.Errorf("session %d was moved by hand: the last one says %q, %v; want %q", i, last.Note, err, want)
		}
	}
}

func TestAnswerOfAStranger(t *testing.T) {
	w, _ := booked(t, ana, bo)
	if err := review.Answer(t.Context(), w.Service, "g", dee, scheduler.AnswerStop); err == nil || !strings.Contains(err.Error(), "not a member") {
		t.Errorf("Answer of a stranger: %v; want an error", err)
	}
	if err := review.Answer(t.Context(), w.Service, "nosuch", ana, scheduler.AnswerStop); err == nil {
		t.Error("an answer about a group that there is not was kept")
	}
}

func TestFacilitatorsAreFair(t *testing.T) {
	w, b := booked(t, ana, bo, cem)
	led := map[calendar.Address]int{}
	for i, f := range b.Facilitators {
		led[f]++
		if i > 0 && b.Facilitators[i-1] == f {
			t.Errorf("%s leads two sessions in a row", f)
		}
	}
	for _, who := range []calendar.Address{ana, bo, cem} {
		if led[who] < 4 || led[who] > 5 {
			t.Errorf("%s leads %d of 13 sessions; want 4 or 5", who, led[who])
		}
	}
	if !strings.Contains(b.Series.Description, "6 Jan: ana") {
		t.Errorf("the invite does not say who leads:\n%s", b.Series.Description)
	}
	w.NearEnd(b)
	next, err := review.Apply(t.Context(), w.Service, w.Review(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range next.Facilitators {
		led[f]++
	}
	for _, who := range []calendar.Address{ana, bo, cem} {
		if led[who] < 8 || led[who] > 9 {
			t.Errorf("%s leads %d of 26 sessions over both series; want 8 or 9", who, led[who])
		}
	}
}

// What was cancelled, and what is going on, was not held.
func TestEvidenceIsOfWhatWasHeld(t *testing.T) {
	w, b := booked(t, ana, bo)
	sessions := calendartest.Sessions(b.Series)
	w.Fake.ByHand(b.Series.UID, calendar.Override{Original: sessions[3].Start, Cancelled: true})
	for at, want := range map[time.Time]int{
		sessions[11].Start.Add(30 * time.Minute): 10,
		sessions[11].End:                         11,
	} {
		w.Now = func() time.Time { return at }
		if r := w.Review(t); r.Evidence.Held != want || r.Evidence.Attendance != (scheduler.Share{Yes: 2 * want}) {
			t.Errorf("at %v, one being off: %d held, %+v; want %d, with both at each", at, r.Evidence.Held, r.Evidence.Attendance, want)
		}
	}
}

// Who meets every other week, or every fourth, still does where one series follows another.
func TestTheNextSeriesKeepsTheRhythm(t *testing.T) {
	for _, cadence := range []availability.Cadence{availability.Weekly, availability.Biweekly, availability.Monthly} {
		w := newWorld(t, ana, bo)
		r := w.NewGroup("g", ana, bo)
		r.Search.Cadence, r.Search.Count = cadence, cadence.MaxCount()
		b := w.MustBook(t, w.Plan(t, r)[0])
		sessions := calendartest.Sessions(b.Series)
		w.Now = func() time.Time { return sessions[len(sessions)-1].Start.AddDate(0, 0, -5) }
		next := w.Review(t).Next.Booking.Series.First
		if gap := availability.DateOf(sessions[len(sessions)-1].Start).DaysUntil(next); gap != cadence.Days() {
			t.Errorf("%s: the next series begins %d days after the last session", cadence, gap)
		}
	}
}

// Who has another address since they were invited answers once, under whichever.
func TestAnswersUnderAnotherAddress(t *testing.T) {
	const lima = "ana.lima@acme.example"
	w, b := booked(t, ana, bo)
	p := w.Workspace.Roster.Of(ana)
	w.Workspace.Roster.Remove(ana)
	p.Address, p.Aliases = lima, []calendar.Address{ana}
	w.Workspace.Roster.Put(p)
	for _, who := range []calendar.Address{ana, lima} {
		if err := review.Answer(t.Context(), w.Service, "g", who, scheduler.AnswerStop); err != nil {
			t.Errorf("as %s: %v", who, err)
		}
	}
	if _, tokens, err := w.Store.Answers(t.Context(), b.Series.UID); err != nil || len(tokens) != 1 {
		t.Errorf("%d answers, %v; want one", len(tokens), err)
	}
}

// A group that was put into another program meets by the rules of that from the next series
// on; of one whose program is gone, or not there, what it was booked with stays.
func TestAnotherProgram(t *testing.T) {
	for program, want := range map[string]availability.Cadence{"other": availability.Monthly, "circles": availability.Weekly, "nothing": availability.Weekly} {
		w, b := booked(t, ana, bo)
		ofProgram(t, w, b, func(*scheduler.Program) {})
		other := scheduler.DefaultProgram()
		other.Name, other.Cadence = "other", availability.Monthly
		w.Workspace.Programs = append(w.Workspace.Programs, other)
		w.Workspace.Groups[0].Program = program
		w.NearEnd(b)
		if r := w.Review(t); r.Decision != scheduler.Keep || r.Next.Booking.Series.Cadence != want {
			t.Errorf("%s: %s, then %s; want %s (%v)", program, r.Decision, r.Next.Booking.Series.Cadence, want, r.Reasons)
		}
	}
}

// For one who is left of a group nothing is booked by itself, however well they attended;
// they are formed anew with the others of their round.
func TestNobodyGoesOnAlone(t *testing.T) {
	w := newWorld(t, ana, bo, cem, dee)
	groups := []scheduler.Group{{Name: "old", Program: "pairs", Members: []calendar.Address{ana, bo}}, {Name: "two", Program: "pairs", Members: []calendar.Address{cem, dee}}}
	program := firstRound(t, w, 13, groups...)
	old := w.MustBook(t, w.Plan(t, scheduler.Request{Group: groups[0], Search: booking.NewSearch(w.Workspace, program, start)})[0])
	r := scheduler.Request{Group: groups[1], Search: booking.NewSearch(w.Workspace, program, start)}
	r.Search.Count = 6
	b := w.MustBook(t, w.Plan(t, r)[0])
	w.Workspace.Roster.Remove(dee)
	w.Workspace.Groups = nil
	w.NearEnd(b)
	plan, err := review.Plan(t.Context(), w.Service, scheduler.ReviewOptions{})
	if reviews := schedulertest.Reviews(t, plan); err != nil || len(reviews) != 1 || reviews[0].Decision != scheduler.Ask || reviews[0].Next != nil || len(plan.Findings) != 1 || plan.Findings[0].Kind != scheduler.NeedsDecision {
		t.Errorf("one is left: %+v, %+v, %v; want that a person is asked", reviews, plan.Findings, err)
	}
	w.NearEnd(old)
	w.Former = &nextPairs{}
	if plan, err = review.Plan(t.Context(), w.Service, scheduler.ReviewOptions{}); err != nil || len(plan.Rotations) != 1 || len(plan.Findings) > 0 {
		t.Errorf("the round is due: %d rounds, %+v, %v; want one", len(plan.Rotations), plan.Findings, err)
	}
}
