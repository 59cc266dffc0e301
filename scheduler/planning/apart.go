package planning

import (
	"iter"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
)

// Apart divides the bookings of a snapshot into parts that share nobody, neither a
// member of a group nor who is invited to a series, now or by what is intended: what
// is planned for one part concerns no other. Small parts are put together as long as
// they have at most so many people. The parts are in the order of their first
// bookings, and each keeps the order of the bookings; one is made when its turn comes.
func Apart(s Snapshot, people int) iter.Seq[scheduler.Bookings] {
	d := division{aliases: s.aliases(), groups: s.Workspace.GroupsByName(), of: map[string]int{}}
	for range s.Bookings {
		d.parent = append(d.parent, len(d.parent))
	}
	sizes := make([]int, len(s.Bookings))
	for i, b := range s.Bookings {
		for _, key := range d.keys(b, s.Current[b.Series.UID]) {
			if first, known := d.of[key]; known {
				d.join(first, i)
			} else {
				d.of[key] = i
			}
		}
	}
	for _, i := range d.of {
		sizes[d.root(i)]++
	}
	return d.parts(s.Bookings, sizes, people)
}

// A division joins the bookings that have somebody in common.
type division struct {
	aliases calendar.Aliases
	groups  map[string]scheduler.Group
	of      map[string]int // the first booking in which somebody, or a group, is
	parent  []int          // of each booking in its part
}

// keys returns who, and which group, is concerned by a booking.
func (d *division) keys(b scheduler.Booking, current calendar.Series) []string {
	out := []string{"group " + b.Group}
	for _, a := range scheduler.GroupIn(d.groups, b).Members {
		out = append(out, string(a))
	}
	all := []calendar.Series{b.Series, current}
	if b.Next != nil {
		all = append(all, *b.Next)
	}
	for _, series := range all {
		for _, at := range series.Attendees {
			out = append(out, string(d.aliases.Person(string(at.Address))))
		}
	}
	return out
}

func (d *division) root(i int) int {
	for d.parent[i] != i {
		d.parent[i] = d.parent[d.parent[i]]
		i = d.parent[i]
	}
	return i
}

// join makes the earlier of two roots that of both.
func (d *division) join(a, b int) {
	a, b = d.root(a), d.root(b)
	d.parent[max(a, b)] = min(a, b)
}

// parts puts parts together. sizes are the people and groups of each, by its root.
func (d *division) parts(bookings scheduler.Bookings, sizes []int, most int) iter.Seq[scheduler.Bookings] {
	var parts [][]int                // which bookings are in each
	of := make([]int, len(bookings)) // in which part each is, by its root
	filled := most + 1
	for i := range bookings {
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
	return func(yield func(scheduler.Bookings) bool) {
		for _, part := range parts {
			out := make(scheduler.Bookings, len(part))
			for i, number := range part {
				out[i] = bookings[number]
			}
			if !yield(out) {
				return
			}
		}
	}
}
