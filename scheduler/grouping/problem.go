package grouping

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/peerslot/peerslot/scheduler/grouping/internal/table"
)

// A Person is someone to be put into a group. Names are unique. Empty strings and
// level 0 mean unknown, and what is unknown breaks no rule and costs nothing.
type Person struct {
	Name       string
	Team       string
	Department string
	Location   string
	Chain      []string // names of the managers above, nearest first; they need not take part
	Level      int
	Offset     int // seconds east of UTC at the first session

	// Free says which starts the person can take: Problem.Weeks rows of
	// Problem.Words words, one bit for each start of the week, lowest first.
	Free []uint64
}

// Rules is a set of rules that two people can break by sharing a group.
type Rules uint16

// The rules.
const (
	ReportingLine  Rules = 1 << iota // one is anywhere above the other
	SameTeam                         // both are of one team
	CloseTeams                       // their teams are in one of Problem.CloseTeams
	SameDepartment                   // both are of one department
	SameManager                      // both have the same nearest manager
	SameLocation                     // both are at one location
	LevelGap                         // their levels differ by more than Problem.MaxLevelGap
	NeverTogether                    // they are in Problem.NeverTogether, which needs no naming in Apart
)

var ruleNames = []string{"reporting-line", "team", "close-teams", "department", "manager", "location", "level-gap", "never-together"}

// ParseRule returns the rule that a workspace calls name.
func ParseRule(name string) (Rules, error) {
	for i, n := range ruleNames {
		if n == name {
			return 1 << i, nil
		}
	}
	return 0, fmt.Errorf("rule %q: expected one of %s", name, strings.Join(ruleNames, ", "))
}

// String lists the rules by their names in a workspace.
func (r Rules) String() string {
	var names []string
	for i, n := range ruleNames {
		if r&(1<<i) != 0 {
			names = append(names, n)
		}
	}
	return strings.Join(names, ", ")
}

// Weights say what costs how much: Met for each time two members were together before,
// Session for each session that not all can attend, NoSlot for a group that can meet in fewer
// than half of them, ZoneHour for each hour of zone span above three, Department for each
// pair of one department or of close teams. None may be negative or above MaxWeight.
type Weights = table.Weights

// MaxWeight keeps every sum of costs far from overflow.
const MaxWeight = 1_000_000

// DefaultWeights are those that a program has unless it changes them.
func DefaultWeights() Weights {
	return Weights{Met: 1000, Session: 100, NoSlot: 2000, ZoneHour: 20, Department: 10}
}

// A Meeting says how often two people, given by index, were in one group before.
// More than 100 times count as 100.
type Meeting struct{ A, B, Times int }

// A Problem asks for a grouping of People. The zero values of all but People and
// the sizes ask for nothing special.
type Problem struct {
	People           []Person
	MinSize, MaxSize int  // 2 to 8; pairs of an odd number of people include one trio
	NoTrio           bool // they do not, and an odd number of people has no grouping
	Weeks            int  // sessions that slots are judged by, at most 15; 0: slots do not matter
	Words            int  // of a row of Person.Free, at most 64

	Apart         Rules // hard
	MaxLevelGap   int   // for LevelGap
	CloseTeams    [][]string
	NeverTogether [][2]int // hard; by index
	Met           []Meeting
	Weights       *Weights // nil: DefaultWeights
	Keep          [][]int  // groups that stay as they are, whatever rule or size they break

	Seed   uint64
	Budget time.Duration // 0 means 5 s
	Cores  int           // how many to use, 0 means one; the answer does not depend on it
}

const maxOffsets = 64 // Earth has about 40

// check reports what is wrong with p, all of it.
func (p *Problem) check() error {
	var errs []error
	fault := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if p.MinSize < 2 || p.MinSize > p.MaxSize || p.MaxSize > table.MaxGroup {
		fault("sizes %d-%d: expected 2 to %d, the smaller first", p.MinSize, p.MaxSize, table.MaxGroup)
	}
	if p.Weeks < 0 || p.Weeks > table.MaxWeeks || p.Words < 0 || p.Words > table.MaxWords {
		fault("%d weeks of %d words: expected at most %d of %d", p.Weeks, p.Words, table.MaxWeeks, table.MaxWords)
	}
	p.checkPeople(fault)
	n := len(p.People)
	outside := func(i int) bool { return i < 0 || i >= n }
	for _, pair := range p.NeverTogether {
		if outside(pair[0]) || outside(pair[1]) || pair[0] == pair[1] {
			fault("never together %v: expected two different people of %d", pair, n)
		}
	}
	for _, m := range p.Met {
		if outside(m.A) || outside(m.B) || m.A == m.B || m.Times < 0 {
			fault("met %+v: expected two different people of %d", m, n)
		}
	}
	kept := make(map[int]bool)
	for _, g := range p.Keep {
		if len(g) == 0 || len(g) > table.MaxGroup {
			fault("kept group of %d: expected 1 to %d people", len(g), table.MaxGroup)
		}
		for _, i := range g {
			if outside(i) || kept[i] {
				fault("kept groups: person %d is in two of them or does not exist", i)
			}
			kept[i] = true
		}
	}
	if w := p.weights(); min(w.Met, w.Session, w.NoSlot, w.ZoneHour, w.Department) < 0 ||
		max(w.Met, w.Session, w.NoSlot, w.ZoneHour, w.Department) > MaxWeight {
		fault("weights %+v: expected 0 to %d", w, MaxWeight)
	}
	return errors.Join(errs...)
}

func (p *Problem) checkPeople(fault func(format string, args ...any)) {
	names := make(map[string]bool, len(p.People))
	offsets := make(map[int]bool)
	for _, person := range p.People {
		if names[person.Name] {
			fault("two people are called %q", person.Name)
		}
		names[person.Name] = true
		offsets[onCircle(person.Offset)] = true
		if got, want := len(person.Free), p.Weeks*p.Words; got != want {
			fault("free starts of %q: got %d words, expected %d", person.Name, got, want)
		}
	}
	if len(offsets) > maxOffsets {
		fault("%d different UTC offsets: expected at most %d", len(offsets), maxOffsets)
	}
}

func (p *Problem) weights() Weights {
	if p.Weights == nil {
		return DefaultWeights()
	}
	return *p.Weights
}

// onCircle maps a UTC offset to 0 <= x < day: +13 h and -11 h are the same hour.
func onCircle(offset int) int { return ((offset % table.Day) + table.Day) % table.Day }
