package planning

import (
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/planning/internal/division"
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

// Parts divides n things, told by their numbers, into parts that share no key: what keys
// returns for each, most of them people. Small parts are put together as long as they have at
// most so many keys. The parts are in the order of their first things, and each keeps theirs.
func Parts(n int, people scheduler.Roster, keys func(i int) []string, most int) [][]int {
	d := division.New(n, people)
	for i := range n {
		d.Note(i, keys(i))
	}
	d.Count()
	return d.Parts(most)
}
