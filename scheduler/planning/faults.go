package planning

import (
	"context"
	"errors"
	"iter"
	"slices"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
)

// broken are the findings that are faults, whatever is to be done.
var broken = []scheduler.FindingKind{scheduler.BrokenRecord, scheduler.SpoiltRecord, scheduler.NoSuchProgram, scheduler.NoSuchGroup, scheduler.Stranger, scheduler.BrokenAgenda, scheduler.UnreadLine}

// Faults names what is broken of a workspace, whatever is to be done with it: what
// [FaultsHere] finds, and series on the calendar that cannot be used. With an error,
// these could not be looked at, and the findings are all others.
func Faults(ctx context.Context, s *scheduler.Service) ([]scheduler.Finding, error) {
	uids, err := allUIDs(ctx, s)
	if err != nil {
		return nil, err
	}
	return faults(ctx, s, uids, scheduler.Pages(ctx, s.Store))
}

// FaultsOf is Faults of one group.
func FaultsOf(ctx context.Context, s *scheduler.Service, group string) ([]scheduler.Finding, error) {
	bookings, err := s.BookingsOf(ctx, group)
	if err != nil {
		return nil, err
	}
	out, err := faults(ctx, s, uidsOf(bookings), scheduler.Bookings(bookings).Page())
	return slices.DeleteFunc(out, func(f scheduler.Finding) bool { return f.Group != group }), err
}

// faults is Faults of the bookings, which are named in uids, too.
func faults(ctx context.Context, s *scheduler.Service, uids []calendar.UID, pages iter.Seq2[scheduler.Bookings, error]) ([]scheduler.Finding, error) {
	out, err := faultsHere(ctx, s, pages)
	if err != nil {
		return nil, err
	}
	now, err := glance(ctx, s, uids)
	if err != nil {
		return out, err
	}
	for page, err := range pages {
		if err != nil {
			return nil, err
		}
		if err := now.read(ctx, s, page); err != nil {
			return out, err
		}
		for _, b := range page {
			if fault := now.faults[b.Series.UID]; fault != nil && b.Fault == nil {
				out = append(out, BrokenSeries(b, fault))
			}
			delete(now.current, b.Series.UID)
		}
	}
	return Once(out), nil
}

// BrokenSeries returns what is to be said of a series that cannot be used.
func BrokenSeries(b scheduler.Booking, fault error) scheduler.Finding {
	if errors.Is(fault, calendar.ErrAway) {
		return scheduler.Finding{Kind: scheduler.CalendarsAway, Err: fault}
	}
	return scheduler.Finding{Kind: scheduler.BrokenSeries, Group: b.Group, UID: b.Series.UID, Err: fault}
}

// Once leaves out that the calendars are away where it was found before: each series finds it.
func Once(all []scheduler.Finding) []scheduler.Finding {
	said := false
	return slices.DeleteFunc(all, func(f scheduler.Finding) bool {
		before := said
		said = said || f.Kind == scheduler.CalendarsAway
		return before && f.Kind == scheduler.CalendarsAway
	})
}

// FaultsHere names what is broken that no calendar is asked for: records of the store
// and lines of the roster that cannot be read, groups and programs that are not there, people who
// are named and not there, agendas that cannot be rendered.
func FaultsHere(ctx context.Context, s *scheduler.Service) ([]scheduler.Finding, error) {
	return faultsHere(ctx, s, scheduler.Pages(ctx, s.Store))
}

func faultsHere(ctx context.Context, s *scheduler.Service, pages iter.Seq2[scheduler.Bookings, error]) ([]scheduler.Finding, error) {
	out, err := UpkeepOf(ctx, s, pages)
	return slices.DeleteFunc(out, func(f scheduler.Finding) bool { return !slices.Contains(broken, f.Kind) }), err
}
