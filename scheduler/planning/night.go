package planning

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/planning/internal/booked"
	"github.com/peerslot/peerslot/scheduler/planning/internal/division"
)

// OneNight is how long ago what a pass did may be to count as done in the same night, so
// that one that is started twice keeps to what a member is told of in one.
const OneNight = 18 * time.Hour

// month is how long a move counts against the moves of a month.
const month = 28 * 24 * time.Hour

// A Night is what a pass over all series is planned from. Bookings, their series as they
// are on the calendar and busy times, which are most of it, are read for a part of the
// groups at a time; its own Bookings, Current and Busy are nil.
type Night struct {
	Snapshot
	service  *scheduler.Service
	calendar *calendarNow
	apart    *division.Division   // of the groups that are Booked
	noted    []noted              // of the bookings, those of one group after those of the other
	first    []int32              // of each group in noted, and where the last one's end
	moves    map[calendar.UID]int // that members were told of in the last hours
}

// A noted is what is kept of a booking and its series until its part is planned.
type noted struct {
	uid     uint64      // its hash
	version int64       // of the booking
	there   *difference // to the series on the calendar; nil if it is not there
}

// known returns what is noted of a booking; nil if nothing was known of it when the night began.
func (n *Night) known(b scheduler.Booking) *noted {
	group, there := n.Booked.Number(b.Group)
	if !there {
		return nil
	}
	here, uid := n.noted[n.first[group]:n.first[group+1]], calendar.Hash(b.Series.UID)
	for i := range here {
		if here[i].uid == uid {
			return &here[i]
		}
	}
	return nil
}

// Tonight looks at all bookings and their series, and reads what concerns all groups.
func Tonight(ctx context.Context, s *scheduler.Service) (*Night, error) {
	refs, err := s.Store.BookingRefs(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the bookings: %w", err)
	}
	now := s.Now()
	n := &Night{service: s, noted: make([]noted, len(refs)), Snapshot: Snapshot{
		Workspace: s.Workspace, Window: availability.Interval{Start: now, End: now}, Now: now,
		Aliases: s.Workspace.Roster.Aliases(), Groups: s.Workspace.GroupsByName(), Booked: &booked.Groups{}, Agendas: agendas(s, nil),
	}}
	_, n.Takes = calendar.AsReplier(s.Backend)
	uids := make([]calendar.UID, len(refs))
	for i, r := range refs {
		uids[i], n.noted[i] = r.UID, noted{uid: calendar.Hash(r.UID), version: r.Version}
		if n.Booked.Add(r.Group, false) {
			n.first = append(n.first, int32(i))
		}
	}
	n.first = append(n.first, int32(len(refs)))
	n.Booked.Sort()
	if n.calendar, err = lookAtCalendar(ctx, s, uids); err != nil {
		return nil, err
	}
	n.Faults, n.Seen = n.calendar.faults, n.calendar.seen
	if err := n.noteAll(ctx); err != nil {
		return nil, err
	}
	if n.Rounds, err = s.LastRounds(ctx); err != nil {
		return nil, err
	}
	n.formed = n.formedGroups()
	if err := hadSeries(ctx, s, &n.Snapshot); err != nil {
		return nil, err
	}
	return n, n.countMoves(ctx)
}

// noteAll reads the bookings and their series, and keeps who is concerned by what.
func (n *Night) noteAll(ctx context.Context) error {
	n.apart = division.New(len(n.Booked.Names), n.Workspace.Roster)
	for groups := range slices.Chunk(n.Booked.Names, scheduler.GroupsAtOnce) {
		bookings, err := n.bookingsOf(ctx, groups)
		if err == nil {
			err = n.calendar.read(ctx, n.service, bookings)
		}
		if err != nil {
			return err
		}
		for _, b := range bookings {
			n.note(b)
		}
	}
	n.apart.Count()
	return nil
}

// note notes one booking, and takes its series out of what was read.
func (n *Night) note(b scheduler.Booking) {
	read := n.Snapshot
	read.Current = n.calendar.current
	group, _ := n.Booked.Number(b.Group)
	n.apart.Note(group, read.Concerns(b))
	if !b.Reviewed {
		n.Booked.Open(group)
	}
	if series, there := read.Current[b.Series.UID]; there {
		n.Window.End = availability.Later(n.Window.End, lastWeek(series, n.Now))
		n.known(b).there = differenceOf(series, b.Series)
		delete(n.calendar.current, b.Series.UID)
	}
}

// bookingsOf reads the bookings of some groups. Those that another run changed since the
// night began have the version that they had then: what is planned of them is not applied.
func (n *Night) bookingsOf(ctx context.Context, groups []string) (scheduler.Bookings, error) {
	bookings, err := n.service.Store.Bookings(ctx, groups...)
	if err != nil {
		return nil, fmt.Errorf("read the bookings: %w", err)
	}
	bookings = slices.DeleteFunc(bookings, func(b scheduler.Booking) bool {
		return n.known(b) == nil
	})
	for i, b := range bookings {
		bookings[i].Version = n.known(b).version
	}
	return bookings, nil
}

// Parts divides the groups that have bookings into parts that share nobody, neither a
// member of a group nor who is invited to a series, now or by what is intended: what is
// planned for one part concerns no other. Small parts are put together as long as they
// have at most so many people. The parts are in the order of their first groups.
func (n *Night) Parts(people int) iter.Seq[[]string] {
	return n.apart.Named(people, n.Booked.Names)
}

// Read returns the snapshot of a part of the groups, which Parts made, with the busy
// times of all who are in them, without our own series.
func (n *Night) Read(ctx context.Context, groups []string) (Snapshot, error) {
	part, err := n.part(ctx, groups)
	if err != nil {
		return part, err
	}
	return n.busy(ctx, part, n.Window)
}

// part returns the snapshot of a part of the groups without busy times.
func (n *Night) part(ctx context.Context, groups []string) (s Snapshot, err error) {
	s = n.Snapshot
	if s.Bookings, err = n.bookingsOf(ctx, groups); err != nil {
		return s, err
	}
	s.Current, s.Tonight, s.Replies = map[calendar.UID]calendar.Series{}, map[calendar.Address]int{}, map[calendar.UID][]scheduler.Reply{}
	for _, b := range s.Bookings {
		uid := b.Series.UID
		if there := n.known(b).there; there != nil {
			s.Current[uid] = there.from(b.Series)
			if s.Takes && len(s.Current[uid].MovedSince(b.Series)) > 0 {
				if s.Replies[uid], err = n.service.Store.Replies(ctx, uid); err != nil {
					return s, fmt.Errorf("read the replies: %w", err)
				}
			}
		}
		for _, a := range b.Series.Attendees {
			s.Tonight[a.Address] += n.moves[uid]
		}
	}
	return s, nil
}

// busy reads the busy times of a part over a window.
func (n *Night) busy(ctx context.Context, s Snapshot, window availability.Interval) (Snapshot, error) {
	s.Window = window
	var people []calendar.Address
	var uids []calendar.UID
	for _, b := range s.Bookings {
		uids = append(uids, b.Series.UID)
		people = append(people, s.Workspace.Roster.Present(scheduler.GroupIn(n.Groups, b).Members)...)
	}
	people = slices.Compact(slices.Sorted(slices.Values(people)))
	own := calendarNow{current: s.Current, syncer: n.calendar.syncer}
	reader, err := own.reader(ctx, n.service.Backend, people, window)
	if err != nil {
		return s, fmt.Errorf("read busy times: %w", err)
	}
	return s, s.fill(ctx, n.service, reader, people, uids...)
}

// lastWeek returns the end of the last week in which a series that has a session to come, or
// one that is off and may come back, has one or may at another slot. It is zero if there is none.
func lastWeek(series calendar.Series, now time.Time) (end time.Time) {
	zone, err := availability.LoadZone(series.Slot.Zone)
	if err != nil {
		return end
	}
	sessions, _ := series.Occurrences()
	for _, o := range sessions {
		if o.End.After(now) && !series.Cancelled {
			three := series.First.Monday().AddDays(availability.ThreeMonths).In(zone).Start
			end = availability.Later(availability.Later(end, three), availability.DateOf(o.End.In(zone)).Monday().AddDays(7).In(zone).Start)
		}
	}
	return end
}

// hadSeries fills in which groups without a series had one: it was decided that none
// follows, or that the next round does.
func hadSeries(ctx context.Context, s *scheduler.Service, snapshot *Snapshot) error {
	snapshot.Had = map[string]bool{}
	for _, r := range scheduler.LastRounds(snapshot.Rounds) {
		for _, g := range r.Groups {
			if open, _ := snapshot.Booked.Find(g.Name); open {
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

// withoutBookings returns a snapshot that knows the workspace alone.
func withoutBookings(s *scheduler.Service) Snapshot {
	return Snapshot{Workspace: s.Workspace, Now: s.Now(), Aliases: s.Workspace.Roster.Aliases(), Groups: s.Workspace.GroupsByName()}
}

// beside reads with what people were busy beside the series of the bookings, which are
// on the calendar as Current says, as far as that is known. Bookings that have ended are
// then in the snapshot no longer.
func (s *Snapshot) beside(ctx context.Context, service *scheduler.Service, people []calendar.Address) error {
	own := calendarNow{current: map[calendar.UID]calendar.Series{}}
	if syncer, ok := calendar.AsSyncer(service.Backend); ok {
		own.syncer = syncer
	}
	ours, bookings := uidsOf(s.Bookings), s.Bookings
	s.Bookings = nil
	for _, b := range bookings {
		if _, err := b.Series.Occurrences(); err == nil {
			own.current[b.Series.UID] = b.Series
		}
		b.Series = s.series(b)
		if b.State != scheduler.Ended {
			s.Bookings = append(s.Bookings, b)
		}
	}
	maps.Copy(own.current, s.Current)
	reader, err := own.reader(ctx, service.Backend, people, s.Window)
	if err != nil {
		return fmt.Errorf("read busy times: %w", err)
	}
	return s.fill(ctx, service, reader, people, ours...)
}

// Fetch reads the series of the bookings as they are on the calendar. One that
// is gone is missing in the answer; faults says why one that is there cannot be
// used. One that an earlier organizer left is as it was when it was handed over.
func Fetch(ctx context.Context, s *scheduler.Service, bookings []scheduler.Booking) (current map[calendar.UID]calendar.Series, faults map[calendar.UID]error, err error) {
	series := make([]calendar.Series, len(bookings))
	fault := make([]error, len(bookings))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(8)
	for i, b := range bookings {
		g.Go(func() error {
			if b.LeftThere {
				series[i] = b.Series
				return nil
			}
			there, err := s.Backend.Get(ctx, b.Series.UID)
			switch {
			case errors.Is(err, calendar.ErrAway): // a fault of each: what else there is to say is said
			case scheduler.Stops(ctx, err):
				return fmt.Errorf("group %q: %w", b.Group, err)
			case errors.Is(err, calendar.ErrNotFound):
				return nil
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

// countMoves fills in what members were told of lately.
func (n *Night) countMoves(ctx context.Context) error {
	n.moves, n.Month = map[calendar.UID]int{}, map[string]int{}
	lately, err := n.service.Store.Moves(ctx, n.Now.Add(-month-time.Second))
	if err != nil {
		return fmt.Errorf("read the history: %w", err)
	}
	for _, m := range lately {
		n.Month[m.Group] += m.Times
	}
	tonight, err := n.service.Store.Moves(ctx, n.Now.Add(-OneNight))
	if err != nil {
		return fmt.Errorf("read the history: %w", err)
	}
	for _, m := range tonight {
		n.moves[m.UID] += m.Times
	}
	return nil
}
