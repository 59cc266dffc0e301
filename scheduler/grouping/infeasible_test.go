package grouping

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// plain returns people who can always meet, without teams, and groups of a size.
func plain(n, least, most int) Problem {
	p := Problem{MinSize: least, MaxSize: most}
	for i := range n {
		p.People = append(p.People, Person{Name: string(rune('a'+i%26)) + strings.Repeat("'", i/26)})
	}
	return p
}

func TestInfeasible(t *testing.T) {
	tests := []struct {
		name   string
		change func(p *Problem)
		people string
		rules  Rules
		text   string
	}{
		{"sizes", func(p *Problem) { p.MinSize, p.MaxSize = 5, 5 }, "a b c d e f g h i j k l", 0,
			"12 people cannot be divided into groups of 5"},
		{"a large team", func(p *Problem) {
			p.Apart = SameTeam
			for _, i := range []int{1, 3, 5, 7, 9} {
				p.People[i].Team = "core"
			}
		}, "b d f h", SameTeam, "at most 3 groups: b, d, f, h; of team core: b, d, f, h"},
		{"a clique of several rules", func(p *Problem) {
			p.Apart = SameTeam | ReportingLine
			p.People[1].Team, p.People[3].Team = "core", "core"
			p.People[5].Team, p.People[7].Team = "edge", "edge"
			p.People[1].Chain, p.People[3].Chain = []string{"f", "h"}, []string{"f", "h"}
		}, "b d f h", SameTeam | ReportingLine, "; b is in one reporting line with f, h; d is in one reporting line with f, h; of team core: b, d; of team edge: f, h"},
		{"a lonely person", func(p *Problem) {
			for i := range 9 {
				p.NeverTogether = append(p.NeverTogether, [2]int{11, i})
			}
		}, "l a b c d e f g h i", NeverTogether, "; l is never to be together with a, b, c, d, e, f, g, h, i"},
		{"a lonely level, and others of one team", func(p *Problem) {
			p.Apart, p.MaxLevelGap = LevelGap|SameTeam, 1
			p.People[0].Team, p.People[1].Team = "x", "x"
			for i := range p.People {
				p.People[i].Level = 5 + i%2
			}
			p.People[11].Level = 9
		}, "l a b c d e f g h i", LevelGap, "h, i; the only one of level 9 is l"},
		{"departments, managers and places", func(p *Problem) {
			p.Apart = SameDepartment | SameManager | SameLocation | CloseTeams
			p.CloseTeams = [][]string{{"core", "edge"}}
			p.People[0].Department, p.People[1].Department = "ops", "ops"
			p.People[2].Chain, p.People[3].Chain = []string{"z"}, []string{"z"}
			for _, i := range []int{0, 1} {
				for _, j := range []int{2, 3} {
					p.NeverTogether = append(p.NeverTogether, [2]int{i, j})
				}
			}
		}, "a b c d", SameDepartment | SameManager | NeverTogether, "of department ops: a, b; reporting to z: c, d; a is never to be together with c, d; b is"},
		{"an odd ring", func(p *Problem) {
			p.People = p.People[:6]
			p.MinSize, p.MaxSize = 3, 3
			p.NeverTogether = [][2]int{{0, 1}, {1, 2}, {2, 0}, {3, 4}}
		}, "a b c", NeverTogether, "no two of these 3 may share a group (never-together), but 6 people make up at most 2 groups: a, b, c; a is never to be together with b, c; b is never to be together with c"},
		{"a pentagon", func(p *Problem) {
			p.People = p.People[:6]
			p.MinSize, p.MaxSize = 3, 3
			p.NeverTogether = [][2]int{{0, 1}, {1, 2}, {2, 3}, {3, 4}, {4, 0}}
		}, "a b c d e", NeverTogether, "no division of 6 people into groups of 3 keeps the rules (never-together) among a, b, c, d, e"},
	}
	for _, tt := range tests {
		p := plain(12, 4, 4)
		tt.change(&p)
		_, err := Solve(p)
		got, ok := errors.AsType[*Infeasible](err)
		if !ok {
			t.Errorf("%s: got error %v, want *Infeasible", tt.name, err)
			continue
		}
		if people := strings.Join(got.People, " "); people != tt.people || got.Rules != tt.rules || !strings.Contains(got.Error(), tt.text) {
			t.Errorf("%s: got people %s, rules %s, text %q", tt.name, people, got.Rules, got)
		}
	}
}

// TestInfeasiblePairs: five people of six know nobody but the sixth.
func TestInfeasiblePairs(t *testing.T) {
	p := plain(6, 2, 2)
	for a := range 5 {
		for b := range a {
			p.NeverTogether = append(p.NeverTogether, [2]int{a, b})
		}
	}
	_, err := Solve(p)
	if got, ok := errors.AsType[*Infeasible](err); !ok || len(got.People) != 4 {
		t.Errorf("got error %v, want four people that cannot be in three pairs", err)
	}
}

// TestInfeasibleManyPeople: the reason is found where nothing can be proved.
func TestInfeasibleManyPeople(t *testing.T) {
	p := plain(200, 5, 5)
	p.Apart = SameTeam
	for i := range 41 {
		p.People[3*i].Team = "core"
	}
	_, err := Solve(p)
	if got, ok := errors.AsType[*Infeasible](err); !ok || len(got.People) != 41 || got.Rules != SameTeam {
		t.Errorf("got error %v, want 41 people of one team", err)
	}
}

// TestFullTeams: as many of a team as there are groups can just be kept apart.
func TestFullTeams(t *testing.T) {
	p := plain(24, 4, 4)
	p.Apart = SameTeam
	for i := range p.People {
		p.People[i].Team = fmt.Sprint(i / 6)
	}
	r, err := Solve(p)
	if err != nil || len(r.Broken) != 0 || !slices.ContainsFunc(r.Groups, func(g Group) bool { return len(g.Members) == 4 }) {
		t.Errorf("got %+v, %v", r, err)
	}
}
