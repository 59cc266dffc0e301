package planning

import (
	"context"
	"fmt"
	"slices"

	"github.com/peerslot/peerslot/scheduler"
)

// broken are the findings that are faults, whatever is to be done.
var broken = []scheduler.FindingKind{scheduler.BrokenRecord, scheduler.NoSuchProgram, scheduler.NoSuchGroup, scheduler.Stranger, scheduler.BrokenAgenda}

// Faults names what is broken of a workspace, whatever is to be done with it: bookings
// that cannot be read, series on the calendar that cannot be used, groups and programs
// that are not there, people who are named and not there, agendas that cannot be
// rendered. With an error, the series could not be looked at, and the findings are all
// others.
func Faults(ctx context.Context, s *scheduler.Service) ([]scheduler.Finding, error) {
	bookings, err := s.Store.Bookings(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the bookings: %w", err)
	}
	rounds, err := s.Store.Rounds(ctx, "")
	if err != nil {
		return nil, fmt.Errorf("read the rounds: %w", err)
	}
	out := Upkeep(Snapshot{Workspace: s.Workspace, Bookings: bookings, Rounds: rounds, Agendas: agendas(s, nil), Now: s.Now()})
	out = slices.DeleteFunc(out, func(f scheduler.Finding) bool { return !slices.Contains(broken, f.Kind) })
	_, faults, err := Current(ctx, s, bookings)
	for _, b := range bookings {
		if fault := faults[b.Series.UID]; fault != nil && b.Fault == nil {
			out = append(out, scheduler.Finding{Kind: scheduler.BrokenSeries, Group: b.Group, UID: b.Series.UID, Err: fault})
		}
	}
	return out, err
}
