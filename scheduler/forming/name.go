package forming

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
)

// groupWords tell the groups of a round apart.
var groupWords = strings.Fields(`amber birch cedar coral delta ember fjord grove harbor iris jade kestrel
	lagoon maple nectar olive pebble quartz reed sage tundra umber violet willow yarrow zephyr
	alder basalt clover dune elder fern granite heron indigo juniper kelp larch meadow nova
	onyx poppy quince river slate thistle upland vale wren yew`)

// longestName is what the configuration allows for the names of groups.
const longestName = 64

// name names the groups of the plan and makes its Round. Kept groups and standing
// pairs keep their names; the names of the others hold the program and the number
// of the round. No other group has or had the name of a new one.
func (r *forming) name(plan *Plan) {
	taken := r.takenNames()
	words := 0
	for i := range plan.Groups {
		g := &plan.Groups[i]
		if kept := sameMembers(r.kept, g.Members); kept != nil {
			g.Group, g.Kept = *kept, true
		} else if r.Program.Kind == scheduler.OneOnOne {
			g.Name = r.linkName(g.Members, taken)
		} else {
			for g.Name == "" || taken[strings.ToLower(g.Name)] {
				g.Name = r.wordName(words)
				words++
			}
		}
		if !g.Kept {
			g.From = r.Start
		}
		taken[strings.ToLower(g.Name)] = true
	}
	plan.Round = scheduler.Round{Program: r.Program.Name, Number: r.number, Start: r.Start, Seed: r.Seed, Created: r.Now.UTC().Truncate(time.Second)}
	for _, g := range plan.Groups {
		plan.Round.Groups = append(plan.Round.Groups, g.Group)
	}
	for _, f := range r.former {
		if !slices.ContainsFunc(plan.Round.Groups, func(g scheduler.Group) bool { return g.Name == f.Name }) {
			plan.Replaced = append(plan.Replaced, f.Name)
		}
	}
}

// takenNames returns the names that groups have or had, in lower case.
func (r *forming) takenNames() map[string]bool {
	taken := map[string]bool{}
	for _, g := range r.Workspace.Groups {
		taken[strings.ToLower(g.Name)] = true
	}
	for _, round := range r.Request.Rounds {
		for _, g := range round.Groups {
			taken[strings.ToLower(g.Name)] = true
		}
	}
	for _, b := range r.Bookings {
		taken[strings.ToLower(b.Group)] = true
	}
	return taken
}

// sameMembers returns the group that has just these members, nil for none.
func sameMembers(groups []scheduler.Group, members []calendar.Address) *scheduler.Group {
	want := slices.Sorted(slices.Values(members))
	for i := range groups {
		if slices.Equal(slices.Sorted(slices.Values(groups[i].Members)), want) {
			return &groups[i]
		}
	}
	return nil
}

// wordName returns the nth name for a group of the round.
func (r *forming) wordName(n int) string {
	suffix := fmt.Sprintf("-%d-%s", r.number, groupWords[n%len(groupWords)])
	if n >= len(groupWords) {
		suffix += fmt.Sprintf("-%d", n/len(groupWords)+1)
	}
	return cut(r.Program.Name, longestName-len(suffix)) + suffix
}

// linkName returns the name that the standing pair has, or one made of the two
// people.
func (r *forming) linkName(members []calendar.Address, taken map[string]bool) string {
	if there := sameMembers(r.former, members); there != nil {
		return there.Name
	}
	people := ""
	for _, a := range slices.Sorted(slices.Values(members)) {
		people += "-" + cut(plain(a.Local()), 20)
	}
	for n := 1; ; n++ {
		suffix := people
		if n > 1 {
			suffix += fmt.Sprintf("-%d", n)
		}
		name := cut(r.Program.Name, longestName-len([]rune(suffix))) + suffix
		if !taken[strings.ToLower(name)] {
			return name
		}
	}
}

// plain replaces what no name may have.
func plain(s string) string {
	s = strings.Map(func(c rune) rune {
		if unicode.In(c, unicode.L, unicode.Nd) {
			return c
		}
		return '-'
	}, s)
	if s = strings.Trim(s, "-"); s == "" {
		return "x"
	}
	return s
}

// cut returns at most n characters of s, without a separator at the end.
func cut(s string, n int) string {
	if r := []rune(s); len(r) > n {
		s = string(r[:max(1, n)])
	}
	return strings.TrimRight(s, " ._-")
}
