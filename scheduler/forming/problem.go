package forming

import (
	"slices"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/booking"
	"github.com/peerslot/peerslot/scheduler/grouping"
	"github.com/peerslot/peerslot/scheduler/planning"
)

// formingSearch returns the search whose starts decide what a group is worth: over
// three months at the program's cadence, however soon its groups change.
func formingSearch(w scheduler.Workspace, p scheduler.Program, start availability.Date) availability.Search {
	search := booking.NewSearch(w, p, start)
	search.Count = p.Cadence.MaxCount()
	return search
}

// setProblem states the forming as the optimiser wants it.
func (r *forming) setProblem() error {
	search := formingSearch(r.Workspace, r.Program, r.Start)
	r.problem = grouping.Problem{
		MinSize: r.Program.MinSize, MaxSize: r.Program.MaxSize,
		Apart: apartRules(r.Program), MaxLevelGap: r.Program.MaxLevelGap, CloseTeams: r.Program.CloseTeams,
		Weights: weightsOf(r.Program), Seed: r.Seed, Budget: r.Budget, Cores: r.Cores,
	}
	switch r.Program.Kind {
	case scheduler.Pair:
		r.problem.MinSize, r.problem.MaxSize = 2, 2
	case scheduler.Circle:
		r.problem.NoTrio = true // the sizes of circles are hard
	}
	zone, err := availability.LoadZone(r.Workspace.Zone)
	if err != nil {
		return err
	}
	noon := r.Start.In(zone).Start.Add(12 * time.Hour)
	index := map[calendar.Address]int{}
	for i, a := range r.people {
		index[a] = i
		r.problem.People = append(r.problem.People, r.person(a, noon))
	}
	for p, times := range r.met {
		if a, ok := index[p.a]; ok {
			if b, ok := index[p.b]; ok {
				r.problem.Met = append(r.problem.Met, grouping.Meeting{A: a, B: b, Times: times})
			}
		}
	}
	r.addExclusions(index)
	for _, g := range r.kept {
		var members []int
		for _, a := range g.Members {
			members = append(members, index[a])
		}
		r.problem.Keep = append(r.problem.Keep, members)
	}
	return r.setFree(search)
}

func (r *forming) addExclusions(index map[calendar.Address]int) {
	for _, list := range r.Program.NeverTogether {
		for i, x := range list {
			for _, y := range list[:i] {
				a, isIn := index[x]
				if b, isInToo := index[y]; isIn && isInToo {
					r.problem.NeverTogether = append(r.problem.NeverTogether, [2]int{a, b})
				}
			}
		}
	}
}

func apartRules(p scheduler.Program) (rules grouping.Rules) {
	for _, name := range p.Apart {
		rule, _ := grouping.ParseRule(string(name)) // a configuration has no others
		rules |= rule
	}
	if p.LevelGapSet {
		rules |= grouping.LevelGap
	}
	return rules
}

// weightsOf returns the figures of the cost as the program changes them.
func weightsOf(p scheduler.Program) *grouping.Weights {
	w := grouping.DefaultWeights()
	for name, figure := range map[string]*int{
		"met": &w.Met, "session": &w.Session, "no_slot": &w.NoSlot, "zone_hour": &w.ZoneHour, "department": &w.Department,
	} {
		if n, ok := p.Weights[name]; ok {
			*figure = n
		}
	}
	return &w
}

// person describes somebody to the optimiser, but for their free starts.
func (r *forming) person(a calendar.Address, noon time.Time) grouping.Person {
	p := r.Workspace.Roster.Of(a)
	_, offset := noon.In(zoneOf(p)).Zone()
	return grouping.Person{
		Name: string(a), Team: p.Team, Department: p.Department, Location: p.Location,
		Level: p.Level, Offset: offset, Chain: chain(r.Workspace.Roster, a),
	}
}

// zoneOf returns the zone of a person, UTC if it is not known.
func zoneOf(p scheduler.Person) *time.Location {
	zone, err := availability.LoadZone(p.Zone)
	if err != nil {
		return time.UTC
	}
	return zone
}

// chain returns the managers above a person, the nearest first.
func chain(r scheduler.Roster, a calendar.Address) []string {
	var above []string
	for m := r.Of(a).Manager; m != "" && m != a && !slices.Contains(above, string(m)); m = r.Of(m).Manager {
		above = append(above, string(m))
	}
	return above
}

// setFree marks the starts that each person can take. For each session of a series
// there is a row with the starts of all weeks in which it may be, so that the
// starting week of a biweekly series is chosen with its start.
func (r *forming) setFree(search availability.Search) error {
	grid, err := availability.NewGrid(search)
	if err != nil {
		return err
	}
	members, err := r.membersOf()
	if err != nil {
		return err
	}
	for i := range members {
		if !members[i].Busy.Readable() {
			members[i].Busy = assumedBusy(members[i].Busy, r.Window)
			r.assumed = append(r.assumed, r.people[i])
		}
	}
	masks, err := grid.Masks(members)
	if err != nil {
		return err
	}
	r.problem.Weeks, r.problem.Words = search.Count, int(search.Cadence)*grid.Words()
	for i, m := range masks {
		r.problem.People[i].Free = m.Attend()
	}
	return nil
}

// membersOf returns the people as the search sees them. A group that stays as it is is
// not busy with its own series.
func (r *forming) membersOf() ([]availability.Member, error) {
	planner, err := planning.New(r.Snapshot)
	if err != nil {
		return nil, err
	}
	members, err := planner.Members(scheduler.Group{Name: r.Program.Name, Program: r.Program.Name, Members: r.people}, "")
	if err != nil {
		return nil, err
	}
	current := r.Bookings.ByGroup()
	for _, g := range r.kept {
		booking, ok := current[g.Name]
		if !ok {
			continue
		}
		own, err := planner.Members(g, booking.Series.UID)
		if err != nil {
			return nil, err
		}
		for k, a := range g.Members {
			i, _ := slices.BinarySearch(r.people, a)
			members[i] = own[k]
		}
	}
	return members, nil
}

// assumedBusy takes somebody of whom nothing is known for free while groups are
// formed, but for our own sessions: nobody could be put together with them
// otherwise. The slots that the groups get are judged by what is known.
func assumedBusy(b availability.Busy, window availability.Interval) availability.Busy {
	b.Window = window
	b.Spans = slices.DeleteFunc(slices.Clone(b.Spans), func(s availability.Span) bool { return s.Kind == availability.Unknown })
	return b
}

// A pairing is two people, the lesser address first.
type pairing struct{ a, b calendar.Address }

func pairOf(a, b calendar.Address) pairing { return pairing{min(a, b), max(a, b)} }

// meetings counts in how many groups of the rounds two people were together. A group
// that goes on in the next round, under its name, counts once.
func meetings(rounds []scheduler.Round) map[pairing]int {
	met := map[pairing]int{}
	for k, r := range rounds {
		for _, g := range r.Groups {
			on := k > 0 && rounds[k-1].Program == r.Program
			before := func(a calendar.Address) bool {
				return on && slices.ContainsFunc(rounds[k-1].Groups, func(b scheduler.Group) bool { return b.Name == g.Name && slices.Contains(b.Members, a) })
			}
			members := slices.Compact(slices.Sorted(slices.Values(g.Members)))
			for i, a := range members {
				for _, b := range members[:i] {
					if !before(a) || !before(b) {
						met[pairOf(a, b)]++
					}
				}
			}
		}
	}
	return met
}
