package graph

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/graph/internal/api"
	"github.com/peerslot/peerslot/calendar/graph/internal/text"
)

// Sync implements calendar.Syncer. It makes one call for each page of what changed in
// the organizer's calendar (calendarView/delta), and two for each of our series
// among that. Reading all takes the pages of the calendar, those of our series, and
// one call for each series that has occurrences of its own.
func (b *Backend) Sync(ctx context.Context, token string, ours []calendar.UID) (calendar.Changes, error) {
	known := parseSyncToken(token)
	if token == "" || !known.covers(b.cfg.Now()) {
		return b.syncAll(ctx, ours)
	}
	items, next, err := b.delta(ctx, known.Link)
	switch {
	case api.Answered(err, http.StatusGone) || api.Said(err, "SyncStateNotFound"), api.Answered(err, http.StatusBadRequest):
		return b.syncAll(ctx, ours) // tokens end whenever Exchange likes
	case err != nil:
		return calendar.Changes{}, fmt.Errorf("read the organizer's calendar: %w", err)
	}
	c := calendar.Changes{Problems: map[calendar.UID]error{}}
	for uid, id := range known.seen(items) {
		b.remember(uid, id)
	}
	readings, err := b.lookAll(ctx, known.changed(items, ours))
	if err != nil {
		return calendar.Changes{}, err
	}
	for _, uid := range ours {
		if got, ok := readings[uid]; ok {
			if err := addTo(&c, uid, got.reading.series, got.err); err != nil {
				return calendar.Changes{}, err
			}
			known.note(uid, got.reading)
		}
	}
	known.Link = next
	known.keep(ours)
	c.Token = known.String()
	return c, nil
}

// syncAll reads all series, and begins to watch the calendar.
func (b *Backend) syncAll(ctx context.Context, ours []calendar.UID) (calendar.Changes, error) {
	fresh := newSyncToken(b.cfg.Now())
	items, link, err := b.delta(ctx, b.api.Path(window(fresh.window()), "calendarView", "delta"))
	if err != nil {
		return calendar.Changes{}, fmt.Errorf("read the organizer's calendar: %w", err)
	}
	fresh.Link = link
	masters, err := b.masters(ctx)
	if err != nil {
		return calendar.Changes{}, fmt.Errorf("list the organizer's series: %w", err)
	}
	occurrences := map[string][]event{}
	for _, e := range items {
		if e.SeriesMasterID != "" && e.Removed == nil {
			occurrences[e.SeriesMasterID] = append(occurrences[e.SeriesMasterID], e)
		}
	}
	c := calendar.Changes{Full: true, Problems: map[calendar.UID]error{}}
	var unclear []calendar.UID
	readings := map[calendar.UID]result{}
	for _, uid := range ours {
		e, ok := masters[keyOf(uid)]
		if !ok {
			b.remember(uid, "")
			readings[uid] = result{err: calendar.ErrNotFound}
			continue
		}
		b.remember(uid, e.ID)
		if !fresh.tellsAll(e, occurrences[e.ID]) {
			unclear = append(unclear, uid)
			continue
		}
		r, err := b.understand(uid, e, occurrences[e.ID])
		readings[uid] = result{r, err}
	}
	more, err := b.lookAll(ctx, unclear)
	if err != nil {
		return calendar.Changes{}, err
	}
	for _, uid := range ours {
		got, ok := readings[uid]
		if !ok {
			got = more[uid]
		}
		if err := addTo(&c, uid, got.reading.series, got.err); err != nil {
			return calendar.Changes{}, err
		}
		fresh.note(uid, got.reading)
	}
	c.Token = fresh.String()
	return c, nil
}

func addTo(c *calendar.Changes, uid calendar.UID, s calendar.Series, err error) error {
	switch {
	case errors.Is(err, calendar.ErrChanged):
		c.Problems[uid] = err
	case errors.Is(err, calendar.ErrNotFound):
		c.Gone = append(c.Gone, uid)
	case err != nil:
		return calendar.OfSeries(uid, err)
	default:
		c.Series = append(c.Series, s)
	}
	return nil
}

// delta reads what changed since a link was made, and returns the next.
func (b *Backend) delta(ctx context.Context, path string) (items []event, next string, err error) {
	last, err := b.api.Pages(ctx, api.Call{
		Name: "calendarView.delta", Method: http.MethodGet, Path: path, Want: http.StatusOK,
		Prefer: fmt.Sprintf("%s, odata.maxpagesize=%s", api.Prefer, pageSize),
	}, func(e event) { items = append(items, e) })
	if err != nil {
		return nil, "", err
	}
	if last.Delta == "" {
		return nil, "", errors.New("microsoft calendarView.delta: the answer leads nowhere")
	}
	next, err = b.api.OnRoot(last.Delta)
	return items, next, err
}

// masters lists the events of all our series, by the key of their UID.
func (b *Backend) masters(ctx context.Context) (map[string]event, error) {
	found, err := b.ours(ctx, "events.list", having(propKind, kindSeries))
	out := map[string]event{}
	for _, e := range found {
		s, ok := stateOf(e)
		if have, twice := out[s.Key]; ok && (!twice || e.Compare(have) < 0) {
			out[s.Key] = e
		}
	}
	return out, err
}

// List implements calendar.Lister.
func (b *Backend) List(ctx context.Context, organizer calendar.Address) ([]calendar.UID, error) {
	if organizer != b.cfg.Organizer {
		return nil, fmt.Errorf("list the series of %s: this mailbox is %s", organizer, b.cfg.Organizer)
	}
	masters, err := b.masters(ctx)
	if err != nil {
		return nil, fmt.Errorf("list the organizer's series: %w", err)
	}
	var out []calendar.UID
	for key, e := range masters {
		uid := calendar.UID(key)
		if strings.HasPrefix(key, "#") { // it was too long for a state
			found, err := api.Read[event](ctx, b.api, api.Call{Name: "events.get", Method: http.MethodGet, Want: http.StatusOK,
				Path: b.api.Path(url.Values{"$expand": {expand(propUID)}, "$select": {"id"}}, "events", e.ID)})
			if err != nil {
				return nil, fmt.Errorf("list the organizer's series: %w", err)
			}
			uid = calendar.UID(propOf(found, propUID))
		}
		b.remember(uid, e.ID)
		out = append(out, uid)
	}
	slices.Sort(out)
	return out, nil
}

// A result is what became of reading one series.
type result struct {
	reading reading
	err     error // final
}

// lookAll reads several series. What concerns everybody is the error.
func (b *Backend) lookAll(ctx context.Context, uids []calendar.UID) (map[calendar.UID]result, error) {
	out := map[calendar.UID]result{}
	for chunk := range slices.Chunk(uids, api.MaxBatch) {
		found, err := b.lookTogether(ctx, chunk)
		if err != nil {
			return nil, err
		}
		for _, uid := range chunk {
			got, ok := found[uid]
			if !ok {
				got.reading, got.err = settled(ctx, func() (reading, error) { return b.look(ctx, uid) })
			}
			if calendar.ConcernsAll(ctx, got.err) {
				return nil, got.err
			}
			out[uid] = got
		}
	}
	return out, nil
}

// lookTogether reads series whose events are known, in batches. Of those for which
// that does not work, it says nothing.
func (b *Backend) lookTogether(ctx context.Context, uids []calendar.UID) (map[calendar.UID]result, error) {
	var found []calendar.UID
	var gets []api.Call
	for _, uid := range uids {
		if id, _ := b.known(uid); id != "" {
			found, gets = append(found, uid), append(gets, b.getCall(id))
		}
	}
	if len(found) < 2 || b.lists.Load() == bare {
		return nil, nil
	}
	answers, err := b.api.Batch(ctx, gets)
	if err != nil {
		return nil, err
	}
	events := map[calendar.UID]event{}
	var asked []calendar.UID
	var lists []api.Call
	for i, uid := range found {
		e, err := api.Decode[event](gets[i], answers[i])
		path, err2 := b.instancesPath(e)
		if err == nil && err2 == nil && !e.IsCancelled {
			events[uid], asked = e, append(asked, uid)
			lists = append(lists, api.Call{Name: "events.instances", Method: http.MethodGet, Path: path, Want: http.StatusOK})
		}
	}
	if answers, err = b.api.Batch(ctx, lists); err != nil {
		return nil, err
	}
	out := map[calendar.UID]result{}
	for i, uid := range asked {
		p, err := api.Decode[page](lists[i], answers[i])
		if err == nil && p.Next == "" && b.tells(p.Value) && events[uid].Recurrence != nil && events[uid].Recurrence.Range.Type == "numbered" {
			r, err := b.understand(uid, events[uid], p.Value)
			out[uid] = result{r, err}
		}
	}
	return out, nil
}

// A syncToken is where reading the changes goes on, and which items are ours: of one
// that is gone, Exchange says nothing but its id.
type syncToken struct {
	Link  string                    `json:"link"` // below the root
	From  time.Time                 `json:"from"`
	To    time.Time                 `json:"to"`
	Items map[calendar.UID][]string `json:"items"` // digests of ids: of the event and its occurrences
}

// newSyncToken watches the sessions of all series that are not over, and of those
// that will be booked in the next three months; then another is due.
func newSyncToken(now time.Time) syncToken {
	day := now.UTC().Truncate(24 * time.Hour)
	return syncToken{From: day.AddDate(0, 0, -120), To: day.AddDate(0, 0, 210), Items: map[calendar.UID][]string{}}
}

func parseSyncToken(s string) (t syncToken) {
	if json.Unmarshal([]byte(s), &t) != nil || t.Items == nil {
		return syncToken{}
	}
	return t
}

func (t syncToken) String() string { return asJSON(t) }

func (t syncToken) window() availability.Interval {
	return availability.Interval{Start: t.From, End: t.To}
}

// covers reports whether what is booked now ends within what is watched.
func (t syncToken) covers(now time.Time) bool {
	return t.Link != "" && now.After(t.From.AddDate(0, 0, 110)) && now.Before(t.To.AddDate(0, 0, -110))
}

// tellsAll reports whether the items of the calendar say all of a series: nothing was
// changed in its occurrences, and none can be outside of what was read.
func (t syncToken) tellsAll(e event, occurrences []event) bool {
	iv, ok := e.Interval()
	if e.Recurrence == nil || e.Recurrence.Range.Type != "numbered" || !ok || !t.window().Contains(availability.Interval{Start: iv.Start.AddDate(0, 0, -7), End: iv.End.AddDate(0, 0, 100)}) {
		return false
	}
	return !slices.ContainsFunc(occurrences, func(o event) bool {
		_, timed := o.Start.Instant()
		return o.Type != "occurrence" || !timed
	})
}

// note keeps the ids of a series.
func (t syncToken) note(uid calendar.UID, r reading) {
	if r.event.ID == "" {
		return
	}
	items := []string{text.Fingerprint(r.event.ID)}
	for _, o := range r.occurrences {
		if o.ID != "" {
			items = append(items, text.Fingerprint(o.ID))
		}
	}
	slices.Sort(items[1:])
	t.Items[uid] = items
}

// keep forgets series that are not among ours any more.
func (t syncToken) keep(ours []calendar.UID) {
	still := map[calendar.UID]bool{}
	for _, uid := range ours {
		still[uid] = true
	}
	for uid := range t.Items {
		if !still[uid] {
			delete(t.Items, uid)
		}
	}
}

// seen returns the ids of the events of those series that the items tell of.
func (t syncToken) seen(items []event) map[calendar.UID]string {
	ids := map[string]string{}
	for _, e := range items {
		for _, id := range []string{e.ID, e.SeriesMasterID} {
			ids[text.Fingerprint(id)] = id
		}
	}
	out := map[calendar.UID]string{}
	for uid, known := range t.Items {
		if len(known) > 0 && ids[known[0]] != "" {
			out[uid] = ids[known[0]]
		}
	}
	return out
}

// changed returns which of ours the items belong to, and those that the token does
// not know yet.
func (t syncToken) changed(items []event, ours []calendar.UID) []calendar.UID {
	touched := map[string]bool{}
	for _, e := range items {
		touched[text.Fingerprint(e.ID)] = true
		if e.SeriesMasterID != "" {
			touched[text.Fingerprint(e.SeriesMasterID)] = true
		}
	}
	var out []calendar.UID
	for _, uid := range ours {
		known, ok := t.Items[uid]
		if !ok || slices.ContainsFunc(known, func(id string) bool { return touched[id] }) {
			out = append(out, uid)
		}
	}
	return out
}
