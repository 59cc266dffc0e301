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
	decided, of := map[calendar.UID]scheduler.Decision{}, map[string]bool{}
	for r, err := range plan.Reviews.All() {
		if err != nil {
			return err
		}
		decided[r.Booking.UID], of[r.Program] = r.Decision, true
	}
	for _, p := range s.Workspace.Programs {
		if len(o.Groups) > 0 && !of[p.Name] {
			continue
		}
		start, due, err := rotationDue(ctx, s, p, decided)
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

// renewed returns the groups, by program, that rotate if they would go on, since others of
// their round are, or were lately, decided to be formed anew: else these would wait for
// them, for a whole series.
func (r reviewer) renewed(ctx context.Context, rounds []scheduler.Round) (map[string]map[string]bool, error) {
	if len(rounds) == 0 {
		return nil, nil
	}
	for page, err := range scheduler.Pages(ctx, r.Store) {
		if err != nil {
			return nil, err
		}
		for _, b := range page {
			r.turning[b.Program] = r.turning[b.Program] || b.Decision == scheduler.Rotate
		}
	}
	groups := map[string]map[string]bool{}
	for _, last := range rounds {
		configured := slices.ContainsFunc(r.Workspace.Programs, func(p scheduler.Program) bool { return p.Name == last.Program })
		if configured && r.turning[last.Program] {
			groups[last.Program] = map[string]bool{}
			for _, g := range last.Groups {
				groups[last.Program][g.Name] = true
			}
		}
	}
	return groups, nil
}

// reviewed returns a rehearsal in which the reviews of the plan were carried out.
func reviewed(ctx context.Context, s *scheduler.Service, plan *scheduler.ReviewsPlan) (*scheduler.Service, error) {
	after, err := s.Rehearsal(ctx)
	if err != nil {
		return nil, err
	}
	for r, err := range plan.All() {
		if err == nil {
			if _, err = Apply(ctx, after, r); !scheduler.Stops(ctx, err) {
				continue
			}
		}
		after.Store.Close()
		return nil, err
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
// reviewed, with the decisions that are about to be carried out, and one of them is to
// be rotated; and from which Monday on the next round may meet: the one after the
// last session that is still to come.
func rotationDue(ctx context.Context, s *scheduler.Service, p scheduler.Program, decided map[calendar.UID]scheduler.Decision) (start availability.Date, due bool, err error) {
	rounds, err := s.LastRounds(ctx)
	round, formed := scheduler.LastRounds(rounds)[p.Name]
	if err != nil || !formed {
		return start, false, err
	}
	zone, err := availability.LoadZone(s.Workspace.Zone)
	if err != nil {
		return start, false, err
	}
	last := s.Now()
	for _, g := range round.Groups {
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
