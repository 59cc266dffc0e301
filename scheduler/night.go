package scheduler

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
)

// night is how long ago a move may be to count as one of the same night, so that
// a pass that is started twice keeps to what a member is told of in one.
const night = 18 * time.Hour

// month is how long a move counts against the moves of a month.
const month = 28 * 24 * time.Hour

// Night reads what a pass over all series is planned from: the bookings, their series
// as they are on the calendar, and the busy times of all who are in them, without our
// own series.
func (s *Service) Night(ctx context.Context) (Snapshot, error) {
	bookings, err := s.Store.Bookings(ctx)
	if err != nil {
		return Snapshot{}, fmt.Errorf("read the bookings: %w", err)
	}
	cal, err := s.readCalendar(ctx, bookings)
	if err != nil {
		return Snapshot{}, err
	}
	people, uids, end := s.concerned(bookings, cal.current)
	people = slices.Compact(slices.Sorted(slices.Values(people)))
	now := s.Now()
	window := availability.Interval{Start: now, End: availability.Later(end, now)}
	reader, err := cal.reader(ctx, s.Backend, people, window)
	if err != nil {
		return Snapshot{}, fmt.Errorf("read busy times: %w", err)
	}
	snapshot, err := s.snapshot(ctx, reader, people, window, uids...)
	if err != nil {
		return Snapshot{}, err
	}
	snapshot.Bookings = bookings // another run may have changed some since
	snapshot.Current, snapshot.Faults, snapshot.Seen = cal.current, cal.faults, cal.seen
	if snapshot.Rounds, err = s.Store.Rounds(ctx, ""); err != nil {
		return Snapshot{}, fmt.Errorf("read the rounds: %w", err)
	}
	return snapshot, s.countMoves(ctx, &snapshot)
}

// Beside reads with what people were busy beside the series of the bookings, which are
// on the calendar as current says, as far as that is known.
func (s *Service) Beside(ctx context.Context, bookings Bookings, current map[calendar.UID]calendar.Series, people []calendar.Address, window availability.Interval) (Snapshot, error) {
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
	snapshot, err := s.snapshot(ctx, reader, people, window, ours...)
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
func (s *Service) Fetch(ctx context.Context, bookings []Booking) (current map[calendar.UID]calendar.Series, faults map[calendar.UID]error, err error) {
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
			case Stops(ctx, err):
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

// Stops reports whether err concerns all groups, so that a run over them ends.
func Stops(ctx context.Context, err error) bool {
	return err != nil && (ctx.Err() != nil || errors.Is(err, calendar.ErrSignIn) || errors.Is(err, calendar.ErrQuota) || errors.Is(err, ErrStore))
}

// concerned returns everybody in the bookings and their groups, the series, and the
// end of the last week in which there is a session: it moves within that.
func (s *Service) concerned(bookings []Booking, current map[calendar.UID]calendar.Series) (people []calendar.Address, uids []calendar.UID, end time.Time) {
	groups := s.Workspace.GroupsByName()
	for _, b := range bookings {
		uids = append(uids, b.Series.UID)
		for _, a := range GroupIn(groups, b).Members {
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
func (s *Service) countMoves(ctx context.Context, snapshot *Snapshot) error {
	now := snapshot.Now
	events, err := s.Store.History(ctx, "", now.Add(-month))
	if err != nil {
		return fmt.Errorf("read the history: %w", err)
	}
	moves := map[calendar.UID]int{}
	snapshot.Month, snapshot.Tonight = map[string]int{}, map[calendar.Address]int{}
	for _, e := range events {
		if e.What != string(MoveSession) {
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

// An Intent is a booking whose series is to change, with the events that say why.
type Intent struct {
	Booking Booking // Next is what is to be put
	Events  []Event
}

// Carry brings changes onto the calendar, one series after the other. All are
// recorded before a calendar is touched: a run that dies is finished as it was
// planned. What cannot be done for one group is in the answer and does not hinder
// the others; the error is for what stops the run.
func (s *Service) Carry(ctx context.Context, intents []Intent) ([]Finding, error) {
	intended, faults, err := s.Intend(ctx, intents)
	if err != nil {
		return faults, err
	}
	for i, b := range intended {
		if err := ctx.Err(); err != nil {
			return faults, err
		}
		_, err := s.putNext(ctx, b)
		switch {
		case Stops(ctx, err):
			return faults, err
		case err != nil:
			faults = append(faults, Finding{Kind: Failed, Group: b.Group, UID: b.Series.UID, Err: err})
		}
		s.progress("repairing", i+1, len(intended))
	}
	return faults, nil
}

// Intend records all intents, and leaves it to Finish to carry them out. If another run
// changed one of the series meanwhile, that one is left alone.
func (s *Service) Intend(ctx context.Context, intents []Intent) (intended []Booking, faults []Finding, err error) {
	var all []Booking
	var events []Event
	for _, i := range intents {
		all, events = append(all, i.Booking), append(events, i.Events...)
	}
	intended, err = s.Commit(ctx, Batch{Bookings: all, Events: events})
	if !errors.Is(err, ErrStale) {
		return intended, nil, err
	}
	intended = nil
	for _, i := range intents {
		saved, err := s.Save(ctx, i.Booking, i.Events...)
		switch {
		case Stops(ctx, err):
			return nil, faults, err
		case err != nil:
			faults = append(faults, Finding{Kind: Failed, Group: i.Booking.Group, UID: i.Booking.Series.UID, Err: err})
		default:
			intended = append(intended, saved)
		}
	}
	return intended, faults, nil
}

// Note records what was read of the calendar, and what of bookings changes in our
// record alone.
func (s *Service) Note(ctx context.Context, seen *Seen, noted []Intent) error {
	batch := Batch{Seen: seen}
	for _, i := range noted {
		batch.Bookings, batch.Events = append(batch.Bookings, i.Booking), append(batch.Events, i.Events...)
	}
	_, err := s.Commit(ctx, batch)
	if errors.Is(err, ErrStale) { // another run was here; the next night notes it
		_, err = s.Commit(ctx, Batch{Seen: seen})
	}
	return err
}

// putNext brings a change onto the calendar and saves the outcome. If somebody
// changed the series meanwhile, theirs wins and the change is dropped.
func (s *Service) putNext(ctx context.Context, b Booking) (Booking, error) {
	put, err := s.Backend.Put(ctx, *b.Next)
	changed := errors.Is(err, calendar.ErrChanged)
	if err != nil && !changed {
		return b, fmt.Errorf("change the series of group %q: %w", b.Group, err)
	}
	was, what := b.Series, s.Event(b, "changed", "on the calendar")
	if changed {
		what = s.Event(b, "dropped", "the series was changed on the calendar meanwhile; the next pass looks at it again")
	} else {
		b.Series = put
	}
	b.Next, b.State = nil, Booked
	saved, saveErr := s.outcome(ctx, b, was, b.Series, what)
	if saveErr != nil {
		return b, fmt.Errorf("group %q: the change is on the calendar, but not recorded; the next run settles it: %w", b.Group, saveErr)
	}
	if changed {
		return saved, fmt.Errorf("somebody changed the series during the run; it was left alone: %w", err)
	}
	s.log().Info("changed", "group", b.Group, "uid", string(b.Series.UID))
	return saved, nil
}
