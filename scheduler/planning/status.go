package planning

import (
	"context"
	"iter"
	"slices"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
)

// A PastPart is some of the due series, which share nobody with the others, and who was busy
// with what while their sessions took place.
type PastPart struct {
	*Planner
	Numbers []int              // of these series
	Due     scheduler.Bookings // their bookings
	Faults  map[calendar.UID]error
}

// Past hands to use the due series in parts, which are in the order of their first groups.
func Past(ctx context.Context, s *scheduler.Service, due []scheduler.BookingRef, use func(PastPart) error) error {
	here := withoutBookings(s)
	groups, err := scheduler.OpenGroups(ctx, s.Store)
	if err != nil {
		return err
	}
	read := func(some []string) (scheduler.Bookings, error) { return s.Store.Bookings(ctx, some...) }
	apart, err := here.divide(groups, read)
	if err != nil {
		return err
	}
	numbers := map[calendar.UID]int{}
	of := map[string]bool{}
	for i, ref := range due {
		numbers[ref.UID], of[ref.Group] = i, true
	}
	for names := range apart.Named(PeopleAtOnce, groups) {
		if !slices.ContainsFunc(names, func(name string) bool { return of[name] }) {
			continue
		}
		part, there := here, PastPart{}
		if part.Bookings, err = read(names); err != nil {
			return err
		}
		for _, b := range part.Bookings {
			if i, ok := numbers[b.Series.UID]; ok {
				there.Numbers, there.Due = append(there.Numbers, i), append(there.Due, b)
			}
		}
		if part.Current, there.Faults, err = Fetch(ctx, s, there.Due); err != nil {
			return err
		}
		if there.Planner, err = part.past(ctx, s, there.Due); err == nil {
			err = use(there)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// past is Past where the other bookings are known, and the series of all as they are.
func (here Snapshot) past(ctx context.Context, s *scheduler.Service, due scheduler.Bookings) (*Planner, error) {
	here.Window = availability.Interval{Start: here.Now.Add(-time.Minute), End: here.Now}
	var people []calendar.Address
	for _, b := range due {
		occurrences, err := here.Current[b.Series.UID].Occurrences()
		if err != nil {
			continue // named where it is reviewed
		}
		if !occurrences[0].Start.Before(here.Now) {
			continue // nothing of it is over
		}
		for _, o := range occurrences {
			here.Window.Start = availability.Earlier(here.Window.Start, o.Start)
		}
		people = append(people, s.Workspace.Roster.Present(scheduler.GroupIn(here.Groups, b).Members)...)
	}
	if err := here.beside(ctx, s, people); err != nil {
		return nil, err
	}
	return New(here)
}

// Standings are how the groups stand, counted while a night is read, part by part.
type Standings struct {
	*Night
	Due    scheduler.Bookings          // whose members may be asked by now what is to follow
	stands map[string]scheduler.Status // groups with bookings
	loads  []Load
	most   int // sessions in a week of those whose loads are left out
}

// Stand is Tonight for what counts how the groups stand, and the loads of those with more
// than so many sessions in a week. Every part of the night must be read by its Read.
func Stand(ctx context.Context, s *scheduler.Service, most int) (*Standings, error) {
	n, err := Tonight(ctx, s)
	return &Standings{Night: n, stands: map[string]scheduler.Status{}, most: most}, err
}

// Read is [Night.Read], and counts how the groups of the part stand. Busy times of what
// is over and of what is to come are read at once.
func (t *Standings) Read(ctx context.Context, groups []string) (Snapshot, error) {
	part, err := t.part(ctx, groups)
	if err != nil {
		return part, err
	}
	since := t.Now
	for _, b := range part.Bookings {
		sessions, _ := part.series(b).Occurrences() // none of one that repair names
		for _, o := range sessions {
			since = availability.Earlier(since, o.Start)
		}
	}
	whole, err := t.busy(ctx, part, availability.Interval{Start: since, End: t.Window.End})
	if err != nil {
		return whole, err
	}
	return whole.within(t.Window), t.note(whole.within(availability.Interval{Start: since, End: t.Now}))
}

// note notes how the groups of a part stand whose past the snapshot knows.
func (t *Standings) note(past Snapshot) error {
	zone, err := availability.LoadZone(t.Workspace.Zone)
	if err != nil {
		zone = time.UTC
	}
	tally := NewTally(past.Aliases, zone, t.Now)
	tally.Add(past.Bookings)
	t.loads = append(t.loads, tally.Over(t.most)...) // parts share nobody
	for _, b := range past.Bookings {
		if Due(b, t.Workspace.Review, t.Now) {
			t.Due = append(t.Due, b)
		}
	}
	past.Bookings = slices.Clone(past.Bookings)
	ending := map[string]scheduler.Booking{}
	for i, b := range past.Bookings {
		b.Series = past.series(b)
		past.Bookings[i] = b
		if b.Reviewed {
			ending[b.Group] = b
		}
	}
	p, err := New(past)
	if err != nil {
		return err
	}
	for name, b := range shown(past.Bookings) {
		st := scheduler.Status{Group: name, UID: b.Series.UID, Slot: b.Series.Slot, Cadence: b.Series.Cadence}
		if share, err := p.attended(scheduler.GroupIn(p.Groups, b), b.Series); err == nil { // else named by repair
			st.Attendance = share
		}
		count(&st, b.Series, t.Now)
		if old, ok := ending[name]; ok && old.Series.UID != st.UID {
			var rest scheduler.Status
			count(&rest, StillHeld(old), t.Now)
			st.Next = Sooner(st.Next, rest.Next)
		}
		t.stands[name] = st
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

// Status yields how every group stands, in the order of the configuration;
// groups that are in it no longer come last.
func (t *Standings) Status() iter.Seq[scheduler.Status] {
	return func(yield func(scheduler.Status) bool) {
		for _, g := range t.Workspace.Groups {
			st := t.stands[g.Name]
			if st.Group = g.Name; !yield(st) {
				return
			}
		}
		for _, name := range t.Booked.Names {
			if _, configured := t.Groups.Find(name); !configured && !yield(t.stands[name]) {
				return
			}
		}
	}
}

// Loads returns the loads that Stand was asked for, by the address.
func (t *Standings) Loads() []Load {
	slices.SortFunc(t.loads, Load.compare)
	return t.loads
}

// series returns the series of a booking as it is on the calendar, or as it was put if
// that is not known.
func (s Snapshot) series(b scheduler.Booking) calendar.Series {
	if there, ok := s.Current[b.Series.UID]; ok {
		return there
	}
	return b.Series
}

// Sooner returns the interval that begins first; an empty one is none.
func Sooner(a, b availability.Interval) availability.Interval {
	if a.Empty() || !b.Empty() && b.Start.Before(a.Start) {
		return b
	}
	return a
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
func count(st *scheduler.Status, s calendar.Series, now time.Time) {
	sessions, err := s.Occurrences()
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
			st.Next = Sooner(st.Next, o.Interval)
		}
	}
}

// Due reports whether members may be asked by now what is to follow a series; of one that
// cannot be understood that is not known.
func Due(b scheduler.Booking, rules scheduler.ReviewRules, now time.Time) bool {
	last, err := LastStart(b)
	return err != nil || !now.Before(last.Add(-rules.Ask))
}

// LastStart returns when the last session of a series begins. It is an error if the series
// cannot be understood.
func LastStart(b scheduler.Booking) (time.Time, error) {
	if b.Fault != nil {
		return time.Time{}, b.Fault
	}
	sessions, err := b.Series.Occurrences()
	if err != nil {
		return time.Time{}, err
	}
	return sessions[len(sessions)-1].Start, nil
}
