package caldav

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/caldav/internal/dav"
	"github.com/peerslot/peerslot/calendar/ical"
	"github.com/peerslot/peerslot/calendar/internal/screen"
)

const (
	maxObjects  = 100_000            // of one calendar
	maxObject   = 1 << 20            // bytes of one object
	maxCalendar = 64 << 20           // bytes of all of them, screened: as of a feed
	perRequest  = 50                 // objects that are asked for at once
	relistAfter = 7 * 24 * time.Hour // a deletion that a server forgot to tell is seen after that
)

// A collection is a calendar that is read in full or as far as times go: what
// stands in it, without what is private, and by which ETag it was read. It is kept,
// and only what has changed is read again.
type collection struct {
	b     *Backend
	url   *url.URL
	owner []calendar.Address // under all their addresses
	key   string

	mu    sync.Mutex
	state state
	read  bool // the state was recalled
	fresh bool // see spend
}

// A state is what is known of a collection at one time.
type state struct {
	For     string // other addresses of the owner, and the inviter, whose lines are in the texts; "" for neither
	Token   string // of the server, for the next sync; "" if it has none
	Listed  time.Time
	Objects map[string]object // by the path of their URL
}

// An object is one event of a collection with its overrides, without titles, notes
// and people.
type object struct {
	ETag  string
	Text  string `json:",omitempty"`
	Fault string `json:",omitempty"` // why there is no text
}

// name identifies the state: two are the same if what was read is.
func (s state) name() string {
	var b strings.Builder
	for _, p := range slices.Sorted(maps.Keys(s.Objects)) {
		fmt.Fprintf(&b, "%s %s\n", p, s.Objects[p].ETag)
	}
	return keyOf(b.String())
}

// A difference is what a refresh found.
type difference struct {
	before  string            // name of the state that it started from
	changed map[string][]byte // the objects that are new or changed, whole
	gone    []string
}

// collection returns the collection at a URL, as its owner's.
func (b *Backend) collection(u *url.URL, owner calendar.Address) *collection {
	addresses := append([]calendar.Address{owner}, b.aliases(owner)...)
	key := keyOf("calendar", u.String(), string(owner), b.cfg.Username)
	b.mu.Lock()
	defer b.mu.Unlock()
	c := b.known[key]
	if c == nil {
		c = &collection{b: b, url: u, owner: addresses, key: key, state: state{Objects: map[string]object{}}}
		if len(addresses) > 1 || b.cfg.Inviter != "" {
			c.state.For = keyOf(fmt.Sprint(addresses), string(b.cfg.Inviter))
		}
		b.known[key] = c
	}
	return c
}

// spend reports whether a Sync has just refreshed the collection, and nobody has
// relied on that yet.
func (c *collection) spend() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	was := c.fresh
	c.fresh = false
	return was
}

// refresh reads what has changed on the server.
func (c *collection) refresh(ctx context.Context) (difference, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.read {
		c.recall()
	}
	d := difference{before: c.state.name(), changed: map[string][]byte{}}
	next := state{For: c.state.For, Token: c.state.Token, Listed: c.state.Listed, Objects: maps.Clone(c.state.Objects)}
	etags, gone, err := c.changes(ctx, &next)
	if err != nil {
		return d, err
	}
	for _, p := range gone {
		delete(next.Objects, p)
	}
	d.gone = gone
	if err := c.fetch(ctx, etags, next.Objects, d.changed); err != nil {
		return d, err
	}
	changed := next.Token != c.state.Token || len(etags) > 0 || len(gone) > 0 || !next.Listed.Equal(c.state.Listed)
	c.state = next
	if changed {
		c.keep()
	}
	return d, nil
}

func (c *collection) recall() {
	c.read = true
	var s state
	if text, ok := c.b.copies.read(c.key); ok && json.Unmarshal(text, &s) == nil && s.Objects != nil && s.For == c.state.For {
		c.state = s
	}
}

func (c *collection) keep() {
	if text, err := json.Marshal(c.state); err == nil {
		c.b.copies.write(c.key, text)
	}
}

// changes asks which objects are new or have another ETag, and which are gone: by
// the server's token, or by a list of all of them where it has none, no longer
// takes it, or was not asked for a list in a long time.
func (c *collection) changes(ctx context.Context, s *state) (etags map[string]string, gone []string, err error) {
	a, err := c.b.find(ctx)
	if err != nil {
		return nil, nil, err
	}
	old := c.b.cfg.Now().Sub(s.Listed)
	if s.Token != "" && a.syncs() && old >= 0 && old < relistAfter {
		told, gone, err := c.sync(ctx, s)
		if err == nil && s.Token != "" {
			return s.other(told), gone, nil
		}
		if _, refused := errors.AsType[*dav.Error](err); err != nil && (!refused || errors.Is(err, calendar.ErrSignIn)) {
			return nil, nil, err
		}
		s.Token = "" // Xandikos answers 500 to a token that it has forgotten; an answer without one is none
	}
	there, err := c.list(ctx, a, s)
	if err == nil && len(there) == 0 && len(s.Objects) > 0 {
		err = c.emptied(ctx, s)
	}
	if err != nil {
		return nil, nil, err
	}
	s.Listed = c.b.cfg.Now()
	return s.other(there), s.missing(there), nil
}

// sync asks what has changed since the token (RFC 6578), and returns the ETags of what is
// there. Without a token that is everything.
func (c *collection) sync(ctx context.Context, s *state) (there map[string]string, gone []string, err error) {
	there = map[string]string{}
	for range maxObjects {
		m, _, err := c.b.client.Ask(ctx, dav.Query{
			Method: "REPORT", URL: c.url, Root: "D:sync-collection",
			Body: "<D:sync-token>" + dav.Escape(s.Token) + "</D:sync-token><D:sync-level>1</D:sync-level><D:prop><D:getetag/></D:prop>",
		})
		if err != nil {
			return nil, nil, err
		}
		for _, item := range m.Items {
			if isGone(item) {
				gone = append(gone, item.URL.Path)
				continue
			}
			note(there, item)
		}
		if m.Token == "" || !m.More || m.Token == s.Token {
			s.Token = m.Token
			return there, gone, nil
		}
		s.Token = m.Token
	}
	return nil, nil, errors.New("the server's list of changes has no end")
}

// errNotListed says that a list is none: one of depth 1 has the calendar itself in it (RFC
// 4918, section 9.1), and is not cut.
var errNotListed = errors.New("the server does not list its events")

// list asks for all ETags, and for the token to go on from.
func (c *collection) list(ctx context.Context, a *account, s *state) (there map[string]string, err error) {
	s.Token = ""
	m, _, err := c.b.client.Propfind(ctx, c.url, "1", "D:getetag", "D:resourcetype", "D:sync-token")
	if dav.Is(err, http.StatusForbidden, http.StatusMethodNotAllowed, http.StatusNotImplemented) {
		there, _, err = c.sync(ctx, s) // DAViCal lists what may be seen of a colleague's calendar only this way
		if err == nil && len(there) == 0 && s.Token == "" {
			err = errNotListed
		}
		return there, err
	}
	if err != nil {
		return nil, err
	}
	there, itself := map[string]string{}, false
	for _, item := range m.Items {
		if strings.Trim(item.URL.Path, "/") == strings.Trim(c.url.Path, "/") {
			itself = itself || item.Status < 400
			if t := item.Property(dav.Name("sync-token")); t != nil && a.syncs() {
				s.Token = t.Text
			}
			continue
		}
		itself = note(there, item) || itself
	}
	switch {
	case len(there) > maxObjects:
		return nil, fmt.Errorf("the calendar has more than %d events", maxObjects)
	case m.More, len(there) == 0 && !itself:
		return nil, errNotListed
	}
	return there, nil
}

// emptied looks whether events that were known are gone, as a list without any says: it may
// also come from a server in trouble, or from one that shows them no longer.
func (c *collection) emptied(ctx context.Context, s *state) error {
	at := c.url.ResolveReference(&url.URL{Path: slices.Min(slices.Collect(maps.Keys(s.Objects)))})
	_, err := c.b.client.Read(ctx, dav.Request{Method: http.MethodGet, URL: at})
	if err == nil {
		return errNotListed
	}
	if dav.Is(err, http.StatusNotFound, http.StatusGone) {
		return nil
	}
	return err
}

func isGone(item dav.Item) bool {
	return item.Status == http.StatusNotFound || item.Status == http.StatusGone
}

// note takes in what the server says of one resource: the ETag of an object, "" if it tells
// none, as of one that it does not show. It reports whether it is a collection.
func note(there map[string]string, item dav.Item) (collection bool) {
	if item.Property(dav.Name("resourcetype")).Has(dav.Name("collection")) {
		return true
	}
	if p := item.URL.Path; !isGone(item) && !strings.HasSuffix(p, "/") {
		there[p] = ""
		if n := item.Property(dav.Name("getetag")); n != nil {
			there[p] = n.Text
		}
	}
	return false
}

// other returns what of that is new or has another ETag. Without an ETag it always has.
func (s *state) other(there map[string]string) map[string]string {
	etags := map[string]string{}
	for p, etag := range there {
		if have, ok := s.Objects[p]; !ok || etag == "" || have.ETag != etag {
			etags[p] = etag
		}
	}
	return etags
}

// missing returns what is known, but not there.
func (s *state) missing(there map[string]string) (gone []string) {
	for p := range s.Objects {
		if _, ok := there[p]; !ok {
			gone = append(gone, p)
		}
	}
	slices.Sort(gone)
	return gone
}

// fetch reads objects whole, and keeps them without what is private.
func (c *collection) fetch(ctx context.Context, etags map[string]string, into map[string]object, whole map[string][]byte) error {
	total := 0
	for _, o := range into {
		total += len(o.Text)
	}
	for chunk := range slices.Chunk(slices.Sorted(maps.Keys(etags)), perRequest) {
		texts, err := c.b.multiget(ctx, c.url, chunk)
		if err != nil {
			return err
		}
		for _, p := range chunk {
			o := object{ETag: etags[p]}
			switch text, ok := texts[p]; {
			case !ok: // deleted meanwhile, or not shown
				o.Fault = "the server does not show it"
			case len(text) > maxObject:
				o.Fault = "it is larger than 1 MB"
			case !wholeCalendar(text):
				o.Fault = "it is not a whole calendar"
			default:
				whole[p] = text
				o.Text, o.Fault = c.screened(text)
			}
			into[p] = o
			total += len(o.Text)
		}
		if total > maxCalendar {
			return fmt.Errorf("the calendar is larger than %d MB", maxCalendar>>20)
		}
	}
	return nil
}

func (c *collection) screened(text []byte) (kept, fault string) {
	out, err := io.ReadAll(screen.New(bytes.NewReader(text), c.b.cfg.Inviter, c.owner...))
	if err != nil {
		return "", "it cannot be read"
	}
	return strings.TrimRight(string(out), "\r\n") + "\r\n", ""
}

// wholeCalendar reports whether text is one from its first to its last line.
func wholeCalendar(text []byte) bool {
	text = bytes.ToUpper(bytes.TrimSpace(bytes.TrimPrefix(text, []byte("\ufeff"))))
	return bytes.HasPrefix(text, []byte("BEGIN:VCALENDAR")) && bytes.HasSuffix(text, []byte("END:VCALENDAR"))
}

// multiget reads objects whole (RFC 4791, section 7.9). Those that are not there
// are left out.
func (b *Backend) multiget(ctx context.Context, calendar *url.URL, paths []string) (map[string][]byte, error) {
	var body strings.Builder
	body.WriteString("<D:prop><D:getetag/><C:calendar-data/></D:prop>")
	for _, p := range paths {
		fmt.Fprintf(&body, "<D:href>%s</D:href>", dav.Escape((&url.URL{Path: p}).EscapedPath()))
	}
	m, _, err := b.client.Ask(ctx, dav.Query{Method: "REPORT", URL: calendar, Depth: "1", Root: "C:calendar-multiget", Body: body.String()})
	if err != nil {
		return nil, err
	}
	out := map[string][]byte{}
	for _, item := range m.Items {
		if data := item.Property(dav.CalName("calendar-data")); data != nil {
			out[item.URL.Path] = []byte(data.Text)
		}
	}
	return out, nil
}

// busy returns when the calendar says that its owner is busy, as of the last
// refresh. Objects with a path in hidden do not count.
func (c *collection) busy(o ical.ReadOptions, hidden ...string) (availability.Busy, error) {
	c.mu.Lock()
	objects := c.state.Objects
	c.mu.Unlock()
	var texts []io.Reader
	out := availability.Busy{Window: o.Window}
	for _, p := range slices.Sorted(maps.Keys(objects)) {
		switch ob := objects[p]; {
		case slices.Contains(hidden, path.Base(p)):
		case ob.Fault != "":
			out = out.Merge(unknownIn(o.Window, "an event cannot be read: "+ob.Fault))
		default:
			texts = append(texts, strings.NewReader(ob.Text))
		}
	}
	if len(texts) == 0 {
		return out, nil
	}
	busy, err := ical.ReadBusy(io.MultiReader(texts...), o)
	return out.Merge(busy), err
}

// unknownIn returns a Busy that knows nothing of the window, and says why.
func unknownIn(window availability.Interval, reason string) availability.Busy {
	return availability.Busy{Window: window, Reason: reason, Spans: []availability.Span{{Interval: window, Kind: availability.Unknown}}}
}
