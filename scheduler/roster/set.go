package roster

import "github.com/peerslot/peerslot/calendar"

// A Set is some of the people of a roster, in a byte for each that there are: of very many,
// a map would be as large as the roster.
type Set struct {
	roster Roster
	in     []bool // by number
}

// Nobody returns the empty set of people of a roster, to which nobody is put any more.
func (r Roster) Nobody() Set {
	if r.table == nil {
		return Set{}
	}
	return Set{r, make([]bool, len(r.rows))}
}

// Add puts people into the set. Who is not on the roster is left out.
func (s Set) Add(people ...calendar.Address) {
	for _, a := range people {
		if n, ok := s.roster.Number(a); ok {
			s.in[n] = true
		}
	}
}

// Has reports whether somebody is in the set.
func (s Set) Has(a calendar.Address) bool {
	n, ok := s.roster.Number(a)
	return ok && s.in[n]
}
