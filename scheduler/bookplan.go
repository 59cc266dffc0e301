package scheduler

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
)

// A Request asks for a slot for one group.
type Request struct {
	Group   Group
	Program *Program            // the rules; nil for those that the group's program has
	Search  availability.Search // Zone and the rules of the program filled in; see NewSearch
	Slot    availability.Slot   // book this one; zero for the best
	Favour  availability.Slot   // stays unless another gains enough by the rules of review; zero for none
	Stay    bool                // move no session, however bad its week
	Anyway  bool                // also if the quorum is missed in most sessions
	Asked   Asked               // what of the search somebody asked for

	Follows calendar.UID      // the group's series that this one follows; "" for the first
	Before  availability.Date // all sessions lie before it; zero for no limit
}

// Asked is what of a search was asked for and is not only the default: a series that
// the group has already must have it.
type Asked struct{ Cadence, Start bool }

// NewSearch returns the search for a program's slot from start on. A series ends
// with its group: pairs that change after six weeks meet six times.
func NewSearch(w Workspace, p Program, start availability.Date) availability.Search {
	return availability.Search{
		Zone: w.Zone, Start: start, Cadence: p.Cadence, Length: p.Length, Count: p.sessions(p.Cadence),
		Preferred: p.Prefer, OnlyDays: p.OnlyDays,
	}
}

// sessions returns how many sessions a series of the program has.
func (p Program) sessions(c availability.Cadence) int {
	n := c.MaxCount()
	if p.RotateAfter > 0 && c.Valid() {
		n = max(1, min(n, p.RotateAfter/int(c)))
	}
	return n
}

// A BookingPlan is what booking one group would do.
type BookingPlan struct {
	Group     Group
	Program   Program
	Existing  *Booking // set if the group has a series already: nothing is to be done
	Candidate availability.Candidate
	Moves     []Move
	Booking   Booking // what is to be saved and put; its series carries the moves
	Unknown   []Unknown
	Stay      string // why the favoured slot was kept or left; "" if there is none
	Problem   error  // why the group cannot be booked; nil if it can
}

// Attendance returns how many attend in all, moves included.
func (p BookingPlan) Attendance() int {
	n := p.Candidate.Attendance
	for _, m := range p.Moves {
		n += m.After - m.Before
	}
	return n
}

// The reasons for which a group gets no slot.
var (
	ErrNoSlot       = errors.New("no slot that anybody can attend; look at the hours of its members and at only_days")
	ErrUnderQuorum  = errors.New("fewer than the quorum can attend most of the sessions at the best slot; name a slot yourself and say that you want it anyway, or ask for fewer members, other hours or a lower quorum")
	ErrOtherSeries  = errors.New("it has another series already")
	ErrNothingKnown = errors.New("nothing is known of any member's calendar; make them readable, or name a slot yourself")
)

// PlanBookings plans all groups together: the most constrained first, and each
// booking blocks its time for the groups after it. The plans come in the order of
// the requests. A group that cannot be booked has a Problem and does not hinder
// the others; the error is for input that no plan can be made from.
func PlanBookings(s Snapshot, requests []Request) ([]BookingPlan, error) {
	p, err := NewPlanner(s)
	if err != nil {
		return nil, err
	}
	plans := make([]BookingPlan, len(requests))
	var order []contender
	current := s.Bookings.ByGroup()
	for i, r := range requests {
		program, err := s.programFor(r)
		if err != nil {
			plans[i] = BookingPlan{Group: r.Group, Problem: err}
			continue
		}
		plans[i] = BookingPlan{Group: r.Group, Program: program, Existing: s.standing(r, current)}
		if e := plans[i].Existing; e != nil {
			plans[i].Problem = r.asksForAnother(e.Series)
			continue
		}
		plans[i].Unknown = s.Unknown(r.Group)
		c, err := p.contend(r)
		if err != nil {
			plans[i].Problem = err
			continue
		}
		c.request = i
		order = append(order, c)
	}
	slices.SortStableFunc(order, contender.compare)
	for _, c := range order {
		if err := p.plan(&plans[c.request], requests[c.request]); err != nil {
			return nil, err
		}
	}
	return plans, nil
}

// asksForAnother returns an error if somebody asked for something else than the
// group's series is.
func (r Request) asksForAnother(s calendar.Series) error {
	late := r.Search.Start.DaysUntil(s.First)
	switch {
	case r.Slot != (availability.Slot{}) && r.Slot != s.Slot:
		return fmt.Errorf("%w: %s, not %s", ErrOtherSeries, s.Slot, r.Slot)
	case r.Asked.Cadence && r.Search.Cadence != s.Cadence:
		return fmt.Errorf("%w: %s, not %s", ErrOtherSeries, s.Cadence, r.Search.Cadence)
	case r.Asked.Start && (late < 0 || late >= s.Cadence.Days()):
		return fmt.Errorf("%w: its first session is on %s", ErrOtherSeries, s.First)
	}
	return nil
}

// programFor returns the rules that a request is planned by.
func (s Snapshot) programFor(r Request) (Program, error) {
	if r.Program != nil {
		return *r.Program, nil
	}
	p, ok := s.Workspace.Program(r.Group.Program)
	if !ok {
		return p, fmt.Errorf("there is no program %q", r.Group.Program)
	}
	return p, nil
}

// standing returns the series because of which there is nothing to book, nil if there
// is none but the one that the request is to follow.
func (s Snapshot) standing(r Request, current map[string]Booking) *Booking {
	if b := s.existing(r.Group.Name, current); b != nil && b.Series.UID != r.Follows {
		return b
	}
	return nil
}

// existing returns the group's series, nil if it has none. One that is over, and was
// not reviewed, does not count.
func (s Snapshot) existing(group string, current map[string]Booking) *Booking {
	b, ok := current[group]
	if !ok {
		return nil
	}
	if last, err := lastEnd(b.Series); b.Fault == nil && err == nil && !last.After(s.Now) {
		return nil
	}
	return &b
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
func (p *Planner) contend(r Request) (contender, error) {
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
func (p *Planner) choose(r Request) (availability.Candidate, []availability.Member, error) {
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
	program, err := p.programFor(r)
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
func (p *Planner) onFewestDays(r Request, ranked []availability.Candidate) availability.Candidate {
	days := map[calendar.Address]availability.Days{}
	for _, b := range p.planned {
		if b.Program != r.Group.Program || b.Group == r.Group.Name {
			continue
		}
		for _, a := range p.invited(b.Series) {
			days[a] |= availability.DaysOf(b.Series.Slot.Day)
		}
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
func (s Snapshot) favoured(r Request, best availability.Candidate, members []availability.Member) (availability.Candidate, string) {
	c, err := availability.Score(r.Search, r.Favour, members)
	if err != nil {
		return best, fmt.Sprintf("meets %s: %s is not possible this time", best.Slot, r.Favour)
	}
	gain := best.Attendance - c.Attendance
	switch {
	case best.Slot == c.Slot:
		return c, fmt.Sprintf("stays %s, which is the best slot: %d of %d attendances", c.Slot, c.Attendance, c.Possible)
	case gain > 0 && float64(gain) >= s.Workspace.Review.Stay*float64(c.Possible):
		return best, fmt.Sprintf("meets %s from now on: %d of %d attendances instead of %d at %s", best.Slot, best.Attendance, best.Possible, c.Attendance, c.Slot)
	}
	return c, fmt.Sprintf("stays %s: %d of %d attendances; the best other slot, %s, has %d", c.Slot, c.Attendance, c.Possible, best.Slot, best.Attendance)
}

// plan fills in the plan of one group and takes its time.
func (p *Planner) plan(plan *BookingPlan, r Request) error {
	c, members, err := p.choose(r)
	if err != nil {
		plan.Problem = err
		return nil
	}
	if r.Favour != (availability.Slot{}) {
		c, plan.Stay = p.favoured(r, c, members)
	}
	plan.Candidate = c
	series := p.newSeries(plan.Group, plan.Program, r.Search, c)
	if !r.Stay {
		if series, plan.Moves, err = p.withMoves(series, plan.Group, members, r.Search); err != nil {
			return err
		}
	}
	sessions, err := series.Occurrences()
	if err != nil {
		return err
	}
	if p.missesQuorum(sessions, members, plan.Program.Quorum) && !r.Anyway {
		plan.Problem = ErrUnderQuorum
		return nil
	}
	facilitators := assignFacilitators(sessions, members, p.Led[plan.Group.Name])
	if series.Description, err = p.text(plan.Group, plan.Program, series, facilitators); err != nil {
		plan.Problem = err
		return nil
	}
	plan.Booking = Booking{
		Group: plan.Group.Name, Program: plan.Group.Program, State: Intended, Series: series, Facilitators: facilitators, Invited: slices.Clone(plan.Group.Members), Rules: plan.Program.rules(), Loose: p.loose(plan.Group),
		Attendance: plan.Attendance(), Possible: c.Possible, Created: series.Updated,
	}
	p.planned = append(p.planned, plan.Booking)
	return p.take(series)
}

// missesQuorum reports whether too few can attend more than half of the sessions.
// Of whom nothing is known, they may be able to.
func (s Snapshot) missesQuorum(sessions []calendar.Occurrence, members []availability.Member, quorum float64) bool {
	missed := 0
	for _, o := range sessions {
		var share Share
		for i := range members {
			can, _ := members[i].CanAttend(o.Interval)
			share.Count(can)
		}
		if float64(share.Yes+share.Unknown) < quorum*float64(len(members)) {
			missed++
		}
	}
	return 2*missed > len(sessions)
}

// loose reports whether a group is made for one series alone.
func (s Snapshot) loose(g Group) bool {
	return g.Program == "" && !slices.ContainsFunc(s.Workspace.Groups, func(o Group) bool { return o.Name == g.Name })
}

// withMoves moves the sessions whose weeks are known to be bad.
func (p *Planner) withMoves(series calendar.Series, g Group, members []availability.Member, search availability.Search) (calendar.Series, []Move, error) {
	zone, err := availability.LoadZone(search.Zone)
	if err != nil {
		return series, nil, err
	}
	occurrences, err := series.Occurrences()
	if err != nil {
		return series, nil, err
	}
	notice := p.Now.Add(p.Workspace.Repair.Notice)
	better := MoveSearch{
		Members: members, Zone: zone, Only: search.OnlyDays, MinGain: p.Workspace.Repair.MinGain,
		Earliest: later(search.Start.In(zone).Start, notice), Taken: p.Taken(g.Members, ""),
	}
	var moves []Move
	for i, o := range occurrences {
		before := VerdictsAt(members, o.Interval)
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
		series = series.WithOverride(calendar.Override{Original: m.Original, Moved: m.To, Note: p.MoveNote(m, zone)})
	}
	return series, moves, nil
}

// MoveNote tells the members of a move: old time, new time and why.
func (s Snapshot) MoveNote(m Move, zone *time.Location) string {
	const layout = "Mon 2 Jan 15:04"
	return fmt.Sprintf("Moved from %s to %s (%s): %s.", m.From.Start.In(zone).Format(layout), m.To.Start.In(zone).Format(layout), zone, m.Why(s.Workspace.Name))
}

// newSeries returns the series of a group at the candidate's slot, without UID and
// description.
func (s Snapshot) newSeries(g Group, p Program, search availability.Search, c availability.Candidate) calendar.Series {
	series := calendar.Series{
		Title:     p.Kind.Title() + ": " + g.Name,
		Group:     g.Name,
		Organizer: s.Workspace.Organizer,
		Slot:      c.Slot, First: c.First, Cadence: search.Cadence, Count: c.Count,
		Reminder: 10 * time.Minute,
		Updated:  s.Now.UTC().Truncate(time.Second),
	}
	for _, a := range slices.Sorted(slices.Values(g.Members)) {
		series.Attendees = append(series.Attendees, calendar.Attendee{Address: a, Name: s.Workspace.Roster[a].Name})
	}
	return series
}

// UnknownIn returns the people of whom something is not known in any of the plans,
// each once and sorted.
func UnknownIn(plans []BookingPlan) []Unknown {
	var out []Unknown
	for _, p := range plans {
		out = append(out, p.Unknown...)
	}
	return uniqueUnknown(out)
}

func uniqueUnknown(list []Unknown) []Unknown {
	slices.SortFunc(list, func(a, b Unknown) int { return strings.Compare(string(a.Person), string(b.Person)) })
	return slices.CompactFunc(list, func(a, b Unknown) bool { return a.Person == b.Person })
}
