package scheduler

import (
	"github.com/peerslot/peerslot/availability"
)

// A Ranking is the answer to "when could this group meet?".
type Ranking struct {
	Group      Group
	Search     availability.Search
	Members    []availability.Member // in the order of the group
	Candidates []Ranked              // the best first
	Unknown    []Unknown
}

// Ranked is a candidate with every session of its series and every member's answer.
type Ranked struct {
	availability.Candidate
	Sessions []availability.Interval
	Verdicts [][]availability.Verdict // by session, then by member
}

// RankSlots ranks the slots of a group. Its own series, if it has one, does not
// stand in the way.
func RankSlots(s Snapshot, g Group, search availability.Search) (Ranking, error) {
	r := Ranking{Group: g, Search: search, Unknown: s.Unknown(g)}
	p, err := NewPlanner(s)
	if err != nil {
		return r, err
	}
	own, _ := s.Bookings.Current(g.Name)
	if r.Members, err = p.Members(g, own.Series.UID); err != nil {
		return r, err
	}
	candidates, err := availability.Rank(search, r.Members)
	if err != nil {
		return r, err
	}
	for _, c := range candidates {
		sessions, err := c.Slot.Occurrences(c.First, search.Cadence, c.Count)
		if err != nil {
			return r, err
		}
		r.Candidates = append(r.Candidates, Ranked{c, sessions, availability.Judge(r.Members, sessions)})
	}
	return r, nil
}
