package forming

import (
	"maps"
	"slices"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/report"
)

// Report describes the plan for people and programs. running holds the former groups
// whose series have sessions left, and until when.
func (p Plan) Report(running map[string]availability.Date) report.Form {
	out := report.Form{
		Program: p.Program.Name, Round: p.Round.Number, Seed: p.Round.Seed, Start: p.Round.Start.String(),
		Groups: []report.Formed{}, Cost: p.Cost, Bound: p.Bound, Proven: p.Proven, Repeats: p.Repeats,
		Hurried: p.Hurried, Promised: p.Promised, Dropped: p.Dropped, Ahead: p.Ahead, SameDepartment: p.SameDepartment, MaxZoneSpanHours: p.MaxZoneSpanHours, LeftOut: []report.LeftOut{},
		Unknown: report.Unknowns(p.Unknown), Assumed: report.Addresses(p.Assumed), Replaced: append([]string{}, p.Replaced...),
	}
	for _, g := range p.Groups {
		f := g.report(p.Program)
		f.Kept = f.Kept && !slices.ContainsFunc(p.Placed, func(s Placed) bool { return s.Group == g.Name })
		out.Groups = append(out.Groups, f)
	}
	for _, l := range p.LeftOut {
		out.LeftOut = append(out.LeftOut, report.LeftOut{Person: string(l.Person), Why: l.Why})
	}
	for _, s := range p.Swapped {
		out.Swaps = append(out.Swaps, report.Swap{A: string(s.A), B: string(s.B), Before: s.Before, After: s.After})
	}
	for _, l := range p.Later {
		later := report.Later{Round: l.Number, Cost: l.Cost, Repeats: l.Repeats, Met: l.Met, Possible: l.Possible}
		for _, g := range l.Groups {
			later.Groups = append(later.Groups, report.Addresses(g))
		}
		out.Rounds = append(out.Rounds, later)
	}
	for _, s := range p.Placed {
		placed := report.Placed{Person: string(s.Person), Option: report.Option(s.Option)}
		for _, o := range s.Others {
			placed.Others = append(placed.Others, report.Option(o))
		}
		out.Placed = append(out.Placed, placed)
	}
	for _, name := range slices.Sorted(maps.Keys(running)) {
		out.Running = append(out.Running, report.Running{Group: name, Until: running[name].String()})
	}
	return out
}

func (g Group) report(p scheduler.Program) report.Formed {
	slot, attendance, possible := g.Slot()
	f := report.Formed{
		Name: g.Name, Members: report.Addresses(g.Members), Attendance: attendance, Possible: possible,
		Cadence: p.For(g.Group).Cadence.String(), Sessions: g.Sessions, Common: g.Common, Cost: g.Cost.Total(), Kept: g.Kept,
		Teams: g.Spread.Teams, Departments: g.Spread.Departments, Zones: g.Spread.Zones, Met: g.Spread.Met, Assumed: report.Addresses(g.Assumed),
	}
	if g.Booking.Existing == nil {
		f.Unknown = g.Booking.Candidate.Unknown
	}
	if possible > 0 {
		f.Slot, f.Zone = slot.String(), slot.Zone
	}
	if g.Booking.Problem != nil {
		f.Problem = g.Booking.Problem.Error()
	}
	return f
}
