package planning

import (
	"context"
	"maps"
	"slices"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
)

// calendarNow is our series as they are on the calendar.
type calendarNow struct {
	current map[calendar.UID]calendar.Series // missing if gone
	faults  map[calendar.UID]error           // why one that is there cannot be used
	syncer  calendar.Syncer                  // nil if the backend is none
	seen    *scheduler.Seen                  // to be committed; nil if nothing is kept
}

// Current returns the series of the bookings as they are on the calendar, read by as
// few calls as the backend has for it. One that is gone is missing; faults says why
// one that is there cannot be used. Nothing of it is kept.
func Current(ctx context.Context, s *scheduler.Service, bookings []scheduler.Booking) (current map[calendar.UID]calendar.Series, faults map[calendar.UID]error, err error) {
	if len(bookings) < 2 {
		return Fetch(ctx, s, bookings)
	}
	now, err := readCalendar(ctx, s, bookings)
	return now.current, now.faults, err
}

// readCalendar is readSeries, with what series and bookings have in common in memory once.
func readCalendar(ctx context.Context, s *scheduler.Service, bookings []scheduler.Booking) (calendarNow, error) {
	now, err := readSeries(ctx, s, bookings)
	for _, b := range bookings {
		if series, there := now.current[b.Series.UID]; there {
			now.current[b.Series.UID] = keptOnce(series, b.Series)
		}
	}
	return now, err
}

// keptOnce returns a series as it was read, with what it has in common with the one that
// was put held in memory once: for most, that is all that takes room.
func keptOnce(read, put calendar.Series) calendar.Series {
	if read.Title == put.Title {
		read.Title = put.Title
	}
	if read.Description == put.Description {
		read.Description = put.Description
	}
	if slices.Equal(read.Attendees, put.Attendees) {
		read.Attendees = put.Attendees
	}
	return read
}

// readSeries reads the series of the bookings. A backend on which reading each by
// itself costs too much is asked only for what changed since the last time.
func readSeries(ctx context.Context, s *scheduler.Service, bookings []scheduler.Booking) (calendarNow, error) {
	syncer, ok := calendar.AsSyncer(s.Backend)
	if !ok {
		current, faults, err := Fetch(ctx, s, bookings)
		return calendarNow{current: current, faults: faults}, err
	}
	seen, err := s.Store.Seen(ctx)
	if err != nil {
		return calendarNow{}, err
	}
	uids := make([]calendar.UID, len(bookings))
	for i, b := range bookings {
		uids[i] = b.Series.UID
	}
	changes, err := syncer.Sync(ctx, seen.Token, uids)
	if err != nil {
		return calendarNow{}, err
	}
	return apply(ctx, s, syncer, bookings, seen.Series, changes)
}

// apply brings what was seen the last time up to date.
func apply(ctx context.Context, s *scheduler.Service, syncer calendar.Syncer, bookings []scheduler.Booking, seen []calendar.Series, changes calendar.Changes) (calendarNow, error) {
	now := calendarNow{current: map[calendar.UID]calendar.Series{}, faults: map[calendar.UID]error{}, syncer: syncer}
	if !changes.Full {
		for _, series := range seen {
			now.current[series.UID] = series
		}
	}
	for _, series := range changes.Series {
		now.current[series.UID] = series
	}
	for _, uid := range changes.Gone {
		delete(now.current, uid)
	}
	for uid, err := range changes.Problems {
		delete(now.current, uid)
		now.faults[uid] = err
	}
	if err := readMissing(ctx, s, &now, bookings, changes); err != nil {
		return now, err
	}
	series := changes.Series
	if changes.Full || len(changes.Gone)+len(changes.Problems) > 0 {
		series = make([]calendar.Series, 0, len(now.current))
		for _, one := range now.current {
			series = append(series, one)
		}
		changes.Full = true
	}
	now.seen = &scheduler.Seen{Token: changes.Token, Full: changes.Full, Series: series}
	return now, nil
}

// readMissing reads by itself what is neither among the changes nor was seen
// before: a problem of an earlier night that is still there.
func readMissing(ctx context.Context, s *scheduler.Service, now *calendarNow, bookings []scheduler.Booking, changes calendar.Changes) error {
	known := map[calendar.UID]bool{}
	for _, uid := range changes.Gone {
		known[uid] = true
	}
	var missing []scheduler.Booking
	for _, b := range bookings {
		_, there := now.current[b.Series.UID]
		_, fault := now.faults[b.Series.UID]
		if !there && !fault && !known[b.Series.UID] && !changes.Full {
			missing = append(missing, b)
		}
	}
	current, faults, err := Fetch(ctx, s, missing)
	if err != nil {
		return err
	}
	maps.Copy(now.current, current)
	maps.Copy(now.faults, faults)
	return nil
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
