package caldav

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/caldav/internal/dav"
	"github.com/peerslot/peerslot/calendar/ical"
)

// nameOf returns the name of a series' object: servers let a UID have one name
// only, and iCloud finds nothing by its UID.
func nameOf(uid calendar.UID) string { return ical.UIDText(uid) + ".ics" }

// uidOf is the inverse of nameOf.
func uidOf(name string) (calendar.UID, bool) {
	text, ok := strings.CutSuffix(name, ".ics")
	if !ok {
		return "", false
	}
	return ical.UIDOf(text)
}

// held is an object of ours as it was read.
type held struct {
	etag   string
	text   []byte
	series calendar.Series
	err    error // of the series: a person made it into something that none can be
}

// bookingURL returns the calendar where series live.
func (b *Backend) bookingURL(ctx context.Context) (*url.URL, error) {
	a, err := b.find(ctx)
	if err != nil {
		return nil, err
	}
	if a.Booking == "" {
		return nil, &configError{"the account has no calendar that may be written to", "make one on the server, or name another account"}
	}
	return b.parse(a.Booking)
}

// fetch reads the object of a series. It returns ErrNotFound if there is none.
func (b *Backend) fetch(ctx context.Context, uid calendar.UID) (*url.URL, held, error) {
	u, err := b.bookingURL(ctx)
	if err != nil {
		return nil, held{}, err
	}
	u = u.JoinPath(nameOf(uid))
	resp, err := b.client.Read(ctx, dav.Request{Method: http.MethodGet, URL: u})
	if dav.Is(err, http.StatusNotFound, http.StatusGone) {
		return u, held{}, calendar.ErrNotFound
	}
	if err != nil {
		return u, held{}, err
	}
	h := understand(uid, resp.Body)
	h.etag = resp.Header.Get("Etag")
	return u, h, nil
}

// understand reads the text of an object of ours.
func understand(uid calendar.UID, text []byte) held {
	h := held{text: text}
	all, err := ical.Decode(bytes.NewReader(text))
	switch {
	case err != nil:
		h.err = fmt.Errorf("%w: %w", calendar.ErrChanged, err)
	case len(all) != 1 || all[0].UID != uid:
		h.err = fmt.Errorf("%w: its object holds something else", calendar.ErrChanged)
	default:
		h.series = all[0]
		h.series.Version = h.series.Fingerprint()
	}
	return h
}

// Get implements calendar.Backend.
func (b *Backend) Get(ctx context.Context, uid calendar.UID) (calendar.Series, error) {
	if err := ctx.Err(); err != nil {
		return calendar.Series{}, err
	}
	_, h, err := b.fetch(ctx, uid)
	if err == nil {
		err = h.err
	}
	if err != nil {
		return calendar.Series{}, calendar.OfSeries(uid, err)
	}
	return h.series, nil
}

// ours returns all our series on the booking calendar. What cannot be a series is
// left out.
func (b *Backend) ours(ctx context.Context) ([]calendar.Series, error) {
	c, err := b.bookings(ctx)
	if err != nil {
		return nil, err
	}
	d, err := c.refresh(ctx)
	if err != nil {
		return nil, err
	}
	all, err := b.readOurs(ctx, c, d, nil)
	if err != nil {
		return nil, err
	}
	var out []calendar.Series
	for _, uid := range slices.Sorted(maps.Keys(all)) {
		if all[uid].err == nil {
			out = append(out, all[uid].series)
		}
	}
	return out, nil
}

// bookings returns the booking calendar as a collection, which is the organizer's.
func (b *Backend) bookings(ctx context.Context) (*collection, error) {
	u, err := b.bookingURL(ctx)
	if err != nil {
		return nil, err
	}
	return b.collection(u, b.cfg.Organizer), nil
}

// readOurs returns the series on the booking calendar after a refresh that found d,
// of those in only, or all if that is nil. It asks for what it does not hold yet.
func (b *Backend) readOurs(ctx context.Context, c *collection, d difference, only map[calendar.UID]bool) (map[calendar.UID]held, error) {
	c.mu.Lock()
	objects := c.state.Objects
	c.mu.Unlock()
	out := map[calendar.UID]held{}
	var missing []string
	b.mu.Lock()
	for p, o := range objects {
		uid, ok := uidOf(path.Base(p))
		if !ok || only != nil && !only[uid] {
			continue
		}
		if text, now := d.changed[p]; now {
			h := understand(uid, text)
			h.etag = o.ETag
			b.series[p] = h
		}
		if h, ok := b.series[p]; ok && h.etag == o.ETag && o.ETag != "" {
			out[uid] = h
			continue
		}
		missing = append(missing, p)
	}
	b.mu.Unlock()
	slices.Sort(missing)
	for chunk := range slices.Chunk(missing, perRequest) {
		texts, err := b.multiget(ctx, c.url, chunk)
		if err != nil {
			return nil, err
		}
		b.mu.Lock()
		for p, text := range texts {
			if uid, ok := uidOf(path.Base(p)); ok {
				h := understand(uid, text)
				h.etag = objects[p].ETag
				b.series[p], out[uid] = h, h
			}
		}
		b.mu.Unlock()
	}
	return out, nil
}

// Sync implements calendar.Syncer. The token names a state of the booking calendar
// as it was kept; if that is not where this one starts from, all are read. It makes
// one request, and one for each fifty objects that changed.
func (b *Backend) Sync(ctx context.Context, token string, ours []calendar.UID) (calendar.Changes, error) {
	c, err := b.bookings(ctx)
	if err != nil {
		return calendar.Changes{}, err
	}
	d, err := c.refresh(ctx)
	if err != nil {
		return calendar.Changes{}, fmt.Errorf("read the organizer's calendar: %w", err)
	}
	out := calendar.Changes{Full: token == "" || token != d.before, Problems: map[calendar.UID]error{}}
	only := map[calendar.UID]bool{}
	for _, uid := range ours {
		p := c.url.JoinPath(nameOf(uid)).Path
		_, changed := d.changed[p]
		if out.Full || changed || slices.Contains(d.gone, p) {
			only[uid] = true
		}
	}
	all, err := b.readOurs(ctx, c, d, only)
	if err != nil {
		return calendar.Changes{}, fmt.Errorf("read the organizer's series: %w", err)
	}
	for _, uid := range ours {
		if !only[uid] {
			continue
		}
		switch h, there := all[uid]; {
		case !there, h.err == nil && h.series.Cancelled:
			out.Gone = append(out.Gone, uid)
		case errors.Is(h.err, calendar.ErrChanged):
			out.Problems[uid] = h.err
		default:
			out.Series = append(out.Series, h.series)
		}
	}
	c.mu.Lock()
	out.Token = c.state.name()
	c.fresh = true
	c.mu.Unlock()
	return out, nil
}
