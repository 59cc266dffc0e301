package forming

import (
	"context"
	"fmt"
	"slices"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/booking"
	"github.com/peerslot/peerslot/scheduler/planning"
)

// PlanRound reads what forming needs and proposes the next round. It fills in
// r.Rounds; r.Past comes from the caller.
func PlanRound(ctx context.Context, s *scheduler.Service, r Request) (Plan, error) {
	var err error
	if r.Rounds, err = s.Store.Rounds(ctx, r.Program.Name); err != nil {
		return Plan{}, fmt.Errorf("read the rounds: %w", err)
	}
	for _, one := range r.Rounds {
		if one.Fault != nil { // who has met is not known, nor which groups the next ones replace
			return Plan{}, one.Fault
		}
	}
	for _, name := range planning.AlsoMet(s.Workspace, r.Program) {
		elsewhere, err := s.Store.Rounds(ctx, name)
		if err != nil {
			return Plan{}, fmt.Errorf("read the rounds: %w", err)
		}
		r.Past = append(slices.Clone(r.Past), elsewhere...)
	}
	window, err := formingWindow(s.Workspace, r)
	if err != nil {
		return Plan{}, err
	}
	people := s.Workspace.Participants(r.Program)
	if n := len(r.Rounds); n > 0 {
		for _, g := range s.Workspace.CurrentOf(r.Rounds[n-1]) {
			people = append(people, g.Members...)
		}
	}
	snapshot, err := planning.Read(ctx, s, people, window)
	if err != nil {
		return Plan{}, err
	}
	return Propose(ctx, snapshot, r)
}

// formingWindow returns the time over which the calendars must be known: that of
// the searches of all cadences that groups of the program can have.
func formingWindow(w scheduler.Workspace, r Request) (window availability.Interval, err error) {
	cadences := []availability.Cadence{r.Program.Cadence}
	if r.Program.Kind == scheduler.OneOnOne {
		cadences = append(cadences, availability.Weekly, availability.Biweekly, availability.Monthly)
	}
	for _, c := range cadences {
		r.Program.Cadence = c
		one, err := booking.SearchWindow(formingSearch(w, r.Program, r.Start))
		if err != nil {
			return window, err
		}
		window = window.With(one)
	}
	return window, nil
}

// Save makes the proposal the program's current round; see [planning.SaveRound].
func Save(ctx context.Context, s *scheduler.Service, p Plan) error {
	next := p.Next()
	return planning.SaveRound(ctx, s, next.Round, next.Fresh, next.Replaced)
}

// Next returns what of the plan is stored.
func (p Plan) Next() scheduler.NextRound {
	next := scheduler.NextRound{Round: p.Round, Replaced: p.Replaced}
	for _, g := range p.Groups {
		if !g.Kept {
			next.Fresh = append(next.Fresh, g.Name)
		}
	}
	return next
}
