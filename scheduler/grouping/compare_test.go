package grouping_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/scheduler/grouping"
)

// compareStart is the Monday on which the groups begin.
var compareStart = availability.Date{Year: 2026, Month: 1, Day: 5}

// compareRounds is for how many rounds the same people are grouped again.
const compareRounds = 10

// BenchmarkTenRounds groups sixty people of four zones ten times, once as known
// tools do and once as peerslot does, and counts over all rounds how many pairs
// met that had met before, and how many groups have a slot that all members can
// attend in most weeks.
func BenchmarkTenRounds(b *testing.B) {
	for _, kind := range []struct {
		name string
		size int
	}{{"circles", 5}, {"pairs", 2}} {
		for _, way := range []struct {
			name string
			form func(grouping.Problem) [][]int
		}{{"greedy", greedy}, {"peerslot", optimal}} {
			b.Run(kind.name+"/"+way.name, func(b *testing.B) {
				var repeats, meeting, groups int
				for b.Loop() {
					repeats, meeting, groups = tenRounds(b, compareProblem(b, kind.size), way.form)
				}
				b.ReportMetric(float64(repeats), "repeats")
				b.ReportMetric(float64(meeting), "groups-with-slot")
				b.ReportMetric(float64(groups), "groups")
			})
		}
	}
}

// tenRounds forms round after round.
func tenRounds(b *testing.B, p grouping.Problem, form func(grouping.Problem) [][]int) (repeats, meeting, groups int) {
	for round := range compareRounds {
		p.Seed = uint64(round)
		r, err := grouping.Evaluate(p, form(p))
		if err != nil {
			b.Fatal(err)
		}
		repeats += r.Repeats
		for _, g := range r.Groups {
			groups++
			if 2*g.Sessions > p.Weeks {
				meeting++
			}
			for i, x := range g.Members {
				for _, y := range g.Members[:i] {
					p.Met = append(p.Met, grouping.Meeting{A: y, B: x, Times: 1})
				}
			}
		}
	}
	return repeats, meeting, groups
}

// optimal is what form does.
func optimal(p grouping.Problem) [][]int {
	p.Budget = 3 * time.Second
	r, err := grouping.Solve(p)
	if err != nil {
		return nil
	}
	var groups [][]int
	for _, g := range r.Groups {
		groups = append(groups, g.Members)
	}
	return groups
}

// greedy deals people in a random order: whoever is next opens a group, and is
// joined by those who met its members least, of other teams if there are any.
func greedy(p grouping.Problem) [][]int {
	met := map[[2]int]int{}
	for _, m := range p.Met {
		met[[2]int{m.A, m.B}] += m.Times
		met[[2]int{m.B, m.A}] += m.Times
	}
	waiting := rand.New(rand.NewPCG(p.Seed, 1)).Perm(len(p.People))
	var groups [][]int
	for len(waiting) > 0 {
		g := []int{waiting[0]}
		waiting = waiting[1:]
		for len(g) < p.MinSize {
			least := slices.MinFunc(waiting, func(x, y int) int { return strangeness(p, met, g, x) - strangeness(p, met, g, y) })
			g = append(g, least)
			waiting = slices.DeleteFunc(waiting, func(i int) bool { return i == least })
		}
		groups = append(groups, g)
	}
	return groups
}

// strangeness is the smaller, the better person fits into the group.
func strangeness(p grouping.Problem, met map[[2]int]int, g []int, person int) int {
	n := 0
	for _, other := range g {
		n += 10 * met[[2]int{person, other}]
		if p.People[person].Team == p.People[other].Team {
			n += 1000
		}
	}
	return n
}

// compareProblem has sixty people in twenty teams and four zones, with meetings of
// their own.
func compareProblem(b *testing.B, size int) grouping.Problem {
	rng := rand.New(rand.NewPCG(7, 7))
	grid, err := availability.NewGrid(availability.Search{Zone: "Europe/Berlin", Start: compareStart, Cadence: availability.Weekly, Length: time.Hour})
	if err != nil {
		b.Fatal(err)
	}
	p := grouping.Problem{MinSize: size, MaxSize: size, Weeks: grid.Weeks(), Words: grid.Words(), Apart: grouping.SameTeam, Cores: 2}
	var members []availability.Member
	for i := range 60 {
		zone, err := availability.LoadZone([]string{"Europe/Berlin", "Europe/Lisbon", "America/New_York", "Asia/Kolkata"}[i%4])
		if err != nil {
			b.Fatal(err)
		}
		_, offset := compareStart.In(zone).Start.Zone()
		p.People = append(p.People, grouping.Person{Name: fmt.Sprint(i), Team: fmt.Sprint("t", i/3), Department: fmt.Sprint("d", i%5), Offset: offset})
		members = append(members, availability.Member{Zone: zone, Hours: availability.OfficeHours(), Busy: meetings(rng, zone)})
	}
	masks, err := grid.Masks(members)
	if err != nil {
		b.Fatal(err)
	}
	for i, m := range masks {
		p.People[i].Free = m.Attend()
	}
	return p
}

// meetings returns ten weekly hours of somebody's office hours, and two that change.
func meetings(rng *rand.Rand, zone *time.Location) availability.Busy {
	busy := availability.Busy{Window: availability.Interval{Start: compareStart.In(zone).Start, End: compareStart.AddDays(182).In(zone).Start}}
	hour := func() (day, clock int) { return rng.IntN(5), 9 + rng.IntN(8) }
	var all []availability.Interval
	add := func(week, day, clock int) {
		at, _ := availability.At(compareStart.AddDays(7*week+day), time.Duration(clock)*time.Hour, zone)
		all = append(all, availability.Interval{Start: at, End: at.Add(time.Hour)})
	}
	for range 10 {
		day, clock := hour()
		for week := range 14 {
			add(week, day, clock)
		}
	}
	for week := range 14 {
		for range 2 {
			day, clock := hour()
			add(week, day, clock)
		}
	}
	busy.Add(all...)
	return busy
}
