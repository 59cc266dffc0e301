package planning

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"reflect"
	"slices"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
)

// calendarNow is our series as they are on the calendar.
type calendarNow struct {
	current map[calendar.UID]calendar.Series // missing if gone
	faults  map[calendar.UID]error           // why one that is there cannot be used
	gone    map[calendar.UID]bool
	whole   bool            // all that are there are known
	kept    bool            // the store has the others as they were at the last look, and are still
	syncer  calendar.Syncer // nil if the backend is none
	seen    *scheduler.Seen // to be committed; nil if nothing is kept
}

// Current returns the series of the bookings as they are on the calendar, read by as
// few calls as the backend has for it. One that is gone is missing; faults says why
// one that is there cannot be used. Nothing of it is kept.
func Current(ctx context.Context, s *scheduler.Service, bookings []scheduler.Booking) (current map[calendar.UID]calendar.Series, faults map[calendar.UID]error, err error) {
	now, err := glance(ctx, s, uidsOf(bookings))
	if err == nil {
		err = now.read(ctx, s, bookings)
	}
	if err != nil {
		return nil, nil, err
	}
	for _, b := range bookings {
		if series, there := now.current[b.Series.UID]; there {
			now.current[b.Series.UID] = sharing(series, b.Series)
		}
	}
	return now.current, now.faults, nil
}

// A Page is bookings with their series as they are on the calendar, as [Current] has them.
type Page struct {
	Bookings scheduler.Bookings
	Current  map[calendar.UID]calendar.Series
	Faults   map[calendar.UID]error
}

// Pages is Current of all bookings that have not ended, some groups at a time. An error
// ends it.
func Pages(ctx context.Context, s *scheduler.Service) iter.Seq2[Page, error] {
	return func(yield func(Page, error) bool) {
		uids, err := allUIDs(ctx, s)
		if err != nil {
			yield(Page{}, err)
			return
		}
		now, err := glance(ctx, s, uids)
		if err != nil {
			yield(Page{}, err)
			return
		}
		for bookings, err := range scheduler.Pages(ctx, s.Store) {
			if err == nil {
				err = now.read(ctx, s, bookings)
			}
			page := Page{bookings, map[calendar.UID]calendar.Series{}, now.faults}
			for _, b := range bookings {
				if series, there := now.current[b.Series.UID]; there {
					page.Current[b.Series.UID] = sharing(series, b.Series)
					delete(now.current, b.Series.UID)
				}
			}
			if !yield(page, err) || err != nil {
				return
			}
		}
	}
}

// allUIDs returns the UIDs of all bookings that have not ended.
func allUIDs(ctx context.Context, s *scheduler.Service) ([]calendar.UID, error) {
	refs, err := s.Store.BookingRefs(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the bookings: %w", err)
	}
	uids := make([]calendar.UID, len(refs))
	for i, r := range refs {
		uids[i] = r.UID
	}
	return uids, nil
}

func uidsOf(bookings []scheduler.Booking) []calendar.UID {
	uids := make([]calendar.UID, len(bookings))
	for i, b := range bookings {
		uids[i] = b.Series.UID
	}
	return uids
}

// glance is lookAtCalendar of nothing if the series are so few that each is read by itself.
func glance(ctx context.Context, s *scheduler.Service, uids []calendar.UID) (*calendarNow, error) {
	if len(uids) < 2 {
		return nothingKnown(), nil
	}
	return lookAtCalendar(ctx, s, uids)
}

func nothingKnown() *calendarNow {
	return &calendarNow{current: map[calendar.UID]calendar.Series{}, faults: map[calendar.UID]error{}, gone: map[calendar.UID]bool{}}
}

// lookAtCalendar returns what can be known of the series without reading each by itself.
// Where that costs too much, the backend is asked only for what changed since the last time.
func lookAtCalendar(ctx context.Context, s *scheduler.Service, uids []calendar.UID) (*calendarNow, error) {
	now := nothingKnown()
	syncer, ok := calendar.AsSyncer(s.Backend)
	if !ok {
		return now, nil
	}
	token, err := s.Store.SeenToken(ctx)
	if err != nil {
		return nil, err
	}
	changes, err := syncer.Sync(ctx, token, uids)
	if err != nil {
		return nil, err
	}
	now.syncer = syncer
	now.apply(changes)
	return now, nil
}

// apply notes what is not as it was seen the last time.
func (c *calendarNow) apply(changes calendar.Changes) {
	c.whole, c.kept = changes.Full, !changes.Full
	for _, series := range changes.Series {
		c.current[series.UID] = series
	}
	c.seen = &scheduler.Seen{Token: changes.Token, Full: changes.Full, Series: changes.Series, Gone: slices.Clone(changes.Gone)}
	for uid, err := range changes.Problems {
		c.faults[uid] = err
		c.seen.Gone = append(c.seen.Gone, uid)
	}
	for _, uid := range c.seen.Gone {
		delete(c.current, uid)
	}
	for _, uid := range changes.Gone {
		c.gone[uid] = true
	}
}

// read reads the series of the bookings of which nothing is known yet: from the store, which
// has what was seen of them, and else one by one, such as those that were a problem at an
// earlier look, and still may be.
func (c *calendarNow) read(ctx context.Context, s *scheduler.Service, bookings []scheduler.Booking) error {
	var missing []scheduler.Booking
	for _, b := range bookings {
		_, there := c.current[b.Series.UID]
		_, fault := c.faults[b.Series.UID]
		if !there && !fault && !c.gone[b.Series.UID] && !c.whole {
			missing = append(missing, b)
		}
	}
	if c.kept {
		if err := c.recall(ctx, s, missing); err != nil {
			return err
		}
		missing = slices.DeleteFunc(missing, func(b scheduler.Booking) bool {
			_, there := c.current[b.Series.UID]
			return there
		})
	}
	current, faults, err := Fetch(ctx, s, missing)
	if err != nil {
		return err
	}
	for _, b := range missing {
		if series, there := current[b.Series.UID]; there && c.kept {
			c.seen.Series = append(c.seen.Series, series) // to be recalled the next time
		}
	}
	maps.Copy(c.current, current)
	maps.Copy(c.faults, faults)
	return nil
}

// recall takes the series of the bookings that the store has as they are.
func (c *calendarNow) recall(ctx context.Context, s *scheduler.Service, bookings []scheduler.Booking) error {
	for some := range slices.Chunk(bookings, scheduler.GroupsAtOnce) {
		seen, err := s.Store.Seen(ctx, uidsOf(some)...)
		if err != nil {
			return fmt.Errorf("read what was seen of the calendar: %w", err)
		}
		for _, series := range seen.Series {
			c.current[series.UID] = series
		}
	}
	return nil
}

// A difference is what of a series that was read is not as it was put: for most nothing,
// which is nothing of their own, and of the others little that takes room.
type difference struct {
	read                              *calendar.Series // nil for nothing
	title, text, attendees, overrides bool             // are as they were put, and left out of read
}

// asPut is the difference of what is as it was put.
var asPut difference

func differenceOf(read, put calendar.Series) *difference {
	d := difference{
		title: read.Title == put.Title, text: read.Description == put.Description,
		attendees: slices.Equal(read.Attendees, put.Attendees),
		overrides: slices.EqualFunc(read.Overrides, put.Overrides, func(a, b calendar.Override) bool { return a.Same(b) && maps.Equal(a.RSVPs, b.RSVPs) }),
	}
	if reflect.DeepEqual(d.with(read, put), put) {
		return &asPut
	}
	rest := d.with(read, calendar.Series{})
	d.read = &rest
	return &d
}

// sharing returns a series that was read, which takes room for what is not as it was put.
func sharing(read, put calendar.Series) calendar.Series { return differenceOf(read, put).from(put) }

// from returns the series that was read.
func (d difference) from(put calendar.Series) calendar.Series {
	if d.read == nil {
		return put
	}
	return d.with(*d.read, put)
}

// with returns a series in which what is as it was put is that of another.
func (d difference) with(s, other calendar.Series) calendar.Series {
	if d.title {
		s.Title = other.Title
	}
	if d.text {
		s.Description = other.Description
	}
	if d.attendees {
		s.Attendees = other.Attendees
	}
	if d.overrides {
		s.Overrides = other.Overrides
	}
	return s
}

// reader returns where busy times are read from: a Syncer tells our own series
// apart without reading them again.
func (c calendarNow) reader(ctx context.Context, b calendar.Backend, people []calendar.Address, window availability.Interval) (calendar.BusyReader, error) {
	if c.syncer == nil {
		return b, nil
	}
	own := make([]calendar.Series, 0, len(c.current))
	for _, series := range c.current {
		own = append(own, series)
	}
	return c.syncer.Snapshot(ctx, people, window, own...)
}
