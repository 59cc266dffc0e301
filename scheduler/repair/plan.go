// Package repair is the nightly pass over all series: it sees what people changed by
// hand, moves sessions that members cannot attend any more, cancels or reports those
// that too few can, and suggests another slot where the slot itself is the trouble.
//
// To members: we look a week ahead, move a session once if more of you can come, and
// change at most three a month unless it rescues a session.
package repair

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/attendance"
	"github.com/peerslot/peerslot/scheduler/booking"
	"github.com/peerslot/peerslot/scheduler/pile"
	"github.com/peerslot/peerslot/scheduler/planning"
	"github.com/peerslot/peerslot/scheduler/undelivered"
)

// PlanNight reads what the pass needs and plans it.
func PlanNight(ctx context.Context, s *scheduler.Service) (scheduler.RepairPlan, error) {
	return planNight(ctx, s, sum{})
}

// Foresee is PlanNight for who does not apply it: without who can attend what.
func Foresee(ctx context.Context, s *scheduler.Service) (scheduler.RepairPlan, error) {
	return planNight(ctx, s, sum{shown: true})
}

func planNight(ctx context.Context, s *scheduler.Service, none sum) (scheduler.RepairPlan, error) {
	night, err := planning.Tonight(ctx, s)
	if err != nil {
		return scheduler.RepairPlan{}, err
	}
	return planParts(ctx, s, night, night.Read, none)
}

// Status returns how every group stands, with the loads of those with more than so many
// sessions in a week, and what the pass would do, but for who can attend what: both are
// worked out from calendars that are read once.
func Status(ctx context.Context, s *scheduler.Service, most int) (*planning.Standings, scheduler.RepairPlan, error) {
	groups, err := planning.Stand(ctx, s, most)
	if err != nil {
		return nil, scheduler.RepairPlan{}, err
	}
	plan, err := planParts(ctx, s, groups.Night, groups.Read, sum{shown: true})
	return groups, plan, err
}

// planParts plans the pass part by part, of which there is one in memory at a time.
func planParts(ctx context.Context, s *scheduler.Service, night *planning.Night, read func(context.Context, []string) (planning.Snapshot, error), all sum) (scheduler.RepairPlan, error) {
	var err error
	if all.dead, err = dead(ctx, s); err != nil {
		return scheduler.RepairPlan{}, err
	}
	all.past = func(b scheduler.Booking) (booking.Past, error) { return booking.PastOf(ctx, s, b) }
	for groups := range night.Parts(planning.PeopleAtOnce) {
		snapshot, err := read(ctx, groups)
		if err != nil {
			return scheduler.RepairPlan{}, err
		}
		if err := all.add(snapshot); err != nil {
			return scheduler.RepairPlan{}, err
		}
	}
	plan := all.plan(night.Snapshot)
	plan.Seen = night.Seen
	return plan, DateUnknown(ctx, s, plan.Unknown)
}

// dead returns where members who have another address now are invited and mail does not get
// there, by series.
func dead(ctx context.Context, s *scheduler.Service) (map[calendar.UID][]calendar.Address, error) {
	lost, err := s.Store.Undelivered(ctx)
	if err != nil {
		return nil, fmt.Errorf("read whom mail did not reach: %w", err)
	}
	out := map[calendar.UID][]calendar.Address{}
	for _, n := range lost {
		if p, ok := s.Workspace.Roster.Known(n.To); !ok || p.Address == n.To || n.State != scheduler.NoticeRefused {
			continue
		}
		reached, err := undelivered.ReachedSince(ctx, s.Store, n)
		if err != nil {
			return nil, err
		}
		if !reached {
			out[n.UID] = append(out[n.UID], n.To)
		}
	}
	return out, nil
}

// A sum is the plans of parts that share nobody.
type sum struct {
	scheduler.RepairPlan
	shown           bool // and not applied
	asked, readable int  // people with a calendar, and of whom something could be read
	upkeep          []scheduler.Finding
	dead            map[calendar.UID][]calendar.Address // invited, but mail does not get there
	past            func(scheduler.Booking) (booking.Past, error)
}

// add plans one part.
func (t *sum) add(part planning.Snapshot) error {
	r, err := passOver(part, t.shown, t.dead, t.past)
	if err != nil {
		return err
	}
	p := r.plan
	t.Checked += p.Checked
	t.Changes, t.Findings, t.Unknown = append(t.Changes, p.Changes...), append(t.Findings, p.Findings...), append(t.Unknown, p.Unknown...)
	t.Noted, t.Reslots = append(t.Noted, p.Noted...), append(t.Reslots, p.Reslots...)
	t.Replies, t.Better = append(t.Replies, p.Replies...), append(t.Better, p.Better...)
	asked, readable := r.calendars()
	t.asked, t.readable = t.asked+asked, t.readable+readable
	t.upkeep = append(t.upkeep, planning.BookingUpkeep(part)...)
	if t.Attended == nil {
		t.Attended, t.Bookings = &pile.Pile[attendance.Found]{}, &pile.Pile[scheduler.Booking]{}
	}
	for _, b := range r.changed {
		if err := t.Bookings.Add(b); err != nil {
			return err
		}
	}
	for _, found := range r.found {
		if err := t.Attended.Add(found); err != nil {
			return err
		}
	}
	return nil
}

// plan returns the plan of all parts, with what concerns the whole.
func (t *sum) plan(whole planning.Snapshot) scheduler.RepairPlan {
	plan := t.RepairPlan
	plan.Findings = planning.Once(plan.Findings)
	if t.asked > 0 && t.readable == 0 {
		nobody := scheduler.Finding{Kind: scheduler.ReadNobody, Share: scheduler.Share{Unknown: t.asked}}
		plan.Findings = append([]scheduler.Finding{nobody}, plan.Findings...)
	}
	slices.SortFunc(plan.Unknown, func(a, b scheduler.Unknown) int { return cmp.Compare(a.Person, b.Person) })
	slices.SortStableFunc(t.upkeep, func(a, b scheduler.Finding) int { return cmp.Compare(a.Group, b.Group) })
	plan.Findings = slices.Concat(plan.Findings, t.upkeep, planning.WorkspaceUpkeep(whole))
	return plan
}

// Apply carries a plan out, one series after the other. What cannot be done for one
// group is added to the plan's findings and does not hinder the others; the error is
// for what stops the run. The plan lets go of its Bookings, which take much room.
func Apply(ctx context.Context, s *scheduler.Service, plan *scheduler.RepairPlan) error {
	return apply(ctx, s, plan, func(intended []scheduler.BookingRef) ([]scheduler.Finding, error) {
		plan.Bookings = nil
		return s.Carry(ctx, intended)
	})
}

// Begin records what a plan does to each series, for Service.Finish to do, and does
// what concerns more than one. Findings and errors are as those of Apply.
func Begin(ctx context.Context, s *scheduler.Service, plan *scheduler.RepairPlan) error {
	return apply(ctx, s, plan, func([]scheduler.BookingRef) ([]scheduler.Finding, error) { return nil, nil })
}

func apply(ctx context.Context, s *scheduler.Service, plan *scheduler.RepairPlan, carry func([]scheduler.BookingRef) ([]scheduler.Finding, error)) error {
	if err := KeepAttended(ctx, s, plan.Attended); err != nil {
		return err
	}
	plan.Attended = nil // it takes much room
	events := eventsOf(plan, s.Now().UTC())
	if err := s.Note(ctx, scheduler.Batch{Seen: plan.Seen, Bookings: plan.Noted, Events: told(plan.Noted, events)}); err != nil {
		return err
	}
	faults, err := keepReplies(ctx, s, plan.Replies)
	if err != nil {
		return err
	}
	plan.Findings = append(plan.Findings, faults...)
	var intended []scheduler.BookingRef // all of them before a calendar is touched
	for some, err := range plan.Bookings.Some(scheduler.GroupsAtOnce) {
		if err != nil {
			return fmt.Errorf("take up what changes: %w", err)
		}
		refs, faults, err := s.Intend(ctx, some, told(some, events))
		intended, plan.Findings = append(intended, refs...), append(plan.Findings, faults...)
		if err != nil {
			return err
		}
	}
	faults, err = carry(intended)
	plan.Findings = append(plan.Findings, faults...)
	if err != nil {
		return err
	}
	for _, r := range plan.Reslots {
		switch err := reslot(ctx, s, r); {
		case scheduler.Stops(ctx, err):
			return err
		case err != nil:
			plan.Findings = append(plan.Findings, scheduler.Finding{Kind: scheduler.Failed, Group: r.Booking.Group, UID: r.Booking.Series.UID, Err: err})
		}
	}
	return nil
}

// eventsOf returns the history of the plan by series.
func eventsOf(plan *scheduler.RepairPlan, now time.Time) map[calendar.UID][]scheduler.Event {
	events := map[calendar.UID][]scheduler.Event{}
	for _, c := range plan.Changes {
		if c.Action != scheduler.Rebook { // which has events of its own
			e := scheduler.Event{At: now, Group: c.Group, UID: c.UID, What: string(c.Action), Why: said(c)}
			if c.Action == scheduler.MoveSession {
				e.Before, e.After = c.Before, c.After
			}
			events[c.UID] = append(events[c.UID], e)
		}
	}
	return events
}

// said says in one line what a change does.
func said(c scheduler.Change) string {
	var parts []string
	for _, t := range []time.Time{c.From, c.To} {
		if !t.IsZero() {
			parts = append(parts, t.UTC().Format(time.RFC3339))
		}
	}
	if c.Person != "" {
		parts = append(parts, string(c.Person))
	}
	return strings.TrimPrefix(strings.Join(parts, " -> ")+": "+c.Why, ": ")
}

// told returns the events of the bookings, in their order.
func told(bookings []scheduler.Booking, events map[calendar.UID][]scheduler.Event) (of []scheduler.Event) {
	for i := range bookings {
		of = append(of, events[bookings[i].Series.UID]...)
	}
	return of
}

// reslot books the rest of a series on the slot that was planned.
func reslot(ctx context.Context, s *scheduler.Service, r scheduler.Reslot) error {
	bookings, err := s.BookingsOf(ctx, r.Booking.Group)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(bookings, func(b scheduler.Booking) bool { return b.Series.UID == r.Booking.Series.UID })
	if i < 0 {
		return fmt.Errorf("book %s: %w", r.Plan.Candidate.Slot, scheduler.ErrStale)
	}
	r.Plan.Booking.Reslot = true
	_, err = s.Rebook(ctx, bookings[i], r.Plan) // as this night left it
	return err
}
