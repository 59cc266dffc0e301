package planning

import (
	"context"
	"slices"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
)

// Past returns who was busy with what while the sessions of the due series took
// place.
func Past(ctx context.Context, s *scheduler.Service, bookings, due scheduler.Bookings, current map[calendar.UID]calendar.Series) (*Planner, error) {
	window := availability.Interval{Start: s.Now().Add(-time.Minute), End: s.Now()}
	var people []calendar.Address
	groups := s.Workspace.GroupsByName()
	for _, b := range due {
		occurrences, err := current[b.Series.UID].Occurrences()
		if err != nil {
			continue // named where it is reviewed
		}
		if !occurrences[0].Start.Before(s.Now()) {
			continue // nothing of it is over
		}
		for _, o := range occurrences {
			window.Start = availability.Earlier(window.Start, o.Start)
		}
		for _, a := range scheduler.GroupIn(groups, b).Members {
			if s.Workspace.Roster.Has(a) {
				people = append(people, a)
			}
		}
	}
	snapshot, err := Beside(ctx, s, bookings, current, people, window)
	if err != nil {
		return nil, err
	}
	return New(snapshot)
}

// Standings are how the groups stand, counted while a night is read. All bookings are
// among it.
type Standings struct {
	*Night
	held map[calendar.UID]scheduler.Share // who attended the sessions that are over
}

// Stand is Tonight for what counts how the groups stand. Every part of the night must be
// read by its Read.
func Stand(ctx context.Context, s *scheduler.Service) (*Standings, error) {
	n, err := tonight(ctx, s, true)
	return &Standings{n, map[calendar.UID]scheduler.Share{}}, err
}

// Read is [Night.Read], and counts who attended the sessions of the part that are over.
// Busy times of both are read at once.
func (t *Standings) Read(ctx context.Context, groups []string) (Snapshot, error) {
	part, err := t.part(ctx, groups)
	if err != nil {
		return part, err
	}
	since := t.Now
	for _, b := range part.Bookings {
		sessions, _ := t.series(b).Occurrences() // none of one that repair names
		for _, o := range sessions {
			since = availability.Earlier(since, o.Start)
		}
	}
	if !since.Before(t.Now) {
		return t.busy(ctx, part, t.Window)
	}
	whole, err := t.busy(ctx, part, availability.Interval{Start: since, End: t.Window.End})
	if err != nil {
		return whole, err
	}
	return whole.within(t.Window), t.count(whole.within(availability.Interval{Start: since, End: t.Now}))
}

// count counts who attended the series of a part whose past the snapshot knows.
func (t *Standings) count(past Snapshot) error {
	past.Bookings = slices.Clone(past.Bookings)
	for i, b := range past.Bookings {
		past.Bookings[i].Series = t.series(b)
	}
	p, err := New(past)
	if err != nil {
		return err
	}
	groups := past.GroupsByName()
	for _, b := range past.Bookings {
		if share, err := p.attended(scheduler.GroupIn(groups, b), b.Series); err == nil { // else named by repair
			t.held[b.Series.UID] = share
		}
	}
	return nil
}

// attended counts who attended the sessions of a series that are over. Who attended is
// asked of those that were held alone.
func (p *Planner) attended(g scheduler.Group, s calendar.Series) (all scheduler.Share, err error) {
	sessions, err := s.Occurrences()
	held := slices.DeleteFunc(sessions, func(o calendar.Occurrence) bool { return o.Cancelled || o.End.After(p.Now) })
	if len(held) == 0 {
		return all, err
	}
	panel, err := p.Panel(g, s)
	for _, o := range held {
		all = all.Plus(panel.Share(o))
	}
	return all, err
}

// Status returns how every group stands, in the order of the configuration;
// bookings of groups that are in it no longer come last.
func (t *Standings) Status() []scheduler.Status {
	ending := map[string]scheduler.Booking{}
	for _, b := range t.Bookings {
		if b.Reviewed {
			ending[b.Group] = b
		}
	}
	var out []scheduler.Status
	shown := shown(t.Bookings)
	for _, g := range GroupsWith(t.Workspace, t.Bookings) {
		st := scheduler.Status{Group: g}
		if b, ok := shown[g.Name]; ok {
			st.Booking, st.Series, st.Attendance = &b, t.series(b), t.held[b.Series.UID]
			count(&st, t.Now)
			if old, ok := ending[g.Name]; ok && old.Series.UID != b.Series.UID {
				st.Next = sooner(st.Next, t.nextOf(old))
			}
		}
		out = append(out, st)
	}
	return out
}

// series returns the series of a booking as it is on the calendar, or as it was put if
// that is not known.
func (t *Standings) series(b scheduler.Booking) calendar.Series {
	if known := t.noted[b.Series.UID]; known.there {
		return known.from(b.Series)
	}
	return b.Series
}

// nextOf returns the next session of a booking's series, empty if there is none.
func (t *Standings) nextOf(b scheduler.Booking) (next availability.Interval) {
	b.Series = t.series(b)
	sessions, err := StillHeld(b).Occurrences()
	if err != nil {
		return next // as repair says
	}
	for _, o := range sessions {
		if !o.Cancelled && o.End.After(t.Now) {
			next = sooner(next, o.Interval)
		}
	}
	return next
}

// sooner returns the interval that begins first; an empty one is none.
func sooner(a, b availability.Interval) availability.Interval {
	if a.Empty() || !b.Empty() && b.Start.Before(a.Start) {
		return b
	}
	return a
}

// GroupsWith returns the configured groups, then those that only have a booking.
func GroupsWith(w scheduler.Workspace, bookings scheduler.Bookings) []scheduler.Group {
	groups, known := slices.Clone(w.Groups), w.GroupsByName()
	for _, b := range bookings {
		if _, ok := known[b.Group]; !ok {
			g := scheduler.GroupIn(known, b)
			known[b.Group], groups = &g, append(groups, g)
		}
	}
	return groups
}

// shown returns each group's open booking, or else one that was reviewed and runs out.
func shown(bs scheduler.Bookings) map[string]scheduler.Booking {
	out := map[string]scheduler.Booking{}
	for _, b := range bs {
		if _, ok := out[b.Group]; !ok || !b.Reviewed {
			out[b.Group] = b
		}
	}
	return out
}

// count counts the sessions of the series, as far as it can be understood.
func count(st *scheduler.Status, now time.Time) {
	sessions, err := st.Series.Occurrences()
	if err != nil {
		return // as repair says
	}
	for _, o := range sessions {
		switch {
		case o.Cancelled:
		case !o.End.After(now):
			st.Held++
		default:
			st.Left++
			st.Next = sooner(st.Next, o.Interval)
		}
	}
}
