package scheduler

import (
	"context"
	"fmt"
	"slices"

	"github.com/peerslot/peerslot/availability"
)

// A Rotation is the next round of a program all of whose groups have been reviewed.
type Rotation struct {
	Program string
	Start   availability.Date // a Monday
	NextRound
	Bookings []BookingPlan // of its groups
}

// A NextRound is a round that forming proposes.
type NextRound struct {
	Round    Round
	Fresh    []string // names of its groups that were not there before
	Replaced []string // names of groups that it takes the place of
}

// A Former proposes the next round of a program from a Monday on, from what the
// service reads.
type Former interface {
	NextRound(ctx context.Context, s *Service, p Program, start availability.Date) (NextRound, error)
}

// planRotations proposes the next round, and its bookings, of each program that the
// reviews of the plan, or earlier ones, make due: on a rehearsal in which the reviews
// have been carried out. A program whose round cannot be formed is a finding.
func (s *Service) planRotations(ctx context.Context, plan *ReviewsPlan, o ReviewOptions) error {
	var after *Service
	for _, p := range s.Workspace.Programs {
		if len(o.Groups) > 0 && !slices.ContainsFunc(plan.Reviews, func(r ReviewPlan) bool { return r.Booking.Program == p.Name }) {
			continue
		}
		start, due, err := s.rotationDue(ctx, p, plan.Reviews)
		if err != nil {
			return err
		}
		if !due {
			continue
		}
		if after == nil {
			if after, err = s.reviewed(ctx, plan); err != nil {
				return err
			}
			defer after.Store.Close()
		}
		r := Rotation{Program: p.Name, Start: start}
		if err := after.planRotation(ctx, p, &r); Stops(ctx, err) {
			return err
		} else if err != nil {
			plan.Findings = append(plan.Findings, Finding{Kind: NotFormed, Program: p.Name, Err: err})
			continue
		}
		plan.Rotations = append(plan.Rotations, r)
	}
	return nil
}

// reviewed returns a rehearsal in which the reviews of the plan were carried out.
func (s *Service) reviewed(ctx context.Context, plan *ReviewsPlan) (*Service, error) {
	after, err := s.Rehearsal(ctx)
	if err != nil {
		return nil, err
	}
	for _, r := range plan.Reviews {
		if _, err := after.ApplyReview(ctx, r); Stops(ctx, err) {
			after.Store.Close()
			return nil, err
		}
	}
	return after, nil
}

// planRotation forms and books on s, which is a rehearsal.
func (s *Service) planRotation(ctx context.Context, p Program, r *Rotation) error {
	if s.Former == nil {
		return fmt.Errorf("nothing forms the next round of %q", p.Name)
	}
	var err error
	if r.NextRound, err = s.Former.NextRound(ctx, s, p, r.Start); err != nil {
		return err
	}
	if err := s.SaveRound(ctx, r.Round, r.Fresh, r.Replaced); err != nil {
		return err
	}
	if r.Bookings, err = s.PlanBookings(ctx, s.requests(p, r.Round)); err != nil {
		return err
	}
	for _, b := range r.Bookings {
		if _, _, err := s.Book(ctx, b); Stops(ctx, err) {
			return err
		}
	}
	return nil
}

// requests asks for the slots of a round's groups.
func (s *Service) requests(p Program, r Round) []Request {
	var out []Request
	for _, g := range r.Groups {
		out = append(out, Request{Group: g, Search: NewSearch(s.Workspace, p.For(g), r.Start)})
	}
	return out
}

// ApplyRotation makes the round the current one and books its groups. It returns the
// bookings in the order of the plan; what cannot be booked is a finding.
func (s *Service) ApplyRotation(ctx context.Context, r Rotation) ([]Booking, []Finding, error) {
	if err := s.SaveRound(ctx, r.Round, r.Fresh, r.Replaced); err != nil {
		return nil, nil, err
	}
	var booked []Booking
	var findings []Finding
	for _, p := range r.Bookings {
		b, _, err := s.Book(ctx, p)
		if Stops(ctx, err) {
			return booked, findings, err
		}
		if err != nil {
			findings = append(findings, Finding{Kind: NotBooked, Program: r.Program, Group: p.Group.Name, Err: err})
		}
		booked = append(booked, b)
	}
	return booked, findings, nil
}

// rotationDue reports whether all groups of the program's last round have been
// reviewed, with the reviews that are about to be carried out, and one of them is to
// be rotated; and from which Monday on the next round may meet: the one after the
// last session that is still to come.
func (s *Service) rotationDue(ctx context.Context, p Program, reviews []ReviewPlan) (start availability.Date, due bool, err error) {
	rounds, err := s.Store.Rounds(ctx, p.Name)
	if err != nil || len(rounds) == 0 {
		return start, false, err
	}
	zone, err := availability.LoadZone(s.Workspace.Zone)
	if err != nil {
		return start, false, err
	}
	last := s.Now()
	for _, g := range rounds[len(rounds)-1].Groups {
		all, err := s.Store.BookingsOf(ctx, g.Name)
		if err != nil {
			return start, false, fmt.Errorf("read the bookings of group %q: %w", g.Name, err)
		}
		if len(all) == 0 {
			continue
		}
		b := all[len(all)-1]
		decision := b.Decision
		if i := slices.IndexFunc(reviews, func(r ReviewPlan) bool { return r.Booking.Series.UID == b.Series.UID }); i >= 0 {
			decision = reviews[i].Decision
		}
		if decision != Rotate && decision != Stop && b.State != Ended {
			return start, false, nil // another review comes first
		}
		due = due || decision == Rotate
		if end, err := lastEnd(b.Series); err == nil && b.Fault == nil {
			last = later(last, end)
		}
	}
	return availability.DateOf(last.In(zone)).Monday().AddDays(7), due, nil
}
