package planning

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
)

// night is how long ago a move may be to count as one of the same night, so that
// a pass that is started twice keeps to what a member is told of in one.
const night = 18 * time.Hour

// month is how long a move counts against the moves of a month.
const month = 28 * 24 * time.Hour

// Night reads what a pass over all series is planned from: the bookings, their series
// as they are on the calendar, and the busy times of all who are in them, without our
// own series.
func Night(ctx context.Context, s *scheduler.Service) (Snapshot, error) {
	bookings, err := s.Store.Bookings(ctx)
	if err != nil {
		return Snapshot{}, fmt.Errorf("read the bookings: %w", err)
	}
	cal, err := readCalendar(ctx, s, bookings)
	if err != nil {
		return Snapshot{}, err
	}
	people, uids, end := concerned(s, bookings, cal.current)
	people = slices.Compact(slices.Sorted(slices.Values(people)))
	now := s.Now()
	window := availability.Interval{Start: now, End: availability.Later(end, now)}
	reader, err := cal.reader(ctx, s.Backend, people, window)
	if err != nil {
		return Snapshot{}, fmt.Errorf("read busy times: %w", err)
	}
	snapshot, err := readFrom(ctx, s, reader, people, window, uids...)
	if err != nil {
		return Snapshot{}, err
	}
	snapshot.Bookings = bookings // another run may have changed some since
	snapshot.Current, snapshot.Faults, snapshot.Seen = cal.current, cal.faults, cal.seen
	if snapshot.Rounds, err = s.Store.Rounds(ctx, ""); err != nil {
		return Snapshot{}, fmt.Errorf("read the rounds: %w", err)
	}
	return snapshot, countMoves(ctx, s, &snapshot)
}

// Beside reads with what people were busy beside the series of the bookings, which are
// on the calendar as current says, as far as that is known.
func Beside(ctx context.Context, s *scheduler.Service, bookings scheduler.Bookings, current map[calendar.UID]calendar.Series, people []calendar.Address, window availability.Interval) (Snapshot, error) {
	own := calendarNow{current: map[calendar.UID]calendar.Series{}}
	if syncer, ok := calendar.AsSyncer(s.Backend); ok {
		own.syncer = syncer
	}
	var ours []calendar.UID
	for _, b := range bookings {
		ours = append(ours, b.Series.UID)
		if _, err := b.Series.Occurrences(); err == nil {
			own.current[b.Series.UID] = b.Series
		}
	}
	maps.Copy(own.current, current)
	reader, err := own.reader(ctx, s.Backend, people, window)
	if err != nil {
		return Snapshot{}, fmt.Errorf("read busy times: %w", err)
	}
	snapshot, err := readFrom(ctx, s, reader, people, window, ours...)
	if err != nil {
		return Snapshot{}, err
	}
	snapshot.Bookings = slices.Clone(snapshot.Bookings)
	for i, b := range snapshot.Bookings {
		if there, ok := current[b.Series.UID]; ok {
			snapshot.Bookings[i].Series = there
		}
	}
	return snapshot, nil
}

// Fetch reads the series of the bookings as they are on the calendar. One that
// is gone is missing in the answer; faults says why one that is there cannot be
// used.
func Fetch(ctx context.Context, s *scheduler.Service, bookings []scheduler.Booking) (current map[calendar.UID]calendar.Series, faults map[calendar.UID]error, err error) {
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
			case scheduler.Stops(ctx, err):
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

// concerned returns everybody in the bookings and their groups, the series, and the
// end of the last week in which there is a session: it moves within that.
func concerned(s *scheduler.Service, bookings []scheduler.Booking, current map[calendar.UID]calendar.Series) (people []calendar.Address, uids []calendar.UID, end time.Time) {
	groups := s.Workspace.GroupsByName()
	for _, b := range bookings {
		uids = append(uids, b.Series.UID)
		for _, a := range scheduler.GroupIn(groups, b).Members {
			if _, ok := s.Workspace.Roster[a]; ok {
				people = append(people, a)
			}
		}
		series := current[b.Series.UID]
		zone, err := availability.LoadZone(series.Slot.Zone)
		if err != nil {
			continue
		}
		if last, err := series.LastEnd(); err == nil && last.After(s.Now()) {
			end = availability.Later(end, availability.DateOf(last.In(zone)).Monday().AddDays(7).In(zone).Start)
		}
	}
	return people, uids, end
}

// countMoves fills in what members were told of lately.
func countMoves(ctx context.Context, s *scheduler.Service, snapshot *Snapshot) error {
	now := snapshot.Now
	events, err := s.Store.History(ctx, "", now.Add(-month))
	if err != nil {
		return fmt.Errorf("read the history: %w", err)
	}
	moves := map[calendar.UID]int{}
	snapshot.Month, snapshot.Tonight = map[string]int{}, map[calendar.Address]int{}
	for _, e := range events {
		if e.What != string(scheduler.MoveSession) {
			continue
		}
		snapshot.Month[e.Group]++
		if e.At.After(now.Add(-night)) {
			moves[e.UID]++
		}
	}
	for _, b := range snapshot.Bookings {
		for _, a := range b.Series.Attendees {
			snapshot.Tonight[a.Address] += moves[b.Series.UID]
		}
	}
	return nil
}
