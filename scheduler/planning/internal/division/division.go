// Package division divides things into parts that have nothing in common.
package division

import (
	"iter"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler/roster"
)

// A Division joins the things that have a key in common.
type Division struct {
	parent []int32          // of each thing in its part
	first  map[string]int32 // the first thing that has a key
	roster roster.Roster    // whose addresses are keys of many
	person []int32          // the first thing that has one of these as a key, by number, from 1
	sizes  []int32          // how many keys each part has, by its root
}

// New returns a division of n things, told by their numbers. Addresses of the roster are
// cheaper than other keys.
func New(n int, people roster.Roster) *Division {
	d := &Division{make([]int32, n), map[string]int32{}, people, make([]int32, people.Len()), make([]int32, n)}
	for i := range d.parent {
		d.parent[i] = int32(i)
	}
	return d
}

// Note has a thing share its part with those that have one of the keys.
func (d *Division) Note(i int, keys []string) {
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

// Count ends noting, and keeps of the keys how many there are.
func (d *Division) Count() {
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

func (d *Division) root(i int32) int32 {
	for d.parent[i] != i {
		d.parent[i] = d.parent[d.parent[i]]
		i = d.parent[i]
	}
	return i
}

// join makes the earlier of two roots that of both.
func (d *Division) join(a, b int32) {
	a, b = d.root(a), d.root(b)
	d.parent[max(a, b)] = min(a, b)
}

// Parts returns the parts, small ones together as long as they have at most so many keys, in
// the order of their first things; each keeps theirs.
func (d *Division) Parts(most int) [][]int {
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

// Named is Parts of things that have names, one after the other.
func (d *Division) Named(most int, names []string) iter.Seq[[]string] {
	return func(yield func([]string) bool) {
		for _, part := range d.Parts(most) {
			named := make([]string, len(part))
			for i, number := range part {
				named[i] = names[number]
			}
			if !yield(named) {
				return
			}
		}
	}
}
