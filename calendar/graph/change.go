package graph

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/graph/internal/api"
)

// A change is one call that changes an occurrence, or cancels it.
type change struct {
	original time.Time
	from, to time.Time // when it starts
	id, etag string
	cancel   bool
	note     string
	event    event // the fields to change
}

// needsMark reports whether changes that are interrupted could not be told from what
// people did.
func needsMark(changes []change) bool {
	return len(changes) > 1 && slices.ContainsFunc(changes, func(c change) bool { return c.cancel })
}

// changes returns what makes the occurrences those of target, in an order in which no
// session crosses its neighbour. was is the series before it was changed, if it was.
func (r *reading) changes(was, target calendar.Series, mark string) ([]change, error) {
	sessions, err := target.WithoutOverrides().Occurrences()
	if err != nil {
		return nil, err
	}
	var out []change
	named := map[int64]bool{}
	for _, o := range sessions {
		named[o.Original.Unix()] = true
		c, err := r.change(was, target, o.Original, mark)
		if err != nil {
			return nil, err
		}
		if c != nil {
			out = append(out, *c)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(r.occurrences)) {
		if e := r.occurrences[key]; !named[key] { // of a date that the series no longer has
			out = append(out, change{original: time.Unix(key, 0), id: e.ID, cancel: true})
		}
	}
	slices.SortStableFunc(out, inOrder)
	return out, nil
}

// inOrder sorts cancellations first, then sessions that move ahead from the first to
// the last, then those that move back from the last to the first: Exchange lets no
// session go to or past the day of its neighbour, not even for a moment.
func inOrder(a, b change) int {
	if d := cmp.Compare(a.rank(), b.rank()); d != 0 {
		return d
	}
	if a.rank() == 2 {
		a, b = b, a
	}
	return a.original.Compare(b.original)
}

func (c change) rank() int {
	switch {
	case c.cancel:
		return 0
	case c.to.After(c.from):
		return 2
	}
	return 1
}

// change returns what makes one occurrence that of target, nil if nothing does.
func (r *reading) change(was, target calendar.Series, original time.Time, mark string) (*change, error) {
	now, then := r.series.Override(original), target.Override(original)
	then.Original = original
	e, there := r.occurrences[original.Unix()]
	same := now.SameChange(then)
	switch {
	case same && (!there || then.Cancelled):
		return nil, nil
	case !there:
		return nil, fmt.Errorf("the session of %s was cancelled, and Exchange does not bring it back; book it by hand, or cancel the series and book another",
			original.UTC().Format(time.RFC3339))
	}
	c := &change{original: original, id: e.ID, etag: e.ETag, cancel: then.Cancelled, note: then.Note}
	if c.cancel {
		return c, nil
	}
	if !same {
		var err error
		if c.event, err = overrideEvent(target, then, e, mark); err != nil {
			return nil, err
		}
		iv, _ := e.Interval()
		c.from, c.to = iv.Start, then.Moved.Start
		if then.Moved.Empty() {
			c.to = original
		}
	}
	if list := r.guestsOf(e, was, target); list != nil {
		c.event.Attendees = &list
	}
	if same && c.event.Attendees == nil {
		return nil, nil
	}
	return c, nil
}

// guestsOf returns who is to be invited to the exception e, nil if that is who is: a
// change of the series' guests need not have reached it.
func (r *reading) guestsOf(e event, was, target calendar.Series) []attendee {
	guests := e.Guests()
	if e.Type != "exception" || len(guests) == 0 {
		return nil
	}
	var list []attendee
	switch {
	case guestsDigest(guests) == r.state.Before:
		list = r.who.attendees(r.event.Guests(), func(calendar.Address) bool { return false }, target)
	case !was.InvitesSame(target):
		list = r.who.attendees(guests, leaving(was, target), target)
	}
	if list == nil || guestsDigest(list) == guestsDigest(guests) {
		return nil
	}
	return list
}

// applyAll makes the changes, and returns the series as it then is.
func (b *Backend) applyAll(ctx context.Context, r reading, target calendar.Series, changes []change) (calendar.Series, error) {
	for _, c := range changes {
		if c.cancel {
			if err := b.cancel(ctx, c.id, cmp.Or(c.note, cancelledSession)); err != nil {
				return target, err
			}
			delete(r.occurrences, c.original.Unix())
			continue
		}
		e, err := b.apply(ctx, &r, c)
		if err != nil {
			return target, err
		}
		r.occurrences[c.original.Unix()] = e
	}
	done, err := b.understand(target.UID, r.event, slices.Collect(maps.Values(r.occurrences)))
	if err != nil {
		return target, err
	}
	done.series.Sequence = max(done.series.Sequence, target.Sequence)
	return done.series, nil
}

// apply changes an occurrence. Its ETag may be another though nobody has changed it:
// somebody answered. Then what counts is whether it is still as it was read.
func (b *Backend) apply(ctx context.Context, r *reading, c change) (event, error) {
	if c.event.Body != nil {
		have := r.state.Body
		if s, ours := sessionOf(r.occurrences[c.original.Unix()]); ours {
			have = s.Body
		}
		body, err := b.newBody(ctx, r, c.id, have, c.event.Body.Content)
		if err != nil {
			return event{}, err
		}
		c.event.Body = body
	}
	e, err := b.patch(ctx, c.id, c.etag, c.event)
	if api.Answered(err, http.StatusPreconditionFailed) {
		now, err2 := b.occurrence(ctx, c.id)
		if err2 != nil || !r.asRead(now, c.original) {
			return e, err
		}
		e, err = b.patch(ctx, c.id, now.ETag, c.event)
	}
	if err != nil {
		return e, err
	}
	// What came back need not tell what it is an exception of, nor our properties.
	e.Type, e.OriginalStart = "exception", api.Stamp(c.original)
	if e.Properties = c.event.Properties; e.Properties == nil {
		e.Properties = r.occurrences[c.original.Unix()].Properties
	}
	return e, nil
}

func (b *Backend) occurrence(ctx context.Context, id string) (event, error) {
	return api.Read[event](ctx, b.api, api.Call{Name: "events.get", Method: http.MethodGet, Want: http.StatusOK,
		Path: b.api.Path(url.Values{"$expand": {expand(propSession)}, "$select": {occurrenceFields}}, "events", id)})
}
