package scheduler

import (
	"cmp"
	"slices"
	"time"

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
// stand in the way. Unless allStarts, of slots less than an hour apart on one day only
// the best is among them.
func RankSlots(s Snapshot, g Group, search availability.Search, allStarts bool) (Ranking, error) {
	r := Ranking{Group: g, Search: search, Unknown: s.Unknown(g)}
	p, err := NewPlanner(s)
	if err != nil {
		return r, err
	}
	own, _ := s.Bookings.Current(g.Name)
	if r.Members, err = p.Members(g, own.Series.UID); err != nil {
		return r, err
	}
	top := cmp.Or(search.Top, 5)
	if !allStarts {
		search.Top = allSlots(search.Cadence)
	}
	candidates, err := availability.Rank(search, r.Members)
	if err != nil {
		return r, err
	}
	if !allStarts {
		candidates = apart(candidates, top)
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

// apart returns the best candidates, at most top of them, of which no two begin less
// than an hour apart on the same dates.
func apart(candidates []availability.Candidate, top int) []availability.Candidate {
	var out []availability.Candidate
	for _, c := range candidates {
		if len(out) == top {
			break
		}
		near := func(o availability.Candidate) bool {
			return o.First == c.First && (o.Slot.Start-c.Slot.Start).Abs() < time.Hour
		}
		if !slices.ContainsFunc(out, near) {
			out = append(out, c)
		}
	}
	return out
}
