package google

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	gcal "google.golang.org/api/calendar/v3"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/internal/calls"
)

// sendUpdates has Google tell all guests. Without it nobody hears of anything,
// and guests who are not on Google may lose the event.
const sendUpdates = "all"

// look reads the series and its occurrences. A deleted series is Cancelled.
func (b *Backend) look(ctx context.Context, uid calendar.UID) (reading, error) {
	id := eventID(uid)
	event, err := b.event(ctx, id)
	if answered(err, http.StatusNotFound, http.StatusGone) {
		b.remember(uid, true)
		return reading{}, calendar.ErrNotFound
	}
	if err != nil {
		return reading{}, err
	}
	var occurrences []*gcal.Event
	if event.Status != cancelled {
		if occurrences, err = b.instances(ctx, id); err != nil {
			return reading{}, err
		}
	}
	return understand(uid, event, occurrences)
}

func (b *Backend) event(ctx context.Context, id string) (*gcal.Event, error) {
	return read(ctx, b, "events.get", func(ctx context.Context) (*gcal.Event, error) {
		return b.svc.Events.Get(primary, id).Context(ctx).Do()
	})
}

// instances lists all occurrences of an event, also those that were cancelled.
func (b *Backend) instances(ctx context.Context, id string) ([]*gcal.Event, error) {
	var out []*gcal.Event
	call := b.svc.Events.Instances(primary, id).ShowDeleted(true).MaxResults(pageSize)
	for {
		page, err := read(ctx, b, "events.instances", func(ctx context.Context) (*gcal.Events, error) {
			return call.Context(ctx).Do()
		})
		if err != nil {
			return nil, err
		}
		out = append(out, page.Items...)
		if page.NextPageToken == "" {
			return out, nil
		}
		call.PageToken(page.NextPageToken)
	}
}

// pageSize is the most events that Google puts on a page.
const pageSize = 2500

func (b *Backend) insert(ctx context.Context, e *gcal.Event) (*gcal.Event, error) {
	return write(ctx, b, "events.insert", func(ctx context.Context) (*gcal.Event, error) {
		return b.svc.Events.Insert(primary, e).SendUpdates(sendUpdates).ConferenceDataVersion(1).Context(ctx).Do()
	})
}

// patch changes the fields that are set in e, if nobody has changed the event
// since etag was read. If somebody has, or the event is not where it was thought
// to be, that is a calendar.RetryError: look and try again.
func (b *Backend) patch(ctx context.Context, id, etag string, e *gcal.Event) (*gcal.Event, error) {
	e, err := write(ctx, b, "events.patch", func(ctx context.Context) (*gcal.Event, error) {
		call := b.svc.Events.Patch(primary, id, e).SendUpdates(sendUpdates).ConferenceDataVersion(1)
		call.Header().Set("If-Match", etag)
		return call.Context(ctx).Do()
	})
	if answered(err, http.StatusPreconditionFailed, http.StatusNotFound, http.StatusGone) {
		err = &calendar.RetryError{Err: err}
	}
	return e, err
}

// remove deletes a whole series. One that is deleted already is fine.
func (b *Backend) remove(ctx context.Context, id string) error {
	_, err := write(ctx, b, "events.delete", func(ctx context.Context) (struct{}, error) {
		return struct{}{}, b.svc.Events.Delete(primary, id).SendUpdates(sendUpdates).Context(ctx).Do()
	})
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
		return calendar.Series{}, fmt.Errorf("series %s: %w", uid, err)
	}
	return r.series, nil
}

// Cancel implements calendar.Backend.
func (b *Backend) Cancel(ctx context.Context, uid calendar.UID, from time.Time) error {
	_, err := calendar.Retry(ctx, calls.Tries, func() (calendar.Series, error) {
		r, err := b.look(ctx, uid)
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
		return b.bring(ctx, r, target, markOf(target))
	})
	if err == nil || errors.Is(err, calendar.ErrNotFound) {
		return nil
	}
	return fmt.Errorf("cancel series %s: %w", uid, calls.Final(err))
}
