package roster

import (
	"slices"

	"github.com/peerslot/peerslot/calendar"
)

// A Selector says who takes part in a program: people who match every field that
// is set. The zero Selector matches everybody.
type Selector struct {
	Role, Team, Department, Location string
	Level                            int
	Manager                          calendar.Address
	Addresses                        []calendar.Address
}

// Matches reports whether p takes part.
func (s Selector) Matches(p Person) bool {
	is := func(want, have string) bool { return want == "" || want == have }
	return is(s.Role, p.Role) && is(s.Team, p.Team) && is(s.Department, p.Department) && is(s.Location, p.Location) &&
		is(string(s.Manager), string(p.Manager)) && (s.Level == 0 || s.Level == p.Level) &&
		(len(s.Addresses) == 0 || slices.Contains(s.Addresses, p.Address))
}
