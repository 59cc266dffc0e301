// Package forming proposes the next round of a program: who meets whom, the slot that
// each group would have, its name, and what it costs.
package forming

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
	"github.com/peerslot/peerslot/scheduler/booking"
	"github.com/peerslot/peerslot/scheduler/grouping"
	"github.com/peerslot/peerslot/scheduler/planning"
)

// A Request asks for the next round of a program's groups.
type Request struct {
	Program scheduler.Program
	Start   availability.Date // from which on the groups may meet
	Seed    uint64
	Budget  time.Duration      // of the search; 0 for ten seconds
	Cores   int                // that the search may use; the answer does not depend on it
	Keep    []string           // current groups that stay as they are
	Place   []calendar.Address // who joins the current groups, which stay as they are otherwise
	Swaps   []Swap             // made by hand in what the search proposes, one after the other

	Count int // rounds to look ahead, the first included; 0 for that one alone

	Past   []scheduler.Round // of other tools
	Rounds []scheduler.Round // of the store, oldest first
}

// A Swap exchanges two people between their groups.
type Swap struct{ A, B calendar.Address }

// A Plan is a proposal for the next round.
type Plan struct {
	Round   scheduler.Round
	Program scheduler.Program
	Groups  []Group // in the order of Round.Groups
	LeftOut []LeftOut
	Unknown []scheduler.Unknown // people of whose time something is not known
	Assumed []calendar.Address  // of whom nothing is known: taken for free to find groups, sorted
	Swapped []Swapped
	Placed  []Placed
	Later   []Later // the rounds after it, if the people and their calendars stay as they are

	Cost, Bound      int // no grouping that keeps the rules costs less than Bound
	Proven           bool
	Promised         bool   // these groups were shown when an earlier round was formed
	Dropped          string // why groups that an earlier round promised are not formed, nor those after them; "" if they are
	Hurried          bool   // the clock ended the search: the same seed can give another answer
	Ahead            int    // rounds of pairs without a repeat that are left, this one included; 0 if not known
	Repeats          int    // pairs that were together before
	SameDepartment   int    // pairs of one department or of teams that work closely together
	MaxZoneSpanHours float64

	Replaced []string // former groups of the program that are not current any more
}

// A Group is one group of a proposal, and what speaks for it.
type Group struct {
	scheduler.Group
	Kept     bool
	Cost     grouping.Cost
	Common   int                // sessions that all members can attend at the best start for that
	Sessions int                // of those that Common counts from
	Assumed  []calendar.Address // members whom Common leaves out, as nothing is known of them
	Spread   Spread
	Booking  scheduler.BookingPlan // as booking it alone would be planned now
}

// A Spread says in figures how different the members of a group are.
type Spread struct {
	Teams, Departments, Zones int
	Met                       int // pairs that were together before
}

// LeftOut is somebody who would take part but for a reason.
type LeftOut struct {
	Person calendar.Address
	Why    string
}

// Swapped is a swap and what it changed.
type Swapped struct {
	Swap
	Before, After int // cost of the round
}

// An InfeasibleError says that a program's rules cannot be met, and why.
type InfeasibleError struct {
	Program string
	Err     error
}

func (e *InfeasibleError) Error() string {
	return fmt.Sprintf("no groups of program %q keep its rules: %v", e.Program, e.Err)
}

func (e *InfeasibleError) Unwrap() error { return e.Err }

// Propose proposes the next round: the groups of least cost that keep the rules
// of the program, and for each the slot that booking it would take. If the rules
// cannot be met the error is an InfeasibleError. The same snapshot, request and
// seed give the same groups, unless the plan is Hurried. When ctx ends the search does,
// and the error is its cause.
func Propose(ctx context.Context, s planning.Snapshot, f Request) (Plan, error) {
	r, err := newForming(s, f)
	if err != nil {
		return Plan{}, err
	}
	plan := Plan{Program: f.Program, LeftOut: r.leftOut, Assumed: r.assumed}
	if len(f.Place) > 0 {
		err = r.place(ctx, &plan)
	} else if f.Program.Kind == scheduler.OneOnOne {
		err = r.link(&plan)
	} else {
		err = r.group(ctx, &plan)
	}
	if err != nil {
		return Plan{}, err
	}
	if err := r.swap(&plan); err != nil {
		return Plan{}, err
	}
	r.name(&plan)
	r.settle(&plan)
	if err := r.findSlots(ctx, &plan); err != nil {
		return Plan{}, err
	}
	return plan, r.lookAhead(ctx, s, &plan)
}

// A forming is a Request on its way to a plan.
type forming struct {
	planning.Snapshot
	Request
	number  int
	people  []calendar.Address // who is grouped, those in kept groups included, sorted
	kept    []scheduler.Group
	last    scheduler.Round   // the zero Round before the first
	former  []scheduler.Group // its groups, as they are current until now
	met     map[pairing]int
	leftOut []LeftOut
	assumed []calendar.Address
	problem grouping.Problem
	groups  [][]int // the proposal, by index of people
}

func newForming(s planning.Snapshot, f Request) (*forming, error) {
	r := &forming{Snapshot: s, Request: f, number: 1, met: meetings(slices.Concat(f.Past, f.Rounds))}
	if n := len(f.Rounds); n > 0 {
		r.last = f.Rounds[n-1]
		r.number = r.last.Number + 1
		r.former = s.Workspace.CurrentOf(r.last)
	}
	if err := r.choosePeople(); err != nil {
		return nil, err
	}
	if len(r.people) < 2 {
		return nil, &InfeasibleError{f.Program.Name, r.tooFew()}
	}
	return r, r.setProblem()
}

// ErrTooFew says that there is nobody to make groups of.
var ErrTooFew = errors.New("a group needs two people")

// tooFew says who takes part, and why others do not.
func (r *forming) tooFew() error {
	who := "nobody takes part"
	for _, a := range r.people {
		who = fmt.Sprintf("only %s takes part", a)
	}
	for _, l := range r.leftOut {
		who += fmt.Sprintf("; %s %s", l.Person, l.Why)
	}
	return fmt.Errorf("%w, and %s", ErrTooFew, who)
}

// choosePeople sorts those who take part into kept groups, people to be grouped
// and people who are left out.
func (r *forming) choosePeople() error {
	if len(r.Place) > 0 {
		return r.chooseToPlace()
	}
	former := map[string]scheduler.Group{}
	for _, g := range r.former {
		former[g.Name] = g
	}
	inKept, named := map[calendar.Address]bool{}, map[string]bool{}
	for _, name := range r.Keep {
		g, ok := former[name]
		switch {
		case !ok:
			return &scheduler.UnknownGroupError{Name: name, Known: r.former}
		case named[name]:
			continue
		}
		named[name] = true
		r.kept = append(r.kept, g)
		for _, a := range g.Members {
			inKept[a] = true
			r.people = append(r.people, a)
		}
	}
	for _, a := range r.Workspace.Participants(r.Program) {
		why := absence(r.Workspace.Roster.Of(a), r.Start)
		switch {
		case inKept[a]:
		case why != "":
			r.leftOut = append(r.leftOut, LeftOut{a, why})
		default:
			r.people = append(r.people, a)
		}
	}
	slices.SortFunc(r.people, cmp.Compare)
	return nil
}

// isIn reports whether somebody is among those who are grouped, once they are chosen.
func (r *forming) isIn(a calendar.Address) bool {
	_, ok := slices.BinarySearch(r.people, a)
	return ok
}

// weeksAway is for how long somebody must be away at the start of a round to be
// left out of it.
const weeksAway = 3

// absence returns why the person is not there at the start of a round, "" if they
// are.
func absence(p scheduler.Person, start availability.Date) string {
	if start.Compare(p.PausedUntil) < 0 && !p.PausedUntil.IsZero() {
		return fmt.Sprintf("has paused until %s", p.PausedUntil)
	}
	// Only days with hours count, if there are any.
	for day := range 7 * weeksAway {
		date := start.AddDays(day)
		if !p.Hours.IsZero() && len(p.Hours.On(date.Weekday())) == 0 {
			continue
		}
		if !slices.ContainsFunc(p.Away, func(a scheduler.DateRange) bool { return a.First.Compare(date) <= 0 && a.Last.Compare(date) >= 0 }) {
			return ""
		}
	}
	return fmt.Sprintf("is away for the first %d weeks", weeksAway)
}

// group finds the grouping of least cost. Of pairs it is the least among those that
// leave it possible for everybody to meet everybody before anybody meets again.
func (r *forming) group(ctx context.Context, plan *Plan) error {
	result, err := r.solve(ctx)
	if err != nil {
		return err
	}
	plan.Ahead, plan.Hurried = result.Ahead, result.Hurried
	bound := result.Bound
	if promised, why, ok := r.promised(); ok {
		result, plan.Promised = promised, true
	} else {
		plan.Dropped = why
	}
	r.take(plan, result)
	plan.Bound = min(bound, result.Cost) // of pairs, what those who met least cost at least
	plan.Proven = plan.Bound == plan.Cost
	return nil
}

func (r *forming) solve(ctx context.Context) (grouping.Result, error) {
	result, err := grouping.SolveUntil(r.problem, func() bool { return ctx.Err() != nil })
	var clash *grouping.Infeasible
	switch {
	case ctx.Err() != nil:
		return result, context.Cause(ctx)
	case errors.As(err, &clash):
		return result, &InfeasibleError{r.Program.Name, err}
	case err != nil:
		return result, fmt.Errorf("form groups of program %q: %w", r.Program.Name, err)
	}
	return result, r.checkBroken(result)
}

// checkBroken reports rules that are broken outside of the kept groups.
func (r *forming) checkBroken(result grouping.Result) error {
	var errs []error
	for _, c := range result.Broken {
		a, b := r.people[c.A], r.people[c.B]
		if !slices.ContainsFunc(r.kept, func(g scheduler.Group) bool { return slices.Contains(g.Members, a) && slices.Contains(g.Members, b) }) {
			errs = append(errs, fmt.Errorf("%s and %s would be together against %s", a, b, c.Rules))
		}
	}
	if len(errs) == 0 {
		return nil
	}
	return &InfeasibleError{r.Program.Name, errors.Join(errs...)}
}

// take makes the result the proposal.
func (r *forming) take(plan *Plan, result grouping.Result) {
	r.groups, plan.Groups = nil, nil
	plan.Cost, plan.Repeats, plan.SameDepartment = result.Cost, result.Repeats, result.SameDepartment
	plan.MaxZoneSpanHours = result.MaxZoneSpanHours
	for _, g := range result.Groups {
		r.groups = append(r.groups, g.Members)
		formed := Group{Cost: g.Cost, Common: g.Sessions, Sessions: r.problem.Weeks}
		formed.Program = r.Program.Name
		for _, i := range g.Members {
			formed.Members = append(formed.Members, r.people[i])
		}
		formed.Assumed = slices.DeleteFunc(slices.Clone(formed.Members), func(a calendar.Address) bool { return !slices.Contains(r.assumed, a) })
		formed.Spread = r.spread(formed.Members)
		plan.Groups = append(plan.Groups, formed)
	}
}

func (r *forming) spread(members []calendar.Address) (s Spread) {
	teams, departments, zones := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for i, a := range members {
		p := r.Workspace.Roster.Of(a)
		teams[p.Team], departments[p.Department], zones[p.Zone] = true, true, true
		for _, b := range members[:i] {
			if r.met[pairOf(a, b)] > 0 {
				s.Met++
			}
		}
	}
	delete(teams, "")
	delete(departments, "")
	s.Teams, s.Departments, s.Zones = len(teams), len(departments), len(zones)
	return s
}

// swap carries out the swaps.
func (r *forming) swap(plan *Plan) error {
	for _, s := range r.Swaps {
		if err := r.exchange(s); err != nil {
			return err
		}
		result, err := grouping.Evaluate(r.problem, r.groups)
		if err != nil {
			return err
		}
		if err := r.checkBroken(result); err != nil {
			return err
		}
		swapped := Swapped{s, plan.Cost, result.Cost}
		r.take(plan, result)
		plan.Swapped = append(plan.Swapped, swapped)
		if r.keeps(s.A) || r.keeps(s.B) {
			plan.Bound = 0 // it was one of groupings that keep those groups as they were
		}
		plan.Proven = plan.Proven && plan.Cost == plan.Bound
	}
	return nil
}

// keeps reports whether somebody is in a kept group.
func (r *forming) keeps(a calendar.Address) bool {
	return slices.ContainsFunc(r.kept, func(g scheduler.Group) bool { return slices.Contains(g.Members, a) })
}

// exchange swaps two people in r.groups.
func (r *forming) exchange(s Swap) error {
	var at [2]*int
	var of [2]int
	for side, a := range []calendar.Address{s.A, s.B} {
		person, _ := slices.BinarySearch(r.people, a)
		for g := range r.groups {
			if k := slices.Index(r.groups[g], person); k >= 0 && r.people[person] == a {
				at[side], of[side] = &r.groups[g][k], g
			}
		}
		if at[side] == nil {
			return fmt.Errorf("%s is in no group of this round", a)
		}
	}
	if of[0] == of[1] {
		return fmt.Errorf("%s and %s are in one group already", s.A, s.B)
	}
	*at[0], *at[1] = *at[1], *at[0]
	return nil
}

// findSlots plans a booking for each group, as booking them would, and sums up
// what is not known.
func (r *forming) findSlots(ctx context.Context, plan *Plan) error {
	var requests []scheduler.Request
	for _, g := range plan.Groups {
		requests = append(requests, scheduler.Request{Group: g.Group, Search: booking.NewSearch(r.Workspace, r.Program.For(g.Group), r.Start)})
	}
	bookings, err := booking.PlanFrom(ctx, r.Snapshot, requests)
	if err != nil {
		return err
	}
	for i := range bookings {
		plan.Groups[i].Booking = bookings[i]
	}
	plan.Unknown = planning.UnknownIn(bookings)
	return nil
}

// Slot returns when the group would meet, how many attendances that makes, and of
// how many; the zero Slot if there is none.
func (g Group) Slot() (slot availability.Slot, attendance, possible int) {
	if b := g.Booking.Existing; b != nil {
		return b.Series.Slot, b.Attendance, b.Possible
	}
	c := g.Booking.Candidate
	return c.Slot, c.Attendance, c.Possible
}
