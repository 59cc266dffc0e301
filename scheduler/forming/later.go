package forming

import (
	"context"
	"slices"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler/planning"
)

// Later is a round as it will be formed after those before it.
type Later struct {
	Number   int
	Groups   [][]calendar.Address
	Cost     int
	Repeats  int // pairs that were together before
	Met      int // pairs of those who take part that will have been together by then
	Possible int // pairs of those who take part
}

// lookAhead forms the rounds that follow, each from those before it, and promises
// them. The proposal itself is the first of them.
func (r *forming) lookAhead(ctx context.Context, s planning.Snapshot, plan *Plan) error {
	if r.Count < 2 {
		return nil
	}
	next := r.Request
	next.Keep, next.Place, next.Swaps, next.Count = nil, nil, nil, 0
	next.Rounds = append(slices.Clone(next.Rounds), plan.Round)
	plan.Later = append(plan.Later, r.later(*plan, next))
	for range r.Count - 1 {
		p, err := Propose(ctx, s, next)
		if err != nil {
			return err
		}
		next.Rounds = append(next.Rounds, p.Round)
		plan.Later = append(plan.Later, r.later(p, next))
	}
	plan.Round.Promised = nil
	for _, l := range plan.Later[1:] {
		plan.Round.Promised = append(plan.Round.Promised, l.Groups)
	}
	return nil
}

// later sums up a round; so far holds it and those before it.
func (r *forming) later(p Plan, soFar Request) Later {
	l := Later{Number: p.Round.Number, Cost: p.Cost, Repeats: p.Repeats, Possible: len(r.people) * (len(r.people) - 1) / 2}
	for _, g := range p.Groups {
		l.Groups = append(l.Groups, g.Members)
	}
	for pair := range meetings(slices.Concat(soFar.Past, soFar.Rounds)) {
		if r.isIn(pair.a) && r.isIn(pair.b) {
			l.Met++
		}
	}
	return l
}
