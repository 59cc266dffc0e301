package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/render"
	"github.com/peerslot/peerslot/scheduler/forming"
)

// printFormPlan shows who would meet whom, why, and what it costs.
func (a *app) printFormPlan(ctx context.Context, w *workspace, plan forming.Plan) error {
	p := a.printer()
	start := plan.Round.Start
	p.Printf("%s, round %d: %s from %s %s on\n", plan.Program.Name, plan.Round.Number, count(len(plan.Groups), "group", "groups"), start.Weekday(), start)
	for _, g := range plan.Groups {
		p.Println("")
		printFormedGroup(p, w, plan, g)
	}
	p.Println("")
	for _, l := range plan.LeftOut {
		p.Printf("Left out: %s %s.\n", w.Workspace.Name(l.Person), l.Why)
	}
	for _, s := range plan.Swapped {
		p.Printf("Swapping %s and %s changes the cost from %d to %d (%+d).\n", w.Workspace.Name(s.A), w.Workspace.Name(s.B), s.Before, s.After, s.After-s.Before)
	}
	p.Printf("%s\n", costLine(plan))
	p.Printf("Pairs that were together before: %d; of one department or of close teams: %d; widest span of zones: %g h.\n", plan.Repeats, plan.SameDepartment, plan.MaxZoneSpanHours)
	running, err := w.service.Running(ctx, plan.Replaced)
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(running)) {
		p.Printf("The series of %s runs on until %s; 'peerslot cancel %s' ends it sooner.\n", name, running[name], name)
	}
	return nil
}

func costLine(plan forming.Plan) string {
	switch {
	case plan.Proven:
		return fmt.Sprintf("Cost %d, proven least.", plan.Cost)
	case plan.Bound > 0:
		return fmt.Sprintf("Cost %d; no grouping costs less than %d (gap %.1f%%).", plan.Cost, plan.Bound, 100*float64(plan.Cost-plan.Bound)/float64(plan.Cost))
	}
	return fmt.Sprintf("Cost %d; not proven least.", plan.Cost)
}

func printFormedGroup(p render.Printer, w *workspace, plan forming.Plan, g forming.Group) {
	p.Heading("%s: %s", g.Name, slotLine(plan, g))
	width := 0
	for _, a := range g.Members {
		width = max(width, len([]rune(w.Workspace.Name(a))))
	}
	for _, a := range g.Members {
		person := w.Workspace.Roster[a]
		var traits []string
		for _, t := range []string{person.Role, person.Team, person.Department, person.Location} {
			if t != "" {
				traits = append(traits, t)
			}
		}
		p.Printf("  %-*s  %s\n", width, w.Workspace.Name(a), strings.Join(append(traits, person.Zone), ", "))
	}
	p.Printf("  %s\n", whyLine(g))
}

// slotLine says when the group would meet.
func slotLine(plan forming.Plan, g forming.Group) string {
	slot, attendance, possible := g.Slot()
	if possible == 0 {
		if g.Booking.Problem != nil {
			return g.Booking.Problem.Error()
		}
		return "no slot"
	}
	line := fmt.Sprintf("%s %s %s, %d of %d can attend", slot.Day, availability.FormatClock(slot.Start), slot.Zone, attendance, possible)
	if c := plan.Program.For(g.Group).Cadence; c != plan.Program.Cadence || c != availability.Weekly {
		line += ", " + c.String()
	}
	if g.Kept {
		line += "; kept as it is"
	}
	return line
}

// whyLine says why these people.
func whyLine(g forming.Group) string {
	parts := []string{}
	if g.Spread.Teams > 0 {
		parts = append(parts, count(g.Spread.Teams, "team", "teams"))
	}
	if g.Spread.Departments > 0 {
		parts = append(parts, count(g.Spread.Departments, "department", "departments"))
	}
	parts = append(parts, count(g.Spread.Zones, "zone", "zones"))
	if g.Sessions > 0 {
		parts = append(parts, fmt.Sprintf("all free in %d of %d sessions", g.Common, g.Sessions))
	}
	switch {
	case g.Spread.Met > 0:
		parts = append(parts, count(g.Spread.Met, "pair", "pairs")+" met before")
	default:
		parts = append(parts, "nobody met before")
	}
	return strings.Join(parts, ", ")
}
