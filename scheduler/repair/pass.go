package repair

import (
	"fmt"
	"slices"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
)

// mostMoves is how many moves a member may be told of in one night.
const mostMoves = 2

// New plans the nightly pass over all booked series of the snapshot. Its
// Busy must leave out our own series: the plan knows their sessions from Current.
// Applied, and planned again from the same calendars, it changes nothing.
func New(s scheduler.Snapshot) (scheduler.RepairPlan, error) {
	r, err := newRepairer(s)
	if err != nil {
		return scheduler.RepairPlan{}, err
	}
	for changed := true; changed; {
		// A session that moves away may make room for one that was looked at
		// before it, so the pass is repeated until it finds nothing more.
		changed = false
		for _, sub := range r.subjects {
			if !r.news(sub) {
				continue
			}
			moved, err := r.moveSessions(sub)
			if err != nil {
				return scheduler.RepairPlan{}, err
			}
			changed = changed || moved
		}
	}
	for _, sub := range r.subjects {
		if err := r.finish(sub); err != nil {
			return scheduler.RepairPlan{}, err
		}
	}
	return r.plan, nil
}

// A repairer is a planner in the middle of a pass.
type repairer struct {
	*scheduler.Planner
	zone     *time.Location
	subjects []*subject
	moves    map[calendar.Address]int // that members were told of tonight
	step     int                      // grows with each look at a subject
	changed  map[calendar.Address]int // the last step in which a session of theirs was moved
	plan     scheduler.RepairPlan
}

// A subject is one series under repair.
type subject struct {
	booking  scheduler.Booking
	group    scheduler.Group
	program  scheduler.Program
	series   calendar.Series // as it is on the calendar, then as it is to be
	sessions []calendar.Occurrence
	byHand   instants // original starts of what people changed; left alone
	refused  instants // starts that a member declined before the session was moved away
	moved    map[int64]firstMove
	looked   int // the step in which its sessions were looked at; 0 for never
	changes  []scheduler.Change
	accepted bool // the series as a whole is as somebody made it by hand
}

// A firstMove is where a session was before the pass.
type firstMove struct {
	scheduler.Move
	was scheduler.Verdicts
}

func newRepairer(s scheduler.Snapshot) (*repairer, error) {
	zone, err := availability.LoadZone(s.Workspace.Zone)
	if err != nil {
		return nil, err
	}
	current := s
	current.Bookings = nil
	r := &repairer{zone: zone, moves: map[calendar.Address]int{}, changed: map[calendar.Address]int{}}
	for a, n := range s.MovedTonight {
		r.moves[a] = n
	}
	groups := s.Workspace.GroupsByName()
	for _, b := range s.Bookings {
		if sub := r.subject(s, groups, b); sub != nil {
			r.subjects = append(r.subjects, sub)
			b.Series = sub.series
		}
		current.Bookings = append(current.Bookings, b)
	}
	r.Planner, err = scheduler.NewPlanner(current)
	if err != nil {
		return nil, err
	}
	for _, sub := range r.subjects {
		if sub.sessions, err = sub.series.Occurrences(); err != nil {
			return nil, fmt.Errorf("group %q: %w", sub.booking.Group, err)
		}
	}
	r.plan.Checked = len(r.subjects)
	r.plan.Unknown = r.Snapshot.Unknown(r.everybody())
	return r, nil
}

// everybody returns all members as one group.
func (r *repairer) everybody() (g scheduler.Group) {
	for _, sub := range r.subjects {
		g.Members = append(g.Members, sub.group.Members...)
	}
	slices.Sort(g.Members)
	g.Members = slices.Compact(g.Members)
	return g
}

// subject compares a booking with its series on the calendar; nil if there is
// nothing to repair.
func (r *repairer) subject(s scheduler.Snapshot, groups map[string]scheduler.Group, b scheduler.Booking) *subject {
	if b.State != scheduler.Booked {
		return nil
	}
	if err := s.Faults[b.Series.UID]; err != nil {
		r.attend(b.Group, "the series on the organizer's calendar cannot be used: %v", err)
		return nil
	}
	current, ok := s.Current[b.Series.UID]
	if !ok {
		r.attend(b.Group, "the series is gone from the organizer's calendar; cancel it with 'peerslot cancel' or book again")
		return nil
	}
	if current.Cancelled {
		r.attend(b.Group, "the series was cancelled on the organizer's calendar; 'peerslot cancel' records it")
		return nil
	}
	sub := &subject{booking: b, series: current, byHand: instantsOf(b.ByHand), refused: instantsOf(b.Refused), moved: map[int64]firstMove{}}
	sub.seeHands(r)
	sub.program, _ = s.Workspace.Program(b.Program)
	sub.group = scheduler.GroupIn(groups, b)
	sub.followRoster(s.Workspace)
	return sub
}

func (r *repairer) attend(group, format string, args ...any) {
	r.plan.Attention = append(r.plan.Attention, scheduler.Attention{Group: group, What: fmt.Sprintf(format, args...)})
}

// search returns the search for better times of the subject's sessions, as things
// stand in this moment of the pass.
func (r *repairer) search(sub *subject) (scheduler.MoveSearch, error) {
	members, err := r.Members(sub.group, sub.series.UID)
	if err != nil {
		return scheduler.MoveSearch{}, err
	}
	return scheduler.MoveSearch{
		Rules: r.Workspace.Repair, Members: members, Zone: r.seriesZone(sub), Only: sub.program.OnlyDays, Now: r.Now,
		Taken: r.Taken(sub.group, sub.series.UID), Refused: sub.refusedTimes(),
		Declined: func(o calendar.Occurrence, member int) bool {
			return sub.series.Reply(sub.group.Members[member], o) == calendar.Declined
		},
	}, nil
}

// refusedTimes returns the hours that members declined.
func (sub *subject) refusedTimes() []availability.Interval {
	var out []availability.Interval
	for _, t := range sub.refused.sorted() {
		out = append(out, availability.Interval{Start: t, End: t.Add(sub.series.Slot.Length)})
	}
	return out
}

func (r *repairer) seriesZone(sub *subject) *time.Location {
	if zone, err := availability.LoadZone(sub.series.Slot.Zone); err == nil {
		return zone
	}
	return r.zone
}

// news reports whether a look at the subject may find what the last one did not: a
// session of a member was moved in it, or since.
func (r *repairer) news(sub *subject) bool {
	return sub.looked == 0 || slices.ContainsFunc(sub.group.Members, func(a calendar.Address) bool { return r.changed[a] >= sub.looked })
}

// moveSessions moves what may be moved and reports whether it did.
func (r *repairer) moveSessions(sub *subject) (moved bool, err error) {
	r.step++
	sub.looked = r.step
	if !slices.ContainsFunc(sub.sessions, func(o calendar.Occurrence) bool { return r.mayMove(sub, o) }) {
		return false, nil
	}
	search, err := r.search(sub)
	if err != nil {
		return false, err
	}
	for i, o := range sub.sessions {
		if !r.mayMove(sub, o) {
			continue
		}
		m, found, err := search.Best(sub.sessions, i)
		if err != nil {
			return moved, err
		}
		if !found {
			continue
		}
		r.move(sub, i, m, search)
		moved = true
	}
	return moved, nil
}

// mayMove reports whether a session is at the disposal of the pass.
func (r *repairer) mayMove(sub *subject, o calendar.Occurrence) bool {
	rules := scheduler.MoveSearch{Rules: r.Workspace.Repair, Now: r.Now}
	_, toldAnyway := sub.moved[o.Original.Unix()]
	return !o.Cancelled && !sub.byHand.has(o.Original) && rules.Due(o) && (toldAnyway || !r.toldEnough(sub))
}

// toldEnough reports whether a member was told of all the moves of one night.
func (r *repairer) toldEnough(sub *subject) bool {
	return slices.ContainsFunc(sub.series.Attendees, func(a calendar.Attendee) bool { return r.moves[a.Address] >= mostMoves })
}

// move carries one move out on the subject, and takes the time for others. A
// session that is moved again, because another made room, was moved once for those
// who are told.
func (r *repairer) move(sub *subject, i int, m scheduler.Move, search scheduler.MoveSearch) {
	first, again := sub.moved[m.Original.Unix()]
	if !again {
		first = firstMove{m, search.VerdictsNow(sub.sessions[i])}
		sub.moved[m.Original.Unix()] = first
		r.tell(sub, 1)
	}
	if search.AnyDeclined(sub.sessions[i]) {
		sub.refused.add(m.From.Start)
	}
	r.Retake(sub.series, m.From, m.To)
	for _, at := range sub.series.Attendees {
		r.changed[at.Address] = r.step
	}
	sub.sessions[i].Interval, sub.sessions[i].Moved = m.To, true
	sub.changes = slices.DeleteFunc(sub.changes, func(c scheduler.Change) bool {
		return again && c.Action == scheduler.MoveSession && c.From.Equal(first.From.Start)
	})
	override := sub.series.Override(m.Original)
	override.Original, override.Moved, override.RSVPs = m.Original, m.To, nil // replies were to the old time
	if m.To.Start.Equal(first.From.Start) {
		r.undo(sub, i)
		return
	}
	m.From, m.Before, m.Gained = first.From, first.Before, first.was.Gained(search.VerdictsAt(m.To), search.Members)
	override.Note = r.MoveNote(m, r.seriesZone(sub))
	sub.series = sub.series.WithOverride(override)
	sub.changes = append(sub.changes, scheduler.Change{
		Group: sub.booking.Group, UID: sub.series.UID, Action: scheduler.MoveSession,
		From: m.From.Start, To: m.To.Start, Before: m.Before, After: m.After, Why: m.Why(r.Workspace.Name),
	})
}

// undo leaves a session as it is on the calendar: nobody hears of it.
func (r *repairer) undo(sub *subject, i int) {
	original := sub.sessions[i].Original
	override := r.Current[sub.series.UID].Override(original)
	override.Original = original
	sub.series = sub.series.WithOverride(override)
	sub.sessions[i].Moved = !override.Moved.Empty()
	delete(sub.moved, original.Unix())
	r.tell(sub, -1)
}

func (r *repairer) tell(sub *subject, moves int) {
	for _, a := range sub.series.Attendees {
		r.moves[a.Address] += moves
	}
}
