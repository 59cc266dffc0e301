package google

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	gcal "google.golang.org/api/calendar/v3"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/google/internal/api"
	"github.com/peerslot/peerslot/calendar/internal/calls"
)

// Whom Google tells of a change. Without it nobody hears of anything, and guests who
// are not on Google may lose the event.
const (
	tellAll     = "all"
	tellOutside = "externalOnly" // only guests who are not on Google
)

// look reads the series and its occurrences. A deleted series is Cancelled.
func (b *Backend) look(ctx context.Context, uid calendar.UID) (reading, error) {
	if err := b.owned(ctx); err != nil {
		return reading{}, err
	}
	id := eventID(uid)
	event, err := b.event(ctx, id)
	if answered(err, http.StatusNotFound, http.StatusGone) {
		return reading{}, calendar.ErrNotFound
	}
	if err != nil {
		return reading{}, err
	}
	var occurrences, parts []*gcal.Event
	if event.Status != cancelled {
		if occurrences, err = b.instances(ctx, id); err != nil {
			return reading{}, err
		}
		if parts, err = b.parts(ctx, uid, event); err != nil {
			return reading{}, err
		}
	}
	r, err := aliases{b.cfg.Aliases}.understand(uid, event, occurrences)
	r.series.SplitOff = splitOff(parts)
	return r, err
}

func (b *Backend) event(ctx context.Context, id string) (*gcal.Event, error) {
	return api.Read[gcal.Event](ctx, b.api, api.Events(b.home(), "get", id))
}

// instances lists all occurrences of an event, also those that were cancelled.
func (b *Backend) instances(ctx context.Context, id string) ([]*gcal.Event, error) {
	rq := api.Events(b.home(), "instances", id, "instances")
	rq.Query.Set("showDeleted", "true")
	rq.Query.Set("maxResults", api.PageSize)
	var out []*gcal.Event
	_, err := b.api.List(ctx, rq, func(page *gcal.Events) {
		b.saw(page)
		out = append(out, page.Items...)
	})
	return out, err
}

// changing returns a request that changes an event and tells its guests.
func (b *Backend) changing(method, verb, tell string, path ...string) api.Request {
	if b.cfg.Quiet {
		tell = tellOutside
	}
	rq := api.Events(b.home(), method, path...)
	rq.Verb = verb
	rq.Query.Set("sendUpdates", tell)
	return rq
}

func (b *Backend) insert(ctx context.Context, e *gcal.Event) (*gcal.Event, error) {
	rq := b.changing("insert", http.MethodPost, tellAll)
	rq.Query.Set("conferenceDataVersion", "1")
	rq.Body = e
	return b.api.Write(ctx, rq)
}

// patch changes the fields that are set in e, if nobody has changed the event
// since etag was read. If somebody has, or the event is not where it was thought
// to be, that is a calendar.RetryError: look and try again.
func (b *Backend) patch(ctx context.Context, id, etag string, e *gcal.Event, tell string) (*gcal.Event, error) {
	rq := b.changing("patch", http.MethodPatch, tell, id)
	rq.Query.Set("conferenceDataVersion", "1")
	rq.Body, rq.ETag = e, etag
	out, err := b.api.Write(ctx, rq)
	if answered(err, http.StatusPreconditionFailed, http.StatusNotFound, http.StatusGone) {
		err = &calendar.RetryError{Err: err}
	}
	return out, err
}

// remove deletes a whole series. One that is deleted already is fine.
func (b *Backend) remove(ctx context.Context, id string) error {
	_, err := b.api.Write(ctx, b.changing("delete", http.MethodDelete, tellAll, id))
	if answered(err, http.StatusNotFound, http.StatusGone) {
		return nil
	}
	return err
}

// Get implements calendar.Backend. A series that was deleted is returned as
// Cancelled for as long as Google remembers what it was; after that its error is
// calendar.ErrGone as well as calendar.ErrNotFound.
func (b *Backend) Get(ctx context.Context, uid calendar.UID) (calendar.Series, error) {
	r, err := b.look(ctx, uid)
	if err == nil && r.forgotten() {
		err = fmt.Errorf("%w (%w)", calendar.ErrNotFound, calendar.ErrGone)
	}
	if err != nil {
		return calendar.Series{}, calendar.OfSeries(uid, err)
	}
	return r.series, nil
}

// Cancel implements calendar.Backend.
func (b *Backend) Cancel(ctx context.Context, uid calendar.UID, from time.Time) error {
	_, err := calendar.Retry(ctx, calls.Tries, func() (calendar.Series, error) {
		r, err := b.look(ctx, uid)
		if errors.Is(err, calendar.ErrChanged) {
			return r.series, b.cutOff(ctx, uid, from)
		}
		if err != nil {
			return r.series, err
		}
		if r.series.Cancelled {
			return r.series, nil
		}
		target, err := r.series.Until(from)
		if err != nil || target.Sequence == r.series.Sequence {
			return r.series, err
		}
		return b.bring(ctx, r, target, target.Mark())
	})
	if err == nil || errors.Is(err, calendar.ErrNotFound) {
		return nil
	}
	return fmt.Errorf("cancel series %s: %w", uid, calls.Final(err))
}
