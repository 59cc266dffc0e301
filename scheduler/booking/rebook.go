package booking

import (
	"cmp"
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

var (
	// ErrNothingLeft says that a series has no sessions left to book elsewhere.
	ErrNothingLeft = errors.New("the series has no session left that fits into its three months")

	// ErrBestAlready says that no other slot is better for what is left of a series.
	ErrBestAlready = errors.New("what is left of the series is at the best slot already")

	errFollowed = errors.New("it has its next series already, which can be rebooked once the old one is over")
)

// PlanRebook is Rebook for a booking whose series and people's calendars are read now. The
// slot that it has is booked anew where its series cannot be used, which mends it.
func PlanRebook(ctx context.Context, s *scheduler.Service, b scheduler.Booking) (scheduler.BookingPlan, error) {
	plan, err := planRebook(ctx, s, b)
	if errors.Is(err, ErrBestAlready) {
		if _, broken := s.Backend.Get(ctx, b.Series.UID); broken != nil {
			err = nil
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
	past, err := PastOf(ctx, s, b)
	if err != nil {
		return scheduler.BookingPlan{}, err
	}
	empty := planning.Snapshot{Workspace: s.Workspace, Now: s.Now()}
	request, err := rebookRequest(empty, b, left, past)
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
	p, err := planning.New(snapshot)
	if err != nil {
		return scheduler.BookingPlan{}, err
	}
	return Rebook(p, b, left, past)
}

// Rebook plans another weekly slot for the sessions that are left of a series: as many, or
// one less where that is better or needed to keep to the three months of the first series,
// however often it is rebooked. The old series does not stand in the way. Where it is at the
// best slot, that is an error. The planner stays as it is.
func Rebook(p *planning.Planner, b scheduler.Booking, left []calendar.Occurrence, past Past) (plan scheduler.BookingPlan, err error) {
	request, err := rebookRequest(p.Snapshot, b, left, past)
	if err != nil {
		return plan, err
	}
	var others scheduler.Bookings // of the group
	for i := range p.Bookings {
		if o := &p.Bookings[i]; o.Group == b.Group && o.Series.UID != b.Series.UID {
			others = append(others, *o)
		}
	}
	if standing(p.Snapshot, request, others.ByGroup()) != nil {
		return plan, errFollowed
	}
	r := &run{Planner: p.Without(b.Series), groups: p.GroupsByName()}
	r.Led = map[string]map[calendar.Address]int{b.Group: past.led}
	plan = scheduler.BookingPlan{Group: request.Group, Program: request.Program.For(request.Group), Unknown: p.Unknown(request.Group)}
	err = r.fill(&plan, request)
	if err = cmp.Or(err, plan.Problem); err != nil {
		return plan, err
	}
	if plan.Was, err = r.asTheyStand(request.Group, left[max(0, len(left)-plan.Candidate.Count):]); err == nil && plan.Candidate.Slot == b.Series.Slot {
		err = fmt.Errorf("%w: %s", ErrBestAlready, b.Series.Slot)
	}
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
	return Ahead(occurrences, s.Now()), nil
}

// Ahead returns those of the sessions of a series that are still to come.
func Ahead(sessions []calendar.Occurrence, now time.Time) []calendar.Occurrence {
	return slices.DeleteFunc(slices.Clone(sessions), func(o calendar.Occurrence) bool { return o.Cancelled || o.Start.Before(now) })
}

// asTheyStand returns who can attend sessions where they are now: a comparison with
// another slot is one of as many sessions.
func (p *run) asTheyStand(g scheduler.Group, sessions []calendar.Occurrence) (was scheduler.Share, err error) {
	members, err := p.Members(g, "")
	for _, o := range sessions {
		was = was.Plus(planning.VerdictsAt(members, o.Interval).Share())
	}
	return was, err
}

// rebookRequest asks for a slot for the sessions that are left: in the rhythm of the series,
// and so not before the week of the next of them.
func rebookRequest(s planning.Snapshot, b scheduler.Booking, left []calendar.Occurrence, past Past) (scheduler.Request, error) {
	if len(left) == 0 {
		return scheduler.Request{}, ErrNothingLeft
	}
	program := s.Workspace.ProgramOf(b)
	zone, err := availability.LoadZone(b.Series.Slot.Zone)
	if err != nil {
		return scheduler.Request{}, err
	}
	rhythm := availability.DateOf(left[0].Original.In(zone)).Monday()
	start := availability.DateOf(s.Now.Add(s.Workspace.Repair.Notice).In(zone)).AddDays(1)
	if start.Compare(rhythm) < 0 {
		start = rhythm
	}
	search := NewSearch(s.Workspace, program, start)
	search.Zone, search.Cadence, search.Length = b.Series.Slot.Zone, b.Series.Cadence, b.Series.Slot.Length
	search.Count = min(len(left), search.Cadence.MaxCount())
	return scheduler.Request{
		Search: search, Rhythm: rhythm, Program: &program, Group: scheduler.GroupIn(s.GroupsByName(), b),
		Before: past.First.Monday().AddDays(availability.ThreeMonths),
	}, nil
}

// A Past is what of a group's series so far bears on another slot for the rest of one.
type Past struct {
	First availability.Date        // of the series, or of the one that it was rebooked from
	led   map[calendar.Address]int // how often a member led a session
}

// PastOf returns the past of a booking.
func PastOf(ctx context.Context, s *scheduler.Service, b scheduler.Booking) (Past, error) {
	all, err := s.Store.BookingsOf(ctx, b.Group)
	if err != nil {
		return Past{}, fmt.Errorf("read its bookings: %w", err)
	}
	history, err := s.Store.History(ctx, b.Group, time.Time{})
	if err != nil {
		return Past{}, fmt.Errorf("read its history: %w", err)
	}
	first := b
	for _, earlier := range slices.Backward(all) {
		rebooked := slices.ContainsFunc(history, func(e scheduler.Event) bool { return e.What == "rebooked" && e.UID == first.Series.UID })
		if earlier.Generation < first.Generation && (rebooked || first.InPlaceOf == earlier.Series.UID) {
			first = earlier
		}
	}
	return Past{first.Series.First, planning.LedBy(all)}, nil
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
