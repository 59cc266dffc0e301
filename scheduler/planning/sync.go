package planning

import (
	"context"
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
	syncer  calendar.Syncer // nil if the backend is none
	seen    *scheduler.Seen // to be committed; nil if nothing is kept
}

// Current returns the series of the bookings as they are on the calendar, read by as
// few calls as the backend has for it. One that is gone is missing; faults says why
// one that is there cannot be used. Nothing of it is kept.
func Current(ctx context.Context, s *scheduler.Service, bookings []scheduler.Booking) (current map[calendar.UID]calendar.Series, faults map[calendar.UID]error, err error) {
	if len(bookings) < 2 {
		return Fetch(ctx, s, bookings)
	}
	uids := make([]calendar.UID, len(bookings))
	for i, b := range bookings {
		uids[i] = b.Series.UID
	}
	now, err := lookAtCalendar(ctx, s, uids)
	if err == nil {
		err = now.read(ctx, s, bookings)
	}
	if err != nil {
		return nil, nil, err
	}
	for _, b := range bookings {
		if series, there := now.current[b.Series.UID]; there {
			now.current[b.Series.UID] = differenceOf(series, b.Series).from(b.Series)
		}
	}
	return now.current, now.faults, nil
}

// lookAtCalendar returns what can be known of the series without reading each by itself.
// Where that costs too much, the backend is asked only for what changed since the last time.
func lookAtCalendar(ctx context.Context, s *scheduler.Service, uids []calendar.UID) (*calendarNow, error) {
	now := &calendarNow{current: map[calendar.UID]calendar.Series{}, faults: map[calendar.UID]error{}, gone: map[calendar.UID]bool{}}
	syncer, ok := calendar.AsSyncer(s.Backend)
	if !ok {
		return now, nil
	}
	seen, err := s.Store.Seen(ctx)
	if err != nil {
		return nil, err
	}
	changes, err := syncer.Sync(ctx, seen.Token, uids)
	if err != nil {
		return nil, err
	}
	now.syncer = syncer
	now.apply(seen.Series, changes)
	return now, nil
}

// apply brings what was seen the last time up to date.
func (c *calendarNow) apply(seen []calendar.Series, changes calendar.Changes) {
	if c.whole = changes.Full; !c.whole {
		for _, series := range seen {
			c.current[series.UID] = series
		}
	}
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

// read reads the series of the bookings of which nothing is known yet: with a Syncer those
// that were a problem at an earlier look, and still may be.
func (c *calendarNow) read(ctx context.Context, s *scheduler.Service, bookings []scheduler.Booking) error {
	var missing []scheduler.Booking
	for _, b := range bookings {
		_, there := c.current[b.Series.UID]
		_, fault := c.faults[b.Series.UID]
		if !there && !fault && !c.gone[b.Series.UID] && !c.whole {
			missing = append(missing, b)
		}
	}
	current, faults, err := Fetch(ctx, s, missing)
	if err != nil {
		return err
	}
	maps.Copy(c.current, current)
	maps.Copy(c.faults, faults)
	return nil
}

// A difference is what of a series that was read is not as it was put: for most nothing,
// and of the others little that takes room.
type difference struct {
	read                              *calendar.Series // nil for nothing
	title, text, attendees, overrides bool             // are as they were put, and left out of read
}

func differenceOf(read, put calendar.Series) difference {
	d := difference{
		title: read.Title == put.Title, text: read.Description == put.Description,
		attendees: slices.Equal(read.Attendees, put.Attendees),
		overrides: slices.EqualFunc(read.Overrides, put.Overrides, func(a, b calendar.Override) bool { return a.Same(b) && maps.Equal(a.RSVPs, b.RSVPs) }),
	}
	if reflect.DeepEqual(d.with(read, put), put) {
		return difference{}
	}
	rest := d.with(read, calendar.Series{})
	d.read = &rest
	return d
}

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
