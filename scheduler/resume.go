package scheduler

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
)

// An UnfinishedError names the groups whose interrupted changes could still not be
// finished. The others are in order.
type UnfinishedError struct{ Findings []Finding }

func (e *UnfinishedError) Error() string {
	var parts []string
	for _, f := range e.Findings {
		parts = append(parts, f.Err.Error())
	}
	return "finish what an earlier run left: " + strings.Join(parts, "; ")
}

// Resume finishes what an earlier run intended and did not complete, drops what it
// is too late for, and records as ended what is over. Every command that changes
// something calls it first. If some groups cannot be finished, it goes on with the
// others and returns an *UnfinishedError.
func (s *Service) Resume(ctx context.Context) error {
	bookings, err := s.Store.Due(ctx, s.Now())
	if err != nil {
		return fmt.Errorf("read the bookings: %w", err)
	}
	var unfinished UnfinishedError
	for _, b := range bookings {
		err := s.resumeAt(ctx, b)
		if Stops(ctx, err) {
			return err
		}
		if err != nil {
			unfinished.Findings = append(unfinished.Findings, Finding{Kind: Unfinished, Group: b.Group, Err: err})
		}
	}
	if len(unfinished.Findings) > 0 {
		return &unfinished
	}
	return nil
}

func (s *Service) resume(ctx context.Context, b Booking) (err error) {
	if b.Fault != nil && b.State != Cancelling {
		return nil // nothing is known of what was intended; Upkeep names it
	}
	switch b.State {
	case Intended:
		err = s.resumeBooking(ctx, b)
	case Changing:
		err = s.resumeChange(ctx, b)
	case Cancelling:
		err = s.finishCancel(ctx, b)
	case Booked:
		err = s.endIfOver(ctx, b)
	}
	return err
}

// resumeBooking puts an intended series, unless its first session has begun and
// nobody was invited.
func (s *Service) resumeBooking(ctx context.Context, b Booking) error {
	sessions, err := b.Series.Occurrences()
	if err != nil {
		return fmt.Errorf("group %q: %w", b.Group, err)
	}
	if !sessions[0].Start.After(s.Now()) {
		switch _, err := s.Backend.Get(ctx, b.Series.UID); {
		case errors.Is(err, calendar.ErrNotFound):
			if b.InPlaceOf != "" {
				return s.resumeRest(ctx, b)
			}
			b.State = Ended
			_, err := s.Save(ctx, b, s.Event(b, "dropped", "the run that booked it was interrupted, and it is too late for its first session; book it again"))
			return err
		case err != nil:
			return fmt.Errorf("group %q: %w", b.Group, err)
		}
	}
	_, err = s.put(ctx, b)
	return err
}

// resumeChange puts an intended change, unless it moves or cancels a session that
// is too near by now and did not reach the calendar.
func (s *Service) resumeChange(ctx context.Context, b Booking) error {
	if first := firstChange(b.Series, *b.Next); !first.IsZero() && first.Before(s.Now().Add(s.Workspace.Repair.Notice)) {
		there, err := s.Backend.Get(ctx, b.Series.UID)
		if err != nil && !errors.Is(err, calendar.ErrNotFound) {
			return fmt.Errorf("group %q: %w", b.Group, err)
		}
		if err != nil || !there.Same(*b.Next) {
			b.Next, b.State = nil, Booked
			_, err := s.Save(ctx, b, s.Event(b, "dropped", "the run that intended it was interrupted, and it is too late for it"))
			return err
		}
	}
	err := s.putNext(ctx, b)
	if err == nil || errors.Is(err, calendar.ErrChanged) {
		return nil // it was dropped, and the next pass plans anew
	}
	return fmt.Errorf("group %q: %w", b.Group, err)
}

// firstChange returns the earliest time at which the two have a session that is
// elsewhere, or off, in the other; zero if there is none.
func firstChange(was, next calendar.Series) (first time.Time) {
	old, err := was.Occurrences()
	sessions, err2 := next.Occurrences()
	if err != nil || err2 != nil || len(old) != len(sessions) {
		return first
	}
	for i, o := range old {
		n := sessions[i]
		if o.Start.Equal(n.Start) && o.Cancelled == n.Cancelled {
			continue
		}
		if t := availability.Earlier(o.Start, n.Start); first.IsZero() || t.Before(first) {
			first = t
		}
	}
	return first
}

// endIfOver records that a series has run its course, on the calendar as well as
// by our record: people may have moved its last session. One that is still to be
// reviewed stays open, however late the review comes.
func (s *Service) endIfOver(ctx context.Context, b Booking) error {
	if b.OwesReview() || !b.doneAs(b.Series, s.Now()) {
		return nil
	}
	there, err := s.Backend.Get(ctx, b.Series.UID)
	if errors.Is(err, calendar.ErrNotFound) {
		there, err = b.Series, nil
	}
	if err != nil || !b.doneAs(there, s.Now()) {
		return err
	}
	b.State = Ended
	_, err = s.Save(ctx, b, s.Event(b, "ended", ranItsCourse))
	return err
}

// doneAs reports whether no session of the booking's series, which is as given, is to come,
// nor one that the night cancelled: it comes back if enough can come again.
func (b Booking) doneAs(series calendar.Series, now time.Time) bool {
	sessions, err := series.Occurrences()
	return err == nil && !slices.ContainsFunc(sessions, func(o calendar.Occurrence) bool {
		mayBe := !o.Cancelled || !series.Cancelled && slices.ContainsFunc(b.Off, o.Original.Equal)
		return mayBe && o.End.After(now)
	})
}

// OwesReview reports whether something is to be decided of a booked series, be it over or
// not. A few sessions of a group that was named for them alone are all that was wanted.
func (b Booking) OwesReview() bool {
	return b.State == Booked && !b.Reviewed && (b.Series.Count >= FewestSessions || !b.Loose)
}

// ranItsCourse is why a series ends by itself.
const ranItsCourse = "its last session is over"

// IsOver reports whether the last session of a series has ended.
func (s *Service) IsOver(series calendar.Series) (bool, error) {
	last, err := series.LastEnd()
	return err == nil && !last.After(s.Now()), err
}
