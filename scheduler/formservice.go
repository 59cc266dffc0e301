package scheduler

import (
	"context"
	"fmt"
	"slices"

	"github.com/peerslot/peerslot/availability"
)

// Formed returns the groups that forming made and that are current.
func (s *Service) Formed(ctx context.Context) ([]Group, error) {
	rounds, err := s.Store.Rounds(ctx, "")
	if err != nil {
		return nil, fmt.Errorf("read the rounds: %w", err)
	}
	return s.Workspace.CurrentGroups(rounds), nil
}

// PlanRound reads what forming needs and proposes the next round. It fills in
// f.Rounds; f.Past comes from the caller.
func (s *Service) PlanRound(ctx context.Context, f Forming) (FormPlan, error) {
	var err error
	if f.Rounds, err = s.Store.Rounds(ctx, f.Program.Name); err != nil {
		return FormPlan{}, fmt.Errorf("read the rounds: %w", err)
	}
	window, err := formingWindow(s.Workspace, f)
	if err != nil {
		return FormPlan{}, err
	}
	people := s.Workspace.Participants(f.Program)
	if n := len(f.Rounds); n > 0 {
		for _, g := range s.Workspace.currentOf(f.Rounds[n-1]) {
			people = append(people, g.Members...)
		}
	}
	snapshot, err := s.Snapshot(ctx, people, window)
	if err != nil {
		return FormPlan{}, err
	}
	if ctx.Err() != nil {
		return FormPlan{}, context.Cause(ctx)
	}
	return PlanRound(snapshot, f)
}

// formingWindow returns the time over which the calendars must be known: that of
// the searches of all cadences that groups of the program can have.
func formingWindow(w Workspace, f Forming) (window availability.Interval, err error) {
	cadences := []availability.Cadence{f.Program.Cadence}
	if f.Program.Kind == OneOnOne {
		cadences = append(cadences, availability.Weekly, availability.Biweekly, availability.Monthly)
	}
	for _, c := range cadences {
		f.Program.Cadence = c
		one, err := SearchWindow(formingSearch(w, f.Program, f.Start))
		if err != nil {
			return window, err
		}
		if window.Empty() {
			window = one
		}
		window.Start, window.End = earlier(window.Start, one.Start), later(window.End, one.End)
	}
	return window, nil
}

// SaveRound makes the proposal the current round. The series of groups that it
// replaces run out: they stay on the calendar, and no next one follows them. It
// returns ErrFormed if another run formed the round meanwhile.
func (s *Service) SaveRound(ctx context.Context, plan FormPlan) error {
	bookings, err := s.Store.Bookings(ctx)
	if err != nil {
		return fmt.Errorf("read the bookings: %w", err)
	}
	var events []Event
	for _, g := range plan.Groups {
		if !g.Kept {
			events = append(events, Event{At: s.Now().UTC(), Group: g.Name, What: "formed", Why: fmt.Sprintf("round %d of %s", plan.Round.Number, plan.Program.Name)})
		}
	}
	var replaced []Booking
	for _, b := range bookings {
		if b.Reviewed || !slices.Contains(plan.Replaced, b.Group) {
			continue
		}
		b.Reviewed = true
		replaced = append(replaced, b)
		events = append(events, s.event(b, "replaced", fmt.Sprintf("round %d of %s has other groups; the series runs out", plan.Round.Number, plan.Program.Name)))
	}
	if err := s.Store.SaveRound(ctx, plan.Round, replaced, events...); err != nil {
		return fmt.Errorf("save round %d of program %q: %w", plan.Round.Number, plan.Program.Name, err)
	}
	s.log().Info("formed", "program", plan.Program.Name, "round", plan.Round.Number, "groups", len(plan.Groups))
	return nil
}

// Running returns the open bookings of groups that the plan replaces, with the end
// of each series.
func (s *Service) Running(ctx context.Context, plan FormPlan) (map[string]availability.Date, error) {
	bookings, err := s.Store.Bookings(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the bookings: %w", err)
	}
	out := map[string]availability.Date{}
	for _, b := range bookings {
		last, err := lastEnd(b.Series)
		if err != nil {
			return nil, fmt.Errorf("group %q: %w", b.Group, err)
		}
		if slices.Contains(plan.Replaced, b.Group) && last.After(s.Now()) {
			out[b.Group] = availability.DateOf(last)
		}
	}
	return out, nil
}

// Intro returns the introduction of a group, with its slot if one is booked.
func (s *Service) Intro(ctx context.Context, name string) (string, error) {
	g, err := s.Group(name)
	if err != nil {
		return "", err
	}
	program, ok := s.Workspace.Program(g.Program)
	if !ok {
		return "", fmt.Errorf("group %q: there is no program %q", g.Name, g.Program)
	}
	agenda, err := s.Agenda(program)
	if err != nil {
		return "", err
	}
	bookings, err := s.Store.Bookings(ctx)
	if err != nil {
		return "", fmt.Errorf("read the bookings: %w", err)
	}
	return agenda.Intro(s.Workspace, g, Snapshot{Bookings: bookings}.booking(name), s.Now())
}

// RotationDue reports whether all groups that the program formed have been
// reviewed, so that its next round can be formed, and from which Monday on: the
// one after the last session that is still to come.
func (s *Service) RotationDue(ctx context.Context, program Program) (start availability.Date, due bool, err error) {
	rounds, err := s.Store.Rounds(ctx, program.Name)
	if err != nil || len(rounds) == 0 {
		return start, false, err
	}
	bookings, err := s.Store.Bookings(ctx)
	if err != nil {
		return start, false, err
	}
	zone, err := availability.LoadZone(s.Workspace.Zone)
	if err != nil {
		return start, false, err
	}
	last := s.Now()
	for _, b := range bookings {
		if !slices.ContainsFunc(rounds[len(rounds)-1].Groups, func(g Group) bool { return g.Name == b.Group }) {
			continue
		}
		if !b.Reviewed {
			return start, false, nil // another review comes first
		}
		end, err := lastEnd(b.Series)
		if err != nil {
			return start, false, fmt.Errorf("group %q: %w", b.Group, err)
		}
		last, due = later(last, end), true
	}
	return availability.DateOf(last.In(zone)).Monday().AddDays(7), due, nil
}
