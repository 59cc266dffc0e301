package scheduler

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
)

// ReviewsPlan is what a run of the review would do.
type ReviewsPlan struct {
	Reviews   []ReviewPlan // what is decided
	Asking    []Asking     // series whose members may still answer before it is
	Rotations []Rotation   // next rounds of the programs that are due
	Findings  []Finding
}

// A ReviewPlan is a review and what it would do.
type ReviewPlan struct {
	Review
	Next *BookingPlan // the series that follows; nil if none does
}

// Asking is a series about which members may still answer.
type Asking struct {
	Group      string
	UID        calendar.UID
	Until      time.Time // when it is decided at the latest
	Members    int
	Unanswered int
}

// ReviewOptions bound a run of the review.
type ReviewOptions struct {
	Groups []string // only these; all if empty
	Weeks  int      // that what follows lasts; 0 for the usual
}

// PlanReviews reviews the series that are about to end, or ended unreviewed. A named
// group whose series does not end yet is an error that says from when on it can be
// reviewed. What cannot be reviewed is a finding, and stops nothing else.
func (s *Service) PlanReviews(ctx context.Context, o ReviewOptions) (ReviewsPlan, error) {
	var plan ReviewsPlan
	bookings, err := s.Store.Bookings(ctx)
	if err != nil {
		return plan, fmt.Errorf("read the bookings: %w", err)
	}
	due, findings, err := s.due(bookings, o.Groups)
	plan.Findings = findings
	for _, b := range bookings {
		plan.Findings = append(plan.Findings, unreachedIn(b)...)
	}
	if err != nil {
		return plan, err
	}
	if len(due) > 0 {
		if err := s.review(ctx, &plan, bookings, due); err != nil {
			return plan, err
		}
		if err := s.planNext(ctx, &plan, o.Weeks); err != nil {
			return plan, err
		}
	}
	return plan, s.planRotations(ctx, &plan, o)
}

// due returns the bookings whose members are asked by now, or were never.
func (s *Service) due(bookings Bookings, groups []string) (due Bookings, findings []Finding, err error) {
	for _, b := range bookings.Open() {
		named := slices.Contains(groups, b.Group)
		if len(groups) > 0 && !named || b.State != Booked && b.Fault == nil {
			continue
		}
		last, err := lastStart(b)
		if err != nil {
			findings = append(findings, Finding{Kind: BrokenRecord, Group: b.Group, UID: b.Series.UID, Err: err})
			continue
		}
		from := last.Add(-s.Workspace.Review.Ask)
		if !s.Now().Before(from) {
			due = append(due, b)
		} else if named {
			return nil, findings, fmt.Errorf("group %q: its series is reviewed from %s on, %s before the last session", b.Group, from.UTC().Format(time.DateOnly), plural(int(s.Workspace.Review.Ask/(24*time.Hour)), "day"))
		}
	}
	for _, name := range groups {
		if _, ok := bookings.Current(name); !ok {
			if _, err := s.Group(name); err != nil {
				return nil, findings, err
			}
			return nil, findings, fmt.Errorf("group %q has no series to review", name)
		}
	}
	return due, findings, nil
}

func lastStart(b Booking) (time.Time, error) {
	if b.Fault != nil {
		return time.Time{}, b.Fault
	}
	occurrences, err := b.Series.Occurrences()
	if err != nil {
		return time.Time{}, err
	}
	return occurrences[len(occurrences)-1].Start, nil
}

// review gathers the evidence of the due bookings and decides what can be decided.
func (s *Service) review(ctx context.Context, plan *ReviewsPlan, bookings, due Bookings) error {
	current, faults, err := s.current(ctx, due)
	if err != nil {
		return err
	}
	p, err := s.past(ctx, bookings, due, current)
	if err != nil {
		return err
	}
	for _, b := range due {
		uid := b.Series.UID
		series, there := current[uid]
		finding := Finding{Group: b.Group, UID: uid, Err: faults[uid]}
		switch {
		case finding.Err != nil:
			finding.Kind = BrokenSeries
		case !there:
			finding.Kind = SeriesGone
		case series.Cancelled:
			finding.Kind = SeriesOff
		default:
			if err := s.reviewOne(ctx, plan, p, b, series); Stops(ctx, err) {
				return err
			} else if err != nil {
				finding.Kind, finding.Err = Failed, err
			}
		}
		if finding.Kind != "" {
			plan.Findings = append(plan.Findings, finding)
		}
	}
	return nil
}

// reviewOne decides about one series, or says that its members may still answer.
func (s *Service) reviewOne(ctx context.Context, plan *ReviewsPlan, p *Planner, b Booking, series calendar.Series) error {
	g := groupOf(s.Workspace, b)
	panel := Panel{Series: series, now: s.Now()}
	if first, err := series.Occurrences(); err != nil {
		return err
	} else if first[0].Start.Before(s.Now()) { // else nothing was read of anybody's time
		if panel, err = p.Panel(g, series); err != nil {
			return err
		}
	}
	e, err := gather(panel, s.Now())
	if err != nil {
		return err
	}
	if e.Answers, e.Unanswered, err = s.answers(ctx, b, series); err != nil {
		return err
	}
	on := b
	on.Series = series
	r := Review{Booking: b, Evidence: e}
	if r.Last, err = lastStart(on); err != nil {
		return err
	}
	until := r.Last.Add(-s.Workspace.Review.Decide)
	if s.Now().Before(until) && e.Unanswered > 0 {
		plan.Asking = append(plan.Asking, Asking{b.Group, series.UID, until, len(series.Attendees), e.Unanswered})
		return nil
	}
	if r.Evidence.Age, err = s.age(ctx, b, r.Last); err != nil {
		return err
	}
	if b.Program != "" {
		r.Evidence.RotateAfter = time.Duration(s.Workspace.ProgramOf(b).RotateAfter) * 7 * 24 * time.Hour
	}
	r.Decision, r.Cadence, r.Reasons = Decide(r.Evidence, series.Cadence)
	if r.Decision == Ask {
		plan.Findings = append(plan.Findings, Finding{Kind: NeedsDecision, Group: b.Group, UID: series.UID, At: r.Last, Share: e.Attendance})
	}
	plan.Reviews = append(plan.Reviews, ReviewPlan{Review: r})
	return nil
}

// past returns who was busy with what while the sessions of the due series took
// place.
func (s *Service) past(ctx context.Context, bookings, due Bookings, current map[calendar.UID]calendar.Series) (*Planner, error) {
	window := availability.Interval{Start: s.Now().Add(-time.Minute), End: s.Now()}
	var people []calendar.Address
	for _, b := range due {
		occurrences, err := current[b.Series.UID].Occurrences()
		if err != nil {
			continue // named where it is reviewed
		}
		if !occurrences[0].Start.Before(s.Now()) {
			continue // nothing of it is over
		}
		for _, o := range occurrences {
			window.Start = earlier(window.Start, o.Start)
		}
		for _, a := range groupOf(s.Workspace, b).Members {
			if _, ok := s.Workspace.Roster[a]; ok {
				people = append(people, a)
			}
		}
	}
	own := calendarNow{current: map[calendar.UID]calendar.Series{}}
	if syncer, ok := calendar.AsSyncer(s.Backend); ok {
		own.syncer = syncer
	}
	var ours []calendar.UID
	for _, b := range bookings {
		ours = append(ours, b.Series.UID)
		if _, err := b.Series.Occurrences(); err == nil {
			own.current[b.Series.UID] = b.Series // as far as it was not read just now
		}
	}
	maps.Copy(own.current, current)
	reader, err := own.reader(ctx, s.Backend, people, window)
	if err != nil {
		return nil, fmt.Errorf("read busy times: %w", err)
	}
	snapshot, err := s.snapshot(ctx, reader, people, window, ours...)
	if err != nil {
		return nil, err
	}
	snapshot.Bookings = slices.Clone(snapshot.Bookings)
	for i, b := range snapshot.Bookings {
		if there, ok := current[b.Series.UID]; ok {
			snapshot.Bookings[i].Series = there
		}
	}
	return NewPlanner(snapshot)
}

// age returns how old the group would be when a next series began.
func (s *Service) age(ctx context.Context, b Booking, last time.Time) (time.Duration, error) {
	all, err := s.Store.BookingsOf(ctx, b.Group)
	if err != nil {
		return 0, fmt.Errorf("read the bookings of group %q: %w", b.Group, err)
	}
	for _, first := range all {
		if first.Fault == nil {
			return time.Duration(first.Series.First.DaysUntil(availability.DateOf(last))+b.Series.Cadence.Days()) * 24 * time.Hour, nil
		}
	}
	return 0, nil
}

// planNext plans the series that follow, all together.
func (s *Service) planNext(ctx context.Context, plan *ReviewsPlan, weeks int) error {
	var requests []Request
	var of []int
	for i, r := range plan.Reviews {
		if r.Decision != Keep && r.Decision != Rarer && r.Decision != Oftener {
			continue
		}
		request, err := s.nextRequest(r.Review, weeks)
		if err != nil {
			return err
		}
		requests, of = append(requests, request), append(of, i)
	}
	if len(requests) == 0 {
		return nil
	}
	plans, err := s.PlanBookings(ctx, requests)
	if err != nil {
		return err
	}
	for i := range plans {
		r := &plan.Reviews[of[i]]
		r.Next = &plans[i]
		if plans[i].Problem != nil {
			plan.Findings = append(plan.Findings, Finding{Kind: Failed, Group: r.Booking.Group, UID: r.Booking.Series.UID, Err: plans[i].Problem})
		} else if plans[i].Stay != "" {
			r.Reasons = append(r.Reasons, plans[i].Stay)
		}
	}
	return nil
}

// nextRequest asks for a slot from the Monday after the last session on, or from
// tomorrow if that is over. The old slot stays unless another gains enough.
func (s *Service) nextRequest(r Review, weeks int) (Request, error) {
	program := s.Workspace.ProgramOf(r.Booking)
	zone, err := availability.LoadZone(r.Booking.Series.Slot.Zone)
	if err != nil {
		return Request{}, err
	}
	start := availability.DateOf(r.Last.In(zone)).Monday().AddDays(7)
	if soonest := availability.DateOf(s.Now().Add(s.Workspace.Repair.Notice).In(zone)).AddDays(1); start.Compare(soonest) < 0 {
		start = soonest
	}
	search := NewSearch(s.Workspace, program, start)
	search.Cadence, search.Count = r.Cadence, program.sessions(r.Cadence)
	if weeks > 0 {
		search.Count = max(1, min(weeks/int(r.Cadence), r.Cadence.MaxCount()))
	}
	return Request{Group: groupOf(s.Workspace, r.Booking), Program: &program, Search: search, Favour: r.Booking.Series.Slot, Follows: r.Booking.Series.UID}, nil
}

// ApplyReview carries a review out: books the next series, or lets the series end
// and tells the members so. A rotation is recorded; forming the next round is a
// step of its own. Ask changes nothing.
func (s *Service) ApplyReview(ctx context.Context, r ReviewPlan) (Booking, error) {
	old := r.Booking
	if r.Decision == Ask {
		return old, nil
	}
	old.Reviewed, old.Decision = true, r.Decision
	why := s.event(old, "reviewed", string(r.Decision)+": "+strings.Join(r.Reasons, "; "))
	if r.Next == nil {
		return old, s.end(ctx, old, r, why)
	}
	if r.Next.Problem != nil {
		return old, fmt.Errorf("group %q: %w", old.Group, r.Next.Problem)
	}
	next := r.Next.Booking
	if err := s.name(ctx, &next); err != nil {
		return old, fmt.Errorf("group %q: %w", old.Group, err)
	}
	saved, err := s.commit(ctx, Batch{Bookings: []Booking{old, next}, Events: []Event{why, s.event(next, "intended", fmt.Sprintf("%s, %s", next.Series.Slot, plural(next.Series.Count, "session")))}})
	if err != nil {
		return next, err
	}
	next, _, err = s.place(ctx, saved[1])
	return next, err
}

// end lets a series run out. The members are told in the invite of its last
// session.
func (s *Service) end(ctx context.Context, old Booking, r ReviewPlan, why Event) error {
	series, err := s.Backend.Get(ctx, old.Series.UID)
	if err != nil && !errors.Is(err, calendar.ErrNotFound) {
		return fmt.Errorf("group %q: %w", old.Group, err)
	}
	if err != nil || !r.Last.After(s.Now()) || r.Decision != Stop {
		_, err := s.save(ctx, old, why)
		return err
	}
	occurrences, err := series.Occurrences()
	if err != nil {
		return err
	}
	last := series.Override(occurrences[len(occurrences)-1].Original)
	last.Original = occurrences[len(occurrences)-1].Original
	last.Note = "This is the last session: the series ends here."
	next := series.WithOverride(last)
	next.Sequence++
	next.Updated = s.Now().UTC().Truncate(time.Second)
	old.Next, old.State = &next, Changing
	saved, err := s.save(ctx, old, why)
	if err != nil {
		return err
	}
	_, err = s.putNext(ctx, saved)
	return err
}
