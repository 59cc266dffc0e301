package google

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	gcal "google.golang.org/api/calendar/v3"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/google/internal/api"
)

// Sync implements calendar.Syncer. It makes one call for each 2,500 events that
// changed, and two for each of our series among them; to read all series it makes
// no such calls, so when many have changed it reads all.
func (b *Backend) Sync(ctx context.Context, token string, ours []calendar.UID) (calendar.Changes, error) {
	p := &changePages{ids: map[string]calendar.UID{}, events: map[calendar.UID]*gcal.Event{}, occurrences: map[calendar.UID][]*gcal.Event{}, parts: map[calendar.UID][]*gcal.Event{}}
	for _, uid := range ours {
		p.ids[eventID(uid)] = uid
	}
	next, err := b.pages(ctx, token, p.add)
	err = b.ifOwned(ctx, err)
	if token != "" && answered(err, http.StatusGone) {
		return b.Sync(ctx, "", ours)
	}
	if err != nil {
		return calendar.Changes{}, fmt.Errorf("read the organizer's calendar: %w", err)
	}
	if changed := p.changed(); token != "" && 2*changed > fewCalls+len(ours)*eventsEach/2500 {
		return b.Sync(ctx, "", ours)
	}
	c := calendar.Changes{Token: next, Full: token == "", Problems: map[calendar.UID]error{}}
	for _, uid := range ours {
		var r reading
		switch {
		case c.Full && p.events[uid] == nil:
			err = calendar.ErrNotFound
		case c.Full:
			r, err = aliases{b.cfg.Aliases}.understand(uid, p.events[uid], p.occurrences[uid])
			r.series.SplitOff = splitOff(p.parts[uid])
		case p.events[uid] != nil || p.occurrences[uid] != nil:
			r, err = b.look(ctx, uid)
		default:
			continue
		}
		if err := addTo(ctx, &c, uid, r.series, err); err != nil {
			return calendar.Changes{}, err
		}
	}
	return c, nil
}

// eventsEach is about how many events of the organizer's calendar there are for each
// series that runs: those that are over, and occurrences that differ, are listed too.
const eventsEach = 12

// fewCalls are not worth reading everything instead.
const fewCalls = 8

// addTo adds what was found out of one series. The error is for what concerns all.
func addTo(ctx context.Context, c *calendar.Changes, uid calendar.UID, s calendar.Series, err error) error {
	switch {
	case errors.Is(err, calendar.ErrNotFound) || err == nil && s.Cancelled:
		c.Gone = append(c.Gone, uid)
	case calendar.ConcernsAll(ctx, err):
		return calendar.OfSeries(uid, err)
	case err != nil:
		c.Problems[uid] = err
	default:
		c.Series = append(c.Series, s)
	}
	return nil
}

// changePages collects the events of our series from the pages of a list. Others
// that are on the organizer's calendar are dropped as they come.
type changePages struct {
	ids         map[string]calendar.UID
	events      map[calendar.UID]*gcal.Event
	occurrences map[calendar.UID][]*gcal.Event
	parts       map[calendar.UID][]*gcal.Event // what people split off
}

// changed returns how many of our series are among the pages.
func (p *changePages) changed() int {
	n := len(p.events)
	for uid := range p.occurrences {
		if p.events[uid] == nil {
			n++
		}
	}
	return n
}

func (p *changePages) add(e *gcal.Event) {
	if uid, ok := p.ids[e.Id]; ok {
		p.events[uid] = e
	} else if uid, ok := p.ids[e.RecurringEventId]; ok {
		p.occurrences[uid] = append(p.occurrences[uid], e)
	} else if id, _, _ := strings.Cut(e.Id, "_"); e.RecurringEventId == "" {
		uid, ok := p.ids[id]
		if !ok {
			uid, ok = p.ids[eventID(calendar.UID(prop(e, propUID)))]
		}
		if ok && isPart(e, eventID(uid)) {
			p.parts[uid] = append(p.parts[uid], e)
		}
	}
}

// pages lists all events, or those that have changed since token, and returns the
// next token.
func (b *Backend) pages(ctx context.Context, token string, each func(*gcal.Event)) (next string, err error) {
	rq := api.Events(b.home(), "list")
	rq.Query.Set("maxResults", api.PageSize)
	rq.Query.Set("fields", "kind,accessRole,nextPageToken,nextSyncToken,"+
		"items(id,etag,status,summary,description,location,hangoutLink,start,end,colorId,transparency,visibility,recurrence,recurringEventId,originalStartTime,organizer,attendees,reminders,extendedProperties)")
	if token != "" {
		rq.Query.Set("syncToken", token)
	}
	last, err := b.api.List(ctx, rq, func(page *gcal.Events) {
		b.saw(page)
		for _, e := range page.Items {
			each(e)
		}
	})
	if err != nil {
		return "", err
	}
	return last.NextSyncToken, nil
}

// List implements calendar.Lister: the series that bear our mark, by one call for
// each 2,500 events of the organizer's calendar.
func (b *Backend) List(ctx context.Context, organizer calendar.Address) ([]calendar.UID, error) {
	if b.cfg.Organizer != "" && organizer != b.cfg.Organizer {
		return nil, fmt.Errorf("list the series of %s: the account is that of %s", organizer, b.cfg.Organizer)
	}
	rq := api.Events(b.home(), "list")
	rq.Query.Set("maxResults", api.PageSize)
	rq.Query.Set("fields", "kind,accessRole,nextPageToken,items(id,extendedProperties)")
	var out []calendar.UID
	_, err := b.api.List(ctx, rq, func(page *gcal.Events) {
		b.saw(page)
		for _, e := range page.Items {
			if uid := calendar.UID(prop(e, propUID)); uid != "" && e.Id == eventID(uid) {
				out = append(out, uid)
			}
		}
	})
	if err = b.ifOwned(ctx, err); err != nil {
		return nil, fmt.Errorf("read the organizer's calendar: %w", err)
	}
	slices.Sort(out)
	return out, nil
}
