package planning

import (
	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/scheduler"
)

// A Ranking is the answer to "when could this group meet?".
type Ranking struct {
	Group      scheduler.Group
	Search     availability.Search
	Members    []availability.Member // in the order of the group
	Candidates []Ranked              // the best first
	Unknown    []scheduler.Unknown
}

// Ranked is a candidate with every session of its series and every member's answer.
type Ranked struct {
	availability.Candidate
	Sessions []availability.Interval
	Verdicts [][]availability.Verdict // by session, then by member
}
