package planning

import (
	"iter"
	"slices"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
)

// PeopleAtOnce is how many people's busy times are in memory: some megabytes. Those of
// groups that hang together are, whatever their number.
const PeopleAtOnce = 1000

// Apart divides the bookings of a snapshot into parts that share nobody, neither a
// member of a group nor who is invited to a series, now or by what is intended: what
// is planned for one part concerns no other. Small parts are put together as long as
// they have at most so many people. The parts are in the order of their first
// bookings, and each keeps the order of the bookings; one is made when its turn comes.
func Apart(s Snapshot, people int) iter.Seq[scheduler.Bookings] {
	s.Aliases, s.Groups = s.aliases(), s.GroupsByName()
	parts := Parts(len(s.Bookings), func(i int) []string { return s.Concerns(s.Bookings[i]) }, people)
	return func(yield func(scheduler.Bookings) bool) {
		for part := range parts {
			out := make(scheduler.Bookings, len(part))
			for i, number := range part {
				out[i] = s.Bookings[number]
			}
			if !yield(out) {
				return
			}
		}
	}
}

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
func Parts(n int, keys func(i int) []string, most int) iter.Seq[[]int] {
	d := make(division, n)
	of := map[string]int{} // the first thing that has a key
	for i := range n {
		d[i] = i
		for _, key := range keys(i) {
			if first, known := of[key]; known {
				d.join(first, i)
			} else {
				of[key] = i
			}
		}
	}
	sizes := make([]int, n)
	for _, i := range of {
		sizes[d.root(i)]++
	}
	return slices.Values(d.parts(sizes, most))
}

// A division joins the things that have a key in common: it has the parent of each in
// its part.
type division []int

func (d division) root(i int) int {
	for d[i] != i {
		d[i] = d[d[i]]
		i = d[i]
	}
	return i
}

// join makes the earlier of two roots that of both.
func (d division) join(a, b int) {
	a, b = d.root(a), d.root(b)
	d[max(a, b)] = min(a, b)
}

// parts puts parts together. sizes are the keys of each, by its root.
func (d division) parts(sizes []int, most int) [][]int {
	var parts [][]int
	of := make([]int, len(d)) // in which part each is, by its root
	filled := most + 1
	for i := range d {
		root := d.root(i)
		if root == i {
			if filled+sizes[i] > most {
				parts, filled = append(parts, nil), 0
			}
			filled += sizes[i]
			of[i] = len(parts) - 1
		}
		parts[of[root]] = append(parts[of[root]], i)
	}
	return parts
}
