package booking

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/planning"
)

// ThreeMonths is the longest that a series lasts, in days.
const ThreeMonths = 91

var (
	// ErrNothingLeft says that a series has no sessions left to book elsewhere.
	ErrNothingLeft = errors.New("the series has no session left that fits into its three months")

	// ErrBestAlready says that no other slot is better for what is left of a series.
	ErrBestAlready = errors.New("what is left of the series is at the best slot already")

	errFollowed = errors.New("it has its next series already, which can be rebooked once the old one is over")
)

// PlanRebook plans another weekly slot for what is left of a series: as many
// sessions as are left, or one less where that is better or needed to keep to the
// three months of the first series, however often it is rebooked. The old series
// does not stand in the way. Where it is at the best slot, that is an error.
func PlanRebook(ctx context.Context, s *scheduler.Service, b scheduler.Booking) (scheduler.BookingPlan, error) {
	plan, err := planRebook(ctx, s, b)
	if err == nil && plan.Existing != nil {
		err = errFollowed
	}
	if err == nil {
		err = plan.Problem
	}
	if err == nil && plan.Candidate.Slot == b.Series.Slot {
		if _, broken := s.Backend.Get(ctx, b.Series.UID); broken == nil { // else a new one mends it
			err = fmt.Errorf("%w: %s", ErrBestAlready, b.Series.Slot)
		}
	}
	if err != nil {
		return scheduler.BookingPlan{}, fmt.Errorf("group %q: %w", b.Group, err)
	}
	return plan, nil
}

func planRebook(ctx context.Context, s *scheduler.Service, b scheduler.Booking) (scheduler.BookingPlan, error) {
	left, err := Left(ctx, s, b)
	if err != nil {
		return scheduler.BookingPlan{}, err
	}
	request, err := rebookRequest(ctx, s, b, left)
	if err != nil {
		return scheduler.BookingPlan{}, err
	}
	window, err := SearchWindow(request.Search)
	if err != nil {
		return scheduler.BookingPlan{}, err
	}
	snapshot, err := planning.Read(ctx, s, request.Group.Members, window, b.Series.UID)
	if err != nil {
		return scheduler.BookingPlan{}, err
	}
	snapshot.Bookings = slices.DeleteFunc(snapshot.Bookings, func(other scheduler.Booking) bool { return other.Series.UID == b.Series.UID })
	if snapshot.Led, err = led(ctx, s, []scheduler.Request{request}); err != nil {
		return scheduler.BookingPlan{}, err
	}
	plans, err := PlanFrom(ctx, snapshot, []scheduler.Request{request})
	if err != nil {
		return scheduler.BookingPlan{}, err
	}
	plan := plans[0]
	plan.Was, err = asTheyStand(snapshot, request.Group, left[max(0, len(left)-plan.Candidate.Count):])
	return plan, err
}

// Understood returns a booking whose record cannot be read with its series as it is on
// the calendar, and any other as it is.
func Understood(ctx context.Context, s *scheduler.Service, b scheduler.Booking) (scheduler.Booking, error) {
	if b.Fault == nil {
		return b, nil
	}
	there, err := s.Backend.Get(ctx, b.Series.UID)
	if err == nil {
		err = there.Check()
	}
	if err != nil {
		return b, fmt.Errorf("group %q: %w; nor can its series on the calendar be used: %w", b.Group, b.Fault, err)
	}
	b.Series = there
	return b, nil
}

// Left returns the sessions of the booking's series that are still to come, as the
// calendar has them.
func Left(ctx context.Context, s *scheduler.Service, b scheduler.Booking) ([]calendar.Occurrence, error) {
	series, err := s.Backend.Get(ctx, b.Series.UID)
	switch {
	case scheduler.Stops(ctx, err):
		return nil, fmt.Errorf("group %q: %w", b.Group, err)
	case errors.Is(err, calendar.ErrNotFound):
		return nil, nil
	case err != nil: // what is there cannot be understood: as it was booked
		series = b.Series
	}
	occurrences, err := series.Occurrences()
	if err != nil {
		return nil, err
	}
	now := s.Now()
	return slices.DeleteFunc(occurrences, func(o calendar.Occurrence) bool { return o.Cancelled || o.Start.Before(now) }), nil
}

// asTheyStand returns who can attend sessions where they are now: a comparison with
// another slot is one of as many sessions.
func asTheyStand(s planning.Snapshot, g scheduler.Group, sessions []calendar.Occurrence) (was scheduler.Share, err error) {
	members, err := planning.Members(s, g, "")
	if err != nil {
		return was, err
	}
	for _, o := range sessions {
		was = was.Plus(planning.VerdictsAt(members, o.Interval).Share())
	}
	return was, nil
}

// rebookRequest asks for a slot for the sessions that are left.
func rebookRequest(ctx context.Context, s *scheduler.Service, b scheduler.Booking, left []calendar.Occurrence) (scheduler.Request, error) {
	if len(left) == 0 {
		return scheduler.Request{}, ErrNothingLeft
	}
	program := s.Workspace.ProgramOf(b)
	zone, err := availability.LoadZone(b.Series.Slot.Zone)
	if err != nil {
		return scheduler.Request{}, err
	}
	search := NewSearch(s.Workspace, program, availability.DateOf(s.Now().Add(s.Workspace.Repair.Notice).In(zone)).AddDays(1))
	search.Zone, search.Cadence, search.Length = b.Series.Slot.Zone, b.Series.Cadence, b.Series.Slot.Length
	search.Count = min(len(left), search.Cadence.MaxCount())
	r := Rest(search, left[0], zone)
	r.Program, r.Group = &program, scheduler.GroupIn(s.Workspace.GroupsByName(), b)
	r.Before, err = endOfThreeMonths(ctx, s, b)
	return r, err
}

// Rest asks for a slot for what is left of a series, whose next session is given: in its
// rhythm, and so not before the week of that session.
func Rest(search availability.Search, next calendar.Occurrence, zone *time.Location) scheduler.Request {
	r := scheduler.Request{Search: search, Rhythm: availability.DateOf(next.Original.In(zone)).Monday()}
	if search.Start.Compare(r.Rhythm) < 0 {
		r.Search.Start = r.Rhythm
	}
	return r
}

// endOfThreeMonths returns the first Monday after the three months of the series,
// or of the one that it was rebooked from.
func endOfThreeMonths(ctx context.Context, s *scheduler.Service, b scheduler.Booking) (availability.Date, error) {
	all, err := s.Store.BookingsOf(ctx, b.Group)
	if err != nil {
		return availability.Date{}, fmt.Errorf("read its bookings: %w", err)
	}
	history, err := s.Store.History(ctx, b.Group, time.Time{})
	if err != nil {
		return availability.Date{}, fmt.Errorf("read its history: %w", err)
	}
	first := b
	for _, earlier := range slices.Backward(all) {
		rebooked := slices.ContainsFunc(history, func(e scheduler.Event) bool { return e.What == "rebooked" && e.UID == first.Series.UID })
		if earlier.Generation < first.Generation && (rebooked || first.InPlaceOf == earlier.Series.UID) {
			first = earlier
		}
	}
	return first.Series.First.Monday().AddDays(ThreeMonths), nil
}

// BestBefore returns the best slot whose sessions all lie before r.Before. One
// session less may make room for a better one. Of slots to which as many come, one in
// the rhythm is better.
func BestBefore(r scheduler.Request, members []availability.Member) (availability.Candidate, error) {
	var best availability.Candidate
	required := slices.ContainsFunc(members, func(m availability.Member) bool { return m.Required })
	better := func(c availability.Candidate) bool {
		if required && c.RequiredMet != best.RequiredMet {
			return c.RequiredMet > best.RequiredMet
		}
		return c.Attendance > best.Attendance
	}
	for less := range min(2, r.Search.Count) {
		search := r.Search
		search.Count -= less
		search.Top = allSlots(search.Cadence)
		ranked, err := availability.Rank(search, members)
		if err != nil {
			return best, err
		}
		fits := slices.DeleteFunc(ranked, func(c availability.Candidate) bool {
			return c.First.AddDays((c.Count-1)*search.Cadence.Days()).Compare(r.Before) >= 0
		})
		inRhythm := func(c availability.Candidate) bool {
			return r.Rhythm.DaysUntil(c.First.Monday())%search.Cadence.Days() == 0
		}
		if i := slices.IndexFunc(fits, inRhythm); i >= 0 && better(fits[i]) {
			best = fits[i]
		}
		if len(fits) > 0 && better(fits[0]) {
			best = fits[0]
		}
	}
	if best.Attendance == 0 {
		return best, ErrNothingLeft
	}
	return best, nil
}
