package repair

import (
	"cmp"
	"container/heap"
	"slices"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/attendance"
	"github.com/peerslot/peerslot/scheduler/booking"
	"github.com/peerslot/peerslot/scheduler/planning"
)

// mostMoves is how many moves a member may be told of in one night.
const mostMoves = 2

// New plans the nightly pass over all booked series of the snapshot. Its Busy must
// leave out our own series: the plan knows their sessions from Current. Applied, and
// planned again from the same calendars, it changes nothing.
func New(s planning.Snapshot) (scheduler.RepairPlan, error) {
	all := sum{past: func(b scheduler.Booking) (booking.Past, error) { return booking.Past{First: b.Series.First}, nil }}
	if err := all.add(s); err != nil {
		return scheduler.RepairPlan{}, err
	}
	return all.plan(s), nil
}

// passOver plans the pass over all series of a snapshot. Of what is shown and not applied
// it leaves out who can attend what, and the texts of series.
func passOver(s planning.Snapshot, shown bool, dead map[calendar.UID][]calendar.Address, past func(scheduler.Booking) (booking.Past, error)) (*pass, error) {
	r, err := newPass(s, dead)
	if err != nil {
		return nil, err
	}
	r.shown, r.past = shown, past
	for _, sub := range r.subjects {
		r.look(sub, r.Now, r.Now.Add(r.Workspace.Repair.Horizon))
	}
	for changed := true; changed; {
		r.moveSessions()
		changed = false
		for _, sub := range r.subjects {
			settled, err := r.settleQuorum(sub)
			r.fault(sub, err)
			changed = changed || settled
		}
	}
	for _, sub := range r.subjects {
		r.fault(sub, r.judge(sub))
		if shown {
			r.fault(sub, r.describable(sub))
		} else {
			r.fault(sub, r.describe(sub))
			r.fault(sub, r.attended(sub))
		}
		r.conclude(sub)
	}
	return r, nil
}

// A pass is a planner in the middle of a night.
type pass struct {
	*planning.Planner
	zone     *time.Location
	subjects []*subject
	of       map[calendar.Address][]*subject // by attendee
	told     map[calendar.Address]int        // moves that attendees hear of tonight
	month    map[string]int                  // by group: moves in the last 28 days, tonight's among them
	queue    queue
	plan     scheduler.RepairPlan
	changed  []scheduler.Booking // whose series change
	found    []attendance.Found  // who can attend the sessions to come
	shown    bool                // and not applied
	dead     map[calendar.UID][]calendar.Address
	past     func(scheduler.Booking) (booking.Past, error) // of a series that may be booked elsewhere
}

// A subject is one series under repair.
type subject struct {
	number   int // in the order of the bookings
	booking  scheduler.Booking
	group    scheduler.Group
	members  []calendar.Address // who count: invited, and did not decline the whole series
	program  scheduler.Program
	zone     *time.Location
	current  calendar.Series // as it is on the calendar
	series   calendar.Series // as it is to be
	sessions []calendar.Occurrence
	byHand   instants // original starts of what people changed; left alone
	moved    map[int64]firstMove
	changes  []scheduler.Change
	noted    bool                        // our record changes, if nothing else does
	hands    bool                        // people changed something since the last night
	settled  instants                    // what was cancelled or brought back tonight
	called   map[int64]calendar.Override // what was called off tonight, as it was
	ends     bool                        // what is left of it is booked elsewhere
	deserted bool                        // who declined the series leave nobody to meet
	faulty   bool                        // it cannot be judged
	rests    bool                        // a pass of this night booked some of its people elsewhere: what comes of that waits for the next
}

// A firstMove is where a session was before the pass.
type firstMove struct {
	scheduler.Move
	was   planning.Verdicts
	times int // that it had been moved
}

func newPass(s planning.Snapshot, dead map[calendar.UID][]calendar.Address) (*pass, error) {
	zone, err := availability.LoadZone(s.Workspace.Zone)
	if err != nil {
		return nil, err
	}
	r := &pass{zone: zone, dead: dead, of: map[calendar.Address][]*subject{}, told: map[calendar.Address]int{}, month: map[string]int{}}
	r.queue.queued = map[due]bool{}
	groups := s.GroupsByName()
	now := s
	now.Bookings = nil
	for _, b := range s.Bookings {
		if sub := r.subject(s, groups, b); sub != nil {
			r.add(sub)
			b.Series = sub.series
		}
		if _, err := b.Series.Occurrences(); err == nil { // others are reported by who looks after them
			now.Bookings = append(now.Bookings, b)
		}
	}
	if r.Planner, err = planning.New(now); err != nil {
		return nil, err
	}
	r.rest()
	r.plan.Checked = len(r.subjects)
	r.plan.Unknown = s.Unknown(r.everybody())
	return r, nil
}

// rest finds the series that rest.
func (r *pass) rest() {
	fresh := map[calendar.Address]bool{}
	for _, b := range r.Bookings {
		if b.Reslot && r.Now.Sub(b.Created) < planning.OneNight {
			for _, a := range r.Invited(b.Series) {
				fresh[a] = true
			}
		}
	}
	for _, sub := range r.subjects {
		sub.rests = slices.ContainsFunc(r.Invited(sub.series), func(a calendar.Address) bool { return fresh[a] })
	}
}

func (r *pass) add(sub *subject) {
	sub.number = len(r.subjects)
	r.subjects = append(r.subjects, sub)
	for _, at := range sub.series.Attendees {
		r.of[at.Address] = append(r.of[at.Address], sub)
	}
}

// everybody returns all members as one group.
func (r *pass) everybody() (g scheduler.Group) {
	for _, sub := range r.subjects {
		g.Members = append(g.Members, sub.group.Members...)
	}
	slices.Sort(g.Members)
	g.Members = slices.Compact(g.Members)
	return g
}

func (r *pass) find(f scheduler.Finding) { r.plan.Findings = append(r.plan.Findings, f) }

// A due is a session that waits to be looked at.
type due struct {
	sub   *subject
	index int
}

func (d due) session() *calendar.Occurrence { return &d.sub.sessions[d.index] }

// A queue holds the sessions that are to be looked at, the soonest on top, each once.
type queue struct {
	list   []due
	queued map[due]bool
}

func (q *queue) Len() int { return len(q.list) }
func (q *queue) Less(i, j int) bool {
	a, b := q.list[i], q.list[j]
	return cmp.Or(a.session().Start.Compare(b.session().Start), cmp.Compare(a.sub.number, b.sub.number), cmp.Compare(a.index, b.index)) < 0
}
func (q *queue) Swap(i, j int) { q.list[i], q.list[j] = q.list[j], q.list[i] }
func (q *queue) Push(x any)    { q.list = append(q.list, x.(due)) }
func (q *queue) Pop() any {
	last := q.list[len(q.list)-1]
	q.list = q.list[:len(q.list)-1]
	return last
}

// look has the sessions of a series that start from from to to looked at.
func (r *pass) look(sub *subject, from, to time.Time) {
	for i, o := range sub.sessions {
		if d := (due{sub, i}); !o.Start.Before(from) && !o.Start.After(to) && !r.queue.queued[d] {
			r.queue.queued[d] = true
			heap.Push(&r.queue, d)
		}
	}
}

// lookAround has the sessions looked at that a change of one may have made room for.
func (r *pass) lookAround(sub *subject, at time.Time) {
	for _, a := range sub.series.Attendees {
		for _, other := range r.of[a.Address] {
			r.look(other, at.AddDate(0, 0, -8), at.AddDate(0, 0, 8))
		}
	}
}

// moveSessions moves what may be moved, the soonest session first. After each move
// those of its people are looked at anew.
func (r *pass) moveSessions() {
	for r.queue.Len() > 0 {
		d := heap.Pop(&r.queue).(due)
		r.queue.queued[d] = false
		from := d.session().Start
		moved, err := r.moveOne(d)
		r.fault(d.sub, err)
		if moved {
			r.lookAround(d.sub, from)
		}
	}
}

// fault leaves a series alone that cannot be judged, and says why.
func (r *pass) fault(sub *subject, err error) {
	if err == nil || sub.faulty {
		return
	}
	sub.faulty = true
	r.find(scheduler.Finding{Kind: scheduler.Failed, Group: sub.booking.Group, UID: sub.series.UID, Err: err})
}

// moveOne moves a session if it may be moved and there is a better time.
func (r *pass) moveOne(d due) (moved bool, err error) {
	sub, o := d.sub, *d.session()
	if !r.mayMove(sub, o) {
		return false, nil
	}
	before, err := r.verdicts(sub, o)
	if err != nil || !before.Conflict() {
		return false, err
	}
	m, found, err := r.best(d, before)
	if err != nil || !found {
		return false, err
	}
	return true, r.move(d, m, before)
}

// mayMove reports whether a session is at the disposal of the pass.
func (r *pass) mayMove(sub *subject, o calendar.Occurrence) bool {
	_, again := sub.moved[o.Original.Unix()]
	return !sub.faulty && !sub.rests && !o.Cancelled && !sub.byHand.has(o.Original) && r.Workspace.Repair.Due(o, r.Now) && (again || !r.toldEnough(sub))
}

// toldEnough reports whether a member was told of all the moves of one night.
func (r *pass) toldEnough(sub *subject) bool {
	return slices.ContainsFunc(sub.series.Attendees, func(at calendar.Attendee) bool { return r.told[at.Address]+r.Tonight[at.Address] >= mostMoves })
}

// verdicts returns the answers of the members who count to where a session is.
func (r *pass) verdicts(sub *subject, o calendar.Occurrence) (planning.Verdicts, error) {
	v := make(planning.Verdicts, len(sub.members))
	for i, a := range sub.members {
		verdict, err := r.Attends(a, sub.series, o)
		if err != nil {
			return nil, err
		}
		v[i] = verdict.Can
		if o.Cancelled && sub.declinedBefore(a, o) {
			v[i] = availability.No
		}
	}
	return v, nil
}

// best returns the best other time of a session, if one is worth it. For one member
// alone none is.
func (r *pass) best(d due, before planning.Verdicts) (scheduler.Move, bool, error) {
	if len(before) < fewest {
		return scheduler.Move{}, false, nil
	}
	sub, o, rules := d.sub, *d.session(), r.Workspace.Repair
	monday := availability.DateOf(o.Start.In(sub.zone)).Monday()
	week := availability.Interval{Start: monday.AddDays(-1).In(sub.zone).Start, End: monday.AddDays(9).In(sub.zone).Start}
	members, err := r.membersOver(sub, week)
	if err != nil {
		return scheduler.Move{}, false, err
	}
	search := planning.MoveSearch{
		Members: members, Zone: sub.zone, Only: sub.program.OnlyDays, Earliest: r.Now.Add(rules.Notice),
		Taken:   append(r.Taken(sub.attendees(), sub.series.UID), r.declinedHours(sub, o)...),
		MinGain: rules.MinGain, Quorum: sub.program.Quorum,
		Sparing: sub.timesMoved(o) >= rules.MovesPerSession || r.month[sub.booking.Group]+r.Month[sub.booking.Group] >= rules.PerMonth,
	}
	m, found, err := search.Best(sub.sessions, d.index, before)
	return m, found && !r.inVain(sub, m), err
}

// inVain reports whether a session would be called off tonight where a move took it, too:
// its members hear of that alone, and at the time that they know.
func (r *pass) inVain(sub *subject, m scheduler.Move) bool {
	rules := r.Workspace.Repair
	if !rules.CancelBelow && !sub.shrank() || m.To.Start.After(r.Now.Add(rules.CancelWithin)) {
		return false
	}
	members, err := r.membersOver(sub, m.To)
	if err != nil {
		return false
	}
	holds, alone := r.holds(sub, planning.VerdictsAt(members, m.To))
	return !holds && (rules.CancelBelow || alone)
}

// membersOver returns the members who count as the search sees them.
func (r *pass) membersOver(sub *subject, part availability.Interval) ([]availability.Member, error) {
	group := sub.group
	group.Members = sub.members
	return r.MembersOver(part, group, sub.series.UID)
}

func (sub *subject) attendees() []calendar.Address {
	out := make([]calendar.Address, len(sub.series.Attendees))
	for i, at := range sub.series.Attendees {
		out[i] = at.Address
	}
	return out
}

// timesMoved returns how often the night moved a session.
func (sub *subject) timesMoved(o calendar.Occurrence) (n int) {
	for _, t := range sub.booking.Moves {
		if t.Equal(o.Original) {
			n++
		}
	}
	return n
}

// declinedHours returns the times at which a member does not want the session: a
// decline is a word about the whole hour.
func (r *pass) declinedHours(sub *subject, o calendar.Occurrence) (hours []availability.Interval) {
	for _, h := range sub.booking.Hours {
		if h.Original.Equal(o.Original) {
			hours = append(hours, h.Interval)
		}
	}
	if len(r.decliners(sub, o)) > 0 {
		hours = append(hours, o.Interval)
	}
	return hours
}

// decliners returns the members who count and declined the session where it is.
func (r *pass) decliners(sub *subject, o calendar.Occurrence) (by []calendar.Address) {
	for _, a := range sub.members {
		if r.Workspace.Roster.Of(a).Reply(sub.series, o) == calendar.Declined {
			by = append(by, a)
		}
	}
	return by
}

// keepDeclined notes who declined the session where it is, before it is moved or
// cancelled: most calendars forget it then.
func (r *pass) keepDeclined(sub *subject, o calendar.Occurrence) {
	if by := r.decliners(sub, o); len(by) > 0 {
		sub.booking.Hours = append(slices.Clone(sub.booking.Hours), scheduler.DeclinedHour{Original: o.Original.UTC(), Interval: utc(o.Interval), By: by})
	}
}

// declinedBefore reports whether a declined the session where it is before the night
// cancelled it.
func (sub *subject) declinedBefore(a calendar.Address, o calendar.Occurrence) bool {
	return slices.ContainsFunc(sub.booking.Hours, func(h scheduler.DeclinedHour) bool {
		return h.Original.Equal(o.Original) && h.Start.Equal(o.Start) && slices.Contains(h.By, a)
	})
}

// move carries one move out on the subject, and takes the time for others. A session
// that is moved again, because another made room, was moved once for those who are
// told.
func (r *pass) move(d due, m scheduler.Move, before planning.Verdicts) error {
	sub, o := d.sub, d.session()
	first, again := sub.moved[m.Original.Unix()]
	if !again {
		first = firstMove{m, before, sub.timesMoved(*o)}
		sub.moved[m.Original.Unix()] = first
		r.tell(sub, 1)
	}
	r.keepDeclined(sub, *o)
	sub.booking.Moves = append(slices.Clone(sub.booking.Moves), m.Original.UTC())
	r.Retake(sub.series, m.From, m.To)
	o.Interval, o.Moved = m.To, true
	sub.changes = slices.DeleteFunc(sub.changes, func(c scheduler.Change) bool {
		return again && c.Action == scheduler.MoveSession && c.From.Equal(first.From.Start)
	})
	sub.booking.Won = slices.DeleteFunc(slices.Clone(sub.booking.Won), func(won scheduler.Move) bool {
		return again && won.Original.Equal(m.Original) && won.To.Start.Equal(m.From.Start)
	})
	if m.To.Start.Equal(first.From.Start) {
		r.undo(d)
		return nil
	}
	override := sub.series.Override(m.Original)
	override.Original, override.Moved, override.RSVPs = m.Original, m.To, nil // replies were to the old time
	sub.series = sub.series.WithOverride(override)
	if again {
		after, err := r.verdicts(sub, *o)
		if err != nil {
			return err
		}
		m.From, m.Before = first.From, first.Before
		m.Gained, m.Lost = first.was.Changed(after, sub.members)
	}
	sub.booking.Won = append(sub.booking.Won, m)
	override.Note = booking.MoveNote(m, sub.zone)
	sub.series = sub.series.WithOverride(override)
	c := sub.change(scheduler.MoveSession, "", planning.Why(m, r.Workspace.Name))
	c.From, c.To, c.Before, c.After = m.From.Start, m.To.Start, m.Before, m.After
	sub.changes = append(sub.changes, c)
	return nil
}

func utc(iv availability.Interval) availability.Interval {
	return availability.Interval{Start: iv.Start.UTC(), End: iv.End.UTC()}
}

// undo leaves a session as it is on the calendar: nobody hears of it.
func (r *pass) undo(d due) {
	sub, o := d.sub, d.session()
	override := sub.current.Override(o.Original)
	override.Original = o.Original
	sub.series = sub.series.WithOverride(override)
	o.Moved = !override.Moved.Empty()
	first := sub.moved[o.Original.Unix()]
	delete(sub.moved, o.Original.Unix())
	sub.booking.Moves = slices.Concat(slices.DeleteFunc(slices.Clone(sub.booking.Moves), o.Original.Equal), slices.Repeat([]time.Time{o.Original.UTC()}, first.times))
	r.tell(sub, -1)
}

func (r *pass) tell(sub *subject, moves int) {
	r.month[sub.booking.Group] += moves
	for _, at := range sub.series.Attendees {
		r.told[at.Address] += moves
	}
}

func (sub *subject) change(action scheduler.Action, person calendar.Address, why string) scheduler.Change {
	return scheduler.Change{Group: sub.booking.Group, UID: sub.series.UID, Action: action, Person: person, Why: why}
}

// describe renders the text anew, which names members, dates and who leads. What
// somebody wrote by hand stays.
func (r *pass) describe(sub *subject) error {
	if sub.booking.OwnText || sub.rests && sub.series.Same(sub.current) {
		return nil
	}
	text, leaders, err := r.Describe(sub.booking, sub.group, sub.series, !sub.series.Same(sub.current))
	if err != nil {
		return err
	}
	sub.series.Description, sub.booking.Facilitators = text, leaders
	return nil
}

// describable returns the error of describe.
func (r *pass) describable(sub *subject) error {
	words := len(sub.program.Focus) + len(sub.group.Notes)
	for _, a := range sub.group.Members {
		words += len(r.Workspace.Name(a))
	}
	if !r.Agendas[sub.program.Agenda].Sure(words) {
		return r.describe(sub)
	}
	_, err := r.Panel(sub.group, sub.series)
	return err
}

// attended notes who can attend the sessions to come.
func (r *pass) attended(sub *subject) error {
	found, err := r.Attended(sub.group, sub.series)
	if err == nil && !sub.faulty {
		r.found = append(r.found, found)
	}
	return err
}

// conclude adds the subject to the plan.
func (r *pass) conclude(sub *subject) {
	r.plan.Changes = append(r.plan.Changes, sub.changes...)
	sub.booking.ByHand = sub.byHand.sorted()
	changed := !sub.series.Same(sub.current)
	text := sub.series.Description
	sub.series.Description = sub.current.Description
	told := !sub.series.Same(sub.current) // of a new text alone nobody is
	sub.series.Description = text
	switch {
	case !sub.ends && (changed || sub.hands || sub.booking.Heard != nil):
		if told {
			sub.series.Sequence++
		}
		if changed {
			sub.series.Updated = r.Now.UTC().Truncate(time.Second)
		}
		next := sub.series // alone: the plan outlives the subject
		sub.booking.Next, sub.booking.State = &next, scheduler.Changing
		r.changed = append(r.changed, sub.booking)
	case sub.noted || sub.hands:
		r.plan.Noted = append(r.plan.Noted, sub.booking)
	}
}
