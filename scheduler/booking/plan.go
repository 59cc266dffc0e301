// Package booking plans which weekly slot a group gets: the first one, the next one, and
// another one for what is left of a series.
package booking

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/planning"
)

// NewSearch returns the search for a program's slot from start on. A series ends
// with its group: pairs that change after six weeks meet six times.
func NewSearch(w scheduler.Workspace, p scheduler.Program, start availability.Date) availability.Search {
	return availability.Search{
		Zone: w.Zone, Start: start, Cadence: p.Cadence, Length: p.Length, Count: Sessions(p, p.Cadence),
		Preferred: p.Prefer, OnlyDays: p.OnlyDays,
	}
}

// Sessions returns how many sessions a series of the program has.
func Sessions(p scheduler.Program, c availability.Cadence) int {
	n := c.MaxCount()
	if p.RotateAfter > 0 && c.Valid() {
		n = max(1, min(n, p.RotateAfter/int(c)))
	}
	return n
}

// The reasons for which a group gets no slot.
var (
	ErrNoSlot       = errors.New("no slot that anybody can attend; look at the hours of its members and at only_days")
	ErrUnderQuorum  = errors.New("fewer than the quorum can attend most of the sessions")
	ErrOver         = errors.New("all its sessions would be in the past; take a later start")
	ErrOtherSeries  = errors.New("it has another series already")
	ErrNothingKnown = errors.New("nothing is known of any member's calendar; make them readable, or name a slot yourself")
)

// PlanFrom plans all groups together: the most constrained first, and each
// booking blocks its time for the groups after it. The plans come in the order of
// the requests. A group that cannot be booked has a Problem and does not hinder
// the others; the error is for input that no plan can be made from, or the cause for
// which ctx ended.
func PlanFrom(ctx context.Context, s planning.Snapshot, requests []scheduler.Request) ([]scheduler.BookingPlan, error) {
	planner, err := planning.New(s)
	if err != nil {
		return nil, err
	}
	p := newRun(planner)
	plans := make([]scheduler.BookingPlan, len(requests))
	var order []contender
	current := s.Bookings.ByGroup()
	for i, r := range requests {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		program, err := programFor(s, r)
		if err != nil {
			plans[i] = scheduler.BookingPlan{Group: r.Group, Problem: err}
			continue
		}
		plans[i] = scheduler.BookingPlan{Group: r.Group, Program: program, Existing: standing(s, r, current)}
		if e := plans[i].Existing; e != nil {
			plans[i].Problem = asksForAnother(r, *e)
			continue
		}
		plans[i].Unknown = s.Unknown(r.Group)
		c, err := contend(planner, r)
		if err != nil {
			plans[i].Problem = err
			continue
		}
		c.request = i
		order = append(order, c)
	}
	slices.SortStableFunc(order, contender.compare)
	for _, c := range order {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		if err := p.plan(&plans[c.request], requests[c.request]); err != nil {
			return nil, err
		}
	}
	return plans, nil
}

// A run plans groups one after the other. What it asks for each is kept by group or
// person, so that none is looked for among all.
type run struct {
	*planning.Planner
	groups *scheduler.Groups                     // of the workspace
	meet   map[string]map[calendar.Address][]met // by program
}

// A met is on which day a group that somebody is in meets.
type met struct {
	group string
	day   availability.Days
}

func newRun(p *planning.Planner) *run {
	r := &run{p, p.GroupsByName(), map[string]map[calendar.Address][]met{}}
	for _, b := range p.Bookings {
		r.note(b)
	}
	return r
}

// note adds when the group of a booking meets.
func (p *run) note(b scheduler.Booking) {
	if p.meet[b.Program] == nil {
		p.meet[b.Program] = map[calendar.Address][]met{}
	}
	for _, a := range p.Invited(b.Series) {
		p.meet[b.Program][a] = append(p.meet[b.Program][a], met{b.Group, availability.DaysOf(b.Series.Slot.Day)})
	}
}

// days returns on which days somebody in the group meets others of its program.
func (p *run) days(g scheduler.Group, a calendar.Address) (days availability.Days) {
	for _, m := range p.meet[g.Program][a] {
		if m.group != g.Name {
			days |= m.day
		}
	}
	return days
}

// asksForAnother returns an error if somebody asked for something else than the
// group's series is.
func asksForAnother(r scheduler.Request, b scheduler.Booking) error {
	s := b.Series
	late := r.Search.Start.DaysUntil(s.First)
	slot := r.Slot
	slot.Length = s.Slot.Length // which is a question of its own
	switch {
	case b.Loose && !sameMembers(r.Group.Members, b.Invited): // a configured group's are as the night finds them
		return fmt.Errorf("%w, with other members", ErrOtherSeries)
	case r.Slot != (availability.Slot{}) && slot != s.Slot:
		return fmt.Errorf("%w: %s, not %s", ErrOtherSeries, s.Slot, slot)
	case r.Asked.Length && r.Search.Length != s.Slot.Length:
		return fmt.Errorf("%w: %d minutes, not %d", ErrOtherSeries, int(s.Slot.Length.Minutes()), int(r.Search.Length.Minutes()))
	case r.Asked.Count && r.Search.Count != s.Count:
		return fmt.Errorf("%w: %s, not %d", ErrOtherSeries, scheduler.Plural(s.Count, "session"), r.Search.Count)
	case r.Asked.Cadence && r.Search.Cadence != s.Cadence:
		return fmt.Errorf("%w: %s, not %s", ErrOtherSeries, s.Cadence, r.Search.Cadence)
	case r.Asked.Start && (late < 0 || late >= s.Cadence.Days()):
		return fmt.Errorf("%w: its first session is on %s", ErrOtherSeries, s.First)
	}
	return nil
}

func sameMembers(a, b []calendar.Address) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}

// programFor returns the rules that a request is planned by.
func programFor(s planning.Snapshot, r scheduler.Request) (scheduler.Program, error) {
	if r.Program != nil {
		return r.Program.For(r.Group), nil
	}
	p, ok := s.Workspace.Program(r.Group.Program)
	if !ok {
		return p, fmt.Errorf("there is no program %q", r.Group.Program)
	}
	return p.For(r.Group), nil
}

// standing returns the series because of which there is nothing to book, nil if there
// is none but the one that the request is to follow.
func standing(s planning.Snapshot, r scheduler.Request, current map[string]scheduler.Booking) *scheduler.Booking {
	if b := planning.Standing(current, r.Group.Name, s.Now); b != nil && b.Series.UID != r.Follows {
		return b
	}
	return nil
}

// A contender is a group that waits for its slot.
type contender struct {
	request int
	choices int     // slots nearly as good as its best
	best    float64 // share of attendances at its best slot
	members int
	name    string
}

// nearlyAsGood is the share of the best attendance from which on a slot counts as
// a choice.
const nearlyAsGood = 0.9

// contend measures how constrained a group is before any other has taken time.
func contend(p *planning.Planner, r scheduler.Request) (contender, error) {
	c := contender{members: len(r.Group.Members), name: r.Group.Name}
	if r.Slot != (availability.Slot{}) {
		return c, nil // it has no choice at all
	}
	members, err := p.Members(r.Group, "")
	if err != nil {
		return c, err
	}
	grid, err := availability.NewGrid(r.Search)
	if err != nil {
		return c, err
	}
	masks, err := grid.Masks(members)
	if err != nil {
		return c, err
	}
	totals := candidateTotals(availability.NewRanker(grid).Attendance(nil, masks), grid.Starts(), int(r.Search.Cadence))
	best := slices.Max(totals)
	for _, n := range totals {
		if n > 0 && float64(n) >= nearlyAsGood*float64(best) {
			c.choices++
		}
	}
	c.best = float64(best*int(r.Search.Cadence)) / float64(len(members)*grid.Weeks())
	return c, nil
}

// candidateTotals adds up the cells of a grid by column and starting week.
func candidateTotals(cells []int, starts, cadence int) []int {
	totals := make([]int, cadence*starts)
	for i, n := range cells {
		totals[i%len(totals)] += n
	}
	return totals
}

// compare puts the most constrained first.
func (c contender) compare(o contender) int {
	return cmp.Or(cmp.Compare(c.choices, o.choices), cmp.Compare(c.best, o.best), cmp.Compare(o.members, c.members), cmp.Compare(c.name, o.name))
}

// choose returns the slot that r asks for, or the best one, with its members.
func (p *run) choose(r scheduler.Request) (availability.Candidate, []availability.Member, error) {
	members, err := p.Members(r.Group, "")
	if err != nil {
		return availability.Candidate{}, nil, err
	}
	if r.Slot != (availability.Slot{}) {
		c, err := availability.Score(r.Search, r.Slot, members)
		return c, members, err
	}
	if !r.Before.IsZero() {
		c, err := BestBefore(r, members)
		return c, members, err
	}
	program, err := programFor(p.Snapshot, r)
	if err != nil {
		return availability.Candidate{}, nil, err
	}
	r.Search.Top = 1
	if program.GroupDays {
		r.Search.Top = allSlots(r.Search.Cadence)
	}
	ranked, err := availability.Rank(r.Search, members)
	if err != nil {
		return availability.Candidate{}, nil, err
	}
	switch {
	case len(ranked) == 0 || ranked[0].Attendance+ranked[0].Unknown == 0:
		return availability.Candidate{}, members, ErrNoSlot
	case ranked[0].Attendance == 0:
		return availability.Candidate{}, members, ErrNothingKnown
	case program.GroupDays:
		return p.onFewestDays(r, ranked), members, nil
	}
	return ranked[0], members, nil
}

// allSlots is as many slots as there may be.
func allSlots(c availability.Cadence) int { return int(7*24*time.Hour/(5*time.Minute)) * int(c) }

// onFewestDays returns, of the slots nearly as good as the best, the one that adds
// a day with a session of the program to the weeks of the fewest members; then the
// better one.
func (p *run) onFewestDays(r scheduler.Request, ranked []availability.Candidate) availability.Candidate {
	days := map[calendar.Address]availability.Days{}
	for _, a := range r.Group.Members {
		days[a] = p.days(r.Group, a)
	}
	newDays := func(c availability.Candidate) (n int) {
		for _, a := range r.Group.Members {
			if !days[a].Has(c.Slot.Day) {
				n++
			}
		}
		return n
	}
	best := ranked[0]
	for _, c := range ranked {
		if c.RequiredMet == ranked[0].RequiredMet && float64(c.Attendance) >= nearlyAsGood*float64(ranked[0].Attendance) && newDays(c) < newDays(best) {
			best = c
		}
	}
	return best
}

// favoured returns the slot that r favours, unless the best gains at least the share
// of all attendances that the rules of review ask for; and says which and why.
func favoured(s planning.Snapshot, r scheduler.Request, best availability.Candidate, members []availability.Member) (availability.Candidate, string) {
	if days := r.Search.OnlyDays; days != 0 && !days.Has(r.Favour.Day) {
		return best, fmt.Sprintf("meets %s from now on: the rules allow no %s", best.Slot, r.Favour.Day)
	}
	c, err := availability.Score(r.Search, r.Favour, members)
	if err != nil {
		return best, fmt.Sprintf("meets %s: %s is not possible this time", best.Slot, r.Favour)
	}
	gain := best.Attendance - c.Attendance
	switch {
	case best.Slot == c.Slot:
		return c, fmt.Sprintf("stays %s, which is the best slot: %s", c.Slot, attendances(c))
	case gain > 0 && float64(gain) >= s.Workspace.Review.Stay*float64(c.Possible):
		return best, fmt.Sprintf("meets %s from now on: %s instead of %d at %s", best.Slot, attendances(best), c.Attendance, c.Slot)
	}
	return c, fmt.Sprintf("stays %s: %s; the best other slot, %s, has %d", c.Slot, attendances(c), best.Slot, best.Attendance)
}

// attendances says how many there would be, of those of which something is known.
func attendances(c availability.Candidate) string {
	if c.Unknown > 0 {
		return fmt.Sprintf("%d of the %d attendances known", c.Attendance, c.Possible-c.Unknown)
	}
	return fmt.Sprintf("%d of %d attendances", c.Attendance, c.Possible)
}

// plan fills in the plan of one group and takes its time.
func (p *run) plan(plan *scheduler.BookingPlan, r scheduler.Request) error {
	if err := p.fill(plan, r); err != nil || plan.Problem != nil {
		return err
	}
	p.note(plan.Booking)
	return p.Take(plan.Booking.Series)
}

// fill fills in the plan of one group.
func (p *run) fill(plan *scheduler.BookingPlan, r scheduler.Request) error {
	c, members, err := p.choose(r)
	if err != nil {
		plan.Problem = err
		return nil
	}
	if r.Favour != (availability.Slot{}) {
		c, plan.Stay = favoured(p.Snapshot, r, c, members)
	}
	plan.Candidate = c
	series := newSeries(p.Snapshot, plan.Group, plan.Program, r.Search, c)
	atSlot, err := series.Occurrences()
	if err != nil {
		return err
	}
	if n := len(atSlot); n > 0 && !atSlot[n-1].End.After(p.Now) {
		plan.Problem = ErrOver
		return nil
	}
	if missesQuorum(atSlot, members, plan.Program.Quorum) && !r.Anyway {
		plan.Problem = underQuorum(r)
		return nil
	}
	if !r.Stay {
		if series, plan.Moves, err = withMoves(p.Planner, series, plan.Group, members, r.Search); err != nil {
			return err
		}
	}
	sessions, err := series.Occurrences()
	if err != nil {
		return err
	}
	facilitators := planning.AssignFacilitators(sessions, members, p.Led[plan.Group.Name])
	if series.Description, err = planning.Text(p.Snapshot, plan.Group, plan.Program, series, facilitators); err != nil {
		plan.Problem = err
		return nil
	}
	plan.Booking = scheduler.Booking{
		Group: plan.Group.Name, Program: plan.Group.Program, State: scheduler.Intended, Series: series, Facilitators: facilitators, Invited: slices.Clone(plan.Group.Members), Rules: plan.Program.Rules(), Loose: p.loose(plan.Group),
		Attendance: plan.Attendance(), Possible: c.Possible, Created: series.Updated, Won: plan.Moves,
	}
	plan.Attended, err = p.Attended(plan.Group, series)
	return err
}

// underQuorum says what can be done about a slot at which the quorum is missed.
func underQuorum(r scheduler.Request) error {
	if r.Slot != (availability.Slot{}) {
		return fmt.Errorf("%w at %s; say that you want it anyway, or take another slot", ErrUnderQuorum, r.Slot)
	}
	return fmt.Errorf("%w at the best slot; name a slot yourself and say that you want it anyway, or ask for fewer members, other hours or a lower quorum", ErrUnderQuorum)
}

// missesQuorum reports whether too few can attend more than half of the sessions.
// Of whom nothing is known, they may be able to.
func missesQuorum(sessions []calendar.Occurrence, members []availability.Member, quorum float64) bool {
	missed := 0
	for _, o := range sessions {
		if !planning.VerdictsAt(members, o.Interval).Meets(quorum) {
			missed++
		}
	}
	return 2*missed > len(sessions)
}

// loose reports whether a group is made for one series alone.
func (p *run) loose(g scheduler.Group) bool {
	_, named := p.groups.Find(g.Name)
	return g.Program == "" && !named
}

// withMoves moves the sessions whose weeks are known to be bad.
func withMoves(p *planning.Planner, series calendar.Series, g scheduler.Group, members []availability.Member, search availability.Search) (calendar.Series, []scheduler.Move, error) {
	zone, err := availability.LoadZone(search.Zone)
	if err != nil {
		return series, nil, err
	}
	occurrences, err := series.Occurrences()
	if err != nil {
		return series, nil, err
	}
	notice := p.Now.Add(p.Workspace.Repair.Notice)
	better := planning.MoveSearch{
		Members: members, Zone: zone, Only: search.OnlyDays, MinGain: p.Workspace.Repair.MinGain,
		Earliest: availability.Later(search.Start.In(zone).Start, notice), Taken: p.Taken(g.Members, ""),
	}
	var moves []scheduler.Move
	for i, o := range occurrences {
		before := planning.VerdictsAt(members, o.Interval)
		if o.Start.Before(notice) || !before.Conflict() {
			continue
		}
		m, found, err := better.Best(occurrences, i, before)
		if err != nil {
			return series, nil, err
		}
		if !found {
			continue
		}
		occurrences[i].Interval, occurrences[i].Moved = m.To, true
		moves = append(moves, m)
		series = series.WithOverride(calendar.Override{Original: m.Original, Moved: m.To, Note: MoveNote(m, zone)})
	}
	return series, moves, nil
}

// newSeries returns the series of a group at the candidate's slot, without UID and
// description.
func newSeries(s planning.Snapshot, g scheduler.Group, p scheduler.Program, search availability.Search, c availability.Candidate) calendar.Series {
	series := calendar.Series{
		Title:     p.Kind.Title() + ": " + g.Name,
		Group:     g.Name,
		Organizer: s.Workspace.Organizer,
		Slot:      c.Slot, First: c.First, Cadence: search.Cadence, Count: c.Count,
		Reminder: 10 * time.Minute,
		Updated:  s.Now.UTC().Truncate(time.Second),
	}
	for _, a := range slices.Sorted(slices.Values(g.Members)) {
		series.Attendees = append(series.Attendees, calendar.Attendee{Address: a, Name: s.Workspace.Roster.Of(a).Name})
	}
	return series
}

// MoveNote tells the members of a move: old time, new time and what that gains.
func MoveNote(m scheduler.Move, zone *time.Location) string {
	const layout = "Mon 2 Jan 15:04"
	return fmt.Sprintf("Moved from %s to %s (%s): %s.", m.From.Start.In(zone).Format(layout), m.To.Start.In(zone).Format(layout), zone, planning.Gain(m))
}
