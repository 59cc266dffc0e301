package google

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/internal/calls"
)

// Put implements calendar.Backend. It returns calendar.ErrGone if the UID belongs
// to a series that was deleted, unless the deleted one is just what s is.
//
// A series is created by one call, and one for each override: its event's id is
// that of the booking, so that Google says if it is there already.
func (b *Backend) Put(ctx context.Context, s calendar.Series) (calendar.Series, error) {
	if err := s.Check(); err != nil {
		return calendar.Series{}, err
	}
	if !b.creds.canInvite() && len(s.Attendees) > 0 {
		return calendar.Series{}, errCannotInvite
	}
	if err := b.owned(ctx); err != nil {
		return calendar.Series{}, fmt.Errorf("put series %s: %w", s.UID, err)
	}
	s.Overrides = slices.Clone(s.Overrides)
	for i, o := range s.Overrides {
		s.Overrides[i].Note = shortNote(o.Note)
	}
	out, err := calendar.Retry(ctx, calls.Tries, func() (calendar.Series, error) { return b.put(ctx, s) })
	if err != nil {
		return calendar.Series{}, fmt.Errorf("put series %s: %w", s.UID, calls.Final(err))
	}
	return out, nil
}

// put is one attempt at Put. If it is not certain what became of a call, its error
// is a calendar.RetryError, and the next attempt goes by what it finds.
func (b *Backend) put(ctx context.Context, s calendar.Series) (calendar.Series, error) {
	r, err := b.there(ctx, s)
	if err != nil {
		return s, err
	}
	r.resumed = r.begun(s.Mark())
	target, err := r.target(s)
	if err != nil {
		return s, err
	}
	return b.bring(ctx, r, target, s.Mark())
}

// there returns what is on the calendar before s gets its overrides: a new series,
// or the one that is there already.
func (b *Backend) there(ctx context.Context, s calendar.Series) (reading, error) {
	if s.Version != "" {
		r, err := b.look(ctx, s.UID)
		if errors.Is(err, calendar.ErrNotFound) {
			err = fmt.Errorf("it is gone: %w", calendar.ErrChanged)
		}
		return r, err
	}
	e, err := newEvent(s, s.Mark(), b.cfg.Meet)
	if err != nil {
		return reading{}, err
	}
	e, err = b.insert(ctx, e)
	switch {
	case err == nil:
		return aliases{b.cfg.Aliases}.understand(s.UID, e, nil)
	case !answered(err, http.StatusConflict):
		return reading{}, err
	}
	r, err := b.look(ctx, s.UID)
	if errors.Is(err, calendar.ErrNotFound) {
		err = calendar.ErrGone // the id is used up, the event forgotten
	}
	return r, err
}

// target decides what the calendar is to show, given what it shows and what was
// asked for.
func (r reading) target(s calendar.Series) (calendar.Series, error) {
	have, want := r.series, adopt(s, r.series)
	switch {
	case have.Cancelled && s.Version != "" && !s.Cancelled:
		return s, fmt.Errorf("it was deleted: %w", calendar.ErrChanged)
	case r.forgotten():
		want.Cancelled = true
		return want, nil
	case have.Cancelled && have.Sequence < s.Sequence && !s.Cancelled:
		return s, calendar.ErrGone
	case have.Cancelled:
		return have, nil
	case r.resumed:
		return r.rest(want), nil
	}
	return calendar.Settle(have, want)
}

// adopt returns s with what Google decides by itself, and we let it, as have has
// it: names of people it knows, the Meet link, spaces around texts, whole minutes.
func adopt(s, have calendar.Series) calendar.Series {
	s.Organizer, s.Attendees = have.Organizer, s.CalledAs(have)
	if s.Link == "" && !have.Cancelled {
		s.Link = have.Link
	}
	if calendar.PlainText(s.Title) == calendar.PlainText(have.Title) {
		s.Title = have.Title
	}
	if calendar.PlainText(s.Description) == calendar.PlainText(have.Description) {
		s.Description = have.Description
	}
	s.Reminder = s.Reminder.Truncate(time.Minute)
	return s
}

// begun reports whether a Put with that mark has written anything yet.
func (r reading) begun(mark string) bool {
	if prop(r.event, propMark) == mark {
		return true
	}
	for _, o := range r.occurrences {
		if prop(o, propOccurrenceMark) == mark {
			return true
		}
	}
	return false
}

// rest returns the series as it is, with what a Put of want that was interrupted
// has yet to do. The series itself was written first, so only overrides may be
// missing. What people have changed by hand since stays.
func (r reading) rest(want calendar.Series) calendar.Series {
	have := r.series
	sessions, err := have.WithoutOverrides().Occurrences()
	if err != nil {
		return have
	}
	target := have
	for _, o := range sessions {
		now, then := have.Override(o.Original), want.Override(o.Original)
		if now.SameChange(then) || now.Edited != "" || byHand(r.occurrences[o.Original.Unix()], o.Original, o.Original.Location()) {
			continue
		}
		then.Original, then.RSVPs = o.Original, now.RSVPs
		target = target.WithOverride(then)
	}
	target.Sequence, target.Updated = want.Sequence, want.Updated
	return target
}
