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
	taken, kept, former := r.takenNames(), byMembers(r.kept), byMembers(r.former)
	words := 0
	for i := range plan.Groups {
		g := &plan.Groups[i]
		if same, ok := kept[membersKey(g.Members)]; ok {
			g.Group, g.Kept = same, true
		} else if r.Program.Kind == scheduler.OneOnOne {
			g.Name = r.linkName(g.Members, former, taken)
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
	goesOn := map[string]bool{}
	for _, g := range plan.Groups {
		plan.Round.Groups = append(plan.Round.Groups, g.Group)
		goesOn[g.Name] = true
	}
	for _, g := range r.last.Groups { // also those of which fewer than two are left
		if !goesOn[g.Name] {
			plan.Replaced = append(plan.Replaced, g.Name)
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

// byMembers returns the groups by who is in them; of those with the same members the first.
func byMembers(groups []scheduler.Group) map[string]scheduler.Group {
	out := make(map[string]scheduler.Group, len(groups))
	for _, g := range groups {
		key := membersKey(g.Members)
		if _, again := out[key]; !again {
			out[key] = g
		}
	}
	return out
}

// membersKey is the same for the same members in any order.
func membersKey(members []calendar.Address) string {
	return fmt.Sprint(slices.Sorted(slices.Values(members)))
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
func (r *forming) linkName(members []calendar.Address, former map[string]scheduler.Group, taken map[string]bool) string {
	if there, ok := former[membersKey(members)]; ok {
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
