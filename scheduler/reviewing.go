package scheduler

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
)

// reviewBefore is how long before the last session a series is reviewed.
const reviewBefore = 14 * 24 * time.Hour

// A ReviewPlan is a review and what it would do.
type ReviewPlan struct {
	Review
	Next *BookingPlan // the series that follows; nil if none does
}

// PlanReviews reviews the series that end within 14 days: those of the named
// groups, or all if none is named. A named group whose series does not end yet is
// an error that says from when on it can be reviewed.
func (s *Service) PlanReviews(ctx context.Context, groups []string) ([]ReviewPlan, error) {
	bookings, err := s.Store.Bookings(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the bookings: %w", err)
	}
	due, err := s.due(bookings, groups)
	if err != nil || len(due) == 0 {
		return nil, err
	}
	reviews, err := s.review(ctx, due)
	if err != nil {
		return nil, err
	}
	return s.withNext(ctx, reviews)
}

// due returns the bookings that are to be reviewed.
func (s *Service) due(bookings []Booking, groups []string) ([]Booking, error) {
	var due []Booking
	for _, b := range bookings {
		named := slices.Contains(groups, b.Group)
		if b.State != Booked || b.Reviewed || len(groups) > 0 && !named {
			continue
		}
		last, err := lastStart(b.Series)
		if err != nil {
			return nil, fmt.Errorf("group %q: %w", b.Group, err)
		}
		from := last.Add(-reviewBefore)
		if !s.Now().Before(from) {
			due = append(due, b)
		} else if named {
			return nil, fmt.Errorf("group %q: its series is reviewed from %s on, 14 days before the last session", b.Group, from.UTC().Format(time.DateOnly))
		}
	}
	for _, name := range groups {
		if !slices.ContainsFunc(bookings, func(b Booking) bool { return b.Group == name && !b.Reviewed }) {
			if _, err := s.Group(name); err != nil {
				return nil, err
			}
			return nil, fmt.Errorf("group %q has no series to review", name)
		}
	}
	return due, nil
}

func lastStart(series calendar.Series) (time.Time, error) {
	occurrences, err := series.Occurrences()
	if err != nil {
		return time.Time{}, err
	}
	return occurrences[len(occurrences)-1].Start, nil
}

// review gathers the evidence of the due bookings and decides.
func (s *Service) review(ctx context.Context, due []Booking) ([]ReviewPlan, error) {
	current, faults, err := s.current(ctx, due)
	if err != nil {
		return nil, err
	}
	busy, err := s.pastBusy(ctx, due, current)
	if err != nil {
		return nil, err
	}
	var out []ReviewPlan
	for _, b := range due {
		if err := faults[b.Series.UID]; err != nil {
			return nil, fmt.Errorf("group %q: %w", b.Group, err)
		}
		series, ok := current[b.Series.UID]
		if !ok {
			series = b.Series
		}
		e, err := gather(series, busy, s.Now())
		if err != nil {
			return nil, fmt.Errorf("group %q: %w", b.Group, err)
		}
		if e.Answers, err = s.answers(ctx, b); err != nil {
			return nil, err
		}
		r := Review{Booking: b, Evidence: e}
		if r.Last, err = lastStart(series); err != nil {
			return nil, fmt.Errorf("group %q: %w", b.Group, err)
		}
		if r.Evidence.Age, err = s.age(ctx, b, r.Last); err != nil {
			return nil, err
		}
		program, _ := s.Workspace.Program(b.Program)
		r.Decision, r.Cadence, r.Reasons = Decide(r.Evidence, series.Cadence, time.Duration(program.RotateAfter)*7*24*time.Hour)
		out = append(out, ReviewPlan{Review: r})
	}
	return out, nil
}

// pastBusy reads when the attendees were busy with something else while the
// sessions took place.
func (s *Service) pastBusy(ctx context.Context, due []Booking, current map[calendar.UID]calendar.Series) (map[calendar.Address]availability.Busy, error) {
	window := availability.Interval{Start: s.Now(), End: s.Now()}
	var people []calendar.Address
	var uids []calendar.UID
	for _, b := range due {
		uids = append(uids, b.Series.UID)
		occurrences, err := current[b.Series.UID].Occurrences()
		if err != nil {
			continue // gone from the calendar: there is nothing to ask
		}
		window.Start = earlier(window.Start, occurrences[0].Start)
		for _, a := range b.Series.Attendees {
			people = append(people, a.Address)
		}
	}
	if window.Empty() {
		return nil, nil
	}
	people = slices.Compact(slices.Sorted(slices.Values(people)))
	busy, err := s.Backend.Busy(ctx, people, window, uids...)
	if err != nil {
		return nil, fmt.Errorf("read busy times: %w", err)
	}
	return busy, nil
}

// age returns how old the group would be when a next series began.
func (s *Service) age(ctx context.Context, b Booking, last time.Time) (time.Duration, error) {
	all, err := s.Store.BookingsOf(ctx, b.Group)
	if err != nil {
		return 0, fmt.Errorf("read the bookings of group %q: %w", b.Group, err)
	}
	if len(all) == 0 {
		return 0, nil
	}
	first := all[0].Series.First
	return time.Duration(first.DaysUntil(availability.DateOf(last))+b.Series.Cadence.Days()) * 24 * time.Hour, nil
}

// withNext plans the series that follow, all together.
func (s *Service) withNext(ctx context.Context, reviews []ReviewPlan) ([]ReviewPlan, error) {
	var requests []Request
	var of []int
	for i, r := range reviews {
		if r.Decision != Keep && r.Decision != Rarer && r.Decision != Oftener {
			continue
		}
		request, err := s.nextRequest(r.Review)
		if err != nil {
			return nil, err
		}
		requests, of = append(requests, request), append(of, i)
	}
	if len(requests) == 0 {
		return reviews, nil
	}
	plans, err := s.PlanBookings(ctx, requests)
	if err != nil {
		return nil, err
	}
	for i := range plans {
		reviews[of[i]].Next = &plans[i]
	}
	return reviews, nil
}

// nextRequest asks for a slot from the Monday after the last session on. The old
// slot is a candidate like any other, and wins a tie.
func (s *Service) nextRequest(r Review) (Request, error) {
	program, ok := s.Workspace.Program(r.Booking.Program)
	if !ok {
		return Request{}, fmt.Errorf("group %q: there is no program %q", r.Booking.Group, r.Booking.Program)
	}
	zone, err := availability.LoadZone(r.Booking.Series.Slot.Zone)
	if err != nil {
		return Request{}, err
	}
	search := NewSearch(s.Workspace, program, availability.DateOf(r.Last.In(zone)).Monday().AddDays(7))
	search.Cadence, search.Count = r.Cadence, program.sessions(r.Cadence)
	return Request{Group: groupOf(s.Workspace, r.Booking), Search: search, Favour: r.Booking.Series.Slot, Follows: r.Booking.Series.UID}, nil
}

// ApplyReview carries a review out: books the next series, or lets the series end
// and tells the members so. A rotation is recorded; forming the next round is a
// step of its own.
func (s *Service) ApplyReview(ctx context.Context, r ReviewPlan) (Booking, error) {
	old := r.Booking
	old.Reviewed = true
	why := s.event(old, "reviewed", string(r.Decision)+": "+strings.Join(r.Reasons, "; "))
	if r.Next == nil {
		return old, s.end(ctx, old, r, why)
	}
	if r.Next.Problem != nil {
		return old, fmt.Errorf("group %q: %w", old.Group, r.Next.Problem)
	}
	next := r.Next.Booking
	found, err := s.name(ctx, &next)
	if err != nil {
		return old, fmt.Errorf("group %q: %w", old.Group, err)
	}
	if found {
		next.State = Booked
	}
	saved, err := s.commit(ctx, Batch{Bookings: []Booking{old, next}, Events: []Event{why, s.event(next, "intended", fmt.Sprintf("%s, %d sessions", next.Series.Slot, next.Series.Count))}})
	if err != nil || found {
		return next, err
	}
	return s.put(ctx, saved[1])
}

// end lets a series run out. The members are told in the invite of its last
// session.
func (s *Service) end(ctx context.Context, old Booking, r ReviewPlan, why Event) error {
	series, err := s.Backend.Get(ctx, old.Series.UID)
	if err != nil && !errors.Is(err, calendar.ErrNotFound) {
		return fmt.Errorf("group %q: %w", old.Group, err)
	}
	if err != nil || !r.Last.After(s.Now()) || r.Decision != Stop {
		_, err := s.save(ctx, old, why)
		return err
	}
	occurrences, err := series.Occurrences()
	if err != nil {
		return err
	}
	last := series.Override(occurrences[len(occurrences)-1].Original)
	last.Original = occurrences[len(occurrences)-1].Original
	last.Note = "This is the last session: the series ends here."
	next := series.WithOverride(last)
	next.Sequence++
	next.Updated = s.Now().UTC().Truncate(time.Second)
	old.Next, old.State = &next, Changing
	saved, err := s.save(ctx, old, why)
	if err != nil {
		return err
	}
	_, err = s.putNext(ctx, saved)
	return err
}
