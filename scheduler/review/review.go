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
	"github.com/peerslot/peerslot/scheduler/pile"
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
		d.refs = append(d.refs, b.Ref())
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
		r := reviewer{d.s, &pile.Ordered[*scheduler.Review]{}, map[string]bool{}, map[string]*scheduler.Program{}, d.s.Workspace.GroupsByName(), o.Weeks}
		judged, err := r.review(ctx, d.refs)
		if err != nil {
			return plan, err
		}
		for i := range judged {
			if plan.Findings = append(plan.Findings, judged[i].findings...); judged[i].asking != nil {
				plan.Asking = append(plan.Asking, *judged[i].asking)
			}
			judged[i].findings, judged[i].asking = nil, nil
		}
		plan.Findings = planning.Once(plan.Findings)
		if err := r.follow(ctx, &plan, d.refs, judged, shown); err != nil {
			return plan, err
		}
	}
	return plan, planRotations(ctx, d.s, &plan, o)
}

// A judgement is what is found of one due series, beside its review.
type judgement struct {
	program  *scheduler.Program
	group    *scheduler.Group // nil if it is configured
	slot     availability.Slot
	cadence  availability.Cadence
	alone    bool                 // fewer than two of its group are left
	start    availability.Date    // for what follows,
	next     availability.Cadence // and its cadence, if the group goes on
	asking   *scheduler.Asking    // if its members may still answer
	findings []scheduler.Finding
	seen     bool // else it ended meanwhile
}

// A reviewer judges series, and plans what follows them.
type reviewer struct {
	*scheduler.Service
	reviews  *pile.Ordered[*scheduler.Review] // of the due series, until all are judged; nil where nothing is decided
	turning  map[string]bool                  // programs of which groups are to be formed anew
	programs map[string]*scheduler.Program    // that were asked for
	groups   *scheduler.Groups
	weeks    int // that what follows lasts; 0 for the usual
}

// review gathers the evidence of the due series and decides what can be decided.
func (r reviewer) review(ctx context.Context, due []scheduler.BookingRef) ([]judgement, error) {
	judged := make([]judgement, len(due))
	err := planning.Past(ctx, r.Service, due, func(p planning.PastPart) error {
		for k, i := range p.Numbers {
			one, j, err := r.lookAt(ctx, p, p.Due[k])
			if err == nil {
				err = r.reviews.Add(i, one)
			}
			if err != nil {
				return err
			}
			judged[i], judged[i].seen = j, true
		}
		return nil
	})
	for i := range judged {
		if err == nil && !judged[i].seen {
			err = r.reviews.Add(i, nil)
		}
	}
	return judged, err
}

// lookAt is judge of a series that may not be there, or be wrong.
func (r reviewer) lookAt(ctx context.Context, p planning.PastPart, b scheduler.Booking) (one *scheduler.Review, j judgement, err error) {
	uid := b.Series.UID
	series, there := p.Current[uid]
	finding := scheduler.Finding{Group: b.Group, UID: uid}
	switch fault := p.Faults[uid]; {
	case fault != nil:
		finding = planning.BrokenSeries(b, fault)
	case !there:
		finding.Kind = scheduler.SeriesGone
	case series.Cancelled:
		finding.Kind = scheduler.SeriesOff
	default:
		if one, j, err = r.judge(ctx, p.Planner, scheduler.GroupIn(p.Groups, b), b, series); scheduler.Stops(ctx, err) {
			return nil, j, err
		} else if err != nil {
			one = nil
			finding.Kind, finding.Err = scheduler.Failed, err
		}
	}
	if finding.Kind != "" {
		j.findings = append(j.findings, finding)
	}
	return one, j, nil
}

// judge decides about one series, or says that its members may still answer.
func (r reviewer) judge(ctx context.Context, p *planning.Planner, g scheduler.Group, b scheduler.Booking, series calendar.Series) (_ *scheduler.Review, j judgement, err error) {
	panel := planning.Panel{Series: series, Now: r.Now()}
	if first, err := series.Occurrences(); err != nil {
		return nil, j, err
	} else if first[0].Start.Before(r.Now()) { // else nothing was read of anybody's time
		if panel, err = p.Panel(g, series); err != nil {
			return nil, j, err
		}
	}
	e, err := gather(panel, r.Now())
	if err != nil {
		return nil, j, err
	}
	if e.Answers, e.Unanswered, err = answers(ctx, r.Service, b, series); err != nil {
		return nil, j, err
	}
	on := b
	on.Series = series
	one := scheduler.Review{Booking: b.Ref(), Program: b.Program, Evidence: e}
	if one.Last, err = planning.LastStart(on); err != nil {
		return nil, j, err
	}
	until := one.Last.Add(-r.Workspace.Review.Decide)
	if r.Now().Before(until) && e.Unanswered > 0 {
		j.asking = &scheduler.Asking{Group: b.Group, UID: series.UID, Until: until, Members: len(series.Attendees), Unanswered: e.Unanswered}
		return nil, j, nil
	}
	if one.Evidence.Age, err = age(ctx, r.Service, on, one.Last); err != nil {
		return nil, j, err
	}
	j.program, j.slot, j.cadence = r.program(g, b), b.Series.Slot, b.Series.Cadence
	if _, configured := r.groups.Find(b.Group); !configured {
		own := g
		j.group = &own
	}
	if j.program.Name != "" {
		one.Evidence.RotateAfter = time.Duration(j.program.RotateAfter) * 7 * 24 * time.Hour
	}
	one.Decision, one.Cadence, one.Reasons = Decide(one.Evidence, series.Cadence)
	followRules(&one, b, j.program.For(g).Cadence)
	if one.Decision == scheduler.Ask {
		f := scheduler.Finding{Kind: scheduler.NeedsDecision, Group: b.Group, UID: series.UID, At: one.Last, Share: e.Attendance}
		if !b.OwesReview() {
			f.Err = errForItAlone
		}
		j.findings = append(j.findings, f)
	}
	r.turning[b.Program] = r.turning[b.Program] || one.Decision == scheduler.Rotate
	j.alone = len(r.Workspace.Roster.Present(g.Members)) < 2
	j.next = one.Cadence
	j.start, err = r.soonest(b, one)
	return &one, j, err
}

// program returns the rules of what follows a booking, the same ones for all of a program: of
// the one that its group has by now, unless that, or the one that it had, is not configured.
func (r reviewer) program(g scheduler.Group, b scheduler.Booking) *scheduler.Program {
	p, had := r.Workspace.Program(b.Program)
	if !had {
		own := r.Workspace.ProgramOf(b)
		return &own
	}
	if now, has := r.Workspace.Program(g.Program); has && !b.Loose {
		p = now
	}
	if r.programs[p.Name] == nil {
		shared := p
		r.programs[p.Name] = &shared
	}
	return r.programs[p.Name]
}

// errForItAlone says why a series ends, though nobody has said that it should.
var errForItAlone = errors.New("its group was named for these few sessions alone")

// followRules has the next series meet as the rules say by now, if their cadence is
// another than when the series was booked: it counts from the next one on. A decision to
// meet rarer or oftener is not weakened by that.
func followRules(r *scheduler.Review, b scheduler.Booking, now availability.Cadence) {
	next := r.Cadence
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

// soonest returns the day from which on what follows a booking may begin: as many weeks
// after its last session as lie between sessions, or tomorrow if that is over.
func (r reviewer) soonest(b scheduler.Booking, decided scheduler.Review) (availability.Date, error) {
	zone, err := availability.LoadZone(b.Series.Slot.Zone)
	if err != nil {
		return availability.Date{}, err
	}
	start := availability.DateOf(decided.Last.In(zone)).Monday().AddDays(min(b.Series.Cadence, decided.Cadence).Days())
	if soonest := availability.DateOf(r.Now().Add(r.Workspace.Repair.Notice).In(zone)).AddDays(1); start.Compare(soonest) < 0 {
		start = soonest
	}
	return start, nil
}

// request asks for a slot for what follows a due series. The old slot stays unless another
// gains enough.
func (r reviewer) request(of scheduler.BookingRef, j judgement) scheduler.Request {
	search := booking.NewSearch(r.Workspace, *j.program, j.start)
	search.Cadence, search.Count = j.next, booking.Sessions(*j.program, j.next)
	if r.weeks > 0 {
		search.Count = max(1, min(r.weeks/int(j.next), j.next.MaxCount()))
	}
	request := scheduler.Request{Program: j.program, Search: search, Favour: j.slot, Follows: of.UID}
	if j.group != nil {
		request.Group = *j.group
	} else {
		request.Group, _ = r.groups.Find(of.Group)
	}
	return request
}

// follow plans the series that follow what was decided, all together. What is shown alone
// keeps none of them, unless a round may be formed: that is tried with what follows the
// others.
func (r reviewer) follow(ctx context.Context, plan *scheduler.ReviewsPlan, due []scheduler.BookingRef, judged []judgement, shown bool) error {
	rounds, err := r.LastRounds(ctx)
	if err != nil {
		return err
	}
	anew, err := r.renewed(ctx, rounds)
	if err != nil {
		return err
	}
	var going []int32 // numbers of those that go on
	plan.Reviews = &pile.Pile[scheduler.Review]{}
	i := -1
	for one, err := range r.reviews.All() {
		if i++; err != nil {
			return err
		} else if one == nil {
			continue
		}
		plan.Findings = append(plan.Findings, judged[i].overrule(one, anew[one.Program][one.Booking.Group])...)
		if one.Decision.GoesOn() {
			going = append(going, int32(i))
		}
		if err := plan.Reviews.Add(*one); err != nil {
			return err
		}
	}
	if len(going) == 0 {
		return nil
	}
	if !shown || len(rounds) > 0 {
		plan.Next = &pile.Ordered[scheduler.Bookable]{}
	}
	r.reviews = nil
	problems := make([]error, len(going))
	request := func(i int) scheduler.Request { return r.request(due[going[i]], judged[going[i]]) }
	err = booking.PlanEach(ctx, r.Service, len(going), request, func(number int, next scheduler.BookingPlan) error {
		problems[number] = next.Problem
		if plan.Next == nil {
			return nil
		}
		return plan.Next.Add(number, next.Bookable())
	})
	for i, problem := range problems {
		if problem != nil {
			plan.Findings = append(plan.Findings, scheduler.Finding{Kind: scheduler.Failed, Group: due[going[i]].Group, UID: due[going[i]].UID, Err: problem})
		}
	}
	return err
}

// overrule changes a decision that the group itself goes on, if it cannot: anew says that
// others of its round are formed anew.
func (j judgement) overrule(one *scheduler.Review, anew bool) []scheduler.Finding {
	switch {
	case !one.Decision.GoesOn():
	case anew:
		one.Decision, one.Cadence = scheduler.Rotate, j.cadence
		one.Reasons = instead(one.Reasons, "other groups of its round are formed anew, and this one with them")
	case j.alone:
		one.Decision, one.Cadence = scheduler.Ask, j.cadence
		one.Reasons = instead(one.Reasons, "fewer than two members are left, and nobody meets alone: somebody must say what should follow")
		return []scheduler.Finding{{Kind: scheduler.NeedsDecision, Group: one.Booking.Group, UID: one.Booking.UID, At: one.Last, Share: one.Evidence.Attendance}}
	}
	return nil
}

// Apply carries a review out: books the next series, or lets the series end
// and tells the members so. A rotation is recorded; forming the next round is a
// step of its own. Ask changes nothing. It is ErrStale if another run was at the series
// since it was reviewed.
func Apply(ctx context.Context, s *scheduler.Service, r scheduler.ReviewPlan) (scheduler.Booking, error) {
	if r.Decision == scheduler.Ask {
		return scheduler.Booking{}, nil
	}
	old, err := s.Booking(ctx, r.Booking)
	if err != nil {
		return old, err
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
	original := occurrences[len(occurrences)-1].Original
	old.ByHand = append(slices.Clone(old.ByHand), series.EditedSince(old.Series)...)
	old.OwnText = old.OwnText || series.Description != old.Series.Description
	if slices.ContainsFunc(old.ByHand, original.Equal) { // its text stays
		_, err := s.Save(ctx, old, why)
		return err
	}
	last := series.Override(original)
	last.Original, last.Note = original, "This is the last session: the series ends here."
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
