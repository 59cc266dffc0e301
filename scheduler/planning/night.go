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

// A Night is what a pass over all series is planned from: the bookings and their
// series as they are on the calendar. Busy times, which are most of it, are read for a
// part of the bookings at a time; its own Busy is nil.
type Night struct {
	Snapshot
	service *scheduler.Service
	syncer  calendar.Syncer // nil if the backend is none
}

// Tonight reads all of a night but the busy times.
func Tonight(ctx context.Context, s *scheduler.Service) (*Night, error) {
	bookings, err := s.Store.Bookings(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the bookings: %w", err)
	}
	cal, err := readCalendar(ctx, s, bookings)
	if err != nil {
		return nil, err
	}
	groups, now := s.Workspace.GroupsByName(), s.Now()
	_, _, end := concerned(s, groups, bookings, cal.current)
	n := &Night{service: s, syncer: cal.syncer, Snapshot: Snapshot{
		Workspace: s.Workspace, Bookings: bookings, Current: cal.current, Faults: cal.faults, Seen: cal.seen,
		Window: availability.Interval{Start: now, End: availability.Later(end, now)}, Now: now,
		Aliases: s.Workspace.Roster.Aliases(), Groups: groups, Agendas: agendas(s, nil),
	}}
	if n.Rounds, err = s.Store.Rounds(ctx, ""); err != nil {
		return nil, fmt.Errorf("read the rounds: %w", err)
	}
	if err := hadSeries(ctx, s, &n.Snapshot); err != nil {
		return nil, err
	}
	return n, countMoves(ctx, s, &n.Snapshot)
}

// Read returns the snapshot of a part of the bookings, which [Apart] made, with the
// busy times of all who are in them, without our own series.
func (n *Night) Read(ctx context.Context, part scheduler.Bookings) (Snapshot, error) {
	return n.over(ctx, part, n.Window)
}

// over is Read with the busy times of another window.
func (n *Night) over(ctx context.Context, part scheduler.Bookings, window availability.Interval) (Snapshot, error) {
	s := n.Snapshot
	s.Bookings, s.Window = part, window
	people, uids, _ := concerned(n.service, n.Groups, part, n.Current)
	people = slices.Compact(slices.Sorted(slices.Values(people)))
	own := calendarNow{current: map[calendar.UID]calendar.Series{}, syncer: n.syncer}
	for _, uid := range uids {
		if series, ok := n.Current[uid]; ok {
			own.current[uid] = series
		}
	}
	reader, err := own.reader(ctx, n.service.Backend, people, window)
	if err != nil {
		return s, fmt.Errorf("read busy times: %w", err)
	}
	return s, s.fill(ctx, n.service, reader, people, uids...)
}

// hadSeries fills in which groups without a series had one: it was decided that none
// follows, or that the next round does.
func hadSeries(ctx context.Context, s *scheduler.Service, snapshot *Snapshot) error {
	booked := snapshot.Bookings.ByGroup()
	snapshot.Had = map[string]bool{}
	last := map[string]scheduler.Round{}
	for _, r := range snapshot.Rounds {
		if r.Number > last[r.Program].Number {
			last[r.Program] = r
		}
	}
	for _, r := range last {
		for _, g := range r.Groups {
			if _, ok := booked[g.Name]; ok {
				continue
			}
			all, err := s.Store.BookingsOf(ctx, g.Name)
			if err != nil {
				return fmt.Errorf("read the bookings of group %q: %w", g.Name, err)
			}
			snapshot.Had[g.Name] = slices.ContainsFunc(all, func(b scheduler.Booking) bool { return b.Decision != "" })
		}
	}
	return nil
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
	snapshot := Snapshot{Workspace: s.Workspace, Window: window, Now: s.Now()}
	for _, b := range bookings {
		if there, ok := current[b.Series.UID]; ok {
			b.Series = there
		}
		if b.State != scheduler.Ended {
			snapshot.Bookings = append(snapshot.Bookings, b)
		}
	}
	err = snapshot.fill(ctx, s, reader, people, ours...)
	return snapshot, err
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
func concerned(s *scheduler.Service, groups map[string]scheduler.Group, bookings []scheduler.Booking, current map[calendar.UID]calendar.Series) (people []calendar.Address, uids []calendar.UID, end time.Time) {
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
