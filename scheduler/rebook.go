package scheduler

import (
	"context"
	"errors"
	"fmt"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
)

// ErrNothingLeft says that a series has no sessions left to book elsewhere.
var ErrNothingLeft = errors.New("the series has no session left")

// PlanRebook plans another weekly slot for what is left of a series: as many
// sessions as are left, so that both together keep to the three months of the
// first. The old series does not stand in the way.
func (s *Service) PlanRebook(ctx context.Context, b Booking) (BookingPlan, error) {
	left, err := s.Left(ctx, b)
	if err != nil {
		return BookingPlan{}, err
	}
	if len(left) == 0 {
		return BookingPlan{}, fmt.Errorf("group %q: %w", b.Group, ErrNothingLeft)
	}
	program, ok := s.Workspace.Program(b.Program)
	if !ok {
		return BookingPlan{}, fmt.Errorf("group %q: there is no program %q", b.Group, b.Program)
	}
	zone, err := availability.LoadZone(b.Series.Slot.Zone)
	if err != nil {
		return BookingPlan{}, err
	}
	search := NewSearch(s.Workspace, program, availability.DateOf(s.Now().Add(s.Workspace.Repair.Notice).In(zone)).AddDays(1))
	search.Zone, search.Cadence, search.Length = b.Series.Slot.Zone, b.Series.Cadence, b.Series.Slot.Length
	search.Count = min(len(left), search.Cadence.MaxCount())
	window, err := SearchWindow(search)
	if err != nil {
		return BookingPlan{}, err
	}
	group := groupOf(s.Workspace, b)
	snapshot, err := s.Snapshot(ctx, group.Members, window, b.Series.UID)
	if err != nil {
		return BookingPlan{}, err
	}
	var others []Booking
	for _, other := range snapshot.Bookings {
		if other.Series.UID != b.Series.UID {
			others = append(others, other)
		}
	}
	snapshot.Bookings = others
	plans, err := PlanBookings(snapshot, []Request{{Group: group, Search: search}})
	if err != nil {
		return BookingPlan{}, err
	}
	if plans[0].Problem != nil {
		return BookingPlan{}, fmt.Errorf("group %q: %w", b.Group, plans[0].Problem)
	}
	return plans[0], nil
}

// Rebook ends the old series and books the new one. If it is interrupted between
// the two, booking the group again finishes it.
func (s *Service) Rebook(ctx context.Context, old Booking, plan BookingPlan) (Booking, error) {
	if err := s.Cancel(ctx, old); err != nil {
		return Booking{}, err
	}
	b, _, err := s.Book(ctx, plan)
	if errors.Is(err, calendar.ErrSignIn) || err == nil {
		return b, err
	}
	return b, fmt.Errorf("the old series is ended; run 'peerslot book %s' to book the new one: %w", old.Group, err)
}
