// Package review decides at the end of a series what follows it, from who came and what
// the members say.
package review

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/booking"
	"github.com/peerslot/peerslot/scheduler/planning"
)

// Plan reviews the series that are about to end, or ended unreviewed. A named
// group whose series does not end yet is an error that says from when on it can be
// reviewed. What cannot be reviewed is a finding, and stops nothing else.
func Plan(ctx context.Context, s *scheduler.Service, o scheduler.ReviewOptions) (scheduler.ReviewsPlan, error) {
	return planAll(ctx, s, o, false)
}

// Foresee is Plan of all series for who does not apply it: without what follows them, but
// where a round may be formed anew beside that.
func Foresee(ctx context.Context, s *scheduler.Service) (scheduler.ReviewsPlan, error) {
	return planAll(ctx, s, scheduler.ReviewOptions{}, true)
}

func planAll(ctx context.Context, s *scheduler.Service, o scheduler.ReviewOptions, shown bool) (scheduler.ReviewsPlan, error) {
	d := due{s: s, groups: o.Groups}
	var unreached []scheduler.Finding
	for page, err := range scheduler.Pages(ctx, s.Store) {
		if err != nil {
			return scheduler.ReviewsPlan{}, err
		}
		for _, b := range page {
			unreached = append(unreached, planning.Unreached(b)...)
			if planning.Due(b, s.Workspace.Review, s.Now()) || slices.Contains(o.Groups, b.Group) {
				d.add(b)
			}
		}
	}
	plan, err := d.plan(ctx, o, shown)
	plan.Findings = append(plan.Findings, unreached...)
	return plan, err
}

// ForeseeOf is Foresee for who has read the bookings that may be due, and says whom nobody
// told of a series.
func ForeseeOf(ctx context.Context, s *scheduler.Service, bookings scheduler.Bookings) (scheduler.ReviewsPlan, error) {
	d := due{s: s}
	for _, b := range bookings {
		d.add(b)
	}
	return d.plan(ctx, scheduler.ReviewOptions{}, true)
}

// due are the series whose members are asked by now, or were never.
type due struct {
	s      *scheduler.Service
	groups []string               // of these alone, of all if there are none
	named  scheduler.Bookings     // theirs
	refs   []scheduler.BookingRef // of the due ones: all bookings at once would take much room
	faults []scheduler.Finding
	early  error // why a named one is not due
}

func (d *due) add(b scheduler.Booking) {
	named := slices.Contains(d.groups, b.Group)
	if named {
		d.named = append(d.named, b)
	}
	if b.Reviewed || len(d.groups) > 0 && !named || b.State != scheduler.Booked && b.Fault == nil {
		return
	}
	last, err := planning.LastStart(b)
	if err != nil {
		d.faults = append(d.faults, scheduler.Finding{Kind: scheduler.BrokenRecord, Group: b.Group, UID: b.Series.UID, Err: err})
		return
	}
	from := last.Add(-d.s.Workspace.Review.Ask)
	if !d.s.Now().Before(from) {
		d.refs = append(d.refs, scheduler.BookingRef{Group: b.Group, Generation: b.Generation, UID: b.Series.UID, Version: b.Version})
	} else if named && d.early == nil {
		d.early = fmt.Errorf("group %q: its series is reviewed from %s on, %s before the last session", b.Group, from.UTC().Format(time.DateOnly), scheduler.Plural(int(d.s.Workspace.Review.Ask/(24*time.Hour)), "day"))
	}
}

// check returns why a named group cannot be reviewed.
func (d *due) check(ctx context.Context) error {
	if d.early != nil {
		return d.early
	}
	for _, name := range d.groups {
		if _, ok := d.named.Current(name); !ok {
			if _, err := d.s.Group(ctx, name); err != nil {
				return err
			}
			return fmt.Errorf("group %q has no series to review", name)
		}
	}
	return nil
}

func (d *due) plan(ctx context.Context, o scheduler.ReviewOptions, shown bool) (scheduler.ReviewsPlan, error) {
	plan := scheduler.ReviewsPlan{Findings: d.faults}
	if err := d.check(ctx); err != nil {
		return plan, err
	}
	if len(d.refs) > 0 {
		if err := d.review(ctx, &plan); err != nil {
			return plan, err
		}
		if err := renewTogether(ctx, d.s, &plan); err != nil {
			return plan, err
		}
		if err := planNext(ctx, d.s, &plan, o.Weeks, shown); err != nil {
			return plan, err
		}
	}
	return plan, planRotations(ctx, d.s, &plan, o)
}

// review gathers the evidence of the due series and decides what can be decided.
func (d *due) review(ctx context.Context, plan *scheduler.ReviewsPlan) error {
	each := make([]scheduler.ReviewsPlan, len(d.refs))
	err := planning.Past(ctx, d.s, d.refs, func(p planning.PastPart) error {
		for k, i := range p.Numbers {
			b := p.Due[k]
			if err := lookAt(ctx, d.s, &each[i], p.Planner, b, p.Faults[b.Series.UID]); err != nil {
				return err
			}
		}
		return nil
	})
	for _, one := range each {
		plan.Reviews, plan.Asking, plan.Findings = append(plan.Reviews, one.Reviews...), append(plan.Asking, one.Asking...), append(plan.Findings, one.Findings...)
	}
	plan.Findings = planning.Once(plan.Findings)
	return err
}

// lookAt is reviewOne of a series that may not be there, or be wrong.
func lookAt(ctx context.Context, s *scheduler.Service, plan *scheduler.ReviewsPlan, p *planning.Planner, b scheduler.Booking, fault error) error {
	uid := b.Series.UID
	series, there := p.Current[uid]
	finding := scheduler.Finding{Group: b.Group, UID: uid}
	switch {
	case fault != nil:
		finding = planning.BrokenSeries(b, fault)
	case !there:
		finding.Kind = scheduler.SeriesGone
	case series.Cancelled:
		finding.Kind = scheduler.SeriesOff
	default:
		if err := reviewOne(ctx, s, plan, p, scheduler.GroupIn(p.Groups, b), b, series); scheduler.Stops(ctx, err) {
			return err
		} else if err != nil {
			finding.Kind, finding.Err = scheduler.Failed, err
		}
	}
	if finding.Kind != "" {
		plan.Findings = append(plan.Findings, finding)
	}
	return nil
}

// reviewOne decides about one series, or says that its members may still answer.
func reviewOne(ctx context.Context, s *scheduler.Service, plan *scheduler.ReviewsPlan, p *planning.Planner, g scheduler.Group, b scheduler.Booking, series calendar.Series) error {
	panel := planning.Panel{Series: series, Now: s.Now()}
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
	if e.Answers, e.Unanswered, err = answers(ctx, s, b, series); err != nil {
		return err
	}
	on := b
	on.Series = series
	r := scheduler.Review{Booking: b, Evidence: e}
	if r.Last, err = planning.LastStart(on); err != nil {
		return err
	}
	until := r.Last.Add(-s.Workspace.Review.Decide)
	if s.Now().Before(until) && e.Unanswered > 0 {
		plan.Asking = append(plan.Asking, scheduler.Asking{Group: b.Group, UID: series.UID, Until: until, Members: len(series.Attendees), Unanswered: e.Unanswered})
		return nil
	}
	if r.Evidence.Age, err = age(ctx, s, on, r.Last); err != nil {
		return err
	}
	if b.Program != "" {
		r.Evidence.RotateAfter = time.Duration(s.Workspace.ProgramOf(b).RotateAfter) * 7 * 24 * time.Hour
	}
	r.Decision, r.Cadence, r.Reasons = Decide(r.Evidence, series.Cadence)
	followRules(&r, s.Workspace.ProgramOf(b).For(g).Cadence)
	if r.Decision == scheduler.Ask {
		f := scheduler.Finding{Kind: scheduler.NeedsDecision, Group: b.Group, UID: series.UID, At: r.Last, Share: e.Attendance}
		if !b.OwesReview() {
			f.Err = errForItAlone
		}
		plan.Findings = append(plan.Findings, f)
	}
	plan.Reviews = append(plan.Reviews, scheduler.ReviewPlan{Review: r})
	return nil
}

// errForItAlone says why a series ends, though nobody has said that it should.
var errForItAlone = errors.New("its group was named for these few sessions alone")

// followRules has the next series meet as the rules say by now, if their cadence is
// another than when the series was booked: it counts from the next one on. A decision to
// meet rarer or oftener is not weakened by that.
func followRules(r *scheduler.Review, now availability.Cadence) {
	next, b := r.Cadence, r.Booking
	switch {
	case b.Loose || b.Rules.Cadence == 0 || b.Rules.Cadence == now:
	case r.Decision == scheduler.Keep:
		next = now
	case r.Decision == scheduler.Rarer:
		next = max(next, now)
	case r.Decision == scheduler.Oftener:
		next = min(next, now)
	}
	if next != r.Cadence {
		r.Cadence, r.Reasons = next, append(r.Reasons, fmt.Sprintf("meets %s from now on, as the rules say since it was booked", next))
	}
}

// age returns how old the group would be when a next series began, in whole weeks: the
// groups of a round begin, and end, on other days of them.
func age(ctx context.Context, s *scheduler.Service, b scheduler.Booking, last time.Time) (time.Duration, error) {
	all, err := s.Store.BookingsOf(ctx, b.Group)
	if err != nil {
		return 0, fmt.Errorf("read the bookings of group %q: %w", b.Group, err)
	}
	zone, err := availability.LoadZone(b.Series.Slot.Zone)
	if err != nil {
		return 0, err
	}
	for _, first := range all {
		if first.Fault == nil {
			days := first.Series.First.Monday().DaysUntil(availability.DateOf(last.In(zone)).Monday()) + b.Series.Cadence.Days()
			return time.Duration(days) * 24 * time.Hour, nil
		}
	}
	return 0, nil
}

// planNext plans the series that follow, all together. What is shown alone keeps none of
// them, unless a round may be formed: that is tried with what follows the others.
func planNext(ctx context.Context, s *scheduler.Service, plan *scheduler.ReviewsPlan, weeks int, shown bool) error {
	rounds, err := s.Store.Rounds(ctx, "")
	if err != nil {
		return fmt.Errorf("read the rounds: %w", err)
	}
	kept := !shown || len(rounds) > 0
	var requests []scheduler.Request
	var of []int
	groups := s.Workspace.GroupsByName()
	for i, r := range plan.Reviews {
		if r.Decision != scheduler.Keep && r.Decision != scheduler.Rarer && r.Decision != scheduler.Oftener {
			continue
		}
		request, err := nextRequest(s, scheduler.GroupIn(groups, r.Booking), r.Review, weeks)
		if err != nil {
			return err
		}
		requests, of = append(requests, request), append(of, i)
	}
	if len(requests) == 0 {
		return nil
	}
	problems := make([]error, len(requests))
	err = booking.PlanEach(ctx, s, requests, func(number int, next scheduler.BookingPlan) error {
		r := &plan.Reviews[of[number]]
		if kept {
			r.Next = &next
		}
		if problems[number] = next.Problem; next.Problem == nil && next.Stay != "" {
			r.Reasons = append(r.Reasons, next.Stay)
		}
		return nil
	})
	for i, problem := range problems {
		if problem != nil {
			b := plan.Reviews[of[i]].Booking
			plan.Findings = append(plan.Findings, scheduler.Finding{Kind: scheduler.Failed, Group: b.Group, UID: b.Series.UID, Err: problem})
		}
	}
	return err
}

// nextRequest asks for a slot as many weeks after the last session as lie between sessions,
// or from tomorrow if that is over. The old slot stays unless another gains enough.
func nextRequest(s *scheduler.Service, g scheduler.Group, r scheduler.Review, weeks int) (scheduler.Request, error) {
	program := s.Workspace.ProgramOf(r.Booking)
	zone, err := availability.LoadZone(r.Booking.Series.Slot.Zone)
	if err != nil {
		return scheduler.Request{}, err
	}
	start := availability.DateOf(r.Last.In(zone)).Monday().AddDays(min(r.Booking.Series.Cadence, r.Cadence).Days())
	if soonest := availability.DateOf(s.Now().Add(s.Workspace.Repair.Notice).In(zone)).AddDays(1); start.Compare(soonest) < 0 {
		start = soonest
	}
	search := booking.NewSearch(s.Workspace, program, start)
	search.Cadence, search.Count = r.Cadence, booking.Sessions(program, r.Cadence)
	if weeks > 0 {
		search.Count = max(1, min(weeks/int(r.Cadence), r.Cadence.MaxCount()))
	}
	return scheduler.Request{Group: g, Program: &program, Search: search, Favour: r.Booking.Series.Slot, Follows: r.Booking.Series.UID}, nil
}

// Apply carries a review out: books the next series, or lets the series end
// and tells the members so. A rotation is recorded; forming the next round is a
// step of its own. Ask changes nothing.
func Apply(ctx context.Context, s *scheduler.Service, r scheduler.ReviewPlan) (scheduler.Booking, error) {
	old := r.Booking
	if r.Decision == scheduler.Ask {
		return old, nil
	}
	old.Reviewed, old.Decision = true, r.Decision
	why := s.Event(old, "reviewed", string(r.Decision)+": "+strings.Join(r.Reasons, "; "))
	if r.Next == nil {
		return old, end(ctx, s, old, r, why)
	}
	if r.Next.Problem != nil {
		return old, fmt.Errorf("group %q: %w", old.Group, r.Next.Problem)
	}
	booked, findings, err := s.Follow(ctx, scheduler.Batch{Bookings: []scheduler.Booking{old}, Events: []scheduler.Event{why}}, *r.Next)
	if err == nil && len(findings) > 0 {
		err = findings[0].Err
	}
	if err != nil {
		return old, err
	}
	return booked[0], nil
}

// end lets a series run out. The members are told in the invite of its last
// session.
func end(ctx context.Context, s *scheduler.Service, old scheduler.Booking, r scheduler.ReviewPlan, why scheduler.Event) error {
	series, err := s.Backend.Get(ctx, old.Series.UID)
	if err != nil && !errors.Is(err, calendar.ErrNotFound) {
		return fmt.Errorf("group %q: %w", old.Group, err)
	}
	if err != nil || !r.Last.After(s.Now()) || r.Decision != scheduler.Stop {
		_, err := s.Save(ctx, old, why)
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
	old.Next, old.State = &next, scheduler.Changing
	intended, faults, err := s.Intend(ctx, []scheduler.Booking{old}, []scheduler.Event{why})
	if err != nil {
		return err
	}
	more, err := s.Carry(ctx, intended)
	if faults = append(faults, more...); err == nil && len(faults) > 0 {
		err = faults[0].Err
	}
	return err
}
