package overview

import (
	"cmp"
	"maps"
	"slices"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
)

// Met is who has met whom in one program, over all its rounds.
type Met struct {
	Program  string         `json:"program"`
	People   []string       `json:"people"`         // addresses of who takes part now, sorted
	Pairs    []MetPair      `json:"pairs"`          // that met, sorted
	Possible int            `json:"pairs_possible"` // of people
	Rounds   []MetByRound   `json:"rounds"`
	Teams    []TeamPair     `json:"teams"` // every two teams of people, and each with itself; departments or locations where teams are many
	teams    []string       // sorted
	index    map[string]int // of people
}

// MetPair is two people who met.
type MetPair struct {
	A     string `json:"a"`
	B     string `json:"b"`
	Times int    `json:"times"`
}

// MetByRound is how many pairs had met once a round was over.
type MetByRound struct {
	Round int `json:"round"`
	Met   int `json:"pairs_met"`
}

// TeamPair is how many pairs of members of two teams met, of how many.
type TeamPair struct {
	A        string `json:"a"`
	B        string `json:"b"`
	Met      int    `json:"pairs_met"`
	Possible int    `json:"pairs_possible"`
}

// countMet counts the pairs of each program that forms groups. Groups named by hand are
// as good as a round of their own. Members of a group have met once its first session
// has begun; of a round that another followed all have, where no session is known.
func (o *Overview) countMet(in Input, begun map[string]bool) {
	byHand := map[string][]scheduler.Group{}
	for _, g := range in.Workspace.Groups {
		byHand[g.Program] = append(byHand[g.Program], g)
	}
	rounds := map[string][]scheduler.Round{}
	for _, r := range in.Rounds {
		rounds[r.Program] = append(rounds[r.Program], r)
	}
	for _, p := range in.Workspace.Programs {
		if p.Kind == scheduler.OneOnOne || len(rounds[p.Name])+len(byHand[p.Name]) == 0 {
			continue
		}
		o.Met = append(o.Met, o.metIn(p, in.Workspace.Participants(p), rounds[p.Name], byHand[p.Name], begun))
	}
}

func (o *Overview) metIn(p scheduler.Program, people []calendar.Address, rounds []scheduler.Round, byHand []scheduler.Group, begun map[string]bool) Met {
	m := Met{Program: p.Name, Possible: len(people) * (len(people) - 1) / 2, index: map[string]int{}}
	for i, a := range people {
		m.People = append(m.People, string(a))
		m.index[string(a)] = i
	}
	times := map[[2]int]int{}
	formed := map[string]bool{}
	for i, r := range rounds {
		for _, g := range r.Groups {
			formed[g.Name] = true
			_, known := begun[g.Name]
			if begun[g.Name] || !known && i < len(rounds)-1 {
				m.together(times, g)
			}
		}
		m.Rounds = append(m.Rounds, MetByRound{r.Number, len(times)})
	}
	for _, g := range byHand {
		if !formed[g.Name] && begun[g.Name] {
			m.together(times, g)
		}
	}
	for _, pair := range slices.SortedFunc(maps.Keys(times), func(a, b [2]int) int { return slices.Compare(a[:], b[:]) }) {
		m.Pairs = append(m.Pairs, MetPair{m.People[pair[0]], m.People[pair[1]], times[pair]})
	}
	m.countTeams(o.roster)
	return m
}

// together notes that the members of a group met, those of them who take part now.
func (m *Met) together(times map[[2]int]int, g scheduler.Group) {
	for i, a := range g.Members {
		for _, b := range g.Members[:i] {
			x, known := m.index[string(a)]
			y, too := m.index[string(b)]
			if known && too {
				times[[2]int{min(x, y), max(x, y)}]++
			}
		}
	}
}

// mostTeams is how many rows and columns of coverage people read.
const mostTeams = 24

// units are what the coverage can be shown by, the finest first.
var units = []func(scheduler.Person) string{
	func(p scheduler.Person) string { return cmp.Or(p.Team, "no team") },
	func(p scheduler.Person) string { return cmp.Or(p.Department, "no department") },
	func(p scheduler.Person) string { return cmp.Or(p.Location, "no location") },
	func(scheduler.Person) string { return "everybody" },
}

// teamsOf returns each person's team, or where there are too many to read, what is
// coarser, and how many people each has.
func (m *Met) teamsOf(roster scheduler.Roster) (of []string, size map[string]int) {
	for _, unit := range units {
		of, size = make([]string, len(m.People)), map[string]int{}
		for i, a := range m.People {
			of[i] = unit(roster.Of(calendar.Address(a)))
			size[of[i]]++
		}
		if len(size) <= mostTeams {
			break
		}
	}
	return of, size
}

func (m *Met) countTeams(roster scheduler.Roster) {
	of, size := m.teamsOf(roster)
	met := map[[2]string]int{}
	for _, p := range m.Pairs {
		a, b := of[m.index[p.A]], of[m.index[p.B]]
		met[[2]string{min(a, b), max(a, b)}]++
	}
	m.teams = slices.Sorted(maps.Keys(size))
	for i, a := range m.teams {
		for _, b := range m.teams[i:] {
			possible := size[a] * size[b]
			if a == b {
				possible = size[a] * (size[a] - 1) / 2
			}
			m.Teams = append(m.Teams, TeamPair{a, b, met[[2]string{a, b}], possible})
		}
	}
}
