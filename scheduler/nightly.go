package scheduler

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
)

// night is how long ago a move may be to count as one of the same night, so that
// a pass that is started twice keeps to what a member is told of in one.
const night = 18 * time.Hour

// PlanRepair reads what the nightly pass needs and plans it.
func (s *Service) PlanRepair(ctx context.Context) (RepairPlan, error) {
	bookings, err := s.Store.Bookings(ctx)
	if err != nil {
		return RepairPlan{}, fmt.Errorf("read the bookings: %w", err)
	}
	cal, err := s.readCalendar(ctx, bookings)
	if err != nil {
		return RepairPlan{}, err
	}
	people, uids, end := s.concerned(bookings, cal.current)
	people = slices.Compact(slices.Sorted(slices.Values(people)))
	now := s.Now()
	window := availability.Interval{Start: now, End: later(end, now.Add(s.Workspace.Repair.Horizon)).AddDate(0, 0, 8)}
	reader, err := cal.reader(ctx, s.Backend, people, window)
	if err != nil {
		return RepairPlan{}, fmt.Errorf("read busy times: %w", err)
	}
	snapshot, err := s.snapshot(ctx, reader, people, window, uids...)
	if err != nil {
		return RepairPlan{}, err
	}
	snapshot.Bookings = bookings // another run may have changed some since
	snapshot.Current, snapshot.Faults = cal.current, cal.faults
	if snapshot.MovedTonight, err = s.movedTonight(ctx, bookings); err != nil {
		return RepairPlan{}, err
	}
	plan, err := PlanRepair(snapshot)
	if err != nil {
		return plan, err
	}
	plan.Seen = cal.seen
	return plan, s.dateUnknown(ctx, plan.Unknown)
}

// current reads the series of the bookings as they are on the calendar. One that
// is gone is missing in the answer; faults says why one that is there cannot be
// used.
func (s *Service) current(ctx context.Context, bookings []Booking) (current map[calendar.UID]calendar.Series, faults map[calendar.UID]error, err error) {
	series := make([]calendar.Series, len(bookings))
	fault := make([]error, len(bookings))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(8)
	for i, b := range bookings {
		g.Go(func() error {
			there, err := s.Backend.Get(ctx, b.Series.UID)
			switch {
			case errors.Is(err, calendar.ErrNotFound):
				return nil
			case stops(ctx, err):
				return fmt.Errorf("group %q: %w", b.Group, err)
			case err == nil:
				err = there.Check()
			}
			series[i], fault[i] = there, err
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return nil, nil, err
	}
	current, faults = map[calendar.UID]calendar.Series{}, map[calendar.UID]error{}
	for i, b := range bookings {
		switch {
		case fault[i] != nil:
			faults[b.Series.UID] = fault[i]
		case series[i].UID != "":
			current[b.Series.UID] = series[i]
		}
	}
	return current, faults, nil
}

// stops reports whether err concerns all groups, so that a run over them ends.
func stops(ctx context.Context, err error) bool {
	return err != nil && (ctx.Err() != nil || errors.Is(err, calendar.ErrSignIn) || errors.Is(err, calendar.ErrQuota) || errors.Is(err, ErrStore))
}

// concerned returns everybody in the bookings and their groups, the series, and
// the end of the last session.
func (s *Service) concerned(bookings []Booking, current map[calendar.UID]calendar.Series) (people []calendar.Address, uids []calendar.UID, end time.Time) {
	groups := s.Workspace.groupsByName()
	for _, b := range bookings {
		uids = append(uids, b.Series.UID)
		for _, a := range groupIn(groups, b).Members {
			if _, ok := s.Workspace.Roster[a]; ok {
				people = append(people, a)
			}
		}
		if last, err := lastEnd(current[b.Series.UID]); err == nil {
			end = later(end, last)
		}
	}
	return people, uids, end
}

func (s *Service) movedTonight(ctx context.Context, bookings []Booking) (map[calendar.Address]int, error) {
	events, err := s.Store.History(ctx, "", s.Now().Add(-night))
	if err != nil {
		return nil, fmt.Errorf("read the history: %w", err)
	}
	moves := map[calendar.UID]int{}
	for _, e := range events {
		if e.What == string(MoveSession) {
			moves[e.UID]++
		}
	}
	out := map[calendar.Address]int{}
	for _, b := range bookings {
		for _, a := range b.Series.Attendees {
			out[a.Address] += moves[b.Series.UID]
		}
	}
	return out, nil
}

// ApplyRepair carries a plan out, one series after the other. What cannot be done
// for one group is added to the plan's attention and does not hinder the others;
// the error is for what stops the run.
func (s *Service) ApplyRepair(ctx context.Context, plan *RepairPlan) error {
	if _, err := s.commit(ctx, Batch{Seen: plan.Seen}); err != nil {
		return fmt.Errorf("keep what was seen on the calendar: %w", err)
	}
	for _, b := range plan.Accepted {
		if _, err := s.save(ctx, b, s.event(b, "accepted", "somebody moved the whole series to "+b.Series.Slot.String())); err != nil {
			return err
		}
	}
	intended, err := s.intend(ctx, plan)
	if err != nil {
		return err
	}
	for i, b := range intended {
		if err := ctx.Err(); err != nil {
			return err
		}
		_, err := s.putNext(ctx, b)
		switch {
		case stops(ctx, err):
			return err
		case err != nil:
			plan.Attention = append(plan.Attention, Attention{b.Group, err.Error()})
		}
		s.progress("repairing", i+1, len(intended))
	}
	return nil
}

// intend records the whole plan before a calendar is touched: a run that dies is
// finished as it was planned, whatever was done of it. If another run changed one
// of the series meanwhile, that one is left alone.
func (s *Service) intend(ctx context.Context, plan *RepairPlan) ([]Booking, error) {
	events := map[calendar.UID][]Event{}
	for _, c := range plan.Changes {
		if c.Action != Suggest {
			e := Event{At: s.Now().UTC(), Group: c.Group, UID: c.UID, What: string(c.Action), Why: c.String()}
			events[c.UID] = append(events[c.UID], e)
		}
	}
	var all []Event
	for _, b := range plan.Bookings {
		all = append(all, events[b.Series.UID]...)
	}
	intended, err := s.commit(ctx, Batch{Bookings: plan.Bookings, Events: all})
	if !errors.Is(err, ErrStale) {
		return intended, err
	}
	intended = nil
	for _, b := range plan.Bookings {
		saved, err := s.save(ctx, b, events[b.Series.UID]...)
		switch {
		case stops(ctx, err):
			return nil, err
		case err != nil:
			plan.Attention = append(plan.Attention, Attention{b.Group, err.Error()})
		default:
			intended = append(intended, saved)
		}
	}
	return intended, nil
}

// String says in one line what the change does.
func (c Change) String() string {
	var parts []string
	for _, t := range []time.Time{c.From, c.To} {
		if !t.IsZero() {
			parts = append(parts, t.UTC().Format(time.RFC3339))
		}
	}
	if c.Person != "" {
		parts = append(parts, string(c.Person))
	}
	return strings.Join(parts, " -> ") + ": " + c.Why
}

// putNext brings a change onto the calendar and saves the outcome. If somebody
// changed the series meanwhile, theirs wins and the change is dropped.
func (s *Service) putNext(ctx context.Context, b Booking) (Booking, error) {
	put, err := s.Backend.Put(ctx, *b.Next)
	changed := errors.Is(err, calendar.ErrChanged)
	if err != nil && !changed {
		return b, fmt.Errorf("change the series of group %q: %w", b.Group, err)
	}
	what := s.event(b, "changed", "on the calendar")
	if changed {
		what = s.event(b, "dropped", "the series was changed on the calendar meanwhile; the next pass looks at it again")
	} else {
		b.Series = put
	}
	b.Next, b.State = nil, Booked
	saved, saveErr := s.save(ctx, b, what)
	if saveErr != nil {
		return b, fmt.Errorf("group %q: the change is on the calendar, but not recorded; the next run settles it: %w", b.Group, saveErr)
	}
	if changed {
		return saved, fmt.Errorf("somebody changed the series during the run; it was left alone: %w", err)
	}
	s.log().Info("changed", "group", b.Group, "uid", string(b.Series.UID))
	return saved, nil
}
