package graph

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/graph/internal/api"
	"github.com/peerslot/peerslot/calendar/graph/internal/text"
)

// bring changes what differs between the calendar and target, and returns the series
// as it then is. The series comes first, then its occurrences, each by one call that
// succeeds only if nobody has changed the same meanwhile.
//
// Who hears of it is Exchange's affair: of a change of the series everybody, and once
// more for each changed occurrence; of guests alone only who is added or removed; of
// our properties alone nobody. So all of one change is in one call, but for the
// guests, if nothing else changes.
func (b *Backend) bring(ctx context.Context, r reading, target calendar.Series, mark string) (calendar.Series, error) {
	if target.Cancelled {
		return b.cancelWhole(ctx, r)
	}
	was := r.series
	marked := r.state.Mark == mark
	patch, err := b.seriesPatch(ctx, r, target, mark)
	if err != nil {
		return target, err
	}
	switch {
	case patch != nil:
		r, err = b.patchSeries(ctx, r, *patch)
		marked = true
	case !was.InvitesSame(target):
		r, err = b.patchGuests(ctx, r, target, mark)
		marked = true
	}
	if err != nil {
		return target, err
	}
	changes, err := r.changes(was, target, mark)
	if err != nil {
		return target, err
	}
	if !marked && needsMark(changes) {
		// Nothing that is cancelled can bear a mark.
		if r, err = b.markSeries(ctx, r, target, mark, ""); err != nil {
			return target, err
		}
	}
	return b.applyAll(ctx, r, target, changes)
}

// cancelledSession is what attendees are told if nobody gave a reason.
const cancelledSession = "This session has been cancelled by its organizer."

// cancelWhole takes the series off the calendar.
func (b *Backend) cancelWhole(ctx context.Context, r reading) (calendar.Series, error) {
	if err := b.cancel(ctx, r.event.ID, text.Farewell(string(b.cfg.Successor))); err != nil {
		return r.series, err
	}
	b.end(r.event.TransactionID)
	b.remember(r.series.UID, "")
	return over(r.series), nil
}

// patchSeries changes the series, and reads what that did to its occurrences: new
// times bring back all that were moved or cancelled, and what the rest does is not
// documented.
func (b *Backend) patchSeries(ctx context.Context, r reading, patch event) (reading, error) {
	if _, err := b.patch(ctx, r.event.ID, r.event.ETag, patch); err != nil {
		return r, err
	}
	return b.look(ctx, r.series.UID)
}

// markSeries writes the mark of a Put, of which nobody hears. before is the digest of
// guests who are to be changed next.
func (b *Backend) markSeries(ctx context.Context, r reading, target calendar.Series, mark string, before text.Digest) (reading, error) {
	next := newState(target, mark, r.state)
	next.Body, next.Before = r.state.Body, before
	e, err := b.patch(ctx, r.event.ID, r.event.ETag, event{Properties: []property{next.encode()}})
	if err != nil {
		return r, err
	}
	r.event.ETag, r.state = e.ETag, next
	r.event.Properties = []property{next.encode()}
	return r, nil
}

// patchGuests changes who is invited, and nothing else.
func (b *Backend) patchGuests(ctx context.Context, r reading, target calendar.Series, mark string) (reading, error) {
	r, err := b.markSeries(ctx, r, target, mark, guestsDigest(r.event.Guests()))
	if err != nil {
		return r, err
	}
	return b.patchSeries(ctx, r, event{Attendees: api.Ptr(r.who.attendees(r.event.Guests(), leaving(r.series, target), target))})
}

// leaving returns who was invited and is no longer.
func leaving(was, target calendar.Series) func(calendar.Address) bool {
	return func(a calendar.Address) bool { return was.Invites(a) && !target.Invites(a) }
}

// guestsDigest names a list of guests.
func guestsDigest(list []attendee) text.Digest {
	var addresses []string
	for _, a := range list {
		addresses = append(addresses, strings.ToLower(a.EmailAddress.Address))
	}
	slices.Sort(addresses)
	return text.Digest(text.Fingerprint(strings.Join(addresses, " ")))
}

// seriesPatch returns the fields of the event that must change, nil if there are
// none but guests. It leaves out whatever stays: a time that is sent resets answers
// and occurrences.
func (b *Backend) seriesPatch(ctx context.Context, r reading, target calendar.Series, mark string) (*event, error) {
	have := r.series
	e := event{}
	set := false
	if have.Title != target.Title {
		e.Subject, set = &target.Title, true
	}
	if have.Link != target.Link && placeOf(r.event) != target.Link {
		e.Location, set = &location{DisplayName: target.Link}, true
	}
	if have.Reminder.Truncate(time.Minute) != target.Reminder.Truncate(time.Minute) {
		e.SetReminder(target.Reminder)
		set = true
	}
	next := newState(target, mark, r.state)
	next.Body = r.state.Body
	if have.Description != target.Description {
		body, err := b.newBody(ctx, &r, r.event.ID, r.state.Body, target.Description)
		if err != nil {
			return nil, err
		}
		e.Body, set = body, true
		next.Body = text.DigestOf(target.Description)
	}
	if times, err := r.newTimes(target); err != nil {
		return nil, err
	} else if times != nil {
		e.Start, e.End, e.Recurrence, set = times.Start, times.End, times.Recurrence, true
	}
	if !set {
		return nil, nil
	}
	if !have.InvitesSame(target) {
		e.Attendees = api.Ptr(r.who.attendees(r.event.Guests(), leaving(have, target), target))
		next.Before = guestsDigest(r.event.Guests())
	}
	next.Earlier = []text.Digest{text.DigestOf(have.Title), text.DigestOf(have.Description)}
	e.Properties = []property{next.encode()}
	return &e, nil
}

// newTimes returns the times that must change, nil if none. If only the number of
// sessions does, only that is sent. A session that was cancelled comes back only
// with all others, when the times are sent anew.
func (r *reading) newTimes(target calendar.Series) (*event, error) {
	have := r.series
	moved := have.Slot != target.Slot || have.First != target.First || have.Cadence != target.Cadence
	if !moved && have.Count == target.Count && !r.restores(target) {
		return nil, nil
	}
	var e event
	if err := setTimes(&e, target); err != nil {
		return nil, err
	}
	if !moved && !r.restores(target) {
		e.Start, e.End = nil, nil
	}
	return &e, nil
}

// restores reports whether target holds a session that is cancelled on the calendar.
func (r *reading) restores(target calendar.Series) bool {
	sessions, err := target.Occurrences()
	if err != nil {
		return false
	}
	for _, o := range sessions {
		if !o.Cancelled && r.series.Override(o.Original).Cancelled {
			return true
		}
	}
	return false
}

// newBody returns what the text of an event, the series or an occurrence, is to be.
// have is the digest of what we wrote there. The text of a Teams meeting must stay in
// it, or the meeting ends.
func (b *Backend) newBody(ctx context.Context, r *reading, id string, have text.Digest, words string) (*itemBody, error) {
	if r.event.OnlineMeeting == nil || r.event.OnlineMeeting.JoinURL == "" {
		return &itemBody{ContentType: "text", Content: words}, nil
	}
	html, err := b.htmlOf(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("read the text of the Teams meeting: %w", err)
	}
	return &itemBody{ContentType: "html", Content: text.ReplaceOwn(html, have, words)}, nil
}
