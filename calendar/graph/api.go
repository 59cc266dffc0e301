package graph

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/graph/internal/api"
	"github.com/peerslot/peerslot/calendar/graph/internal/text"
	"github.com/peerslot/peerslot/calendar/internal/calls"
)

const (
	pageSize = "1000" // the most events that Graph puts on a page

	commonFields = "id,type,subject,body,start,end,location,organizer,attendees,isReminderOn,reminderMinutesBeforeStart,isCancelled,showAs,categories"
	seriesFields = commonFields + ",recurrence,originalStartTimeZone,onlineMeeting,transactionId"

	occurrenceFields = commonFields + ",seriesMasterId,originalStart"
)

// Whether Graph shows our properties in lists: its reference promises them only where
// one event is read.
const (
	unseen = iota
	shown
	bare
)

// expand asks for one of our properties: they are shown only so.
func expand(prop string) string {
	return fmt.Sprintf("singleValueExtendedProperties($filter=id eq '%s')", prop)
}

// having filters by one of our properties. Exchange compares the value without
// regard to case.
func having(prop, value string) string {
	return fmt.Sprintf("singleValueExtendedProperties/Any(ep: ep/id eq '%s' and ep/value eq '%s')", prop, value)
}

// find looks for the event of a series.
func (b *Backend) find(ctx context.Context, uid calendar.UID) (event, error) {
	found, err := b.findAll(ctx, uid)
	if err != nil {
		return event{}, err
	}
	return found[0], nil
}

// findAll looks for all events that are a series, or were a part of it once: who
// changes "this and all following" in Outlook makes a second event, which may keep
// the properties of the first. The first comes first.
func (b *Backend) findAll(ctx context.Context, uid calendar.UID) ([]event, error) {
	found, err := b.ours(ctx, "events.find", having(propUID, string(uid)))
	found = slices.DeleteFunc(found, func(e event) bool { s, _ := stateOf(e); return s.Key != keyOf(uid) })
	if err == nil && len(found) == 0 {
		err = calendar.ErrNotFound
	}
	slices.SortFunc(found, event.Compare)
	return found, err
}

// ours lists those of our series' events that a filter finds. The reference shows
// properties in single events only; where lists come without, each is read by itself.
func (b *Backend) ours(ctx context.Context, name, filter string) ([]event, error) {
	var found []event
	query := url.Values{"$filter": {filter}, "$expand": {expand(propState)}, "$select": {seriesFields}, "$top": {pageSize}}
	err := b.list(ctx, name, b.api.Path(query, "events"), func(e event) {
		if !e.IsCancelled {
			found = append(found, e)
		}
	})
	if err != nil {
		return nil, err
	}
	for i, e := range found {
		if propOf(e, propState) != "" {
			b.lists.Store(shown)
			continue
		}
		if found[i], err = b.get(ctx, e.ID); err != nil && !api.Answered(err, http.StatusNotFound) {
			return nil, err
		}
		if propOf(found[i], propState) != "" {
			b.lists.Store(bare)
		}
	}
	return found, nil
}

// list reads all pages of a list.
func (b *Backend) list(ctx context.Context, name, path string, each func(event)) error {
	_, err := b.api.Pages(ctx, api.Call{Name: name, Method: http.MethodGet, Path: path, Want: http.StatusOK}, each)
	return err
}

// get reads an event of ours by its id.
func (b *Backend) get(ctx context.Context, id string) (event, error) {
	return api.Read[event](ctx, b.api, b.getCall(id))
}

func (b *Backend) getCall(id string) api.Call {
	return api.Call{Name: "events.get", Method: http.MethodGet, Want: http.StatusOK,
		Path: b.api.Path(url.Values{"$expand": {expand(propState)}, "$select": {seriesFields}}, "events", id)}
}

// look reads the series and its occurrences. One whose event is not where it was is
// looked for: an id may be a stranger's, and no answer but an empty list says that
// a series is gone.
func (b *Backend) look(ctx context.Context, uid calendar.UID) (reading, error) {
	e, err := b.seriesEvent(ctx, uid)
	if err != nil {
		if errors.Is(err, calendar.ErrNotFound) {
			b.remember(uid, "")
		}
		return reading{}, err
	}
	b.remember(uid, e.ID)
	occurrences, err := b.instances(ctx, e)
	if api.Answered(err, http.StatusNotFound) {
		return reading{}, &calendar.RetryError{Err: err} // it went between the two calls
	}
	if err != nil {
		return reading{}, err
	}
	r, err := b.understand(uid, e, occurrences)
	if err == nil && e.Recurrence.Range.Type == "endDate" { // we write a number of sessions, people a last day
		r.series.SplitOff, err = b.splitOff(ctx, uid, e)
	}
	return r, err
}

// splitOff returns what people took out of a series by changing a session and all
// that follow.
func (b *Backend) splitOff(ctx context.Context, uid calendar.UID, e event) ([]calendar.SplitOff, error) {
	all, err := b.findAll(ctx, uid)
	if err != nil {
		return nil, err
	}
	var out []calendar.SplitOff
	for _, part := range all {
		if iv, ok := part.Interval(); ok && part.ID != e.ID && part.Compare(e) > 0 {
			split := calendar.SplitOff{From: iv.Start}
			if part.Recurrence != nil {
				split.Count = part.Recurrence.Range.Number
			}
			out = append(out, split)
		}
	}
	return out, nil
}

func (b *Backend) seriesEvent(ctx context.Context, uid calendar.UID) (event, error) {
	id, _ := b.known(uid)
	if id != "" {
		e, err := b.get(ctx, id)
		if err == nil && !e.IsCancelled {
			return e, nil
		}
		if err != nil && !api.Answered(err, http.StatusNotFound) {
			return e, err
		}
	}
	return b.find(ctx, uid)
}

// instances lists the occurrences of a series, wherever they were moved to.
func (b *Backend) instances(ctx context.Context, e event) ([]event, error) {
	path, err := b.instancesPath(e)
	if err != nil {
		return nil, nil // understand says what is the matter with it
	}
	var out []event
	err = b.list(ctx, "events.instances", path, func(o event) { out = append(out, o) })
	for i, o := range out {
		if err != nil || o.Type != "exception" || b.lists.Load() == shown {
			continue
		}
		if propOf(o, propSession) != "" {
			b.lists.Store(shown)
			continue
		}
		if out[i], err = b.occurrence(ctx, o.ID); propOf(out[i], propSession) != "" {
			b.lists.Store(bare)
		}
	}
	return out, err
}

// tells reports whether listed occurrences are known to be shown with our properties.
func (b *Backend) tells(occurrences []event) bool {
	exceptions := 0
	for _, o := range occurrences {
		switch {
		case o.Type != "exception":
		case propOf(o, propSession) != "":
			b.lists.Store(shown)
		default:
			exceptions++
		}
	}
	return exceptions == 0 || b.lists.Load() == shown
}

func (b *Backend) instancesPath(e event) (string, error) {
	iv, ok := e.Interval()
	if !ok {
		return "", errors.New("its time cannot be read")
	}
	query := window(reach(iv.Start))
	query.Set("$select", occurrenceFields)
	query.Set("$expand", expand(propSession))
	query.Set("$top", "200")
	return b.api.Path(query, "events", e.ID, "instances"), nil
}

// reach returns where the sessions of a series can be that begins at start: it lasts
// at most three months, and only the first and the last can be moved out of them.
func reach(start time.Time) availability.Interval {
	return availability.Interval{Start: start.AddDate(0, -6, 0), End: start.AddDate(0, 10, 0)}
}

func window(iv availability.Interval) url.Values {
	return url.Values{"startDateTime": {api.Stamp(iv.Start)}, "endDateTime": {api.Stamp(iv.End)}}
}

func (b *Backend) insert(ctx context.Context, e event) (event, error) {
	return api.Write[event](ctx, b.api, api.Call{Name: "events.create", Method: http.MethodPost, Path: b.api.Path(nil, "events"), Body: e, Want: http.StatusCreated})
}

// patch changes the fields that are set in e, if nobody has changed the event since
// etag was read. If somebody has, or the event is not where it was thought to be,
// that is a calendar.RetryError: look and try again.
func (b *Backend) patch(ctx context.Context, id, etag string, e event) (event, error) {
	out, err := api.Write[event](ctx, b.api, api.Call{
		Name: "events.update", Method: http.MethodPatch, Path: b.api.Path(nil, "events", id), Body: e, ETag: etag, Want: http.StatusOK,
	})
	if api.Answered(err, http.StatusPreconditionFailed, http.StatusConflict, http.StatusNotFound) {
		err = &calendar.RetryError{Err: err}
	}
	return out, err
}

// cancel takes an event off all calendars and tells the attendees why. One that is
// not there any more is fine.
func (b *Backend) cancel(ctx context.Context, id, why string) error {
	_, err := api.Write[api.None](ctx, b.api, api.Call{
		Name: "events.cancel", Method: http.MethodPost, Path: b.api.Path(nil, "events", id, "cancel"),
		Body: map[string]string{"comment": why}, Want: http.StatusAccepted,
	})
	if api.Answered(err, http.StatusNotFound) {
		return nil
	}
	return err
}

// htmlOf reads the text of an event as it is.
func (b *Backend) htmlOf(ctx context.Context, id string) (string, error) {
	e, err := api.Read[event](ctx, b.api, api.Call{
		Name: "events.get", Method: http.MethodGet, Want: http.StatusOK, Prefer: api.PreferHTML,
		Path: b.api.Path(url.Values{"$select": {"id,body"}}, "events", id),
	})
	if err != nil || e.Body == nil {
		return "", err
	}
	return e.Body.Content, nil
}

// Get implements calendar.Backend.
func (b *Backend) Get(ctx context.Context, uid calendar.UID) (calendar.Series, error) {
	r, err := settled(ctx, func() (reading, error) { return b.look(ctx, uid) })
	if err != nil {
		return calendar.Series{}, calendar.OfSeries(uid, err)
	}
	return r.series, nil
}

// settled tries anew what found that things had changed meanwhile. Its error is
// final.
func settled[T any](ctx context.Context, op func() (T, error)) (T, error) {
	v, err := calendar.Retry(ctx, calls.Tries, op)
	return v, calls.Final(err)
}

// Cancel implements calendar.Backend. What is left of a series is cancelled by
// shortening it, which is one mail a person; those that were moved are told of
// again.
func (b *Backend) Cancel(ctx context.Context, uid calendar.UID, from time.Time) error {
	_, err := settled(ctx, func() (calendar.Series, error) {
		r, err := b.look(ctx, uid)
		if errors.Is(err, calendar.ErrChanged) {
			return r.series, b.cutOff(ctx, r, from)
		}
		if err != nil {
			return r.series, err
		}
		target, err := r.series.Until(from)
		if err != nil || target.Sequence == r.series.Sequence {
			return r.series, err
		}
		if b.cfg.Successor != "" {
			target.Description = text.Farewell(string(b.cfg.Successor)) + "\n\n" + target.Description
		}
		return b.bring(ctx, r, target, markOf(target))
	})
	if err == nil || errors.Is(err, calendar.ErrNotFound) {
		return nil
	}
	return fmt.Errorf("cancel series %s: %w", uid, err)
}

// cutOff cancels what is left of an event of ours of which people have made something
// that no series can be.
func (b *Backend) cutOff(ctx context.Context, r reading, from time.Time) error {
	occurrences, err := b.instances(ctx, r.event)
	if err != nil {
		return err
	}
	starts := func(e event) time.Time { iv, _ := e.Interval(); return iv.Start }
	if !slices.ContainsFunc(occurrences, func(o event) bool { return starts(o).Before(from) }) {
		return b.cancel(ctx, r.event.ID, text.Farewell(string(b.cfg.Successor)))
	}
	for _, o := range occurrences {
		if !starts(o).Before(from) {
			if err := b.cancel(ctx, o.ID, cancelledSession); err != nil {
				return err
			}
		}
	}
	return nil
}
