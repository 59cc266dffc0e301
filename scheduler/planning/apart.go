package planning

import (
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
)

// PeopleAtOnce is how many people's busy times are in memory: some megabytes. Those of
// groups that hang together are, whatever their number. A night of 2,000 groups of five
// takes 67 MB with 1,000 people, 63 with 500, and 57 with 250, of whom a calendar that is
// asked for fifty at a time has but five answers to give at once (2026-11).
const PeopleAtOnce = 500

// Concerns returns who, and which group, is concerned by a booking. For many, Aliases
// and Groups should be there.
func (s Snapshot) Concerns(b scheduler.Booking) []string {
	out, aliases := []string{"group " + b.Group}, s.aliases()
	for _, a := range scheduler.GroupIn(s.GroupsByName(), b).Members {
		out = append(out, string(a))
	}
	all := []calendar.Series{b.Series, s.Current[b.Series.UID]}
	if b.Next != nil {
		all = append(all, *b.Next)
	}
	for _, series := range all {
		for _, at := range series.Attendees {
			out = append(out, string(aliases.Person(string(at.Address))))
		}
	}
	return out
}

// Parts divides n things, told by their numbers, into parts that share no key: what
// keys returns for each. Small parts are put together as long as they have at most so
// many keys. The parts are in the order of their first things, and each keeps theirs.
func Parts(n int, keys func(i int) []string, most int) [][]int {
	d := newDivision(n, scheduler.Roster{})
	for i := range n {
		d.note(i, keys(i))
	}
	d.count()
	return d.parts(most)
}

// A division joins the things that have a key in common.
type division struct {
	parent []int32          // of each thing in its part
	first  map[string]int32 // the first thing that has a key
	roster scheduler.Roster // whose addresses are keys of many
	person []int32          // the first thing that has one of these as a key, by number, from 1
	sizes  []int32          // how many keys each part has, by its root
}

func newDivision(n int, roster scheduler.Roster) *division {
	d := &division{make([]int32, n), map[string]int32{}, roster, make([]int32, roster.Len()), make([]int32, n)}
	for i := range d.parent {
		d.parent[i] = int32(i)
	}
	return d
}

// note has a thing share its part with those that have one of the keys.
func (d *division) note(i int, keys []string) {
	for _, key := range keys {
		if n, known := d.roster.Number(calendar.Address(key)); known && n < len(d.person) {
			if d.person[n] == 0 {
				d.person[n] = int32(i) + 1
			}
			d.join(d.person[n]-1, int32(i))
		} else if first, known := d.first[key]; known {
			d.join(first, int32(i))
		} else {
			d.first[key] = int32(i)
		}
	}
}

// count ends noting, and keeps of the keys how many there are.
func (d *division) count() {
	for _, i := range d.first {
		d.sizes[d.root(i)]++
	}
	for _, i := range d.person {
		if i > 0 {
			d.sizes[d.root(i-1)]++
		}
	}
	d.first, d.person = nil, nil
}

func (d *division) root(i int32) int32 {
	for d.parent[i] != i {
		d.parent[i] = d.parent[d.parent[i]]
		i = d.parent[i]
	}
	return i
}

// join makes the earlier of two roots that of both.
func (d *division) join(a, b int32) {
	a, b = d.root(a), d.root(b)
	d.parent[max(a, b)] = min(a, b)
}

// parts puts parts together.
func (d *division) parts(most int) [][]int {
	var parts [][]int
	of := make([]int, len(d.parent)) // in which part each is, by its root
	filled := most + 1
	for i := range d.parent {
		root := int(d.root(int32(i)))
		if root == i {
			if filled+int(d.sizes[i]) > most {
				parts, filled = append(parts, nil), 0
			}
			filled += int(d.sizes[i])
			of[i] = len(parts) - 1
		}
		parts[of[root]] = append(parts[of[root]], i)
	}
	return parts
}
