package scheduler

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
)

// A RepairPlan is what one nightly pass would do.
type RepairPlan struct {
	Checked   int // series that were looked at
	Changes   []Change
	Attention []Attention
	Unknown   []Unknown
	Bookings  []Booking // those whose series change, with what is to be put
	Accepted  []Booking // those that are now as somebody made them by hand
	Seen      *Seen     // what was read of the calendar, to be kept; nil if nothing is
}

// A Change is one step of a repair.
type Change struct {
	Group         string
	UID           calendar.UID
	Action        Action
	From, To      time.Time // starts; zero where there is none
	Before, After int       // members who can attend; attendances of all that is left for Suggest
	Why           string
	Person        calendar.Address // who joins or leaves
}

// An Action is the kind of a Change.
type Action string

// The actions. A suggestion changes nothing by itself.
const (
	MoveSession   Action = "move"
	CancelSession Action = "cancel"
	Suggest       Action = "suggest"
	Join          Action = "join"
	Leave         Action = "leave"
)

// Attention is something about a group that needs a person.
type Attention struct {
	Group string
	What  string
}

// mostMoves is how many moves a member may be told of in one night.
const mostMoves = 2

// PlanRepair plans the nightly pass over all booked series of the snapshot. Its
// Busy must leave out our own series: the plan knows their sessions from Current.
// Applied, and planned again from the same calendars, it changes nothing.
func PlanRepair(s Snapshot) (RepairPlan, error) {
	r, err := newRepairer(s)
	if err != nil {
		return RepairPlan{}, err
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
				return RepairPlan{}, err
			}
			changed = changed || moved
		}
	}
	for _, sub := range r.subjects {
		if err := r.finish(sub); err != nil {
			return RepairPlan{}, err
		}
	}
	return r.plan, nil
}

// A repairer is a planner in the middle of a pass.
type repairer struct {
	*planner
	zone     *time.Location
	subjects []*subject
	moves    map[calendar.Address]int // that members were told of tonight
	step     int                      // grows with each look at a subject
	changed  map[calendar.Address]int // the last step in which a session of theirs was moved
	plan     RepairPlan
}

// A subject is one series under repair.
type subject struct {
	booking  Booking
	group    Group
	program  Program
	series   calendar.Series // as it is on the calendar, then as it is to be
	sessions []calendar.Occurrence
	byHand   instants // original starts of what people changed; left alone
	refused  instants // starts that a member declined before the session was moved away
	moved    map[int64]firstMove
	looked   int // the step in which its sessions were looked at; 0 for never
	changes  []Change
	accepted bool // the series as a whole is as somebody made it by hand
}

// A firstMove is where a session was before the pass.
type firstMove struct {
	Move
	was verdicts
}

func newRepairer(s Snapshot) (*repairer, error) {
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
	groups := s.Workspace.groupsByName()
	for _, b := range s.Bookings {
		if sub := r.subject(s, groups, b); sub != nil {
			r.subjects = append(r.subjects, sub)
			b.Series = sub.series
		}
		current.Bookings = append(current.Bookings, b)
	}
	r.planner, err = newPlanner(current)
	if err != nil {
		return nil, err
	}
	for _, sub := range r.subjects {
		if sub.sessions, err = sub.series.Occurrences(); err != nil {
			return nil, fmt.Errorf("group %q: %w", sub.booking.Group, err)
		}
	}
	r.plan.Checked = len(r.subjects)
	r.plan.Unknown = r.unknown(r.everybody())
	return r, nil
}

// everybody returns all members as one group.
func (r *repairer) everybody() (g Group) {
	for _, sub := range r.subjects {
		g.Members = append(g.Members, sub.group.Members...)
	}
	slices.Sort(g.Members)
	g.Members = slices.Compact(g.Members)
	return g
}

// subject compares a booking with its series on the calendar; nil if there is
// nothing to repair.
func (r *repairer) subject(s Snapshot, groups map[string]Group, b Booking) *subject {
	if b.State != Booked {
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
	sub.group = groupIn(groups, b)
	sub.followRoster(s.Workspace)
	return sub
}

func (r *repairer) attend(group, format string, args ...any) {
	r.plan.Attention = append(r.plan.Attention, Attention{group, fmt.Sprintf(format, args...)})
}

// seeHands finds what people changed on the calendar since the series was put. A
// session that anybody touched stays as it is, for good.
func (sub *subject) seeHands(r *repairer) {
	base, current := sub.booking.Series, sub.series
	if base.Slot != current.Slot || base.First != current.First || base.Cadence != current.Cadence {
		r.attend(sub.booking.Group, "somebody moved the whole series to %s; that is its slot now", current.Slot)
		sub.booking.Series, sub.accepted = current, true
		return
	}
	for _, o := range slices.Concat(base.Overrides, current.Overrides) {
		was, is := base.Override(o.Original), current.Override(o.Original)
		was.Original, is.Original = o.Original, o.Original // one without an override is zero
		if !was.Same(is) {
			sub.byHand.add(o.Original)
		}
	}
}

// instants is a set of times, whatever zones they are shown in.
type instants map[int64]time.Time

func (s instants) add(t time.Time)      { s[t.Unix()] = t.UTC() }
func (s instants) has(t time.Time) bool { return !s[t.Unix()].IsZero() }
func (s instants) sorted() []time.Time  { return slices.SortedFunc(maps.Values(s), time.Time.Compare) }

func instantsOf(times []time.Time) instants {
	s := instants{}
	for _, t := range times {
		s.add(t)
	}
	return s
}

// groupOf returns the group as it is configured; one that is not any more is as it
// was invited.
func groupOf(w Workspace, b Booking) Group { return groupIn(w.groupsByName(), b) }

func (w Workspace) groupsByName() map[string]Group {
	groups := make(map[string]Group, len(w.Groups))
	for _, g := range w.Groups {
		groups[g.Name] = g
	}
	return groups
}

// groupIn is groupOf for many bookings.
func groupIn(groups map[string]Group, b Booking) Group {
	if g, ok := groups[b.Group]; ok {
		return g
	}
	g := Group{Name: b.Group, Program: b.Program}
	for _, a := range b.Series.Attendees {
		g.Members = append(g.Members, a.Address)
	}
	return g
}

// followRoster takes those off the series who left the group or the roster, and
// invites those who joined. Whom somebody invited or uninvited by hand is left
// alone.
func (sub *subject) followRoster(w Workspace) {
	sub.group.Members = slices.DeleteFunc(slices.Clone(sub.group.Members), func(a calendar.Address) bool {
		_, ok := w.Roster[a]
		return !ok
	})
	var attendees []calendar.Attendee
	for _, a := range sub.series.Attendees {
		if slices.Contains(sub.group.Members, a.Address) || !slices.Contains(sub.booking.Invited, a.Address) {
			attendees = append(attendees, a)
			continue
		}
		sub.changes = append(sub.changes, sub.change(Leave, a.Address, "is not in the group any more"))
	}
	for _, a := range sub.group.Members {
		there := slices.ContainsFunc(sub.series.Attendees, func(at calendar.Attendee) bool { return at.Address == a })
		if !there && !slices.Contains(sub.booking.Invited, a) {
			attendees = append(attendees, calendar.Attendee{Address: a, Name: w.Roster[a].Name})
			sub.changes = append(sub.changes, sub.change(Join, a, "is new in the group"))
		}
	}
	slices.SortFunc(attendees, func(a, b calendar.Attendee) int { return cmp.Compare(a.Address, b.Address) })
	sub.series.Attendees = attendees
	sub.booking.Invited = slices.Clone(sub.group.Members)
}

func (sub *subject) change(action Action, person calendar.Address, why string) Change {
	return Change{Group: sub.booking.Group, UID: sub.series.UID, Action: action, Person: person, Why: why}
}

// search returns the search for better times of the subject's sessions, as things
// stand in this moment of the pass.
func (r *repairer) search(sub *subject) (moveSearch, error) {
	members, err := r.members(sub.group, sub.series.UID)
	if err != nil {
		return moveSearch{}, err
	}
	return moveSearch{
		rules: r.Workspace.Repair, members: members, zone: r.seriesZone(sub), only: sub.program.OnlyDays, now: r.Now,
		taken: r.taken(sub.group, sub.series.UID), refused: sub.refused,
		declined: func(o calendar.Occurrence, member int) bool {
			return sub.series.Reply(sub.group.Members[member], o) == calendar.Declined
		},
	}, nil
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
		m, found, err := search.best(sub.sessions, i)
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
	rules := moveSearch{rules: r.Workspace.Repair, now: r.Now}
	_, toldAnyway := sub.moved[o.Original.Unix()]
	return !o.Cancelled && !sub.byHand.has(o.Original) && rules.due(o) && (toldAnyway || !r.toldEnough(sub))
}

// toldEnough reports whether a member was told of all the moves of one night.
func (r *repairer) toldEnough(sub *subject) bool {
	return slices.ContainsFunc(sub.series.Attendees, func(a calendar.Attendee) bool { return r.moves[a.Address] >= mostMoves })
}

// move carries one move out on the subject, and takes the time for others. A
// session that is moved again, because another made room, was moved once for those
// who are told.
func (r *repairer) move(sub *subject, i int, m Move, search moveSearch) {
	first, again := sub.moved[m.Original.Unix()]
	if !again {
		first = firstMove{m, search.verdictsNow(sub.sessions[i])}
		sub.moved[m.Original.Unix()] = first
		r.tell(sub, 1)
	}
	if search.anyDeclined(sub.sessions[i]) {
		sub.refused.add(m.From.Start)
	}
	r.retake(sub.series, m.From, m.To)
	for _, at := range sub.series.Attendees {
		r.changed[at.Address] = r.step
	}
	sub.sessions[i].Interval, sub.sessions[i].Moved = m.To, true
	sub.changes = slices.DeleteFunc(sub.changes, func(c Change) bool { return again && c.Action == MoveSession && c.From.Equal(first.From.Start) })
	override := sub.series.Override(m.Original)
	override.Original, override.Moved, override.RSVPs = m.Original, m.To, nil // replies were to the old time
	if m.To.Start.Equal(first.From.Start) {
		r.undo(sub, i)
		return
	}
	m.From, m.Before, m.Gained = first.From, first.Before, first.was.gained(search.verdictsAt(m.To), search.members)
	override.Note = r.moveNote(m, r.seriesZone(sub))
	sub.series = sub.series.WithOverride(override)
	sub.changes = append(sub.changes, Change{
		Group: sub.booking.Group, UID: sub.series.UID, Action: MoveSession,
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

// retake moves an own session in what is taken.
func (p *planner) retake(s calendar.Series, from, to availability.Interval) {
	for _, at := range s.Attendees {
		sessions := p.own[at.Address]
		for i, o := range sessions {
			if o.uid == s.UID && o.Start.Equal(from.Start) {
				sessions[i].Interval = to
			}
		}
	}
}

// finish cancels or reports what stays under the quorum, reports conflicts of
// sessions that are left alone, suggests another slot where the slot itself is the
// trouble, and adds the subject to the plan.
func (r *repairer) finish(sub *subject) error {
	search, err := r.search(sub)
	if err != nil {
		return err
	}
	var left, conflicts, attendance int
	for i, o := range sub.sessions {
		if o.Cancelled || !o.Start.After(r.Now) {
			continue
		}
		left++
		v := search.verdictsNow(o)
		attendance += v.attending()
		if v.conflict() {
			conflicts++
		}
		if err := r.judgeQuorum(sub, i, v, search); err != nil {
			return err
		}
	}
	if conflicts >= 3 && 2*conflicts >= left {
		if err := r.suggest(sub, search, left, conflicts, attendance); err != nil {
			return err
		}
	}
	r.plan.Changes = append(r.plan.Changes, sub.changes...)
	if !sub.series.Same(r.Current[sub.series.UID]) {
		sub.series.Sequence++
		sub.series.Updated = r.Now.UTC().Truncate(time.Second)
		sub.booking.Next, sub.booking.State = &sub.series, Changing
		sub.booking.ByHand, sub.booking.Refused = sub.byHand.sorted(), sub.refused.sorted()
		r.plan.Bookings = append(r.plan.Bookings, sub.booking)
	} else if sub.accepted {
		r.plan.Accepted = append(r.plan.Accepted, sub.booking)
	}
	return nil
}

// judgeQuorum deals with one session that too few can attend. Who may be able to
// counts as attending: unknown never cancels anything.
func (r *repairer) judgeQuorum(sub *subject, i int, v verdicts, search moveSearch) error {
	o := sub.sessions[i]
	if o.Start.After(r.Now.Add(r.Workspace.Repair.Horizon)) {
		return nil
	}
	when := o.Start.In(search.zone).Format("Mon 2 Jan 15:04")
	possible, members := v.attending()+v.maybe(), len(v)
	under := float64(possible) < sub.program.Quorum*float64(members)
	if under && r.toldEnough(sub) && !sub.byHand.has(o.Original) {
		if _, later, err := search.best(sub.sessions, i); err != nil || later {
			r.attend(sub.booking.Group, "%s: only %d of %d can attend; it can be moved another night, when its members have been told of less", when, possible, members)
			return err
		}
	}
	switch {
	case sub.byHand.has(o.Original) && v.conflict():
		r.attend(sub.booking.Group, "%s was set by hand and is in conflict: %d of %d can attend", when, v.attending(), members)
	case under && r.Workspace.Repair.CancelBelow && search.due(o) && !sub.byHand.has(o.Original):
		override := sub.series.Override(o.Original)
		override.Original, override.Cancelled = o.Original, true
		override.Note = fmt.Sprintf("Cancelled: only %d of %d can attend.", possible, members)
		sub.series = sub.series.WithOverride(override)
		sub.sessions[i].Cancelled = true
		sub.changes = append(sub.changes, Change{Group: sub.booking.Group, UID: sub.series.UID, Action: CancelSession,
			From: o.Start, Before: v.attending(), Why: fmt.Sprintf("only %d of %d can attend, below the quorum of %.0f%%", possible, members, 100*sub.program.Quorum)})
	case under:
		r.attend(sub.booking.Group, "%s: only %d of %d can attend, below the quorum of %.0f%%", when, possible, members, 100*sub.program.Quorum)
	}
	return nil
}

// suggest looks for a better weekly slot for the rest of a series whose slot does
// not work any more.
func (r *repairer) suggest(sub *subject, search moveSearch, left, conflicts, attendance int) error {
	q := availability.Search{
		Zone: sub.series.Slot.Zone, Start: availability.DateOf(r.Now.Add(r.Workspace.Repair.Notice).In(search.zone)).AddDays(1),
		Cadence: sub.series.Cadence, Count: min(left, sub.series.Cadence.MaxCount()), Length: sub.series.Slot.Length,
		Preferred: sub.program.Prefer, OnlyDays: sub.program.OnlyDays, Top: 1,
	}
	ranked, err := availability.Rank(q, search.members)
	if err != nil {
		return err
	}
	if len(ranked) == 0 || ranked[0].Attendance <= attendance || ranked[0].Slot == sub.series.Slot {
		return nil
	}
	best := ranked[0]
	first, err := best.Slot.On(best.First)
	if err != nil {
		return err
	}
	sub.changes = append(sub.changes, Change{
		Group: sub.booking.Group, UID: sub.series.UID, Action: Suggest, To: first.Start, Before: attendance, After: best.Attendance,
		Why: fmt.Sprintf("%d of the %d sessions left are in conflict; %s instead of %s would have %d of %d attendances, not %d; 'peerslot repair --rebook %s' does it",
			conflicts, left, best.Slot, sub.series.Slot, best.Attendance, best.Possible, attendance, sub.booking.Group),
	})
	return nil
}

func uniqueUnknown(list []Unknown) []Unknown {
	slices.SortFunc(list, func(a, b Unknown) int { return strings.Compare(string(a.Person), string(b.Person)) })
	return slices.CompactFunc(list, func(a, b Unknown) bool { return a.Person == b.Person })
}
