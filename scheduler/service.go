package scheduler

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler/agenda"
	"github.com/peerslot/peerslot/scheduler/attendance"
)

// A Service loads what plans are made from, and applies them. Its fields must not
// change while it is in use; Log and Progress may be nil.
type Service struct {
	Workspace Workspace
	Load      func(context.Context) (Workspace, error) // reads it anew for each turn; nil to keep it as it is
	Store     Store
	Backend   calendar.Backend
	Formerly  func(context.Context, calendar.Address) (calendar.Backend, error) // the calendars of an earlier organizer, on which series are only read and ended; nil for the same
	Inherits  bool                                                              // the store may be another organizer's, who hands the workspace over
	Former    Former                                                            // proposes the next round after a rotation; nil if nothing does
	Notifier  Notifier                                                          // nil if the calendar tells everybody
	Holidays  HolidayFunc
	Agenda    func(Program) (agenda.Agenda, error)
	Now       func() time.Time
	Log       *slog.Logger
	Progress  func(what string, done, total int)
	By        calendar.Address                  // who asks for what is done by hand; "" for nobody
	AnswerKey func(create bool) ([]byte, error) // what answers are hashed with; create makes one if there is none

	last []Round // of each program, as Ready found them; nil before
}

// LastRounds returns the last round of each program, in the order of their names, as they
// were when the service was made ready; of one that is not, as the store has them.
func (s *Service) LastRounds(ctx context.Context) ([]Round, error) {
	if s.last != nil {
		return s.last, nil
	}
	rounds, err := s.Store.LastRounds(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the rounds: %w", err)
	}
	return s.Workspace.lastOnly(rounds), nil
}

// Step tells how far a long piece of work is, if anybody wants to know.
func (s *Service) Step(what string, done, total int) {
	if s.Progress != nil {
		s.Progress(what, done, total)
	}
}

// Logger returns the log; one that keeps nothing if there is none.
func (s *Service) Logger() *slog.Logger {
	if s.Log != nil {
		return s.Log
	}
	return slog.New(slog.DiscardHandler)
}

// Group returns the group of that name, which may be one that was named for its series
// alone; or an error that lists the names there are.
func (s *Service) Group(ctx context.Context, name string) (Group, error) {
	if i := slices.IndexFunc(s.Workspace.Groups, func(g Group) bool { return g.Name == name }); i >= 0 {
		return s.Workspace.Groups[i], nil
	}
	bookings, err := s.BookingsOf(ctx, name)
	if err != nil {
		return Group{}, err
	}
	for _, b := range slices.Backward(bookings) {
		switch {
		case b.Fault != nil:
			return Group{}, fmt.Errorf("group %q: %w", name, b.Fault)
		case b.Loose:
			return GroupIn(&Groups{people: s.Workspace.Roster.Aliases()}, b), nil
		}
	}
	return Group{}, &UnknownGroupError{Name: name, Known: s.Workspace.Groups}
}

// UnknownGroupError says that there is no group of that name.
type UnknownGroupError struct {
	Name  string
	Known []Group
}

func (e *UnknownGroupError) Error() string { return fmt.Sprintf("there is no group %q", e.Name) }

// Book carries out one plan and returns the booking as it now stands. created
// tells a new series from one that was there already. The intent is saved before
// the calendar is touched, the outcome after it; a run that ends in between is
// finished by Resume.
func (s *Service) Book(ctx context.Context, p BookingPlan) (b Booking, created bool, err error) {
	switch {
	case p.Problem != nil:
		return Booking{}, false, fmt.Errorf("group %q: %w", p.Group.Name, p.Problem)
	case p.Existing != nil:
		return *p.Existing, false, nil
	}
	b = p.Booking
	if err := s.name(ctx, &b); err != nil {
		return Booking{}, false, fmt.Errorf("book group %q: %w", b.Group, err)
	}
	b, err = s.intendBooking(ctx, b)
	if errors.Is(err, ErrBooked) {
		existing, err := s.booking(ctx, b.Group)
		return existing, false, err
	}
	if err != nil {
		return Booking{}, false, fmt.Errorf("book group %q: %w", p.Group.Name, err)
	}
	return s.place(ctx, b, p.Attended)
}

// intendBooking commits a new booking. One of the group that is over, and was not
// reviewed, ends with it.
func (s *Service) intendBooking(ctx context.Context, b Booking) (Booking, error) {
	batch := Batch{Bookings: []Booking{b}, Events: []Event{s.Event(b, "intended", fmt.Sprintf("%s, %s", b.Series.Slot, Plural(b.Series.Count, "session")))}}
	old, ok, err := s.currentOf(ctx, b.Group)
	if err != nil {
		return b, err
	}
	if ok && old.Fault == nil {
		if over, err := s.IsOver(old.Series); err == nil && over {
			old.State = Ended
			batch.Bookings = []Booking{old, b}
			batch.Events = append([]Event{s.Event(old, "ended", "its last session is over, and somebody booked what follows")}, batch.Events...)
		}
	}
	saved, err := s.Commit(ctx, batch)
	if err != nil {
		return b, err
	}
	return saved[len(saved)-1], nil
}

// Follow books what follows: the intents are committed in one with the batch, so that
// Resume finishes what is interrupted. What cannot be put on the calendar is a finding,
// and the others go on.
func (s *Service) Follow(ctx context.Context, batch Batch, next ...BookingPlan) (booked []Booking, findings []Finding, err error) {
	for _, p := range next {
		b := p.Booking
		if err := s.name(ctx, &b); err != nil {
			return nil, nil, fmt.Errorf("group %q: %w", b.Group, err)
		}
		batch.Bookings = append(batch.Bookings, b)
		batch.Events = append(batch.Events, s.Event(b, "intended", fmt.Sprintf("%s, %s", b.Series.Slot, Plural(b.Series.Count, "session"))))
	}
	saved, err := s.Commit(ctx, batch)
	if err != nil {
		return nil, nil, err
	}
	for i, b := range saved[len(saved)-len(next):] {
		switch b, _, err := s.place(ctx, b, next[i].Attended); {
		case Stops(ctx, err):
			return booked, findings, err
		case err != nil:
			findings = append(findings, Finding{Kind: NotBooked, Program: b.Program, Group: b.Group, Err: err})
		default:
			booked = append(booked, b)
		}
	}
	return booked, findings, nil
}

// name gives b the first generation, and its UID, that the store has not seen.
func (s *Service) name(ctx context.Context, b *Booking) error {
	past, err := s.Store.BookingsOf(ctx, b.Group)
	if err != nil {
		return err
	}
	if len(past) > 0 {
		b.Generation = past[len(past)-1].Generation
	}
	b.Generation++
	b.Series.UID = s.Workspace.UID(b.Group, b.Generation)
	return nil
}

// place puts a series that the store has just named. A store that was lost does not
// know what it booked, but the calendar does: if it holds a series of that name which
// is not over, b becomes that one, and is not created; one that is over, or was
// deleted, has used the name up. Of one that is created it records who can attend, where
// that was found.
func (s *Service) place(ctx context.Context, b Booking, found ...attendance.Found) (_ Booking, created bool, err error) {
	for {
		there, err := s.Backend.Put(ctx, b.Series)
		switch {
		case errors.Is(err, calendar.ErrGone):
		case err != nil:
			return b, false, fmt.Errorf("book group %q: %w", b.Group, err)
		case there.Updated.Equal(b.Series.Updated) && !there.Cancelled:
			b, err = s.placed(ctx, b, there, found...)
			return b, true, err
		default:
			if last, err := there.LastEnd(); err == nil && last.After(s.Now()) {
				b.Series, b.State = there, Booked
				b, err = s.Save(ctx, b, s.Event(b, "found", "on the organizer's calendar; this store did not know it"))
				return b, false, err
			}
		}
		if b, err = s.renew(ctx, b); err != nil {
			return b, false, fmt.Errorf("book group %q: %w", b.Group, err)
		}
	}
}

// put brings an intended booking onto the calendar and saves the outcome. A UID
// that the calendar does not give out again leads to the next generation.
func (s *Service) put(ctx context.Context, b Booking) (Booking, error) {
	series, err := s.Backend.Put(ctx, b.Series)
	for errors.Is(err, calendar.ErrGone) {
		if b, err = s.renew(ctx, b); err != nil {
			break
		}
		series, err = s.Backend.Put(ctx, b.Series)
	}
	if err != nil {
		return b, fmt.Errorf("book group %q: %w", b.Group, err)
	}
	if series.Cancelled {
		b.State = Ended
		_, err := s.Save(ctx, b, s.Event(b, "ended", "somebody deleted the series while it was being booked"))
		return b, errors.Join(fmt.Errorf("book group %q: %w", b.Group, ErrDeleted), err)
	}
	return s.placed(ctx, b, series)
}

// placed records a series that is on the calendar now, and who was found to be able to
// attend it.
func (s *Service) placed(ctx context.Context, b Booking, series calendar.Series, found ...attendance.Found) (Booking, error) {
	b.Series, b.State = series, Booked
	why := fmt.Sprintf("%s, %d of %d attendances expected", series.Slot, b.Attendance, b.Possible)
	if b.InPlaceOf != "" {
		why = fmt.Sprintf("%s, %s, by the new organizer", series.Slot, Plural(series.Count, "session"))
	}
	for i := range found {
		found[i].UID = series.UID
	}
	saved, err := s.conclude(ctx, Batch{Bookings: []Booking{b}, Events: []Event{s.Event(b, "booked", why)}, Attended: found}, calendar.Series{}, series)
	if err != nil {
		return b, fmt.Errorf("book group %q: it is on the calendar, but not recorded; run the same command again: %w", b.Group, err)
	}
	s.Logger().Info("booked", "group", b.Group, "slot", series.Slot.String(), "uid", string(series.UID))
	return saved, nil
}

// ErrDeleted says that somebody deleted a series while it was being booked.
var ErrDeleted = errors.New("somebody deleted the series on the calendar meanwhile")

// renew ends an intended booking whose UID is used up and intends the same under
// the next generation.
func (s *Service) renew(ctx context.Context, b Booking) (Booking, error) {
	ended := b
	ended.State = Ended
	if _, err := s.Save(ctx, ended, s.Event(b, "ended", "a series with its UID was deleted from the calendar")); err != nil {
		return b, err
	}
	b.Version, b.State = 0, Intended
	b.Generation++
	b.Series.UID, b.Series.Version = s.Workspace.UID(b.Group, b.Generation), ""
	return s.Save(ctx, b, s.Event(b, "intended", "under the next generation"))
}

// A Notifier says whom of a change of a series nobody told who keeps the calendar.
// A zero before is a series that is new.
type Notifier interface {
	Notices(ctx context.Context, before, after calendar.Series, now time.Time) ([]Notice, error)
}

// outcome commits that a series on the calendar was before and is after, together
// with the notices that this calls for.
func (s *Service) outcome(ctx context.Context, b Booking, before, after calendar.Series, events ...Event) (Booking, error) {
	return s.conclude(ctx, Batch{Bookings: []Booking{b}, Events: events}, before, after)
}

// conclude is outcome of the one booking in the batch, with all that the batch holds.
func (s *Service) conclude(ctx context.Context, batch Batch, before, after calendar.Series) (Booking, error) {
	b := &batch.Bookings[0]
	var err error
	if b.Unreached, err = s.unreached(ctx, after); err != nil {
		return *b, err
	}
	if s.Notifier != nil {
		before.Group, after.Group = b.Group, b.Group // not every calendar keeps it
		if batch.Notices, err = s.Notifier.Notices(ctx, before, after, s.Now()); err != nil {
			return *b, err
		}
	}
	saved, err := s.Commit(ctx, batch)
	if err != nil {
		return *b, err
	}
	return saved[0], nil
}

// unreached returns whom the calendar's server could not tell of a series that was just
// put, with its words, if no mail does. Where no server says whom it told, that is nobody.
func (s *Service) unreached(ctx context.Context, series calendar.Series) (map[calendar.Address]string, error) {
	teller, ok := calendar.AsTeller(s.Backend)
	if !ok || s.Notifier != nil || series.Cancelled {
		return nil, nil
	}
	untold, err := teller.Untold(ctx, series.UID)
	if err != nil && !errors.Is(err, calendar.ErrNotFound) {
		return nil, fmt.Errorf("ask the server whom it has told of series %s: %w", series.UID, err)
	}
	maps.DeleteFunc(untold, func(_ calendar.Address, words string) bool { return words == "" }) // left to us, as everywhere without such a server
	return untold, nil
}

// Save commits one booking with its events.
func (s *Service) Save(ctx context.Context, b Booking, events ...Event) (Booking, error) {
	saved, err := s.Commit(ctx, Batch{Bookings: []Booking{b}, Events: events})
	if err != nil {
		return b, err
	}
	return saved[0], nil
}

// Commit is Store.Commit, with who asked for it in the events. An error that all
// groups would meet is ErrStore.
func (s *Service) Commit(ctx context.Context, batch Batch) ([]Booking, error) {
	if s.By != "" {
		batch.Events = slices.Clone(batch.Events)
		for i := range batch.Events {
			batch.Events[i].By = s.By
		}
	}
	saved, err := s.Store.Commit(ctx, batch)
	switch {
	case err == nil, errors.Is(err, ErrStale), errors.Is(err, ErrBooked), errors.Is(err, ErrFormed):
		return saved, err
	case ctx.Err() != nil: // the store may only say that its transaction is gone
		return saved, ctx.Err()
	}
	return saved, fmt.Errorf("%w: %w", ErrStore, err)
}

// Event returns a line of the history of a booking, of now.
func (s *Service) Event(b Booking, what, why string) Event {
	return Event{At: s.Now().UTC(), Group: b.Group, UID: b.Series.UID, What: what, Why: why}
}

// booking returns the group's booking that has not ended.
func (s *Service) booking(ctx context.Context, group string) (Booking, error) {
	b, ok, err := s.currentOf(ctx, group)
	if err == nil && !ok {
		err = fmt.Errorf("group %q has no series", group)
	}
	return b, err
}

// currentOf is Bookings.Current of what the store has, without reading that of all
// groups.
func (s *Service) currentOf(ctx context.Context, group string) (Booking, bool, error) {
	bookings, err := s.BookingsOf(ctx, group)
	b, ok := bookings.Current(group)
	return b, ok, err
}

// BookingsOf returns the bookings of a group that have not ended, without reading those
// of all.
func (s *Service) BookingsOf(ctx context.Context, group string) (Bookings, error) {
	all, err := s.Store.BookingsOf(ctx, group)
	if err != nil {
		return nil, fmt.Errorf("read the bookings of group %q: %w", group, err)
	}
	return slices.DeleteFunc(all, func(b Booking) bool { return b.State == Ended }), nil
}

// Booking returns the booking that a ref names. It is ErrStale if it is another by now.
func (s *Service) Booking(ctx context.Context, ref BookingRef) (Booking, error) {
	bookings, err := s.BookingsOf(ctx, ref.Group)
	if err != nil {
		return Booking{}, err
	}
	b, ok := bookings.find(func(b Booking) bool { return b.Ref() == ref })
	if !ok {
		err = ErrStale
	}
	return b, err
}

// Cancel takes the sessions of the group's series from now on off the calendar
// and tells the members. Cancelling twice is not an error.
func (s *Service) Cancel(ctx context.Context, b Booking) error {
	b.State, b.CancelFrom = Cancelling, s.Now().UTC()
	b, err := s.Save(ctx, b, s.Event(b, "cancelling", "asked for"))
	if err != nil {
		return fmt.Errorf("cancel group %q: %w", b.Group, err)
	}
	return s.finishCancel(ctx, b)
}

func (s *Service) finishCancel(ctx context.Context, b Booking) error {
	s, err := s.OfOrganizer(ctx, b)
	if err != nil {
		return fmt.Errorf("cancel group %q: %w", b.Group, err)
	}
	b.CancelFrom = availability.Later(b.CancelFrom, s.Now().UTC()) // what was held since the intent stays
	if err := s.Backend.Cancel(ctx, b.Series.UID, b.CancelFrom); err != nil {
		return fmt.Errorf("cancel group %q: %w", b.Group, err)
	}
	b.State = Ended
	rest := b.Series
	rest.Cancelled = true // of a series that cannot be understood
	if b.Fault == nil {
		if until, err := b.Series.Until(b.CancelFrom); err == nil {
			rest = until
		}
	}
	if _, err := s.outcome(ctx, b, b.Series, rest, s.Event(b, "cancelled", "from "+b.CancelFrom.Format(time.RFC3339))); err != nil {
		return fmt.Errorf("cancel group %q: it is off the calendar, but not recorded; run the same command again: %w", b.Group, err)
	}
	s.Logger().Info("cancelled", "group", b.Group, "uid", string(b.Series.UID))
	return nil
}

// Rebook ends the old series and books the new one. Both are intended together, so
// that Resume finishes what is interrupted anywhere between.
func (s *Service) Rebook(ctx context.Context, old Booking, plan BookingPlan) (Booking, error) {
	if old.State != Booked {
		return Booking{}, fmt.Errorf("rebook group %q: %w", old.Group, &HalfwayError{State: old.State})
	}
	next := plan.Booking
	next.Reviewed, next.Decision = old.Reviewed, old.Decision // what runs out still does
	if err := s.name(ctx, &next); err != nil {
		return Booking{}, fmt.Errorf("rebook group %q: %w", old.Group, err)
	}
	old.State, old.CancelFrom, old.Reviewed = Cancelling, s.Now().UTC(), true
	why := fmt.Sprintf("%s instead of %s, %s", next.Series.Slot, old.Series.Slot, Plural(next.Series.Count, "session"))
	saved, err := s.Commit(ctx, Batch{Bookings: []Booking{old, next}, Events: []Event{s.Event(old, "cancelling", "rebooked"), s.Event(next, "rebooked", why)}})
	if err != nil {
		return Booking{}, fmt.Errorf("rebook group %q: %w", old.Group, err)
	}
	if err := s.finishCancel(ctx, saved[0]); err != nil {
		return saved[1], err
	}
	next, _, err = s.place(ctx, saved[1])
	return next, err
}
