package calendar

import (
	"context"
	"maps"
	"slices"
	"time"
)

// A Replier is a Backend that takes note of replies that reached us elsewhere, such
// as by mail.
type Replier interface {
	// Reply notes what an attendee replied: to the session with that original
	// start, or to the series for the zero time. Nobody is told. It returns
	// ErrNotFound if there is no such series, session or attendee. Doing it twice
	// changes nothing the second time.
	Reply(ctx context.Context, uid UID, who Address, original time.Time, r RSVP) error
}

// AsReplier returns b as a Replier if it is one, or a Split around one. What stands for
// another Backend may say of that one that it is none, by TakesReplies.
func AsReplier(b Backend) (Replier, bool) {
	b = unsplit(b)
	r, ok := b.(Replier)
	if other, stands := b.(interface{ TakesReplies() bool }); stands && !other.TakesReplies() {
		return nil, false
	}
	return r, ok
}

// WithReply returns a copy of s in which the attendee replied r to the session with
// that original start, or to the series for the zero time. It returns ErrNotFound if
// s has no such session or attendee.
func (s Series) WithReply(a Address, original time.Time, r RSVP) (Series, error) {
	i := attendeeIn(s.Attendees, a)
	if i < 0 || !original.IsZero() && !s.HasSession(original) {
		return s, ErrNotFound
	}
	if original.IsZero() {
		s.Attendees = slices.Clone(s.Attendees)
		s.Attendees[i].RSVP = r
		return s, nil
	}
	o := s.Override(original)
	o.Original, o.RSVPs = original, maps.Clone(o.RSVPs)
	if o.RSVPs == nil {
		o.RSVPs = map[Address]RSVP{}
	}
	o.RSVPs[a] = r
	return s.WithOverride(o), nil
}
