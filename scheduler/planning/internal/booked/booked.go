// Package booked knows which groups have bookings.
package booked

import "github.com/peerslot/peerslot/scheduler/byname"

// Groups are those that have bookings which have not ended. The zero Groups are none.
type Groups struct {
	Names  []string // in the order of the bookings
	open   []bool   // whether each has one that was not reviewed
	byName byname.Index
}

// Add notes a booking, open if it was not reviewed, and reports whether it is the first of
// its group. Those of a group come one after the other; Sort ends it.
func (g *Groups) Add(group string, open bool) (first bool) {
	last := len(g.Names) - 1
	if first = last < 0 || g.Names[last] != group; first {
		g.Names, g.open = append(g.Names, group), append(g.open, open)
	} else {
		g.open[last] = g.open[last] || open
	}
	return first
}

func (g *Groups) name(i int) string { return g.Names[i] }

// Sort has the groups found that were added.
func (g *Groups) Sort() { g.byName = byname.New(len(g.Names), g.name) }

// Number returns which of Names a group is, if it has a booking.
func (g *Groups) Number(group string) (i int, booked bool) { return g.byName.Find(group, g.name) }

// Open notes that group i has a booking that was not reviewed.
func (g *Groups) Open(i int) { g.open[i] = true }

// Find reports whether a group has a booking, and whether one that was not reviewed.
func (g *Groups) Find(group string) (open, booked bool) {
	i, booked := g.Number(group)
	return booked && g.open[i], booked
}
