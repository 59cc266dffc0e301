package review

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/booking"
	"github.com/peerslot/peerslot/scheduler/planning"
)

// planRotations proposes the next round, and its bookings, of each program that the
// reviews of the plan, or earlier ones, make due: on a rehearsal in which the reviews
// have been carried out. A program whose round cannot be formed is a finding.
func planRotations(ctx context.Context, s *scheduler.Service, plan *scheduler.ReviewsPlan, o scheduler.ReviewOptions) error {
	var after *scheduler.Service
	for _, p := range s.Workspace.Programs {
		if len(o.Groups) > 0 && !slices.ContainsFunc(plan.Reviews, func(r scheduler.ReviewPlan) bool { return r.Booking.Program == p.Name }) {
			continue
		}
		start, due, err := rotationDue(ctx, s, p, plan.Reviews)
		if err != nil {
			return err
		}
		if !due {
			continue
		}
		if after == nil {
			if after, err = reviewed(ctx, s, plan); err != nil {
				return err
			}
			defer after.Store.Close()
		}
		r := scheduler.Rotation{Program: p.Name, Start: start}
		if err := planRotation(ctx, after, p, &r); scheduler.Stops(ctx, err) {
			return err
		} else if err != nil {
			plan.Findings = append(plan.Findings, scheduler.Finding{Kind: scheduler.NotFormed, Program: p.Name, Err: err})
			continue
		}
		plan.Rotations = append(plan.Rotations, r)
	}
	return nil
}

// renewTogether has groups rotate that would go on while others of their round are, or
// were lately, decided to be formed anew: else these would wait for them, for a whole
// series.
func renewTogether(ctx context.Context, s *scheduler.Service, plan *scheduler.ReviewsPlan) error {
	turning := map[string]bool{} // programs
	for page, err := range scheduler.Pages(ctx, s.Store) {
		if err != nil {
			return err
		}
		for _, b := range page {
			turning[b.Program] = turning[b.Program] || b.Decision == scheduler.Rotate
		}
	}
	for _, r := range plan.Reviews {
		turning[r.Booking.Program] = turning[r.Booking.Program] || r.Decision == scheduler.Rotate
	}
	for _, p := range s.Workspace.Programs {
		if !turning[p.Name] {
			continue
		}
		rounds, err := s.Store.Rounds(ctx, p.Name)
		if err != nil {
			return err
		}
		last := lastGroups(rounds)
		for i := range plan.Reviews {
			if r := &plan.Reviews[i].Review; r.Booking.Program == p.Name && r.Decision.GoesOn() && last[r.Booking.Group] {
				r.Decision, r.Cadence = scheduler.Rotate, r.Booking.Series.Cadence
				r.Reasons = append(slices.DeleteFunc(r.Reasons, func(r string) bool { return r == goesOn }), "other groups of its round are formed anew, and this one with them")
			}
		}
	}
	return nil
}

// lastGroups returns the names of the groups of the last round.
func lastGroups(rounds []scheduler.Round) map[string]bool {
	names := map[string]bool{}
	if len(rounds) > 0 {
		for _, g := range rounds[len(rounds)-1].Groups {
			names[g.Name] = true
		}
	}
	return names
}

// reviewed returns a rehearsal in which the reviews of the plan were carried out.
func reviewed(ctx context.Context, s *scheduler.Service, plan *scheduler.ReviewsPlan) (*scheduler.Service, error) {
	after, err := s.Rehearsal(ctx)
	if err != nil {
		return nil, err
	}
	for _, r := range plan.Reviews {
		if _, err := Apply(ctx, after, r); scheduler.Stops(ctx, err) {
			after.Store.Close()
			return nil, err
		}
	}
	return after, nil
}

// planRotation forms and books on s, which is a rehearsal.
func planRotation(ctx context.Context, s *scheduler.Service, p scheduler.Program, r *scheduler.Rotation) error {
	if s.Former == nil {
		return fmt.Errorf("nothing forms the next round of %q", p.Name)
	}
	var err error
	if r.NextRound, err = s.Former.NextRound(ctx, s, p, r.Start); err != nil {
		return err
	}
	if err := planning.SaveRound(ctx, s, r.Round, r.Fresh, r.Replaced); err != nil {
		return err
	}
	if r.Bookings, err = booking.Plan(ctx, s, requests(s, p, r.Round)); err != nil {
		return err
	}
	for _, b := range r.Bookings {
		if _, _, err := s.Book(ctx, b); scheduler.Stops(ctx, err) {
			return err
		}
	}
	return nil
}

// requests asks for the slots of a round's groups.
func requests(s *scheduler.Service, p scheduler.Program, r scheduler.Round) []scheduler.Request {
	var out []scheduler.Request
	for _, g := range r.Groups {
		out = append(out, scheduler.Request{Group: g, Search: booking.NewSearch(s.Workspace, p.For(g), r.Start)})
	}
	return out
}

// ApplyRotation makes the round the current one and books its groups: both are intended
// together, so that no run that dies between leaves a round without series. It returns
// what is booked; what cannot be is a finding.
func ApplyRotation(ctx context.Context, s *scheduler.Service, r scheduler.Rotation) ([]scheduler.Booking, []scheduler.Finding, error) {
	batch, err := planning.RoundBatch(ctx, s, r.Round, r.Fresh, r.Replaced)
	if err != nil {
		return nil, nil, err
	}
	var plans []scheduler.BookingPlan
	var there []scheduler.Booking
	var findings []scheduler.Finding
	for _, p := range r.Bookings {
		switch {
		case p.Problem != nil:
			findings = append(findings, scheduler.Finding{Kind: scheduler.NotBooked, Program: r.Program, Group: p.Group.Name, Err: fmt.Errorf("group %q: %w", p.Group.Name, p.Problem)})
		case p.Existing != nil:
			there = append(there, *p.Existing)
		default:
			plans = append(plans, p)
		}
	}
	booked, failed, err := s.Follow(ctx, batch, plans...)
	return append(there, booked...), append(findings, failed...), err
}

// rotationDue reports whether all groups of the program's last round have been
// reviewed, with the reviews that are about to be carried out, and one of them is to
// be rotated; and from which Monday on the next round may meet: the one after the
// last session that is still to come.
func rotationDue(ctx context.Context, s *scheduler.Service, p scheduler.Program, reviews []scheduler.ReviewPlan) (start availability.Date, due bool, err error) {
	rounds, err := s.Store.Rounds(ctx, p.Name)
	if err != nil || len(rounds) == 0 {
		return start, false, err
	}
	zone, err := availability.LoadZone(s.Workspace.Zone)
	if err != nil {
		return start, false, err
	}
	last, decided := s.Now(), map[calendar.UID]scheduler.Decision{}
	for _, r := range reviews {
		decided[r.Booking.Series.UID] = r.Decision
	}
	for _, g := range rounds[len(rounds)-1].Groups {
		all, err := s.Store.BookingsOf(ctx, g.Name)
		if err != nil {
			return start, false, fmt.Errorf("read the bookings of group %q: %w", g.Name, err)
		}
		if len(all) == 0 {
			continue
		}
		b := all[len(all)-1]
		decision := cmp.Or(decided[b.Series.UID], b.Decision)
		if decision != scheduler.Rotate && decision != scheduler.Stop && b.State != scheduler.Ended {
			return start, false, nil // another review comes first
		}
		due = due || decision == scheduler.Rotate
		if end, err := b.Series.LastEnd(); err == nil && b.Fault == nil {
			last = availability.Later(last, end)
		}
	}
	return availability.DateOf(last.In(zone)).Monday().AddDays(7), due, nil
}
