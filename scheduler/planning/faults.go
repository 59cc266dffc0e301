package planning

import (
	"context"
	"fmt"
	"slices"

	"github.com/peerslot/peerslot/scheduler"
)

// broken are the findings that are faults, whatever is to be done.
var broken = []scheduler.FindingKind{scheduler.BrokenRecord, scheduler.SpoiltRecord, scheduler.NoSuchProgram, scheduler.NoSuchGroup, scheduler.Stranger, scheduler.BrokenAgenda, scheduler.UnreadLine}

// Faults names what is broken of a workspace, whatever is to be done with it: what
// [FaultsHere] finds, and series on the calendar that cannot be used. With an error,
// these could not be looked at, and the findings are all others.
func Faults(ctx context.Context, s *scheduler.Service) ([]scheduler.Finding, error) {
	bookings, err := s.Store.Bookings(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the bookings: %w", err)
	}
	return faults(ctx, s, bookings)
}

// FaultsOf is Faults of one group.
func FaultsOf(ctx context.Context, s *scheduler.Service, group string) ([]scheduler.Finding, error) {
	bookings, err := s.BookingsOf(ctx, group)
	if err != nil {
		return nil, err
	}
	out, err := faults(ctx, s, bookings)
	return slices.DeleteFunc(out, func(f scheduler.Finding) bool { return f.Group != group }), err
}

func faults(ctx context.Context, s *scheduler.Service, bookings scheduler.Bookings) ([]scheduler.Finding, error) {
	out, err := faultsHere(ctx, s, bookings)
	if err != nil {
		return nil, err
	}
	_, unusable, err := Current(ctx, s, bookings)
	for _, b := range bookings {
		if fault := unusable[b.Series.UID]; fault != nil && b.Fault == nil {
			out = append(out, scheduler.Finding{Kind: scheduler.BrokenSeries, Group: b.Group, UID: b.Series.UID, Err: fault})
		}
	}
	return out, err
}

// FaultsHere names what is broken that no calendar is asked for: records of the store
// and lines of the roster that cannot be read, groups and programs that are not there, people who
// are named and not there, agendas that cannot be rendered.
func FaultsHere(ctx context.Context, s *scheduler.Service) ([]scheduler.Finding, error) {
	bookings, err := s.Store.Bookings(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the bookings: %w", err)
	}
	return faultsHere(ctx, s, bookings)
}

func faultsHere(ctx context.Context, s *scheduler.Service, bookings scheduler.Bookings) ([]scheduler.Finding, error) {
	out, err := UpkeepOf(ctx, s, bookings)
	return slices.DeleteFunc(out, func(f scheduler.Finding) bool { return !slices.Contains(broken, f.Kind) }), err
}
