package grouping

import (
	"fmt"
	"slices"
	"strings"
)

// maxGrounds is how many facts are told at most of a clash.
const maxGrounds = 6

// grounds says in words why these rules keep the people apart, one by one: who are of one team,
// who is above whom, who were named. It begins with "; " and is empty if there is nothing to say.
func (s *solver) grounds(people []int, rules Rules) string {
	var facts []string
	for rule := ReportingLine; rule <= NeverTogether; rule <<= 1 {
		if rules&rule == 0 {
			continue
		}
		switch rule {
		case SameTeam:
			facts = append(facts, s.alikes(people, "of team", func(p *Person) string { return p.Team })...)
		case SameDepartment:
			facts = append(facts, s.alikes(people, "of department", func(p *Person) string { return p.Department })...)
		case SameLocation:
			facts = append(facts, s.alikes(people, "at location", func(p *Person) string { return p.Location })...)
		case SameManager:
			facts = append(facts, s.alikes(people, "reporting to", func(p *Person) string { return strings.Join(p.Chain[:min(1, len(p.Chain))], "") })...)
		case LevelGap:
			facts = append(facts, s.levels(people)...)
		case ReportingLine:
			facts = append(facts, s.facing(people, rule, "is in one reporting line with")...)
		case CloseTeams:
			facts = append(facts, s.facing(people, rule, "is of a team close to that of")...)
		case NeverTogether:
			facts = append(facts, s.facing(people, rule, "is never to be together with")...)
		}
	}
	if more := len(facts) - maxGrounds; more > 0 {
		facts = append(facts[:maxGrounds:maxGrounds], fmt.Sprintf("and so on, %d more", more))
	}
	if len(facts) == 0 {
		return ""
	}
	return "; " + strings.Join(facts, "; ")
}

// alikes names the people who have a trait in common with another of them, each trait once.
func (s *solver) alikes(people []int, what string, trait func(*Person) string) (facts []string) {
	by := map[string][]int{}
	var order []string
	for _, i := range people {
		v := trait(&s.m.People[i])
		if by[v] = append(by[v], i); len(by[v]) == 2 && v != "" {
			order = append(order, v)
		}
	}
	for _, v := range order {
		facts = append(facts, fmt.Sprintf("%s %s: %s", what, v, s.list(by[v])))
	}
	return facts
}

// levels names the people by their level, and who is the only one of theirs among all.
func (s *solver) levels(people []int) (facts []string) {
	by := map[int][]int{}
	var order []int
	for _, i := range people {
		level := s.m.traits[i].level
		if by[level] = append(by[level], i); len(by[level]) == 1 && level != 0 {
			order = append(order, level)
		}
	}
	for _, level := range order {
		others := slices.ContainsFunc(s.people, func(i int) bool { return s.m.traits[i].level == level && i != by[level][0] })
		if others {
			facts = append(facts, fmt.Sprintf("of level %d: %s", level, s.list(by[level])))
		} else {
			facts = append(facts, fmt.Sprintf("the only one of level %d is %s", level, s.list(by[level])))
		}
	}
	return facts
}

// facing names for each of the people those after them with whom they break a rule.
func (s *solver) facing(people []int, rule Rules, what string) (facts []string) {
	for k, a := range people {
		var clash []int
		for _, b := range people[k+1:] {
			if s.m.broken(a, b)&rule != 0 {
				clash = append(clash, b)
			}
		}
		if len(clash) > 0 {
			facts = append(facts, fmt.Sprintf("%s %s %s", s.m.People[a].Name, what, s.list(clash)))
		}
	}
	return facts
}
