package scheduler

import (
	"cmp"
	"slices"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler/byname"
)

// A Program is the rules for one kind of peer session.
type Program struct {
	Name     string
	Was      []string // earlier names: what stands under them is this program's
	Kind     Kind
	People   Selector
	MinSize  int
	MaxSize  int
	Cadence  availability.Cadence
	Length   time.Duration
	Quorum   float64           // share of the members for whom a session is worth holding, 0 to 1
	Prefer   availability.Days // preferred days; empty for none
	OnlyDays availability.Days // hard; empty for all days

	Apart         []Rule // hard
	CloseTeams    [][]string
	NeverTogether [][]calendar.Address // no two of one list in a group
	MaxLevelGap   int                  // hard, if LevelGapSet
	LevelGapSet   bool
	RotateAfter   int            // weeks; a group older than that is formed anew
	Weights       map[string]int // changes the figures of the cost of forming

	Agenda  string // peer-circle, coaching, one-on-one, or the path of a template
	Focus   string
	AlsoMet []string // programs in which who met counts as met; nil for all of the same kind
	History string   // path of a CSV file with earlier rounds, "" for none

	Links              []Link            // of a one-on-one program: who meets whom
	Interdependence    map[string]string // of a one-on-one program: by two teams joined by a hyphen, strong or weak
	MaxSessionsPerWeek int               // hard: no member has more peer sessions a week; 0 for no limit
	GroupDays          bool              // a member's sessions of this program are put on as few days as possible
}

// A Link is a standing pair of a one-on-one program, with a cadence of its own.
type Link struct {
	A, B    calendar.Address
	Cadence availability.Cadence
}

// A Kind of program.
type Kind string

// The kinds of program.
const (
	Circle   Kind = "circle"
	Pair     Kind = "pair"
	OneOnOne Kind = "one-on-one"
)

// A Rule names something that two members of a group must not share.
type Rule string

// The rules for who is kept apart.
const (
	ReportingLine Rule = "reporting-line" // one is above the other in the chain of managers
	SameTeam      Rule = "team"
	CloseTeams    Rule = "close-teams" // their teams work closely together
	SameDept      Rule = "department"
	SameManager   Rule = "manager"
	SameLocation  Rule = "location"
)

// A Group is people who meet together.
type Group struct {
	Name     string
	Was      []string // earlier names: what stands under them is this group's
	Program  string   // "" for none: then the rules are those of DefaultProgram
	Members  []calendar.Address
	Required []calendar.Address
	Notes    string               // URL of the group's own notes, "" for none
	Cadence  availability.Cadence // of its series; 0 for the program's
	From     availability.Date    // no session is before it; zero for no such date
}

// For returns the rules as they are for one group, which may have a cadence of its
// own.
func (p Program) For(g Group) Program {
	p.Cadence = cmp.Or(g.Cadence, p.Cadence)
	return p
}

// DefaultProgram returns the rules for groups that name no program: a weekly hour
// with a quorum of 60%.
func DefaultProgram() Program {
	return Program{Kind: Circle, MinSize: 2, MaxSize: 8, Cadence: availability.Weekly, Length: time.Hour, Quorum: 0.6, RotateAfter: 26, Agenda: "peer-circle"}
}

// RepairRules bound what the nightly pass may do. Notice and MinGain bound the moves
// made at booking, too.
type RepairRules struct {
	Horizon         time.Duration // sessions further away are left alone
	Notice          time.Duration // and so are nearer ones
	MinGain         int           // fewest members that a move must win
	MovesPerSession int           // a session that was moved so often is moved only for two more, or for the quorum
	PerMonth        int           // and so are all of a group that had so many moves in 28 days
	Reslot          bool          // book the better weekly slot, instead of suggesting it
	CancelBelow     bool          // cancel sessions that stay under the quorum, instead of reporting them
	CancelWithin    time.Duration // once they are that near
}

// Due reports whether a session is neither too near nor too far to be moved.
func (r RepairRules) Due(o calendar.Occurrence, now time.Time) bool {
	return !o.Start.Before(now.Add(r.Notice)) && !o.Start.After(now.Add(r.Horizon))
}

// DefaultRepairRules returns the rules that the policy benchmark of scheduler/repair
// found best: a look a week ahead, a day's notice, one move a session, three a month.
func DefaultRepairRules() RepairRules {
	const day = 24 * time.Hour
	return RepairRules{Horizon: 7 * day, Notice: day, MinGain: 1, MovesPerSession: 1, PerMonth: 3, CancelWithin: 7 * day}
}

// A Workspace is what one configuration describes: who takes part in what, under
// which rules. It holds no state; that is the Store's.
type Workspace struct {
	ID        string            // tells workspaces of one organizer or database apart; "" for the only one
	Organizer calendar.Attendee // owns every series
	Zone      string            // IANA name; series are anchored in it
	Roster    Roster
	Unread    []string  // where lines of the roster stand that cannot be read, and why; who it is may be unknown
	Spoilt    []Finding // records of the store that cannot be read: settings, rounds, whose it is
	Programs  []Program
	Groups    []Group
	Names     *Names // of Programs and Groups as they are here, kept for who opens it often; nil if they are to be made
	Repair    RepairRules
	Review    ReviewRules
	URL       string // of the members' page; "" for none
}

// Program returns the program of a group, by its name or an earlier one; DefaultProgram for "".
func (w Workspace) Program(name string) (Program, bool) {
	if name == "" {
		return DefaultProgram(), true
	}
	i := slices.IndexFunc(w.Programs, func(p Program) bool { return p.Name == name })
	if i < 0 {
		i = slices.IndexFunc(w.Programs, func(p Program) bool { return slices.Contains(p.Was, name) })
	}
	if i < 0 {
		return Program{}, false
	}
	return w.Programs[i], true
}

// ProgramNames returns the names of the programs, in their order.
func (w Workspace) ProgramNames() []string {
	names := make([]string, len(w.Programs))
	for i, p := range w.Programs {
		names[i] = p.Name
	}
	return names
}

// ProgramOf returns the rules that hold for a booking now: those of its program, or
// if that is gone, those that it was booked with.
func (w Workspace) ProgramOf(b Booking) Program {
	if p, ok := w.Program(b.Program); ok {
		return p
	}
	p := b.Rules
	if p.Kind == "" {
		p = DefaultProgram() // an old booking does not say
	}
	p.Name = b.Program
	return p
}

// Rules returns what of a program a booking remembers.
func (p Program) Rules() Program {
	return Program{
		Name: p.Name, Kind: p.Kind, MinSize: p.MinSize, MaxSize: p.MaxSize, Cadence: p.Cadence, Length: p.Length, Quorum: p.Quorum, Prefer: p.Prefer, OnlyDays: p.OnlyDays,
		RotateAfter: p.RotateAfter, Agenda: p.Agenda, Focus: p.Focus, MaxSessionsPerWeek: p.MaxSessionsPerWeek, GroupDays: p.GroupDays,
	}
}

// Participants returns the addresses of those who take part in p, sorted.
func (w Workspace) Participants(p Program) []calendar.Address {
	var out []calendar.Address
	for a, person := range w.Roster.All() {
		if p.People.Matches(person) && !slices.Contains(person.Left, p.Name) {
			out = append(out, a)
		}
	}
	slices.SortFunc(out, cmp.Compare)
	return out
}

// Title returns what an invite calls a session of that kind.
func (k Kind) Title() string {
	switch k {
	case Pair:
		return "Peer coaching"
	case OneOnOne:
		return "Peer 1:1"
	default:
		return "Peer circle"
	}
}

// Groups are those of a workspace by their names. The zero Groups are none.
type Groups struct {
	list   []Group
	byName byname.Index
	people calendar.Aliases
}

// GroupsByName returns the groups of the workspace, which must stay as they are.
func (w Workspace) GroupsByName() *Groups {
	return NewGroups(w.Groups, w.Roster.Aliases())
}

// NewGroups returns a list of groups by their names, which must stay as it is, of people
// with other addresses.
func NewGroups(list []Group, people calendar.Aliases) *Groups {
	return &Groups{list, byname.New(len(list), func(i int) string { return list[i].Name }), people}
}

// Find returns the group of that name; ok is false if there is none.
func (g *Groups) Find(name string) (found Group, ok bool) {
	i, ok := g.byName.Find(name, func(i int) string { return g.list[i].Name })
	if ok {
		found = g.list[i]
	}
	return found, ok
}

// GroupIn returns the group of a booking as it is configured; one that is not any more is
// as it was invited, and meets as it was booked.
func GroupIn(groups *Groups, b Booking) Group {
	if g, ok := groups.Find(b.Group); ok {
		return g
	}
	g := Group{Name: b.Group, Program: b.Program, Cadence: b.Rules.Cadence}
	for _, a := range b.Series.Attendees {
		g.Members = append(g.Members, a.Address)
	}
	g.Members = groups.people.People(g.Members)
	return g
}
