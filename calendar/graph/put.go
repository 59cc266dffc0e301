package graph

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/graph/internal/api"
	"github.com/peerslot/peerslot/calendar/graph/internal/text"
)

// Put implements calendar.Backend. A series that is deleted while it is put comes
// back as Cancelled.
//
// A series is created by one call, and one for each override, which Exchange has no
// place for in the first. Before that it looks whether the series is there, unless
// Get has just said that it is not.
func (b *Backend) Put(ctx context.Context, s calendar.Series) (calendar.Series, error) {
	if err := s.Check(); err != nil {
		return calendar.Series{}, err
	}
	if s.Organizer.Address != b.cfg.Organizer {
		return calendar.Series{}, fmt.Errorf("put series %s: its organizer is %s, and this mailbox is %s", s.UID, s.Organizer.Address, b.cfg.Organizer)
	}
	s.Overrides = slices.Clone(s.Overrides)
	for i, o := range s.Overrides {
		s.Overrides[i].Note = text.Short(o.Note)
	}
	out, err := settled(ctx, func() (calendar.Series, error) { return b.put(ctx, s) })
	if err != nil {
		return calendar.Series{}, fmt.Errorf("put series %s: %w", s.UID, err)
	}
	return out, nil
}

// put is one attempt at Put. If it is not certain what became of a call, its error
// is a calendar.RetryError, and the next attempt goes by what it finds.
func (b *Backend) put(ctx context.Context, s calendar.Series) (calendar.Series, error) {
	r, err := b.lookUnlessAbsent(ctx, s)
	if errors.Is(err, calendar.ErrNotFound) {
		switch {
		case s.Cancelled:
			return s, nil
		case s.Version != "":
			return s, fmt.Errorf("it is gone: %w", calendar.ErrChanged)
		case b.isEnded(transactionOf(s)):
			return over(s), nil
		}
		r, err = b.create(ctx, s)
		if errors.Is(err, errUsedUp) {
			return over(s), nil
		}
	}
	if err != nil {
		return s, err
	}
	mark := markOf(s)
	target, err := r.target(s, mark)
	if err != nil {
		return s, err
	}
	return b.bring(ctx, r, target, mark)
}

func over(s calendar.Series) calendar.Series {
	s.Cancelled, s.Overrides = true, nil
	return s
}

func (b *Backend) lookUnlessAbsent(ctx context.Context, s calendar.Series) (reading, error) {
	if _, absent := b.known(s.UID); absent && s.Version == "" {
		return reading{}, calendar.ErrNotFound
	}
	return b.look(ctx, s.UID)
}

// errUsedUp says that the very same creation was made before, and what it made is
// not there any more.
var errUsedUp = errors.New("the series was created before and is gone")

// create puts a new series on the calendar, without its overrides, and returns what
// is there then: another run may have been faster.
func (b *Backend) create(ctx context.Context, s calendar.Series) (reading, error) {
	b.forget(s.UID) // whatever happens now, look before the next attempt
	e, err := newEvent(s, markOf(s), b.cfg.Teams)
	if err != nil {
		return reading{}, err
	}
	made, err := b.insert(ctx, e)
	if api.Answered(err, http.StatusConflict) || api.Said(err, "ErrorDuplicateTransactionId") {
		return b.lookForTwin(ctx, s.UID)
	}
	if err != nil {
		return reading{}, err
	}
	b.remember(s.UID, made.ID)
	if len(s.Overrides) > 0 || !sameCreation(e, made) {
		return b.look(ctx, s.UID)
	}
	// Properties are in no answer to a creation.
	made.Properties = e.Properties
	return b.understandNew(s, made)
}

// sameCreation reports whether what came back is what was just made: a repeated
// creation may be answered by an event that has changed since.
func sameCreation(sent, made event) bool {
	return made.Start != nil && made.Recurrence != nil && value(made.Subject) == value(sent.Subject) &&
		made.Recurrence.Range.Number == sent.Recurrence.Range.Number && len(made.Guests()) >= len(sent.Guests())
}

// understandNew understands a series whose occurrences nobody has touched.
func (b *Backend) understandNew(s calendar.Series, made event) (reading, error) {
	sessions, err := s.WithoutOverrides().Occurrences()
	if err != nil {
		return reading{}, err
	}
	occurrences := make([]event, len(sessions))
	for i, o := range sessions {
		occurrences[i] = event{Type: "occurrence", Start: api.UTC(o.Start), End: api.UTC(o.End)}
	}
	return b.understand(s.UID, made, occurrences)
}

// lookForTwin looks for what the same creation has made before. It need not be found
// at once.
func (b *Backend) lookForTwin(ctx context.Context, uid calendar.UID) (reading, error) {
	r, err := calendar.Retry(ctx, 4, func() (reading, error) {
		r, err := b.look(ctx, uid)
		if errors.Is(err, calendar.ErrNotFound) {
			err = &calendar.RetryError{Err: err}
		}
		return r, err
	})
	if errors.Is(err, calendar.ErrNotFound) {
		return r, errUsedUp
	}
	return r, err
}

func (b *Backend) forget(uid calendar.UID) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.absent, uid)
	delete(b.ids, uid)
}

// target decides what the calendar is to show, given what it shows and what was
// asked for.
func (r *reading) target(s calendar.Series, mark string) (calendar.Series, error) {
	have, want := r.series, r.adopt(s)
	if text := want.Description; text != have.Description {
		want.Description = have.Description
		if loud := want.Sequence > have.Sequence && sameNotes(have, want); loud || !r.onlyOccurrences(want) {
			want.Description = text
		}
	}
	switch {
	case r.begun(mark):
		return r.rest(want, mark), nil
	case !s.Cancelled && want.Fingerprint() == have.Fingerprint() && sameNotes(have, want) && have.Link == want.Link:
		have.Sequence = max(have.Sequence, want.Sequence)
		return have, nil
	}
	return calendar.Settle(have, want)
}

// onlyOccurrences reports whether want is the series as it is, but for overrides.
// Then the text of the series is not written either: Exchange would mail it to
// everybody, besides what is changed, or though nothing is that they must hear of.
func (r *reading) onlyOccurrences(want calendar.Series) bool {
	return want.WithoutOverrides().Fingerprint() == r.series.WithoutOverrides().Fingerprint() && want.Link == r.series.Link
}

func sameNotes(a, b calendar.Series) bool {
	a, b = a.WithoutReplies(), b.WithoutReplies()
	return slices.EqualFunc(a.Overrides, b.Overrides, calendar.Override.SameChange)
}

// adopt returns s with what Exchange decides by itself, and we let it, as the
// calendar has it: names of people, the Teams link, blanks and line ends, whole
// minutes.
func (r *reading) adopt(s calendar.Series) calendar.Series {
	have := r.series
	s.Organizer, s.Attendees = have.Organizer, s.CalledAs(have)
	if s.Link == "" {
		s.Link = have.Link
	}
	if text.WithoutBlanks(s.Title) == text.WithoutBlanks(have.Title) {
		s.Title = have.Title
	}
	// What we sent is what is there, however Exchange has rewritten it.
	if d := text.DigestOf(s.Description); d == r.state.Body || d == text.DigestOf(have.Description) {
		s.Description = have.Description
	}
	s.Reminder = s.Reminder.Truncate(time.Minute)
	for i, o := range s.Overrides {
		if theirs := have.Override(o.Original); text.WithoutBlanks(theirs.Note) == text.WithoutBlanks(o.Note) {
			s.Overrides[i].Note = theirs.Note
		}
	}
	for _, o := range have.Overrides { // what people edited in a session stays
		if mine := s.Override(o.Original); o.Edited != mine.Edited {
			mine.Original, mine.Edited = o.Original, o.Edited
			s = s.WithOverride(mine)
		}
	}
	s.SplitOff = have.SplitOff
	return s
}

// begun reports whether a Put with that mark has written anything yet.
func (r *reading) begun(mark string) bool {
	if r.state.Mark == mark {
		return true
	}
	for _, o := range r.occurrences {
		if s, ok := sessionOf(o); ok && s.Mark == mark {
			return true
		}
	}
	return false
}

// rest returns the series as it is, with what a Put of want that was interrupted has
// yet to do. What people have changed by hand since stays.
func (r *reading) rest(want calendar.Series, mark string) calendar.Series {
	have := r.series
	sessions, err := have.WithoutOverrides().Occurrences()
	if err != nil {
		return have
	}
	target := have
	if r.state.Mark == mark && r.state.Before != "" && r.state.Before == guestsDigest(r.event.Guests()) {
		target.Attendees = want.Attendees
	}
	for _, o := range sessions {
		now, then := have.Override(o.Original), want.Override(o.Original)
		if now.SameChange(then) || now.Edited != "" || r.byHand(o.Original) {
			continue
		}
		then.Original, then.RSVPs = o.Original, now.RSVPs
		target = target.WithOverride(then)
	}
	target.Sequence, target.Updated = max(have.Sequence, want.Sequence), want.Updated
	return target
}
